// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <check.h>

#include "rig_smmuv3.h"

#define MSI_DOORBELL 0x08020040ULL

/* ---- What the machine says ---- */

static void hw_irq(void *ctx, u32 line, bool level)
{
	struct rig_smmuv3 *r = ctx;

	if (!r->lose_irqs)
		machine_hw_ops.irq(ctx, line, level);
}

static int hw_msi(void *ctx, u64 pa, u32 data)
{
	struct rig_smmuv3 *r = ctx;

	if (pa != MSI_DOORBELL)
		return -EIO;
	r->msis++;
	return r->lose_irqs ? 0 : machine_hw_ops.msi(ctx, pa, data);
}

static void resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct rig_smmuv3 *r = ctx;

	ck_assert_uint_lt(id, r->n_txns);
	ck_assert_msg(r->txns[id].state == RIG_STALLED, "access %llu is resumed and was not stalled", id);
	r->resumes[r->n_resumes].txn = (u32)id;
	r->resumes[r->n_resumes++].how = how;
}

static void stall_free(void *ctx, u32 tbu)
{
	((struct rig_smmuv3 *)ctx)->stall_free = true;
}

static void response(void *ctx, const struct page_response *resp)
{
	struct rig_smmuv3 *r = ctx;

	ck_assert_uint_lt(r->n_responses, RIG_LOG);
	r->responses[r->n_responses++] = *resp;
}

static void hw_ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct rig_smmuv3 *r = ctx;

	ck_assert_uint_lt(r->n_invs, RIG_LOG);
	r->invs[r->n_invs++] = *inv;
	machine_hw_ops.ats_invalidate(ctx, inv);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct rig_smmuv3 *r = ctx;

	r->invs_done++;
	machine_inv_done(&r->m, inv->sid, inv->itag, !r->ats_dead);
}

static bool poll(void *ctx, u32 tries)
{
	machine_carry(ctx);
	return tries < 1000;
}

/* ---- Set-up ---- */

void rig_init(struct rig_smmuv3 *r)
{
	u32 i;

	memset(r, 0, sizeof(*r));
	ck_assert_int_eq(physmem_init(&r->mem, 1ULL << 44), 0);
	machine_board_init(&r->board, &r->mem, 0x80000000, 1ULL << 40);
	r->board.poison = true;
	r->board.now = 1000;
	machine_init(&r->m, &r->board, &smmuv3_class);
	r->m.hw = &r->hw;
	r->m.late = true;
	r->m.doorbell = MSI_DOORBELL;
	r->m.n_lines = SMMUV3_IRQ_LINES;
	r->m.hw_ops.irq = hw_irq;
	r->m.hw_ops.msi = hw_msi;
	r->m.hw_ops.txn_resume = resume;
	r->m.hw_ops.stall_free = stall_free;
	r->m.hw_ops.page_response = response;
	r->m.hw_ops.ats_invalidate = hw_ats_invalidate;
	r->m.drv_ops.poll = poll;
	r->m.ats_invalidate = ats_invalidate;
	/* Data of an MSI is its wired line. */
	for (i = 0; i < SMMUV3_MSI_COUNT; i++)
		r->drv_cfg.msi_cfg[i].addr = MSI_DOORBELL;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_EVENTQ].data = SMMUV3_IRQ_EVENTQ;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_PRIQ].data = SMMUV3_IRQ_PRIQ;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_GERROR].data = SMMUV3_IRQ_GERROR;
}

int rig_start(struct rig_smmuv3 *r)
{
	ck_assert_int_eq(smmuv3_init(&r->hw, &r->hw_cfg, &r->m.hw_ops, r), 0);
	return machine_start(&r->m, &smmuv3_drv_class, &r->drv_cfg);
}

void rig_stop(struct rig_smmuv3 *r)
{
	r->board.hold_work = false;
	r->board.hold_lines = false;
	ck_assert_int_eq(machine_stop(&r->m), 0);
	rig_pump(r);
	ck_assert_uint_eq(rig_outstanding(r), 0);
	ck_assert_uint_eq(r->board.held, 0);
	smmuv3_exit(&r->hw);
	machine_board_exit(&r->board);
	physmem_exit(&r->mem);
}

struct fault_dev *rig_device(struct rig_smmuv3 *r, const struct drv_device_cfg *cfg)
{
	struct fault_dev *dev = NULL;

	ck_assert_int_eq(r->m.drv_cls->device_add(r->m.drv, cfg, &dev), 0);
	return dev;
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct rig_handler *h = ctx;
	u64 page = f->addr & ~0xfffULL;
	int err;

	h->handled++;
	h->last = *f;
	if (h->answer == FAULT_LATER) {
		ck_assert_uint_lt(h->n_kept, RIG_LOG);
		fault_group_get(g);
		h->kept[h->n_kept++] = g;
	}
	if (h->answer != FAULT_DEFAULT)
		return h->answer;
	err = h->rig->m.drv_cls->map(h->rig->m.drv, h->dom, page, page + h->offset, 4096, h->prot);
	/* Somebody else's fault on the same page was first. */
	ck_assert(!err || err == -EEXIST);
	return FAULT_RETRY;
}

