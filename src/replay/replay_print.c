// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The result of a replay for people. */
#include "find.h"
#include "replay_counters.h"
#include "replay_streams.h"
#include "replay_why.h"
#include "report_table.h"

static void add_times(struct report_table *t, const char *name, const struct stats_summary *s)
{
	const u64 ns[] = { s->p50, s->p90, s->p99, s->p999, s->max, s->mean };
	char text[REPORT_NS];
	size_t i;

	report_table_cell(t, "%s", name);
	for (i = 0; i < ARRAY_SIZE(ns); i++)
		report_table_cell(t, "%s", report_ns(ns[i], text));
}

static void print_parts(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	struct report_table t = REPORT_TABLE("part", ">p50", ">p90", ">p99", ">p99.9", ">max", ">mean");
	int i;

	fputs("\nlatency of faults\n", out);
	for (i = 0; opt->faults == REPLAY_PRI && i < PAGE_PARTS; i++)
		add_times(&t, page_part_names[i], &res->page_parts[i]);
	for (i = 0; opt->faults != REPLAY_PRI && i < FAULT_PARTS; i++)
		add_times(&t, fault_part_names[i], &res->parts[i]);
	add_times(&t, "total", &res->latency);
	report_table_print(&t, out);
}

static void print_why(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	const struct replay_run run = { "", opt, res };
	struct replay_why why[REPLAY_WHYS];
	char text[REPLAY_WHY_TEXT];
	u32 i, n = replay_why(&run, why);

	for (i = 0; i < n; i++)
		fprintf(out, "%s%s\n", i ? "" : "\n", replay_why_text(&why[i], text));
}

/* Shares are of the sums, so that nothing is lost to rounding. */
static void print_owners(const struct replay_result *res, FILE *out)
{
	u64 faults = 0, accesses = 0;
	struct report_table t = REPORT_TABLE("owner", ">mean fault", ">%", ">mean access", ">%");
	char text[REPORT_NS];
	int i;

	for (i = 0; i < OWNERS; i++) {
		faults += res->fault_owner_ns[i];
		accesses += res->access_owner_ns[i];
	}
	fputs("\nowners of the time\n", out);
	for (i = 0; i < OWNERS; i++) {
		u64 f = res->fault_owner_ns[i], a = res->access_owner_ns[i];

		if (!a)
			continue;
		report_table_cell(&t, "%s", owner_table[i].name);
		report_table_cell(&t, "%s", report_ns(replay_owner_mean(f, res->fault_bills), text));
		report_table_cell(&t, "%llu", faults ? f * 100 / faults : 0);
		report_table_cell(&t, "%s", report_ns(replay_owner_mean(a, res->access_bills), text));
		report_table_cell(&t, "%llu", accesses ? a * 100 / accesses : 0);
	}
	report_table_print(&t, out);
}

static void print_resources(const struct replay_result *res, FILE *out)
{
	struct report_table t = REPORT_TABLE("resource", ">of", ">uses", ">used, %", ">peak", ">all used", ">a use",
					     ">wait", ">in queue");
	char text[REPORT_NS];

	fputs("\nresources\n", out);
	for_each_of(r, res->resources, res->n_resources) {
		u64 queue = replay_queue_ppm(res, r);

		report_table_cell(&t, "%s %u", r->name, r->index);
		report_table_cell(&t, "%u", r->capacity);
		report_table_cell(&t, "%llu", r->uses);
		report_table_cell(&t, "%u.%02u", r->utilisation_ppm / 10000, r->utilisation_ppm / 100 % 100);
		report_table_cell(&t, "%u", r->peak);
		report_table_cell(&t, "%s", report_ns(r->full_ns, text));
		report_table_cell(&t, "%s", report_ns(r->busy_ns / r->uses, text));
		report_table_cell(&t, "%s", report_ns(r->waited_ns / r->uses, text));
		report_table_cell(&t, "%llu.%02llu", queue / 1000000, queue / 10000 % 100);
	}
	report_table_print(&t, out);
}

