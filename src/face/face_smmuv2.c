// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "faultline/smmuv2.h"
#include "smmuv2.h"

#include <stdio.h>

static_assert((int)SMMUV2_QCOM == (int)FL_SMMUV2_QCOM && (int)SMMUV2_FMT_64K == (int)FL_SMMUV2_64K &&
		      (int)SMMUV2_FMT_LPAE == (int)FL_SMMUV2_LPAE && (int)SMMUV2_MAX_TBUS == (int)FL_SMMUV2_TBUS &&
		      (int)SMMUV2_FAULT_GLOBAL == (int)FL_SMMUV2_GLOBAL_FAULT,
	      "both sides count alike");

static bool bank(const void *hw, u32 n, struct face_bank *b)
{
	const struct smmuv2 *s = hw;

	*b = (struct face_bank){ .regs = n ? &s->gr1 : &s->gr0, .base = n ? 1ull << s->page_shift : 0 };
	if (n < 2)
		return true;
	n -= 2;
	if (n >= s->cfg.num_cb)
		return false;
	b->regs = &s->bank[n].regs;
	b->base = ((1ull << s->half_pages) + n) << s->page_shift;
	snprintf(b->prefix, sizeof(b->prefix), "CB%u_", n & 0xff);
	return true;
}

static void end(void *hw)
{
	smmuv2_exit(hw);
}

static struct smmuv2_cfg translate(const struct fl_smmuv2_params *p)
{
	struct smmuv2_cfg c = {
		.behaviour = (enum smmuv2_behaviour)p->behaviour,
		.num_cb = p->num_cb,
		.num_s2cb = p->num_s2cb,
		.num_smrg = p->num_smrg,
		.sid_bits = p->sid_bits,
		.stream_indexing = p->stream_indexing,
		.exids = p->exids,
		.page_64k = p->page_64k,
		.log2_pages = p->log2_pages,
		.no_s1 = p->no_s1,
		.no_s2 = p->no_s2,
		.no_nested = p->no_nested,
		.no_atos = p->no_atos,
		.incoherent = p->incoherent,
		.vmid16 = p->vmid16,
		.no_caches = p->no_caches,
		.formats = p->formats,
		.ias_bits = p->ias_bits,
		.oas_bits = p->oas_bits,
		.ubs_bits = p->ubs_bits,
		.num_irpt = p->num_irpt,
		.n_tbus = p->n_tbus,
		.tlb = face_cache(&p->tlb),
		.wc1 = face_cache(&p->walk_cache),
		.wc2 = face_cache(&p->walk_cache_s2),
		.fsynr0_s1cbndx = p->fsynr0_s1cbndx,
		.fsynr1 = p->fsynr1,
	};

	memcpy(c.stall_slots, p->stall_slots, sizeof(c.stall_slots));
	return c;
}

int fl_smmuv2_create(const struct fl_smmuv2_params *params, const struct fl_host *host, void *ctx,
		     struct fl_iommu **out)
{
	struct fl_smmuv2_params p;
	struct smmuv2_cfg cfg;
	struct fl_iommu *i;
	int err = face_take(&p, sizeof(p), params);

	err = err ? err : face_new(host, ctx, sizeof(struct smmuv2), &i);
	if (err)
		return err;
	cfg = translate(&p);
	err = i->host.irq && i->host.txn_resume ? smmuv2_init(i->hw, &cfg, &i->ops, i) : -EINVAL;
	if (err) {
		fl_iommu_destroy(i);
		return err;
	}
	i->cls = &smmuv2_class;
	i->exit = end;
	i->bank = bank;
	i->fault_name = smmuv2_fault_name;
	i->mmio_bytes = smmuv2_mmio_bytes(i->hw);
	*out = i;
	return 0;
}
