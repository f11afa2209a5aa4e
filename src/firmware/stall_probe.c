// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How long an access would wait that is issued at the worst instant. On every way through the platform such an access is
 * imagined after each event. It takes nothing and holds nobody up: it has its place in each queue, and its turn comes with
 * the first unit that is free once all before it have had theirs.
 */
#include "stall_priv.h"
#include "find.h"
#include "grow.h"

#include <stdlib.h>

/* Who is at the same place as one that has waited longer has nothing to tell. */
static void enter(struct stall_sim *s, struct stall_line *l, u64 place, u64 since)
{
	if (l->n && l->probe[l->first + l->n - 1].place == place)
		return;
	if (!l->n)
		l->first = 0;
	if (!GROW(l->probe, l->first + l->n, l->room, 16)) {
		s->failed = true;
		return;
	}
	l->probe[l->first + l->n++] = (struct stall_probe){ place, since };
}

/* Those whose turn it is leave. Return: since when the first of them has waited; @none: nobody's turn. */
static u64 leave(struct stall_line *l, u64 turn, u64 none)
{
	u64 since = l->n && l->probe[l->first].place <= turn ? l->probe[l->first].since : none;

	while (l->n && l->probe[l->first].place <= turn) {
		l->first++;
		l->n--;
	}
	return since;
}

static void ends(struct stall_sim *s, struct stall_way *w, u64 since)
{
	u64 wait = s->board.now - since;

	if (wait <= w->wait_ns)
		return;
	w->wait_ns = wait;
	w->at_ns = s->board.now;
}

static void to_tbu(struct stall_sim *s, struct stall_way *w, u64 since)
{
	const struct stall_pool *tbu = &s->tbu[w->tbu - 1];

	if (tbu->used < tbu->slots)
		ends(s, w, since);
	else
		enter(s, &w->line, tbu->arrived, since);
}

void stall_probe_turn(struct stall_sim *s, const struct stall_pool *pool)
{
	u64 none = s->board.now + 1, since = none;
	u32 i;

	for (i = 0; i < s->p->n_ports && s->n_ways; i++)
		if (pool == &s->port[i])
			since = leave(&s->entries[i], pool->granted, none);
	for_each_of(w, s->way, s->n_ways) {
		if (pool == &s->tbu[w->tbu - 1]) {
			u64 mine = leave(&w->line, pool->granted, none);

			if (mine != none)
				ends(s, w, mine);
		} else if (since != none && w->port && pool == &s->port[w->port - 1]) {
			to_tbu(s, w, since);
		}
	}
}

void stall_probe_all(struct stall_sim *s)
{
	for_each_of(w, s->way, s->n_ways) {
		struct stall_pool *port = w->port ? &s->port[w->port - 1] : NULL;

		if (port && port->used == port->slots)
			enter(s, &s->entries[w->port - 1], port->arrived, s->board.now);
		else
			to_tbu(s, w, s->board.now);
	}
}

void stall_probe_init(struct stall_sim *s)
{
	u32 i, k;

	for (i = 0; i < s->p->n_masters && s->timed; i++) {
		const struct stall_master *m = &s->p->master[i];

		k = FIND(k, s->n_ways, s->way[k].port == m->port && s->way[k].tbu == m->tbu);
		s->way_of[i] = k;
		if (k < s->n_ways)
			continue;
		s->way[k].port = m->port;
		s->way[k].tbu = m->tbu;
		s->n_ways++;
	}
}

/* Nothing is due any more: who waits now waits for ever. */
void stall_probe_end(struct stall_sim *s)
{
	for_each_of(w, s->way, s->n_ways) {
		if (w->line.n || (w->port && s->entries[w->port - 1].n))
			w->wait_ns = STALL_FOR_EVER;
	}
}

void stall_probe_free(struct stall_sim *s)
{
	u32 i;

	for (i = 0; i < s->n_ways; i++)
		free(s->way[i].line.probe);
	for (i = 0; i < STALL_MAX_PORTS; i++)
		free(s->entries[i].probe);
}