static void print_histogram(const char *title, const struct stats_histogram *h, FILE *out)
{
	struct report_table t = REPORT_TABLE(">from", ">count");
	char text[REPORT_NS];
	u32 i;

	fprintf(out, "\n%s\n", title);
	for (i = 0; i < STATS_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		report_table_cell(&t, "%s", report_ns(stats_bucket_floor(i), text));
		report_table_cell(&t, "%llu", h->count[i]);
	}
	report_table_print(&t, out);
}

void replay_counters_table(const struct replay_result *res, FILE *out)
{
	if (res->access_bills)
		print_owners(res, out);
	if (res->n_resources)
		print_resources(res, out);
	replay_counters_print(res, out);
	print_histogram("latency of accesses, histogram", &res->access_histogram, out);
	if (res->latency.count)
		print_histogram("latency of faults, histogram", &res->latency_histogram, out);
}

static void print_faults(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	fprintf(out, "faults               %llu, %llu of them duplicates\n", res->faults, res->duplicates);
	for_each_of(t, res->types, res->n_types)
		fprintf(out, "  %-18s %llu\n", replay_type_name(opt, t), t->count);
	if (res->unhandled)
		fprintf(out, "  %-18s %llu\n", "not handled", res->unhandled);
	fprintf(out, "first touches        %llu\n", res->first_touches);
	if (opt->faults == REPLAY_PRI && res->timed)
		fprintf(out, "joined a request     %llu\ntries again          %llu\n", res->merged, res->tries);
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
	if (res->recorded.known && res->trace_faults) {
		fprintf(out, "recorded faults      %llu equal, %llu different, %llu missing, %llu not compared\n",
			res->recorded.equal, res->recorded.different, res->recorded.missing,
			res->recorded.not_compared);
		if (*res->recorded.first)
			fprintf(out, "  first: %s\n", res->recorded.first);
	}
	if (!res->different)
		return;
	fprintf(out, "  first: record %llu, sid 0x%x iova 0x%llx: recorded ", d->record, d->sid, d->iova);
	print_outcome(d->recorded_ok, d->recorded_pa, out);
	fputs(", now ", out);
	print_outcome(d->ok, d->pa, out);
	fputc('\n', out);
}

#define STREAMS 16u /* named of each kind */

/* The streams for which somebody says, a board or master.streams, whose faults end so. Return: their number. */
static u32 named_streams(const struct replay_options *opt, u32 how, FILE *out)
{
	const char *at = opt->cfg->master.streams;
	char value[FL_LIST_VALUE];
	u32 sid, n = 0;

	while (fl_list_next(&at, &sid, value, sizeof(value)) > 0)
		if (stream_kind_of(opt, sid).faults == how && ++n <= STREAMS && out)
			fprintf(out, n == 1 ? "%-20s 0x%x" : "%.0s, 0x%x", replay_fault_names[how], sid);
	if (out && n > STREAMS)
		fprintf(out, " and %u more", n - STREAMS);
	if (out && n)
		fputc('\n', out);
	return n;
}

static void print_head(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	u32 how, differ = 0;

	for (how = 0; how < REPLAY_FAULTS; how++)
		differ += how == opt->faults ? 0 : named_streams(opt, how, NULL);
	fprintf(out, "%s, faults %s%s%s, %u.%04u %% of pages resident, %s\n", opt->kind->name,
		differ ? "by stream (others " : "", replay_fault_names[opt->faults], differ ? ")" : "",
		opt->resident / 10000, opt->resident % 10000, res->timed ? "timed" : "functional");
	for (how = 0; how < REPLAY_FAULTS && differ; how++)
		named_streams(opt, how, out);
}

void replay_table(const struct replay_options *opt, const struct replay_result *res, FILE *out)
{
	char text[REPORT_NS];

	print_head(opt, res, out);
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
	print_why(opt, res, out);
	if (opt->account)
		replay_account_table(opt->account, out);
}
