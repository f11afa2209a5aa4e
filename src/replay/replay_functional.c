// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The replay without time: each access is over before the next begins. The
 * engine, the driver, the fault core and the operating system are those of the
 * timed run; only what lies between them is gone.
 */
#include "machine.h"
#include "replay_counters.h"
#include "replay_os.h"
#include "replay_source.h"
#include "replay_streams.h"

#define PAGE_SIZE     4096u
#define RETRY_LIMIT   1000u
#define PROGRESS_MASK 0xffffu

enum verdict { PENDING, RETRY, ABORTED };

struct unit {
	struct machine m; /* first: ctx of its services */
	struct run *run;
};

/* @waiter: the access that waits for a page; a run that makes no progress ends with it still waiting */
struct endpoint {
	struct ats_ep ep;
	struct ats_waiter waiter;
	struct unit *unit;
};

struct run {
	const struct replay_options *opt;
	struct replay_result *res;
	struct dmat_error *err;
	struct replay_scan scan;
	const struct iommu_class *cls;
	struct unit units[FL_MAX_IOMMUS];
	struct physmem mem;
	struct machine_board board;
	struct replay_os *os;
	enum verdict verdict;
	u64 played;		     /* accesses, the warm-up's, too */
	struct replay_result before; /* what had been counted when the warm-up was over */
	int code;		     /* the run came to a stop */
	struct stream_kind kinds[REPLAY_MAX_STREAMS];
	struct unit *unit_of[REPLAY_MAX_STREAMS];
	struct endpoint *eps[REPLAY_MAX_STREAMS];
};

/* ---- what the machines say ---- */

static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct unit *u = ctx;

	u->run->verdict = how == RESUME_RETRY ? RETRY : ABORTED;
}

/* Its place in the scan, or n_sids. */
static u32 stream_of(const struct run *r, u32 sid)
{
	u32 i;

	for (i = 0; i < r->scan.n_sids && r->scan.sids[i] != sid; i++)
		;
	return i;
}

static struct endpoint *endpoint_of(struct run *r, u32 sid)
{
	u32 i = stream_of(r, sid);

	return i < r->scan.n_sids ? r->eps[i] : NULL;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct unit *u = ctx;
	struct endpoint *e = endpoint_of(u->run, resp->sid);

	if (e)
		ats_ep_response(&e->ep, resp);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct unit *u = ctx;
	struct endpoint *e = endpoint_of(u->run, inv->sid);

	if (e)
		ats_ep_invalidate(&e->ep, inv);
	else
		machine_inv_done(&u->m, inv->sid, inv->itag, false);
}

static u32 allocate(void *ctx, u32 sid, u32 n)
{
	struct unit *u = ctx;
	struct endpoint *e = endpoint_of(u->run, sid);

	return e ? ats_ep_allocate(&e->ep, n) : 0;
}

static void served(void *ctx)
{
	struct unit *u = ctx;

	replay_os_deferred(u->run->os, u->run->board.now);
}

/* ---- services of an endpoint ---- */

static void ep_page_request(void *ctx, const struct page_request *pr)
{
	struct endpoint *e = ctx;

	e->unit->m.cls->page_request(e->unit->m.hw, pr);
}

static void ep_inv_done(void *ctx, u32 sid, u8 itag)
{
	struct endpoint *e = ctx;

	machine_inv_done(&e->unit->m, sid, itag, true);
}

static void ep_wake(void *ctx, struct ats_waiter *w, enum ats_wake why)
{
	struct endpoint *e = ctx;

	e->unit->run->verdict = why == ATS_RETRY ? RETRY : ABORTED;
}

static const struct ats_ep_ops ep_ops = { ep_page_request, ep_inv_done, ep_wake };

/* ---- what never ends ---- */

/* Nothing else runs beside the current access, so its state after so many tries does not change any more. */
static bool no_progress(struct run *r, const struct dma_txn *t, const char *what)
{
	if (!r->code)
		r->code = dmat_fail(r->err, EDEADLK, "no progress: an access of stream 0x%x to 0x%llx %s", t->sid,
				    t->iova, what);
	return false;
}

