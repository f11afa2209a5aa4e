/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_streams.h"

/* "platform", "pcie" or "pcie-ats", perhaps with ":terminate", ":stall" or ":pri". */
static bool parse(char *text, struct stream_kind *k)
{
	static const char *const faults[] = { "terminate", "stall", "pri" };
	char *colon = strchr(text, ':');
	size_t i;

	k->single = true;
	if (colon) {
		*colon++ = '\0';
		for (i = 0; i < ARRAY_SIZE(faults) && strcmp(colon, faults[i]); i++)
			;
		if (i == ARRAY_SIZE(faults))
			return false;
		k->faults = (enum replay_faults)i;
	}
	k->link = strcmp(text, "platform") != 0;
	k->ats = !strcmp(text, "pcie-ats");
	return !k->link || k->ats || !strcmp(text, "pcie");
}

struct stream_kind stream_kind_of(const struct replay_options *opt, u32 sid)
{
	const struct fl_config *cfg = opt->cfg;
	bool pages = opt->faults == REPLAY_PRI;
	struct stream_kind k = { .faults = opt->faults }, one = k;
	char value[FL_LIST_VALUE];

	if (fl_list_find(cfg->master.streams, sid, value, sizeof(value)) > 0 && parse(value, &one))
		return one;
	k.link = cfg->master.bus == FL_BUS_PCIE || (cfg->master.bus == FL_BUS_AUTO && pages);
	k.ats = k.link && (cfg->pcie.ats == FL_ATS_YES || (cfg->pcie.ats == FL_ATS_AUTO && pages));
	return k;
}

bool replay_has(const struct replay_options *opt, const struct replay_scan *scan, enum replay_faults faults)
{
	u32 i;

	for (i = 0; i < scan->n_sids; i++)
		if (stream_kind_of(opt, scan->sids[i]).faults == faults)
			return true;
	return false;
}

static bool in_trace(const struct replay_scan *scan, u32 sid)
{
	u32 i;

	for (i = 0; i < scan->n_sids; i++)
		if (scan->sids[i] == sid)
			return true;
	return false;
}

static int check_streams(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	const char *at = opt->cfg->master.streams;
	char value[FL_LIST_VALUE];
	struct stream_kind k;
	int ret;
	u32 sid;

	while ((ret = fl_list_next(&at, &sid, value, sizeof(value))) > 0) {
		if (!parse(value, &k))
			ret = -EINVAL;
		if (ret < 0)
			break;
		if (!in_trace(scan, sid))
			return dmat_fail(err, EINVAL, "master.streams: the trace has no stream 0x%x", sid);
	}
	if (ret < 0)
		return dmat_fail(err, EINVAL,
				 "master.streams: '%s' is not a list of SID=platform, pcie or pcie-ats, "
				 "each perhaps with :terminate, :stall or :pri",
				 opt->cfg->master.streams);
	return 0;
}

/* A list of streams with the number of what each is behind: of @count of these. */
struct stream_map {
	const char *key, *list, *what, *count_key;
	u64 count;
};

static int check_map(const struct stream_map *map, struct dmat_error *err)
{
	const char *at = map->list;
	char value[FL_LIST_VALUE], *end;
	unsigned long long number;
	int ret;
	u32 sid;

	while ((ret = fl_list_next(&at, &sid, value, sizeof(value))) > 0) {
		number = strtoull(value, &end, 0);
		if (*value < '0' || *value > '9' || *end) {
			ret = -EINVAL;
			break;
		}
		if (number >= map->count)
			return dmat_fail(err, EINVAL, "%s: stream 0x%x: there is no %s %llu (%s)", map->key, sid,
					 map->what, number, map->count_key);
	}
	if (ret < 0)
		return dmat_fail(err, EINVAL, "%s: '%s' is not a list of SID=%s", map->key, map->list, map->what);
	return 0;
}

static int check_tbus(const struct replay_options *opt, struct dmat_error *err)
{
	const struct fl_config *cfg = opt->cfg;
	const struct stream_map map = { "tbu.map", cfg->tbu.map, "TBU", "tbu.count", cfg->tbu.count };

	return check_map(&map, err);
}

/* No stream is behind two IOMMUs. */
static int check_iommus(const struct replay_options *opt, struct dmat_error *err)
{
	const struct fl_config *cfg = opt->cfg;
	const struct stream_map map = { "iommu.map", cfg->iommu.map, "IOMMU", "iommu.count", cfg->iommu.count };
	const char *at = map.list;
	char value[FL_LIST_VALUE];
	int code = check_map(&map, err);
	u32 sid;

	while (!code && fl_list_next(&at, &sid, value, sizeof(value)) > 0)
		if (*at && fl_list_find(at, sid, value, sizeof(value)))
			code = dmat_fail(err, EINVAL, "iommu.map: stream 0x%x is behind one IOMMU, not two", sid);
	return code;
}

/* PCIe traffic must never wait for software (SMMUv3, 3.12.1): a stall there may stop what would end it. */
static int check_kind(const struct replay_options *opt, u32 sid, const struct stream_kind *k, struct dmat_error *err)
{
	const char *name = opt->kind->name;

	if (k->faults == REPLAY_STALL && !opt->kind->stall)
		return dmat_fail(err, EINVAL, "%s cannot stall", name);
	if (k->faults == REPLAY_PRI && !opt->kind->pri)
		return dmat_fail(err, EINVAL, "%s has no page requests", name);
	if (k->ats && !opt->kind->pri)
		return dmat_fail(err, EINVAL, "%s has no ATS", name);
	if (k->faults == REPLAY_PRI && !k->link)
		return dmat_fail(err, EINVAL, "stream 0x%x: a platform master has no page requests", sid);
	if (k->faults == REPLAY_PRI && !k->ats)
		return dmat_fail(err, EINVAL, "stream 0x%x: page requests need ATS", sid);
	if (k->faults == REPLAY_STALL && (k->ats || (k->single && k->link)))
		return dmat_fail(err, EINVAL, "stream 0x%x: a PCIe function%s cannot stall", sid,
				 k->ats ? " with ATS" : "");
	return 0;
}

int replay_check(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	u64 base = opt->cfg->os.table_base;
	struct stream_kind k;
	int code = check_streams(opt, scan, err);
	u32 i;

	if (!code)
		code = check_tbus(opt, err);
	if (!code)
		code = check_iommus(opt, err);
	for (i = 0; i < scan->n_sids && !code; i++) {
		k = stream_kind_of(opt, scan->sids[i]);
		code = check_kind(opt, scan->sids[i], &k, err);
	}
	if (!code && opt->warmup && opt->warmup >= scan->accesses * (opt->repeat ? opt->repeat : 1))
		code = dmat_fail(err, EINVAL, "the trace has no access behind the %llu that come first (--warmup)",
				 opt->warmup);
	if (!code && opt->cfg->master.kind == FL_MASTER_GPU && (opt->warmup || opt->kind->bypass))
		code = dmat_fail(err, EINVAL, "a GPU (master.kind) needs an IOMMU, and counts from the start");
	if (!code && scan->max_pa > base)
		code = dmat_fail(err, EINVAL,
				 "the trace maps physical address 0x%llx, tables begin at os.table_base = 0x%llx",
				 scan->max_pa - 1, base);
	return code;
}
