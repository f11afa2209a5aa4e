// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The invalidation queue (6.5.2): fetch, check, execute, and wait descriptors
 * that complete when all before them has. Descriptors are executed in order;
 * what remains open afterwards are ATS invalidations and walks in flight that
 * an invalidation has made stale. When they end the queue, and a command in
 * IOTLB_REG, go on in the next step, never within the call that ends them (iommu.h).
 */
#include "vtd_priv.h"

static void queue_error(struct vtd *v, enum vtd_iqei info)
{
	u64 record = reg_get(&v->regs, VTD_IQERCD) & ~(u64)VTD_IQERCD_IQEI;

	reg_set(&v->regs, VTD_IQERCD, record | info);
	vtd_fsts_raise(v, VTD_FSTS_IQE);
}

/* ---- wait descriptors ---- */

/* A walk is in flight that an invalidation numbered up to @seq has made stale: its access is not drained (6.5.4). */
bool vtd_walks_open(const struct vtd *v, u64 seq)
{
	const struct iommu_walk *w;

	for (w = v->eng.walks; w; w = w->next)
		if (w->stale && w->stale_seq <= seq)
			return true;
	return false;
}

static bool open_before(const struct vtd *v, u64 seq)
{
	return engine_itags_open(&v->eng, seq) || vtd_walks_open(v, seq - 1);
}

static void write_status(struct vtd *v, const struct vtd_wait *wait)
{
	struct iommu_event ev = { .kind = IOMMU_EV_MEM_WRITE, .unit = UNIT_CMDQ, .len = 4, .addr = wait->addr };
	u8 status[4];

	if (v->eng.ops->sync_write) {
		engine_event(&v->eng, &ev);
		engine_calls_back_access(&v->eng, CALLS_WITH_MEMORY, "sync_write");
		v->eng.ops->sync_write(v->eng.ctx, wait->addr, wait->data);
		return;
	}
	fl_put_le32(status, wait->data);
	engine_mem_write(&v->eng, UNIT_CMDQ, wait->addr, status, sizeof(status));
}

static void complete_wait(struct vtd *v, const struct vtd_wait *wait)
{
	struct iommu_event ev = {
		.kind = IOMMU_EV_SYNC, .unit = UNIT_CMDQ, .code = VTD_DESC_WAIT, .addr = wait->addr, .data = wait->data
	};

	engine_event(&v->eng, &ev);
	if (wait->flags & VTD_WAIT_SW)
		write_status(v, wait);
	if (wait->flags & VTD_WAIT_IF) {
		u64 ics = reg_get(&v->regs, VTD_ICS);

		reg_set(&v->regs, VTD_ICS, ics | VTD_ICS_IWC);
		if (!(ics & VTD_ICS_IWC))
			vtd_event_raise(v, VTD_LINE_INVALIDATION);
	}
}

/* In order, oldest first. */
static void complete_waits(struct vtd *v)
{
	while (v->n_waits && !open_before(v, v->waits[0].seq)) {
		struct vtd_wait done = v->waits[0];

		v->n_waits--;
		memmove(&v->waits[0], &v->waits[1], v->n_waits * sizeof(v->waits[0]));
		complete_wait(v, &done);
	}
}

static bool fenced(const struct vtd *v)
{
	u32 i;

	for (i = 0; i < v->n_waits; i++)
		if (v->waits[i].flags & VTD_WAIT_FN)
			return true;
	return v->n_waits == VTD_MAX_WAITS;
}

static enum vtd_iqei do_wait(struct vtd *v, const u64 *d)
{
	struct vtd_wait *wait = &v->waits[v->n_waits++];

	wait->seq = v->eng.seq;
	wait->flags = d[0] & (VTD_WAIT_IF | VTD_WAIT_SW | VTD_WAIT_FN | VTD_WAIT_PD);
	wait->addr = d[1] & (BIT_ULL(v->haw) - 1) & ~3ULL;
	wait->data = (u32)FIELD_GET(VTD_WAIT_DATA, d[0]);
	return VTD_IQEI_NONE;
}

/* ---- device TLBs (4.3) ---- */

