// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_replay.h"
#include "board_read.h"
#include "find.h"
#include "replay_os.h"

/* The board's IOMMUs that streams of the trace are behind, in order of appearance, and the lists of config keys. */
struct placing {
	const struct board *b;
	u32 iommu[FL_MAX_IOMMUS];
	u32 n_iommus;
	char streams[FL_LIST_MAX], iommus[FL_LIST_MAX];
};

/* The entry of a host's map whose StreamIDs have @sid. */
static const struct board_map *find_map(const struct board_master *m, u32 sid)
{
	for_each_of(x, m->map, m->n_maps) {
		if (x->iommu != BOARD_NONE &&
		    (x->single || x->mask ? !((sid ^ x->id) & ~x->mask) : sid >= x->id && sid - x->id < x->length))
			return x;
	}
	return NULL;
}

/* The device whose stream @sid is, and the IOMMU that it is behind; NULL: nobody's. */
static const struct board_master *find_owner(const struct board *b, u32 sid, u32 *iommu)
{
	const struct board_map *map;
	u32 k;

	for_each_of(m, b->master, b->n_masters) {
		for (k = 0; m->enabled && k < m->n_streams; k++) {
			*iommu = m->stream[k].iommu;
			if (*iommu != BOARD_NONE && !((sid ^ m->stream[k].id) & ~m->stream[k].mask))
				return m;
		}
		map = m->enabled ? find_map(m, sid) : NULL;
		if (map) {
			*iommu = map->iommu;
			return m;
		}
	}
	return NULL;
}

/* What master.streams says of it. A function's ability to ask for pages is in no firmware table of a device tree. */
static const char *kind_of(const struct board *b, const struct board_master *m, u32 iommu)
{
	enum board_stall stall = b->iommu[iommu].stall;
	bool stalls = stall == BOARD_STALL_FORCED || (m->can_stall && stall != BOARD_STALL_NONE);

	if (m->role == BOARD_ROLE_PCIE || (m->pci && !m->amba))
		return m->ats && m->pri		     ? "pcie-ats:pri"
		       : stall == BOARD_STALL_FORCED ? "pcie:stall"
						     : "pcie:terminate";
	return stalls ? "platform:stall" : "platform:terminate";
}

static int append(char *list, const char *fmt, u32 sid, const char *what)
{
	size_t at = strlen(list);
	int n = snprintf(list + at, FL_LIST_MAX - at, fmt, at ? "," : "", sid, what);

	return n > 0 && (size_t)n < FL_LIST_MAX - at ? CLI_OK : cli_fail("replay: --board: too many streams");
}

static u32 iommu_number(struct placing *p, u32 iommu)
{
	u32 i;

	for (i = 0; i < p->n_iommus && p->iommu[i] != iommu; i++)
		;
	if (i == p->n_iommus && i < FL_MAX_IOMMUS)
		p->iommu[p->n_iommus++] = iommu;
	return i;
}

static int place(struct placing *p, u32 sid)
{
	const struct board_master *m;
	const struct board_iommu *u;
	char number[16];
	u32 iommu, n;
	int status;

	m = find_owner(p->b, sid, &iommu);
	if (!m)
		return cli_fail("%s: no enabled device uses stream 0x%x of the trace", p->b->file, sid);
	u = &p->b->iommu[iommu];
	if (u->model != p->b->iommu[p->n_iommus ? p->iommu[0] : iommu].model ||
	    (u->model != BOARD_SMMUV2 && u->model != BOARD_SMMUV3))
		return cli_fail(
			"%s: %s: stream 0x%x of the trace is behind %s: all are to be behind SMMUv2, or all behind "
			"SMMUv3",
			p->b->file, u->at.path, sid, board_model_names[u->model]);
	n = iommu_number(p, iommu);
	if (n == FL_MAX_IOMMUS)
		return cli_fail("%s: streams of the trace are behind more than %u IOMMUs", p->b->file, FL_MAX_IOMMUS);
	snprintf(number, sizeof(number), "%u", n);
	status = append(p->streams, "%s0x%x=%s", sid, kind_of(p->b, m, iommu));
	return status ? status : append(p->iommus, "%s0x%x=%s", sid, number);
}

/* As if it had been typed. */
static int give(struct run_replay *r, int opt, const char *name, const char *value)
{
	struct option row = { name, required_argument, NULL, opt };

	optarg = (char *)value;
	return run_replay_take_row(r, &row);
}

static int give_key(struct run_replay *r, const char *key, const char *value)
{
	char text[FL_LIST_MAX + 64];

	snprintf(text, sizeof(text), "%s=%s", key, value);
	return give(r, RUN_SET, "set", text);
}

static int give_all(struct run_replay *r, const struct placing *p)
{
	const struct board_iommu *u = &p->b->iommu[p->iommu[0]];
	char number[16];
	int status;

	/* cfcfg is 0 where it follows the devices. */
	if (r->common.cfg.master.streams[0] || r->common.cfg.smmuv2.cfcfg)
		return cli_usage("replay", "replay: with --board it is the board that says what master.streams and "
					   "smmuv2.cfcfg are");
	status = give(r, RUN_IOMMU, "iommu", u->model == BOARD_SMMUV2 ? "smmuv2" : "smmuv3");

	if (!status && !r->have_faults)
		status = give(r, RUN_FAULTS, "faults", "terminate");
	if (!status)
		status = give_key(r, "master.streams", p->streams);
	snprintf(number, sizeof(number), "%u", p->n_iommus);
	if (!status && p->n_iommus > 1)
		status = give_key(r, "iommu.count", number);
	if (!status && p->n_iommus > 1)
		status = give_key(r, "iommu.map", p->iommus);
	snprintf(number, sizeof(number), "%u", u->stall_max);
	if (!status && u->model == BOARD_SMMUV3 && u->stall_max != BOARD_NONE && u->stall_max)
		status = give_key(r, "smmuv3.stall_max", number);
	return status;
}

static int place_all(struct placing *p, const struct replay_scan *scan)
{
	int status = CLI_OK;
	u32 i;

	for (i = 0; !status && i < scan->n_sids; i++)
		status = place(p, scan->sids[i]);
	return !status && !p->n_iommus ? cli_fail("replay: --board: the trace has no stream") : status;
}

int board_replay(struct run_replay *r, const char *file)
{
	struct replay_scan *scan = calloc(1, sizeof(*scan));
	struct placing *p = calloc(1, sizeof(*p));
	struct board_error board_err;
	struct dmat_error err;
	struct board b;
	int status;

	if (!scan || !p) {
		status = cli_fail("replay: out of memory");
	} else if (replay_scan(r->common.run.trace, scan, &err)) {
		status = cli_fail_error(&err);
	} else if (board_read(&b, file, NULL, 0, &board_err)) {
		status = cli_fail("%s", board_err.text);
	} else {
		p->b = &b;
		status = place_all(p, scan);
		if (!status)
			status = give_all(r, p);
		board_free(&b);
	}
	free(p);
	free(scan);
	return status;
}
