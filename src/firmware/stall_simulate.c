// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The face of the simulation: what makes sense, and in which order it looks. */
#include "find.h"
#include "stall_priv.h"

#include <stdarg.h>
#include <stdlib.h>

#define PPM	   1000000u
#define MAX_QUEUED 1024u
#define LONGEST_NS 1000000000000000ULL /* eleven days */

const char *const stall_mode_names[STALL_MODES] = { "pinned", "stall", "terminate", "pri" };
const char *const stall_deadline_names[STALL_DEADLINES] = { "gap", "access" };

/* ---- what makes sense ---- */

struct checker {
	char *error;
	size_t size;
	bool bad;
};

__attribute__((format(printf, 3, 4))) static void refuse(struct checker *c, bool bad, const char *fmt, ...)
{
	va_list ap;

	if (!bad || c->bad)
		return;
	c->bad = true;
	va_start(ap, fmt);
	vsnprintf(c->error, c->size, fmt, ap);
	va_end(ap);
}

static void default_u32(u32 *value, u32 def)
{
	*value = *value ? *value : def;
}

static void default_u64(u64 *value, u64 def)
{
	*value = *value ? *value : def;
}

static u32 tbus_of(const struct stall_platform *p, u32 smmu)
{
	u32 i, n = 0;

	for (i = 0; i < p->n_tbus; i++)
		n += p->tbu[i].smmu == smmu + 1;
	return n;
}

u32 stall_capacity(const struct stall_platform *p, u32 smmu)
{
	const struct stall_smmu *s = &p->smmu[smmu];

	return s->stall_max * (strcmp(s->kind, "smmuv2") ? 1 : tbus_of(p, smmu));
}

static void check_smmu(struct checker *c, const struct stall_platform *p, u32 i)
{
	const struct stall_smmu *s = &p->smmu[i];
	const struct iommu_kind *kind = iommu_kind_find(s->kind);
	u32 tbus = tbus_of(p, i);

	refuse(c, !kind || !kind->stall, "smmu %s: kind %s: only smmuv2 and smmuv3 stall", s->name, s->kind);
	refuse(c, !tbus, "smmu %s: it has no TBU", s->name);
	refuse(c, kind && kind->max_tbus && tbus > kind->max_tbus, "smmu %s: %u TBUs, and a %s has %u at most", s->name,
	       tbus, s->kind, kind ? kind->max_tbus : 0);
	refuse(c, s->stall_max > (kind && kind->pri ? 4096 : 1024), "smmu %s: stall_max %u is too large", s->name,
	       s->stall_max);
}

static void check_places(struct checker *c, struct stall_platform *p)
{
	u32 i;

	refuse(c, !p->n_smmus || p->n_smmus > STALL_MAX_SMMUS, "smmus: %u, not 1 to %u", p->n_smmus, STALL_MAX_SMMUS);
	refuse(c, !p->n_tbus || p->n_tbus > STALL_MAX_TBUS, "tbus: %u, not 1 to %u", p->n_tbus, STALL_MAX_TBUS);
	refuse(c, p->n_ports > STALL_MAX_PORTS, "ports: %u, more than %u", p->n_ports, STALL_MAX_PORTS);
	for (i = 0; i < p->n_tbus && !c->bad; i++) {
		default_u32(&p->tbu[i].slots, 32);
		refuse(c, p->tbu[i].smmu - 1 >= p->n_smmus, "tbu %s: smmu %u is none", p->tbu[i].name, p->tbu[i].smmu);
		refuse(c, p->tbu[i].slots > STALL_MAX_SLOTS, "tbu %s: more than %u slots", p->tbu[i].name,
		       STALL_MAX_SLOTS);
	}
	for (i = 0; i < p->n_ports && !c->bad; i++) {
		default_u32(&p->port[i].slots, 16);
		refuse(c, p->port[i].slots > STALL_MAX_SLOTS, "port %s: more than %u slots", p->port[i].name,
		       STALL_MAX_SLOTS);
	}
	for (i = 0; i < p->n_smmus && !c->bad; i++) {
		default_u32(&p->smmu[i].stall_max, strcmp(p->smmu[i].kind, "smmuv2") ? 64 : 32);
		check_smmu(c, p, i);
	}
}

