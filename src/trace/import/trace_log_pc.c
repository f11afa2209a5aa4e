// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Faults of VT-d (DMAR) and AMD-Vi as their drivers and Xen print them, over many kernels. */
#include "trace_log.h"
#include "vtd_spec.h"
#include <ctype.h>

static const char *const dmar_heads[] = { "[DMA Read", "[DMA Write", "[INTR-REMAP]", NULL };
static const char *const request_heads[] = { "Invalid page request", "Bad page request", "Page request without PASID",
					     "Page request in Privilege Mode", NULL };
static const char *const overflow_heads[] = { "PRQ overflow detected", "PRQ overflow cleared", NULL };
static const char *const amd_heads[] = { "AMD-Vi: Event logged", "Event logged [", NULL };
static const char *const dte_heads[] = { "DTE[0]:", NULL };

/* "[fault reason 06]" is decimal, "[fault reason 0x06]" is not, nor is Xen's "reason 06 - ". */
static const char *dmar_reason(const char *text, u64 *reason)
{
	return trace_key(text, "reason", trace_phrase(text, "[VT-D]") ? 16 : 10, reason);
}

/* [bb:dd.f] behind "device" */
static const char *dmar_device(const char *text, u64 *sid)
{
	return trace_scan(trace_scan_bdf(trace_scan(trace_phrase(text, "device"), "["), sid), "]");
}

static enum trace_state look_dmar(struct trace_msg *m, bool last)
{
	bool interrupt = trace_phrase(m->text, "[INTR-REMAP]");
	u64 sid, addr, pasid, reason = 0;
	const char *end = trace_key(m->text, interrupt ? "index" : "addr", 16, &addr);
	bool has_reason = dmar_reason(m->text, &reason);
	struct dmat_record *rec;

	if (!dmar_device(m->text, &sid) || !end || (!has_reason && (!last || !*end || interrupt)))
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_VTD);
	rec->sid = sid;
	rec->code = reason;
	if (interrupt) {
		rec->flags = DMAT_F_NO_IOVA;
		return TRACE_DONE;
	}
	rec->iova = addr;
	rec->flags = trace_phrase(m->text, "[DMA Read") ? DMAT_F_R : DMAT_F_W;
	if (trace_key(m->text, "pasid", 16, &pasid) && pasid != 0xffffffff) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = pasid;
	}
	return TRACE_DONE;
}

static bool takes_dmar(struct trace_msg *m, const char *body)
{
	const char *const *head;
	u64 v;

	for (head = dmar_heads; *head; head++)
		if (trace_phrase(body, *head))
			return false; /* another's */
	/* What is told twice is told of two. */
	if ((dmar_device(body, &v) && dmar_device(m->text, &v)) ||
	    (trace_key(body, "addr", 16, &v) && trace_key(m->text, "addr", 16, &v)))
		return false;
	return m->state == TRACE_OPEN &&
	       (dmar_reason(body, &v) || trace_key(body, "addr|index", 16, &v) || dmar_device(body, &v));
}

const struct trace_family trace_dmar = { dmar_heads, NULL, takes_dmar, look_dmar };

/* "Invalid page request: %08llx %08llx" */
static enum trace_state look_request(struct trace_msg *m, bool last)
{
	const char *s = m->text;
	u64 word[2];

	while (s && !trace_scan_hex(trace_scan_hex(trace_scan(s, ":"), &word[0]), &word[1]))
		s = strchr(s + 1, ':');
	if (!s)
		return last ? TRACE_BAD : TRACE_OPEN;
	trace_words_request(trace_msg_record(m, DMAT_PAGE_REQUEST, DMAT_MODEL_VTD), word);
	return TRACE_DONE;
}

/* The words of a "Page request without PASID" may follow under another title. */
static bool takes_request(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_OPEN && trace_phrase(body, "Invalid page request") &&
	       !trace_phrase(m->text, "Invalid page request");
}

const struct trace_family trace_dmar_request = { request_heads, NULL, takes_request, look_request };

static enum trace_state look_overflow(struct trace_msg *m, bool last)
{
	return trace_msg_mark(m, trace_phrase(m->text, "cleared") ? DMAT_MARK_PRIQ_CLEAR : DMAT_MARK_PRIQ_LOST, 0);
}

const struct trace_family trace_dmar_overflow = { overflow_heads, NULL, NULL, look_overflow };

/* ---- AMD-Vi: the event's types, and the flags of IO_PAGE_FAULT ---- */

#define AMD_PAGE_FAULT 2
#define AMD_FLAG_I     BIT(3)
#define AMD_FLAG_RW    BIT(5)

