/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VMSAv8-32 short-descriptor format (Arm ARM G5.4), stage 1, for SMMUv2. The
 * long-descriptor format is in pt_vmsa64.h.
 */
#ifndef PT_VMSA32_H
#define PT_VMSA32_H

#include "pt_vmsa64.h"

#define SHORT_AFE  BIT(0) /* AP[0] is the access flag; else AP[2:0] is the full model */
#define SHORT_TRE  BIT(1) /* TEX remap: reported in pt_result.attr as TEX[0], C, B only */
#define SHORT_WXN  BIT(2)
#define SHORT_UWXN BIT(3)
#define SHORT_BE   BIT(4)
#define SHORT_PD0  BIT(5) /* walks of TTBR0 are disabled: translation fault, level 1 */
#define SHORT_PD1  BIT(6)
#define SHORT_PXN  BIT(7) /* PXN is implemented */

#define SHORT_ALL_CLIENTS 0x55555555U

/**
 * struct short_stage - a stage 1 of short descriptors, resolved
 * @ttbr0: TTBR0 base address; bits below the table's size are ignored
 * @ttbr1: TTBR1 base address, likewise
 * @dacr: domain access control; SMMUs have none: SHORT_ALL_CLIENTS
 * @flags: SHORT_*
 * @n: TTBCR.N, 0..7
 * @out_bits: output size, 32 or 40 (supersections reach 40 bits)
 */
struct short_stage {
	u64 ttbr0;
	u64 ttbr1;
	u32 dacr;
	u32 flags;
	u8 n;
	u8 out_bits;
};

/**
 * short_walk() - translate through short descriptors, over stage 2 if @s2 is given
 * @env: see struct pt_env
 * @s1: stage 1
 * @s2: stage 2 below, or NULL
 * @va: input address; above 4 GiB: translation fault, level 1
 * @access: PT_*
 * @start: level 2, with the table and attributes of an earlier step, or NULL
 * @r: every field that the outcome defines is written
 *
 * Levels are 1 and 2.
 *
 * Return: @r->fault.
 */
enum pt_fault short_walk(const struct pt_env *env, const struct short_stage *s1, const struct vmsa64_stage *s2, u64 va,
			 u32 access, const struct pt_start *start, struct pt_result *r);

#endif /* PT_VMSA32_H */
