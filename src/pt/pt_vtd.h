/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VT-d paging: first stage (x86-64, 4 and 5 levels), second stage (3, 4 and 5
 * levels) and nested. Chapters 3.6 - 3.8 and 9.
 */
#ifndef PT_VTD_H
#define PT_VTD_H

#include "pt.h"

/* struct vtd_stage.flags */
#define VTD_WPE		  BIT(0)  /* first stage: write protect also for supervisor requests (PASID entry WPE) */
#define VTD_NXE		  BIT(1)  /* first stage: XD (bit 63) is honoured; else ignored (9.7) */
#define VTD_EAFE	  BIT(2)  /* first stage: extended-accessed flag is set */
#define VTD_SMEP	  BIT(3)  /* first stage: no supervisor execution from user pages */
#define VTD_1GB		  BIT(4)  /* 1 GiB pages (CAP.FS1GP, CAP.SSLPS bit 1) */
#define VTD_2MB		  BIT(5)  /* second stage: 2 MiB pages (CAP.SSLPS bit 0); the first stage always has them */
#define VTD_AD		  BIT(6)  /* second stage: A/D flags are enabled (SSADE, ECAP.SSADS) */
#define VTD_LEGACY	  BIT(7)  /* legacy mode: second stage only, reserved bits as in legacy mode */
#define VTD_NO_SNOOP_WALK BIT(8)  /* walks do not snoop (PWSNP, SMPWC): an A/D update is PT_NO_UPDATE */
#define VTD_SNP		  BIT(9)  /* second stage: SNP (bit 11 of a leaf) is supported (ECAP.SC); else reserved */
#define VTD_MTS		  BIT(10) /* second stage: EMT and IPAT are supported (ECAP.MTS); else ignored */
#define VTD_IORW	  BIT(11) /* second stage: IR and IW (bits 61, 62) grant, not R and W (SSIRWE) */
#define VTD_XD_RESERVED	  BIT(13) /* first stage: an XD on the way is a reserved bit to requests that the rights allow */
#define VTD_EXEC	  BIT(12) /* execute requests are checked (X of the first stage); else PT_EXEC is treated as a read */

/**
 * struct vtd_stage - one stage, resolved
 * @table: FSPTPTR, SSPTPTR (SLPTPTR); bits 11:0 ignored
 * @flags: VTD_*
 * @levels: 4, 5; second stage also 3
 * @haw: host address width: address bits above are reserved in entries
 * @in_bits: second stage: min(MGAW, AW): nested, addresses of the first stage beyond are PT_ADDR_SIZE of stage 1
 *	(SFS.5). First stage: ignored.
 */
struct vtd_stage {
	u64 table;
	u32 flags;
	u8 levels;
	u8 haw;
	u8 in_bits;
};

/**
 * vtd_canonical() - whether an address is canonical; if not, the fault is SGN.1
 * @addr: input address
 * @levels: levels of the first stage: 4 (48 bits) or 5 (57 bits)
 *
 * Return: true if it is.
 */
static inline bool vtd_canonical(u64 addr, u8 levels)
{
	u32 up = 64 - (12 + 9 * levels);

	return (u64)((s64)(addr << up) >> up) == addr;
}

/**
 * vtd_in_range() - whether an address is within a second stage's input range; if not, the fault is LGN.1.1 or SGN.5
 * @addr: input address
 * @ss: the second stage
 *
 * Return: true if it is.
 */
static inline bool vtd_in_range(u64 addr, const struct vtd_stage *ss)
{
	return !(addr >> ss->in_bits);
}

/**
 * vtd_walk() - translate
 * @env: see struct pt_env
 * @fs: first stage, or NULL: second stage only
 * @ss: second stage, or NULL: first stage only
 * @addr: canonical or in range: the caller has checked
 * @access: PT_*; PT_PRIV is the request's PR bit
 * @start: where the first stage present goes on, or NULL
 * @r: every field that the outcome defines is written
 *
 * Levels count from 5 or 4 (root) down to 1 (PTE). Not-present and R=W=0 entries are PT_TRANSLATION. A supervisor
 * entry ends a user request's walk at once (PT_PRIVILEGE), with PT_NO_PERM_FAULT as well.
 *
 * Return: @r->fault.
 */
enum pt_fault vtd_walk(const struct pt_env *env, const struct vtd_stage *fs, const struct vtd_stage *ss, u64 addr,
		       u32 access, const struct pt_start *start, struct pt_result *r);

/**
 * vtd_reason() - the fault reason (7.1.3) of a faulting walk
 * @r: outcome of vtd_walk()
 * @legacy: legacy mode: LCT.4.3, LSS.*, LGN.*; else SFS.*, SSS.*, SGN.*
 *
 * Return: The fault reason code.
 */
u8 vtd_reason(const struct pt_result *r, bool legacy);

#endif /* PT_VTD_H */
