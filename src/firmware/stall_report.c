// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The evidence for people, for programs and for graphviz. */
#include "report_json.h"
#include "report_table.h"
#include "stall_simulate.h"

#include <stdlib.h>

static const char *const found_names[] = { "no", "run_with_time", "search", "random" };

/* ---- for graphviz and programs ---- */

static const char *const node_names[STALL_NODE_KINDS] = { "access",  "entries", "slots", "stalled_transactions",
							  "workers", "worker",	"read",	 "queue" };

static json_t *node_json(const struct stall_node *n)
{
	return report_json_object(J_TEXT("label", n->label), J_TEXT("kind", node_names[n->kind]),
				  J_TEXT("needs", n->any ? "any" : "all"), J_BOOL("runs", n->runs),
				  J_BOOL("dead", n->dead), J_BOOL("cycle", n->cycle));
}

static json_t *edge_json(const struct stall_edge *e)
{
	return report_json_object(J_MEMBER(e, from), J_MEMBER(e, to), J_BOOL("cycle", e->cycle));
}

json_t *stall_graph_json(const struct stall_graph *g)
{
	return report_json_object(J_NODE("nodes", J_LIST(i, g->n_nodes, node_json(&g->nodes[i]))),
				  J_NODE("edges", J_LIST(i, g->n_edges, edge_json(&g->edges[i]))));
}

/* A label in quotes, safe for graphviz. */
static void quoted(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	fputc('"', out);
}

void stall_graph_dot(const struct stall_graph *g, FILE *out)
{
	u32 i;

	fprintf(out, "digraph waits {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (i = 0; i < g->n_nodes; i++) {
		const struct stall_node *n = &g->nodes[i];

		fprintf(out, "\tn%u [label=", i);
		quoted(n->label, out);
		fprintf(out, "%s%s%s];\n", n->any ? ", shape=ellipse" : "", n->dead ? ", style=bold" : "",
			n->cycle ? ", color=red" : "");
	}
	for (i = 0; i < g->n_edges; i++)
		fprintf(out, "\tn%u -> n%u%s;\n", g->edges[i].from, g->edges[i].to,
			g->edges[i].cycle ? " [color=red, style=bold]" : "");
	fprintf(out, "}\n");
}

/* ---- for programs ---- */

static json_t *lines_of(const char *text)
{
	json_t *lines = json_array();
	const char *end;

	for (; text && *text; text = end + 1) {
		end = strchr(text, '\n');
		json_array_append_new(lines, json_stringn(text, (size_t)(end - text)));
	}
	return lines;
}

/* null: it never ends. */
static struct report_item until(const char *key, u64 ns)
{
	return ns == STALL_FOR_EVER ? J_NODE(key, json_null()) : J_U64(key, ns);
}

static json_t *use_json(const char *name, u64 units, const struct stall_use *u)
{
	return report_json_object(J_TEXT("name", name), J_U64("units", units), J_MEMBER(u, peak),
				  J_MEMBER(u, peak_stalled), J_MEMBER(u, uses), until("busy_ns", u->busy_ns),
				  until("full_stalled_ns", u->full_stalled_ns),
				  until("full_longest_ns", u->full_longest_ns));
}

static json_t *master_json(const struct stall_master *m, const struct stall_master_result *r)
{
	return report_json_object(J_TEXT("name", m->name), J_TEXT("mode", stall_mode_names[m->mode]),
				  J_MEMBER(r, issued), J_MEMBER(r, completed), J_MEMBER(r, aborted),
				  J_MEMBER(r, unfinished), J_MEMBER(r, faults), until("longest_gap_ns", r->gap_ns),
				  until("longest_gap_ends_ns", r->gap_at_ns), until("longest_access_ns", r->access_ns),
				  until("behind_software_ns", r->behind_software_ns),
				  J_IF(m->deadline_ns, J_TEXT("deadline_of", stall_deadline_names[m->limits])),
				  J_IF(m->deadline_ns, J_MEMBER(m, deadline_ns)), J_BOOL("pcie", m->pcie),
				  J_BOOL("never_goes_on", r->dead), J_BOOL("deadline_missed", r->late));
}

static json_t *search_json(const struct stall_result *r)
{
	return report_json_object(J_MEMBER(r, states), J_MEMBER(r, depth), J_BOOL("complete", r->complete),
				  J_U64("random_runs", r->runs), J_MEMBER(r, seed), J_BOOL("accesses_cut", r->cut));
}

static json_t *stalls_json(const struct stall_platform *p, const struct stall_result *r, u32 i)
{
	json_t *o = use_json(p->smmu[i].name, stall_capacity(p, i), &r->stalls[i]);

	return report_json_put(o, J_U64("refused", r->refused[i]));
}

