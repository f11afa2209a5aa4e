// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The result of a replay for programs. */
#include "find.h"
#include "replay_counters.h"
#include "replay_why.h"
#include "report_json.h"

const char *const replay_fault_names[REPLAY_FAULTS] = { "terminate", "stall", "pri" };

bool replay_faults_find(const char *name, enum replay_faults *faults)
{
	int i;

	i = FIND(i, REPLAY_FAULTS, !strcmp(name, replay_fault_names[i]));
	if (i < REPLAY_FAULTS)
		*faults = (enum replay_faults)i;
	return i < REPLAY_FAULTS;
}

const char *replay_type_name(const struct replay_options *opt, const struct replay_type *t)
{
	return t->code ? opt->kind->fault_name(t->code) : "page_request";
}

/* Buckets by the least value of each; NULL without @h. */
static json_t *histogram_json(const struct stats_histogram *h)
{
	json_t *o = h ? json_object() : NULL;
	char key[24];
	u32 i;

	for (i = 0; o && i < STATS_BUCKETS; i++) {
		snprintf(key, sizeof(key), "%llu", stats_bucket_floor(i));
		if (h->count[i])
			report_json_u64(o, key, h->count[i]);
	}
	return o;
}

static json_t *times_json(const struct stats_summary *t, const struct stats_histogram *h)
{
	return report_json_object(J_MEMBER(t, count), J_MEMBER(t, p50), J_MEMBER(t, p90), J_MEMBER(t, p99),
				  J_MEMBER(t, p999), J_MEMBER(t, max), J_MEMBER(t, mean),
				  J_IF(h, J_NODE("histogram", histogram_json(h))));
}

static json_t *faults_json(const struct replay_options *opt, const struct replay_result *res)
{
	const struct replay_type *t = res->types;

	return report_json_object(J_U64("total", res->faults), J_MEMBER(res, unhandled),
				  J_U64("duplicate", res->duplicates), J_MEMBER(res, first_touches),
				  J_NODE("by_type", J_MAP(i, res->n_types, replay_type_name(opt, &t[i]),
							  json_integer((json_int_t)t[i].count))));
}

static json_t *responses_json(const struct replay_result *res)
{
	return report_json_object(J_U64("retry", res->responses[FAULT_RETRY]),
				  J_U64("terminate", res->responses[FAULT_TERMINATE]),
				  J_U64("failure", res->responses[FAULT_FAILURE]));
}

static json_t *recorded_json(const struct replay_result *res)
{
	bool known = res->recorded.known;

	return report_json_object(J_MEMBER(res, compared), J_MEMBER(res, different),
				  J_U64("faults_not_compared", known ? res->recorded.not_compared : res->trace_faults),
				  J_IF(known, J_U64("faults_equal", res->recorded.equal)),
				  J_IF(known, J_U64("faults_different", res->recorded.different)),
				  J_IF(known, J_U64("faults_missing", res->recorded.missing)));
}

static json_t *stream_json(const struct replay_options *opt, const struct replay_stream *s)
{
	bool many = opt->cfg->iommu.count > 1;

	return report_json_object(J_HEX("sid", s->sid), J_IF(many, J_U64("iommu", fl_config_iommu(opt->cfg, s->sid))),
				  J_MEMBER(s, accesses), J_MEMBER(s, bytes), J_MEMBER(s, faults),
				  J_MEMBER(s, active_ns), J_NODE("latency_ns", times_json(&s->latency, NULL)));
}

/* NULL: nothing is theirs. */
static json_t *owned_json(u64 ns, u64 bills)
{
	return ns ? report_json_object(J_U64("mean_ns", replay_owner_mean(ns, bills)), J_U64("total_ns", ns)) : NULL;
}

static json_t *owners_json(const u64 ns[OWNERS], u64 bills)
{
	return J_MAP(i, OWNERS, owner_table[i].name, owned_json(ns[i], bills));
}

static json_t *resource_json(const struct replay_result *res, const struct replay_resource *r)
{
	return report_json_object(J_TEXT("name", r->name), J_MEMBER(r, index), J_MEMBER(r, capacity), J_MEMBER(r, uses),
				  J_MEMBER(r, busy_ns), J_MEMBER(r, utilisation_ppm), J_MEMBER(r, waited_ns),
				  J_U64("queue_ppm", replay_queue_ppm(res, r)), J_MEMBER(r, peak),
				  J_MEMBER(r, full_ns));
}

static json_t *in_flight_json(const struct replay_result *res)
{
	unsigned __int128 ppm = (unsigned __int128)res->in_flight_ns * 1000000;

	return report_json_object(J_U64("mean_ppm", res->duration_ns ? (u64)(ppm / res->duration_ns) : 0),
				  J_U64("peak", res->in_flight_peak));
}

static json_t *parts_json(u32 n, const char *const *names, const struct stats_summary *t,
			  const struct stats_histogram *h)
{
	return J_MAP(i, n, names[i], times_json(&t[i], &h[i]));
}

static void set_timing(json_t *j, const struct replay_options *opt, const struct replay_result *res)
{
	bool pages = opt->faults == REPLAY_PRI || res->page_parts[0].count;
	const struct replay_run run = { "", opt, res };
	struct replay_why why[REPLAY_WHYS];
	u32 n = replay_why(&run, why);

	report_json_put(
		j, J_MEMBER(res, duration_ns), J_IF(res->in_flight_peak, J_NODE("in_flight", in_flight_json(res))),
		J_NODE("streams", J_LIST(i, res->n_streams, stream_json(opt, &res->streams[i]))),
		J_NODE("access_latency_ns", times_json(&res->access, &res->access_histogram)),
		J_NODE("latency_ns", times_json(&res->latency, &res->latency_histogram)),
		J_NODE("parts_ns", parts_json(FAULT_PARTS, fault_part_names, res->parts, res->part_histograms)));
	if (pages)
		report_json_put(j,
				J_NODE("page_parts_ns", parts_json(PAGE_PARTS, page_part_names, res->page_parts,
								   res->page_part_histograms)),
				J_MEMBER(res, merged), J_MEMBER(res, tries));
	report_json_put(
		j,
		J_NODE("owners",
		       report_json_object(J_NODE("faults", owners_json(res->fault_owner_ns, res->fault_bills)),
					  J_NODE("accesses", owners_json(res->access_owner_ns, res->access_bills)))),
		J_NODE("resources", J_LIST(i, res->n_resources, resource_json(res, &res->resources[i]))),
		J_NODE("why", J_LIST(i, n, replay_why_json(&why[i]))));
}

json_t *replay_json(const struct replay_options *opt, const struct replay_result *res)
{
	json_t *j = report_json_object(
		J_TEXT("iommu", opt->kind->name), J_TEXT("fault_mode", replay_fault_names[opt->faults]),
		J_MEMBER(opt, seed), J_U64("resident_ppm", opt->resident), J_BOOL("timed", res->timed),
		J_MEMBER(res, accesses), J_MEMBER(res, bytes), J_MEMBER(res, translated), J_MEMBER(res, aborted),
		J_MEMBER(res, maps), J_MEMBER(res, unmaps), J_NODE("faults", faults_json(opt, res)),
		J_NODE("responses", responses_json(res)), J_NODE("recorded", recorded_json(res)),
		J_NODE("counters", replay_counters_json(res)));

	if (res->timed)
		set_timing(j, opt, res);
	if (opt->account)
		json_object_update(j, opt->account);
	if (opt->watch)
		json_object_update(j, opt->watch);
	return j;
}
