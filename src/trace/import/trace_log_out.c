// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From the messages of a kernel's log to records, in their order, each once. */
#include "smmuv3_spec.h"
#include "trace_log_priv.h"
#include <stdlib.h>
#include <time.h>

struct dmat_record *trace_msg_record(struct trace_msg *m, enum dmat_kind kind, enum dmat_model model)
{
	struct dmat_record *rec = &m->rec[0];

	m->recs = 1;
	dmat_record_init(rec, kind, 0);
	rec->model = model;
	return rec;
}

enum trace_state trace_msg_mark(struct trace_msg *m, enum dmat_mark mark, u64 count)
{
	struct dmat_record *rec = trace_msg_record(m, DMAT_MARK, DMAT_MODEL_NONE);

	rec->code = mark;
	rec->size = count;
	return TRACE_DONE;
}

/* ---- giving out ---- */

static u64 hash_bytes(u64 h, const void *data, size_t n)
{
	const u8 *p = data;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

/* The place of @h among the last ones, or among those before: it is there, or the slot is free. */
static u64 *seen_slot(u64 *seen, u64 h)
{
	u32 at = h % TRACE_SEEN;

	while (seen[at] && seen[at] != h)
		at = (at + 1) % TRACE_SEEN;
	return &seen[at];
}

/* Whether the record of @device, with its time, was there before; it is from now on. So many are known, not all. */
static bool seen_before(struct trace_log *log, const struct dmat_record *rec, const char *device)
{
	u64 h = hash_bytes(hash_bytes(0xcbf29ce484222325ULL, rec, sizeof(*rec)), device, strlen(device)), *swap;

	h = h ? h : 1;
	if (*seen_slot(log->seen[0], h) || *seen_slot(log->seen[1], h))
		return true;
	if (2 * log->seen_used >= TRACE_SEEN) {
		swap = log->seen[1];
		log->seen[1] = log->seen[0];
		log->seen[0] = swap;
		memset(swap, 0, TRACE_SEEN * sizeof(*swap));
		log->seen_used = 0;
	}
	*seen_slot(log->seen[0], h) = h;
	log->seen_used++;
	return false;
}

static void start(struct trace_log *log, const struct trace_stamp *stamp, u64 ns, const char *device)
{
	time_t seconds = stamp->wall_ns / NSEC_PER_SEC;
	char text[40];
	struct tm tm;

	log->started = true;
	log->clock = stamp->clock;
	log->shift_ns = -ns;
	if (stamp->wall_ns && gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), stamp->year ? "%Y-%m-%dT%H:%M:%S" : "%m-%dT%H:%M:%S", &tm))
		log->error = dmat_writer_meta(log->job->writer, "wall_clock", text);
	if (!log->error && *device) {
		snprintf(log->iommu, sizeof(log->iommu), "%s", device);
		log->error = dmat_writer_meta(log->job->writer, "iommu", device);
	}
}

/* The trace's time of @ns; time that goes back, or another clock, begins something of its own. */
static u64 trace_time(struct trace_log *log, const struct trace_stamp *stamp, u64 ns)
{
	s64 ahead;

	if (stamp->clock && log->clock && stamp->clock != log->clock)
		log->shift_ns = log->job->last_ns - ns;
	if (stamp->clock)
		log->clock = stamp->clock;
	/* So far forward is another log, too: a year that is not told is 1970. Times do not grow over 64 bits. */
	ahead = (s64)(ns + log->shift_ns - log->job->last_ns);
	if (ahead < 0 || ahead > (s64)(log->job->last_ns >> 62 ? 0 : 366 * 86400 * NSEC_PER_SEC))
		log->shift_ns = log->job->last_ns - ns;
	return ns + log->shift_ns;
}

static void name_iommu(struct trace_log *log, u64 time_ns, const char *device)
{
	struct dmat_record rec;

	if (!*device || !strcmp(device, log->iommu))
		return;
	snprintf(log->iommu, sizeof(log->iommu), "%s", device);
	dmat_record_init(&rec, DMAT_MARK, time_ns);
	rec.code = DMAT_MARK_IOMMU;
	dmat_record_set_text(&rec, device);
	log->error = trace_emit(log->job, &rec);
}

static void put_record(struct trace_log *log, const struct trace_stamp *stamp, struct dmat_record *rec,
		       const char *device, bool with_access)
{
	int ret;

	if (log->error)
		return;
	rec->time_ns = stamp->ns;
	if (stamp->fine && seen_before(log, rec, device)) {
		log->job->stats->repeated++;
		return;
	}
	/* A page request hint (7.3.19) announces accesses that may never come: neither a fault nor an access. */
	if (rec->kind == DMAT_FAULT && rec->model == DMAT_MODEL_SMMUV3 && rec->code == SMMUV3_E_PAGE_REQUEST) {
		dmat_record_init(rec, DMAT_MARK, stamp->ns);
		rec->code = DMAT_MARK_HINT;
		rec->size = 1;
	}
	if (!log->started)
		start(log, stamp, stamp->ns, device);
	rec->time_ns = trace_time(log, stamp, stamp->ns);
	if (rec->kind != DMAT_MARK && !log->error)
		name_iommu(log, rec->time_ns, device);
	if (log->error)
		return;
	if (rec->kind == DMAT_MARK && rec->code == DMAT_MARK_SUPPRESSED)
		log->job->stats->suppressed += rec->size;
	log->job->stats->overflows += rec->kind == DMAT_MARK &&
				      (rec->code == DMAT_MARK_EVTQ_LOST || rec->code == DMAT_MARK_PRIQ_LOST);
	ret = with_access && rec->kind == DMAT_FAULT ? trace_emit_fault(log->job, rec) : trace_emit(log->job, rec);
	if (ret)
		log->error = ret;
	log->emitted++;
}

