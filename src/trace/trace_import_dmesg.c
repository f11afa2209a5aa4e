// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Kernel logs. They come as people post them: with or without times and hosts, wrapped, cut off, some read off a
 * screen, some holding everything twice, several one after another. What is not about an IOMMU's faults is skipped; a
 * line that is, but cannot be read, becomes a mark.
 */
#include "trace_log.h"
#include <ctype.h>

#define JOIN_MAX 3

static enum trace_parse (*const parsers[])(struct trace_log *log, const char *text, bool last) = {
	trace_log_smmuv2, trace_log_smmuv3, trace_log_gpu, trace_log_dmar, trace_log_amdvi,
};

/* ---- giving out ---- */

static u64 hash_record(const struct dmat_record *rec)
{
	const u8 *p = (const u8 *)rec;
	u64 h = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < sizeof(*rec); i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h ? h : 1;
}

static bool grow_seen(struct trace_log *log)
{
	size_t room = log->seen_room ? 2 * log->seen_room : 256, i, at;
	u64 *grown = calloc(room, sizeof(*grown));

	if (!grown)
		return false;
	for (i = 0; i < log->seen_room; i++) {
		if (!log->seen[i])
			continue;
		for (at = log->seen[i] % room; grown[at]; at = (at + 1) % room)
			;
		grown[at] = log->seen[i];
	}
	free(log->seen);
	log->seen = grown;
	log->seen_room = room;
	return true;
}

/* Whether the record, with its time, was there before; it is from now on. */
static bool seen_before(struct trace_log *log, const struct dmat_record *rec)
{
	u64 h = hash_record(rec);
	size_t at;

	if (2 * log->seen_used >= log->seen_room && !grow_seen(log)) {
		log->error = dmat_fail(log->job->err, ENOMEM, "out of memory");
		return true;
	}
	for (at = h % log->seen_room; log->seen[at]; at = (at + 1) % log->seen_room) {
		if (log->seen[at] == h)
			return true;
	}
	log->seen[at] = h;
	log->seen_used++;
	return false;
}

static void put_new(struct trace_log *log, struct dmat_record *rec, bool with_access)
{
	int ret;

	if (!log->started) {
		log->started = true;
		log->start_ns = rec->time_ns;
		log->shift_ns = -rec->time_ns;
	}
	/* Time that goes back begins the log of another machine, or of another start of this one. */
	if ((s64)(rec->time_ns + log->shift_ns - log->job->last_ns) < 0)
		log->shift_ns = log->job->last_ns - rec->time_ns;
	rec->time_ns += log->shift_ns;
	ret = with_access && rec->kind == DMAT_FAULT ? trace_emit_fault(log->job, rec) : trace_emit(log->job, rec);
	if (ret)
		log->error = ret;
	log->emitted++;
}

static void put_record(struct trace_log *log, struct dmat_record *rec, bool with_access)
{
	if (!log->error && !(log->stamped && seen_before(log, rec)))
		put_new(log, rec, with_access);
}

void trace_log_emit(struct trace_log *log, struct dmat_record *rec)
{
	put_record(log, rec, true);
}

void trace_log_mark(struct trace_log *log, enum dmat_mark mark, u64 count)
{
	struct dmat_record rec;

	trace_log_flush_gpu(log, NULL);
	dmat_record_init(&rec, DMAT_MARK, log->stamp_ns);
	rec.code = mark;
	rec.size = count;
	trace_log_emit(log, &rec);
}

void trace_log_hint(struct trace_log *log, const struct dmat_record *event)
{
	struct dmat_record rec;

	if (log->error || (log->stamped && seen_before(log, event)))
		return;
	dmat_record_init(&rec, DMAT_MARK, event->time_ns);
	rec.code = DMAT_MARK_HINT;
	rec.size = 1;
	put_new(log, &rec, false);
}

void trace_log_flush_gpu(struct trace_log *log, const u64 *iova)
{
	struct dmat_record rec = log->gpu;

	if (!log->gpu_pending)
		return;
	log->gpu_pending = false;
	put_record(log, &rec, !iova || *iova != rec.iova);
}

/* ---- taking apart ---- */

/* "[    7.830005]", "437.569715]" with whatever stands before it; returns the text behind, and the time. */
static const char *strip_stamp(const char *line, bool *stamped, u64 *stamp_ns)
{
	const char *p, *bracket, *start;
	u64 seconds, micros;

	*stamped = false;
	for (bracket = strchr(line, ']'); bracket && bracket - line < 120; bracket = strchr(bracket + 1, ']')) {
		start = bracket;
		while (start > line && (isdigit((unsigned char)start[-1]) || start[-1] == '.'))
			start--;
		if (!trace_number(start, &p, &seconds) || *p != '.' || !trace_number(p + 1, &p, &micros) ||
		    p != bracket || bracket - strchr(start, '.') != 7 || seconds > 1ULL << 32)
			continue;
		*stamped = true;
		*stamp_ns = (seconds * 1000000 + micros) * 1000;
		return bracket + 1;
	}
	return line;
}

