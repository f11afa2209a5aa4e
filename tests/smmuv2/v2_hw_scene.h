/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers and tables that the suites of the hardware set up. */
#ifndef V2_HW_SCENE_H
#define V2_HW_SCENE_H

#include "v2_rig.h"

#define CB   3
#define SID  0x21
#define GOOD 0x5000
#define FSR  SMMUV2_CB_FSR
#define FAR  SMMUV2_CB_FAR
#define SYN0 SMMUV2_CB_FSYNR0

static struct rig r;

static inline void up_cfg(const struct smmuv2_cfg *cfg)
{
	rig_up(&r, cfg);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	map_stream(&r, 0, SID, CB);
	bank_s1(&r, CB);
	page(&r, CB, GOOD, 0x80005000, PAGE_RW);
	cb_wr(&r, CB, SMMUV2_CB_SCTLR, 0x161); /* M, CFRE, CFIE, HUPCF */
}

static inline void up(void)
{
	struct smmuv2_cfg cfg = { 0 };

	up_cfg(&cfg);
}

static inline enum xlat acc(u64 iova, u16 flags, struct xlat_result *res)
{
	return go(&r, SID, iova, flags, 0, res);
}

static inline u64 pa_of(u64 iova)
{
	struct xlat_result res;

	return acc(iova, 0, &res) == XLAT_OK ? res.pa : ~0ULL;
}

/* One faulting access: FSR, FSYNR0, FAR of bank @cb; the FSR is cleared. */
static inline void expect_fault(unsigned int cb, u64 iova, u16 flags, u32 fsr, u32 synr0, u64 far)
{
	struct xlat_result res;

	ck_assert_int_eq(acc(iova, flags, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, fsr & 0x1fe);
	ck_assert_uint_eq(cb_rd(&r, cb, FSR), fsr);
	ck_assert_uint_eq(cb_rd(&r, cb, SYN0), synr0);
	ck_assert_uint_eq(cb_rd64(&r, cb, FAR), far);
	ck_assert_uint_eq(rd(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(cb)), SID);
	cb_wr(&r, cb, FSR, fsr);
	ck_assert_uint_eq(cb_rd(&r, cb, FSR), 0);
}

/* Stage 2 tables at 0x900000: T0SZ 25, start at level 1; IPA 0x5000 -> 0xa0005000, and TABLES(CB) for itself. */
static inline void bank_s2(unsigned int n)
{
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(n), 1);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(n), 0x9); /* VMID 9 */
	cb_wr(&r, n, SMMUV2_CB_TCR, 0x50059);	    /* PASIZE 48, SL0 = 1, T0SZ 25 */
	cb_wr64(&r, n, SMMUV2_CB_TTBR0, 0x900000);
	put64(&r, 0x900000, 0x901003);
	put64(&r, 0x901000, 0x902003);
	put64(&r, 0x902028, 0xa0005000 | 0x7ff);
	cb_wr(&r, n, SMMUV2_CB_SCTLR, 0x161);
}

#endif /* V2_HW_SCENE_H */