/* @iova: of the IOMMU's own line about the same fault, which makes the record of an access superfluous; NULL: no such line */
static void flush_gpu(struct trace_log *log, const u64 *iova)
{
	struct dmat_record rec = log->gpu;

	if (!log->gpu_pending)
		return;
	log->gpu_pending = false;
	put_record(log, &log->gpu_stamp, &rec, "", !iova || *iova != rec.iova);
}

static u32 space_of(struct trace_log *log, u64 ttbr0)
{
	unsigned int i;

	for (i = 0; i < log->ttbrs; i++) {
		if (log->ttbr[i] == ttbr0)
			return i + 1;
	}
	if (!ttbr0 || log->ttbrs == ARRAY_SIZE(log->ttbr))
		return DMAT_DOMAIN_NONE;
	log->ttbr[log->ttbrs++] = ttbr0;
	return log->ttbrs;
}

static void unreadable(struct trace_log *log, const struct trace_msg *m)
{
	int ret;

	if (log->error)
		return;
	flush_gpu(log, NULL);
	if (!log->started)
		start(log, &m->stamp, m->stamp.ns, m->device);
	ret = trace_unreadable(log->job, trace_time(log, &m->stamp, m->stamp.ns), m->line, m->text, "");
	if (ret)
		log->error = ret;
	log->emitted++;
}

/* Whether the names of an event, which were wrapped, repeat the words before them. */
static bool repeats_words(struct trace_log *log, const struct trace_msg *m)
{
	unsigned int i;

	for (i = 0; m->family == &trace_smmuv3_named && i < log->msgs && log->msg[i] != m; i++) {
		struct trace_msg *e = log->msg[i];

		if (e->family == &trace_smmuv3_event && !strcmp(e->device, m->device) && e->state == TRACE_DONE &&
		    e->family->takes(e, m->text))
			return true;
	}
	return false;
}

static void put_out(struct trace_log *log, struct trace_msg *m)
{
	m->out = true;
	if (m->state == TRACE_DONE && repeats_words(log, m))
		return;
	if (m->state == TRACE_BAD) {
		unreadable(log, m);
		return;
	}
	if (m->state == TRACE_OTHER) {
		log->job->stats->foreign++;
		return;
	}
	if (m->rec[0].model == DMAT_MODEL_GPU) {
		flush_gpu(log, NULL);
		log->gpu = m->rec[0];
		log->gpu.domain = space_of(log, m->rec[0].word[0]);
		log->gpu_stamp = m->stamp;
		log->gpu_pending = true;
		return;
	}
	flush_gpu(log, m->rec[0].model == DMAT_MODEL_SMMUV2 ? &m->rec[0].iova : NULL);
	put_record(log, &m->stamp, &m->rec[0], m->device, !m->no_access);
}

bool trace_log_whole(const struct trace_msg *m)
{
	return m->state == TRACE_DONE || m->state == TRACE_BAD || m->state == TRACE_OTHER;
}

/* No more of @m comes. */
void trace_log_finish(struct trace_msg *m)
{
	if (trace_log_whole(m))
		return;
	m->state = m->family->look(m, true);
	if (m->state == TRACE_OPEN)
		m->state = TRACE_BAD;
	if (m->state == TRACE_WAITS)
		m->state = TRACE_DONE;
}

/* Whether nothing more is expected of the message at @i. */
static bool is_old(const struct trace_log *log, unsigned int i, bool all)
{
	return all || log->number - log->msg[i]->touched > PATIENCE || i + MSGS < log->msgs;
}

/* Drop old messages that were put out. */
static void forget(struct trace_log *log, bool all)
{
	unsigned int i, kept = 0, n = log->msgs;

	for (i = 0; i < n; i++) {
		struct trace_msg *m = log->msg[i];

		if (!m->out || !is_old(log, i, all)) {
			log->msg[kept++] = m;
			continue;
		}
		if (log->last == m)
			log->last = NULL;
		free(m);
	}
	log->msgs = kept;
}

/* Put out, in their order, the messages before the first that is not whole. Old ones no longer wait. */
void trace_log_advance(struct trace_log *log, bool all)
{
	bool blocked = false;
	unsigned int i;

	for (i = 0; i < log->msgs; i++) {
		struct trace_msg *m = log->msg[i];

		if (is_old(log, i, all))
			trace_log_finish(m);
		blocked |= !trace_log_whole(m);
		if (!blocked && !m->out)
			put_out(log, m);
	}
	/* Only now: a message may be held against those before it. */
	forget(log, all);
}

void trace_log_flush(struct trace_log *log)
{
	flush_gpu(log, NULL);
}
