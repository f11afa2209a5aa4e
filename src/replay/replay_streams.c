// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
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
		i = FIND(i, ARRAY_SIZE(faults), !strcmp(colon, faults[i]));
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
	return ANY(i, scan->n_sids, stream_kind_of(opt, scan->sids[i]).faults == faults);
}

static bool in_trace(const struct replay_scan *scan, u32 sid)
{
	return ANY(i, scan->n_sids, scan->sids[i] == sid);
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
				 "master.streams: '%.80s' is not a list of SID=platform, pcie or pcie-ats, "
				 "each perhaps with :terminate, :stall or :pri",
				 opt->cfg->master.streams);
	return 0;
}

/* A list of streams with the number of what each is behind: of @count of these. */
struct stream_map {
	const char *key, *list, *what, *count_key;
	u64 count;
};

static int check_map(const struct stream_map *map, const struct replay_scan *scan, struct dmat_error *err)
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
			return dmat_fail(err, EINVAL, "%s: stream 0x%x: there is no %s %llu (%s is %llu)", map->key,
					 sid, map->what, number, map->count_key, map->count);
		if (!in_trace(scan, sid))
			return dmat_fail(err, EINVAL, "%s: the trace has no stream 0x%x", map->key, sid);
	}
	if (ret < 0)
		return dmat_fail(err, EINVAL, "%s: '%.80s' is not a list of SID=%s", map->key, map->list, map->what);
	return 0;
}

static int check_tbus(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	const struct fl_config *cfg = opt->cfg;
	const struct stream_map map = { "tbu.map", cfg->tbu.map, "TBU", "tbu.count", cfg->tbu.count };

	if (opt->kind->max_tbus && cfg->tbu.count > opt->kind->max_tbus)
		return dmat_fail(err, EINVAL, "tbu.count: %llu is more than the %u TBUs that an %s can have",
				 cfg->tbu.count, opt->kind->max_tbus, opt->kind->name);
	return check_map(&map, scan, err);
}

/* No stream is behind two IOMMUs. */
static int check_iommus(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	const struct fl_config *cfg = opt->cfg;
	const struct stream_map map = { "iommu.map", cfg->iommu.map, "IOMMU", "iommu.count", cfg->iommu.count };
	const char *at = map.list;
	char value[FL_LIST_VALUE];
	int code = check_map(&map, scan, err);
	u32 sid;

	while (!code && fl_list_next(&at, &sid, value, sizeof(value)) > 0)
		if (*at && fl_list_find(at, sid, value, sizeof(value)))
			code = dmat_fail(err, EINVAL, "iommu.map: stream 0x%x is behind one IOMMU, not two", sid);
	return code;
}

/* What an SMMUv3 can do with a fault is IDR0.STALL_MODEL's (6.3.1): either, never stall, or always stall. */
static int check_stall_model(const struct replay_options *opt, u32 sid, enum replay_faults faults,
			     struct dmat_error *err)
{
	u64 model = opt->cfg->smmuv3.stall_model;

	if (opt->kind != &iommu_kind_smmuv3)
		return 0;
	if (faults == REPLAY_STALL && model == FL_STALL_NEVER)
		return dmat_fail(err, EINVAL,
				 "smmuv3.stall_model=terminate: this SMMU never stalls, so the faults of stream 0x%x "
				 "cannot (--faults stall, or :stall)",
				 sid);
	if (faults == REPLAY_TERMINATE && model == FL_STALL_ALWAYS)
		return dmat_fail(err, EINVAL,
				 "smmuv3.stall_model=stall: every fault of this SMMU stalls, so those of stream 0x%x "
				 "cannot terminate (--faults terminate, or :terminate)",
				 sid);
	return 0;
}

/* The tables' memory is above the trace's; all of it is within what a VT-d addresses. */
static int check_addresses(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	const struct fl_config *cfg = opt->cfg;
	u64 base = cfg->os.table_base, bits = cfg->iommu.address_bits;

	if (scan->max_pa > base)
		return dmat_fail(err, EINVAL,
				 "the trace maps physical address 0x%llx, tables begin at os.table_base = 0x%llx",
				 scan->max_pa - 1, base);
	if (opt->kind == &iommu_kind_vtd && base + cfg->os.table_bytes > 1ULL << bits)
		return dmat_fail(err, EINVAL,
				 "iommu.address_bits=%llu: the tables, 0x%llx bytes (os.table_bytes) from 0x%llx on "
				 "(os.table_base), lie beyond 0x%llx",
				 bits, cfg->os.table_bytes, base, 1ULL << bits);
	return 0;
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
	return check_stall_model(opt, sid, k->faults, err);
}

int replay_check(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err)
{
	struct fl_config_error bad;
	struct stream_kind k;
	int code = check_streams(opt, scan, err);
	u32 i;

	if (!code && scan->pasid_bits && opt->kind == &iommu_kind_smmuv2)
		code = dmat_fail(err, EINVAL,
				 "the trace has PASIDs, and an SMMUv2 has none: it has one address space a stream");
	if (!code && opt->one_paged && !in_trace(scan, opt->paged))
		code = dmat_fail(err, EINVAL, "the trace has no stream 0x%x (--paged)", opt->paged);
	if (!code && fl_config_check(opt->cfg, &bad))
		code = dmat_fail(err, EINVAL, "%.200s", bad.text);
	if (!code)
		code = check_tbus(opt, scan, err);
	if (!code)
		code = check_iommus(opt, scan, err);
	for (i = 0; i < scan->n_sids && !code; i++) {
		k = stream_kind_of(opt, scan->sids[i]);
		code = check_kind(opt, scan->sids[i], &k, err);
	}
	if (!code && opt->warmup && opt->warmup >= scan->accesses * (opt->repeat ? opt->repeat : 1))
		code = dmat_fail(err, EINVAL, "the trace has no access behind the %llu that come first (--warmup)",
				 opt->warmup);
	if (!code && opt->cfg->master.kind == FL_MASTER_GPU && (opt->warmup || opt->kind->bypass))
		code = dmat_fail(err, EINVAL, "a GPU (master.kind) needs an IOMMU, and counts from the start");
	return code ? code : check_addresses(opt, scan, err);
}
