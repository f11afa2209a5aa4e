// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Events of SMMUv3 as arm-smmu-v3 prints them: a headline, four words, and in newer kernels two lines that say the
 * same in names, which may stand alone. IHI 0070 7.3 has the fields, 6.3.17 SMMU_GERROR, 6.3.28 SMMU_CMDQ_CONS.
 */
#include "smmuv3_spec.h"
#include "trace_log.h"
#include <ctype.h>

#define CMDQ_CONS_ERR GENMASK_ULL(30, 24)
#define CERROR_ILL    1

/* Lines behind a message that repeat, or complete, what it says. */
enum { SAID_NAME = 1, SAID_FLAGS = 2 };

static const char *const event_heads[] = { "event 0x", NULL };
static const char *const named_heads[] = { "event: F_", "event: C_", "event: E_", NULL };
static const char *const gerror_heads[] = { "unexpected global error reported", NULL };
static const char *const cmdq_heads[] = { "CMDQ error (cons", NULL };
static const char *const request_heads[] = { "unexpected PRI request", "access at iova", NULL };
static const char *const overflow_heads[] = { "EVTQ overflow detected", "PRIQ overflow detected", NULL };

/* ---- words ---- */

/* "0x0000000800000010", "00000008 00000010", "0x00000008": digits of a token, 8 or 16, or 0; *@rest: behind it */
static unsigned int word_digits(const char *s, u64 *value, const char **rest)
{
	const char *start = s[0] == '0' && (s[1] | 0x20) == 'x' ? s + 2 : s;
	unsigned int n = strspn(start, "0123456789abcdefABCDEF");

	*rest = s + strcspn(s, " \t");
	if (start + n != *rest || (n != 8 && n != 16))
		return 0;
	return trace_scan_hex(start, value) ? n : 0;
}

/* Up to @room words in @s, with whatever stands between them; returns how many; *@only: nothing stands between them. */
static unsigned int scan_words(const char *s, u64 *word, unsigned int room, bool *only)
{
	unsigned int words = 0, have = 0, n;
	u64 value;

	*only = true;
	while (s && words < room) {
		s = trace_scan(s, "");
		if (!*s)
			break;
		n = word_digits(s, &value, &s);
		if (!n || have + n > 16) {
			*only &= n != 0;
			continue;
		}
		word[words] = n == 16 ? value : have ? word[words] << 32 | value : value;
		have += n;
		if (have == 16) {
			words++;
			have = 0;
		}
	}
	*only = *only && (words || have);
	return words;
}

static bool only_words(const char *body)
{
	u64 word[8];
	bool only;

	scan_words(body, word, 8, &only);
	return only;
}

/* ---- events ---- */

static void put_event(struct trace_msg *m, const u64 *word)
{
	struct dmat_record *rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV3);

	trace_words_event(rec, word);
	m->sid = rec->sid;
	m->iova = rec->iova;
	m->code = rec->code;
}

static enum trace_state look_event(struct trace_msg *m, bool last)
{
	const char *s = trace_phrase(m->text, "event 0x"), *rest = s ? trace_scan_hex(s, &m->code) : NULL;
	unsigned int words, i;
	u64 word[4] = { 0 };
	bool only;

	words = scan_words(rest, word, 4, &only);
	if (words < 4 && !last)
		return TRACE_OPEN;
	if (words < 3)
		return words || trace_phrase(m->text, "smmu") || m->driver[0] ? TRACE_BAD : TRACE_OTHER;
	/* Halves in the other order, where the headline shows that they are. */
	if (FIELD_GET(SMMUV3_EVT_0_ID, word[0]) != m->code) {
		for (i = 0; i < 4; i++)
			word[i] = word[i] << 32 | word[i] >> 32;
	}
	if (FIELD_GET(SMMUV3_EVT_0_ID, word[0]) != m->code)
		return TRACE_BAD;
	put_event(m, word);
	return TRACE_DONE;
}