static u32 smmu_of(const struct stall_platform *p, const struct stall_master *m)
{
	return p->tbu[m->tbu - 1].smmu - 1;
}

static void check_domain(struct checker *c, const struct stall_platform *p, u32 i)
{
	const struct stall_master *m = &p->master[i];
	u32 k;

	refuse(c, m->domain > STALL_MAX_MASTERS, "master %s: domain %u is too large", m->name, m->domain);
	for (k = 0; k < i && m->domain && !c->bad; k++)
		refuse(c, p->master[k].domain == m->domain && smmu_of(p, &p->master[k]) != smmu_of(p, m),
		       "master %s: domain %u is %s's, behind another SMMU", m->name, m->domain, p->master[k].name);
}

static void check_master(struct checker *c, struct stall_platform *p, u32 i)
{
	struct stall_master *m = &p->master[i];

	default_u32(&m->outstanding, 8);
	default_u32(&m->page_accesses, 1);
	refuse(c, m->tbu - 1 >= p->n_tbus, "master %s: tbu %u is none", m->name, m->tbu);
	refuse(c, m->port > p->n_ports, "master %s: port %u is none", m->name, m->port);
	refuse(c, m->backing > p->n_masters, "master %s: backing %u is no master", m->name, m->backing);
	refuse(c, (u32)m->mode >= STALL_MODES, "master %s: no such mode", m->name);
	refuse(c, (u32)m->limits >= STALL_DEADLINES, "master %s: no such kind of deadline", m->name);
	refuse(c, m->outstanding > MAX_QUEUED, "master %s: more than %u outstanding accesses", m->name, MAX_QUEUED);
	refuse(c, m->mode == STALL_PRI && m->outstanding > ATS_MAX_REQUESTS,
	       "master %s: more than %u outstanding requests", m->name, ATS_MAX_REQUESTS);
	refuse(c, max(max(m->first_ns, m->period_ns), m->deadline_ns) > LONGEST_NS, "master %s: a time over %llu ns",
	       m->name, LONGEST_NS);
	refuse(c, m->accesses > STALL_MAX_ACCESSES, "master %s: more than %u accesses", m->name, STALL_MAX_ACCESSES);
	if (c->bad)
		return;
	refuse(c, m->mode == STALL_PRI && !iommu_kind_find(p->smmu[smmu_of(p, m)].kind)->pri,
	       "master %s: pri: its SMMU is a %s, which has no page requests", m->name, p->smmu[smmu_of(p, m)].kind);
	check_domain(c, p, i);
}

static void check_pager(struct checker *c, struct stall_platform *p)
{
	struct stall_pager *g = &p->pager;

	default_u32(&g->workers, 1);
	default_u64(&g->p50_ns, 5000);
	default_u64(&g->p999_ns, max(g->p50_ns, (u64)100000));
	default_u32(&g->read_accesses, 1);
	default_u64(&p->times.memory_ns, 200);
	default_u64(&p->times.notify_ns, 2000);
	default_u64(&p->times.resume_ns, 500);
	refuse(c,
	       max(max(g->p999_ns, g->read_ns), max(p->times.memory_ns, max(p->times.notify_ns, p->times.resume_ns))) >
		       LONGEST_NS,
	       "pager, times: a time over %llu ns", LONGEST_NS);
	refuse(c, g->workers > STALL_MAX_WORKERS, "pager: more than %u workers", STALL_MAX_WORKERS);
	refuse(c, g->storage > p->n_masters, "pager: storage %u is no master", g->storage);
	refuse(c, g->pressure_ppm > PPM, "pager: pressure_ppm %u is over a million", g->pressure_ppm);
	refuse(c, g->p999_ns < g->p50_ns, "pager: the 99.9th percentile is below the median");
	refuse(c, g->read_accesses > STALL_MAX_ACCESSES, "pager: more than %u accesses a read", STALL_MAX_ACCESSES);
}