/* Software runs until it has nothing to do. */
static void pump(struct run *r)
{
	const char *endless = machine_pump(&r->board);

	if (endless && !r->code)
		r->code = dmat_fail(r->err, EDEADLK, "no progress: %s, and no access goes on", endless);
}

/* ---- one piece of an access: within one page ---- */

struct piece {
	void *hw; /* what its stream is behind */
	struct dma_txn txn;
	struct xlat_result r;
};

static bool platform_piece(struct run *r, struct piece *p)
{
	u32 tries;

	for (tries = 0; tries < RETRY_LIMIT && !r->code; tries++) {
		r->verdict = PENDING;
		switch (r->cls->translate(p->hw, &p->txn, &p->r)) {
		case XLAT_OK:
			return true;
		case XLAT_STALL:
			pump(r);
			if (r->verdict == PENDING)
				return no_progress(r, &p->txn, "waits for the answer to its stall");
			if (r->verdict != RETRY)
				return false;
			break;
		case XLAT_WAIT:
			pump(r);
			break;
		default:
			pump(r);
			return false;
		}
	}
	return no_progress(r, &p->txn, "is retried for ever");
}

/* Goes out translated, without its PASID: the address is checked once more where ATSCHK asks for it. */
static bool translated_piece(struct run *r, struct piece *p)
{
	struct dma_txn t = p->txn;
	struct xlat_result res;
	bool ok;

	t.iova = p->r.pa;
	t.flags = (t.flags & DMA_WRITE) | DMA_TRANSLATED;
	ok = r->cls->translate(p->hw, &t, &res) == XLAT_OK;
	if (!ok)
		pump(r);
	return ok;
}

static bool pri_piece(struct run *r, struct piece *p, struct endpoint *e)
{
	struct dma_txn req;
	enum xlat x;
	u32 tries;
	int tag;

	e->waiter = (struct ats_waiter){ .txn = p->txn };
	for (tries = 0; tries < RETRY_LIMIT && !r->code; tries++) {
		if (ats_ep_lookup(&e->ep, &p->txn, &p->r))
			return translated_piece(r, p);
		tag = ats_ep_translate(&e->ep, &p->txn, &req);
		fl_assert(tag >= 0);
		x = r->cls->translate(p->hw, &req, &p->r);
		if (x != XLAT_OK)
			pump(r);
		switch (ats_ep_complete(&e->ep, (u32)tag, x, &p->r)) {
		case ATS_OK:
			return translated_piece(r, p);
		case ATS_UNTRANSLATED:
			return platform_piece(r, p);
		case ATS_STALE:
			break;
		case ATS_FAULT:
			r->verdict = PENDING;
			if (ats_ep_fault(&e->ep, &e->waiter))
				return false;
			pump(r);
			if (r->verdict == PENDING)
				return no_progress(r, &p->txn, "waits for the answer to a page request");
			if (r->verdict != RETRY)
				return false;
			break;
		case ATS_ERROR:
			return false;
		}
	}
	return no_progress(r, &p->txn, "is told to retry for ever after a page request");
}

/* ---- an access ---- */