static void event(void *ctx, const struct fault_record *f, u64 at)
{
	struct rig_handler *h = ctx;

	h->events++;
	h->last = *f;
}

static const struct fault_domain_ops domain_ops = { .handle = handle, .event = event };

struct fault_domain *rig_domain(struct rig_smmuv3 *r, struct fault_dev *dev, enum drv_domain_type type,
				struct rig_handler *h)
{
	union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = h } };
	struct fault_domain *dom = NULL;

	ck_assert_int_eq(r->m.drv_cls->domain_alloc(r->m.drv, dev, type, &dom), 0);
	if (!h)
		return dom;
	memset(h, 0, sizeof(*h));
	h->rig = r;
	h->dom = dom;
	h->prot = DRV_PROT_READ | DRV_PROT_WRITE;
	ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	return dom;
}

int rig_attach(struct rig_smmuv3 *r, struct fault_dev *dev, u32 pasid, struct fault_domain *dom)
{
	return r->m.drv_cls->attach(r->m.drv, dev, pasid, dom, r->board.now);
}

int rig_detach(struct rig_smmuv3 *r, struct fault_dev *dev, u32 pasid)
{
	return r->m.drv_cls->detach(r->m.drv, dev, pasid, r->board.now);
}

/* ---- Clients ---- */

static void present(struct rig_smmuv3 *r, struct rig_txn *x)
{
	struct xlat_result res;

	memset(&res, 0, sizeof(res));
	/* The engine may answer within the call, so the state is set before. */
	x->state = RIG_STALLED;
	switch (smmuv3_class.translate(&r->hw, &x->t, &res)) {
	case XLAT_OK:
		x->state = RIG_DONE;
		x->pa = res.pa;
		break;
	case XLAT_ABORT:
		x->state = RIG_ABORTED;
		break;
	case XLAT_RAZWI:
		x->state = RIG_RAZWI;
		break;
	case XLAT_STALL:
		x->stalls++;
		break;
	case XLAT_WAIT:
		x->state = RIG_WAITING;
		break;
	default:
		ck_abort_msg("translate returned a miss");
	}
	x->fault = res.fault;
}

u32 rig_access(struct rig_smmuv3 *r, u32 sid, u32 pasid, u64 iova, u16 flags)
{
	u32 n = r->n_txns++;
	struct rig_txn *x = &r->txns[n];

	ck_assert_uint_lt(n, RIG_TXNS);
	memset(x, 0, sizeof(*x));
	x->t = (struct dma_txn){ .iova = iova, .id = n, .sid = sid, .len = 4, .flags = flags };
	if (pasid != DRV_NO_PASID) {
		x->t.pasid = pasid;
		x->t.flags |= DMA_PASID;
	}
	present(r, x);
	return n;
}

void rig_page_request(struct rig_smmuv3 *r, u32 sid, u32 pasid, u64 addr, u16 prgi, u8 perm, bool last)
{
	struct page_request pr = { .sid = sid, .addr = addr, .prgi = prgi, .perm = perm, .last = last };

	if (pasid != DRV_NO_PASID) {
		pr.pasid = pasid;
		pr.pasid_valid = true;
	}
	smmuv3_class.page_request(&r->hw, &pr);
}

static bool run_resumes(struct rig_smmuv3 *r)
{
	u32 n = r->n_resumes;
	u32 i;

	for (i = 0; i < n; i++) {
		struct rig_txn *x = &r->txns[r->resumes[i].txn];

		if (r->resumes[i].how == RESUME_RETRY)
			present(r, x);
		else
			x->state = r->resumes[i].how == RESUME_ABORT ? RIG_ABORTED : RIG_RAZWI;
	}
	memmove(r->resumes, r->resumes + n, (r->n_resumes - n) * sizeof(r->resumes[0]));
	r->n_resumes -= n;
	return n;
}

static bool run_waiting(struct rig_smmuv3 *r)
{
	u32 i;

	if (!r->stall_free)
		return false;
	r->stall_free = false;
	for (i = 0; i < r->n_txns; i++)
		if (r->txns[i].state == RIG_WAITING)
			present(r, &r->txns[i]);
	return true;
}

void rig_pump(struct rig_smmuv3 *r)
{
	const char *endless;
	bool busy;
	u32 rounds = 0;

	do {
		endless = machine_pump(&r->board);
		ck_assert_msg(!endless, "%s", endless);
		busy = run_resumes(r);
		busy |= run_waiting(r);
		ck_assert_msg(++rounds < 100000, "the rig never comes to rest");
	} while (busy);
}

u32 rig_outstanding(const struct rig_smmuv3 *r)
{
	u32 i, n = 0;

	for (i = 0; i < r->n_txns; i++)
		n += r->txns[i].state == RIG_STALLED || r->txns[i].state == RIG_WAITING;
	return n;
}
