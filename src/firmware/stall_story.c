// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A deadlock told: one cycle of what can never go on, a sentence for each step; and what a result keeps of a run. */
#include "stall_priv.h"

#include <stdlib.h>

/* An edge between two nodes that can never go on, or n_edges. */
static u32 dead_edge(const struct stall_graph *g, u32 from)
{
	u32 e;

	for (e = 0; e < g->n_edges; e++)
		if (g->edges[e].from == from && g->nodes[g->edges[e].to].dead)
			return e;
	return g->n_edges;
}

/* Where to begin: at a worker, because there software waits. */
static u32 begin(const struct stall_graph *g)
{
	u32 i, first = g->n_nodes;

	for (i = 0; i < g->n_nodes; i++) {
		if (g->nodes[i].dead && g->nodes[i].kind == STALL_NODE_WORKER)
			return i;
		if (g->nodes[i].dead && first == g->n_nodes)
			first = i;
	}
	return first;
}

/* Every dead node waits for a dead one, so that the walk comes back to where it was. Return: where its story begins. */
static u32 mark_cycle(struct stall_graph *g)
{
	u32 at = begin(g), from, steps, e;

	for (steps = 0; steps < g->n_nodes; steps++) {
		e = dead_edge(g, at);
		if (e == g->n_edges)
			return at;
		at = g->edges[e].to;
	}
	from = at;
	while (!g->nodes[at].cycle) {
		g->nodes[at].cycle = true;
		if (g->nodes[at].kind == STALL_NODE_WORKER && g->nodes[from].kind != STALL_NODE_WORKER)
			from = at;
		e = dead_edge(g, at);
		g->edges[e].cycle = true;
		at = g->edges[e].to;
	}
	return from;
}

static const char *name_of(const struct stall_platform *p, const struct stall_node *n)
{
	return p->master[n->master].name;
}

static u32 out_degree(const struct stall_graph *g, u32 n)
{
	u32 e, count = 0;

	for (e = 0; e < g->n_edges; e++)
		count += g->edges[e].from == n;
	return count;
}

/* "8 of gpu, 1 of camera" */
static void holders(FILE *f, const struct stall_platform *p, const struct stall_graph *g, u32 n)
{
	u32 counts[STALL_MAX_MASTERS] = { 0 }, e, i;
	const char *comma = "";

	for (e = 0; e < g->n_edges; e++)
		if (g->edges[e].from == n)
			counts[g->nodes[g->edges[e].to].master]++;
	for (i = 0; i < p->n_masters; i++) {
		if (!counts[i])
			continue;
		fprintf(f, "%s%u of %s", comma, counts[i], p->master[i].name);
		comma = ", ";
	}
}

static void tell_access(FILE *f, const struct stall_platform *p, const struct stall_node *n,
			const struct stall_node *to)
{
	fprintf(f, "%s's access %u ", name_of(p, n), n->number);
	switch (to->kind) {
	case STALL_NODE_PORT:
		fprintf(f, "waits for an entry of %s", p->port[to->number].name);
		break;
	case STALL_NODE_TBU:
		fprintf(f, "waits for a slot of %s", p->tbu[to->number].name);
		break;
	case STALL_NODE_STALLS:
		fprintf(f, "would stall, but %s can hold no further stalled transaction", p->smmu[to->number].name);
		break;
	case STALL_NODE_WORKER:
		fprintf(f, "waits for its page, which worker %u is to map", to->number);
		break;
	case STALL_NODE_WORKERS:
		fprintf(f, "waits for its page, and no worker is free to take its fault");
		break;
	default:
		fprintf(f, "waits for %s's access %u", name_of(p, to), to->number);
	}
}

static void tell(FILE *f, const struct stall_platform *p, const struct stall_graph *g, u32 n,
		 const struct stall_node *to)
{
	const struct stall_node *me = &g->nodes[n];

	switch (me->kind) {
	case STALL_NODE_ACCESS:
		tell_access(f, p, me, to);
		break;
	case STALL_NODE_WORKERS:
		fprintf(f, "every worker waits, worker %u among them", to->number);
		break;
	case STALL_NODE_WORKER:
		fprintf(f, "worker %u handles a fault and waits for %s's read %u", me->number, name_of(p, to),
			to->number);
		break;
	case STALL_NODE_READ:
		fprintf(f, "%s's read %u waits for its ", name_of(p, me), me->number);
		if (to->kind == STALL_NODE_ACCESS)
			fprintf(f, "access %u", to->number);
		else
			fprintf(f, "next access, for which %s has no room", name_of(p, me));
		break;
	case STALL_NODE_QUEUE:
		fprintf(f, "%s has %u accesses under way, its most, and none of them goes on", name_of(p, me),
			out_degree(g, n));
		break;
	default:
		fprintf(f, "all %u %s are held by accesses that wait: ", out_degree(g, n), me->label);
		holders(f, p, g, n);
	}
	fprintf(f, "\n");
}