static u16 txn_flags(const struct dmat_record *rec)
{
	u16 flags = 0;

	/* Read and write together: the direction was not recorded. */
	if ((rec->flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W)
		flags |= DMA_WRITE;
	if (rec->flags & DMAT_F_X)
		flags |= DMA_EXEC;
	if (rec->flags & DMAT_F_PRIV)
		flags |= DMA_PRIV;
	if (rec->flags & DMAT_F_PASID)
		flags |= DMA_PASID;
	return flags;
}

static void compare(struct run *r, const struct dmat_record *rec, u64 record, u64 pa, bool ok, bool terminates)
{
	struct replay_result *res = r->res;
	bool recorded_ok = rec->outcome == DMAT_OUT_OK;

	if (rec->outcome == DMAT_OUT_NONE || r->opt->kind->bypass || (!ok && recorded_ok && terminates))
		return;
	res->compared++;
	if (ok == recorded_ok && (!ok || pa == rec->pa))
		return;
	if (!res->different++)
		res->first_difference = (struct replay_difference){ .record = record,
								    .sid = rec->sid,
								    .iova = rec->iova,
								    .recorded_pa = rec->pa,
								    .pa = pa,
								    .recorded_ok = recorded_ok,
								    .ok = ok };
}

/* What hardware and devices have counted so far. */
static void count(const struct run *r, struct replay_counters *c)
{
	u32 i;

	for (i = 0; i < r->opt->cfg->iommu.count && r->cls->stats; i++) {
		struct replay_counters one = { 0 };

		r->cls->stats(r->units[i].m.hw, &one.hw);
		replay_counters_add(c, &one);
	}
	for (i = 0; i < r->scan.n_sids; i++) {
		if (!r->eps[i])
			continue;
		c->atc.present = true;
		c->atc.hits += r->eps[i]->ep.stats.hits;
		c->atc.misses += r->eps[i]->ep.stats.misses;
		c->atc.evictions += r->eps[i]->ep.atc.evictions;
	}
}

static void access_record(struct run *r, const struct dmat_record *rec, u64 record)
{
	u32 stream = stream_of(r, rec->sid);
	struct endpoint *e = r->eps[stream];
	struct piece p = { .hw = r->unit_of[stream]->m.hw,
			   .txn = { .sid = rec->sid, .pasid = rec->pasid, .flags = txn_flags(rec) } };
	u64 at = rec->iova, left = rec->size, pa = 0;
	bool ok = true;

	if (r->played++ == r->opt->warmup) {
		if (r->opt->warmup)
			replay_os_result(r->os, &r->before);
		count(r, &r->before.counters);
	}
	replay_os_touch(r->os, rec);
	while (left && ok) {
		p.txn.iova = at;
		p.txn.len = (u32)min(left, (u64)(PAGE_SIZE - (at & (PAGE_SIZE - 1))));
		ok = e ? pri_piece(r, &p, e) : platform_piece(r, &p);
		if (at == rec->iova)
			pa = p.r.pa;
		at += p.txn.len;
		left -= p.txn.len;
	}
	if (r->played <= r->opt->warmup)
		return;
	r->res->accesses++;
	r->res->bytes += rec->size;
	if (ok)
		r->res->translated++;
	else
		r->res->aborted++;
	compare(r, rec, record, pa, ok, r->kinds[stream].faults == REPLAY_TERMINATE);
}

/* ---- a run ---- */

static int play_block(struct run *r, const struct dmat_record *block, ssize_t n, u64 record, u64 all)
{
	ssize_t i;
	int code = 0;

	for (i = 0; i < n && !code; i++, record++) {
		r->board.now = block[i].time_ns;
		if (block[i].kind == DMAT_ACCESS)
			access_record(r, &block[i], record);
		else
			code = replay_os_record(r->os, &block[i], r->board.now, r->err);
		code = code ? code : r->code;
		if (r->opt->progress && !(r->played & PROGRESS_MASK))
			r->opt->progress(r->opt->progress_ctx, r->played, all);
	}
	return code;
}

static int play(struct run *r)
{
	const struct dmat_record *block;
	struct replay_source source;
	ssize_t n = 0;
	int code;

	code = replay_source_open(&source, r->opt, r->err);
	if (code)
		return code;
	while (!code && (n = replay_source_next(&source, &block)) > 0)
		code = play_block(r, block, n, source.first, source.rounds * r->scan.accesses);
	replay_source_close(&source);
	return n < 0 ? (int)n : code;
}

static int make_endpoints(struct run *r)
{
	u32 i;

	for (i = 0; i < r->scan.n_sids; i++) {
		struct ats_ep_cfg cfg = { .sid = r->scan.sids[i], .atc = { .sets = 16, .ways = 4 } };
		int err;

		r->kinds[i] = stream_kind_of(r->opt, cfg.sid);
		r->unit_of[i] = &r->units[fl_config_iommu(r->opt->cfg, cfg.sid)];
		if (!r->kinds[i].ats)
			continue;
		cfg.pri = r->kinds[i].faults == REPLAY_PRI;
		cfg.capacity = (u32)r->opt->cfg->pcie.credits;
		cfg.group = fl_config_group(r->opt->cfg);
		r->eps[i] = calloc(1, sizeof(*r->eps[i]));
		if (!r->eps[i])
			return -ENOMEM;
		r->eps[i]->unit = r->unit_of[i];
		err = ats_ep_init(&r->eps[i]->ep, &cfg, &ep_ops, r->eps[i]);
		if (err)
			return err;
	}
	return 0;
}

static int check_options(struct run *r)
{
	const struct replay_options *opt = r->opt;

	if (opt->cfg->master.kind != FL_MASTER_TRACE)
		return dmat_fail(r->err, EINVAL, "a master of its own pace (master.kind) needs a replay with time");
	return replay_check(opt, &r->scan, r->err);
}

static int make_unit(struct run *r, u32 number)
{
	const struct iommu_kind *kind = r->opt->kind;
	struct machine *m = &r->units[number].m;

	machine_init(m, &r->board, kind->cls);
	r->units[number].run = r;
	m->drv_cls = kind->drv;
	m->hw_ops.txn_resume = txn_resume;
	m->hw_ops.page_response = page_response;
	m->drv_ops.set_page_request_allocation = allocate;
	m->ats_invalidate = ats_invalidate;
	m->served = served;
	m->level_irq = kind->level_irq;
	m->doorbell = KIND_MSI_DOORBELL;
	m->n_lines = kind->irq_lines;
	m->first_line = number * kind->irq_lines;
	return kind->create(r->opt->cfg, &m->hw_ops, m, &m->hw);
}

static int build(struct run *r)
{
	const struct fl_config *cfg = r->opt->cfg;
	struct replay_os_cfg os_cfg = {
		.opt = r->opt, .trace = &r->scan, .ops = &r->units[0].m.drv_ops, .ctx = &r->board, .kick = machine_kick
	};
	int code;
	u32 i;

	machine_board_init(&r->board, &r->mem, cfg->os.table_base, cfg->os.table_bytes);
	code = physmem_init(&r->mem, 1ULL << 52);
	for (i = 0; i < cfg->iommu.count && !code; i++) {
		os_cfg.drv_ctx[i] = &r->units[i].m;
		code = make_unit(r, i);
	}
	if (!code)
		code = make_endpoints(r);
	if (code)
		return dmat_fail(r->err, -code, "the %s cannot be made: %s", r->opt->kind->name, strerror(-code));
	code = replay_os_create(&os_cfg, &r->os, r->err);
	for (i = 0; i < cfg->iommu.count && !code; i++) {
		r->units[i].m.drv = replay_os_driver(r->os, i);
		r->units[i].m.core = replay_os_core(r->os, i);
	}
	return code;
}

static void tear_down(struct run *r)
{
	u32 i;

	if (r->os)
		replay_os_destroy(r->os, r->board.now);
	for (i = 0; i < FL_MAX_IOMMUS; i++)
		if (r->units[i].m.hw)
			r->opt->kind->destroy(r->units[i].m.hw);
	for (i = 0; i < r->scan.n_sids; i++)
		if (r->eps[i]) {
			ats_ep_exit(&r->eps[i]->ep);
			free(r->eps[i]);
		}
	machine_board_exit(&r->board);
	if (r->mem.keys)
		physmem_exit(&r->mem);
}

int replay_functional(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err)
{
	struct run *r = calloc(1, sizeof(*r));
	int code;

	if (!r)
		return dmat_fail(err, ENOMEM, "out of memory");
	memset(res, 0, sizeof(*res));
	r->opt = opt;
	r->res = res;
	r->err = err;
	r->cls = opt->kind->cls;
	code = replay_scan_run(opt, &r->scan, err);
	if (!code)
		code = check_options(r);
	if (!code)
		code = build(r);
	if (!code)
		code = play(r);
	if (!code) {
		res->trace_records = r->scan.records;
		res->trace_accesses = r->scan.accesses;
		res->trace_faults = r->scan.faults;
		pump(r);
		replay_os_result(r->os, res);
		replay_os_subtract(res, &r->before);
		count(r, &res->counters);
		replay_counters_subtract(&res->counters, &r->before.counters);
		code = r->code;
	}
	tear_down(r);
	free(r);
	return code;
}
