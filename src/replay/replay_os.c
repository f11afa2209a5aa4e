/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fault_policy.h"
#include "report_json.h"
#include "replay_streams.h"

#include "page_map.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1ULL << PAGE_SHIFT)

/* One IOMMU as its driver and the driver's fault core know it. */
struct iommu {
	struct kind_observer seen; /* first: it is the observer */
	struct replay_os *os;
	void *drv, *drv_cfg;
	struct fault_core *core;
	struct fault_policy policy;
};

/* One address space of the trace. */
struct space {
	struct replay_os *os;
	struct space *next;
	struct fault_domain *doms[FL_MAX_IOMMUS]; /* NULL until a stream behind that IOMMU is attached */
	bool used;				  /* there is one */
	u32 id;
	u32 sid;   /* of the first stream attached */
	u32 pages; /* its list in the page map */
};

/* What a stream's PASID is attached to. */
struct use {
	u32 pasid; /* or DRV_NO_PASID */
	struct space *space;
};

struct stream {
	u32 sid;
	u32 iommu;
	struct stream_kind kind;
	struct fault_dev *dev;
	struct use *uses;
	u32 n_uses;
};

/* A terminated access whose page is to be mapped. */
struct deferred {
	struct space *space;
	u64 page;
	u8 perm;
};

struct replay_os {
	struct replay_os_cfg cfg;
	const struct drv_class *cls;
	struct iommu iommus[FL_MAX_IOMMUS];
	u32 n_iommus;
	struct page_map map;
	struct space *spaces, *last_space;
	struct stream streams[REPLAY_MAX_STREAMS];
	u32 n_streams;
	struct deferred *deferred;
	u32 n_deferred, deferred_room;
	u32 count;     /* replay_os_load() */
	u64 untouched; /* pages that are neither resident nor touched */
	struct replay_result counts;
};

/* ---- residency ---- */

/* A function of seed, address space and page alone, so that it does not depend on the order of events. */
static bool chosen(const struct replay_os *os, const struct space *s, u64 page)
{
	const struct replay_options *opt = os->cfg.opt;
	u64 h = opt->seed ^ (page + 0x9e3779b97f4a7c15ULL * (s->id + 1));

	if (opt->one_paged && opt->paged != s->sid)
		return true;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
	h ^= h >> 31;
	return h % REPLAY_RESIDENT_ALL < opt->resident;
}

static u32 prot_of(u8 perm)
{
	return (perm & DMAT_F_R ? DRV_PROT_READ : 0) | (perm & DMAT_F_W ? DRV_PROT_WRITE : 0) |
	       (perm & DMAT_F_X ? DRV_PROT_EXEC : 0) | (perm & DMAT_F_PRIV ? DRV_PROT_PRIV : 0);
}

static int map_in(struct replay_os *os, struct space *s, u32 iommu, const struct page_entry *e)
{
	return os->cls->map(os->iommus[iommu].drv, s->doms[iommu], e->page << PAGE_SHIFT, e->pa, PAGE_SIZE,
			    prot_of(e->perm));
}

/* From the first @n IOMMUs that the space is known to. */
static int unmap_in_first(struct replay_os *os, struct space *s, u32 n, const struct page_entry *e)
{
	s64 gone = 0;
	int err = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		if (s->doms[i])
			gone = os->cls->unmap(os->iommus[i].drv, s->doms[i], e->page << PAGE_SHIFT, PAGE_SIZE);
		if (gone < 0)
			err = (int)gone;
	}
	return err;
}

/* In every IOMMU that the space is known to, or in none. */
static int map_in_all(struct replay_os *os, struct space *s, const struct page_entry *e)
{
	int err = 0;
	u32 i;

	for (i = 0; i < os->n_iommus && !err; i++)
		if (s->doms[i])
			err = map_in(os, s, i, e);
	if (err)
		unmap_in_first(os, s, i - 1, e);
	return err;
}

static int make_resident(struct replay_os *os, struct space *s, struct page_entry *e)
{
	int err = map_in_all(os, s, e);

	if (err)
		return err;
	os->untouched -= !e->touched;
	e->resident = true;
	os->counts.maps++;
	return 0;
}

/* ---- faults ---- */

