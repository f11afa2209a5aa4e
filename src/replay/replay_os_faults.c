// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The operating system of a replay: what its fault handlers do, and what that is worth. */
#include "replay_os_priv.h"
#include "find.h"
#include "replay_streams.h"
#include "grow.h"

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
static bool prepare(struct replay_os *os, struct os_space *s, struct page_entry *e, struct replay_load *count)
{
	if (!count)
		return !replay_os_make_resident(os, s, e);
	count->pages += e->counted != os->count;
	e->counted = os->count;
	return true;
}

/*
 * Pages that the handler of a faulting one maps, too, as far as they are known: one fault serves them all.
 * @count: count them, and map nothing.
 */
static void map_more(struct replay_os *os, struct os_space *s, u64 page, struct replay_load *count)
{
	u64 i, n = os->cfg.opt->cfg->os.map_pages;
	bool around = os->cfg.opt->cfg->os.map_where == FL_MAP_AROUND;
	u64 first = around ? page - page % n : page;

	for (i = 0; i < n; i++) {
		struct page_entry *e = first + i == page ? NULL : replay_os_page(os, s, first + i);
		bool wanted = e && !e->resident;

		if (first + i == page || (around && !wanted))
			continue;
		if (!wanted || !prepare(os, s, e, count))
			return;
	}
}

/* What becomes of a fault on @page: mapped now, mapped already, or none of our pages. */
static enum fault_code resolve(struct replay_os *os, struct os_space *s, u64 page, u8 wanted)
{
	struct page_entry *e = replay_os_page(os, s, page);

	if (!e || !permitted(e, wanted))
		return FAULT_TERMINATE;
	if (e->resident) {
		os->counts.duplicates++;
		return FAULT_RETRY;
	}
	if (replay_os_make_resident(os, s, e))
		return FAULT_FAILURE;
	map_more(os, s, page, NULL);
	return FAULT_RETRY;
}

/* The pages that resolve() would map. */
static void count_pages(struct replay_os *os, struct os_space *s, u64 page, u8 wanted, struct replay_load *load)
{
	struct page_entry *e = replay_os_page(os, s, page);

	load->faults++;
	if (!e || !permitted(e, wanted) || e->resident)
		return;
	prepare(os, s, e, load);
	map_more(os, s, page, load);
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct os_space *s = ctx;

	s->os->counts.faults++;
	count_type(&s->os->counts, f->reason);
	if (s->os->cfg.look && s->os->cfg.look(s->os->cfg.looker, f))
		return FAULT_TERMINATE;
	return resolve(s->os, s, f->addr >> PAGE_SHIFT, f->perm);
}

/* A terminated access. Nothing may be mapped here: the driver is in the midst of its handler. */
static void event(void *ctx, const struct fault_record *f, u64 now)
{
	struct os_space *s = ctx;
	struct replay_os *os = s->os;

	os->counts.faults++;
	count_type(&os->counts, f->reason);
	if (!GROW(os->deferred, os->n_deferred, os->deferred_room, 64))
		return; /* the page stays away: its next access faults again */
	os->deferred[os->n_deferred++] =
		(struct os_deferred){ .space = s, .page = f->addr >> PAGE_SHIFT, .perm = f->perm };
}

const struct fault_domain_ops replay_os_fault_ops = { .handle = handle, .event = event };

u32 replay_os_deferred(struct replay_os *os, u64 now)
{
	u64 before = os->counts.maps;

	for_each_of(e, os->deferred, os->n_deferred)
		resolve(os, e->space, e->page, e->perm);
	os->n_deferred = 0;
	return (u32)(os->counts.maps - before);
}

/* ---- what software will have to do ---- */

static struct os_space *space_of_fault(struct replay_os *os, const struct fault_record *f)
{
	const struct os_stream *st = replay_os_find_stream(os, f->sid);
	const struct os_use *u = st ? replay_os_find_use(st, f->flags & FAULT_PASID_VALID ? f->pasid : DRV_NO_PASID)
				    : NULL;

	return u ? u->space : NULL;
}

static void count_group(struct replay_os *os, const struct fault_group *g, struct replay_load *load)
{
	const struct fault_record *f = NULL;

	while ((f = fault_group_next(g, f)) != NULL) {
		struct os_space *s = space_of_fault(os, f);

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
