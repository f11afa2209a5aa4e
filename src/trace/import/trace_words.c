// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From the hardware's words to the trace's record, and from there to the lines of a kernel's log. */
#include "trace_words.h"
#include "smmuv2_spec.h"
#include "smmuv3_spec.h"
#include "trace_log.h"
#include "vtd_spec.h"

/* ---- words to records ---- */

/* The access's own attributes. F_BAD_ATS_TREQ has those that the translation request asked for. */
static u16 event_attributes(const struct spec_kind *k, u64 word1)
{
	u16 flags = word1 & SMMUV3_EVT_1_IND ? DMAT_F_X : word1 & SMMUV3_EVT_1_RNW ? DMAT_F_R : DMAT_F_W;

	if (spec_has(k, SMMUV3_EVT_HAS_ATS))
		return (word1 & SMMUV3_EVT_1_ATS_R ? DMAT_F_R : 0) | (word1 & SMMUV3_EVT_1_ATS_W ? DMAT_F_W : 0) |
		       (word1 & SMMUV3_EVT_1_ATS_X ? DMAT_F_X : 0) | (word1 & SMMUV3_EVT_1_ATS_PRIV ? DMAT_F_PRIV : 0);
	return flags | (word1 & SMMUV3_EVT_1_PNU ? DMAT_F_PRIV : 0);
}

void trace_words_event(struct dmat_record *rec, const u64 *word)
{
	const struct spec_record *evt = &smmuv3_records[SMMUV3_RECORD_EVT];
	const struct spec_kind *k = spec_kind(evt, spec_code(evt, word));

	rec->code = spec_code(evt, word);
	rec->sid = FIELD_GET(SMMUV3_EVT_0_STREAMID, word[0]);
	rec->flags = DMAT_F_WORDS;
	memcpy(rec->word, word, sizeof(rec->word));
	if (word[0] & SMMUV3_EVT_0_SSV) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = FIELD_GET(SMMUV3_EVT_0_SUBSTREAMID, word[0]);
	}
	if (k && spec_has(k, SMMUV3_EVT_HAS_HINT)) {
		rec->iova = word[2] & SMMUV3_EVT_2_PAGE;
	} else if (k && spec_has(k, SMMUV3_EVT_HAS_ADDR)) {
		rec->flags |= event_attributes(k, word[1]);
		rec->iova = word[2];
	} else {
		rec->flags |= DMAT_F_NO_IOVA;
	}
	/* STAG means nothing, and may hold anything, unless the transaction stalled. */
	if (k && spec_has(k, SMMUV3_EVT_HAS_STALL) && word[1] & SMMUV3_EVT_1_STALL) {
		rec->flags |= DMAT_F_STALL;
		rec->tag = FIELD_GET(SMMUV3_EVT_1_STAG, word[1]);
	}
}

/* The bits of FSYNR0 and of sGFSYNR0 that tell of the access stand at the same places. */
u16 trace_words_syndrome(u64 fsynr0)
{
	return (fsynr0 & SMMUV2_FSYNR0_IND   ? DMAT_F_X
		: fsynr0 & SMMUV2_FSYNR0_WNR ? DMAT_F_W
					     : DMAT_F_R) |
	       (fsynr0 & SMMUV2_FSYNR0_PNU ? DMAT_F_PRIV : 0);
}

void trace_words_global(struct dmat_record *rec, const u64 *word)
{
	u64 s = word[1];

	memcpy(rec->word, word, sizeof(rec->word));
	rec->code = word[0];
	rec->flags = DMAT_F_NO_IOVA | DMAT_F_WORDS |
		     (s & SMMUV2_sGFSYNR0_IND	? DMAT_F_X
		      : s & SMMUV2_sGFSYNR0_WNR ? DMAT_F_W
						: DMAT_F_R) |
		     (s & SMMUV2_sGFSYNR0_PNU ? DMAT_F_PRIV : 0);
	rec->sid = word[2] & 0xffff;
}

static void context_fault(struct dmat_record *rec, const u64 *word, u32 bank)
{
	rec->code = word[0];
	rec->iova = word[1];
	rec->sid = word[3] & 0xffff;
	rec->flags = DMAT_F_WORDS | trace_words_syndrome(word[2]) | (word[0] & SMMUV2_FSR_SS ? DMAT_F_STALL : 0);
	rec->word[0] = word[0];
	rec->word[1] = word[2];
	rec->word[2] = word[3] + 1;
	rec->word[3] = bank + 1;
}

