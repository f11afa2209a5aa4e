// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One IOMMU, in the state that one recorded fault implies. */
#include "verify_priv.h"
#include <stdio.h>
#include <stdlib.h>

/* Below 4 GiB: short descriptors have no longer addresses. */
#define TABLES	    0x40000000ULL
#define TABLE_BYTES 0x40000000ULL
#define TARGET	    0x80000000ULL /* what pages are mapped to: a multiple of every page size */
#define TARGET_MASK 0x3ffff000ULL

static int start(struct verify_scene *s, const struct iommu_kind *kind, const struct verify_model *model,
		 const struct verify_plan *p)
{
	struct kind_request req = { .cfg = &s->cfg, .devices = 2 };
	struct machine *m = &s->m;
	int err = kind->create(&s->cfg, &m->hw_ops, m, &m->hw);

	if (err)
		return err;
	m->level_irq = kind->level_irq;
	m->doorbell = KIND_MSI_DOORBELL;
	m->n_lines = kind->irq_lines;
	s->drv_cfg = kind->driver_cfg(&req);
	if (!s->drv_cfg)
		return -ENOMEM;
	if (model->configure)
		model->configure(p, s->drv_cfg);
	return machine_start(m, kind->drv, s->drv_cfg);
}

static int device(struct verify_scene *s, const struct verify_plan *p, u32 sid, struct fault_dev **dev)
{
	struct drv_device_cfg c = { .sids = { sid },
				    .n_sids = 1,
				    .name = "verify",
				    .pasid_bits = p->pasid_bits,
				    .can_stall = p->stall,
				    .pri = p->pri };

	return s->m.drv_cls->device_add(s->m.drv, &c, dev);
}

static int domain(struct verify_scene *s, struct fault_dev *dev, u32 pasid, struct fault_domain **dom)
{
	int err = s->m.drv_cls->domain_alloc(s->m.drv, dev, DRV_DOMAIN_PAGING, dom);

	return err ? err : s->m.drv_cls->attach(s->m.drv, dev, pasid, *dom, 0);
}

static int set_up(struct verify_scene *s, const struct verify_plan *p)
{
	int err = p->has_neighbour ? device(s, p, p->neighbour, &s->other) : 0;

	if (!err && s->other)
		err = domain(s, s->other, DRV_NO_PASID, &s->other_dom);
	if (!err && p->add)
		err = device(s, p, p->txn.sid, &s->dev);
	if (!err && p->attach)
		err = domain(s, s->dev, p->pasid, &s->dom);
	if (!err && p->map)
		err = s->m.drv_cls->map(s->m.drv, s->dom, p->map_iova,
					TARGET + (p->map_iova & TARGET_MASK & ~(p->map_bytes - 1)), p->map_bytes,
					p->prot);
	return err;
}

/* The access of the walk that a change by hand is about, or NULL. */
static const struct walk_access *access_of(const struct iommu_walk *w, const struct verify_poke *k)
{
	const struct walk_access *a, *found = NULL;
	u32 i, n = 0;

	for (i = 0; i < w->n_accesses; i++) {
		a = &w->accesses[i];
		if (k->where == VERIFY_CONFIG && a->what == WALK_CONFIG && n++ == k->nth)
			return a;
		if (k->where == VERIFY_CONFIG_LAST && a->what == WALK_CONFIG)
			found = a;
		if (a->what != WALK_S1 && a->what != WALK_S2)
			continue;
		if (k->where == VERIFY_TABLE_FIRST)
			return a;
		if (k->where == VERIFY_LEAF)
			found = a;
	}
	return found;
}

/* Changed in memory, before any cache has seen it: a walk that is given up changes nothing. */
static bool poke(struct verify_scene *s, const struct verify_plan *p)
{
	struct iommu_walk *w = calloc(1, sizeof(*w));
	const struct walk_access *a;
	bool ok = w;
	u64 word;
	u32 i;

	if (!ok)
		return false;
	s->m.cls->walk(s->m.hw, &p->txn, w);
	s->m.cls->cancel(s->m.hw, w);
	s->m.cls->step(s->m.hw);
	for (i = 0; i < VERIFY_POKES && ok; i++) {
		const struct verify_poke *k = &p->poke[i];

		if (k->where == VERIFY_NOTHING)
			continue;
		a = access_of(w, k);
		ok = a;
		if (a && k->fails) {
			s->mem.holes[s->mem.n_holes++] =
				(struct physmem_range){ a->addr & ~7ULL, (a->addr & ~7ULL) + 7 };
		} else if (a) {
			s->poked_at[i] = a->addr + (8U * k->word < a->len ? 8U * k->word : 0);
			ok = !physmem_read(&s->mem, s->poked_at[i], &word, sizeof(word));
			s->was[i] = word;
			word = (le64toh(word) & ~k->clear) | k->set;
			word = htole64(word);
			ok = ok && !physmem_write(&s->mem, s->poked_at[i], &word, sizeof(word));
		}
	}
	free(w);
	return ok;
}