json_t *stall_json(const struct stall_platform *given, const struct stall_result *r)
{
	struct stall_platform *p = malloc(sizeof(*p));
	json_t *root = json_object();
	char error[160];

	if (!p)
		return root;
	*p = *given;
	stall_check(p, error, sizeof(error));
	report_json_put(
		root, J_BOOL("deadlock", r->deadlock), J_TEXT("found_by", found_names[r->found]),
		J_IF(r->found == STALL_FOUND_TIMED, J_MEMBER(r, deadlock_ns)), J_NODE("story", lines_of(r->story)),
		J_U64("deadlines_missed", r->late), J_MEMBER(r, end_ns), until("recover_ns", r->recover_ns),
		J_NODE("masters", J_LIST(i, p->n_masters, master_json(&p->master[i], &r->master[i]))),
		J_NODE("stalled_transactions", J_LIST(i, p->n_smmus, stalls_json(p, r, i))),
		J_NODE("tbu_slots", J_LIST(i, p->n_tbus, use_json(p->tbu[i].name, p->tbu[i].slots, &r->tbu[i]))),
		J_NODE("input_buffers",
		       J_LIST(i, p->n_ports, use_json(p->port[i].name, p->port[i].slots, &r->port[i]))),
		J_NODE("workers", use_json("workers", p->pager.workers, &r->workers)), J_NODE("search", search_json(r)),
		J_NODE("waits", stall_graph_json(&r->graph)));
	free(p);
	return root;
}

/* ---- a platform ---- */

static json_t *smmu_json(const struct stall_smmu *s)
{
	return report_json_object(J_TEXT("name", s->name), J_TEXT("kind", s->kind), J_MEMBER(s, stall_max),
				  J_BOOL("hupcf", s->hupcf));
}

static json_t *tbu_json(const struct stall_tbu *t)
{
	return report_json_object(J_TEXT("name", t->name), J_MEMBER(t, smmu), J_MEMBER(t, slots));
}

static json_t *port_json(const struct stall_port *p)
{
	return report_json_object(J_TEXT("name", p->name), J_MEMBER(p, slots));
}

static json_t *device_json(const struct stall_master *m)
{
	return report_json_object(J_TEXT("name", m->name), J_MEMBER(m, tbu), J_MEMBER(m, port), J_MEMBER(m, domain),
				  J_TEXT("mode", stall_mode_names[m->mode]), J_BOOL("pcie", m->pcie),
				  J_MEMBER(m, outstanding), J_MEMBER(m, accesses), J_MEMBER(m, first_ns),
				  J_MEMBER(m, period_ns), J_MEMBER(m, page_accesses), J_MEMBER(m, backing),
				  J_BOOL("zero_fill", m->zero_fill), J_TEXT("limits", stall_deadline_names[m->limits]),
				  J_MEMBER(m, deadline_ns));
}

json_t *stall_platform_json(const struct stall_platform *p)
{
	const struct stall_pager *g = &p->pager;
	const struct stall_times *t = &p->times;

	return report_json_object(
		J_NODE("smmus", J_LIST(i, p->n_smmus, smmu_json(&p->smmu[i]))),
		J_NODE("tbus", J_LIST(i, p->n_tbus, tbu_json(&p->tbu[i]))),
		J_NODE("ports", J_LIST(i, p->n_ports, port_json(&p->port[i]))),
		J_NODE("masters", J_LIST(i, p->n_masters, device_json(&p->master[i]))),
		J_NODE("pager", report_json_object(J_MEMBER(g, workers), J_MEMBER(g, p50_ns), J_MEMBER(g, p999_ns),
						   J_MEMBER(g, storage), J_MEMBER(g, pressure_ppm),
						   J_MEMBER(g, read_accesses), J_MEMBER(g, read_ns))),
		J_NODE("times",
		       report_json_object(J_MEMBER(t, memory_ns), J_MEMBER(t, notify_ns), J_MEMBER(t, resume_ns))));
}

/* ---- for people ---- */

void stall_story_line(const char *story, char *text, size_t size)
{
	size_t n = 0;

	for (; *story && n + 3 < size; story++) {
		if (*story != '\n') {
			text[n++] = *story;
		} else if (story[1]) {
			text[n++] = ';';
			text[n++] = ' ';
		}
	}
	text[n] = 0;
}

static const char *time_text(u64 ns, char text[REPORT_NS])
{
	return ns == STALL_FOR_EVER ? "for ever" : report_ns(ns, text);
}

/* "50 us (access)": what it limits */
static void deadline_cell(struct report_table *t, const struct stall_master *m)
{
	char ns[REPORT_NS];

	if (m->deadline_ns)
		report_table_cell(t, "%s (%s)", report_ns(m->deadline_ns, ns), stall_deadline_names[m->limits]);
	else
		report_table_cell(t, "-");
}

