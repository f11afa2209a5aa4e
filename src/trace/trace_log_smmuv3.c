// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Events of SMMUv3 as arm-smmu-v3 prints them: a headline, four words, and in newer kernels two lines that say the
 * same in names. IHI 0070 7.3 has the fields.
 */
#include "trace_log.h"
#include <ctype.h>

#define EVT0_TYPE	 GENMASK_ULL(7, 0)
#define EVT0_SSV	 BIT_ULL(11)
#define EVT0_SUBSTREAMID GENMASK_ULL(31, 12)
#define EVT0_STREAMID	 GENMASK_ULL(63, 32)
#define EVT1_STAG	 GENMASK_ULL(15, 0)
#define EVT1_STALL	 BIT_ULL(31)
#define EVT1_PNU	 BIT_ULL(33)
#define EVT1_IND	 BIT_ULL(34)
#define EVT1_RNW	 BIT_ULL(35)

#define EVT2_PAGE GENMASK_ULL(63, 12) /* InputAddr of E_PAGE_REQUEST */

#define E_PAGE_REQUEST 0x24

#define STRAYS_MAX 4

static const struct {
	const char *name;
	u8 type;
	bool address; /* the record holds the input address and the access's attributes */
} events[] = {
	{ "F_UUT", 0x01, true },
	{ "C_BAD_STREAMID", 0x02, false },
	{ "F_STE_FETCH", 0x03, false },
	{ "C_BAD_STE", 0x04, false },
	{ "F_BAD_ATS_TREQ", 0x05, true },
	{ "F_STREAM_DISABLED", 0x06, false },
	{ "F_TRANSL_FORBIDDEN", 0x07, true },
	{ "C_BAD_SUBSTREAMID", 0x08, false },
	{ "F_CD_FETCH", 0x09, false },
	{ "C_BAD_CD", 0x0a, false },
	{ "F_WALK_EABT", 0x0b, true },
	{ "F_TRANSLATION", 0x10, true },
	{ "F_ADDR_SIZE", 0x11, true },
	{ "F_ACCESS", 0x12, true },
	{ "F_PERMISSION", 0x13, true },
	{ "F_TLB_CONFLICT", 0x20, true },
	{ "F_CFG_CONFLICT", 0x21, false },
	{ "E_PAGE_REQUEST", E_PAGE_REQUEST, true },
	{ "F_VMS_FETCH", 0x25, false },
};

static bool has_address(u8 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (events[i].type == type)
			return events[i].address;
	}
	return false;
}

/* The access's own attributes: F_BAD_ATS_TREQ and F_TRANSL_FORBIDDEN keep only part of them in their record. */
static u16 attributes(u64 word1)
{
	u16 flags = word1 & EVT1_RNW ? DMAT_F_R : DMAT_F_W;

	if (word1 & EVT1_IND)
		flags = DMAT_F_X;
	return flags | (word1 & EVT1_PNU ? DMAT_F_PRIV : 0);
}

/* A page request hint (7.3.19) announces accesses that may never come: neither a fault nor an access. */
static void give_out(struct trace_log *log, struct dmat_record *rec)
{
	trace_log_flush_gpu(log, NULL);
	if (rec->code == E_PAGE_REQUEST)
		trace_log_hint(log, rec);
	else
		trace_log_emit(log, rec);
}

static void emit_event(struct trace_log *log, const u64 *word)
{
	struct dmat_record rec;
	u8 type = FIELD_GET(EVT0_TYPE, word[0]);

	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV3;
	rec.code = type;
	rec.sid = FIELD_GET(EVT0_STREAMID, word[0]);
	rec.flags = DMAT_F_WORDS;
	memcpy(rec.word, word, sizeof(rec.word));
	if (word[0] & EVT0_SSV) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = FIELD_GET(EVT0_SUBSTREAMID, word[0]);
	}
	if (type == E_PAGE_REQUEST) {
		rec.iova = word[2] & EVT2_PAGE;
	} else if (has_address(type)) {
		rec.flags |= attributes(word[1]);
		rec.iova = word[2];
	} else {
		rec.flags |= DMAT_F_NO_IOVA;
	}
	/* STAG means nothing, and may hold anything, unless the transaction stalled. */
	if (type >= 0x10 && type <= 0x13 && word[1] & EVT1_STALL) {
		rec.flags |= DMAT_F_STALL;
		rec.tag = FIELD_GET(EVT1_STAG, word[1]);
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
		if (FIELD_GET(EVT0_TYPE, e->word[0]) != e->type && FIELD_GET(EVT0_TYPE, e->word[0] >> 32) == e->type) {
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
	const char *s = trace_find(text, "event: "), *name, *sid, *iova;
	struct dmat_record rec;
	unsigned int i;
	u64 v;

	name = s ? s + strlen("event: ") : NULL;
	for (i = 0; name && i < ARRAY_SIZE(events); i++) {
		size_t len = strlen(events[i].name);

		if (!strncmp(name, events[i].name, len) && isspace((unsigned char)name[len]))
			break;
	}
	if (!name || i == ARRAY_SIZE(events))
		return TRACE_NOT_MINE;
	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV3;
	rec.code = events[i].type;
	rec.flags = DMAT_F_NO_IOVA;
	sid = trace_find(name, " sid:");
	if (!sid || !trace_scan_hex(sid + 5, &v))
		return TRACE_INCOMPLETE;
	rec.sid = v;
	iova = trace_find(name, " iova:");
	if (events[i].address && (!iova || !trace_scan_hex(iova + 6, &rec.iova)))
		return TRACE_INCOMPLETE;
	if (iova && events[i].address)
		rec.flags = 0;
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
