// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Kernel logs. They come as people post them: with or without times and hosts, wrapped, cut off, some read off a
 * screen, some holding everything twice, several one after another. Lines that belong together are gathered into a
 * message, one for each IOMMU that is in the middle of one; its family reads it. What is not about an IOMMU's faults
 * is skipped; what is, but cannot be read, becomes a mark.
 */
#include "smmuv3_spec.h"
#include "trace_log.h"
#include <ctype.h>
#include <strings.h>
#include <time.h>

#define MSGS	   32
#define PATIENCE   24  /* lines that a message waits for its rest */
#define TAIL	   256 /* bytes of lines that a head may be wrapped over */
#define QUADS	   65536
#define ORDER_SLOP (10 * NSEC_PER_SEC)

static const struct trace_family *const families[] = {
	&trace_smmuv2_context,
	&trace_smmuv2_global,
	&trace_smmuv3_event,
	&trace_smmuv3_named,
	&trace_smmuv3_gerror,
	&trace_smmuv3_cmdq,
	&trace_smmuv3_request,
	&trace_smmuv3_overflow,
	&trace_gpu,
	&trace_dmar,
	&trace_dmar_request,
	&trace_dmar_overflow,
	&trace_amd,
	&trace_amd_dte,
	&trace_suppressed,
	&trace_mtk,
	&trace_mali,
	&trace_rockchip,
	&trace_kgsl,
	&trace_tegra,
	&trace_dart,
	&trace_virtio,
	&trace_smmuv2_pair,
};

/**
 * struct trace_log - a kernel log that is being imported
 * @job: the import
 * @error: -errno of an output that failed: the import ends
 * @stamp: of the current line, or of the last one that had a time
 * @stamped: the current line has a time
 * @number: of the current line
 * @started: a record was written
 * @clock: of the last record
 * @shift_ns: added to the log's times, so that the first is 0 and logs of several machines follow each other
 * @msg: messages by their beginning, oldest first
 * @msgs: number of @msg
 * @last: the message that the line before belonged to, or NULL
 * @tail: lines before this one that belong to no message, joined
 * @tail_line: number of the first of them
 * @gpu_pending: @gpu waits for the IOMMU's own line
 * @gpu: the fault that a GPU's driver has told
 * @iommu: name of the IOMMU of the last fault
 * @ttbr: address spaces of GPU contexts: number in the table + 1
 * @ttbrs: number of @ttbr in use
 * @seen: hashes of what was written, for logs that hold everything twice
 * @seen_room: number of @seen allocated
 * @seen_used: number of @seen in use
 * @passed: the last line that passed by, if it is short
 * @passed_number: its number
 * @quads: a bit for each hash of the four letters that begin a word of such messages
 */
struct trace_log {
	struct trace_job *job;
	int error;
	struct trace_stamp stamp;
	bool stamped;
	u64 number;
	bool started;
	enum trace_clock clock;
	u64 shift_ns;
	u64 emitted;
	struct trace_msg *msg[MSGS + 4];
	unsigned int msgs;
	struct trace_msg *last;
	char tail[TAIL];
	u64 tail_line;
	bool gpu_pending;
	struct dmat_record gpu;
	struct trace_stamp gpu_stamp;
	char iommu[48];
	u64 ttbr[64];
	unsigned int ttbrs;
	u64 *seen;
	size_t seen_room, seen_used;
	u8 quads[QUADS / 8];
	char passed[128];
	u64 passed_number;
};

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

