/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of two stages that the suites of translation walk. */
#ifndef V3_XLAT_SCENE_H
#define V3_XLAT_SCENE_H

#include "suite.h"
#include "v3_fixture.h"

#define SID 8U
#define VA  0x12345000ULL
#define PA  0x77777000ULL
#define AR  (FX_CD_A | FX_CD_R)

static struct v3_fixture f;
static struct pt_build s1, s2;

static inline void start(const struct smmuv3_cfg *cfg)
{
	ck_assert_int_eq(fx_init(&f, cfg), 0);
}

static inline void s1_scene(u64 cd_flags, u64 ste1)
{
	start(&(struct smmuv3_cfg){ 0 });
	fx_s1_stream(&f, SID, AR | cd_flags, &s1);
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), ste1, 0, 0);
	fx_enable(&f, 0xd);
}

static inline enum xlat go(u64 va, u16 flags)
{
	struct xlat_result r;

	return fx_xlat(&f, SID, va, flags, &r);
}

#endif /* V3_XLAT_SCENE_H */