/* With S set, the lowest zero bit of the address tells the size. */
static u8 ats_shift(u64 addr, bool s)
{
	u64 zeroes = ~(addr >> 12);

	if (!s)
		return 12;
	return (addr >> 12) == GENMASK_ULL(51, 0) ? 64 : (u8)(13 + __builtin_ctzll(zeroes));
}

static void invalidate_device(struct vtd *v, struct ats_inv *inv, u64 addr, bool s)
{
	inv->shift = ats_shift(addr, s);
	inv->addr = inv->shift < 64 ? addr & ~(BIT_ULL(inv->shift) - 1) : 0;
	if (v->eng.ops->ats_invalidate)
		engine_ats_invalidate(&v->eng, inv);
}

static enum vtd_iqei do_dev_tlb(struct vtd *v, const u64 *d)
{
	struct ats_inv inv = { .sid = (u32)FIELD_GET(VTD_DEV_SID, d[0]) };

	invalidate_device(v, &inv, d[1] & VTD_DESC_ADDR, d[1] & VTD_DEV_S);
	return VTD_IQEI_NONE;
}

static enum vtd_iqei do_p_dev_tlb(struct vtd *v, const u64 *d)
{
	struct ats_inv inv = { .sid = (u32)FIELD_GET(VTD_PDEV_SID, d[0]),
			       .pasid = (u32)FIELD_GET(VTD_DESC_PASID20, d[0]),
			       .pasid_valid = true,
			       .global = d[1] & VTD_PDEV_GI };

	invalidate_device(v, &inv, d[1] & VTD_DESC_ADDR, d[1] & VTD_PDEV_S);
	return VTD_IQEI_NONE;
}

/* Completion, or (@ok false) time-out, of an ATS invalidation. Returns whether it was seen. */
bool vtd_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok)
{
	struct vtd *v = hw;
	bool known = engine_itag_is(&v->eng, sid, itag);
	u64 record = reg_get(&v->regs, VTD_IQERCD);
	u64 fsts = reg_get(&v->regs, VTD_FSTS);

	/* With translation disabled a completion is an Unsupported Request (4.2.1): the tag stays taken until its time-out. */
	if (ok && !v->tes)
		return !known;
	if (!known && ok) {
		if (!(fsts & VTD_FSTS_ICE))
			reg_set(&v->regs, VTD_IQERCD,
				(record & ~VTD_IQERCD_ICESID) | FIELD_PREP(VTD_IQERCD_ICESID, (u64)sid));
		vtd_fsts_raise(v, VTD_FSTS_ICE);
		return true;
	}
	if (!known)
		return true;
	v->eng.itags[itag].seq = 0;
	v->eng.owed = true;
	if (!ok) {
		/* 6.5.2.11: pending wait descriptors are aborted, none is fetched until ITE is clear. */
		if (!(fsts & VTD_FSTS_ITE))
			reg_set(&v->regs, VTD_IQERCD,
				(record & ~VTD_IQERCD_ITESID) | FIELD_PREP(VTD_IQERCD_ITESID, (u64)sid));
		v->n_waits = 0;
		vtd_fsts_raise(v, VTD_FSTS_ITE);
	}
	return true;
}

/* ---- the other descriptors ---- */

static u16 domain_of(const struct vtd *v, const u64 *d)
{
	return (u16)(FIELD_GET(VTD_DESC_DID, d[0]) & (BIT_ULL(vtd_domain_bits(v->cap)) - 1));
}

static enum vtd_iqei do_context(struct vtd *v, const u64 *d)
{
	enum vtd_gran g = (enum vtd_gran)FIELD_GET(VTD_DESC_G, d[0]);

	if (g == VTD_GRAN_RESERVED)
		return VTD_IQEI_RESERVED;
	vtd_inv_context(v, g, domain_of(v, d), (u16)FIELD_GET(VTD_CC_SID, d[0]), (u32)FIELD_GET(VTD_CC_FM, d[0]));
	return VTD_IQEI_NONE;
}

