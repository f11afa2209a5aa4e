// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "faultline/vtd.h"
#include "vtd.h"

static_assert((int)VTD_LINE_PAGE_REQUEST == (int)FL_VTD_PAGE_REQUEST && (int)VTD_ATTR_SNOOP == (int)FL_VTD_SNOOP &&
		      (int)VTD_ATTR_CA == (int)FL_VTD_COMPLETER_ABORT,
	      "both sides count alike");

static bool bank(const void *hw, u32 n, struct face_bank *b)
{
	*b = (struct face_bank){ .regs = &((const struct vtd *)hw)->regs };
	return !n;
}

static void end(void *hw)
{
	vtd_exit(hw);
}

static const char *reason(u16 fault)
{
	const struct spec_kind *k = spec_kind(&vtd_records[VTD_RECORD_FRCD], fault);

	return k ? k->name : "no fault reason";
}

int fl_vtd_create(const struct fl_vtd_params *params, const struct fl_host *host, void *ctx, struct fl_iommu **out)
{
	struct fl_vtd_params p;
	struct vtd_cfg cfg;
	struct fl_iommu *i;
	int err = face_take(&p, sizeof(p), params);

	err = err ? err : face_new(host, ctx, sizeof(struct vtd), &i);
	if (err)
		return err;
	cfg = (struct vtd_cfg){ .cap = p.cap,
				.ecap = p.ecap,
				.ver = p.ver,
				.haw = p.haw,
				.collapse_faults = p.collapse_faults,
				.itags = p.itags,
				.iotlb = face_cache(&p.iotlb),
				.context = face_cache(&p.context),
				.pasid = face_cache(&p.pasid),
				.first = face_cache(&p.first),
				.second = face_cache(&p.second) };
	err = i->host.mem_write && (i->host.msi || i->host.irq) ? vtd_init(i->hw, &cfg, &i->ops, i) : -EINVAL;
	if (err) {
		fl_iommu_destroy(i);
		return err;
	}
	i->cls = &vtd_class;
	i->exit = end;
	i->bank = bank;
	i->fault_name = reason;
	i->mmio_bytes = (((struct vtd *)i->hw)->regs.span + 4095u) & ~4095u;
	*out = i;
	return 0;
}
