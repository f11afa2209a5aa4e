/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Builders and their memory. */
#ifndef PT_BUILD_SCENE_H
#define PT_BUILD_SCENE_H

#include "pt_world.h"

#define RW  (DRV_PROT_READ | DRV_PROT_WRITE)
#define RWX (RW | DRV_PROT_EXEC)
#define RO  DRV_PROT_READ

static struct pt_build b;

static inline int init(enum pt_format format, u8 granule, u8 in_bits, u8 out_bits, u64 sizes)
{
	struct pt_build_cfg cfg = {
		.format = format,
		.granule = granule,
		.in_bits = in_bits,
		.out_bits = out_bits,
		.stage2_level = PT_ANY_LEVEL,
		.page_sizes = sizes,
	};

	return pt_build_init(&b, &cfg, &world.drv, &world);
}

static inline void nothing_left(void)
{
	pt_build_exit(&b);
	ck_assert_int_eq(world.live, 0);
}

static inline int old_maps(void)
{
	return pt_map(&b, 0x200000, 0x200000, 0x3000, RW);
}

#endif /* PT_BUILD_SCENE_H */
