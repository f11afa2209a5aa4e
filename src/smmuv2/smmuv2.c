// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Life of the hardware: configuration, identification, power-on. */
#include "smmuv2_priv.h"

static bool size_ok(u8 bits)
{
	return smmuv2_size_bits(smmuv2_size_code(bits)) == bits;
}

static int check_cfg(const struct smmuv2_cfg *c)
{
	u32 i;

	if (c->behaviour > SMMUV2_QCOM || c->num_cb > SMMUV2_MAX_CB || c->num_s2cb > c->num_cb)
		return -EINVAL;
	if (c->num_smrg > SMMUV2_MAX_SMR || c->sid_bits > (c->exids ? 16 : 15) || c->n_tbus > SMMUV2_MAX_TBUS)
		return -EINVAL;
	/* IDR0.PTFS cannot say "short descriptors only". */
	if ((c->formats & ~SMMUV2_FMT_ALL) || ((c->formats & SMMUV2_FMT_SHORT) && !(c->formats & SMMUV2_FMT_LPAE)))
		return -EINVAL;
	if (!size_ok(c->ias_bits) || !size_ok(c->oas_bits) || c->ubs_bits < 32 || c->ubs_bits > 49)
		return -EINVAL;
	if (c->num_irpt > SMMUV2_MAX_CB || (c->no_s1 && c->no_s2))
		return -EINVAL;
	if (c->log2_pages > 8 || 1U << c->log2_pages < c->num_cb)
		return -EINVAL;
	for (i = 0; i < c->n_tbus; i++)
		if (c->stall_slots[i] > 1024)
			return -EINVAL;
	return 0;
}

int smmuv2_cfg_resolve(struct smmuv2_cfg *c)
{
	u32 i, slots = 0;
	int err;

	c->num_cb = c->num_cb ? c->num_cb : 16;
	c->num_smrg = c->num_smrg ? c->num_smrg : 32;
	c->sid_bits = c->sid_bits ? c->sid_bits : c->exids ? 16 : 15;
	c->formats = c->formats ? c->formats : SMMUV2_FMT_ALL;
	c->ias_bits = c->ias_bits ? c->ias_bits : 48;
	c->oas_bits = c->oas_bits ? c->oas_bits : 48;
	c->ubs_bits = c->ubs_bits ? c->ubs_bits : 49;
	c->n_tbus = c->n_tbus ? c->n_tbus : 1;
	if (!c->log2_pages)
		for (c->log2_pages = 2; 1U << c->log2_pages < c->num_cb && c->log2_pages < 8;)
			c->log2_pages++;
	if (c->no_caches)
		c->tlb = c->wc1 = c->wc2 = (struct tcache_cfg){ .ways = 1 };
	err = check_cfg(c);
	for (i = 0; i < c->n_tbus && !err; i++) {
		c->stall_slots[i] = c->stall_slots[i] ? c->stall_slots[i] : 16;
		slots += c->stall_slots[i];
	}
	return slots > SMMUV2_MAX_SLOTS ? -EINVAL : err;
}

void smmuv2_identify(struct smmuv2 *s)
{
	const struct smmuv2_cfg *c = &s->cfg;
	u32 f = c->formats;
	u32 ptfs = f & SMMUV2_FMT_SHORT	 ? SMMUV2_IDR0_PTFS_ALL
		   : f & SMMUV2_FMT_LPAE ? SMMUV2_IDR0_PTFS_LPAE
					 : SMMUV2_IDR0_PTFS_NONE;
	u32 ubs = c->ubs_bits == 49 ? 5 : smmuv2_size_code(c->ubs_bits);

	reg_set(&s->gr0, SMMUV2_GR0_IDR0,
		FIELD_PREP(SMMUV2_IDR0_NUMSMRG, (u32)c->num_smrg) | (c->exids ? SMMUV2_IDR0_EXIDS : 0) |
			FIELD_PREP(SMMUV2_IDR0_NUMSIDB, (u32)min(c->sid_bits, (u8)15)) |
			(c->incoherent ? 0 : SMMUV2_IDR0_CTTW) |
			FIELD_PREP(SMMUV2_IDR0_NUMIRPT, (u32)(c->num_irpt ? c->num_irpt : 1)) |
			FIELD_PREP(SMMUV2_IDR0_PTFS, ptfs) | (c->no_atos ? SMMUV2_IDR0_ATOSNS : 0) |
			(c->stream_indexing ? 0 : SMMUV2_IDR0_SMS) |
			(c->no_nested || c->no_s1 || c->no_s2 ? 0 : SMMUV2_IDR0_NTS) |
			(c->no_s2 ? 0 : SMMUV2_IDR0_S2TS) | (c->no_s1 ? 0 : SMMUV2_IDR0_S1TS));
	reg_set(&s->gr0, SMMUV2_GR0_IDR1,
		FIELD_PREP(SMMUV2_IDR1_NUMCB, (u32)c->num_cb) | SMMUV2_IDR1_SMCD |
			FIELD_PREP(SMMUV2_IDR1_NUMS2CB, (u32)c->num_s2cb) |
			FIELD_PREP(SMMUV2_IDR1_NUMPAGENDXB, (u32)s->half_pages - 1) |
			(c->page_64k ? SMMUV2_IDR1_PAGESIZE : 0));
	reg_set(&s->gr0, SMMUV2_GR0_IDR2,
		FIELD_PREP(SMMUV2_IDR2_IAS, smmuv2_size_code(c->ias_bits)) |
			FIELD_PREP(SMMUV2_IDR2_OAS, smmuv2_size_code(c->oas_bits)) | FIELD_PREP(SMMUV2_IDR2_UBS, ubs) |
			(f & SMMUV2_FMT_4K ? SMMUV2_IDR2_PTFSv8_4KB : 0) |
			(f & SMMUV2_FMT_16K ? SMMUV2_IDR2_PTFSv8_16KB : 0) |
			(f & SMMUV2_FMT_64K ? SMMUV2_IDR2_PTFSv8_64KB : 0) | (c->vmid16 ? SMMUV2_IDR2_VMID16S : 0));
}

