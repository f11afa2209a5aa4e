// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_os.h"

static int add_sid(struct replay_scan *scan, u32 sid, u64 accesses, struct dmat_error *err)
{
	u32 i;

	for (i = 0; i < scan->n_sids && scan->sids[i] != sid; i++)
		;
	if (i == REPLAY_MAX_STREAMS)
		return dmat_fail(err, EINVAL, "more than %d streams", REPLAY_MAX_STREAMS);
	scan->sids[i] = sid;
	scan->sid_accesses[i] += accesses;
	scan->n_sids += i == scan->n_sids;
	return 0;
}

static void note_pasid(struct replay_scan *scan, u32 pasid)
{
	while (pasid >> scan->pasid_bits)
		scan->pasid_bits++;
}

static int scan_record(struct replay_scan *scan, const struct dmat_record *rec, struct dmat_error *err)
{
	if (!scan->records++)
		scan->first_ns = rec->time_ns;
	scan->last_ns = rec->time_ns;
	if (rec->flags & DMAT_F_PASID)
		note_pasid(scan, rec->pasid);
	switch (rec->kind) {
	case DMAT_MAP:
		if (rec->pa + rec->size > scan->max_pa)
			scan->max_pa = rec->pa + rec->size;
		return 0;
	case DMAT_ACCESS:
		scan->accesses++;
		scan->dependent |= !!(rec->flags & DMAT_F_AFTER);
		return add_sid(scan, rec->sid, 1, err);
	case DMAT_ATTACH:
		return add_sid(scan, rec->sid, 0, err);
	case DMAT_FAULT:
		if (!scan->fault_code[rec->model])
			scan->fault_code[rec->model] = rec->code;
		scan->faults++;
		return 0;
	case DMAT_PAGE_REQUEST:
		scan->faults++;
		return 0;
	}
	return 0;
}

int replay_scan(const char *path, struct replay_scan *scan, struct dmat_error *err)
{
	struct dmat_record *block = calloc(DMAT_BLOCK, sizeof(*block));
	struct dmat_reader *reader;
	ssize_t i, n = 0;
	int code = 0;

	memset(scan, 0, sizeof(*scan));
	if (!block)
		return dmat_fail(err, ENOMEM, "out of memory");
	code = dmat_reader_open(&reader, path, 0, err);
	if (code) {
		free(block);
		return code;
	}
	while (!code && (n = dmat_read_block(reader, block, DMAT_BLOCK)) > 0)
		for (i = 0; i < n && !code; i++)
			code = scan_record(scan, &block[i], err);
	dmat_reader_close(reader);
	free(block);
	return code ? code : (int)(n < 0 ? n : 0);
}

int replay_scan_run(const struct replay_options *opt, struct replay_scan *scan, struct dmat_error *err)
{
	if (!opt->scanned)
		return replay_scan(opt->trace, scan, err);
	*scan = *opt->scanned;
	return 0;
}
