// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What waits for what at one moment. An access waits for one thing, a resource for any of its holders, a read for all of
 * its accesses. What only time holds up runs; from there liveness goes back along the edges, and what it does not reach
 * is dead: nothing that can still happen frees it.
 */
#include "stall_priv.h"
#include "find.h"
#include "grow.h"

#include <stdlib.h>

struct maker {
	const struct stall_sim *s;
	struct stall_graph *g;
	const struct stall_txn **txn; /* of the first nodes: accesses */
	u32 *node_of;		      /* access in stall_sim.txns: its node */
	u32 n_accesses;
	bool failed;
};

/* ---- nodes and edges ---- */

static u32 node(struct maker *k, enum stall_node_kind kind, u32 master, u32 number)
{
	struct stall_graph *g = k->g;
	u32 i;

	for (i = k->n_accesses; i < g->n_nodes; i++)
		if (g->nodes[i].kind == kind && g->nodes[i].master == master && g->nodes[i].number == number)
			return i;
	if (!GROW(g->nodes, g->n_nodes, g->room_nodes, 64)) {
		k->failed = true;
		return 0;
	}
	g->nodes[i] = (struct stall_node){ .kind = kind, .master = master, .number = number };
	return g->n_nodes++;
}

static void edge(struct maker *k, u32 from, u32 to)
{
	struct stall_graph *g = k->g;

	if (!GROW(g->edges, g->n_edges, g->room_edges, 128)) {
		k->failed = true;
		return;
	}
	g->edges[g->n_edges++] = (struct stall_edge){ .from = from, .to = to };
}

static void edge_to_txn(struct maker *k, u32 from, const struct stall_txn *t)
{
	edge(k, from, k->node_of[t - k->s->txns]);
}

/* ---- what each kind of node waits for ---- */

/* SMMUv2: whose recorded fault keeps the bank busy. */
static const struct stall_txn *owner_of(const struct stall_sim *s, const struct stall_txn *t)
{
	for_each_of(o, s->txns, s->n_txns) {
		if (o->used && o->where == STALL_HELD && o->recorded && o->bank == t->bank &&
		    s->dev[o->master].unit == s->dev[t->master].unit)
			return o;
	}
	return NULL;
}

static void expand_faulted(struct maker *k, u32 n, const struct stall_txn *t)
{
	const struct stall_txn *owner = t->recorded ? NULL : owner_of(k->s, t);

	if (t->worker)
		edge(k, n, node(k, STALL_NODE_WORKER, 0, t->worker - 1));
	else if (t->recorded)
		edge(k, n, node(k, STALL_NODE_WORKERS, 0, 0));
	else if (owner)
		edge_to_txn(k, n, owner);
	else
		k->g->nodes[n].runs = k->s->n_due;
}

/* Who has no entry yet will need a slot as well. */
static void expand_slot(struct maker *k, u32 n, const struct stall_txn *t)
{
	u32 tbu = k->s->p->master[t->master].tbu - 1;

	if (k->s->tbu[tbu].used == k->s->tbu[tbu].slots)
		edge(k, n, node(k, STALL_NODE_TBU, 0, tbu));
}

static void expand_access(struct maker *k, u32 n, const struct stall_txn *t)
{
	const struct stall_device *d = &k->s->dev[t->master];
	bool own_slots = !d->unit->kind->pri; /* SMMUv2: each TBU has its stalled transactions */

	switch (t->where) {
	case STALL_AT_PORT:
		edge(k, n, node(k, STALL_NODE_PORT, 0, k->s->p->master[t->master].port - 1));
		expand_slot(k, n, t);
		break;
	case STALL_AT_TBU:
		edge(k, n, node(k, STALL_NODE_TBU, 0, k->s->p->master[t->master].tbu - 1));
		break;
	case STALL_REFUSED:
		edge(k, n, node(k, STALL_NODE_STALLS, own_slots ? k->s->p->master[t->master].tbu : 0, d->unit->index));
		break;
	case STALL_HELD:
	case STALL_PAGE:
		expand_faulted(k, n, t);
		break;
	default:
		k->g->nodes[n].runs = true;
	}
}

