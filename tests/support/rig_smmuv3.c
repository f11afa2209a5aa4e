/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <check.h>
#include <stdlib.h>

#include "rig_smmuv3.h"

#define MSI_DOORBELL 0x08020040ULL

/* ---- Hardware's holder ---- */

static void hw_irq(void *ctx, u32 line, bool level)
{
	struct rig_smmuv3 *r = ctx;

	if (level && !r->lose_irqs)
		r->irqs |= 1U << line;
}

static int hw_msi(void *ctx, u64 pa, u32 data)
{
	struct rig_smmuv3 *r = ctx;

	if (pa != MSI_DOORBELL)
		return -EIO;
	r->msis++;
	if (!r->lose_irqs)
		r->irqs |= 1U << data;
	return 0;
}

static void hw_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct rig_smmuv3 *r = ctx;

	ck_assert_uint_lt(id, r->n_txns);
	ck_assert_msg(r->txns[id].state == RIG_STALLED, "access %llu is resumed and was not stalled", id);
	r->resumes[r->n_resumes].txn = (u32)id;
	r->resumes[r->n_resumes++].how = how;
}

static void hw_stall_free(void *ctx, u32 tbu)
{
	(void)tbu;
	((struct rig_smmuv3 *)ctx)->stall_free = true;
}

static void hw_page_response(void *ctx, const struct page_response *resp)
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
}

static const struct iommu_ops hw_ops = {
	.mem_read = rig_mem_read,
	.mem_write = rig_mem_write,
	.mem_cas64 = rig_mem_cas64,
	.irq = hw_irq,
	.msi = hw_msi,
	.txn_resume = hw_resume,
	.stall_free = hw_stall_free,
	.page_response = hw_page_response,
	.ats_invalidate = hw_ats_invalidate,
};

/* ---- Driver's host ---- */

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	return smmuv3_mmio_read(&((struct rig_smmuv3 *)ctx)->hw, offset, size);
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	smmuv3_mmio_write(&((struct rig_smmuv3 *)ctx)->hw, offset, value, size);
}

/* Freed memory reads as ones: whoever still walks there is found out. */
static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	struct rig_smmuv3 *r = ctx;
	u8 ones[64];
	u64 at;

	rig_mem_free(r, pa, bytes);
	memset(ones, 0xff, sizeof(ones));
	for (at = pa; at < pa + bytes; at += sizeof(ones))
		physmem_write(&r->m.mem, at, ones, sizeof(ones));
}

static void complete_invalidations(struct rig_smmuv3 *r)
{
	while (r->invs_done < r->n_invs) {
		const struct ats_inv *inv = &r->invs[r->invs_done++];

		smmuv3_ats_inv_done(&r->hw, inv->sid, inv->itag, !r->ats_dead);
		smmuv3_step(&r->hw);
	}
}

static bool poll(void *ctx, u32 tries)
{
	complete_invalidations(ctx);
	return tries < 1000;
}

static u64 now(void *ctx)
{
	return ((struct rig_smmuv3 *)ctx)->now;
}

static const struct drv_ops drv_ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.mem_alloc = rig_mem_alloc,
	.mem_free = mem_free,
	.mem_read = rig_mem_read,
	.mem_write = rig_mem_write,
	.poll = poll,
	.now = now,
};

static void kick(void *host)
{
	(void)host;
}

static const struct fault_host_ops host_ops = { .kick = kick };

/* ---- Set-up ---- */

void rig_init(struct rig_smmuv3 *r)
{
	u32 i;

	memset(r, 0, sizeof(*r));
	ck_assert_int_eq(physmem_init(&r->m.mem, 1ULL << 44), 0);
	r->drv_class = &smmuv3_drv_class;
	r->m.next_pa = 0x80000000;
	r->now = 1000;
	/* Data of an MSI is its wired line. */
	for (i = 0; i < SMMUV3_MSI_COUNT; i++)
		r->drv_cfg.msi_cfg[i].addr = MSI_DOORBELL;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_EVENTQ].data = SMMUV3_IRQ_EVENTQ;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_PRIQ].data = SMMUV3_IRQ_PRIQ;
	r->drv_cfg.msi_cfg[SMMUV3_MSI_GERROR].data = SMMUV3_IRQ_GERROR;
}