char *stall_story(const struct stall_platform *p, struct stall_graph *g)
{
	u32 from = mark_cycle(g), at = from, e;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	do {
		e = dead_edge(g, at);
		if (e == g->n_edges) {
			fprintf(f, "%s: nothing is due that could let it go on\n", g->nodes[at].label);
			break;
		}
		tell(f, p, g, at, &g->nodes[g->edges[e].to]);
		at = g->edges[e].to;
	} while (at != from);
	return fclose(f) ? NULL : text;
}

/* ---- what a result keeps ---- */

static u32 number_of(const struct stall_sim *s, const struct stall_txn *t)
{
	u32 i, n = 0;

	for (i = 0; &s->txns[i] < t; i++)
		n += s->txns[i].used;
	return n + 1;
}

static u32 blocker_of(const struct stall_sim *s, const struct stall_txn *t)
{
	u32 i;

	for (i = 0; i < s->n_txns && t->where == STALL_HELD && !t->recorded; i++) {
		const struct stall_txn *o = &s->txns[i];

		if (o->used && o->where == STALL_HELD && o->recorded && o->bank == t->bank &&
		    s->dev[o->master].unit == s->dev[t->master].unit)
			return number_of(s, o);
	}
	return 0;
}

static int note_accesses(struct stall_sim *s)
{
	struct stall_result *r = s->res;
	u32 i, n = 0;

	free(r->accesses);
	r->accesses = calloc(s->live + 1, sizeof(*r->accesses));
	r->n_accesses = 0;
	for (i = 0; i < s->n_txns && r->accesses; i++) {
		const struct stall_txn *t = &s->txns[i];

		if (!t->used)
			continue;
		r->accesses[n++] = (struct stall_access){ .master = t->master,
							  .number = t->number,
							  .where = t->where,
							  .recorded = t->recorded,
							  .entry = t->port,
							  .slot = t->slot,
							  .blocker = blocker_of(s, t),
							  .worker = t->worker,
							  .read = t->reader ? s->hand[t->reader - 1].read : 0 };
	}
	r->n_accesses = n;
	return r->accesses ? 0 : -ENOMEM;
}

int stall_note(struct stall_sim *s, struct stall_graph *g)
{
	struct stall_result *r = s->res;
	u32 i;

	stall_graph_free(&r->graph);
	stall_graph_label(s, g);
	r->graph = *g;
	memset(g, 0, sizeof(*g));
	r->n_workers = s->p->pager.workers;
	for (i = 0; i < r->n_workers; i++) {
		const struct stall_hand *h = &s->hand[i];
		bool reads = h->phase == STALL_READS;

		r->worker[i] = (struct stall_worker){ h->phase != STALL_IDLE, reads ? h->read : 0,
						      reads ? h->storage - 1 : 0, h->unissued, h->begun };
	}
	if (note_accesses(s))
		return -ENOMEM;
	if (!r->deadlock)
		return 0;
	r->story = stall_story(s->p, &r->graph);
	return r->story ? stall_note_steps(s) : -ENOMEM;
}

int stall_note_steps(struct stall_sim *s)
{
	struct stall_result *r = s->res;

	r->steps = malloc((s->n_steps + 1) * sizeof(*r->steps));
	if (!r->steps)
		return -ENOMEM;
	if (s->n_steps)
		memcpy(r->steps, s->steps, s->n_steps * sizeof(*r->steps));
	r->n_steps = s->n_steps;
	return 0;
}

void stall_result_free(struct stall_result *res)
{
	stall_graph_free(&res->graph);
	free(res->story);
	free(res->accesses);
	free(res->steps);
	res->story = NULL;
	res->accesses = NULL;
	res->steps = NULL;
}
