// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The register space: global space 0 and 1, and from the middle of the map a page a context bank. */
#include "smmuv2_priv.h"

#define IN_PAGE 0x1000 /* registers fill the first 4 KiB of a page of any size */

u64 smmuv2_mmio_bytes(const struct smmuv2 *s)
{
	return 2ULL << (s->half_pages + s->page_shift);
}

/* The register file and the offset in it; NULL: reserved. @cb: bank, or SMMUV2_NO_BANK. */
static struct reg_bank *file_of(struct smmuv2 *s, u64 offset, u32 *in, u32 *cb)
{
	u64 page = offset >> s->page_shift, half = 1ULL << s->half_pages;

	*in = (u32)(offset & ((1U << s->page_shift) - 1));
	*cb = SMMUV2_NO_BANK;
	if (offset >= smmuv2_mmio_bytes(s) || *in >= IN_PAGE)
		return NULL;
	if (page == 0)
		return &s->gr0;
	if (page == 1)
		return &s->gr1;
	if (page < half || page - half >= s->cfg.num_cb)
		return NULL;
	*cb = (u32)(page - half);
	return &s->bank[*cb].regs;
}

/* Words and aligned doublewords only; else a configuration access fault. */
static bool shape_ok(struct smmuv2 *s, u64 offset, unsigned int size, bool write)
{
	if ((size == 4 || size == 8) && !(offset & (size - 1)))
		return true;
	smmuv2_fault_config(s, offset, write);
	return false;
}

/* Elements of the arrays that are not implemented are reserved. */
static bool implemented(const struct smmuv2 *s, const struct reg_bank *file, u32 in)
{
	if (file == &s->gr0 && in >= SMMUV2_GR0_SMR(0) && in < SMMUV2_GR0_S2CR(SMMUV2_MAX_SMR)) {
		if (in < SMMUV2_GR0_S2CR(0) && s->cfg.stream_indexing)
			return false;
		return in % 0x400 / 4 < s->cfg.num_smrg;
	}
	return file != &s->gr1 || in % 0x400 / 4 < s->cfg.num_cb;
}

u64 smmuv2_mmio_read(void *hw, u64 offset, unsigned int size)
{
	struct smmuv2 *s = hw;
	u32 in, cb;
	struct reg_bank *file;

	if (!shape_ok(s, offset, size, false))
		return 0;
	file = file_of(s, offset, &in, &cb);
	return file && implemented(s, file, in) ? reg_read(file, in, size) : 0;
}

/* Bits that the hardware does not implement stay zero, so that software can detect them. */
static void scr0_written(struct smmuv2 *s)
{
	u32 scr0 = (u32)reg_get(&s->gr0, SMMUV2_GR0_sCR0), changed = scr0 ^ s->scr0;

	if (s->cfg.behaviour == SMMUV2_MMU500)
		scr0 &= ~(SMMUV2_sCR0_GSE | SMMUV2_sCR0_STALLD);
	if (!s->cfg.exids)
		scr0 &= ~SMMUV2_sCR0_EXIDENABLE;
	if (!s->cfg.vmid16)
		scr0 &= ~SMMUV2_sCR0_VMID16EN;
	reg_set(&s->gr0, SMMUV2_GR0_sCR0, scr0);
	smmuv2_global_update(s, s->gfsr);
	if (changed & SMMUV2_sCR0_GSE)
		smmuv2_fault_gse(s);
	if (changed & SMMUV2_sCR0_EXIDENABLE)
		smmuv2_stream_update(s);
	if (changed & SMMUV2_sCR0_VMID16EN)
		smmuv2_bank_update_all(s);
	engine_changed(&s->eng, NULL);
}

static void smr_written(struct smmuv2 *s, u32 n, u32 old)
{
	u32 smr = (u32)reg_get(&s->gr0, SMMUV2_GR0_SMR(n));
	u32 ids = (1U << s->cfg.sid_bits) - 1;
	bool exid = s->scr0 & SMMUV2_sCR0_EXIDENABLE;

	ids = exid ? ids : ids & SMMUV2_SMR_ID;
	reg_set(&s->gr0, SMMUV2_GR0_SMR(n), smr & (ids | ids << 16 | (exid ? 0 : SMMUV2_SMR_VALID)));
	smmuv2_stream_update(s);
	smmuv2_stream_changed(s, n, old, (u32)reg_get(&s->gr0, SMMUV2_GR0_S2CR(n)));
}

static void s2cr_written(struct smmuv2 *s, u32 n, u32 old)
{
	smmuv2_stream_update(s);
	smmuv2_stream_changed(s, n, (u32)reg_get(&s->gr0, SMMUV2_GR0_SMR(n)), old);
}