static void count_type(struct replay_result *c, u32 reason)
{
	u32 i, at;

	for (at = 0; at < c->n_types && c->types[at].code < reason; at++)
		;
	if (at < c->n_types && c->types[at].code == reason) {
		c->types[at].count++;
		return;
	}
	if (c->n_types == REPLAY_MAX_TYPES)
		return;
	for (i = c->n_types++; i > at; i--)
		c->types[i] = c->types[i - 1];
	c->types[at] = (struct replay_type){ .code = (u16)reason, .count = 1 };
}

static bool permitted(const struct page_entry *e, u8 wanted)
{
	return !((wanted & FAULT_READ) && !(e->perm & DMAT_F_R)) &&
	       !((wanted & FAULT_WRITE) && !(e->perm & DMAT_F_W)) &&
	       !((wanted & FAULT_EXEC) && !(e->perm & DMAT_F_X)) &&
	       !((e->perm & DMAT_F_PRIV) && !(wanted & FAULT_PRIV));
}

/* Map @e, or only count it. Return: false: it cannot be mapped. */
static bool prepare(struct replay_os *os, struct space *s, struct page_entry *e, struct replay_load *count)
{
	if (!count)
		return !make_resident(os, s, e);
	count->pages += e->counted != os->count;
	e->counted = os->count;
	return true;
}

/*
 * Pages that the handler of a faulting one maps, too, as far as they are known: one fault serves them all.
 * @count: count them, and map nothing.
 */
static void map_more(struct replay_os *os, struct space *s, u64 page, struct replay_load *count)
{
	u64 i, n = os->cfg.opt->cfg->os.map_pages;
	bool around = os->cfg.opt->cfg->os.map_where == FL_MAP_AROUND;
	u64 first = around ? page - page % n : page;

	for (i = 0; i < n; i++) {
		struct page_entry *e = first + i == page ? NULL : page_map_find(&os->map, s->id, first + i);
		bool wanted = e && !e->resident;

		if (first + i == page || (around && !wanted))
			continue;
		if (!wanted || !prepare(os, s, e, count))
			return;
	}
}

/* What becomes of a fault on @page: mapped now, mapped already, or none of our pages. */
static enum fault_code resolve(struct replay_os *os, struct space *s, u64 page, u8 wanted)
{
	struct page_entry *e = page_map_find(&os->map, s->id, page);

	if (!e || !permitted(e, wanted))
		return FAULT_TERMINATE;
	if (e->resident) {
		os->counts.duplicates++;
		return FAULT_RETRY;
	}
	if (make_resident(os, s, e))
		return FAULT_FAILURE;
	map_more(os, s, page, NULL);
	return FAULT_RETRY;
}

/* The pages that resolve() would map. */
static void count_pages(struct replay_os *os, struct space *s, u64 page, u8 wanted, struct replay_load *load)
{
	struct page_entry *e = page_map_find(&os->map, s->id, page);

	load->faults++;
	if (!e || !permitted(e, wanted) || e->resident)
		return;
	prepare(os, s, e, load);
	map_more(os, s, page, load);
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct space *s = ctx;

	s->os->counts.faults++;
	count_type(&s->os->counts, f->reason);
	if (s->os->cfg.look && s->os->cfg.look(s->os->cfg.looker, f))
		return FAULT_TERMINATE;
	return resolve(s->os, s, f->addr >> PAGE_SHIFT, f->perm);
}

/* A terminated access. Nothing may be mapped here: the driver is in the midst of its handler. */
static void event(void *ctx, const struct fault_record *f, u64 now)
{
	struct space *s = ctx;
	struct replay_os *os = s->os;

	os->counts.faults++;
	count_type(&os->counts, f->reason);
	if (os->n_deferred == os->deferred_room) {
		u32 room = os->deferred_room ? os->deferred_room * 2 : 64;
		struct deferred *more = realloc(os->deferred, room * sizeof(*more));

		if (!more)
			return; /* the page stays away: its next access faults again */
		os->deferred = more;
		os->deferred_room = room;
	}
	os->deferred[os->n_deferred++] =
		(struct deferred){ .space = s, .page = f->addr >> PAGE_SHIFT, .perm = f->perm };
}

static const struct fault_domain_ops domain_ops = { .handle = handle, .event = event };

u32 replay_os_deferred(struct replay_os *os, u64 now)
{
	u64 before = os->counts.maps;
	u32 i;

	for (i = 0; i < os->n_deferred; i++)
		resolve(os, os->deferred[i].space, os->deferred[i].page, os->deferred[i].perm);
	os->n_deferred = 0;
	return (u32)(os->counts.maps - before);
}

