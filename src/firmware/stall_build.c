// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A platform put together of machines, and taken apart. */
#include "find.h"
#include "stall_priv.h"

#include <stdarg.h>
#include <stdlib.h>

#define MEMORY_BYTES (1ULL << 44)
#define TABLES	     0x80000000ULL
#define TABLE_BYTES  (1ULL << 40)

int stall_error(struct stall_result *res, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(res->error, sizeof(res->error), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* ---- what stays ---- */

static struct fl_config *config_of(const struct stall_platform *p, u32 smmu)
{
	struct fl_config *cfg = malloc(sizeof(*cfg));

	if (!cfg)
		return NULL;
	fl_config_init(cfg);
	cfg->tbu.count = 0;
	for_each_of(t, p->tbu, p->n_tbus)
		cfg->tbu.count += t->smmu == smmu + 1;
	cfg->smmuv3.stall_max = cfg->smmuv2.stall_slots = p->smmu[smmu].stall_max;
	cfg->smmuv2.hupcf = p->smmu[smmu].hupcf;
	cfg->smmuv2.banks = max(p->n_masters, 8u);
	/* Caches tell nothing here, and an empty engine is made faster. */
	cfg->iommu.tlb_sets = cfg->iommu.walk_cache_sets = cfg->iommu.config_cache_sets = 1;
	return cfg;
}

int stall_setup_init(struct stall_setup *u, const struct stall_platform *p, const struct stall_options *opt,
		     struct stall_result *res)
{
	u32 i;
	int err;

	memset(u, 0, sizeof(*u));
	memset(res, 0, sizeof(*res));
	u->p = *p;
	if (opt)
		u->opt = *opt;
	u->opt.max_states = u->opt.max_states ? u->opt.max_states : 5000;
	u->opt.max_depth = u->opt.max_depth ? u->opt.max_depth : 400;
	u->opt.small = u->opt.small ? u->opt.small : 12;
	u->opt.random_runs = u->opt.random_runs ? u->opt.random_runs : 20;
	err = stall_check(&u->p, res->error, sizeof(res->error));
	for (i = 0; i < u->p.n_smmus && !err; i++) {
		u->cfg[i] = config_of(&u->p, i);
		err = u->cfg[i] ? 0 : -ENOMEM;
	}
	return err;
}

void stall_setup_exit(struct stall_setup *u)
{
	u32 i;

	for (i = 0; i < STALL_MAX_SMMUS; i++)
		free(u->cfg[i]);
}

/* ---- machines ---- */

static u32 allocate(void *ctx, u32 sid, u32 n)
{
	struct stall_unit *u = ctx;
	struct ats_ep *ep = sid - 1 < u->s->p->n_masters ? u->s->dev[sid - 1].ep : NULL;

	return ep ? ats_ep_allocate(ep, n) : 0;
}

static int make_unit(struct stall_sim *s, u32 index)
{
	struct stall_unit *u = &s->unit[index];
	const struct fl_config *cfg = s->setup->cfg[index];
	struct kind_request req = { .cfg = cfg };
	int err;

	u->s = s;
	u->index = index;
	u->kind = iommu_kind_find(s->p->smmu[index].kind);
	machine_init(&u->m, &s->board, u->kind->cls);
	u->m.level_irq = u->kind->level_irq;
	u->m.n_lines = u->kind->irq_lines;
	u->m.drv_ops.set_page_request_allocation = allocate;
	stall_hear(u);
	err = u->kind->create(cfg, &u->m.hw_ops, &u->m, &u->m.hw);
	if (err)
		return err;
	req.devices = s->p->n_masters;
	req.common.observe = stall_observe;
	req.common.observer = u;
	u->drv_cfg = u->kind->driver_cfg(&req);
	return u->drv_cfg ? machine_start(&u->m, u->kind->drv, u->drv_cfg) : -ENOMEM;
}

/* ---- masters ---- */

static bool recovers(const struct stall_master *m)
{
	return m->mode == STALL_STALLS || m->mode == STALL_PRI;
}

static int make_endpoint(struct stall_sim *s, u32 i)
{
	struct ats_ep_cfg cfg = {
		.sid = i + 1, .atc = { .sets = 4, .ways = 4 }, .capacity = s->p->master[i].outstanding, .pri = true
	};

	s->dev[i].ep = calloc(1, sizeof(*s->dev[i].ep));
	return s->dev[i].ep ? ats_ep_init(s->dev[i].ep, &cfg, &stall_ep_ops, &s->dev[i]) : -ENOMEM;
}

static int add_device(struct stall_sim *s, u32 i)
{
	const struct stall_master *m = &s->p->master[i];
	struct stall_device *d = &s->dev[i];
	struct drv_device_cfg cfg = { .sids = { i + 1 },
				      .n_sids = 1,
				      .can_stall = m->mode == STALL_STALLS,
				      .pri = m->mode == STALL_PRI,
				      .ats = m->mode == STALL_PRI,
				      .credits = m->outstanding,
				      .name = m->name };
	int err;

	d->unit = &s->unit[s->p->tbu[m->tbu - 1].smmu - 1];
	for_each_of(t, s->p->tbu, m->tbu - 1)
		d->tbu += t->smmu == s->p->tbu[m->tbu - 1].smmu;
	err = m->mode == STALL_PRI ? make_endpoint(s, i) : 0;
	return err ? err : d->unit->m.drv_cls->device_add(d->unit->m.drv, &cfg, &d->dev);
}

static int attach(struct stall_sim *s, u32 i)
{
	static const struct fault_domain_ops ops = { .handle = stall_handle };
	const struct stall_master *m = &s->p->master[i];
	struct stall_device *d = &s->dev[i];
	struct machine *hw = &d->unit->m;
	union fault_owner owner;
	int err = 0;

	d->space = m->domain ? &s->space[m->domain - 1] : &d->own;
	if (!d->space->dom) {
		d->space->unit = d->unit;
		owner.handler.ops = &ops;
		owner.handler.ctx = d->space;
		err = hw->drv_cls->domain_alloc(hw->drv, d->dev, DRV_DOMAIN_PAGING, &d->space->dom);
		if (!err)
			err = fault_domain_set_owner(d->space->dom, &owner);
	}
	if (!err && recovers(m))
		err = fault_domain_enable_stalls(d->space->dom);
	if (!err)
		err = hw->drv_cls->attach(hw->drv, d->dev, DRV_NO_PASID, d->space->dom, s->board.now);
	if (!err && m->mode == STALL_PINNED)
		err = stall_map(s, d->space, STALL_IOVA(i));
	return err;
}

/* Those whose faults are recoverable come first, so that a domain that others share is made for them. */
static int attach_all(struct stall_sim *s)
{
	u32 i, turn;
	int err = 0;

	for (turn = 0; turn < 2; turn++)
		for (i = 0; i < s->p->n_masters && !err; i++) {
			if (recovers(&s->p->master[i]) == (turn == 1))
				continue;
			err = attach(s, i);
			if (err)
				stall_error(s->res, "master %s: its driver does not attach it: %s",
					    s->p->master[i].name, strerror(-err));
		}
	return err;
}

static int add_devices(struct stall_sim *s)
{
	u32 i;
	int err = 0;

	for (i = 0; i < s->p->n_masters && !err; i++) {
		err = add_device(s, i);
		if (err)
			stall_error(s->res, "master %s: its driver does not take it: %s", s->p->master[i].name,
				    strerror(-err));
	}
	return err ? err : attach_all(s);
}

/* ---- life ---- */

static void make_pools(struct stall_sim *s)
{
	u32 i;

	for (i = 0; i < s->p->n_tbus; i++)
		s->tbu[i] = (struct stall_pool){ .slots = s->p->tbu[i].slots, .use = &s->res->tbu[i] };
	for (i = 0; i < s->p->n_ports; i++)
		s->port[i] = (struct stall_pool){ .slots = s->p->port[i].slots, .use = &s->res->port[i] };
	for (i = 0; i < s->p->n_tbus; i++)
		s->tbu[i].waiting.last = &s->tbu[i].waiting.first;
	for (i = 0; i < s->p->n_ports; i++)
		s->port[i].waiting.last = &s->port[i].waiting.first;
}

int stall_sim_create(const struct stall_setup *u, bool timed, struct stall_result *res, struct stall_sim **out)
{
	struct stall_sim *s = calloc(1, sizeof(*s));
	u32 i;
	int err;

	*out = s;
	if (!s)
		return -ENOMEM;
	s->setup = u;
	s->p = &u->p;
	s->res = res;
	s->timed = timed;
	s->random = u->opt.seed;
	for (i = 0; i < u->p.n_masters; i++)
		s->n_txns += u->p.master[i].outstanding;
	s->txns = calloc(s->n_txns, sizeof(*s->txns));
	make_pools(s);
	stall_probe_init(s);
	machine_board_init(&s->board, &s->mem, TABLES, TABLE_BYTES);
	err = s->txns ? physmem_init(&s->mem, MEMORY_BYTES) : -ENOMEM;
	if (err)
		s->mem.keys = NULL;
	for (i = 0; i < u->p.n_smmus && !err; i++) {
		err = make_unit(s, i);
		if (err)
			stall_error(res, "SMMU %s cannot be made: %s", u->p.smmu[i].name, strerror(-err));
	}
	if (!err)
		err = add_devices(s);
	for (i = 0; i < u->p.n_masters && !err; i++)
		if (u->p.master[i].accesses)
			stall_due(s, STALL_DO_ISSUE, i, u->p.master[i].first_ns);
	return err;
}

static void stop_unit(struct stall_unit *u)
{
	int err;

	if (!u->kind)
		return;
	err = machine_stop(&u->m);
	fl_assert(!err);
	if (u->drv_cfg)
		u->kind->driver_cfg_free(u->drv_cfg);
	if (u->m.hw)
		u->kind->destroy(u->m.hw);
}

static void free_space(struct stall_space *space)
{
	if (space->dom)
		space->unit->m.drv_cls->domain_free(space->unit->m.drv, space->dom);
}

void stall_sim_destroy(struct stall_sim *s)
{
	u32 i;

	if (!s)
		return;
	s->closing = true;
	for (i = 0; i < STALL_MAX_WORKERS; i++)
		if (s->hand[i].group)
			fault_group_complete(s->hand[i].group, FAULT_TERMINATE, s->board.now);
	for (i = 0; i < s->p->n_masters; i++)
		if (s->dev[i].dev)
			s->dev[i].unit->m.drv_cls->device_remove(s->dev[i].unit->m.drv, s->dev[i].dev, s->board.now);
	for (i = 0; i < s->p->n_masters; i++) {
		free_space(&s->space[i]);
		free_space(&s->dev[i].own);
	}
	for (i = 0; i < s->p->n_smmus; i++)
		stop_unit(&s->unit[i]);
	for (i = 0; i < s->p->n_masters; i++)
		if (s->dev[i].ep) {
			ats_ep_exit(s->dev[i].ep);
			free(s->dev[i].ep);
		}
	machine_board_exit(&s->board);
	if (s->mem.keys)
		physmem_exit(&s->mem);
	stall_probe_free(s);
	free(s->txns);
	free(s->due);
	free(s->steps);
	free(s);
}