static void print_masters(const struct stall_platform *p, const struct stall_result *r, FILE *out)
{
	struct report_table t = REPORT_TABLE("device", ">accesses", ">faults", ">longest gap", ">longest access",
					     ">behind software", ">deadline", "verdict");
	char ns[REPORT_NS];
	u32 i;

	for (i = 0; i < p->n_masters; i++) {
		const struct stall_master_result *m = &r->master[i];

		report_table_cell(&t, "%s", p->master[i].name);
		report_table_cell(&t, "%llu", (unsigned long long)m->issued);
		report_table_cell(&t, "%llu", (unsigned long long)m->faults);
		report_table_cell(&t, "%s", time_text(m->gap_ns, ns));
		report_table_cell(&t, "%s", time_text(m->access_ns, ns));
		report_table_cell(&t, "%s", time_text(m->behind_software_ns, ns));
		deadline_cell(&t, &p->master[i]);
		report_table_cell(&t, "%s",
				  m->dead				       ? "never goes on"
				  : m->late				       ? "starves"
				  : p->master[i].pcie && m->behind_software_ns ? "waits for software"
									       : "ok");
	}
	report_table_print(&t, out);
}

static void use_row(struct report_table *t, const char *what, const char *name, u64 units, const struct stall_use *u)
{
	char ns[REPORT_NS];

	report_table_cell(t, "%s %s", what, name);
	report_table_cell(t, "%llu", (unsigned long long)units);
	report_table_cell(t, "%u", u->peak);
	report_table_cell(t, "%u", u->peak_stalled);
	report_table_cell(t, "%s", time_text(u->full_longest_ns, ns));
	report_table_cell(t, "%s", time_text(u->full_stalled_ns, ns));
}

static void print_resources(const struct stall_platform *p, const struct stall_result *r, FILE *out)
{
	struct report_table t =
		REPORT_TABLE("resource", ">has", ">peak", ">waiting", ">all waiting, longest", ">in all");
	u32 i;

	for (i = 0; i < p->n_tbus; i++)
		use_row(&t, "slots of", p->tbu[i].name, p->tbu[i].slots, &r->tbu[i]);
	for (i = 0; i < p->n_ports; i++)
		use_row(&t, "entries of", p->port[i].name, p->port[i].slots, &r->port[i]);
	for (i = 0; i < p->n_smmus; i++)
		use_row(&t, "stalled transactions of", p->smmu[i].name, stall_capacity(p, i), &r->stalls[i]);
	report_table_print(&t, out);
	fprintf(out, "waiting for software: stalled, or to be stalled as soon as the SMMU can hold it\n");
	for (i = 0; i < p->n_smmus; i++)
		if (r->refused[i])
			fprintf(out, "%s could not stall %llu transactions when they came: they kept their slots\n",
				p->smmu[i].name, (unsigned long long)r->refused[i]);
}

static void print_search(const struct stall_result *r, FILE *out)
{
	if (r->states)
		fprintf(out, "search over interleavings: %u states, at most %u steps, %s\n", r->states, r->depth,
			r->complete   ? "all of them"
			: r->deadlock ? "up to the deadlock"
				      : "ended by its bound: not all of them");
	else if (r->runs)
		fprintf(out, "interleavings at random: %u, seed %llu\n", r->runs, (unsigned long long)r->seed);
	else if (r->seed)
		fprintf(out, "seed %llu: nothing was drawn at random\n", (unsigned long long)r->seed);
	if (r->cut)
		fprintf(out, "in these a device makes at most twice as many accesses as it can have outstanding\n");
}

static void print_deadlock(const struct stall_result *r, FILE *out)
{
	char ns[REPORT_NS];

	switch (r->found) {
	case STALL_NOT_FOUND:
		fprintf(out, "no deadlock found\n");
		return;
	case STALL_FOUND_TIMED:
		fprintf(out, "DEADLOCK after %s:\n", report_ns(r->deadlock_ns, ns));
		break;
	default:
		fprintf(out, "DEADLOCK in another order of events (%s):\n", found_names[r->found]);
	}
	fprintf(out, "%s", r->story);
}

void stall_print(const struct stall_platform *given, const struct stall_result *r, FILE *out)
{
	struct stall_platform *p = malloc(sizeof(*p));
	char error[160], ns[REPORT_NS];

	if (!p)
		return;
	*p = *given;
	stall_check(p, error, sizeof(error));
	print_masters(p, r, out);
	fprintf(out, "\n");
	print_resources(p, r, out);
	fprintf(out, "\nlongest time with something stalled: %s\n", time_text(r->recover_ns, ns));
	print_search(r, out);
	print_deadlock(r, out);
	free(p);
}