/* ---- streams and address spaces ---- */

static struct space *find_space(struct replay_os *os, u32 id)
{
	struct space *s = os->last_space;

	if (s && s->id == id)
		return s;
	for (s = os->spaces; s && s->id != id; s = s->next)
		;
	if (s)
		os->last_space = s;
	return s;
}

static struct space *get_space(struct replay_os *os, u32 id)
{
	struct space *s = find_space(os, id);

	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->os = os;
	s->id = id;
	s->pages = PAGE_MAP_NONE;
	s->next = os->spaces;
	os->spaces = s;
	return s;
}

static struct stream *find_stream(struct replay_os *os, u32 sid)
{
	u32 i;

	for (i = 0; i < os->n_streams; i++)
		if (os->streams[i].sid == sid)
			return &os->streams[i];
	return NULL;
}

static int add_stream(struct replay_os *os, u32 sid)
{
	struct drv_device_cfg c = { .sids = { sid }, .n_sids = 1, .name = "trace" };
	struct stream *st = &os->streams[os->n_streams];
	int err;

	st->kind = stream_kind_of(os->cfg.opt, sid);
	c.can_stall = st->kind.faults == REPLAY_STALL;
	c.pri = st->kind.faults == REPLAY_PRI;
	c.ats = st->kind.ats;
	c.pasid_bits = os->cfg.trace->pasid_bits;
	st->iommu = fl_config_iommu(os->cfg.opt->cfg, sid);
	err = os->cls->device_add(os->iommus[st->iommu].drv, &c, &st->dev);
	if (err)
		return err;
	st->sid = sid;
	os->n_streams++;
	return 0;
}

/* An IOMMU comes to know an address space that others know: what is mapped there is mapped here. */
static int map_resident(struct replay_os *os, struct space *s, u32 iommu)
{
	struct page_entry *e;
	int err = 0;

	for (e = page_map_at(&os->map, s->pages); e && !err; e = page_map_at(&os->map, e->next))
		if (e->resident)
			err = map_in(os, s, iommu, e);
	return err;
}

static int map_chosen(struct replay_os *os, struct space *s)
{
	struct page_entry *e;
	int err = 0;

	for (e = page_map_at(&os->map, s->pages); e && !err; e = page_map_at(&os->map, e->next))
		if (chosen(os, s, e->page))
			err = make_resident(os, s, e);
	return err;
}

/*
 * The address space gets its domain in an IOMMU from the first device there that uses it; pages mapped before come
 * with it.
 */
static int make_domain(struct replay_os *os, struct space *s, const struct stream *st)
{
	union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = s } };
	struct fault_domain **dom = &s->doms[st->iommu];
	bool first = !s->used;
	int err;

	err = os->cls->domain_alloc(os->iommus[st->iommu].drv, st->dev, DRV_DOMAIN_PAGING, dom);
	if (err)
		return err;
	s->used = true;
	if (first)
		s->sid = st->sid;
	err = fault_domain_set_owner(*dom, &owner);
	if (err)
		return err;
	return first ? map_chosen(os, s) : map_resident(os, s, st->iommu);
}

static u32 pasid_of(const struct dmat_record *rec)
{
	return rec->flags & DMAT_F_PASID ? rec->pasid : DRV_NO_PASID;
}

static struct use *find_use(const struct stream *st, u32 pasid)
{
	u32 i;

	for (i = 0; i < st->n_uses; i++)
		if (st->uses[i].pasid == pasid)
			return &st->uses[i];
	return NULL;
}

static struct use *get_use(struct stream *st, u32 pasid)
{
	struct use *u = find_use(st, pasid);

	if (u)
		return u;
	u = realloc(st->uses, (st->n_uses + 1) * sizeof(*u));
	if (!u)
		return NULL;
	st->uses = u;
	u[st->n_uses] = (struct use){ .pasid = pasid };
	return &u[st->n_uses++];
}