static enum vtd_iqei do_iotlb(struct vtd *v, const u64 *d)
{
	enum vtd_gran g = (enum vtd_gran)FIELD_GET(VTD_DESC_G, d[0]);
	u32 am = (u32)FIELD_GET(VTD_DESC_AM, d[1]);

	if (g == VTD_GRAN_RESERVED)
		return VTD_IQEI_RESERVED;
	if (g == VTD_GRAN_SELECTIVE && (!(v->cap & VTD_CAP_PSI) || am > FIELD_GET(VTD_CAP_MAMV, v->cap)))
		return VTD_IQEI_RESERVED;
	vtd_inv_iotlb(v, g, domain_of(v, d), d[1] & VTD_DESC_ADDR, am, d[1] & VTD_DESC_IH);
	return VTD_IQEI_NONE;
}

static enum vtd_iqei do_p_iotlb(struct vtd *v, const u64 *d)
{
	u32 g = (u32)FIELD_GET(VTD_DESC_G, d[0]);

	if (g < VTD_GRAN_DOMAIN)
		return VTD_IQEI_RESERVED;
	vtd_inv_piotlb(v, g == VTD_GRAN_SELECTIVE, domain_of(v, d), (u32)FIELD_GET(VTD_DESC_PASID20, d[0]),
		       d[1] & VTD_DESC_ADDR, (u32)FIELD_GET(VTD_DESC_AM, d[1]), d[1] & VTD_DESC_IH);
	return VTD_IQEI_NONE;
}

static enum vtd_iqei do_pasid(struct vtd *v, const u64 *d)
{
	u32 g = (u32)FIELD_GET(VTD_DESC_G, d[0]);

	if (g != VTD_PC_DOMAIN && g != VTD_PC_SELECTIVE && g != VTD_PC_GLOBAL)
		return VTD_IQEI_RESERVED;
	vtd_inv_pasid(v, g, domain_of(v, d), (u32)FIELD_GET(VTD_DESC_PASID20, d[0]));
	return VTD_IQEI_NONE;
}

/* Table 26 has the type without interrupt remapping, too: there is no interrupt entry cache, and nothing to drop. */
static enum vtd_iqei do_iec(struct vtd *v, const u64 *d)
{
	return VTD_IQEI_NONE;
}

static enum vtd_iqei do_page_response(struct vtd *v, const u64 *d)
{
	struct page_response resp = { .sid = (u32)FIELD_GET(VTD_RESP_RID, d[0]),
				      .pasid_valid = d[0] & VTD_RESP_PP,
				      .prgi = (u16)FIELD_GET(VTD_RESP_PRGI, d[1]),
				      .code = (u8)FIELD_GET(VTD_RESP_RC, d[0]) };

	if (resp.pasid_valid)
		resp.pasid = (u32)FIELD_GET(VTD_DESC_PASID20, d[0]);
	engine_respond(&v->eng, &resp);
	return VTD_IQEI_NONE;
}

/* Bits 11:9 and 3:0, and the fields of each type; everything else must be zero. */
#define TYPE_BITS (GENMASK_ULL(11, 9) | GENMASK_ULL(3, 0))
#define PFSID	  (VTD_DEV_PFSID0 | VTD_DEV_PFSID4)

struct desc_kind {
	enum vtd_iqei (*execute)(struct vtd *v, const u64 *d);
	u64 fields[2];
	u64 needs; /* bits of ECAP */
	bool device;
};

