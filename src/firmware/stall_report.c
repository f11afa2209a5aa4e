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

json_t *stall_graph_json(const struct stall_graph *g)
{
	json_t *root = json_object(), *nodes = json_array(), *edges = json_array(), *o;
	u32 i;

	for (i = 0; i < g->n_nodes; i++) {
		o = json_object();
		report_json_text(o, "label", g->nodes[i].label);
		report_json_text(o, "kind", node_names[g->nodes[i].kind]);
		report_json_text(o, "needs", g->nodes[i].any ? "any" : "all");
		json_object_set_new(o, "runs", json_boolean(g->nodes[i].runs));
		json_object_set_new(o, "dead", json_boolean(g->nodes[i].dead));
		json_object_set_new(o, "cycle", json_boolean(g->nodes[i].cycle));
		json_array_append_new(nodes, o);
	}
	for (i = 0; i < g->n_edges; i++) {
		o = json_object();
		report_json_u64(o, "from", g->edges[i].from);
		report_json_u64(o, "to", g->edges[i].to);
		json_object_set_new(o, "cycle", json_boolean(g->edges[i].cycle));
		json_array_append_new(edges, o);
	}
	json_object_set_new(root, "nodes", nodes);
	json_object_set_new(root, "edges", edges);
	return root;
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
static void json_time(json_t *o, const char *key, u64 ns)
{
	if (ns == STALL_FOR_EVER)
		json_object_set_new(o, key, json_null());
	else
		report_json_u64(o, key, ns);
}

static json_t *use_json(const char *name, u64 units, const struct stall_use *u)
{
	json_t *o = json_object();

	report_json_text(o, "name", name);
	report_json_u64(o, "units", units);
	report_json_u64(o, "peak", u->peak);
	report_json_u64(o, "peak_stalled", u->peak_stalled);
	report_json_u64(o, "uses", u->uses);
	json_time(o, "busy_ns", u->busy_ns);
	json_time(o, "full_stalled_ns", u->full_stalled_ns);
	json_time(o, "full_longest_ns", u->full_longest_ns);
	return o;
}

static json_t *master_json(const struct stall_master *m, const struct stall_master_result *r)
{
	json_t *o = json_object();

	report_json_text(o, "name", m->name);
	report_json_text(o, "mode", stall_mode_names[m->mode]);
	report_json_u64(o, "issued", r->issued);
	report_json_u64(o, "completed", r->completed);
	report_json_u64(o, "aborted", r->aborted);
	report_json_u64(o, "unfinished", r->unfinished);
	report_json_u64(o, "faults", r->faults);
	json_time(o, "longest_gap_ns", r->gap_ns);
	json_time(o, "longest_gap_ends_ns", r->gap_at_ns);
	json_time(o, "longest_access_ns", r->access_ns);
	json_time(o, "behind_software_ns", r->behind_software_ns);
	if (m->deadline_ns) {
		report_json_text(o, "deadline_of", stall_deadline_names[m->limits]);
		report_json_u64(o, "deadline_ns", m->deadline_ns);
	}
	json_object_set_new(o, "pcie", json_boolean(m->pcie));
	json_object_set_new(o, "never_goes_on", json_boolean(r->dead));
	json_object_set_new(o, "deadline_missed", json_boolean(r->late));
	return o;
}

static json_t *search_json(const struct stall_result *r)
{
	json_t *o = json_object();

	report_json_u64(o, "states", r->states);
	report_json_u64(o, "depth", r->depth);
	json_object_set_new(o, "complete", json_boolean(r->complete));
	report_json_u64(o, "random_runs", r->runs);
	report_json_u64(o, "seed", r->seed);
	json_object_set_new(o, "accesses_cut", json_boolean(r->cut));
	return o;
}

static void resources_json(json_t *root, const struct stall_platform *p, const struct stall_result *r)
{
	json_t *tbus = json_array(), *ports = json_array(), *smmus = json_array(), *o;
	u32 i;

	for (i = 0; i < p->n_smmus; i++) {
		o = use_json(p->smmu[i].name, stall_capacity(p, i), &r->stalls[i]);
		report_json_u64(o, "refused", r->refused[i]);
		json_array_append_new(smmus, o);
	}
	for (i = 0; i < p->n_tbus; i++)
		json_array_append_new(tbus, use_json(p->tbu[i].name, p->tbu[i].slots, &r->tbu[i]));
	for (i = 0; i < p->n_ports; i++)
		json_array_append_new(ports, use_json(p->port[i].name, p->port[i].slots, &r->port[i]));
	json_object_set_new(root, "stalled_transactions", smmus);
	json_object_set_new(root, "tbu_slots", tbus);
	json_object_set_new(root, "input_buffers", ports);
	json_object_set_new(root, "workers", use_json("workers", p->pager.workers, &r->workers));
}

json_t *stall_json(const struct stall_platform *given, const struct stall_result *r)
{
	struct stall_platform *p = malloc(sizeof(*p));
	json_t *root = json_object(), *masters = json_array();
	char error[160];
	u32 i;

	if (!p)
		return root;
	*p = *given;
	stall_check(p, error, sizeof(error));
	json_object_set_new(root, "deadlock", json_boolean(r->deadlock));
	report_json_text(root, "found_by", found_names[r->found]);
	if (r->found == STALL_FOUND_TIMED)
		report_json_u64(root, "deadlock_ns", r->deadlock_ns);
	json_object_set_new(root, "story", lines_of(r->story));
	report_json_u64(root, "deadlines_missed", r->late);
	report_json_u64(root, "end_ns", r->end_ns);
	json_time(root, "recover_ns", r->recover_ns);
	for (i = 0; i < p->n_masters; i++)
		json_array_append_new(masters, master_json(&p->master[i], &r->master[i]));
	json_object_set_new(root, "masters", masters);
	resources_json(root, p, r);
	json_object_set_new(root, "search", search_json(r));
	json_object_set_new(root, "waits", stall_graph_json(&r->graph));
	free(p);
	return root;
}

/* ---- a platform ---- */

static json_t *smmus_json(const struct stall_platform *p)
{
	json_t *list = json_array(), *o;
	u32 i;

	for (i = 0; i < p->n_smmus; i++) {
		o = json_object();
		report_json_text(o, "name", p->smmu[i].name);
		report_json_text(o, "kind", p->smmu[i].kind);
		report_json_u64(o, "stall_max", p->smmu[i].stall_max);
		json_object_set_new(o, "hupcf", json_boolean(p->smmu[i].hupcf));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *places_json(const struct stall_platform *p, bool tbus)
{
	json_t *list = json_array(), *o;
	u32 i;

	for (i = 0; i < (tbus ? p->n_tbus : p->n_ports); i++) {
		o = json_object();
		report_json_text(o, "name", tbus ? p->tbu[i].name : p->port[i].name);
		if (tbus)
			report_json_u64(o, "smmu", p->tbu[i].smmu);
		report_json_u64(o, "slots", tbus ? p->tbu[i].slots : p->port[i].slots);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *device_json(const struct stall_master *m)
{
	json_t *o = json_object();

	report_json_text(o, "name", m->name);
	report_json_u64(o, "tbu", m->tbu);
	report_json_u64(o, "port", m->port);
	report_json_u64(o, "domain", m->domain);
	report_json_text(o, "mode", stall_mode_names[m->mode]);
	json_object_set_new(o, "pcie", json_boolean(m->pcie));
	report_json_u64(o, "outstanding", m->outstanding);
	report_json_u64(o, "accesses", m->accesses);
	report_json_u64(o, "first_ns", m->first_ns);
	report_json_u64(o, "period_ns", m->period_ns);
	report_json_u64(o, "page_accesses", m->page_accesses);
	report_json_u64(o, "backing", m->backing);
	json_object_set_new(o, "zero_fill", json_boolean(m->zero_fill));
	report_json_text(o, "limits", stall_deadline_names[m->limits]);
	report_json_u64(o, "deadline_ns", m->deadline_ns);
	return o;
}

json_t *stall_platform_json(const struct stall_platform *p)
{
	json_t *root = json_object(), *masters = json_array(), *pager = json_object(), *times = json_object();
	u32 i;

	for (i = 0; i < p->n_masters; i++)
		json_array_append_new(masters, device_json(&p->master[i]));
	report_json_u64(pager, "workers", p->pager.workers);
	report_json_u64(pager, "p50_ns", p->pager.p50_ns);
	report_json_u64(pager, "p999_ns", p->pager.p999_ns);
	report_json_u64(pager, "storage", p->pager.storage);
	report_json_u64(pager, "pressure_ppm", p->pager.pressure_ppm);
	report_json_u64(pager, "read_accesses", p->pager.read_accesses);
	report_json_u64(pager, "read_ns", p->pager.read_ns);
	report_json_u64(times, "memory_ns", p->times.memory_ns);
	report_json_u64(times, "notify_ns", p->times.notify_ns);
	report_json_u64(times, "resume_ns", p->times.resume_ns);
	json_object_set_new(root, "smmus", smmus_json(p));
	json_object_set_new(root, "tbus", places_json(p, true));
	json_object_set_new(root, "ports", places_json(p, false));
	json_object_set_new(root, "masters", masters);
	json_object_set_new(root, "pager", pager);
	json_object_set_new(root, "times", times);
	return root;
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
	static const char *const headings[] = { "device",	">accesses",	   ">faults",
						">longest gap", ">longest access", ">behind software",
						">deadline",	"verdict",	   NULL };
	struct report_table t;
	char ns[REPORT_NS];
	u32 i;

	report_table_init(&t, headings);
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
	static const char *const headings[] = { "resource", ">has", ">peak", ">waiting", ">all waiting, longest",
						">in all",  NULL };
	struct report_table t;
	u32 i;

	report_table_init(&t, headings);
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
