// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The result of a replay for programs. */
#include "replay_counters.h"
#include "replay_why.h"
#include "report_json.h"

const char *const replay_fault_names[REPLAY_FAULTS] = { "terminate", "stall", "pri" };

bool replay_faults_find(const char *name, enum replay_faults *faults)
{
	int i;

	for (i = 0; i < REPLAY_FAULTS && strcmp(name, replay_fault_names[i]); i++)
		;
	if (i < REPLAY_FAULTS)
		*faults = (enum replay_faults)i;
	return i < REPLAY_FAULTS;
}

const char *replay_type_name(const struct replay_options *opt, const struct replay_type *t)
{
	return t->code ? opt->kind->fault_name(t->code) : "page_request";
}

/* Buckets by the least value of each; @h may be NULL. */
static void set_histogram(json_t *j, const struct stats_histogram *h)
{
	json_t *o = h ? json_object() : NULL;
	char key[24];
	u32 i;

	for (i = 0; o && i < STATS_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		snprintf(key, sizeof(key), "%llu", stats_bucket_floor(i));
		report_json_u64(o, key, h->count[i]);
	}
	if (o)
		json_object_set_new(j, "histogram", o);
}

static void set_times(json_t *j, const char *key, const struct stats_summary *t, const struct stats_histogram *h)
{
	json_t *o = json_object();

	report_json_u64(o, "count", t->count);
	report_json_u64(o, "p50", t->p50);
	report_json_u64(o, "p90", t->p90);
	report_json_u64(o, "p99", t->p99);
	report_json_u64(o, "p999", t->p999);
	report_json_u64(o, "max", t->max);
	report_json_u64(o, "mean", t->mean);
	set_histogram(o, h);
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
		report_json_u64(types, replay_type_name(opt, &res->types[i]), res->types[i].count);
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
	report_json_u64(o, "faults_not_compared", res->recorded.known ? res->recorded.not_compared : res->trace_faults);
	if (res->recorded.known) {
		report_json_u64(o, "faults_equal", res->recorded.equal);
		report_json_u64(o, "faults_different", res->recorded.different);
		report_json_u64(o, "faults_missing", res->recorded.missing);
	}
	json_object_set_new(j, "recorded", o);
}

static void set_page_parts(json_t *j, const struct replay_result *res)
{
	json_t *parts = json_object();
	int i;

	for (i = 0; i < PAGE_PARTS; i++)
		set_times(parts, page_part_names[i], &res->page_parts[i], &res->page_part_histograms[i]);
	json_object_set_new(j, "page_parts_ns", parts);
	report_json_u64(j, "merged", res->merged);
	report_json_u64(j, "tries", res->tries);
}

static void set_streams(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < res->n_streams; i++) {
		const struct replay_stream *s = &res->streams[i];
		json_t *o = json_object();

		report_json_hex(o, "sid", s->sid);
		if (opt->cfg->iommu.count > 1)
			report_json_u64(o, "iommu", fl_config_iommu(opt->cfg, s->sid));
		report_json_u64(o, "accesses", s->accesses);
		report_json_u64(o, "bytes", s->bytes);
		report_json_u64(o, "faults", s->faults);
		report_json_u64(o, "active_ns", s->active_ns);
		set_times(o, "latency_ns", &s->latency, NULL);
		json_array_append_new(list, o);
	}
	json_object_set_new(j, "streams", list);
}

static void set_owned(json_t *j, const char *key, const u64 ns[OWNERS], u64 bills)
{
	json_t *o = json_object();
	int i;

	for (i = 0; i < OWNERS; i++) {
		json_t *one = json_object();

		if (ns[i]) {
			report_json_u64(one, "mean_ns", replay_owner_mean(ns[i], bills));
			report_json_u64(one, "total_ns", ns[i]);
			json_object_set(o, owner_table[i].name, one);
		}
		json_decref(one);
	}
	json_object_set_new(j, key, o);
}

static void set_resources(json_t *j, const struct replay_result *res)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < res->n_resources; i++) {
		const struct replay_resource *r = &res->resources[i];
		json_t *o = json_object();

		report_json_text(o, "name", r->name);
		report_json_u64(o, "index", r->index);
		report_json_u64(o, "capacity", r->capacity);
		report_json_u64(o, "uses", r->uses);
		report_json_u64(o, "busy_ns", r->busy_ns);
		report_json_u64(o, "utilisation_ppm", r->utilisation_ppm);
		report_json_u64(o, "waited_ns", r->waited_ns);
		report_json_u64(o, "queue_ppm", replay_queue_ppm(res, r));
		report_json_u64(o, "peak", r->peak);
		report_json_u64(o, "full_ns", r->full_ns);
		json_array_append_new(list, o);
	}
	json_object_set_new(j, "resources", list);
}

static void set_ledger(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	const struct replay_run run = { "", opt, res };
	json_t *owners = json_object(), *list = json_array();
	struct replay_why why[REPLAY_WHYS];
	u32 i, n = replay_why(&run, why);

	set_owned(owners, "faults", res->fault_owner_ns, res->fault_bills);
	set_owned(owners, "accesses", res->access_owner_ns, res->access_bills);
	json_object_set_new(j, "owners", owners);
	set_resources(j, res);
	for (i = 0; i < n; i++)
		json_array_append_new(list, replay_why_json(&why[i]));
	json_object_set_new(j, "why", list);
}

static void set_in_flight(json_t *j, const struct replay_result *res)
{
	json_t *o = json_object();

	report_json_u64(o, "mean_ppm",
			res->duration_ns ? (u64)((unsigned __int128)res->in_flight_ns * 1000000 / res->duration_ns)
					 : 0);
	report_json_u64(o, "peak", res->in_flight_peak);
	json_object_set_new(j, "in_flight", o);
}

static void set_timing(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	json_t *parts = json_object();
	int i;

	report_json_u64(j, "duration_ns", res->duration_ns);
	if (res->in_flight_peak)
		set_in_flight(j, res);
	set_streams(j, opt, res);
	set_times(j, "access_latency_ns", &res->access, &res->access_histogram);
	set_times(j, "latency_ns", &res->latency, &res->latency_histogram);
	for (i = 0; i < FAULT_PARTS; i++)
		set_times(parts, fault_part_names[i], &res->parts[i], &res->part_histograms[i]);
	json_object_set_new(j, "parts_ns", parts);
	if (opt->faults == REPLAY_PRI || res->page_parts[0].count)
		set_page_parts(j, res);
	set_ledger(j, opt, res);
}

json_t *replay_json(const struct replay_options *opt, const struct replay_result *res)
{
	json_t *j = json_object();

	report_json_text(j, "iommu", opt->kind->name);
	report_json_text(j, "fault_mode", replay_fault_names[opt->faults]);
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
	json_object_set_new(j, "counters", replay_counters_json(res));
	if (res->timed)
		set_timing(j, opt, res);
	if (opt->account)
		json_object_update(j, opt->account);
	if (opt->watch)
		json_object_update(j, opt->watch);
	return j;
}
