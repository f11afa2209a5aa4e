// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_replay.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"
#include "vtd.h"
#include "vtd_driver.h"

#define MEM_BASE  0x100000000ull
#define MEM_BYTES (32u << 20)
#define PAGE	  4096u
#define BUCKETS	  4096u
#define LINES	  4u
#define DOORBELL  0xfee00000ull
#define ITAGS	  32u

/* A page that the trace has mapped. */
struct page_entry {
	u64 iova;
	u64 pa;
	s32 next; /* index, -1: end */
	u8 stream;
	u8 perm;
	bool known;
	bool resident;
};

struct master {
	struct engine_replay *r;
	struct fault_dev *dev;
	struct fault_domain *domain;
	u32 number, prgi;
	u32 resume; /* READ_ONCE(), WRITE_ONCE(): 0 waits, else GO_ON or GIVE_UP */
};

#define GO_ON	1u
#define GIVE_UP 2u

union any_engine {
	struct smmuv3 smmuv3;
	struct vtd vtd;
};

union driver_cfg {
	struct smmuv3_drv_cfg smmuv3;
	struct vtd_drv_cfg vtd;
};

struct engine_replay {
	struct replay_host host;
	struct fault_core *core;
	enum replay_kind kind;
	const struct iommu_class *engine;
	union any_engine *hw;
	spinlock_t hw_lock;	   /* the engine takes one caller at a time; also of inv */
	struct ats_inv inv[ITAGS]; /* the endpoints have to complete */
	u32 n_inv;
	void *drv;
	const struct drv_class *cls;
	union driver_cfg *drv_cfg;

	u8 *mem;
	spinlock_t mem_lock; /* below */
	u64 used;
	u64 *free_pages;
	u32 n_free;
	u32 lines; /* interrupt lines that rose */
	u32 n_answers;
	bool failed;

	struct master masters[REPLAY_STREAMS];
	struct page_entry *pages; /* a bucket list is one stream's, whose faults come one at a time */
	s32 *buckets;
	u32 n_pages;
	struct replay_answer *answers;
};

/* ---- Memory of the IOMMU: flat, so that no operation allocates ---- */

static u8 *at(struct engine_replay *r, u64 pa, u32 len)
{
	if (pa < MEM_BASE || pa - MEM_BASE > MEM_BYTES - len)
		return NULL;
	return r->mem + (pa - MEM_BASE);
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	u8 *p = at(ctx, pa, len);

	if (!p)
		return -EIO;
	memcpy(buf, p, len);
	return 0;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	u8 *p = at(ctx, pa, len);

	if (!p)
		return -EIO;
	memcpy(p, buf, len);
	return 0;
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct engine_replay *r = ctx;
	unsigned long flags;
	int err = 0;
	u64 start;

	spin_lock_irqsave(&r->mem_lock, flags);
	start = (r->used + align - 1) / align * align;
	if (bytes == PAGE && align <= PAGE && r->n_free) {
		*pa = r->free_pages[--r->n_free];
	} else if (start + bytes <= MEM_BYTES) {
		*pa = MEM_BASE + start;
		r->used = start + bytes;
	} else {
		err = -ENOMEM;
	}
	spin_unlock_irqrestore(&r->mem_lock, flags);
	if (!err)
		memset(at(r, *pa, (u32)bytes), 0, bytes);
	return err;
}

static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	struct engine_replay *r = ctx;
	unsigned long flags;

	if (bytes != PAGE)
		return; /* of the whole run's tables and queues */
	spin_lock_irqsave(&r->mem_lock, flags);
	r->free_pages[r->n_free++] = pa;
	spin_unlock_irqrestore(&r->mem_lock, flags);
}

/* ---- The engine's holder ---- */

static void hw_irq(void *ctx, u32 line, bool level)
{
	struct engine_replay *r = ctx;
	unsigned long flags;

	if (!level)
		return;
	spin_lock_irqsave(&r->mem_lock, flags);
	r->lines |= 1u << line;
	spin_unlock_irqrestore(&r->mem_lock, flags);
	r->host.irq(r->host.ctx);
}

static void hw_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct engine_replay *r = ctx;
	struct master *m = &r->masters[id];

	WRITE_ONCE(m->resume, how == RESUME_RETRY ? GO_ON : GIVE_UP);
	r->host.resumed(r->host.ctx, m->number);
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	u8 *p = at(ctx, pa, 8);
	u64 v;

	if (!p)
		return -EIO;
	v = fl_get_le64(p);
	if (v == *old)
		fl_put_le64(p, new_value);
	*old = v;
	return 0;
}

static int hw_msi(void *ctx, u64 pa, u32 data)
{
	hw_irq(ctx, data, true);
	return pa == DOORBELL ? 0 : -EIO;
}

