/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VMSAv8-64 (Arm ARM D8) and the long-descriptor format of VMSAv8-32 (G5.5),
 * stage 1, stage 2 and nested, for SMMUv3 and SMMUv2.
 */
#ifndef PT_VMSA64_H
#define PT_VMSA64_H

#include "pt.h"

/* struct vmsa64_stage.flags, both stages */
#define VMSA_AFFD   BIT(0) /* access flag fault disabled; without effect under VMSA_HA */
#define VMSA_HA	    BIT(1) /* hardware updates the access flag */
#define VMSA_HD	    BIT(2) /* hardware manages the dirty state; needs VMSA_HA */
#define VMSA_BE	    BIT(3) /* descriptors are big-endian */
/* stage 1 */
#define VMSA_HPD    BIT(4)  /* APTable, XNTable, PXNTable are ignored */
#define VMSA_WXN    BIT(5)  /* writable is never executable */
#define VMSA_UWXN   BIT(6)  /* AArch32: writable by EL0 is never executable at EL1 */
#define VMSA_PAN    BIT(7)  /* privileged data access never to what EL0 may access */
#define VMSA_ONE_EL BIT(8)  /* EL2 or EL3 regime: AP[1] and PXN mean nothing, UXN is XN, all accesses are alike */
#define VMSA_EPD    BIT(9)  /* walks of this table are disabled: translation fault, level 0 */
#define VMSA_TBI    BIT(10) /* top byte of the input address is ignored */
#define VMSA_LPAE   BIT(11) /* VMSAv8-32 long descriptors: XN instead of UXN, no DBM; 32-bit input of stage 1 */
#define VMSA_E0PD   BIT(12) /* unprivileged accesses through this table: translation fault, level 0 */
#define VMSA_DS	    BIT(13) /* 52-bit addresses with 4K or 16K granules (TCR.DS): OA[51:50] in 9:8 */
#define VMSA_HIGH   BIT(14) /* second root (TT1): the input's upper bits must be ones */
#define VMSA_LPA \
	BIT(15) /* 64K granule: blocks of 4 TiB at level 1 exist (52-bit addresses); implied by out_bits > 48 */
/* stage 2 */
#define VMSA_EPAN   BIT(18) /* stage 1, with VMSA_PAN: what EL0 may execute counts as accessible, too */
#define VMSA_S2_XNX BIT(16) /* XN[1:0] tells privileged from unprivileged execution */
#define VMSA_S2_PTW BIT(17) /* a stage-1 walk to Device memory is a stage 2 permission fault */

/**
 * struct vmsa64_stage - one stage of translation, resolved and validated
 * @table: address of the table of @level; the bits below its size are zero
 * @flags: VMSA_*
 * @granule: log2 of the granule, bytes: 12, 14, 16
 * @in_bits: input address size, bits; what lies outside is a translation fault of level 0
 * @level: initial lookup level, -1..3
 * @out_bits: output address size, 32..52; what lies beyond is an address size fault
 *
 * Stage 2 with concatenated tables: @level is the level of the concatenated
 * tables; the index of the first lookup simply has more bits.
 */
struct vmsa64_stage {
	u64 table;
	u32 flags;
	u8 granule;
	u8 in_bits;
	s8 level;
	u8 out_bits;
};

/**
 * vmsa64_s1_init() - resolve a stage 1 from TxSZ
 * @st: filled in
 * @granule: 12, 14 or 16
 * @in_bits: 64 - TxSZ; LPAE: 32 - TxSZ, or less for a split (see lpae_s1_init())
 * @ttb: base address field; bits below the table's alignment are ignored (RES0)
 * @out_bits: effective IPS (also the limit for @ttb)
 * @flags: VMSA_*
 *
 * Return: 0; -EINVAL if @in_bits is no legal size for the granule (D8.2.8 - D8.2.10).
 */
int vmsa64_s1_init(struct vmsa64_stage *st, u8 granule, u8 in_bits, u64 ttb, u8 out_bits, u32 flags);

/**
 * vmsa64_s2_init() - resolve a stage 2 from T0SZ and SL0
 * @st: filled in
 * @granule: log2 of the granule: 12, 14 or 16
 * @in_bits: 64 - S2T0SZ
 * @sl0: VTCR_EL2.SL0 / STE.S2SL0 as encoded for the granule
 * @ttb: base address field; bits below the alignment of the (concatenated) tables are ignored
 * @out_bits: effective S2PS, bits
 * @flags: VMSA_*
 *
 * Return: 0; -EINVAL if @sl0 is reserved or does not fit @in_bits (more than 16 concatenated tables, or a first table
 *	without an index; D8.2.2).
 */
