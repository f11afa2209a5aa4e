// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Events of SMMUv3 as arm-smmu-v3 prints them: a headline, four words, and in newer kernels two lines that say the
 * same in names. IHI 0070 7.3 has the fields.
 */
#include "smmuv3_spec.h"
#include "trace_log.h"
#include <ctype.h>

#define STRAYS_MAX 4

/* The access's own attributes. F_BAD_ATS_TREQ has those that the translation request asked for. */
static u16 attributes(const struct spec_kind *k, u64 word1)
{
	u16 flags = word1 & SMMUV3_EVT_1_IND ? DMAT_F_X : word1 & SMMUV3_EVT_1_RNW ? DMAT_F_R : DMAT_F_W;

	if (spec_has(k, SMMUV3_EVT_HAS_ATS))
		return (word1 & SMMUV3_EVT_1_ATS_R ? DMAT_F_R : 0) | (word1 & SMMUV3_EVT_1_ATS_W ? DMAT_F_W : 0) |
		       (word1 & SMMUV3_EVT_1_ATS_X ? DMAT_F_X : 0) | (word1 & SMMUV3_EVT_1_ATS_PRIV ? DMAT_F_PRIV : 0);
	return flags | (word1 & SMMUV3_EVT_1_PNU ? DMAT_F_PRIV : 0);
}

/* A page request hint (7.3.19) announces accesses that may never come: neither a fault nor an access. */
static void give_out(struct trace_log *log, struct dmat_record *rec)
{
	trace_log_flush_gpu(log, NULL);
	if (rec->code == SMMUV3_E_PAGE_REQUEST)
		trace_log_hint(log, rec);
	else
		trace_log_emit(log, rec);
}

static void emit_event(struct trace_log *log, const u64 *word)
{
	const struct spec_record *evt = &smmuv3_records[SMMUV3_RECORD_EVT];
	const struct spec_kind *k = spec_kind(evt, spec_code(evt, word));
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV3;
	rec.code = spec_code(evt, word);
	rec.sid = FIELD_GET(SMMUV3_EVT_0_STREAMID, word[0]);
	rec.flags = DMAT_F_WORDS;
	memcpy(rec.word, word, sizeof(rec.word));
	if (word[0] & SMMUV3_EVT_0_SSV) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = FIELD_GET(SMMUV3_EVT_0_SUBSTREAMID, word[0]);
	}
	if (spec_has(k, SMMUV3_EVT_HAS_HINT)) {
		rec.iova = word[2] & SMMUV3_EVT_2_PAGE;
	} else if (spec_has(k, SMMUV3_EVT_HAS_ADDR)) {
		rec.flags |= attributes(k, word[1]);
		rec.iova = word[2];
	} else {
		rec.flags |= DMAT_F_NO_IOVA;
	}
	/* STAG means nothing, and may hold anything, unless the transaction stalled. */
	if (spec_has(k, SMMUV3_EVT_HAS_STALL) && word[1] & SMMUV3_EVT_1_STALL) {
		rec.flags |= DMAT_F_STALL;
		rec.tag = FIELD_GET(SMMUV3_EVT_1_STAG, word[1]);
	}
	log->last_event[0] = rec.sid;
	log->last_event[1] = rec.iova;
	log->last_event_valid = true;
	give_out(log, &rec);
}

static void close_event(struct trace_log *log)
{
	struct trace_event *e = &log->event;
	u64 now = log->stamp_ns;
	bool stamped = log->stamped;
	unsigned int i;

	e->open = false;
	log->stamp_ns = e->stamp_ns;
	log->stamped = e->stamped;
	if (e->words < 3) {
		trace_log_mark(log, DMAT_MARK_UNREADABLE, 1);
	} else {
		/* Halves in the other order, where the headline shows that they are. */
		if (FIELD_GET(SMMUV3_EVT_0_ID, e->word[0]) != e->type &&
		    FIELD_GET(SMMUV3_EVT_0_ID, e->word[0] >> 32) == e->type) {
			for (i = 0; i < 4; i++)
				e->word[i] = e->word[i] << 32 | e->word[i] >> 32;
		}
		emit_event(log, e->word);
	}
	log->stamp_ns = now;
	log->stamped = stamped;
}

/* The digits of a word, or of half a word: "0x0000000800000010", "00000008 00000010", "0x00000008" and so on. */
static const char *scan_digits(struct trace_event *e, const char *s)
{
	const char *start;
	unsigned int digits;
	u64 value;

	start = trace_scan(s, "0x");
	if (!start)
		start = trace_scan(s, "");
	digits = strspn(start, "0123456789abcdefABCDEF");
	if (digits != 16 && digits != 8)
		return NULL;
	if (start[digits] && !isspace((unsigned char)start[digits]))
		return NULL;
	s = trace_scan_hex(start, &value);
	if (e->digits + digits > 16)
		return NULL;
	e->word[e->words] = digits == 16 ? value : e->word[e->words] << 32 | value;
	e->digits += digits;
	if (e->digits == 16) {
		e->words++;
		e->digits = 0;
	}
	return s;
}