static bool holds(const struct stall_sim *s, const struct stall_txn *t, const struct stall_node *n)
{
	const struct stall_master *m = &s->p->master[t->master];

	if (!t->used)
		return false;
	switch (n->kind) {
	case STALL_NODE_PORT:
		return t->port && m->port == n->number + 1;
	case STALL_NODE_TBU:
		return t->slot && m->tbu == n->number + 1;
	case STALL_NODE_STALLS:
		return t->where == STALL_HELD && s->dev[t->master].unit->index == n->number &&
		       (!n->master || m->tbu == n->master);
	case STALL_NODE_QUEUE:
		return t->master == n->master;
	default:
		return false;
	}
}

static void expand_resource(struct maker *k, u32 n)
{
	const struct stall_platform *p = k->s->p;
	struct stall_node me = k->g->nodes[n];

	k->g->nodes[n].any = true;
	k->g->nodes[n].runs = me.kind == STALL_NODE_QUEUE &&
			      k->s->dev[me.master].in_flight < p->master[me.master].outstanding;
	for_each_of(t, k->s->txns, k->s->n_txns)
		if (holds(k->s, t, &me))
			edge_to_txn(k, n, t);
}

static void expand_workers(struct maker *k, u32 n)
{
	u32 i;

	k->g->nodes[n].any = true;
	for (i = 0; i < k->s->p->pager.workers; i++)
		edge(k, n, node(k, STALL_NODE_WORKER, 0, i));
}

static void expand_worker(struct maker *k, u32 n)
{
	const struct stall_hand *h = &k->s->hand[k->g->nodes[n].number];

	if (h->phase == STALL_READS)
		edge(k, n, node(k, STALL_NODE_READ, h->storage - 1, h->read));
	else
		k->g->nodes[n].runs = true;
}

static void expand_read(struct maker *k, u32 n)
{
	const struct stall_node me = k->g->nodes[n];
	const struct stall_hand *h = k->s->hand;

	while (h->phase != STALL_READS || h->storage != me.master + 1 || h->read != me.number)
		h++;
	k->g->nodes[n].runs = !h->begun;
	for_each_of(t, k->s->txns, k->s->n_txns)
		if (t->used && t->reader == (u32)(h - k->s->hand) + 1)
			edge_to_txn(k, n, t);
	if (h->unissued && h->begun)
		edge(k, n, node(k, STALL_NODE_QUEUE, me.master, 0));
}

static void expand(struct maker *k, u32 n)
{
	switch (k->g->nodes[n].kind) {
	case STALL_NODE_ACCESS:
		expand_access(k, n, k->txn[n]);
		break;
	case STALL_NODE_WORKERS:
		expand_workers(k, n);
		break;
	case STALL_NODE_WORKER:
		expand_worker(k, n);
		break;
	case STALL_NODE_READ:
		expand_read(k, n);
		break;
	default:
		expand_resource(k, n);
	}
}

/* ---- who can go on ---- */

struct spread {
	u32 *need;  /* of what a node waits for: how much has to go on before it does */
	u32 *first; /* edge that leads to a node, from 1 */
	u32 *next;
	u32 *queue;
	u32 n;
};

static void goes_on(struct stall_graph *g, struct spread *sp, u32 n)
{
	if (!g->nodes[n].dead)
		return;
	g->nodes[n].dead = false;
	sp->queue[sp->n++] = n;
}

static void spread(struct stall_graph *g, struct spread *sp)
{
	u32 i, e, done;

	for (e = 0; e < g->n_edges; e++) {
		const struct stall_edge *at = &g->edges[e];

		sp->need[at->from] = g->nodes[at->from].any ? 1 : sp->need[at->from] + 1;
		sp->next[e] = sp->first[at->to];
		sp->first[at->to] = e + 1;
	}
	for (i = 0; i < g->n_nodes; i++)
		g->nodes[i].dead = true;
	for (i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].runs)
			goes_on(g, sp, i);
	for (done = 0; done < sp->n; done++)
		for (e = sp->first[sp->queue[done]]; e; e = sp->next[e - 1]) {
			u32 from = g->edges[e - 1].from;

			if (sp->need[from] && !--sp->need[from])
				goes_on(g, sp, from);
		}
}