/* An endpoint's page request is answered. */
static void hw_page_response(void *ctx, const struct page_response *resp)
{
	struct engine_replay *r = ctx;
	u32 i;

	for (i = 0; i < REPLAY_STREAMS; i++)
		if (trace_sids[i] == resp->sid && r->masters[i].prgi == resp->prgi) {
			WRITE_ONCE(r->masters[i].resume, resp->code == PRG_SUCCESS ? GO_ON : GIVE_UP);
			r->host.resumed(r->host.ctx, i);
		}
}

/* The endpoints cache nothing; they complete when the call has returned, for the engine is in the midst of a command. */
static void hw_ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct engine_replay *r = ctx;

	if (r->n_inv < ITAGS)
		r->inv[r->n_inv++] = *inv;
}

static const struct iommu_ops hw_ops = {
	.mem_read = mem_read,
	.mem_write = mem_write,
	.mem_cas64 = mem_cas64,
	.irq = hw_irq,
	.msi = hw_msi,
	.txn_resume = hw_resume,
	.page_response = hw_page_response,
	.ats_invalidate = hw_ats_invalidate,
};

/* With hw_lock. Each completion may let the engine send more of them. */
static void complete_invalidations(struct engine_replay *r)
{
	while (r->n_inv) {
		struct ats_inv inv = r->inv[--r->n_inv];

		if (!r->engine->ats_inv_done(r->hw, inv.sid, inv.itag, true))
			r->engine->ats_inv_done(r->hw, inv.sid, inv.itag, false);
		r->engine->step(r->hw);
	}
}

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct engine_replay *r = ctx;
	unsigned long flags;
	u64 v;

	spin_lock_irqsave(&r->hw_lock, flags);
	v = r->engine->mmio_read(r->hw, offset, size);
	spin_unlock_irqrestore(&r->hw_lock, flags);
	return v;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct engine_replay *r = ctx;
	unsigned long flags;

	spin_lock_irqsave(&r->hw_lock, flags);
	r->engine->mmio_write(r->hw, offset, value, size);
	complete_invalidations(r);
	spin_unlock_irqrestore(&r->hw_lock, flags);
}

static bool poll(void *ctx, u32 tries)
{
	(void)ctx;
	return tries < 1000000;
}

static u64 drv_now(void *ctx)
{
	struct engine_replay *r = ctx;

	return r->host.now(r->host.ctx);
}

static const struct drv_ops drv_ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.mem_alloc = mem_alloc,
	.mem_free = mem_free,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.poll = poll,
	.now = drv_now,
};

u32 replay_irq(struct engine_replay *r)
{
	u32 lines, line, handled = 0;
	unsigned long flags;
	int n;

	spin_lock_irqsave(&r->mem_lock, flags);
	lines = r->lines;
	r->lines = 0;
	spin_unlock_irqrestore(&r->mem_lock, flags);
	for (line = 0; line < LINES; line++) {
		if (!(lines & 1u << line))
			continue;
		if (r->cls->irq(r->drv, line, r->host.now(r->host.ctx)) != DRV_IRQ_WAKE_THREAD)
			continue;
		do {
			n = r->cls->irq_thread(r->drv, line, r->host.now(r->host.ctx));
			handled += n > 0 ? (u32)n : 0;
		} while (n > 0);
	}
	return handled;
}

/* ---- Pages, and the faults on them ---- */

static s32 *bucket_of(struct engine_replay *r, u32 stream, u64 iova)
{
	return &r->buckets[stream * BUCKETS + (u32)(iova / PAGE) % BUCKETS];
}

static struct page_entry *page_find(struct engine_replay *r, u32 stream, u64 iova)
{
	s32 i = *bucket_of(r, stream, iova);

	while (i >= 0 && r->pages[i].iova != iova / PAGE * PAGE)
		i = r->pages[i].next;
	return i >= 0 ? &r->pages[i] : NULL;
}

/* New or forgotten before. */
static struct page_entry *page_get(struct engine_replay *r, u32 stream, u64 iova)
{
	s32 *bucket = bucket_of(r, stream, iova);
	struct page_entry *p = page_find(r, stream, iova);
	unsigned long flags;
	u32 i;

	if (p)
		return p;
	spin_lock_irqsave(&r->mem_lock, flags);
	i = r->n_pages++;
	spin_unlock_irqrestore(&r->mem_lock, flags);
	p = &r->pages[i];
	p->iova = iova / PAGE * PAGE;
	p->stream = (u8)stream;
	p->next = *bucket;
	*bucket = (s32)i;
	return p;
}

static enum fault_code resolve(struct engine_replay *r, struct master *m, const struct fault_record *f)
{
	struct page_entry *p = page_find(r, m->number, f->addr);