static void gr0_written(struct smmuv2 *s, u32 in, u64 value, u64 full, u64 old)
{
	switch (in) {
	case SMMUV2_GR0_sCR0:
		scr0_written(s);
		break;
	case SMMUV2_GR0_sGFSR:
		smmuv2_global_update(s, (u32)full);
		break;
	case SMMUV2_GR0_sGFSRRESTORE:
		smmuv2_global_update(s, (u32)value & (SMMUV2_sGFSR_FAULTS | SMMUV2_sGFSR_MULTI));
		break;
	case SMMUV2_GR0_sTLBGSYNC:
		smmuv2_sync_gr0(s);
		break;
	case SMMUV2_GR0_TLBIVMID ... SMMUV2_GR0_TLBIALLH:
	case SMMUV2_GR0_TLBIVAH:
	case SMMUV2_GR0_TLBIVALH64:
	case SMMUV2_GR0_TLBIVMIDS1:
	case SMMUV2_GR0_TLBIVAH64:
		smmuv2_tlb_gr0(s, in, full);
		break;
	case SMMUV2_GR0_sGATS1UR ... SMMUV2_GR0_sGATS12PW:
		smmuv2_ats_gr0(s, in, full);
		break;
	case SMMUV2_GR0_SMR(0)... SMMUV2_GR0_SMR(SMMUV2_MAX_SMR - 1):
		smr_written(s, (in - SMMUV2_GR0_SMR(0)) / 4, (u32)old);
		break;
	case SMMUV2_GR0_S2CR(0)... SMMUV2_GR0_S2CR(SMMUV2_MAX_SMR - 1):
		s2cr_written(s, (in - SMMUV2_GR0_S2CR(0)) / 4, (u32)old);
		break;
	default:
		break;
	}
}

static void gr1_written(struct smmuv2 *s, u32 in)
{
	u32 n = in % 0x400 / 4;
	u64 cbar = reg_get(&s->gr1, SMMUV2_GR1_CBAR(n)), cba2r = reg_get(&s->gr1, SMMUV2_GR1_CBA2R(n));

	if (!s->cfg.num_irpt)
		cbar &= ~(u64)SMMUV2_CBAR_IRPTNDX;
	if (n < s->cfg.num_s2cb)
		cbar &= ~(u64)SMMUV2_CBAR_TYPE;
	if (!(s->cfg.formats & SMMUV2_FMT_LPAE))
		cba2r |= SMMUV2_CBA2R_VA64;
	if (!(s->cfg.formats & (SMMUV2_FMT_4K | SMMUV2_FMT_16K | SMMUV2_FMT_64K)))
		cba2r &= ~(u64)SMMUV2_CBA2R_VA64;
	if (!s->cfg.vmid16)
		cba2r &= ~(u64)SMMUV2_CBA2R_VMID16;
	reg_set(&s->gr1, SMMUV2_GR1_CBAR(n), cbar);
	reg_set(&s->gr1, SMMUV2_GR1_CBA2R(n), cba2r);
	smmuv2_bank_update(s, n);
	if (in < SMMUV2_GR1_CBFRSYNRA(0) || in >= SMMUV2_GR1_CBA2R(0))
		smmuv2_changed_bank(s, n);
}

static void cb_written(struct smmuv2 *s, u32 n, u32 in, u64 value, u64 full)
{
	switch (in) {
	case SMMUV2_CB_SCTLR:
		smmuv2_fault_sctlr(s, n);
		smmuv2_bank_update(s, n);
		smmuv2_changed_bank(s, n);
		break;
	case SMMUV2_CB_TCR:
	case SMMUV2_CB_TCR2:
	case SMMUV2_CB_TTBR0:
	case SMMUV2_CB_TTBR1:
	case SMMUV2_CB_CONTEXTIDR:
	case SMMUV2_CB_MAIR0:
	case SMMUV2_CB_MAIR1:
		smmuv2_bank_update(s, n);
		smmuv2_changed_bank(s, n);
		break;
	case SMMUV2_CB_RESUME:
		smmuv2_fault_resume(s, n, value & SMMUV2_RESUME_TnR);
		break;
	case SMMUV2_CB_FSR:
		smmuv2_fault_clear(s, n, (u32)value);
		break;
	case SMMUV2_CB_FSRRESTORE:
		smmuv2_fault_restore(s, n, (u32)value);
		break;
	case SMMUV2_CB_TLBSYNC:
		smmuv2_sync_bank(s, n);
		break;
	case SMMUV2_CB_TLBIVA ... SMMUV2_CB_TLBIIPAS2L:
		smmuv2_tlb_bank(s, n, in, full);
		break;
	case SMMUV2_CB_ATS1PR ... SMMUV2_CB_ATS1UW:
		smmuv2_ats_bank(s, n, in, full);
		break;
	default:
		break;
	}
}

void smmuv2_mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	struct smmuv2 *s = hw;
	struct reg_bank *file;
	struct reg_ref ref;
	u64 old, full;
	u32 in, cb, reg;

	if (!shape_ok(s, offset, size, true))
		return;
	file = file_of(s, offset, &in, &cb);
	if (!file || !implemented(s, file, in))
		return;
	if (!reg_write(file, in, value, size, &ref, &old))
		return;
	reg = in - ref.byte;
	full = reg_get(file, reg);
	/* The upper half of an operation on a 64-bit register waits for the lower one. */
	if (ref.byte) {
		if (cb != SMMUV2_NO_BANK && (reg == SMMUV2_CB_TTBR0 || reg == SMMUV2_CB_TTBR1)) {
			smmuv2_bank_update(s, cb);
			smmuv2_changed_bank(s, cb);
		}
		return;
	}
	if (file == &s->gr0)
		gr0_written(s, reg, value, full, old);
	else if (file == &s->gr1)
		gr1_written(s, reg);
	else
		cb_written(s, cb, reg, value, full);
}
