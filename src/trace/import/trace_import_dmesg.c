// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Kernel logs. They come as people post them: with or without times and hosts, wrapped, cut off, some read off a
 * screen, some holding everything twice, several one after another. Lines that belong together are gathered into a
 * message, one for each IOMMU that is in the middle of one; its family reads it. What is not about an IOMMU's faults
 * is skipped; what is, but cannot be read, becomes a mark.
 */
#include "trace_log_priv.h"
#include <ctype.h>
#include <stdlib.h>

#define ORDER_SLOP (10 * NSEC_PER_SEC)

static bool is_hex_token(const char *s, size_t n)
{
	return n && strspn(s, "0123456789abcdefABCDEF") >= n;
}

/* Whether a number was cut in two where one line ends and the next, @next, begins. */
static bool cut_number(const char *text, const char *next)
{
	size_t n = strlen(text), have = 0, more = strspn(next, "0123456789abcdefABCDEF");
	bool x;

	while (have < n && isxdigit((unsigned char)text[n - have - 1]))
		have++;
	x = have < n && text[n - have - 1] == 'x';
	if (!have || !is_hex_token(next, more) || isalnum((unsigned char)next[more]))
		return false;
	return x || (have < n && (text[n - have - 1] == '=' || text[n - have - 1] == ' '));
}

static void append(struct trace_log *log, struct trace_msg *m, const char *body, bool wrapped)
{
	size_t n = strlen(m->text);
	const char *glue = wrapped && cut_number(m->text, body) ? "" : " ";

	m->touched = log->number;
	if (log->stamped)
		m->last_ns = log->stamp.ns;
	log->last = m;
	if (m->out)
		return;
	snprintf(m->text + n, sizeof(m->text) - n, "%s%s", glue, body);
	m->recs = 0;
	m->state = m->family->look(m, false);
}

/* Whether a line with the time of this one may belong to @m: its lines do not go back. */
static bool fits_time(const struct trace_log *log, const struct trace_msg *m)
{
	if (!log->stamped || !m->stamp.clock || m->stamp.clock != log->stamp.clock)
		return true;
	return log->stamp.ns >= m->last_ns && log->stamp.ns - m->last_ns < ORDER_SLOP;
}

static bool offer(struct trace_log *log, const struct trace_line *l)
{
	unsigned int i;

	for (i = log->msgs; i-- > 0;) {
		struct trace_msg *m = log->msg[i];

		if (*l->device && strcmp(l->device, m->device))
			continue;
		/* Without a name it is not another's, but it must be needed. */
		if (!*l->device && *m->device && log->stamped && m->out)
			continue;
		if (!m->family->takes || !fits_time(log, m) || !m->family->takes(m, l->body))
			continue;
		append(log, m, l->body, false);
		return true;
	}
	return false;
}

/* A new message of a family ends the one that the same IOMMU was in the middle of. */
static void begin(struct trace_log *log, const struct trace_family *family, const struct trace_line *l, u64 number)
{
	struct trace_msg *m = calloc(1, sizeof(*m));
	unsigned int i;

	if (!m) {
		log->error = dmat_fail(log->job->err, ENOMEM, "out of memory");
		return;
	}
	for (i = 0; i < log->msgs; i++) {
		if (log->msg[i]->family == family && !strcmp(log->msg[i]->device, l->device))
			trace_log_finish(log->msg[i]);
	}
	m->family = family;
	snprintf(m->device, sizeof(m->device), "%s", l->device);
	snprintf(m->driver, sizeof(m->driver), "%s", l->driver);
	snprintf(m->text, sizeof(m->text), "%s", l->text);
	m->line = number;
	m->stamp = log->stamp;
	m->last_ns = log->stamp.ns;
	m->touched = log->number;
	m->state = family->look(m, false);
	log->msg[log->msgs++] = m;
	log->last = m;
}

/* Take a line that begins a message, or goes on with one. */
static bool take(struct trace_log *log, const char *text, u64 number)
{
	const struct trace_family *family;
	struct trace_line l = { .text = text };

	trace_line_device(&l);
	if (offer(log, &l))
		return true;
	family = trace_by_head(text);
	if (!family && (*l.device || log->stamped))
		family = trace_by_content(&l);
	if (!family)
		return false;
	begin(log, family, &l, number);
	return true;
}

static void drop_tail(struct trace_log *log)
{
	if (!log->tail[0])
		return;
	if (trace_suspicious(log->tail)) {
		struct trace_msg *m;
		struct trace_line l = { .text = log->tail };

		/* In the order of the messages. */
		trace_line_device(&l);
		m = calloc(1, sizeof(*m));
		if (!m) {
			log->error = dmat_fail(log->job->err, ENOMEM, "out of memory");
			return;
		}
		m->family = &trace_suppressed;
		snprintf(m->text, sizeof(m->text), "%s", log->tail);
		m->line = log->tail_line;
		m->stamp = log->stamp;
		m->touched = log->number;
		m->state = TRACE_BAD;
		log->msg[log->msgs++] = m;
	} else {
		log->job->stats->foreign++;
	}
	log->tail[0] = '\0';
}