	if (!p || !p->known)
		return FAULT_TERMINATE;
	if (r->cls->map(r->drv, m->domain, p->iova, p->pa, PAGE, p->perm))
		return FAULT_FAILURE;
	p->resident = true;
	return FAULT_RETRY;
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct master *m = ctx;
	struct engine_replay *r = m->r;
	enum fault_code code = resolve(r, m, f);
	unsigned long flags;

	(void)g;
	spin_lock_irqsave(&r->mem_lock, flags);
	r->answers[r->n_answers++] = (struct replay_answer){ f->addr / PAGE * PAGE, (u8)m->number, (u8)code };
	spin_unlock_irqrestore(&r->mem_lock, flags);
	return code;
}

static const struct fault_domain_ops domain_ops = { .handle = handle };

/* ---- A stream's records ---- */

/* One try. XLAT_STALL: it waits for software, with a stall or a page request. */
static enum xlat try_access(struct engine_replay *r, struct master *m, const struct dma_txn *txn, u64 *pa)
{
	u8 wanted = txn->flags & DMA_WRITE ? PERM_W : PERM_R;
	struct page_request pr = {
		.sid = txn->sid,
		.addr = txn->iova / PAGE * PAGE,
		.perm = wanted,
		.last = true,
	};
	struct xlat_result res;
	unsigned long flags;
	enum xlat x;

	WRITE_ONCE(m->resume, 0);
	spin_lock_irqsave(&r->hw_lock, flags);
	x = r->engine->translate(r->hw, txn, &res);
	if (x == XLAT_OK && r->kind == REPLAY_VTD_PRI && !(res.perm & wanted)) {
		m->prgi = (m->prgi + 1) % 512;
		pr.prgi = (u16)m->prgi;
		r->engine->page_request(r->hw, &pr);
		x = XLAT_STALL;
	}
	spin_unlock_irqrestore(&r->hw_lock, flags);
	*pa = res.pa;
	return x;
}

static bool play_access(struct engine_replay *r, struct master *m, const struct trace_record *t)
{
	struct dma_txn txn = {
		.iova = t->iova,
		.id = m->number,
		.sid = trace_sids[m->number],
		.len = 1,
		.flags = t->perm & DRV_PROT_WRITE ? DMA_WRITE : 0,
	};
	struct page_entry *p = page_find(r, m->number, t->iova);
	bool mapped = p && p->known;
	enum xlat x;
	u64 pa;

	if (r->kind == REPLAY_VTD_PRI)
		txn.flags |= DMA_ATS_REQ;
	for (;;) {
		x = try_access(r, m, &txn, &pa);
		if (x == XLAT_OK)
			return mapped && pa / PAGE == p->pa / PAGE;
		if (x != XLAT_STALL)
			return false;
		while (!READ_ONCE(m->resume))
			r->host.wait(r->host.ctx, m->number);
		if (READ_ONCE(m->resume) == GIVE_UP)
			return !mapped;
	}
}

static bool play_unmap(struct engine_replay *r, struct master *m, const struct trace_record *t)
{
	struct page_entry *p = page_find(r, m->number, t->iova);

	/* A recording may miss the map of a page that was never accessed. */
	if (!p || !p->known)
		return true;
	p->known = false;
	if (!p->resident)
		return true;
	p->resident = false;
	return r->cls->unmap(r->drv, m->domain, p->iova, PAGE) == PAGE;
}

static bool one_record(struct engine_replay *r, struct master *m, const struct trace_record *t)
{
	struct page_entry *p;

	switch (t->op) {
	case TRACE_MAP:
		p = page_get(r, m->number, t->iova);
		p->pa = t->pa;
		p->perm = t->perm;
		p->known = true;
		return true;
	case TRACE_UNMAP:
		return play_unmap(r, m, t);
	default:
		return play_access(r, m, t);
	}
}

bool replay_stream(struct engine_replay *r, u32 stream)
{
	u32 i, bad = 0;

	for (i = 0; i < trace_n_records; i++)
		if (trace_records[i].stream == stream && !one_record(r, &r->masters[stream], &trace_records[i]))
			bad++;
	return !bad;
}

const struct replay_answer *replay_answers(const struct engine_replay *r, u32 *n)
{
	*n = r->n_answers;
	return r->answers;
}

/* ---- Beginning and end ---- */