/* What a line that goes on in the next one repeats there. */
static const char *strip_prefix(const char *text)
{
	static const char *const prefixes[] = { "kernel:", "DMAR:", "AMD-Vi:" };
	const char *rest;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		rest = trace_scan(text, prefixes[i]);
		if (rest)
			text = rest;
	}
	return trace_scan(text, "");
}

static enum trace_parse parse(struct trace_log *log, const char *text, bool last)
{
	enum trace_parse result;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parsers); i++) {
		result = parsers[i](log, text, last);
		if (result != TRACE_NOT_MINE)
			return result;
	}
	return TRACE_NOT_MINE;
}

static void with_held_time(struct trace_log *log, bool enter)
{
	u64 stamp = log->stamp_ns;
	bool stamped = log->stamped;

	log->stamp_ns = log->held_stamp_ns;
	log->stamped = log->held_stamped;
	log->held_stamp_ns = stamp;
	log->held_stamped = stamped;
}

static void drop_held(struct trace_log *log)
{
	enum trace_parse result;

	if (!log->held[0])
		return;
	with_held_time(log, true);
	result = parse(log, log->held, true);
	if (result == TRACE_INCOMPLETE)
		trace_log_mark(log, DMAT_MARK_UNREADABLE, 1);
	with_held_time(log, false);
	log->held[0] = '\0';
}

/* Whether @text completes, or goes on with, the line that is held. */
static bool join_held(struct trace_log *log, const char *text)
{
	static const char *const glue[] = { " ", "" };
	char joined[sizeof(log->held)];
	enum trace_parse result = TRACE_INCOMPLETE;
	unsigned int i;

	text = strip_prefix(text);
	with_held_time(log, true);
	/* Wrapped at a blank, or wherever the screen ended. */
	for (i = 0; i < ARRAY_SIZE(glue) && result != TRACE_TAKEN; i++) {
		if (snprintf(joined, sizeof(joined), "%s%s%s", log->held, glue[i], text) < (int)sizeof(joined))
			result = parse(log, joined, false);
	}
	with_held_time(log, false);
	if (result == TRACE_TAKEN) {
		log->held[0] = '\0';
		return true;
	}
	if (log->stamped || ++log->joined == JOIN_MAX)
		return false;
	strcpy(log->held, joined);
	return true;
}

/* "N callbacks suppressed" */
static bool suppressed(struct trace_log *log, const char *text)
{
	const char *s = trace_find(text, " callbacks suppressed");
	u64 n;

	if (!s)
		return false;
	while (s > text && isdigit((unsigned char)s[-1]))
		s--;
	if (trace_scan_number(s, &n))
		trace_log_mark(log, DMAT_MARK_SUPPRESSED, n);
	return true;
}

/* Whether a line begins something of its own, so that it cannot go on with the one before. */
static bool begins_anew(const char *text)
{
	static const char *const heads[] = { "Unhandled context fault", "*** gpu fault", "*** fault",
					     "Event logged [",		"[DMA ",	 "event 0x",
					     "callbacks suppressed",	"FSR    =",	 "FSYNR0 =" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		if (trace_find(text, heads[i]))
			return true;
	}
	return false;
}

static int dmesg_line(void *state, struct trace_job *job)
{
	struct trace_log *log = state;
	const char *text;

	log->job = job;
	text = strip_stamp(job->line, &log->stamped, &log->stamp_ns);
	if (!*trace_scan(text, ""))
		return 0;
	if (log->event.open && trace_log_event_word(log, text))
		return log->error;
	if (log->held[0] && !begins_anew(text) && join_held(log, text))
		return log->error;
	drop_held(log);
	if (suppressed(log, text) || parse(log, text, false) != TRACE_INCOMPLETE)
		return log->error;
	snprintf(log->held, sizeof(log->held), "%s", text);
	log->joined = 0;
	log->held_stamp_ns = log->stamp_ns;
	log->held_stamped = log->stamped;
	return log->error;
}

static int dmesg_end(void *state, struct trace_job *job)
{
	struct trace_log *log = state;

	log->job = job;
	if (log->event.open)
		trace_log_event_word(log, "");
	drop_held(log);
	trace_log_flush_gpu(log, NULL);
	if (!log->error && !log->emitted) {
		job->err->line = 0;
		return dmat_fail(job->err, EINVAL, "no line tells of a fault");
	}
	return log->error;
}

static bool dmesg_detect(const char *line)
{
	return begins_anew(line) || trace_find(line, "DMAR: DRHD: handling fault") ||
	       trace_find(line, "Unexpected global fault") || trace_find(line, "GFSR 0x") ||
	       trace_find(line, "overflow detected -- ") || trace_find(line, "AMD-Vi: Event logged");
}

static void *dmesg_begin(void)
{
	return calloc(1, sizeof(struct trace_log));
}

static void dmesg_free(void *state)
{
	struct trace_log *log = state;

	free(log->seen);
	free(log);
}

const struct trace_importer trace_import_dmesg = {
	.name = "dmesg",
	.summary = "kernel log: faults of arm-smmu, qcom_iommu, arm-smmu-v3, DMAR, AMD-Vi, drm/msm",
	.detect = dmesg_detect,
	.begin = dmesg_begin,
	.line = dmesg_line,
	.end = dmesg_end,
	.free = dmesg_free,
};