void trace_words_request(struct dmat_record *rec, const u64 *word)
{
	u64 w0 = word[0], w1 = word[1];

	rec->sid = FIELD_GET(VTD_PREQ_RID, w0);
	rec->iova = w1 & VTD_PREQ_ADDR;
	rec->tag = FIELD_GET(VTD_PREQ_PRGI, w1);
	rec->flags = DMAT_F_WORDS | (w1 & VTD_PREQ_RDR ? DMAT_F_R : 0) | (w1 & VTD_PREQ_WRR ? DMAT_F_W : 0) |
		     (w1 & VTD_PREQ_LPIG ? DMAT_F_LAST : 0) | (w0 & VTD_PREQ_EXR ? DMAT_F_X : 0) |
		     (w0 & VTD_PREQ_PMR ? DMAT_F_PRIV : 0);
	if (w0 & VTD_PREQ_PP) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = FIELD_GET(VTD_PREQ_PASID, w0);
	}
	rec->word[0] = w0;
	rec->word[1] = w1;
}

static void pri_entry(struct dmat_record *rec, const u64 *word)
{
	u64 w = word[0];

	rec->sid = FIELD_GET(SMMUV3_PRI_0_STREAMID, w);
	rec->iova = word[1] & SMMUV3_PRI_1_ADDRESS;
	rec->tag = FIELD_GET(SMMUV3_PRI_1_PRGINDEX, word[1]);
	rec->flags = (w & SMMUV3_PRI_0_R ? DMAT_F_R : 0) | (w & SMMUV3_PRI_0_W ? DMAT_F_W : 0) |
		     (w & SMMUV3_PRI_0_X ? DMAT_F_X : 0) | (w & SMMUV3_PRI_0_PRIV ? DMAT_F_PRIV : 0) |
		     (w & SMMUV3_PRI_0_LAST ? DMAT_F_LAST : 0);
	if (w & SMMUV3_PRI_0_SSV) {
		rec->flags |= DMAT_F_PASID;
		rec->pasid = FIELD_GET(SMMUV3_PRI_0_SUBSTREAMID, w);
	}
}

static void fault_record(struct dmat_record *rec, const u64 *word)
{
	u64 hi = word[1];

	rec->sid = hi & VTD_FRCD_SID;
	rec->code = FIELD_GET(VTD_FRCD_FR, hi);
	rec->iova = word[0] & VTD_FRCD_FI;
	rec->flags = DMAT_F_WORDS | (hi & VTD_FRCD_T1 ? DMAT_F_R : DMAT_F_W);
	if (hi & VTD_FRCD_PP) {
		rec->flags |= DMAT_F_PASID | (hi & VTD_FRCD_EXE ? DMAT_F_X : 0) |
			      (hi & VTD_FRCD_PRIV ? DMAT_F_PRIV : 0);
		rec->pasid = FIELD_GET(VTD_FRCD_PV, hi);
	}
	memcpy(rec->word, word, VTD_FRCD_BYTES);
}

bool trace_words_record(const struct spec_record *format, const u64 words[4], u32 bank, u64 time_ns,
			struct dmat_record *rec)
{
	bool request = format == &smmuv3_records[SMMUV3_RECORD_PRI] || format == &vtd_records[VTD_RECORD_PREQ];

	dmat_record_init(rec, request ? DMAT_PAGE_REQUEST : DMAT_FAULT, time_ns);
	rec->model = DMAT_MODEL_SMMUV3;
	if (format == &smmuv3_records[SMMUV3_RECORD_EVT]) {
		trace_words_event(rec, words);
	} else if (format == &smmuv3_records[SMMUV3_RECORD_PRI]) {
		pri_entry(rec, words);
	} else if (format == &vtd_records[VTD_RECORD_FRCD]) {
		rec->model = DMAT_MODEL_VTD;
		fault_record(rec, words);
	} else if (format == &vtd_records[VTD_RECORD_PREQ]) {
		rec->model = DMAT_MODEL_VTD;
		trace_words_request(rec, words);
	} else if (format == &smmuv2_records[SMMUV2_RECORD_FAULT]) {
		rec->model = DMAT_MODEL_SMMUV2;
		context_fault(rec, words, bank);
	} else if (format == &smmuv2_records[SMMUV2_RECORD_GFAULT]) {
		rec->model = DMAT_MODEL_SMMUV2_GLOBAL;
		trace_words_global(rec, words);
	} else {
		return false;
	}
	return true;
}

/* ---- records to lines ---- */

/* The time, and whose message it is. A later line of a message has the same. */
static void begin(const struct trace_printk *log, const char *driver, const char *iommu)
{
	fprintf(log->out, "[%5llu.%06llu] %s%s%s: ", log->last_us / 1000000, log->last_us % 1000000, driver,
		*iommu ? " " : "", iommu);
}

static void print_event(const struct trace_printk *log, const struct dmat_record *rec, const char *iommu)
{
	u32 i;

	begin(log, "arm-smmu-v3", iommu);
	fprintf(log->out, "event 0x%02x received:\n", rec->code);
	for (i = 0; i < 4; i++) {
		begin(log, "arm-smmu-v3", iommu);
		fprintf(log->out, "\t0x%016llx\n", rec->word[i]);
	}
}

