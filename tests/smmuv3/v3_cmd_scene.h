/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Streams whose caches the commands are to empty. */
#ifndef V3_CMD_SCENE_H
#define V3_CMD_SCENE_H

#include "suite.h"
#include "v3_fixture.h"

#define VA  0x12345000ULL
#define OLD 0x10000000ULL
#define NEW 0x20000000ULL
#define AR  (FX_CD_A | FX_CD_R)

#define ERR() (fx_r32(&f, 0x9c) >> 24 & 0x7f)

static struct v3_fixture f;
static struct pt_build s1[16];

static inline void start(u32 idr0)
{
	struct smmuv3_cfg cfg = { .idr = { idr0 ? idr0 : 0x08cd761b } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_enable(&f, 0xd);
}

static inline u64 pa_of(u32 sid, u64 va)
{
	struct xlat_result r;

	return fx_xlat(&f, sid, va, 0, &r) == XLAT_OK ? r.pa & ~0xfffULL : ~0ULL;
}

static inline void cmd_ok(u64 w0, u64 w1)
{
	fx_cmd(&f, w0, w1);
	ck_assert_msg((fx_r32(&f, 0x9c) & 0xfffff) == f.cmd_prod, "command 0x%llx was not consumed", w0);
}

/* The command is refused; go on behind it. */
static inline void cmd_ill(u64 w0, u64 w1)
{
	u32 at = fx_r32(&f, 0x9c) & 0xfffff;

	fx_cmd(&f, w0, w1);
	ck_assert_msg((fx_r32(&f, 0x60) ^ fx_r32(&f, 0x64)) & 1, "command 0x%llx 0x%llx", w0, w1);
	ck_assert_uint_eq(ERR(), 1);
	ck_assert_uint_eq(fx_r32(&f, 0x9c) & 0xfffff, at);
	/* Replace it by a SYNC, acknowledge. */
	fx_put(&f, FX_CMDQ + (at & 0xff) * 16, 0x46);
	fx_put(&f, FX_CMDQ + (at & 0xff) * 16 + 8, 0);
	fx_w32(&f, 0x64, fx_r32(&f, 0x60));
	ck_assert_uint_eq(fx_r32(&f, 0x9c) & 0xfffff, f.cmd_prod);
}

#endif /* V3_CMD_SCENE_H */