static const struct {
	const char *name;
	u8 type;
} amd_events[] = {
	{ "ILLEGAL_DEV_TABLE_ENTRY", 1 }, { "IO_PAGE_FAULT", AMD_PAGE_FAULT },
	{ "DEV_TAB_HARDWARE_ERROR", 3 },  { "PAGE_TAB_HARDWARE_ERROR", 4 },
	{ "ILLEGAL_COMMAND_ERROR", 5 },	  { "COMMAND_HARDWARE_ERROR", 6 },
	{ "IOTLB_INV_TIMEOUT", 7 },	  { "INVALID_DEVICE_REQUEST", 8 },
	{ "INVALID_PPR_REQUEST", 9 },	  { "RMP_PAGE_FAULT", 13 },
	{ "RMP_HW_ERROR", 14 },
};

/* The requester: device= in the event, or the device that the line is about ("nvme 0000:01:00.0: AMD-Vi: .."). */
static bool amd_device(const char *text, const char *event, u64 *sid)
{
	const char *s = trace_phrase(event, "device=");
	const char *p;

	if (s)
		return trace_scan_bdf(s, sid);
	p = trace_find(text, ": AMD-Vi:");
	if (!p)
		return false;
	while (p > text && p[-1] != ' ')
		p--;
	return trace_scan_bdf(p, sid);
}

static u8 amd_type(const char *event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(amd_events); i++) {
		if (trace_phrase(event, amd_events[i].name))
			return amd_events[i].type;
	}
	return 0;
}

static enum trace_state look_amd(struct trace_msg *m, bool last)
{
	const char *event = trace_phrase(m->text, "Event logged"), *s;
	u64 sid = DMAT_SID_NONE, domain, address = 0, flags = 0, pasid;
	bool has_sid, has_address, has_flags;
	struct dmat_record *rec;
	u8 type;

	event = event ? event : m->text;
	if (!strchr(event, ']'))
		return last ? TRACE_BAD : TRACE_OPEN;
	type = amd_type(event);
	has_sid = amd_device(m->text, event, &sid);
	s = trace_key(event, "address", 16, &address);
	has_address = s;
	has_flags = trace_key(event, "flags", 16, &flags);
	if (!type || (type == AMD_PAGE_FAULT && (!has_sid || !has_address || !has_flags)))
		return TRACE_BAD;
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_AMDVI);
	rec->sid = has_sid ? sid : DMAT_SID_NONE;
	rec->code = flags;
	rec->flags = DMAT_F_WORDS;
	rec->word[0] = type;
	if (type == AMD_PAGE_FAULT && !(flags & AMD_FLAG_I)) {
		rec->iova = address;
		rec->flags |= flags & AMD_FLAG_RW ? DMAT_F_W : DMAT_F_R;
		if (trace_key(event, "domain", 16, &domain))
			rec->domain = domain;
	} else {
		rec->flags |= DMAT_F_NO_IOVA;
		rec->word[1] = address;
	}
	if (trace_key(event, "pasid", 16, &pasid) && pasid) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = pasid;
	}
	return TRACE_DONE;
}

/* The rest of an event whose brackets are still open; the command behind an ILLEGAL_COMMAND_ERROR. */
static bool takes_amd(struct trace_msg *m, const char *body)
{
	u64 v;

	if (m->recs)
		return trace_phrase(body, "CMD[");
	if (trace_phrase(body, "device=") && trace_phrase(m->text, "device="))
		return false;
	return m->state == TRACE_OPEN && !trace_phrase(body, "Event logged") &&
	       (strchr(body, ']') || amd_type(body) || trace_key(body, "address|flags|domain|pasid", 16, &v));
}

const struct trace_family trace_amd = { amd_heads, NULL, takes_amd, look_amd };

/* "AMD-Vi: DTE[0]: 7d90000000000003" and three more: the device table entry of the event before */
static enum trace_state look_dte(struct trace_msg *m, bool last)
{
	static const char *const keys[] = { "DTE[0]", "DTE[1]", "DTE[2]", "DTE[3]" };
	struct dmat_record *rec;
	u64 word[4];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!trace_key(m->text, keys[i], 16, &word[i]))
			return last ? TRACE_BAD : TRACE_OPEN;
	}
	trace_msg_mark(m, DMAT_MARK_DTE, 1);
	rec = &m->rec[0];
	rec->flags = DMAT_F_WORDS;
	memcpy(rec->word, word, sizeof(word));
	return TRACE_DONE;
}

static bool takes_dte(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_OPEN && trace_phrase(body, "DTE[");
}

const struct trace_family trace_amd_dte = { dte_heads, NULL, takes_dte, look_dte };
