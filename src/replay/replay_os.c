// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The operating system of a replay: address spaces, streams, and its life. */
#include "find.h"
#include "replay_os_priv.h"
#include "replay_source.h"
#include "report_json.h"

struct os_space *replay_os_find_space(struct replay_os *os, u32 id)
{
	struct os_space *s = os->last_space;

	if (s && s->id == id)
		return s;
	for (s = os->spaces; s && s->id != id; s = s->next)
		;
	if (s)
		os->last_space = s;
	return s;
}

struct os_space *replay_os_get_space(struct replay_os *os, u32 id)
{
	struct os_space *s = replay_os_find_space(os, id);

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

struct os_stream *replay_os_find_stream(struct replay_os *os, u32 sid)
{
	size_t at = FIND(i, os->n_streams, os->streams[i].sid == sid);

	return at < os->n_streams ? &os->streams[at] : NULL;
}

static int add_stream(struct replay_os *os, u32 sid)
{
	struct drv_device_cfg c = { .sids = { sid }, .n_sids = 1, .name = "trace" };
	struct os_stream *st = &os->streams[os->n_streams];
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

/*
 * The address space gets its domain in an IOMMU from the first device there that uses it; pages mapped before come
 * with it.
 */
static int make_domain(struct replay_os *os, struct os_space *s, const struct os_stream *st)
{
	union fault_owner owner = { .handler = { .ops = &replay_os_fault_ops, .ctx = s } };
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
	return first ? replay_os_map_chosen(os, s) : replay_os_map_resident(os, s, st->iommu);
}

static u32 pasid_of(const struct dmat_record *rec)
{
	return rec->flags & DMAT_F_PASID ? rec->pasid : DRV_NO_PASID;
}

struct os_use *replay_os_find_use(const struct os_stream *st, u32 pasid)
{
	size_t at = FIND(i, st->n_uses, st->uses[i].pasid == pasid);

	return at < st->n_uses ? &st->uses[at] : NULL;
}

static struct os_use *get_use(struct os_stream *st, u32 pasid)
{
	struct os_use *u = replay_os_find_use(st, pasid);

	if (u)
		return u;
	u = realloc(st->uses, (st->n_uses + 1) * sizeof(*u));
	if (!u)
		return NULL;
	st->uses = u;
	u[st->n_uses] = (struct os_use){ .pasid = pasid };
	return &u[st->n_uses++];
}

static int attach(struct replay_os *os, const struct dmat_record *rec, u64 now)
{
	struct os_stream *st = replay_os_find_stream(os, rec->sid);
	struct os_space *s = replay_os_get_space(os, rec->domain);
	struct os_use *u = st ? get_use(st, pasid_of(rec)) : NULL;
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
	struct os_stream *st = replay_os_find_stream(os, rec->sid);
	struct os_use *u = st ? replay_os_find_use(st, pasid_of(rec)) : NULL;

	if (!u || !u->space)
		return -ENOENT;
	u->space = NULL;
	return os->cls->detach(os->iommus[st->iommu].drv, st->dev, u->pasid, now);
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
		code = replay_os_map(os, rec);
		break;
	case DMAT_UNMAP:
		code = replay_os_unmap(os, rec);
		break;
	}
	if (code == -ENODEV && os->cfg.opt->cfg->master.streams[0])
		return dmat_fail(err, -code,
				 "stream 0x%x: its faults cannot be held in an address space that a stream without "
				 "such faults has attached first: %s",
				 rec->sid, strerror(-code));
	if (code == -EINVAL && rec->kind == DMAT_ATTACH && os->cfg.opt->cfg->master.streams[0])
		return dmat_fail(err, -code,
				 "stream 0x%x: the driver refuses it in an address space of streams whose faults end "
				 "otherwise: %s",
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
static struct os_space *space_of(struct replay_os *os, const struct dmat_record *access)
{
	const struct os_stream *st;
	const struct os_use *u;

	if (access->domain != DMAT_DOMAIN_NONE)
		return replay_os_find_space(os, access->domain);
	st = replay_os_find_stream(os, access->sid);
	u = st ? replay_os_find_use(st, pasid_of(access)) : NULL;
	return u ? u->space : NULL;
}

void replay_os_touch(struct replay_os *os, const struct dmat_record *access)
{
	struct os_space *s = os->untouched ? space_of(os, access) : NULL;
	u64 i, n = replay_os_pages_of(access);

	for (i = 0; s && i < n; i++) {
		struct page_entry *e = replay_os_page(os, s, (access->iova >> PAGE_SHIFT) + i);

		if (!e || e->resident || e->touched)
			continue;
		e->touched = true;
		os->untouched--;
		os->counts.first_touches++;
	}
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
		o = report_json_object(J_HEX("sid", f->sid), J_IF(f->flags & FAULT_PASID_VALID, J_MEMBER(f, pasid)),
				       J_HEX("iova", f->addr),
				       J_TEXT("access", f->perm & FAULT_WRITE  ? "write"
							: f->perm & FAULT_EXEC ? "execute"
									       : "read"),
				       J_TEXT("answer", names[info.answer]));
		json_array_append_new(os->cfg.opt->answers, o);
	}
}

static void observe(void *ctx, struct fault_group *g, enum fault_point point, u64 now)
{
	const struct os_iommu *m = ctx;
	const struct replay_os *os = m->os;

	if (point == FAULT_AT_RESPONSE && os->cfg.opt->answers)
		note_answer(os, g);
	if (os->cfg.observe)
		os->cfg.observe(os->cfg.ctx, g, point, now);
}

/* What a driver has taken from its hardware. */
static void record(struct kind_observer *o, const struct spec_record *format, const u64 words[4], u32 bank)
{
	const struct os_iommu *m = (const struct os_iommu *)o;
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
	struct os_iommu *m = &os->iommus[number];
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

static int tell_record(const struct replay_options *opt, const struct dmat_record *rec, u64 number,
		       const struct dmat_record *last)
{
	if (rec->kind != DMAT_FAULT && rec->kind != DMAT_PAGE_REQUEST)
		return 0;
	return opt->recorded(opt->record_ctx, rec, number,
			     last->kind == DMAT_ACCESS && last->sid == rec->sid &&
				     (rec->iova ^ last->iova) < PAGE_SIZE);
}

/* The caller hears of the recorded faults before any is made. */
static int tell_recorded(const struct replay_options *opt, struct dmat_error *err)
{
	struct dmat_record last = { .kind = DMAT_MARK };
	struct replay_options once = *opt;
	const struct dmat_record *block;
	struct replay_source source;
	ssize_t i, n = 0;
	int ret;

	once.repeat = 0;
	ret = replay_source_open(&source, &once, err);
	if (ret)
		return ret;
	while (!ret && (n = replay_source_next(&source, &block)) > 0)
		for (i = 0; !ret && i < n; last = block[i++])
			ret = tell_record(opt, &block[i], source.first + (u64)i, &last);
	replay_source_close(&source);
	return n < 0 ? (int)n : ret;
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
	struct os_space *s;
	u32 i;

	while ((s = os->spaces) != NULL) {
		os->spaces = s->next;
		for (i = 0; i < os->n_iommus; i++)
			if (s->doms[i])
				os->cls->domain_free(os->iommus[i].drv, s->doms[i]);
		free(s->extents);
		free(s);
	}
}

static void stop_iommu(struct replay_os *os, struct os_iommu *m, u64 now)
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