int stall_check(struct stall_platform *p, char *error, size_t size)
{
	struct checker c = { .error = error, .size = size };
	u32 i;

	check_places(&c, p);
	refuse(&c, !p->n_masters || p->n_masters > STALL_MAX_MASTERS, "masters: %u, not 1 to %u", p->n_masters,
	       STALL_MAX_MASTERS);
	for (i = 0; i < p->n_masters && !c.bad; i++)
		check_master(&c, p, i);
	check_pager(&c, p);
	return c.bad ? -EINVAL : 0;
}

/* ---- looking ---- */

/* Accesses of all masters together that a search is about. */
static u64 size_of(const struct stall_platform *p, bool *cut)
{
	u64 n = 0;

	*cut = false;
	for_each_of(m, p->master, p->n_masters) {
		n += stall_accesses(m, true);
		*cut = *cut || stall_accesses(m, true) < m->accesses;
	}
	return n;
}

/* One run, which @go drives. */
static int run(const struct stall_setup *u, bool timed, struct stall_result *res,
	       int (*go)(struct stall_sim *s, const void *arg), const void *arg)
{
	struct stall_sim *s = NULL;
	int err = stall_sim_create(u, timed, res, &s);

	if (!err) {
		s->draws = u->opt.draw;
		err = go(s, arg);
	}
	stall_sim_destroy(s);
	return err;
}

static int run_timed(struct stall_sim *s, const void *unused)
{
	return stall_run_timed(s);
}

int stall_simulate(const struct stall_platform *p, const struct stall_options *opt, struct stall_result *res)
{
	struct stall_setup *u = malloc(sizeof(*u));
	int err;

	memset(res, 0, sizeof(*res));
	if (!u)
		return -ENOMEM;
	err = stall_setup_init(u, p, opt, res);
	res->seed = u->opt.seed;
	if (!err)
		err = run(u, true, res, run_timed, NULL);
	if (!err && !res->deadlock && !u->opt.no_search)
		err = size_of(&u->p, &res->cut) <= u->opt.small ? stall_search(u, res) : stall_random_runs(u, res);
	stall_setup_exit(u);
	free(u);
	return err;
}

/* ---- a schedule again ---- */

struct schedule {
	const struct stall_step *step;
	u32 n;
};

static int play(struct stall_sim *s, const void *arg)
{
	const struct schedule *list = arg;
	struct stall_graph g = { 0 };
	u32 i;
	int dead;

	for (i = 0; i < list->n; i++) {
		if (!stall_do(s, list->step[i].kind, list->step[i].who))
			return stall_error(s->res, "step %u: %s %u is not possible here", i,
					   stall_step_names[list->step[i].kind], list->step[i].who);
	}
	dead = stall_graph_make(s, &g);
	if (dead > 0) {
		s->res->deadlock = true;
		s->res->found = STALL_FOUND_TIMED;
	}
	if (dead >= 0)
		dead = stall_note(s, &g);
	stall_graph_free(&g);
	return dead;
}

int stall_play(const struct stall_platform *p, const struct stall_options *opt, const struct stall_step *steps, u32 n,
	       struct stall_result *res)
{
	const struct schedule list = { steps, n };
	struct stall_setup *u = malloc(sizeof(*u));
	int err;

	memset(res, 0, sizeof(*res));
	if (!u)
		return -ENOMEM;
	err = stall_setup_init(u, p, opt, res);
	if (!err)
		err = run(u, false, res, play, &list);
	stall_setup_exit(u);
	free(u);
	return err;
}
