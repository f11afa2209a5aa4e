// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Faults of VT-d (DMAR) and AMD-Vi as their drivers print them, over many kernels. */
#include "trace_log.h"
#include "vtd_spec.h"

/* "[fault reason 06]" is decimal, "[fault reason 0x06]" is not. */
static const char *scan_reason(const char *s, u64 *reason)
{
	return trace_scan(trace_scan_number(trace_scan(s, "[fault reason"), reason), "]");
}

/* What stands between "[DMA Read" and "fault addr": the PASID, in one of two places or nowhere, and the device. */
static const char *scan_request(const char *s, struct dmat_record *rec)
{
	const char *rest = trace_scan(s, "NO_PASID");
	u64 pasid, sid;

	if (!rest)
		rest = trace_scan_hex(trace_scan(s, "PASID"), &pasid);
	if (rest && trace_scan(s, "PASID")) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = pasid;
	}
	s = trace_scan(trace_scan(rest ? rest : s, "]"), "Request device [");
	s = trace_scan(trace_scan_bdf(s, &sid), "]");
	rec->sid = s ? sid : 0;
	rest = trace_scan_hex(trace_scan(s, "PASID"), &pasid);
	if (rest && pasid != 0xffffffff) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = pasid;
	}
	return rest ? rest : s;
}

static enum trace_parse dma_fault(struct trace_log *log, const char *s, bool last)
{
	const char *rest;
	struct dmat_record rec;
	u64 reason = 0;

	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_VTD;
	rest = trace_scan(s, "Read");
	rec.flags = rest ? DMAT_F_R : DMAT_F_W;
	if (!rest)
		rest = trace_scan(s, "Write");
	s = scan_request(rest, &rec);
	s = trace_scan_hex(trace_scan(s, "fault addr"), &rec.iova);
	if (!s)
		return TRACE_INCOMPLETE;
	rest = scan_reason(s, &reason);
	if (!rest && !last)
		return TRACE_INCOMPLETE;
	rec.code = reason;
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}

/* "[INTR-REMAP] Request device [bb:dd.f] fault index 1a [fault reason 0x26]": no access, an interrupt */
static enum trace_parse interrupt_fault(struct trace_log *log, const char *s)
{
	struct dmat_record rec;
	u64 sid, index, reason;

	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	s = trace_scan(trace_scan_bdf(trace_scan(s, "Request device ["), &sid), "]");
	s = scan_reason(trace_scan_hex(trace_scan(s, "fault index"), &index), &reason);
	if (!s)
		return TRACE_INCOMPLETE;
	rec.model = DMAT_MODEL_VTD;
	rec.sid = sid;
	rec.code = reason;
	rec.flags = DMAT_F_NO_IOVA;
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}

/* "Invalid page request: %08llx %08llx" */
static enum trace_parse bad_request(struct trace_log *log, const char *s)
{
	struct dmat_record rec;
	u64 w0, w1;

	s = trace_scan_hex(trace_scan_hex(s, &w0), &w1);
	if (!s)
		return TRACE_NOT_MINE; /* without its words it tells nothing */
	dmat_record_init(&rec, DMAT_PAGE_REQUEST, log->stamp_ns);
	rec.model = DMAT_MODEL_VTD;
	rec.sid = FIELD_GET(VTD_PREQ_RID, w0);
	rec.iova = w1 & VTD_PREQ_ADDR;
	rec.tag = FIELD_GET(VTD_PREQ_PRGI, w1);
	rec.flags = DMAT_F_WORDS | (w1 & VTD_PREQ_RDR ? DMAT_F_R : 0) | (w1 & VTD_PREQ_WRR ? DMAT_F_W : 0) |
		    (w1 & VTD_PREQ_LPIG ? DMAT_F_LAST : 0) | (w0 & VTD_PREQ_EXR ? DMAT_F_X : 0) |
		    (w0 & VTD_PREQ_PMR ? DMAT_F_PRIV : 0);
	if (w0 & VTD_PREQ_PP) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = FIELD_GET(VTD_PREQ_PASID, w0);
	}
	rec.word[0] = w0;
	rec.word[1] = w1;
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}

