/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The result of a replay, for programs (JSON) and for people (a table). */
#include "replay.h"
#include "report_json.h"
#include "report_table.h"

const char *const replay_part_names[REPLAY_PARTS] = { "detect", "record", "notify", "software", "respond", "retry" };

const char *const replay_page_part_names[REPLAY_PAGE_PARTS] = {
	"translation_request", "page_request", "queue", "notify", "software", "response", "retried_translation",
};

static const char *const fault_names[] = { "terminate", "stall", "pri" };

/* A page request has no number of its own. */
static const char *type_name(const struct replay_options *opt, const struct replay_type *t)
{
	return t->code ? opt->kind->fault_name(t->code) : "page_request";
}

static void set_times(json_t *j, const char *key, const struct stats_summary *t)
{
	json_t *o = json_object();

	report_json_u64(o, "count", t->count);
	report_json_u64(o, "p50", t->p50);
	report_json_u64(o, "p90", t->p90);
	report_json_u64(o, "p99", t->p99);
	report_json_u64(o, "p999", t->p999);
	report_json_u64(o, "max", t->max);
	report_json_u64(o, "mean", t->mean);
	json_object_set_new(j, key, o);
}

static void set_faults(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	json_t *o = json_object(), *types = json_object();
	u32 i;

	report_json_u64(o, "total", res->faults);
	report_json_u64(o, "unhandled", res->unhandled);
	report_json_u64(o, "duplicate", res->duplicates);
	report_json_u64(o, "first_touches", res->first_touches);
	for (i = 0; i < res->n_types; i++)
		report_json_u64(types, type_name(opt, &res->types[i]), res->types[i].count);
	json_object_set_new(o, "by_type", types);
	json_object_set_new(j, "faults", o);
}

static void set_responses(json_t *j, const struct replay_result *res)
{
	json_t *o = json_object();

	report_json_u64(o, "retry", res->responses[FAULT_RETRY]);
	report_json_u64(o, "terminate", res->responses[FAULT_TERMINATE]);
	report_json_u64(o, "failure", res->responses[FAULT_FAILURE]);
	json_object_set_new(j, "responses", o);
}

static void set_recorded(json_t *j, const struct replay_result *res)
{
	json_t *o = json_object();

	report_json_u64(o, "compared", res->compared);
	report_json_u64(o, "different", res->different);
	json_object_set_new(j, "recorded", o);
}

static void set_page_parts(json_t *j, const struct replay_result *res)
{
	json_t *parts = json_object();
	int i;

	for (i = 0; i < REPLAY_PAGE_PARTS; i++)
		set_times(parts, replay_page_part_names[i], &res->page_parts[i]);
	json_object_set_new(j, "page_parts_ns", parts);
	report_json_u64(j, "merged", res->merged);
}

static void set_streams(json_t *j, const struct replay_result *res)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < res->n_streams; i++) {
		const struct replay_stream *s = &res->streams[i];
		json_t *o = json_object();

		report_json_hex(o, "sid", s->sid);
		report_json_u64(o, "accesses", s->accesses);
		report_json_u64(o, "bytes", s->bytes);
		report_json_u64(o, "faults", s->faults);
		report_json_u64(o, "active_ns", s->active_ns);
		set_times(o, "latency_ns", &s->latency);
		json_array_append_new(list, o);
	}
	json_object_set_new(j, "streams", list);
}

static void set_timing(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	json_t *parts = json_object();
	int i;

	report_json_u64(j, "duration_ns", res->duration_ns);
	set_streams(j, res);
	set_times(j, "access_latency_ns", &res->access);
	set_times(j, "latency_ns", &res->latency);
	for (i = 0; i < REPLAY_PARTS; i++)
		set_times(parts, replay_part_names[i], &res->parts[i]);
	json_object_set_new(j, "parts_ns", parts);
	if (opt->faults == REPLAY_PRI)
		set_page_parts(j, res);
}

json_t *replay_json(const struct replay_options *opt, const struct replay_result *res)
{
	json_t *j = json_object();

	report_json_text(j, "iommu", opt->kind->name);
	report_json_text(j, "fault_mode", fault_names[opt->faults]);
	report_json_u64(j, "seed", opt->seed);
	report_json_u64(j, "resident_ppm", opt->resident);
	json_object_set_new(j, "timed", json_boolean(res->timed));
	report_json_u64(j, "accesses", res->accesses);
	report_json_u64(j, "bytes", res->bytes);
	report_json_u64(j, "translated", res->translated);
	report_json_u64(j, "aborted", res->aborted);
	report_json_u64(j, "maps", res->maps);
	report_json_u64(j, "unmaps", res->unmaps);
	set_faults(j, opt, res);
	set_responses(j, res);
	set_recorded(j, res);
	if (res->timed)
		set_timing(j, opt, res);
	if (opt->account)
		json_object_update(j, opt->account);
	return j;
}