static int alloc(struct smmuv2 *s)
{
	const struct smmuv2_cfg *c = &s->cfg;
	u32 i, slots = 0;

	if (reg_bank_init(&s->gr0, smmuv2_gr0_table, SMMUV2_GR0_ROWS) ||
	    reg_bank_init(&s->gr1, smmuv2_gr1_table, SMMUV2_GR1_ROWS))
		return -ENOMEM;
	s->bank = fl_zalloc(c->num_cb * sizeof(*s->bank));
	s->memo = fl_zalloc(sizeof(*s->memo) << c->sid_bits);
	for (i = 0; i < c->n_tbus; i++)
		slots += c->stall_slots[i];
	s->stalls = fl_zalloc(slots * sizeof(*s->stalls));
	if (!s->bank || !s->memo || !s->stalls || engine_init_slots(&s->eng, slots))
		return -ENOMEM;
	for (i = 0; i < c->num_cb; i++)
		if (reg_bank_init(&s->bank[i].regs, smmuv2_cb_table, SMMUV2_CB_ROWS))
			return -ENOMEM;
	return 0;
}

/* Banks and slots as after power-on; their storage stays. */
static void clear_banks(struct smmuv2 *s)
{
	u32 i;

	for (i = 0; i < s->cfg.num_cb; i++) {
		struct smmuv2_bank *b = &s->bank[i];
		struct reg_bank regs = b->regs;

		memset(b, 0, sizeof(*b));
		b->regs = regs;
		reg_bank_reset(&b->regs);
	}
	memset(s->tbu, 0, sizeof(s->tbu));
	for (i = 0; i < s->cfg.n_tbus; i++)
		s->tbu[i].slots = s->cfg.stall_slots[i];
	s->full_tbus = 0;
}

/* The state after power-on: nothing is in flight, stalled or raised. */
void smmuv2_power_on(void *hw)
{
	struct smmuv2 *s = hw;
	bool a32 = s->cfg.formats & SMMUV2_FMT_LPAE;
	u32 i;

	smmuv2_fault_lower(s);
	clear_banks(s);
	reg_bank_reset(&s->gr0);
	reg_bank_reset(&s->gr1);
	s->eng.seq = 1; /* a sync that waits for nothing has number 1 */
	s->ginv_seq = 0;
	s->gsync_seq = 0;
	s->syncs = 0;
	s->gse_stall = false;
	s->gfsr = 0;
	s->half_pages = s->cfg.log2_pages;
	smmuv2_identify(s);
	s->scr0 = (u32)reg_get(&s->gr0, SMMUV2_GR0_sCR0);
	for (i = 0; i < s->cfg.num_cb; i++)
		if (!a32)
			reg_set(&s->gr1, SMMUV2_GR1_CBA2R(i), SMMUV2_CBA2R_VA64);
	smmuv2_stream_update(s);
	smmuv2_bank_update_all(s);
}

int smmuv2_init(struct smmuv2 *s, const struct smmuv2_cfg *cfg, const struct iommu_ops *ops, void *ctx)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	engine_init(&s->eng, &smmuv2_hooks, ops, ctx, &s->stats, sizeof(s->stats));
	s->page_shift = cfg->page_64k ? 16 : 12;
	if (!ops->mem_read || !ops->irq || !ops->txn_resume)
		return -EINVAL;
	err = smmuv2_cfg_resolve(&s->cfg);
	if (err)
		return err;
	err = alloc(s);
	err = err ? err : engine_init_cache(&s->eng, UNIT_TLB, &s->cfg.tlb, 512, 4);
	err = err ? err : engine_init_cache(&s->eng, UNIT_WALK_CACHE, &s->cfg.wc1, 64, 4);
	err = err ? err : engine_init_cache(&s->eng, UNIT_WALK_CACHE_S2, &s->cfg.wc2, 64, 4);
	s->keep_steps = s->cfg.wc1.sets | s->cfg.wc2.sets;
	if (err) {
		smmuv2_exit(s);
		return err;
	}
	engine_start(&s->eng);
	return 0;
}

void smmuv2_exit(struct smmuv2 *s)
{
	u32 i;

	for (i = 0; s->bank && i < s->cfg.num_cb; i++)
		reg_bank_exit(&s->bank[i].regs);
	reg_bank_exit(&s->gr0);
	reg_bank_exit(&s->gr1);
	engine_exit(&s->eng);
	fl_free(s->bank);
	fl_free(s->memo);
	fl_free(s->stalls);
	memset(s, 0, sizeof(*s));
}

const char *smmuv2_fault_name(u16 fault)
{
	static const char *const context[] = { "unknown", "TF", "AFF", "PF", "EF", "TLBMCF", "TLBLKF", "ASF", "UUT" };
	static const char *const global[] = { "ICF", "USF",	  "SMCF",      "UCBF",	    "UCIF",
					      "CAF", "global EF", "global PF", "global UUT" };
	u32 bit = (u32)__builtin_ctz(fault | SMMUV2_FAULT_GLOBAL);

	if (bit >= ARRAY_SIZE(context))
		return "unknown";
	return fault & SMMUV2_FAULT_GLOBAL ? global[bit] : context[bit];
}

/* Each fault register holds one fault, so there is no queue. */
void smmuv2_stats(const void *hw, struct iommu_stats *st)
{
	st->records_lost = ((const struct smmuv2 *)hw)->stats.multi;
}