/* Whether the record of @device, with its time, was there before; it is from now on. */
static bool seen_before(struct trace_log *log, const struct dmat_record *rec, const char *device)
{
	u64 h = hash_bytes(hash_bytes(0xcbf29ce484222325ULL, rec, sizeof(*rec)), device, strlen(device));
	size_t at;

	h = h ? h : 1;
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
	if (stamp->clock && log->clock && stamp->clock != log->clock)
		log->shift_ns = log->job->last_ns - ns;
	if (stamp->clock)
		log->clock = stamp->clock;
	if ((s64)(ns + log->shift_ns - log->job->last_ns) < 0)
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

static bool is_whole(const struct trace_msg *m)
{
	return m->state == TRACE_DONE || m->state == TRACE_BAD || m->state == TRACE_OTHER;
}

/* No more of @m comes. */
static void finish(struct trace_msg *m)
{
	if (is_whole(m))
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
static void advance(struct trace_log *log, bool all)
{
	bool blocked = false;
	unsigned int i;

	for (i = 0; i < log->msgs; i++) {
		struct trace_msg *m = log->msg[i];

		if (is_old(log, i, all))
			finish(m);
		blocked |= !is_whole(m);
		if (!blocked && !m->out)
			put_out(log, m);
	}
	/* Only now: a message may be held against those before it. */
	forget(log, all);
}

/* ---- taking apart ---- */

struct line {
	const char *text; /* without what stands before it */
	const char *body; /* behind the names of driver and IOMMU */
	char driver[24];
	char device[48];
};

static const char *const drivers[] = {
	"arm-smmu-v3", "arm-smmu",     "qcom-iommu-ctx", "qcom-iommu", "qcom_iommu", "mtk-iommu",
	"mtk_iommu",   "rk_iommu",     "panfrost",	 "panthor",    "apple-dart", "tegra-mc",
	"kgsl",	       "virtio_iommu", "virtio-iommu",	 "iommu",      "smmu",
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The driver that stands first in @text, at the start of a word; the longest name. */
static const char *find_driver(const char *text, size_t *len)
{
	const char *best = NULL, *s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		size_t n = strlen(drivers[i]);

		for (s = strstr(text, drivers[i]); s; s = strstr(s + 1, drivers[i])) {
			if ((s > text && (is_name(s[-1]) || s[-1] == '.' || s[-1] == '/')) ||
			    (s[n] && s[n] != ' ' && s[n] != ':'))
				continue;
			if (!best || s < best) {
				best = s;
				*len = n;
			}
			break;
		}
	}
	return best;
}

/* "arm-smmu-v3 NAME: ..", "arm-smmu-v3: ..", "smmu: /NAME: ..", "dmar0: .." */
static void find_device(struct line *l)
{
	const char *s, *name, *end;
	size_t n = 0;

	l->driver[0] = l->device[0] = '\0';
	l->body = l->text;
	s = find_driver(l->text, &n);
	if (!s) {
		s = strstr(l->text, "dmar");
		n = s ? 4 + strspn(s + 4, "0123456789") : 0;
		if (n > 4 && s[n] == ':')
			snprintf(l->device, sizeof(l->device), "%.*s", (int)n, s);
		return;
	}
	snprintf(l->driver, sizeof(l->driver), "%.*s", (int)n, s);
	name = s + n;
	if (*name == ':' && (name[1] != ' ' || name[2] != '/')) {
		snprintf(l->device, sizeof(l->device), "%s", l->driver);
		l->body = name + 1;
		return;
	}
	name += strspn(name, ": ");
	end = name + strcspn(name, " \t");
	if (end == name || end[-1] != ':')
		return;
	snprintf(l->device, sizeof(l->device), "%.*s", (int)(end - 1 - name), name);
	l->body = end;
}

static const struct trace_family *by_head(const char *text)
{
	const char *const *head;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (head = families[i]->heads; *head; head++) {
			if (trace_phrase(text, *head))
				return families[i];
		}
	}
	return NULL;
}

static const struct trace_family *by_content(const struct line *l)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->begins && families[i]->begins(l->body))
			return families[i];
	}
	return NULL;
}

/* Whether @word stands in @text, not behind a letter. */
static bool has_word(const char *text, const char *word)
{
	const char *s;

	for (s = trace_find(text, word); s; s = trace_find(s + 1, word)) {
		if (s == text || !isalpha((unsigned char)s[-1]))
			return true;
	}
	return false;
}

/* How many words the line has that hardly any but such messages have: damage leaves some of them. */
static unsigned int tells(const char *text)
{
	static const char *const words[] = { "iova",
					     "fsr",
					     "fsynr",
					     "cbfrsynra",
					     "ttbr0=",
					     "address=0x",
					     "flags=0x",
					     "event logged",
					     "fault reason",
					     "request device",
					     "dma read",
					     "dma write",
					     "fault addr",
					     "stag:",
					     "ssid:",
					     "ipa:",
					     "gfsr",
					     "gfsynr",
					     "fault type=",
					     "larb=",
					     "could be serious",
					     "global error",
					     "raw fault status",
					     "access type",
					     "gpu fault",
					     "cmdq error",
					     "page fault",
					     "device=" };
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		n += trace_find(text, words[i]) != NULL;
	return n;
}

/* A line that tells of an IOMMU and of something that went wrong. */
static bool suspicious(const char *text)
{
	static const char *const who[] = { "smmu", "iommu", "dmar",	 "amd-vi",
					   "vt-d", "dart ", "gpu fault", "gpu page fault" };
	static const char *const what[] = { "fault",	  "event 0x",	"event:",	"event logged",
					    "fsr",	  "fsynr",	"iova=",	"iova:",
					    "stag:",	  "sid=",	"sid:",		"overflow",
					    "unexpected", "cmdq error", "page request", "reason" };
	static const char *const known[] = { "handling fault status reg", "faults enabled", "fault handling",
					     "0 faults" };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (trace_phrase(text, known[i]))
			return false;
	}
	for (i = 0; i < ARRAY_SIZE(who); i++) {
		if (!trace_find(text, who[i]))
			continue;
		for (j = 0; j < ARRAY_SIZE(what); j++) {
			if (has_word(text, what[j]))
				return true;
		}
	}
	if (tells(text) >= 2)
		return true;
	/* An orphan word of an event, or a key that only such messages have. */
	return trace_find(text, "arm-smmu-v3") && strlen(text) > 16 &&
	       strspn(text + strlen(text) - 16, "0123456789abcdef") == 16;
}