static int find_dead(struct stall_graph *g)
{
	u32 i, room = g->n_nodes * 3 + g->n_edges + 1;
	struct spread sp = { .need = calloc(room, sizeof(u32)) };
	int dead = 0;

	if (!sp.need)
		return -ENOMEM;
	sp.first = sp.need + g->n_nodes;
	sp.queue = sp.first + g->n_nodes;
	sp.next = sp.queue + g->n_nodes;
	spread(g, &sp);
	free(sp.need);
	for (i = 0; i < g->n_nodes; i++)
		dead += g->nodes[i].dead;
	return dead;
}

/* Every deadlock has a worker in it whose read cannot go on. */
bool stall_graph_worth(const struct stall_sim *s)
{
	bool waits[STALL_MAX_WORKERS + 1] = { false };
	u32 i;

	for_each_of(t, s->txns, s->n_txns) {
		if (t->used && t->where != STALL_IN_MEMORY && t->where != STALL_RESTARTS && t->where != STALL_AGAIN)
			waits[t->reader] = true;
	}
	for (i = 0; i < s->p->pager.workers; i++)
		if (s->hand[i].phase == STALL_READS && s->hand[i].begun && (waits[i + 1] || s->hand[i].unissued))
			return true;
	return false;
}

/* Accesses first, so that a node of theirs is found at once. */
static int make(struct maker *k)
{
	const struct stall_sim *s = k->s;
	u32 i;

	k->g->n_nodes = k->g->n_edges = 0;
	for (i = 0; i < s->n_txns && !k->failed; i++)
		if (s->txns[i].used) {
			k->node_of[i] = node(k, STALL_NODE_ACCESS, s->txns[i].master, s->txns[i].number);
			k->txn[k->n_accesses++] = &s->txns[i];
		}
	for (i = 0; i < k->g->n_nodes && !k->failed; i++)
		expand(k, i);
	return k->failed ? -ENOMEM : find_dead(k->g);
}

int stall_graph_make(const struct stall_sim *s, struct stall_graph *g)
{
	struct maker k = { .s = s, .g = g };
	int dead = -ENOMEM;

	k.txn = malloc((s->live + 1) * sizeof(k.txn[0]));
	k.node_of = malloc((s->n_txns + 1) * sizeof(u32));
	if (k.txn && k.node_of)
		dead = make(&k);
	free(k.txn);
	free(k.node_of);
	return dead;
}

/* ---- for people ---- */

static const struct stall_txn *txn_of(const struct stall_sim *s, const struct stall_node *n)
{
	u32 i;

	for (i = 0; !s->txns[i].used || s->txns[i].master != n->master || s->txns[i].number != n->number; i++)
		;
	return &s->txns[i];
}

static void label(const struct stall_sim *s, struct stall_node *n)
{
	static const char *const what[STALL_WHERES] = { "waits for an input buffer",
							"waits for a slot",
							"in memory",
							"stalled",
							"refused",
							"page asked for",
							"restarts",
							"presented again" };
	const struct stall_platform *p = s->p;

	switch (n->kind) {
	case STALL_NODE_ACCESS:
		snprintf(n->label, STALL_LABEL, "%s #%u (%s)", p->master[n->master].name, n->number,
			 what[txn_of(s, n)->where]);
		break;
	case STALL_NODE_PORT:
		snprintf(n->label, STALL_LABEL, "entries of %s", p->port[n->number].name);
		break;
	case STALL_NODE_TBU:
		snprintf(n->label, STALL_LABEL, "slots of %s", p->tbu[n->number].name);
		break;
	case STALL_NODE_STALLS:
		snprintf(n->label, STALL_LABEL, "stalled transactions of %s", p->smmu[n->number].name);
		break;
	case STALL_NODE_WORKERS:
		snprintf(n->label, STALL_LABEL, "workers");
		break;
	case STALL_NODE_WORKER:
		snprintf(n->label, STALL_LABEL, "worker %u", n->number);
		break;
	case STALL_NODE_READ:
		snprintf(n->label, STALL_LABEL, "%s's read %u", p->master[n->master].name, n->number);
		break;
	default:
		snprintf(n->label, STALL_LABEL, "%s's queue", p->master[n->master].name);
	}
}

void stall_graph_label(const struct stall_sim *s, struct stall_graph *g)
{
	for_each_of(n, g->nodes, g->n_nodes)
		label(s, n);
}

void stall_graph_free(struct stall_graph *g)
{
	free(g->nodes);
	free(g->edges);
	memset(g, 0, sizeof(*g));
}