/* ---- for people ---- */

static void add_times(struct report_table *t, const char *name, const struct stats_summary *s)
{
	const u64 ns[] = { s->p50, s->p90, s->p99, s->p999, s->max, s->mean };
	char text[REPORT_NS];
	size_t i;

	report_table_cell(t, "%s", name);
	for (i = 0; i < ARRAY_SIZE(ns); i++)
		report_table_cell(t, "%s", report_ns(ns[i], text));
}

static const char *const why[REPLAY_PARTS] = {
	"the IOMMU's own lookup and walk, before the fault is known",
	"writing the record and raising the interrupt",
	"interrupt entry and the wake-up of the driver's thread",
	"the worker: its wake-up, its queue, and the handler that maps the page",
	"bringing the answer to the IOMMU",
	"the second lookup and walk, and the access itself",
};

static void print_parts(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	static const char *const headings[] = { "part", ">p50", ">p90", ">p99", ">p99.9", ">max", ">mean", NULL };
	struct report_table t;
	int i, most = 0;

	fputs("\nlatency of faults\n", out);
	report_table_init(&t, headings);
	for (i = 0; opt->faults == REPLAY_PRI && i < REPLAY_PAGE_PARTS; i++)
		add_times(&t, replay_page_part_names[i], &res->page_parts[i]);
	for (i = 0; i < REPLAY_PARTS; i++) {
		if (opt->faults != REPLAY_PRI)
			add_times(&t, replay_part_names[i], &res->parts[i]);
		if (res->parts[i].mean > res->parts[most].mean)
			most = i;
	}
	add_times(&t, "total", &res->latency);
	report_table_print(&t, out);
	if (res->latency.mean)
		fprintf(out, "why: %llu %% of a fault is %s: %s.\n", res->parts[most].mean * 100 / res->latency.mean,
			replay_part_names[most], why[most]);
}

static void print_faults(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	u32 i;

	fprintf(out, "faults               %llu, %llu of them duplicates\n", res->faults, res->duplicates);
	for (i = 0; i < res->n_types; i++)
		fprintf(out, "  %-18s %llu\n", type_name(opt, &res->types[i]), res->types[i].count);
	if (res->unhandled)
		fprintf(out, "  %-18s %llu\n", "not handled", res->unhandled);
	fprintf(out, "first touches        %llu\n", res->first_touches);
	if (opt->faults == REPLAY_PRI && res->timed)
		fprintf(out, "joined a request     %llu\n", res->merged);
	fprintf(out, "answers              %llu retry, %llu terminate, %llu failure\n", res->responses[FAULT_RETRY],
		res->responses[FAULT_TERMINATE], res->responses[FAULT_FAILURE]);
}

static void print_outcome(bool ok, u64 pa, FILE *out)
{
	if (ok)
		fprintf(out, "0x%llx", pa);
	else
		fputs("a fault", out);
}

static void print_recorded(const struct replay_result *res, FILE *out)
{
	const struct replay_difference *d = &res->first_difference;

	fprintf(out, "against recording    %llu compared, %llu different\n", res->compared, res->different);
	if (!res->different)
		return;
	fprintf(out, "  first: record %llu, sid 0x%x iova 0x%llx: recorded ", d->record, d->sid, d->iova);
	print_outcome(d->recorded_ok, d->recorded_pa, out);
	fputs(", now ", out);
	print_outcome(d->ok, d->pa, out);
	fputc('\n', out);
}

void replay_table(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	char text[REPORT_NS];

	fprintf(out, "%s, faults %s, %u.%04u %% of pages resident, %s\n", opt->kind->name, fault_names[opt->faults],
		opt->resident / 10000, opt->resident % 10000, res->timed ? "timed" : "functional");
	fprintf(out, "accesses             %llu (%llu bytes): %llu translated, %llu aborted\n", res->accesses,
		res->bytes, res->translated, res->aborted);
	fprintf(out, "pages                %llu mapped, %llu unmapped\n", res->maps, res->unmaps);
	print_faults(opt, res, out);
	print_recorded(res, out);
	if (!res->timed)
		return;
	fprintf(out, "duration             %s\n", report_ns(res->duration_ns, text));
	fprintf(out, "latency of accesses  p50 %s", report_ns(res->access.p50, text));
	fprintf(out, ", p99 %s", report_ns(res->access.p99, text));
	fprintf(out, ", max %s\n", report_ns(res->access.max, text));
	if (res->latency.count)
		print_parts(opt, res, out);
	if (opt->account)
		replay_account_table(opt->account, out);
}