static void print_pri(const struct trace_printk *log, const struct dmat_record *rec, const char *iommu)
{
	begin(log, "arm-smmu-v3", iommu);
	fprintf(log->out, "unexpected PRI request received:\n");
	begin(log, "arm-smmu-v3", iommu);
	fprintf(log->out, "\tsid 0x%08x.0x%05x: [%u%s] %sprivileged %s%s%s access at iova 0x%016llx\n", rec->sid,
		rec->pasid, rec->tag, rec->flags & DMAT_F_LAST ? "L" : "", rec->flags & DMAT_F_PRIV ? "" : "un",
		rec->flags & DMAT_F_R ? "R" : "", rec->flags & DMAT_F_W ? "W" : "", rec->flags & DMAT_F_X ? "X" : "",
		rec->iova);
}

static void print_context(const struct trace_printk *log, const struct dmat_record *rec, const char *iommu)
{
	begin(log, "arm-smmu", iommu);
	fprintf(log->out, "Unhandled context fault: fsr=0x%x, iova=0x%08llx, fsynr=0x%x", rec->code, rec->iova,
		(u32)rec->word[1]);
	if (rec->word[2])
		fprintf(log->out, ", cbfrsynra=0x%x", (u32)rec->word[2] - 1);
	fprintf(log->out, ", cb=%u\n", rec->word[3] ? (u32)rec->word[3] - 1 : 0);
}

static void print_global(const struct trace_printk *log, const struct dmat_record *rec, const char *iommu)
{
	begin(log, "arm-smmu", iommu);
	fprintf(log->out, "Unexpected global fault, this could be serious\n");
	begin(log, "arm-smmu", iommu);
	fprintf(log->out, "\tGFSR 0x%08x, GFSYNR0 0x%08x, GFSYNR1 0x%08x, GFSYNR2 0x%08x\n", (u32)rec->word[0],
		(u32)rec->word[1], (u32)rec->word[2], (u32)rec->word[3]);
}

static void print_dmar(const struct trace_printk *log, const struct dmat_record *rec)
{
	const struct spec_kind *k = spec_kind(&vtd_records[VTD_RECORD_FRCD], rec->code);
	char pasid[32] = "NO_PASID";

	if (rec->flags & DMAT_F_PASID)
		snprintf(pasid, sizeof(pasid), "PASID 0x%x", rec->pasid);
	begin(log, "DMAR", "");
	fprintf(log->out, "[DMA %s %s] Request device [%02x:%02x.%u] fault addr 0x%llx [fault reason 0x%02x] %s\n",
		rec->flags & DMAT_F_R ? "Read" : "Write", pasid, rec->sid >> 8 & 0xff, rec->sid >> 3 & 31, rec->sid & 7,
		rec->iova, rec->code, k && k->printed ? k->printed : "Unknown");
}

/* Page requests of SMMUv3 and faults of VT-d are printed in decoded form, all else as words. */
static bool is_printed(const struct dmat_record *rec, bool request)
{
	if ((!request && rec->kind != DMAT_FAULT) || rec->sid == DMAT_SID_NONE)
		return false;
	if (rec->model == DMAT_MODEL_SMMUV3 && request)
		return true;
	if (rec->model == DMAT_MODEL_VTD && !request)
		return true;
	return rec->flags & DMAT_F_WORDS &&
	       (rec->model == DMAT_MODEL_SMMUV2 || rec->model == DMAT_MODEL_SMMUV2_GLOBAL ||
		rec->model == DMAT_MODEL_SMMUV3 || rec->model == DMAT_MODEL_VTD);
}

bool trace_printk(struct trace_printk *log, const struct dmat_record *rec, const char *iommu)
{
	bool request = rec->kind == DMAT_PAGE_REQUEST;

	if (!is_printed(rec, request))
		return false;
	log->last_us = max(rec->time_ns / 1000, log->last_us + 1);
	if (rec->model == DMAT_MODEL_SMMUV2) {
		print_context(log, rec, iommu);
	} else if (rec->model == DMAT_MODEL_SMMUV2_GLOBAL) {
		print_global(log, rec, iommu);
	} else if (rec->model == DMAT_MODEL_VTD && request) {
		begin(log, "DMAR", iommu);
		fprintf(log->out, "Invalid page request: %08llx %08llx\n", rec->word[0], rec->word[1]);
	} else if (rec->model == DMAT_MODEL_VTD) {
		print_dmar(log, rec);
	} else if (request) {
		print_pri(log, rec, iommu);
	} else {
		print_event(log, rec, iommu);
	}
	return true;
}
