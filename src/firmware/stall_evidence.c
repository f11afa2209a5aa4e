// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stall_evidence.h"
#include "find.h"
#include "report_table.h"
#include "rules_priv.h"

static const struct rule *rule_of(const char *id)
{
	u32 i;

	for (i = 0; strcmp(rules[i].id, id); i++)
		;
	return &rules[i];
}

/* A device that stalls in the TBU of @victim, else any. */
static u32 staller_of(const struct stall_evidence *e, u32 victim)
{
	const struct stall_platform *p = &e->board.platform;
	u32 i, any = BOARD_NONE;

	for (i = p->n_masters; i-- > 0;) {
		if (p->master[i].mode != STALL_STALLS)
			continue;
		any = i;
		if (p->master[i].tbu == p->master[victim].tbu)
			break;
	}
	return any == BOARD_NONE ? any : e->board.master_of[any];
}

/* The storage that a worker waits for; else whoever never goes on. */
static u32 victim_of(const struct stall_evidence *e)
{
	u32 dead = 0;

	for_each_of(n, e->res.graph.nodes, e->res.graph.n_nodes) {
		if (n->cycle && n->kind == STALL_NODE_READ)
			return n->master;
		if (n->dead && n->kind == STALL_NODE_ACCESS)
			dead = n->master;
	}
	return dead;
}

/* A rule has said of @victim, or of the host that it is behind, what simulation shows now. */
static bool known(const struct findings *f, const struct board *b, u32 victim, const char *id)
{
	const struct board_master *m = &b->master[victim];

	for_each_of(n, f->finding, f->n) {
		if ((n->victim == victim || (n->victim == BOARD_NONE && n->staller == victim)) &&
		    (!id || !strcmp(n->rule->id, id)))
			return true;
	}
	return m->pci && m->parent < b->n_masters && known(f, b, m->parent, id);
}

static void keep_graph(const struct stall_evidence *e, struct findings *f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	stall_graph_dot(&e->res.graph, out);
	if (!fclose(out))
		f->waits = board_chars(&f->keep, text, size);
	free(text);
}

static void add_deadlock(const struct stall_evidence *e, const struct board *b, struct findings *f)
{
	u32 victim = victim_of(e);
	struct finding *n;
	char story[600];

	keep_graph(e, f);
	if (known(f, b, e->board.master_of[victim], "pager-behind-stall"))
		return;
	stall_story_line(e->res.story, story, sizeof(story));
	n = finding_add(f, rule_of("simulated-deadlock"), &b->master[e->board.master_of[victim]].at, "%s", story);
	n->victim = e->board.master_of[victim];
	n->staller = staller_of(e, victim);
	n->change = "break the circle: another TBU for the storage, or no stalls";
}

/* Where it waits for others, another place helps; its own faults go with it. */
static const char *change_for(const struct stall_platform *p, u32 victim)
{
	const struct stall_master *m = &p->master[victim];
	bool tbu = false, port = false;
	u32 i;

	for (i = 0; i < p->n_masters; i++) {
		if (i == victim || p->master[i].mode != STALL_STALLS)
			continue;
		tbu = tbu || p->master[i].tbu == m->tbu;
		port = port || (m->port && p->master[i].port == m->port);
	}
	if (port)
		return "give it a way of its own to a TBU of its own";
	if (tbu)
		return "give it a TBU of its own";
	return "its own faults take that long: delete dma-can-stall, or raise the device's time-out";
}

static void add_starvation(const struct stall_evidence *e, const struct board *b, struct findings *f, u32 i)
{
	const struct stall_master *m = &e->board.platform.master[i];
	const struct stall_master_result *r = &e->res.master[i];
	const struct board_master *from = &b->master[e->board.master_of[i]];
	char waits[REPORT_NS], can[REPORT_NS];
	struct finding *n;

	if (known(f, b, e->board.master_of[i], NULL))
		return;
	n = finding_add(f, rule_of("simulated-starvation"), &from->at, "in simulation it waits %s, and can wait %s%s",
			report_ns(m->limits == STALL_GAP ? r->gap_ns : r->access_ns, waits),
			report_ns(m->deadline_ns, can), from->deadline_ns ? "" : " (assumed)");
	n->victim = e->board.master_of[i];
	n->staller = staller_of(e, i);
	n->assumed = !from->deadline_ns;
	n->change = change_for(&e->board.platform, i);
	if (n->assumed)
		n->severity = FINDING_WARNING;
}

int stall_evidence_make(struct stall_evidence *e, const struct board *b, struct findings *f, struct board_error *err)
{
	int ret = board_stall_platform(b, e->cfg, &e->board, err);
	u32 i;

	memset(&e->res, 0, sizeof(e->res));
	if (ret || !e->board.needed)
		return ret;
	ret = stall_simulate(&e->board.platform, &e->opt, &e->res);
	if (ret)
		return board_fail(err, -ret, "%s: simulation: %s", b->file,
				  *e->res.error ? e->res.error : strerror(-ret));
	if (e->res.deadlock)
		add_deadlock(e, b, f);
	for (i = 0; i < e->board.platform.n_masters; i++)
		if (e->res.master[i].late && !e->res.master[i].dead)
			add_starvation(e, b, f, i);
	return f->keep.no_memory ? board_fail(err, ENOMEM, "%s: out of memory", b->file) : 0;
}

void stall_evidence_free(struct stall_evidence *e)
{
	stall_result_free(&e->res);
}

void stall_evidence_print(const struct stall_evidence *e, FILE *out)
{
	u32 i;

	if (!e->board.needed) {
		fprintf(out, "Evidence by simulation: nobody stalls\n");
		return;
	}
	fprintf(out, "Evidence by simulation, every device at its worst:\n");
	stall_print(&e->board.platform, &e->res, out);
	for (i = 0; i < e->board.n_assumptions; i++)
		fprintf(out, "assumed: %s\n", e->board.assumption[i]);
}

json_t *stall_evidence_json(const struct stall_evidence *e)
{
	json_t *root, *list = json_array();
	u32 i;

	if (!e->board.needed) {
		json_decref(list);
		return json_null();
	}
	root = stall_json(&e->board.platform, &e->res);
	for (i = 0; i < e->board.n_assumptions; i++)
		json_array_append_new(list, json_string(e->board.assumption[i]));
	json_object_set_new(root, "assumptions", list);
	return root;
}