int vmsa64_s2_init(struct vmsa64_stage *st, u8 granule, u8 in_bits, u8 sl0, u64 ttb, u8 out_bits, u32 flags);

/**
 * lpae_s1_init() - resolve both roots of a VMSAv8-32 long-descriptor stage 1 (G5.5)
 * @tt: two stages, filled in; tt[1] has VMSA_HIGH
 * @t0sz: TTBCR.T0SZ, 0..7
 * @t1sz: TTBCR.T1SZ, 0..7
 * @epd0: TTBCR.EPD0: walks of TTBR0 are disabled
 * @epd1: TTBCR.EPD1: walks of TTBR1 are disabled
 * @ttbr0: base address of the lower range
 * @ttbr1: base address of the upper range
 * @flags: VMSA_* for both; VMSA_LPAE is added
 *
 * Return: 0; -EINVAL if a size is out of range.
 */
int lpae_s1_init(struct vmsa64_stage tt[2], u8 t0sz, u8 t1sz, bool epd0, bool epd1, u64 ttbr0, u64 ttbr1, u32 flags);

/**
 * lpae_s2_init() - resolve a VMSAv8-32 stage 2 (40-bit input at most)
 * @st: filled in
 * @t0sz: VTCR.T0SZ as a signed number, -8..7
 * @sl0: VTCR.SL0: 0: the walk starts at level 2, 1: at level 1
 * @vttbr: base address field
 * @flags: VMSA_*
 *
 * Return: 0; -EINVAL if a value is out of range or @sl0 does not fit @t0sz.
 */
int lpae_s2_init(struct vmsa64_stage *st, s8 t0sz, u8 sl0, u64 vttbr, u32 flags);

/**
 * vmsa64_select() - choose the root for an address and check its upper bits
 * @tt: tt[0], and tt[1] if @two
 * @two: two ranges, chosen by VA[55] (LPAE: by the sizes, G5.5.3)
 * @va: input address
 * @access: PT_PRIV matters for VMSA_E0PD
 *
 * Return: the stage, or NULL: translation fault of stage 1, level 0 (address in the hole, EPD, E0PD; D8.2.4).
 */
const struct vmsa64_stage *vmsa64_select(const struct vmsa64_stage *tt, bool two, u64 va, u32 access);

/**
 * vmsa64_walk() - translate
 * @env: see struct pt_env
 * @s1: stage 1, or NULL: stage 2 only
 * @s2: stage 2, or NULL: stage 1 only. At least one is given.
 * @addr: input address; of stage 1 the bits above in_bits are not looked at when vmsa64_select() chose it, of stage 2
 *	alone they must be zero, else translation fault level 0
 * @access: PT_*
 * @start: where the first stage present goes on, or NULL
 * @r: every field that the outcome defines is written
 *
 * Order of faults for one descriptor: external abort, translation, address
 * size, access flag, permission (D8.15). Access flag and dirty state are written
 * back by mem_cas64 once no fault of their stage is left; if the descriptor has
 * changed meanwhile it is evaluated anew.
 *
 * Return: @r->fault.
 */
enum pt_fault vmsa64_walk(const struct pt_env *env, const struct vmsa64_stage *s1, const struct vmsa64_stage *s2,
			  u64 addr, u32 access, const struct pt_start *start, struct pt_result *r);

/**
 * vmsa64_s2_only() - translate the IPA of a configuration structure (CD fetch) through stage 2
 * @env: see struct pt_env
 * @s2: stage 2
 * @ipa: input address
 * @access: PT_*
 * @r: every field that the outcome defines is written
 *
 * As vmsa64_walk() without stage 1, but the stage 2 walk cache is consulted, VMSA_S2_PTW applies, and @r->ipa is
 * @ipa.
 *
 * Return: @r->fault.
 */
enum pt_fault vmsa64_s2_only(const struct pt_env *env, const struct vmsa64_stage *s2, u64 ipa, u32 access,
			     struct pt_result *r);

#endif /* PT_VMSA64_H */
