// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Side effects of register writes (chapter 11). */
#include "vtd_priv.h"

static void set_status(struct vtd *v, u32 bit, bool on)
{
	u64 gsts = reg_get(&v->regs, VTD_GSTS);

	reg_set(&v->regs, VTD_GSTS, on ? gsts | bit : gsts & ~(u64)bit);
}

/* RTADDR takes effect. */
static void set_root_table(struct vtd *v)
{
	u64 rtaddr = reg_get(&v->regs, VTD_RTADDR);

	v->root = rtaddr & VTD_RTADDR_RTA & (BIT_ULL(v->haw) - 1);
	v->ttm = (u8)FIELD_GET(VTD_RTADDR_TTM, rtaddr);
	v->ssirwe = rtaddr & VTD_RTADDR_SSIRWE;
	set_status(v, VTD_GCMD_SRTP, true);
	if (v->cap & VTD_CAP_ESRTPS)
		vtd_invalidate_all(v);
	engine_changed(&v->eng, NULL);
}

static void enable_translation(struct vtd *v, bool on)
{
	if (v->tes && !on && (v->ecap & VTD_ECAP_SMTS))
		vtd_invalidate_all(v);
	v->tes = on;
	set_status(v, VTD_GCMD_TE, on);
	engine_changed(&v->eng, NULL);
}

static void enable_queue(struct vtd *v, bool on)
{
	bool was = reg_get(&v->regs, VTD_GSTS) & VTD_GCMD_QIE;

	if (was == on)
		return;
	set_status(v, VTD_GCMD_QIE, on);
	if (on)
		vtd_iq_run(v);
	else
		vtd_iq_stop(v);
}

/* 11.4.4.1. Every command completes at once; those of interrupt remapping are not valid here. */
static void global_command(struct vtd *v, u32 cmd)
{
	if (cmd & VTD_GCMD_SRTP)
		set_root_table(v);
	if (v->ecap & VTD_ECAP_QI)
		enable_queue(v, cmd & VTD_GCMD_QIE);
	if (v->tes != !!(cmd & VTD_GCMD_TE))
		enable_translation(v, cmd & VTD_GCMD_TE);
	if (!v->tes)
		v->fr_index = 0;
}

static bool registers_invalidate(const struct vtd *v)
{
	return v->major <= 5 && v->ttm == VTD_TTM_LEGACY;
}

/*
 * 11.4.6.1: the granularity that was carried out is reported, 0 for a request that
 * was ignored. Nothing is drained: software goes on to invalidate the IOTLB, which
 * waits for the walks that this has made stale as well.
 */
static void context_command(struct vtd *v)
{
	u64 ccmd = reg_get(&v->regs, VTD_CCMD);
	enum vtd_gran g = (enum vtd_gran)FIELD_GET(VTD_CCMD_CIRG, ccmd);
	u16 did = (u16)(ccmd & VTD_CCMD_DID & (BIT_ULL(vtd_domain_bits(v->cap)) - 1));

	if (!(ccmd & VTD_CCMD_ICC))
		return;
	if (!registers_invalidate(v))
		g = VTD_GRAN_RESERVED;
	v->eng.seq++;
	if (g != VTD_GRAN_RESERVED)
		vtd_inv_context(v, g, did, (u16)FIELD_GET(VTD_CCMD_SID, ccmd), (u32)FIELD_GET(VTD_CCMD_FM, ccmd));
	ccmd &= ~(VTD_CCMD_ICC | VTD_CCMD_CAIG);
	reg_set(&v->regs, VTD_CCMD, ccmd | FIELD_PREP(VTD_CCMD_CAIG, (u64)g));
}

static void iotlb_done(struct vtd *v, enum vtd_gran g)
{
	u64 cmd = reg_get(&v->regs, v->iva + VTD_IOTLB) & ~(VTD_IOTLB_IVT | VTD_IOTLB_IAIG);

	v->iotlb_seq = 0;
	reg_set(&v->regs, v->iva + VTD_IOTLB, cmd | FIELD_PREP(VTD_IOTLB_IAIG, (u64)g));
}

/* The granularity that is carried out for IIRG; the address mask is judged when the command comes. */
static enum vtd_gran iotlb_granularity(const struct vtd *v)
{
	enum vtd_gran g = (enum vtd_gran)FIELD_GET(VTD_IOTLB_IIRG, reg_get(&v->regs, v->iva + VTD_IOTLB));

	return g == VTD_GRAN_SELECTIVE && !(v->cap & VTD_CAP_PSI) ? VTD_GRAN_DOMAIN : g;
}

/*
 * IVT is clear when the accesses that use what was invalidated have been drained
 * (6.5.4). The queue waits for them whether a descriptor asks for it with DR and
 * DW or not, and so does the register.
 */
void vtd_iotlb_drained(struct vtd *v)
{
	if (v->iotlb_seq && !vtd_walks_open(v, v->iotlb_seq))
		iotlb_done(v, iotlb_granularity(v));
}