static const struct spec_kind *kind_in(const char *text)
{
	const char *s = trace_phrase(text, "event: ");

	return s ? spec_kind_named(&smmuv3_records[SMMUV3_RECORD_EVT], s,
				   strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"))
		 : NULL;
}

static bool takes_event(struct trace_msg *m, const char *body)
{
	const struct spec_kind *k;
	u64 sid, iova;

	if (m->state == TRACE_OPEN)
		return only_words(body);
	if (m->recs && !(m->bits & SAID_NAME)) {
		k = kind_in(body);
		if (!k || k->code != m->code || !trace_key(body, "sid", 16, &sid) || sid != m->sid)
			return false;
		if (trace_key(body, "iova", 16, &iova) && iova != m->iova)
			return false;
		m->bits |= SAID_NAME;
		return true;
	}
	if (!m->recs || m->bits & SAID_FLAGS || !trace_phrase(body, "stag:"))
		return false;
	m->bits |= SAID_FLAGS;
	return true;
}

const struct trace_family trace_smmuv3_event = { event_heads, NULL, takes_event, look_event };

/* "unpriv data write s1 "Input address caused fault" stall stag: 0x7" */
static void put_flags(struct dmat_record *rec, const char *text)
{
	u64 stag;

	rec->flags |= trace_phrase(text, " inst ") ? DMAT_F_X : trace_phrase(text, " read ") ? DMAT_F_R : DMAT_F_W;
	rec->flags |= trace_phrase(text, " priv ") ? DMAT_F_PRIV : 0;
	if (trace_phrase(text, " stall stag:") && trace_key(text, "stag", 16, &stag)) {
		rec->flags |= DMAT_F_STALL;
		rec->tag = stag;
	}
}

/* "event: F_TRANSLATION client: .. sid: 0x.. ssid: 0x.. iova: 0x.. ipa: 0x.." where the words are missing */
static enum trace_state look_named(struct trace_msg *m, bool last)
{
	const struct spec_kind *k = kind_in(m->text);
	const char *end, *stag = trace_phrase(m->text, "stag:");
	struct dmat_record *rec;
	u64 sid, ssid = 0, iova = 0;
	bool addr;

	if (!k)
		return TRACE_BAD;
	addr = spec_has(k, SMMUV3_EVT_HAS_ADDR | SMMUV3_EVT_HAS_HINT);
	end = trace_key(m->text, "sid", 16, &sid);
	if (end && trace_key(m->text, "ssid", 16, &ssid))
		end = addr ? trace_key(m->text, "iova", 16, &iova) : end;
	else
		end = NULL;
	if (!end)
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV3);
	rec->code = k->code;
	rec->sid = sid;
	rec->iova = iova;
	rec->flags = addr ? 0 : DMAT_F_NO_IOVA;
	/* The kernel prints 0 also where there is none. */
	if (ssid) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = ssid;
	}
	if (addr && stag && !spec_has(k, SMMUV3_EVT_HAS_HINT))
		put_flags(rec, m->text);
	return stag || !addr ? TRACE_DONE : TRACE_WAITS;
}

static bool takes_named(struct trace_msg *m, const char *body)
{
	u64 v;

	if (trace_phrase(body, "event"))
		return false;
	if (trace_phrase(body, "stag:") && (m->state == TRACE_OPEN || !trace_key(body, "sid|iova", 16, &v)))
		return !trace_phrase(m->text, "stag:");
	return m->state == TRACE_OPEN && trace_key(body, "sid|ssid|iova|ipa", 16, &v);
}

const struct trace_family trace_smmuv3_named = { named_heads, NULL, takes_named, look_named };

/* ---- errors ---- */

static enum trace_state look_gerror(struct trace_msg *m, bool last)
{
	const char *s = trace_phrase(m->text, gerror_heads[0]);
	struct dmat_record *rec;
	u64 bits;