static const struct desc_kind kinds[] = {
	[VTD_DESC_CONTEXT] = { do_context, { VTD_DESC_G | VTD_DESC_DID | VTD_CC_SID | VTD_CC_FM, 0 }, 0, false },
	[VTD_DESC_IOTLB] = { do_iotlb,
			     { VTD_DESC_G | VTD_IOTLB_DW | VTD_IOTLB_DR | VTD_DESC_DID,
			       VTD_DESC_AM | VTD_DESC_IH | VTD_DESC_ADDR },
			     0,
			     false },
	[VTD_DESC_DEV_TLB] = { do_dev_tlb,
			       { VTD_DEV_SID | VTD_DEV_MIP | PFSID, VTD_DEV_S | VTD_DESC_ADDR },
			       VTD_ECAP_DT,
			       true },
	[VTD_DESC_IEC] = { do_iec, { VTD_IEC_G | VTD_IEC_IM | VTD_IEC_IIDX, 0 }, 0, false },
	[VTD_DESC_WAIT] = { do_wait,
			    { VTD_WAIT_IF | VTD_WAIT_SW | VTD_WAIT_FN | VTD_WAIT_PD | VTD_WAIT_DATA,
			      GENMASK_ULL(63, 2) },
			    0,
			    false },
	[VTD_DESC_P_IOTLB] = { do_p_iotlb,
			       { VTD_DESC_G | VTD_DESC_DID | VTD_DESC_PASID20,
				 VTD_DESC_AM | VTD_DESC_IH | VTD_DESC_ADDR },
			       0,
			       false },
	[VTD_DESC_PASID] = { do_pasid, { VTD_DESC_G | VTD_DESC_DID | VTD_DESC_PASID20, 0 }, 0, false },
	[VTD_DESC_P_DEV_TLB] = { do_p_dev_tlb,
				 { VTD_PDEV_SID | VTD_PDEV_MIP | VTD_DESC_PASID20 | PFSID,
				   VTD_PDEV_GI | VTD_PDEV_S | VTD_DESC_ADDR },
				 VTD_ECAP_DT,
				 true },
	/* Bit 2 of the second word was LPIG once and is ignored. */
	[VTD_DESC_PAGE_RESP] = { do_page_response,
				 { VTD_RESP_PP | VTD_RESP_RC | VTD_RESP_RID | VTD_DESC_PASID20,
				   VTD_RESP_PRGI | BIT_ULL(2) },
				 VTD_ECAP_PRS,
				 false },
};

static bool reserved_violation(const struct vtd *v, const struct desc_kind *k, u32 type, const u64 *d)
{
	u64 first = k->fields[0] | TYPE_BITS;

	if (k->device && !(v->ecap & VTD_ECAP_DIT))
		first &= ~PFSID;
	if (type == VTD_DESC_WAIT && !(v->ecap & VTD_ECAP_PDS))
		first &= ~VTD_WAIT_PD;
	return (d[0] & ~first) || (d[1] & ~k->fields[1]) || d[2] || d[3];
}

/* Types of table 26: 1 to 5 in legacy mode, all in the others (with 256-bit descriptors only). */
static const struct desc_kind *kind_of(const struct vtd *v, u32 type)
{
	u32 last = v->ttm == VTD_TTM_LEGACY ? VTD_DESC_WAIT : VTD_DESC_PAGE_RESP;

	if (!type || type > last || (v->ecap & kinds[type].needs) != kinds[type].needs)
		return NULL;
	return &kinds[type];
}

/* ---- the queue ---- */

static u64 queue_bytes(u64 iqa)
{
	return 4096ULL << FIELD_GET(VTD_IQA_QS, iqa);
}

/* A wait descriptor is in the queue until it is complete, although the head has passed it. */
void vtd_iq_level(const struct vtd *v, struct iommu_queue_level *q)
{
	u64 iqa = reg_get(&v->regs, VTD_IQA), bytes = queue_bytes(iqa);
	u32 each = iqa & VTD_IQA_DW ? 32 : 16;
	u64 used = reg_get(&v->regs, VTD_IQT) - reg_get(&v->regs, VTD_IQH);

	q->size = (u32)(bytes / each) - 1;
	q->used = (u32)((used & (bytes - each)) / each) + v->n_waits;
}

/*
 * IQA was written. With 256-bit descriptors bit 4 of the head is always 0
 * (11.4.9.1). Software should not do this while the queue is not empty; if it
 * does, the head still lies in the queue, and reaches its tail in one round.
 */
void vtd_iq_moved(struct vtd *v)
{
	u64 iqa = reg_get(&v->regs, VTD_IQA);
	u64 mask = queue_bytes(iqa) - (iqa & VTD_IQA_DW ? 32 : 16);

	reg_set(&v->regs, VTD_IQH, reg_get(&v->regs, VTD_IQH) & mask);
}

static enum vtd_iqei check_queue(const struct vtd *v, u64 iqa, u64 tail)
{
	bool wide = iqa & VTD_IQA_DW;