/* Go on with the lines that belong to no message: a head, or the name of the IOMMU, may be wrapped. */
static void grow_tail(struct trace_log *log, const char *text)
{
	char joined[2 * TAIL];

	if (!log->tail[0])
		log->tail_line = log->number;
	snprintf(joined, sizeof(joined), "%s%s%.200s", log->tail, log->tail[0] ? " " : "", text);
	if (strlen(joined) >= TAIL) {
		drop_tail(log);
		log->tail_line = log->number;
		snprintf(joined, sizeof(joined), "%.200s", text);
	}
	snprintf(log->tail, sizeof(log->tail), "%.*s", TAIL - 1, joined);
}

/* A line without a time, behind one that it may go on with. */
static void wrapped_line(struct trace_log *log, const char *text)
{
	struct trace_msg *before = log->last;
	char joined[2 * TAIL];
	struct trace_line l = { .text = text };

	trace_line_device(&l);
	/* What the lines before tell of is not what this one begins. */
	if (log->tail[0] && trace_by_head(text) && trace_suspicious(log->tail))
		drop_tail(log);
	if (log->tail[0]) {
		snprintf(joined, sizeof(joined), "%s %.250s", log->tail, text);
		log->last = NULL;
		if ((!*l.device || !trace_by_head(text)) && take(log, joined, log->tail_line)) {
			log->tail[0] = '\0';
			return;
		}
	} else if (before && !*l.device && !*l.driver && !trace_by_head(text)) {
		if (!trace_log_whole(before) || !trace_suspicious(text)) {
			if (!trace_log_whole(before) || offer(log, &l))
				append(log, before, text, true);
			else
				before->touched = log->number;
			log->last = before;
			return;
		}
	}
	if (*l.device || trace_by_head(text) || trace_suspicious(text))
		drop_tail(log);
	log->last = NULL;
	if (!take(log, text, log->number))
		grow_tail(log, text);
	else
		log->tail[0] = '\0';
}

/* A line about something else, where no message waits for one. */
static bool passes_by(struct trace_log *log, const char *line)
{
	size_t n;

	if (log->msgs && !log->msg[log->msgs - 1]->out)
		return false;
	/* A line with a time does not go on with those before it. */
	if (trace_has_quad(&log->quads, line) || (*line != '[' && trace_has_quad(&log->quads, log->tail)))
		return false;
	drop_tail(log);
	log->last = NULL;
	log->job->stats->foreign++;
	n = strnlen(line, sizeof(log->passed) - 1);
	memcpy(log->passed, line, n);
	log->passed[n] = '\0';
	log->passed_number = log->number;
	return true;
}

/* The line that passed by just now goes on in this one, which has no time. */
static void call_back(struct trace_log *log)
{
	u64 number = log->number;
	struct trace_stamp stamp = log->stamp;
	const char *text;

	if (log->tail[0] || log->passed_number != number - 1)
		return;
	text = trace_strip_stamp(log->passed, &stamp);
	if (!*text)
		return;
	if (stamp.clock)
		log->stamp = stamp;
	log->job->stats->foreign--;
	log->number = number - 1;
	grow_tail(log, text);
	log->number = number;
}

static int dmesg_line(void *state, struct trace_job *job)
{
	struct trace_log *log = state;
	struct trace_stamp stamp = log->stamp;
	const char *text;

	log->job = job;
	log->number = job->err->line;
	if (passes_by(log, job->line))
		return log->error;
	text = trace_strip_stamp(job->line, &stamp);
	log->stamped = stamp.clock != TRACE_CLOCK_NONE;
	if (log->stamped) {
		log->stamp = stamp;
	} else {
		call_back(log);
		log->stamp.fine = false;
	}
	if (log->stamped)
		drop_tail(log);
	if (!*text) {
		log->job->stats->foreign += !log->stamped;
		return log->error;
	}
	if (!log->stamped) {
		wrapped_line(log, text);
	} else {
		log->last = NULL;
		if (!take(log, text, log->number))
			grow_tail(log, text);
	}
	trace_log_advance(log, false);
	return log->error;
}

static int dmesg_end(void *state, struct trace_job *job)
{
	struct trace_log *log = state;

	log->job = job;
	drop_tail(log);
	trace_log_advance(log, true);
	trace_log_flush(log);
	if (!log->error && !log->emitted) {
		job->err->line = 0;
		return dmat_fail(job->err, EINVAL, "no line tells of a fault");
	}
	return log->error;
}

static bool dmesg_detect(const char *line)
{
	return trace_by_head(line) || trace_find(line, "DMAR: DRHD: handling fault") || trace_find(line, "FSR    =") ||
	       trace_find(line, "FSYNR0 =") || trace_find(line, "GFSR 0x") || trace_suspicious(line);
}

static void dmesg_free(void *state)
{
	struct trace_log *log = state;
	unsigned int i;

	for (i = 0; i < log->msgs; i++)
		free(log->msg[i]);
	free(log->seen[0]);
	free(log->seen[1]);
	free(log);
}

static void *dmesg_begin(void)
{
	struct trace_log *log = calloc(1, sizeof(*log));
	u32 i;

	for (i = 0; log && i < 2; i++) {
		log->seen[i] = calloc(TRACE_SEEN, sizeof(*log->seen[i]));
		if (!log->seen[i]) {
			dmesg_free(log);
			log = NULL;
		}
	}
	if (log)
		trace_learn_quads(&log->quads);
	return log;
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