	s = trace_scan_hex(trace_scan(s, "("), &bits);
	if (!trace_scan(s, ")"))
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV3_GERROR);
	rec->code = bits;
	rec->flags = DMAT_F_NO_IOVA;
	return TRACE_DONE;
}

/* What SMMU_GERROR means, in words, behind it. */
static bool takes_gerror(struct trace_msg *m, const char *body)
{
	return m->recs && !strchr(body, '(') &&
	       (trace_phrase(body, "aborted") || trace_phrase(body, "Service Failure Mode"));
}

const struct trace_family trace_smmuv3_gerror = { gerror_heads, NULL, takes_gerror, look_gerror };

static enum trace_state look_cmdq(struct trace_msg *m, bool last)
{
	const char *skipped = trace_phrase(m->text, "skipping command");
	u64 cons, word[2] = { 0 };
	unsigned int words;
	struct dmat_record *rec;
	bool only;

	if (!trace_scan(trace_key(m->text, "cons", 16, &cons), ")"))
		return last ? TRACE_BAD : TRACE_OPEN;
	words = skipped ? scan_words(skipped, word, 2, &only) : 0;
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV3_CMDQ);
	rec->code = FIELD_GET(CMDQ_CONS_ERR, cons);
	rec->flags = DMAT_F_NO_IOVA | DMAT_F_WORDS;
	rec->word[0] = cons;
	if (words == 2) {
		rec->word[1] = word[0];
		rec->word[2] = word[1];
	}
	return rec->code == CERROR_ILL && words < 2 ? TRACE_WAITS : TRACE_DONE;
}

static bool takes_cmdq(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_WAITS && !m->out && (trace_phrase(body, "skipping command") || only_words(body));
}

const struct trace_family trace_smmuv3_cmdq = { cmdq_heads, NULL, takes_cmdq, look_cmdq };

/* "sid 0x00000008.0x00003: [5L] unprivileged RW access at iova 0x..": a PRI request that nobody expected */
static enum trace_state look_request(struct trace_msg *m, bool last)
{
	const char *at = trace_phrase(m->text, "privileged "), *s = trace_phrase(m->text, "sid 0x"), *end;
	u64 sid, ssid, group, iova;
	struct dmat_record *rec;
	bool lastone;

	s = trace_scan_hex(trace_scan(trace_scan_hex(s, &sid), "."), &ssid);
	s = trace_scan_number(trace_scan(trace_scan(s, ":"), "["), &group);
	lastone = s && *s == 'L';
	end = trace_phrase(m->text, "access at iova");
	end = trace_scan_hex(end, &iova);
	if (!at || !trace_scan(lastone ? s + 1 : s, "]") || !end)
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = trace_msg_record(m, DMAT_PAGE_REQUEST, DMAT_MODEL_SMMUV3);
	rec->sid = sid;
	rec->iova = iova;
	rec->tag = group;
	rec->flags = (lastone ? DMAT_F_LAST : 0) | (trace_phrase(m->text, "unprivileged") ? 0 : DMAT_F_PRIV);
	/* The kernel prints 0 also where there is none. */
	if (ssid) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = ssid;
	}
	for (; *at && *at != ' '; at++)
		rec->flags |= *at == 'R' ? DMAT_F_R : *at == 'W' ? DMAT_F_W : *at == 'X' ? DMAT_F_X : 0;
	return TRACE_DONE;
}

static bool takes_request(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_OPEN && trace_phrase(body, "access at iova") &&
	       !trace_phrase(m->text, "access at iova");
}

const struct trace_family trace_smmuv3_request = { request_heads, NULL, takes_request, look_request };

static enum trace_state look_overflow(struct trace_msg *m, bool last)
{
	return trace_msg_mark(m, trace_phrase(m->text, "EVTQ") ? DMAT_MARK_EVTQ_LOST : DMAT_MARK_PRIQ_LOST, 0);
}

const struct trace_family trace_smmuv3_overflow = { overflow_heads, NULL, NULL, look_overflow };