	if (v->ttm == VTD_TTM_RESERVED || (v->ttm == VTD_TTM_SCALABLE && !(v->ecap & VTD_ECAP_SMTS)) ||
	    (v->ttm == VTD_TTM_ABORT && !(v->ecap & VTD_ECAP_ADMS)))
		return VTD_IQEI_TTM;
	if (wide ? !(v->ecap & (VTD_ECAP_SMTS | VTD_ECAP_ADMS)) : v->ttm != VTD_TTM_LEGACY)
		return VTD_IQEI_WIDTH;
	if (tail >= queue_bytes(iqa))
		return VTD_IQEI_TAIL;
	return wide && (tail & 16) ? VTD_IQEI_ALIGNMENT : VTD_IQEI_NONE;
}

static enum vtd_iqei fetch(struct vtd *v, u64 pa, u32 bytes, u64 *d)
{
	struct iommu_event ev = { .kind = IOMMU_EV_MEM_READ, .unit = UNIT_CMDQ, .addr = pa, .len = bytes };
	u8 raw[32] = { 0 };
	u32 i;

	engine_event(&v->eng, &ev);
	if (engine_mem_read(&v->eng, pa, raw, bytes))
		return VTD_IQEI_FETCH;
	for (i = 0; i < 4; i++)
		d[i] = fl_get_le64(raw + i * 8);
	return VTD_IQEI_NONE;
}

/* Fetch and execute one descriptor. Returns false if the queue has to stop. */
static bool process(struct vtd *v)
{
	u64 iqa = reg_get(&v->regs, VTD_IQA), tail = reg_get(&v->regs, VTD_IQT), head = reg_get(&v->regs, VTD_IQH);
	u32 bytes = iqa & VTD_IQA_DW ? 32 : 16, type;
	enum vtd_iqei error = check_queue(v, iqa, tail);
	struct iommu_event ev = { .kind = IOMMU_EV_COMMAND, .unit = UNIT_CMDQ };
	const struct desc_kind *k;
	u64 d[4];

	if (!error)
		error = fetch(v, (iqa & VTD_IQA_IQA) + head, bytes, d);
	if (error) {
		queue_error(v, error);
		return false;
	}
	type = VTD_DESC_TYPE(d[0]);
	k = kind_of(v, type);
	if (!k || reserved_violation(v, k, type, d)) {
		queue_error(v, k ? VTD_IQEI_RESERVED : VTD_IQEI_TYPE);
		return false;
	}
	/* No invalidation tag is free: the request waits (4.3). */
	if (k->device && v->eng.ops->ats_invalidate && engine_free_itag(&v->eng) < 0)
		return false;
	v->eng.seq++;
	error = k->execute(v, d);
	if (error) {
		queue_error(v, error);
		return false;
	}
	v->stats.descriptors++;
	ev.code = (u16)type;
	ev.addr = d[1];
	ev.data = d[0];
	ev.words = d;
	engine_event(&v->eng, &ev);
	reg_set(&v->regs, VTD_IQH, (head + bytes) & (queue_bytes(iqa) - 1));
	return true;
}

static bool may_fetch(const struct vtd *v)
{
	return (reg_get(&v->regs, VTD_GSTS) & VTD_GCMD_QIE) &&
	       !(reg_get(&v->regs, VTD_FSTS) & (VTD_FSTS_IQE | VTD_FSTS_ITE)) &&
	       reg_get(&v->regs, VTD_IQH) != reg_get(&v->regs, VTD_IQT) && !fenced(v);
}

/* Go on as far as possible. */
void vtd_iq_run(void *hw)
{
	struct vtd *v = hw;

	v->eng.owed = false;
	vtd_iotlb_drained(v);
	if (!(v->ecap & VTD_ECAP_QI))
		return;
	complete_waits(v);
	while (may_fetch(v) && process(v))
		complete_waits(v);
}

/* Queued invalidation is disabled. */
void vtd_iq_stop(struct vtd *v)
{
	reg_set(&v->regs, VTD_IQH, 0);
	v->n_waits = 0;
}