/* The driver finds its tables as it wrote them. */
static void mend(struct verify_scene *s)
{
	u32 i;

	s->mem.n_holes = 0;
	for (i = 0; i < VERIFY_POKES; i++)
		if (s->poked_at[i])
			physmem_write(&s->mem, s->poked_at[i], &s->was[i], sizeof(s->was[i]));
}

static void take_down(struct verify_scene *s, const struct iommu_kind *kind)
{
	struct machine *m = &s->m;

	mend(s);
	if (m->drv) {
		machine_pump(&s->board);
		if (s->dev)
			m->drv_cls->device_remove(m->drv, s->dev, s->board.now);
		if (s->other)
			m->drv_cls->device_remove(m->drv, s->other, s->board.now);
		if (s->dom)
			m->drv_cls->domain_free(m->drv, s->dom);
		if (s->other_dom)
			m->drv_cls->domain_free(m->drv, s->other_dom);
		machine_pump(&s->board);
	}
	machine_stop(m);
	if (s->drv_cfg)
		kind->driver_cfg_free(s->drv_cfg);
	if (m->hw)
		kind->destroy(m->hw);
	machine_board_exit(&s->board);
	physmem_exit(&s->mem);
	free(s);
}

static void issue(struct verify_scene *s, const struct verify_model *model, const struct verify_plan *p,
		  const struct verify_result *r)
{
	struct xlat_result res;
	u32 i;

	if (p->request) {
		s->m.cls->page_request(s->m.hw, &p->pr);
		return;
	}
	if (p->act) {
		model->act(s, r);
		s->m.cls->step(s->m.hw);
		return;
	}
	for (i = 0; i < p->times; i++)
		s->m.cls->translate(s->m.hw, &p->txn, &res);
	s->m.cls->step(s->m.hw);
}

bool verify_queue_entry(struct verify_scene *s, u64 at, u32 bytes, u64 words[VERIFY_WORDS])
{
	u32 i;

	if (physmem_read(&s->mem, at, words, bytes))
		return false;
	for (i = 0; i < bytes / 8; i++)
		words[i] = le64toh(words[i]);
	return true;
}

static void page_response(void *ctx, const struct page_response *resp)
{
}

static u32 allocate(void *ctx, u32 sid, u32 n)
{
	return n;
}

static struct verify_scene *make(const struct iommu_kind *kind)
{
	struct verify_scene *s = calloc(1, sizeof(*s));

	if (!s || physmem_init(&s->mem, 1ULL << 52)) {
		free(s);
		return NULL;
	}
	fl_config_init(&s->cfg);
	/* Bits over these are reserved in descriptors. */
	s->cfg.iommu.address_bits = 48;
	machine_board_init(&s->board, &s->mem, TABLES, TABLE_BYTES);
	machine_init(&s->m, &s->board, kind->cls);
	s->m.hw_ops.page_response = page_response;
	s->m.drv_ops.set_page_request_allocation = allocate;
	return s;
}

static bool pokes(const struct verify_plan *p)
{
	return p->poke[0].where || p->poke[1].where;
}

int verify_play(const struct iommu_kind *kind, const struct verify_model *model, const struct verify_plan *p,
		struct verify_result *r, struct verify_state *st)
{
	struct verify_scene *s = make(kind);
	int err;

	if (!s)
		return -ENOMEM;
	err = start(s, kind, model, p);
	if (!err)
		err = set_up(s, p);
	if (err && err != -ENOMEM) {
		r->verdict = VERIFY_UNDECIDABLE;
		snprintf(r->reason, sizeof(r->reason), "the driver cannot bring the %s into this state: %s", kind->name,
			 strerror(-err));
		err = 0;
	} else if (!err && pokes(p) && !poke(s, p)) {
		r->verdict = VERIFY_UNDECIDABLE;
		snprintf(r->reason, sizeof(r->reason),
			 "the walk does not fetch the structure that would have to differ");
	} else if (!err) {
		if (model->prepare)
			model->prepare(s, r);
		err = st ? verify_state_take(s, kind, model, p, st) : 0;
		issue(s, model, p, r);
		r->answered = model->capture(s, r, r->model);
		if (st)
			verify_state_conclude(st, model, p, r);
	}
	take_down(s, kind);
	return err;
}