static int attach(struct replay_os *os, const struct dmat_record *rec, u64 now)
{
	struct stream *st = find_stream(os, rec->sid);
	struct space *s = get_space(os, rec->domain);
	struct use *u = st ? get_use(st, pasid_of(rec)) : NULL;
	int err = 0;

	if (!s || !u)
		return -ENOMEM;
	if (u->space == s)
		return 0;
	if (!s->doms[st->iommu])
		err = make_domain(os, s, st);
	if (!err && st->kind.faults != REPLAY_TERMINATE)
		err = fault_domain_enable_stalls(s->doms[st->iommu]);
	if (!err)
		err = os->cls->attach(os->iommus[st->iommu].drv, st->dev, u->pasid, s->doms[st->iommu], now);
	if (!err)
		u->space = s;
	return err;
}

static int detach(struct replay_os *os, const struct dmat_record *rec, u64 now)
{
	struct stream *st = find_stream(os, rec->sid);
	struct use *u = st ? find_use(st, pasid_of(rec)) : NULL;

	if (!u || !u->space)
		return -ENOENT;
	u->space = NULL;
	return os->cls->detach(os->iommus[st->iommu].drv, st->dev, u->pasid, now);
}

/* ---- maps and unmaps ---- */

static int drop_page(struct replay_os *os, struct space *s, struct page_entry *e)
{
	int err = 0;

	os->untouched -= !e->resident && !e->touched;
	if (e->resident) {
		err = unmap_in_first(os, s, os->n_iommus, e);
		os->counts.unmaps++;
	}
	page_map_remove(&os->map, &s->pages, e);
	return err;
}

static int map_page(struct replay_os *os, struct space *s, const struct dmat_record *rec, u64 i)
{
	u64 page = (rec->iova >> PAGE_SHIFT) + i;
	struct page_entry *e = page_map_find(&os->map, s->id, page);
	int err;

	if (e) {
		err = drop_page(os, s, e);
		if (err)
			return err;
	}
	e = page_map_add(&os->map, &s->pages, s->id, page);
	if (!e)
		return -ENOMEM;
	os->untouched++;
	e->pa = (rec->pa & ~(PAGE_SIZE - 1)) + (i << PAGE_SHIFT);
	e->perm = rec->perm;
	return s->used && chosen(os, s, page) ? make_resident(os, s, e) : 0;
}