int rig_start(struct rig_smmuv3 *r)
{
	struct fault_core_cfg cfg = { .host_ops = &host_ops, .host = r };

	ck_assert_int_eq(smmuv3_init(&r->hw, &r->hw_cfg, &hw_ops, r), 0);
	ck_assert_int_eq(fault_core_create(&cfg, &r->core), 0);
	r->drv = calloc(1, r->drv_class->size);
	ck_assert_ptr_nonnull(r->drv);
	return r->drv_class->probe(r->drv, &r->drv_cfg, &drv_ops, r, r->core);
}

void rig_stop(struct rig_smmuv3 *r)
{
	r->no_workers = false;
	r->no_threads = false;
	r->drv_class->remove(r->drv, r->now);
	while (fault_core_run(r->core, r->now, 64) == 64)
		;
	ck_assert_int_eq(fault_core_destroy(r->core), 0);
	r->core = NULL;
	r->irqs = 0;
	rig_pump(r);
	ck_assert_uint_eq(rig_outstanding(r), 0);
	ck_assert_uint_eq(r->m.n_blocks, 0);
	free(r->drv);
	smmuv3_exit(&r->hw);
	physmem_exit(&r->m.mem);
}

struct fault_dev *rig_device(struct rig_smmuv3 *r, const struct drv_device_cfg *cfg)
{
	struct fault_dev *dev = NULL;

	ck_assert_int_eq(r->drv_class->device_add(r->drv, cfg, &dev), 0);
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
	err = h->rig->drv_class->map(h->rig->drv, h->dom, page, page + h->offset, 4096, h->prot);
	/* Somebody else's fault on the same page was first. */
	ck_assert(!err || err == -EEXIST);
	return FAULT_RETRY;
}

static void event(void *ctx, const struct fault_record *f, u64 at)
{
	struct rig_handler *h = ctx;

	(void)at;
	h->events++;
	h->last = *f;
}

static const struct fault_domain_ops domain_ops = { .handle = handle, .event = event };

struct fault_domain *rig_domain(struct rig_smmuv3 *r, struct fault_dev *dev, enum drv_domain_type type,
				struct rig_handler *h)
{
	union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = h } };
	struct fault_domain *dom = NULL;

	ck_assert_int_eq(r->drv_class->domain_alloc(r->drv, dev, type, &dom), 0);
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
	return r->drv_class->attach(r->drv, dev, pasid, dom, r->now);
}

int rig_detach(struct rig_smmuv3 *r, struct fault_dev *dev, u32 pasid)
{
	return r->drv_class->detach(r->drv, dev, pasid, r->now);
}

/* ---- Clients ---- */

static void present(struct rig_smmuv3 *r, struct rig_txn *x)
{
	struct xlat_result res;

	memset(&res, 0, sizeof(res));
	/* The engine may answer within the call, so the state is set before. */
	x->state = RIG_STALLED;
	switch (smmuv3_translate(&r->hw, &x->t, &res)) {
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
	smmuv3_page_request(&r->hw, &pr);
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

static bool run_irqs(struct rig_smmuv3 *r)
{
	u32 irqs = r->irqs;
	u32 line;

	if (r->no_threads || !irqs)
		return false;
	r->irqs = 0;
	for (line = 0; line < SMMUV3_IRQ_LINES; line++) {
		if (!(irqs & 1U << line))
			continue;
		if (r->drv_class->irq(r->drv, line, r->now) != DRV_IRQ_WAKE_THREAD)
			continue;
		while (r->drv_class->irq_thread(r->drv, line, r->now) > 0)
			;
	}
	return true;
}

static bool run_work(struct rig_smmuv3 *r)
{
	return !r->no_workers && r->core && fault_core_run(r->core, r->now, 16) > 0;
}

void rig_pump(struct rig_smmuv3 *r)
{
	bool busy;
	u32 rounds = 0;

	do {
		busy = run_irqs(r);
		busy |= run_work(r);
		busy |= run_resumes(r);
		busy |= run_waiting(r);
		complete_invalidations(r);
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