static int add_master(struct engine_replay *r, u32 number)
{
	struct drv_device_cfg cfg = { .sids = { trace_sids[number] }, .n_sids = 1 };
	struct master *m = &r->masters[number];
	union fault_owner owner = { .handler = { &domain_ops, m } };
	int err;

	m->r = r;
	m->number = number;
	cfg.can_stall = r->kind == REPLAY_SMMUV3_STALL;
	cfg.pri = r->kind == REPLAY_VTD_PRI;
	err = r->cls->device_add(r->drv, &cfg, &m->dev);
	if (!err)
		err = r->cls->domain_alloc(r->drv, m->dev, DRV_DOMAIN_PAGING, &m->domain);
	if (!err)
		err = fault_domain_set_owner(m->domain, &owner);
	if (!err)
		err = fault_domain_enable_stalls(m->domain);
	if (!err)
		err = r->cls->attach(r->drv, m->dev, DRV_NO_PASID, m->domain, drv_now(r));
	return err;
}

static void free_all(struct engine_replay *r)
{
	fl_free(r->answers);
	fl_free(r->buckets);
	fl_free(r->pages);
	fl_free(r->free_pages);
	fl_free(r->drv_cfg);
	fl_free(r->drv);
	fl_free(r->hw);
	fl_free(r->mem);
	fl_free(r);
}

static int make_smmuv3(struct engine_replay *r)
{
	struct smmuv3_cfg cfg = { .stalls = 16 };

	r->engine = &smmuv3_class;
	return smmuv3_init(&r->hw->smmuv3, &cfg, &hw_ops, r);
}

static int make_vtd(struct engine_replay *r)
{
	struct vtd_cfg *cfg = fl_zalloc(sizeof(*cfg));
	int err = cfg ? vtd_init(&r->hw->vtd, cfg, &hw_ops, r) : -ENOMEM;
	u32 i;

	fl_free(cfg);
	r->engine = &vtd_class;
	r->drv_cfg->vtd.pri_devices = REPLAY_STREAMS;
	for (i = 0; i < VTD_DRV_LINES; i++) {
		r->drv_cfg->vtd.msi[i].addr = DOORBELL;
		r->drv_cfg->vtd.msi[i].data = i;
	}
	return err;
}

static int storage(struct engine_replay *r)
{
	u32 i;

	r->mem = fl_zalloc(MEM_BYTES);
	r->hw = fl_zalloc(sizeof(*r->hw));
	r->drv_cfg = fl_zalloc(sizeof(*r->drv_cfg));
	r->drv = fl_zalloc(r->cls->size);
	r->free_pages = fl_zalloc(MEM_BYTES / PAGE * sizeof(*r->free_pages));
	r->pages = fl_zalloc(trace_n_records * sizeof(*r->pages));
	r->buckets = fl_zalloc(REPLAY_STREAMS * BUCKETS * sizeof(*r->buckets));
	r->answers = fl_zalloc(trace_n_records * sizeof(*r->answers));
	if (!r->mem || !r->hw || !r->drv_cfg || !r->drv || !r->free_pages || !r->pages || !r->buckets || !r->answers)
		return -ENOMEM;
	for (i = 0; i < REPLAY_STREAMS * BUCKETS; i++)
		r->buckets[i] = -1;
	return 0;
}

struct engine_replay *replay_new(struct fault_core *core, const struct replay_host *host, enum replay_kind kind)
{
	struct engine_replay *r = fl_zalloc(sizeof(*r));
	u32 i;
	int err;

	if (!r)
		return NULL;
	r->host = *host;
	r->core = core;
	r->kind = kind;
	r->cls = kind == REPLAY_VTD_PRI ? &vtd_drv_class : &smmuv3_drv_class;
	spin_lock_init(&r->hw_lock);
	spin_lock_init(&r->mem_lock);
	err = storage(r);
	if (!err)
		err = kind == REPLAY_VTD_PRI ? make_vtd(r) : make_smmuv3(r);
	if (!err)
		err = r->cls->probe(r->drv, r->drv_cfg, &drv_ops, r, core);
	for (i = 0; !err && i < REPLAY_STREAMS; i++)
		err = add_master(r, i);
	if (!err)
		return r;
	free_all(r);
	return NULL;
}

bool replay_end(struct engine_replay *r)
{
	struct master *m;
	bool good = true;
	u32 i;

	for (i = 0; i < REPLAY_STREAMS; i++) {
		m = &r->masters[i];
		good &= r->cls->detach(r->drv, m->dev, DRV_NO_PASID, drv_now(r)) == 0;
		r->cls->domain_free(r->drv, m->domain);
		r->cls->device_remove(r->drv, m->dev, drv_now(r));
	}
	r->cls->remove(r->drv, drv_now(r));
	good &= fault_core_bind(r->core, NULL) == 0;
	if (r->kind == REPLAY_VTD_PRI)
		vtd_exit(&r->hw->vtd);
	else
		smmuv3_exit(&r->hw->smmuv3);
	free_all(r);
	return good;
}
