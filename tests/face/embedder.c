// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An embedder's own names, some before the headers and some behind them. Compiled by headers.sh. */
#define BIT(n)	      (1ul << (n))
#define GENMASK(h, l) (BIT((h) + 1) - BIT(l))
#define likely(x)     (x)
#define min(a, b)     ((a) < (b) ? (a) : (b))
typedef unsigned long u64;
typedef unsigned char u8;

#include "all_headers.h"

#define max(a, b)	 ((a) > (b) ? (a) : (b))
#define unlikely(x)	 (x)
#define container_of(p)	 (p)
#define ARRAY_SIZE(a)	 (sizeof(a) / sizeof(*(a)))
#define FIELD_PREP(m, v) ((v) & (m))
#define fallthrough	 ((void)0)
#define noinline	 __attribute__((__noinline__))
typedef unsigned int u32;
typedef unsigned short u16;
struct list_head {
	int of_my_own;
};
struct iommu_ops {
	int of_my_own;
};
struct dma_txn {
	int of_my_own;
};
enum xlat { XLAT_OK_OF_MY_OWN };
int vtd_init(void);
int smmuv3_init(u64 mask);
int image_begin(u8 byte);

int vtd_init(void)
{
	return likely(unlikely(FAULTLINE_VERSION_MAJOR)) ? 0 : 1;
}

int smmuv3_init(u64 mask)
{
	const u64 all[] = { BIT(3), GENMASK(7, 4) };
	const struct fl_fault_record r = { .stream = (uint32_t)FIELD_PREP(mask, 7ul) };
	u16 small = 1;
	u32 big = r.stream;

	return (int)min(max(all[0], all[1]), (u64)ARRAY_SIZE(all)) + (int)(small + big);
}

int image_begin(u8 byte)
{
	switch (byte) {
	case 0:
		fallthrough;
	default:
		return (int)FL_OK;
	}
}
