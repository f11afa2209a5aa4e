/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices and domains of the suites of tables. */
#ifndef DRV_TABLES_SCENE_H
#define DRV_TABLES_SCENE_H

#include "fake_smmu.h"
#include "suite.h"

#define PTR 0x00ffffffffffffc0ULL

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;

static inline void begin(void)
{
	fake_init(&f);
	ck_assert_int_eq(fake_probe(&f), 0);
}

static inline void end(void)
{
	fake_remove(&f);
	fake_exit(&f);
}

static inline u64 ste(u32 sid, u32 word)
{
	return fake_word(&f, fake_ste(&f, sid) + word * 8);
}

/* CD of @ssid by the STE, linear or two levels of 4 KiB leaves. */
static inline u64 cd(u32 sid, u32 ssid, u32 word)
{
	u64 table = ste(sid, 0) & PTR;

	if (((ste(sid, 0) >> 4) & 3) == 1) {
		u64 l1 = fake_word(&f, table + (ssid >> 6) * 8);

		ck_assert_uint_eq(l1 & 0xfff, 1);
		table = l1 & ~0xfffULL;
		ssid &= 63;
	}
	return fake_word(&f, table + ssid * 64 + word * 8);
}

static inline struct fault_domain *attach(struct fault_dev *dev, u32 pasid, enum drv_domain_type type)
{
	struct fault_domain *dom = fake_domain(&f, dev, type, false);

	ck_assert_int_eq(c->attach(f.drv, dev, pasid, dom, 0), 0);
	return dom;
}

#endif /* DRV_TABLES_SCENE_H */