/* 11.4.6.3. Software must not write while IVT is set: a write that arrives nevertheless has no effect. */
static void iotlb_command(struct vtd *v, u64 old)
{
	u64 cmd = reg_get(&v->regs, v->iva + VTD_IOTLB), iva = reg_get(&v->regs, v->iva + VTD_IVA);
	enum vtd_gran g = iotlb_granularity(v);
	u16 did = (u16)(FIELD_GET(VTD_IOTLB_DID, cmd) & (BIT_ULL(vtd_domain_bits(v->cap)) - 1));
	u32 am = (u32)FIELD_GET(VTD_IVA_AM, iva);

	if (v->iotlb_seq) {
		reg_set(&v->regs, v->iva + VTD_IOTLB, old);
		return;
	}
	if (!(cmd & VTD_IOTLB_IVT))
		return;
	if (!registers_invalidate(v))
		g = VTD_GRAN_RESERVED;
	if (g == VTD_GRAN_SELECTIVE && am > FIELD_GET(VTD_CAP_MAMV, v->cap))
		g = VTD_GRAN_RESERVED;
	v->eng.seq++;
	if (g == VTD_GRAN_RESERVED) {
		iotlb_done(v, g);
		return;
	}
	vtd_inv_iotlb(v, g, did, iva & VTD_IVA_ADDR, am, iva & VTD_IVA_IH);
	v->iotlb_seq = v->eng.seq;
	vtd_iotlb_drained(v);
}

static void fault_status_written(struct vtd *v, u64 old)
{
	vtd_fault_written(v);
	if (old & (VTD_FSTS_IQE | VTD_FSTS_ITE))
		vtd_iq_run(v);
}

static void protected_memory_written(struct vtd *v)
{
	u64 pmen = reg_get(&v->regs, VTD_PMEN) & VTD_PMEN_EPM;

	if (!(v->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR)))
		pmen = 0;
	if (v->pmr != !!pmen) {
		v->pmr = pmen;
		engine_changed(&v->eng, NULL);
	}
	reg_set(&v->regs, VTD_PMEN, pmen ? pmen | VTD_PMEN_PRS : 0);
}

/* After a write to @ref, whose register was @old. Command registers act when their upper half is written. */
static void effect(struct vtd *v, const struct reg_ref *ref, u64 old, bool upper, u32 value)
{
	u32 offset = ref->desc->offset;

	if (offset == v->frcd + VTD_FRCD_HI) {
		vtd_fault_written(v);
		return;
	}
	if (offset == v->iva + VTD_IOTLB) {
		if (upper)
			iotlb_command(v, old);
		return;
	}
	switch (offset) {
	case VTD_GCMD:
		global_command(v, value);
		break;
	case VTD_CCMD:
		if (upper)
			context_command(v);
		break;
	case VTD_FSTS:
		fault_status_written(v, old);
		break;
	case VTD_PMEN:
		protected_memory_written(v);
		break;
	case VTD_FECTL:
		vtd_event_unmask(v, VTD_LINE_FAULT);
		break;
	case VTD_IECTL:
		vtd_event_unmask(v, VTD_LINE_INVALIDATION);
		break;
	case VTD_PECTL:
		vtd_event_unmask(v, VTD_LINE_PAGE_REQUEST);
		break;
	case VTD_ICS:
		if (!(reg_get(&v->regs, VTD_ICS) & VTD_ICS_IWC))
			vtd_event_serviced(v, VTD_LINE_INVALIDATION);
		break;
	case VTD_PRS:
		if (!(reg_get(&v->regs, VTD_PRS) & (VTD_PRS_PPR | VTD_PRS_PRO)))
			vtd_event_serviced(v, VTD_LINE_PAGE_REQUEST);
		break;
	case VTD_IQA:
		vtd_iq_moved(v);
		break;
	case VTD_IQT:
		vtd_iq_run(v);
		break;
	default:
		break;
	}
}

/* A quadword access may be split into doublewords, lower first (11.2). */
static bool is_pair(const struct vtd *v, u64 offset, unsigned int size)
{
	struct reg_ref ref;

	return size == 8 && !(offset & 7) && offset < v->regs.span && !reg_find(&v->regs, (u32)offset, 8, &ref);
}

u64 vtd_mmio_read(void *hw, u64 offset, unsigned int size)
{
	const struct vtd *v = hw;

	if (offset >= v->regs.span)
		return 0;
	if (is_pair(v, offset, size))
		return reg_read(&v->regs, (u32)offset, 4) | reg_read(&v->regs, (u32)offset + 4, 4) << 32;
	return reg_read(&v->regs, (u32)offset, size);
}

void vtd_mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	struct vtd *v = hw;
	struct reg_ref ref;
	u64 old;

	if (offset >= v->regs.span)
		return;
	if (is_pair(v, offset, size)) {
		vtd_mmio_write(v, offset, (u32)value, 4);
		vtd_mmio_write(v, offset + 4, value >> 32, 4);
		return;
	}
	if (reg_write(&v->regs, (u32)offset, value, size, &ref, &old))
		effect(v, &ref, old, size == 8 || ref.byte, (u32)value);
}