enum trace_parse trace_log_dmar(struct trace_log *log, const char *text, bool last)
{
	static const char *const requests[] = { "Invalid page request:", "Bad page request:",
						"Page request without PASID:", "Page request in Privilege Mode:" };
	const char *s = trace_find(text, "[DMA ");
	unsigned int i;

	if (s && trace_find(s, "Request"))
		return dma_fault(log, s + 5, last);
	if (s && (trace_scan(s + 5, "Read") || trace_scan(s + 5, "Write")))
		return TRACE_INCOMPLETE;
	s = trace_find(text, "[INTR-REMAP]");
	if (s)
		return interrupt_fault(log, s + strlen("[INTR-REMAP]"));
	if (trace_find(text, "PRQ overflow detected")) {
		trace_log_mark(log, DMAT_MARK_PRIQ_LOST, 0);
		return TRACE_TAKEN;
	}
	if (trace_find(text, "PRQ overflow cleared")) {
		trace_log_mark(log, DMAT_MARK_PRIQ_CLEAR, 0);
		return TRACE_TAKEN;
	}
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		s = trace_find(text, requests[i]);
		if (s)
			return bad_request(log, s + strlen(requests[i]));
	}
	return TRACE_NOT_MINE;
}

/* AMD-Vi: the event's types, and the flags of IO_PAGE_FAULT */
#define AMD_PAGE_FAULT 2
#define AMD_FLAG_I     BIT(3)
#define AMD_FLAG_RW    BIT(5)

static const struct {
	const char *name;
	u8 type;
} amd_events[] = {
	{ "ILLEGAL_DEV_TABLE_ENTRY", 1 }, { "IO_PAGE_FAULT", AMD_PAGE_FAULT }, { "DEV_TAB_HARDWARE_ERROR", 3 },
	{ "PAGE_TAB_HARDWARE_ERROR", 4 }, { "INVALID_DEVICE_REQUEST", 8 },
};

/* The requester: device= in the event, or the device that the line is about ("nvme 0000:01:00.0: AMD-Vi: .."). */
static bool amd_device(const char *text, const char *event, u64 *sid)
{
	const char *s = trace_find(event, "device="), *p;

	if (s)
		return trace_scan_bdf(s + strlen("device="), sid);
	p = trace_find(text, ": AMD-Vi:");
	if (!p)
		return false;
	while (p > text && p[-1] != ' ')
		p--;
	return trace_scan_bdf(p, sid);
}

static bool amd_field(const char *event, const char *key, u64 *value)
{
	const char *s = trace_find(event, key);

	return s && trace_scan_hex(s + strlen(key), value);
}

enum trace_parse trace_log_amdvi(struct trace_log *log, const char *text, bool last)
{
	const char *event = trace_find(text, "Event logged [");
	u64 sid, domain, address, flags, pasid;
	struct dmat_record rec;
	unsigned int i;

	if (!event || !trace_find(text, "AMD-Vi"))
		return TRACE_NOT_MINE;
	event += strlen("Event logged [");
	if (!strchr(event, ']'))
		return TRACE_INCOMPLETE;
	for (i = 0; i < ARRAY_SIZE(amd_events) && !trace_scan(event, amd_events[i].name); i++)
		;
	if (i == ARRAY_SIZE(amd_events))
		return TRACE_NOT_MINE;
	if (!amd_device(text, event, &sid) || !amd_field(event, " address=", &address) ||
	    !amd_field(event, " flags=", &flags))
		return TRACE_INCOMPLETE;
	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_AMDVI;
	rec.sid = sid;
	rec.code = flags;
	rec.flags = DMAT_F_WORDS;
	rec.word[0] = amd_events[i].type;
	if (amd_events[i].type == AMD_PAGE_FAULT && !(flags & AMD_FLAG_I)) {
		rec.iova = address;
		rec.flags |= flags & AMD_FLAG_RW ? DMAT_F_W : DMAT_F_R;
		if (amd_field(event, " domain=", &domain))
			rec.domain = domain;
	} else {
		rec.flags |= DMAT_F_NO_IOVA;
		rec.word[1] = address;
	}
	if (amd_field(event, " pasid=", &pasid) && pasid) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = pasid;
	}
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}
