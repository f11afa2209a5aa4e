// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "faultline/smmuv3.h"
#include "smmuv3.h"

static_assert((int)SMMUV3_IRQ_SEV == (int)FL_SMMUV3_SEV && (int)SMMUV3_IRQ_GERROR == (int)FL_SMMUV3_GERROR, "lines");

static bool bank(const void *hw, u32 n, struct face_bank *b)
{
	*b = (struct face_bank){ .regs = &((const struct smmuv3 *)hw)->regs };
	return !n;
}

static void end(void *hw)
{
	smmuv3_exit(hw);
}

static void translate(const struct fl_smmuv3_params *p, struct smmuv3_cfg *c)
{
	memcpy(c->idr, p->idr, sizeof(c->idr));
	c->idr_given = p->idr_given;
	c->aidr = p->aidr;
	c->iidr = p->iidr;
	c->gbpa = p->gbpa;
	c->stalls = p->stalls;
	c->tlb = face_cache(&p->tlb);
	c->walk_cache = face_cache(&p->walk_cache);
	c->walk_cache_s2 = face_cache(&p->walk_cache_s2);
	c->ste_cache = face_cache(&p->ste_cache);
	c->cd_cache = face_cache(&p->cd_cache);
	c->no_wired_irq = p->no_wired_irq;
}

uint32_t fl_smmuv3_default_idr(unsigned int n)
{
	return n < 6 ? smmuv3_default_idr(n) : 0;
}

int fl_smmuv3_create(const struct fl_smmuv3_params *params, const struct fl_host *host, void *ctx,
		     struct fl_iommu **out)
{
	struct fl_smmuv3_params p;
	struct smmuv3_cfg cfg = { 0 };
	struct fl_iommu *i;
	int err = face_take(&p, sizeof(p), params);

	err = err ? err : face_new(host, ctx, sizeof(struct smmuv3), &i);
	if (err)
		return err;
	translate(&p, &cfg);
	err = i->host.mem_write && i->host.txn_resume ? smmuv3_init(i->hw, &cfg, &i->ops, i) : -EINVAL;
	if (err) {
		fl_iommu_destroy(i);
		return err;
	}
	i->cls = &smmuv3_class;
	i->exit = end;
	i->bank = bank;
	i->fault_name = smmuv3_event_name;
	i->place = smmuv3_without_alias;
	i->mmio_bytes = 0x20000; /* two pages of 64 KiB (6.1) */
	*out = i;
	return 0;
}

int fl_smmuv3_unsupported(struct fl_iommu *i, const struct fl_access *access, uint16_t reason)
{
	if (i->cls != &smmuv3_class)
		return -EINVAL;
	smmuv3_unsupported(i->hw, face_check(access), reason);
	return 0;
}

int fl_smmuv3_page_hint(struct fl_iommu *i, const struct fl_access *access, uint8_t user_perm, uint8_t priv_perm,
			uint8_t pages)
{
	if (i->cls != &smmuv3_class)
		return -EINVAL;
	smmuv3_page_hint(i->hw, face_check(access), user_perm, priv_perm, pages);
	return 0;
}