/* What stands behind "arm-smmu-v3 NAME:", or the whole line. */
static const char *behind_device(const char *text)
{
	const char *s = trace_find(text, "arm-smmu-v3"), *colon = s ? strstr(s, ": ") : NULL;

	if (!colon && s)
		colon = strstr(s, ":\t");
	return colon ? colon + 2 : text;
}

bool trace_log_event_word(struct trace_log *log, const char *text)
{
	struct trace_event *e = &log->event;
	const char *s = behind_device(text);
	bool any = false;

	while (e->words < 4 && *trace_scan(s, "")) {
		s = scan_digits(e, s);
		if (!s)
			break;
		any = true;
	}
	/* Other drivers' lines come in between. */
	if (e->words == 4 || (!any && (trace_find(text, "event") || ++e->strays > STRAYS_MAX || !*text)))
		close_event(log);
	return any;
}

/* "event: F_TRANSLATION client: .. sid: 0x.. ssid: 0x.. iova: 0x.. ipa: 0x.." where the words are missing */
static enum trace_parse named_event(struct trace_log *log, const char *text)
{
	const char *s = trace_find(text, "event: "), *name = s ? s + strlen("event: ") : NULL, *sid, *iova;
	const struct spec_kind *k;
	struct dmat_record rec;
	size_t len;
	u64 v;

	len = name ? strcspn(name, " \t") : 0;
	k = len && name[len] ? spec_kind_named(&smmuv3_records[SMMUV3_RECORD_EVT], name, len) : NULL;
	if (!k)
		return TRACE_NOT_MINE;
	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV3;
	rec.code = k->code;
	rec.flags = DMAT_F_NO_IOVA;
	sid = trace_find(name, " sid:");
	if (!sid || !trace_scan_hex(sid + 5, &v))
		return TRACE_INCOMPLETE;
	rec.sid = v;
	if (spec_has(k, SMMUV3_EVT_HAS_ADDR | SMMUV3_EVT_HAS_HINT)) {
		iova = trace_find(name, " iova:");
		if (!iova || !trace_scan_hex(iova + 6, &rec.iova))
			return TRACE_INCOMPLETE;
		rec.flags = 0;
	}
	/* The words said it already. */
	if (log->last_event_valid && log->last_event[0] == rec.sid && log->last_event[1] == rec.iova) {
		log->last_event_valid = false;
		return TRACE_TAKEN;
	}
	give_out(log, &rec);
	return TRACE_TAKEN;
}

/* "sid 0x00000008.0x00003: [5L] unprivileged RW access at iova 0x..": a PRI request that nobody expected */
static enum trace_parse page_request(struct trace_log *log, const char *text)
{
	const char *at = trace_find(text, "privileged "), *s = trace_find(text, "sid 0x");
	u64 sid, ssid, group, iova;
	struct dmat_record rec;
	bool lastone;

	if (!at || !s || !trace_find(text, "access at iova"))
		return TRACE_NOT_MINE;
	s = trace_scan_hex(s + 4, &sid);
	s = trace_scan_hex(trace_scan(s, "."), &ssid);
	s = trace_scan_number(trace_scan(trace_scan(s, ":"), "["), &group);
	lastone = s && *s == 'L';
	if (!trace_scan(lastone ? s + 1 : s, "]") ||
	    !trace_scan_hex(trace_find(text, "access at iova") + strlen("access at iova"), &iova))
		return TRACE_INCOMPLETE;
	dmat_record_init(&rec, DMAT_PAGE_REQUEST, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV3;
	rec.sid = sid;
	rec.iova = iova;
	rec.tag = group;
	rec.flags = (lastone ? DMAT_F_LAST : 0) | (at[-1] == 'n' ? 0 : DMAT_F_PRIV);
	/* The kernel prints 0 also where there is none. */
	if (ssid) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = ssid;
	}
	for (at += strlen("privileged "); *at && *at != ' '; at++)
		rec.flags |= *at == 'R' ? DMAT_F_R : *at == 'W' ? DMAT_F_W : *at == 'X' ? DMAT_F_X : 0;
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}

enum trace_parse trace_log_smmuv3(struct trace_log *log, const char *text, bool last)
{
	const char *s = trace_find(text, "event 0x");
	u64 type;

	if (trace_find(text, "EVTQ overflow detected")) {
		trace_log_mark(log, DMAT_MARK_EVTQ_LOST, 0);
		return TRACE_TAKEN;
	}
	if (trace_find(text, "PRIQ overflow detected")) {
		trace_log_mark(log, DMAT_MARK_PRIQ_LOST, 0);
		return TRACE_TAKEN;
	}
	if (s && trace_scan(trace_scan_hex(s + 6, &type), "received")) {
		log->event = (struct trace_event){
			.open = true, .type = type, .stamp_ns = log->stamp_ns, .stamped = log->stamped
		};
		return TRACE_TAKEN;
	}
	if (page_request(log, text) == TRACE_TAKEN)
		return TRACE_TAKEN;
	return named_event(log, text);
}