static u64 pages_of(const struct dmat_record *rec)
{
	return ((rec->iova & (PAGE_SIZE - 1)) + rec->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static int map(struct replay_os *os, const struct dmat_record *rec)
{
	struct space *s = get_space(os, rec->domain);
	u64 i, n = pages_of(rec);
	int err = s ? 0 : -ENOMEM;

	for (i = 0; i < n && !err; i++)
		err = map_page(os, s, rec, i);
	return err;
}

static int unmap_in(struct replay_os *os, struct space *s, const struct dmat_record *rec)
{
	u64 first = rec->flags & DMAT_F_WHOLE ? 0 : rec->iova >> PAGE_SHIFT;
	u64 n = rec->flags & DMAT_F_WHOLE ? ~0ULL : pages_of(rec);
	struct page_entry *e;
	u32 i, next;
	int err = 0;

	if (n == 1) {
		e = page_map_find(&os->map, s->id, first);
		return e ? drop_page(os, s, e) : 0;
	}
	for (i = s->pages; i != PAGE_MAP_NONE && !err; i = next) {
		e = page_map_at(&os->map, i);
		next = e->next;
		if (e->page - first < n)
			err = drop_page(os, s, e);
	}
	return err;
}

static int unmap(struct replay_os *os, const struct dmat_record *rec)
{
	struct space *s;
	int err = 0;

	if (rec->domain != DMAT_DOMAIN_NONE) {
		s = find_space(os, rec->domain);
		return s ? unmap_in(os, s, rec) : 0;
	}
	for (s = os->spaces; s && !err; s = s->next)
		err = unmap_in(os, s, rec);
	return err;
}

int replay_os_record(struct replay_os *os, const struct dmat_record *rec, u64 now, struct dmat_error *err)
{
	int code = 0;

	if (os->cfg.opt->kind->bypass) /* without an IOMMU nothing is to be done */
		return 0;
	switch (rec->kind) {
	case DMAT_ATTACH:
		code = attach(os, rec, now);
		break;
	case DMAT_DETACH:
		code = detach(os, rec, now);
		break;
	case DMAT_MAP:
		code = map(os, rec);
		break;
	case DMAT_UNMAP:
		code = unmap(os, rec);
		break;
	}
	if (code == -ENODEV && os->cfg.opt->cfg->master.streams[0])
		return dmat_fail(err, -code,
				 "stream 0x%x: its faults cannot be held in an address space that a stream without "
				 "such faults has attached first: %s",
				 rec->sid, strerror(-code));
	if (code == -ENODEV && os->cfg.opt->faults != REPLAY_TERMINATE)
		return dmat_fail(err, -code, "the %s, as it is configured, has no such faults: %s",
				 os->cfg.opt->kind->name, strerror(-code));
	if (code)
		return dmat_fail(err, -code, "the driver cannot do this %s: %s", dmat_kind_names[rec->kind],
				 strerror(-code));
	return 0;
}

/* The address space that an access reaches: the record's, else what its stream is attached to. */
static struct space *space_of(struct replay_os *os, const struct dmat_record *access)
{
	const struct stream *st;
	const struct use *u;

	if (access->domain != DMAT_DOMAIN_NONE)
		return find_space(os, access->domain);
	st = find_stream(os, access->sid);
	u = st ? find_use(st, pasid_of(access)) : NULL;
	return u ? u->space : NULL;
}

void replay_os_touch(struct replay_os *os, const struct dmat_record *access)
{
	struct space *s = os->untouched ? space_of(os, access) : NULL;
	u64 i, n = pages_of(access);

	for (i = 0; s && i < n; i++) {
		struct page_entry *e = page_map_find(&os->map, s->id, (access->iova >> PAGE_SHIFT) + i);

		if (!e || e->resident || e->touched)
			continue;
		e->touched = true;
		os->untouched--;
		os->counts.first_touches++;
	}
}

/* ---- what software will have to do ---- */

static struct space *space_of_fault(struct replay_os *os, const struct fault_record *f)
{
	const struct stream *st = find_stream(os, f->sid);
	const struct use *u = st ? find_use(st, f->flags & FAULT_PASID_VALID ? f->pasid : DRV_NO_PASID) : NULL;

	return u ? u->space : NULL;
}

static void count_group(struct replay_os *os, const struct fault_group *g, struct replay_load *load)
{
	const struct fault_record *f = NULL;

	while ((f = fault_group_next(g, f)) != NULL) {
		struct space *s = space_of_fault(os, f);

		if (s)
			count_pages(os, s, f->addr >> PAGE_SHIFT, f->perm, load);
	}
}

void replay_os_load(struct replay_os *os, struct fault_group *const *groups, u32 n, struct replay_load *load)
{
	u32 i;

	*load = (struct replay_load){ 0 };
	os->count++;
	for (i = 0; i < n; i++)
		count_group(os, groups[i], load);
	for (i = 0; !n && i < os->n_deferred; i++)
		count_pages(os, os->deferred[i].space, os->deferred[i].page, os->deferred[i].perm, load);
}

/* ---- life ---- */

static void kick(void *host)
{
	struct replay_os *os = host;

	os->cfg.kick(os->cfg.ctx);
}

static const struct fault_host_ops host_ops = { .kick = kick };

static void note_answer(const struct replay_os *os, const struct fault_group *g)
{
	static const char *const names[] = {
		[FAULT_RETRY] = "retry",
		[FAULT_TERMINATE] = "terminate",
		[FAULT_FAILURE] = "failure",
	};
	const struct fault_record *f = NULL;
	struct fault_group_info info;
	json_t *o;

	fault_group_info(g, &info);
	while ((f = fault_group_next(g, f)) != NULL) {
		o = json_object();
		report_json_hex(o, "sid", f->sid);
		if (f->flags & FAULT_PASID_VALID)
			report_json_u64(o, "pasid", f->pasid);
		report_json_hex(o, "iova", f->addr);
		report_json_text(o, "access",
				 f->perm & FAULT_WRITE	? "write"
				 : f->perm & FAULT_EXEC ? "execute"
							: "read");
		report_json_text(o, "answer", names[info.answer]);
		json_array_append_new(os->cfg.opt->answers, o);
	}
}

static void observe(void *ctx, struct fault_group *g, enum fault_point point, u64 now)
{
	const struct iommu *m = ctx;
	const struct replay_os *os = m->os;

	if (point == FAULT_AT_RESPONSE && os->cfg.opt->answers)
		note_answer(os, g);
	if (os->cfg.observe)
		os->cfg.observe(os->cfg.ctx, g, point, now);
}

/* What a driver has taken from its hardware. */
static void record(struct kind_observer *o, const struct spec_record *format, const u64 words[4], u32 bank)
{
	const struct iommu *m = (const struct iommu *)o;
	u32 number = (u32)(m - m->os->iommus);
	struct replay_record r = { .iommu = number, .bank = bank, .format = format };

	r.time_ns = m->os->cfg.ops->now(m->os->cfg.drv_ctx[number]);
	memcpy(r.words, words, sizeof(r.words));
	m->os->cfg.opt->record(m->os->cfg.opt->record_ctx, &r);
}

/* Streams of the trace behind an IOMMU. */
static u32 count_devices(const struct replay_os *os, u32 iommu)
{
	u32 i, n = 0;

	for (i = 0; i < os->cfg.trace->n_sids; i++)
		n += fl_config_iommu(os->cfg.opt->cfg, os->cfg.trace->sids[i]) == iommu;
	return n;
}

/* What was recorded shows how the machine was set up, unless the replay needs more than it had. */
static u32 recorded_code(const struct replay_os *os)
{
	const struct replay_scan *scan = os->cfg.trace;
	u32 i;

	for (i = 0; i < DMAT_MODELS; i++)
		if (!strcmp(dmat_model_names[i], os->cfg.opt->kind->name))
			return os->cfg.opt->faults == REPLAY_PRI || scan->pasid_bits ? 0 : scan->fault_code[i];
	return 0;
}

static int start_iommu(struct replay_os *os, u32 number)
{
	struct fault_core_cfg core_cfg = { .host_ops = &host_ops, .host = os };
	const struct iommu_kind *kind = os->cfg.opt->kind;
	const struct fl_config *cfg = os->cfg.opt->cfg;
	struct kind_request req = { .cfg = cfg };
	struct iommu *m = &os->iommus[number];
	int err;

	m->os = os;
	m->seen.record = record;
	req.records = os->cfg.opt->record;
	req.common.observer = m;
	req.recorded = recorded_code(os);
	if (os->cfg.observe || os->cfg.opt->answers)
		req.common.observe = observe;
	req.common.nested = cfg->driver.nested;
	req.common.s2_page_bytes = fl_s2_page_bytes(cfg->driver.s2_page_bytes);
	fault_policy_apply(&m->policy, cfg, &req.common, &core_cfg);
	req.devices = count_devices(os, number);
	req.first_line = number * kind->irq_lines;
	err = fault_core_create(&core_cfg, &m->core);
	if (err || kind->bypass)
		return err;
	m->drv = fl_zalloc(os->cls->size);
	m->drv_cfg = kind->driver_cfg(&req);
	if (!m->drv || !m->drv_cfg)
		return -ENOMEM;
	err = os->cls->probe(m->drv, m->drv_cfg, os->cfg.ops, os->cfg.drv_ctx[number], m->core);
	if (err) {
		fl_free(m->drv);
		m->drv = NULL;
	}
	return err;
}

static int start(struct replay_os *os)
{
	u32 i, n = (u32)os->cfg.opt->cfg->iommu.count;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		os->n_iommus++;
		err = start_iommu(os, i);
	}
	for (i = 0; i < os->cfg.trace->n_sids && !err && !os->cfg.opt->kind->bypass; i++)
		err = add_stream(os, os->cfg.trace->sids[i]);
	return err;
}

/* The caller hears of the recorded faults before any is made. */
static int tell_recorded(const struct replay_options *opt, struct dmat_error *err)
{
	struct dmat_reader *reader;
	struct dmat_record rec, last = { .kind = DMAT_MARK };
	u64 number;
	int ret = dmat_reader_open(&reader, opt->trace, 0, err);

	if (ret)
		return ret;
	for (number = 0; (ret = dmat_read(reader, &rec)) > 0; number++, last = rec) {
		if (rec.kind != DMAT_FAULT && rec.kind != DMAT_PAGE_REQUEST)
			continue;
		ret = opt->recorded(opt->record_ctx, &rec, number,
				    last.kind == DMAT_ACCESS && last.sid == rec.sid &&
					    (rec.iova ^ last.iova) < PAGE_SIZE);
		if (ret)
			break;
	}
	dmat_reader_close(reader);
	return ret;
}

int replay_os_create(const struct replay_os_cfg *cfg, struct replay_os **out, struct dmat_error *err)
{
	struct replay_os *os = calloc(1, sizeof(*os));
	int code;

	if (!os)
		return dmat_fail(err, ENOMEM, "out of memory");
	if (cfg->opt->recorded && cfg->trace->faults) {
		code = tell_recorded(cfg->opt, err);
		if (code) {
			free(os);
			return code;
		}
	}
	os->cfg = *cfg;
	os->cls = cfg->opt->kind->drv;
	*out = os;
	code = page_map_init(&os->map);
	if (!code)
		code = start(os);
	if (!code)
		return 0;
	replay_os_destroy(os, 0);
	*out = NULL;
	if (code == -EOPNOTSUPP && cfg->opt->cfg->driver.nested)
		return dmat_fail(err, -code, "driver.nested: the %s has no such stage 2 under its stage 1",
				 cfg->opt->kind->name);
	return dmat_fail(err, -code, "the %s driver does not start: %s", cfg->opt->kind->name, strerror(-code));
}

static void free_spaces(struct replay_os *os)
{
	struct space *s;
	u32 i;

	while ((s = os->spaces) != NULL) {
		os->spaces = s->next;
		for (i = 0; i < os->n_iommus; i++)
			if (s->doms[i])
				os->cls->domain_free(os->iommus[i].drv, s->doms[i]);
		free(s);
	}
}

static void stop_iommu(struct replay_os *os, struct iommu *m, u64 now)
{
	if (m->drv) {
		os->cls->remove(m->drv, now);
		fl_free(m->drv);
	}
	if (m->drv_cfg)
		os->cfg.opt->kind->driver_cfg_free(m->drv_cfg);
	if (m->core)
		fault_core_destroy(m->core);
}

void replay_os_destroy(struct replay_os *os, u64 now)
{
	u32 i;

	for (i = 0; i < os->n_streams; i++) {
		os->cls->device_remove(os->iommus[os->streams[i].iommu].drv, os->streams[i].dev, now);
		free(os->streams[i].uses);
	}
	free_spaces(os);
	for (i = 0; i < os->n_iommus; i++)
		stop_iommu(os, &os->iommus[i], now);
	page_map_exit(&os->map);
	free(os->deferred);
	free(os);
}

struct fault_core *replay_os_core(struct replay_os *os, u32 iommu)
{
	return os->iommus[iommu].core;
}

void *replay_os_driver(struct replay_os *os, u32 iommu)
{
	return os->iommus[iommu].drv;
}

void replay_os_result(struct replay_os *os, struct replay_result *res)
{
	struct fault_stats stats;
	u32 i, k;

	memset(res->responses, 0, sizeof(res->responses));
	res->faults = 0;
	for (i = 0; i < os->n_iommus; i++) {
		fault_core_stats(os->iommus[i].core, &stats);
		for (k = 0; k < FAULT_CODES; k++)
			res->responses[k] += stats.answered[k];
		res->faults += stats.reported;
	}
	memcpy(res->types, os->counts.types, sizeof(res->types));
	res->n_types = os->counts.n_types;
	res->unhandled = res->faults - os->counts.faults;
	res->duplicates = os->counts.duplicates;
	res->first_touches = os->counts.first_touches;
	res->maps = os->counts.maps;
	res->unmaps = os->counts.unmaps;
}

static void subtract_types(struct replay_result *res, const struct replay_result *before)
{
	u32 i, k, n = 0;

	for (i = 0; i < res->n_types; i++) {
		for (k = 0; k < before->n_types; k++)
			if (before->types[k].code == res->types[i].code)
				res->types[i].count -= before->types[k].count;
		if (res->types[i].count)
			res->types[n++] = res->types[i];
	}
	res->n_types = n;
}

void replay_os_subtract(struct replay_result *res, const struct replay_result *before)
{
	u32 i;

	for (i = 0; i < FAULT_CODES; i++)
		res->responses[i] -= before->responses[i];
	res->faults -= before->faults;
	/* What waited for a handler when the count began may have had one since. */
	res->unhandled -= before->unhandled < res->unhandled ? before->unhandled : res->unhandled;
	res->duplicates -= before->duplicates;
	res->first_touches -= before->first_touches;
	res->maps -= before->maps;
	res->unmaps -= before->unmaps;
	subtract_types(res, before);
}