/* ---- gathering ---- */

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

static bool offer(struct trace_log *log, const struct line *l)
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
static void begin(struct trace_log *log, const struct trace_family *family, const struct line *l, u64 number)
{
	struct trace_msg *m = calloc(1, sizeof(*m));
	unsigned int i;

	if (!m) {
		log->error = dmat_fail(log->job->err, ENOMEM, "out of memory");
		return;
	}
	for (i = 0; i < log->msgs; i++) {
		if (log->msg[i]->family == family && !strcmp(log->msg[i]->device, l->device))
			finish(log->msg[i]);
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
	struct line l = { .text = text };

	find_device(&l);
	if (offer(log, &l))
		return true;
	family = by_head(text);
	if (!family && (*l.device || log->stamped))
		family = by_content(&l);
	if (!family)
		return false;
	begin(log, family, &l, number);
	return true;
}

static void drop_tail(struct trace_log *log)
{
	if (!log->tail[0])
		return;
	if (suspicious(log->tail)) {
		struct trace_msg *m;
		struct line l = { .text = log->tail };

		/* In the order of the messages. */
		find_device(&l);
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
	struct line l = { .text = text };

	find_device(&l);
	/* What the lines before tell of is not what this one begins. */
	if (log->tail[0] && by_head(text) && suspicious(log->tail))
		drop_tail(log);
	if (log->tail[0]) {
		snprintf(joined, sizeof(joined), "%s %.250s", log->tail, text);
		log->last = NULL;
		if ((!*l.device || !by_head(text)) && take(log, joined, log->tail_line)) {
			log->tail[0] = '\0';
			return;
		}
	} else if (before && !*l.device && !*l.driver && !by_head(text)) {
		if (!is_whole(before) || !suspicious(text)) {
			if (!is_whole(before) || offer(log, &l))
				append(log, before, text, true);
			else
				before->touched = log->number;
			log->last = before;
			return;
		}
	}
	if (*l.device || by_head(text) || suspicious(text))
		drop_tail(log);
	log->last = NULL;
	if (!take(log, text, log->number))
		grow_tail(log, text);
	else
		log->tail[0] = '\0';
}

/* ---- most lines of most logs ---- */

/* What every line that matters here holds one of; four letters decide. */
static const char *const quads[] = {
	"smmu", "iomm", "faul", "even", "dmar", "amd-", "[dma", "fsr ", "fsr=", "fsyn", "gfsr", "dte[", "unha", "unex",
	"kgsl", "tegr", "dart", "panf", "pant", "mtk-", "mtk_", "call", "[int", "prq ", "sid=", "sid:", "sid ", "iova",
	"acce", "over", "cmdq", "(con", "reas", "requ", "page", "inva", "stag", "prio", "cmd[", "far ", "skip", "0x00",
};

static u32 quad_hash(u32 quad)
{
	return ((quad | 0x20202020) * 0x9e3779b1U) >> 16;
}

static void learn_quads(struct trace_log *log)
{
	unsigned int i, k;
	u32 quad, h;

	for (i = 0; i < ARRAY_SIZE(quads); i++) {
		for (k = 0, quad = 0; k < 4; k++)
			quad = quad << 8 | (u8)quads[i][k];
		h = quad_hash(quad);
		log->quads[h / 8] |= 1U << h % 8;
	}
}

static bool has_quad(const struct trace_log *log, const char *line)
{
	u32 quad = 0, h;

	for (; *line; line++) {
		quad = quad << 8 | (u8)*line;
		h = quad_hash(quad);
		if (log->quads[h / 8] & 1U << h % 8)
			return true;
	}
	return false;
}

/* A line about something else, where no message waits for one. */
static bool passes_by(struct trace_log *log, const char *line)
{
	size_t n;

	if (log->msgs && !log->msg[log->msgs - 1]->out)
		return false;
	if (has_quad(log, line) || has_quad(log, log->tail))
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
	advance(log, false);
	return log->error;
}

static int dmesg_end(void *state, struct trace_job *job)
{
	struct trace_log *log = state;

	log->job = job;
	drop_tail(log);
	advance(log, true);
	flush_gpu(log, NULL);
	if (!log->error && !log->emitted) {
		job->err->line = 0;
		return dmat_fail(job->err, EINVAL, "no line tells of a fault");
	}
	return log->error;
}

static bool dmesg_detect(const char *line)
{
	return by_head(line) || trace_find(line, "DMAR: DRHD: handling fault") || trace_find(line, "FSR    =") ||
	       trace_find(line, "FSYNR0 =") || trace_find(line, "GFSR 0x") || suspicious(line);
}

static void *dmesg_begin(void)
{
	struct trace_log *log = calloc(1, sizeof(*log));

	if (log)
		learn_quads(log);
	return log;
}

static void dmesg_free(void *state)
{
	struct trace_log *log = state;
	unsigned int i;

	for (i = 0; i < log->msgs; i++)
		free(log->msg[i]);
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
