// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What to look at next: each line follows from facts of the story, and names them. */
#include "explain.h"
#include "smmuv2_spec.h"
#include "smmuv3_spec.h"
#include "vtd_spec.h"
#include <stdarg.h>

#define PAGE	  4096ULL
#define NEARBY	  (64 * PAGE)
#define AMD_PR	  BIT(4) /* IO_PAGE_FAULT: the page is present, and refuses */
#define AMD_FAULT 2	 /* the type of IO_PAGE_FAULT */

/* What kind of thing went wrong, as far as the code tells. */
enum cause { NOT_MAPPED, REFUSED, NOT_MAPPED_OR_REFUSED, STREAM, MEMORY, OTHER };

static enum cause smmuv3_class(u32 code)
{
	switch (code) {
	case SMMUV3_F_TRANSLATION:
		return NOT_MAPPED;
	case SMMUV3_F_PERMISSION:
	case SMMUV3_F_ACCESS:
		return REFUSED;
	case SMMUV3_C_BAD_STREAMID:
	case SMMUV3_C_BAD_STE:
	case SMMUV3_F_STREAM_DISABLED:
	case SMMUV3_F_TRANSL_FORBIDDEN:
	case SMMUV3_C_BAD_SUBSTREAMID:
	case SMMUV3_C_BAD_CD:
		return STREAM;
	case SMMUV3_F_WALK_EABT:
	case SMMUV3_F_STE_FETCH:
	case SMMUV3_F_CD_FETCH:
		return MEMORY;
	default:
		return OTHER;
	}
}

static enum cause smmuv2_class(u32 fsr)
{
	if (fsr & SMMUV2_FSR_TF)
		return NOT_MAPPED;
	if (fsr & (SMMUV2_FSR_PF | SMMUV2_FSR_AFF))
		return REFUSED;
	return fsr & SMMUV2_FSR_EF ? MEMORY : fsr & SMMUV2_FSR_FAULTS ? OTHER : NOT_MAPPED_OR_REFUSED;
}

static enum cause vtd_class(u32 reason)
{
	switch (reason) {
	case VTD_FR_LGN_2:
	case VTD_FR_LGN_3:
	case VTD_FR_SSS_2:
		return NOT_MAPPED_OR_REFUSED; /* a second-stage entry without both is one that is not there */
	case VTD_FR_SFS_2:
		return NOT_MAPPED;
	case VTD_FR_SGN_6:
		return REFUSED;
	case VTD_FR_LRT_1:
	case VTD_FR_LCT_1:
	case VTD_FR_SRT_1:
	case VTD_FR_SCT_1:
	case VTD_FR_SPD_1:
	case VTD_FR_SPT_1:
	case VTD_FR_LSS_1:
	case VTD_FR_SFS_1:
	case VTD_FR_SSS_1:
		return MEMORY;
	case VTD_FR_LRT_2:
	case VTD_FR_LRT_3:
	case VTD_FR_LCT_2:
	case VTD_FR_LCT_3:
	case VTD_FR_SRT_2:
	case VTD_FR_SRT_3:
	case VTD_FR_SCT_2:
	case VTD_FR_SCT_3:
	case VTD_FR_SPD_2:
	case VTD_FR_SPD_3:
	case VTD_FR_SPT_2:
	case VTD_FR_SPT_3:
		return STREAM;
	default:
		return OTHER;
	}
}

static enum cause cause_of(const struct dmat_record *rec)
{
	if (rec->kind == DMAT_PAGE_REQUEST)
		return NOT_MAPPED;
	switch (rec->model) {
	case DMAT_MODEL_SMMUV2:
		return smmuv2_class(rec->code);
	case DMAT_MODEL_SMMUV2_GLOBAL:
		return rec->code & SMMUV2_sGFSR_USF ? STREAM : OTHER;
	case DMAT_MODEL_SMMUV3:
		return smmuv3_class(rec->code);
	case DMAT_MODEL_VTD:
		return vtd_class(rec->code);
	case DMAT_MODEL_AMDVI:
		return rec->word[0] != AMD_FAULT ? OTHER : rec->code & AMD_PR ? REFUSED : NOT_MAPPED;
	case DMAT_MODEL_SMMUV3_GERROR:
	case DMAT_MODEL_SMMUV3_CMDQ:
		return OTHER;
	default:
		return rec->flags & DMAT_F_NO_IOVA ? OTHER : NOT_MAPPED_OR_REFUSED;
	}
}

struct list {
	struct explain_next *next;
	u32 n;
};

__attribute__((format(printf, 3, 4))) static void add(struct list *l, const char *key, const char *fmt, ...)
{
	va_list args;

	if (l->n == EXPLAIN_NEXT)
		return;
	l->next[l->n].key = key;
	va_start(args, fmt);
	vsnprintf(l->next[l->n++].text, EXPLAIN_TEXT, fmt, args);
	va_end(args);
}

static const char *time_text(u64 ns, char buf[32])
{
	if (ns < 1000)
		snprintf(buf, 32, "%llu ns", ns);
	else
		snprintf(buf, 32, "%llu.%03llu %s", ns < 1000000 ? ns / 1000 : ns / 1000000,
			 ns < 1000000 ? ns % 1000 : ns / 1000 % 1000, ns < 1000000 ? "us" : "ms");
	return buf;
}

/* The page was mapped once. */
static void add_unmapped(struct list *l, const struct explain_story *s)
{
	char t[32];

	time_text(s->rec.time_ns - s->unmap.time_ns, t);
	if (s->own.known && s->own.time_ns >= s->map.time_ns)
		add(l, "use_after_unmap",
		    "use after unmap: record %llu took the page away %s before, and the stream had used it (record "
		    "%llu): "
		    "does the driver wait for the device's last access before it unmaps?",
		    s->unmap.record, t, s->own.record);
	else
		add(l, "use_after_unmap",
		    "use after unmap: record %llu took the page away %s before; look for a transfer that was still "
		    "queued "
		    "or prefetched when it was unmapped",
		    s->unmap.record, t);
}

/* The page is mapped, as far as the trace tells, and the access faults. */
static void add_mapped(struct list *l, const struct explain_story *s)
{
	u16 want = s->rec.flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X), lacks = want & ~s->map.perm;
	bool both = (want & (DMAT_F_R | DMAT_F_W)) == (DMAT_F_R | DMAT_F_W);

	if (lacks && !both)
		add(l, "permission",
		    "record %llu maps the page without permission to %s: the direction that the driver gave "
		    "(DMA_TO_DEVICE, "
		    "IOMMU_WRITE) is not what the device does",
		    s->map.record,
		    lacks & DMAT_F_W   ? "write"
		    : lacks & DMAT_F_X ? "execute"
				       : "read");
	else if (s->rec.flags & DMAT_F_PRIV && !(s->map.perm & DMAT_F_PRIV))
		add(l, "privilege", "the access is privileged, and record %llu maps the page for others",
		    s->map.record);
	else
		add(l, "mapped_yet_faulted",
		    "the page is mapped (record %llu): is it in this IOMMU's tables and this stream's space, was the "
		    "entry "
		    "visible to the walker, does another unmap of the page lie outside of the trace?",
		    s->map.record);
}

/* The page was never mapped: what is the address like? */
static void add_address(struct list *l, const struct explain *e, const struct explain_story *s)
{
	u64 iova = s->rec.iova, end = s->below.iova + s->below.size;
	char t[32];

	if (s->elsewhere.known)
		add(l, "other_space",
		    "record %llu maps the page in space 0x%x, and the stream uses 0x%x: was it mapped for another "
		    "device?",
		    s->elsewhere.record, s->elsewhere.domain, s->domain);
	if (s->physical.known)
		add(l, "physical_address",
		    "the address is what record %llu maps 0x%llx to: was the physical address given to the device?",
		    s->physical.record, s->physical.iova);
	if (s->cut.known)
		add(l, "cut_address",
		    "record %llu maps an address with the same low 32 bits (0x%llx): were the upper ones lost?",
		    s->cut.record, s->cut.iova + (u32)(iova - s->cut.iova));
	if (s->below.known && iova - end < NEARBY)
		add(l, "overrun",
		    "the address is 0x%llx bytes behind the mapping of record %llu (0x%llx, %llu bytes): is the length "
		    "that "
		    "the device has larger than what was mapped, or does it prefetch?",
		    iova - end, s->below.record, s->below.iova, s->below.size);
	else if (s->above.known && s->above.iova - iova < NEARBY)
		add(l, "underrun", "the address is 0x%llx bytes before the mapping of record %llu (0x%llx)",
		    s->above.iova - iova, s->above.record, s->above.iova);
	if (s->later.known)
		add(l, "mapped_late", "record %llu maps the page %s after the fault: was the device started too early?",
		    s->later.record, time_text(s->later.time_ns - s->rec.time_ns, t));
	if (!l->n && e->maps)
		add(l, "never_mapped", "no record maps the page: where does the device have the address from?");
}

/* What the number itself tells, whatever was mapped. */
static void add_number(struct list *l, const struct explain_story *s)
{
	u64 iova = s->rec.iova;

	if (s->rec.flags & DMAT_F_NO_IOVA || explain_mapped(s))
		return;
	if (iova < PAGE)
		add(l, "zero",
		    "the address is next to zero: a descriptor or register that was not filled in, plus 0x%llx", iova);
	else if (iova >> 47 == 0x1ffff)
		add(l, "kernel_address",
		    "the upper bits are all set: a kernel's virtual address, or one with its sign extended");
}

static void add_stream(struct list *l, const struct explain_story *s)
{
	add(l, "stream",
	    "the tables have nothing for stream 0x%x, or nothing valid: is it the ID that firmware describes (iommus, "
	    "iommu-map, IORT, DRHD scope), an alias behind a bridge, a device whose driver is not bound or is gone?",
	    s->rec.sid);
}

static void add_pattern(struct list *l, const struct explain *e, const struct explain_story *s)
{
	if (s->run >= 3)
		add(l, "sequence",
		    "the stream has faulted at %llu pages one after the other: it goes through a buffer, so look at "
		    "what "
		    "it "
		    "was given at the first of them",
		    s->run);
	if (s->n_other && !s->other[0].faulted && !explain_mapped(s))
		add(l, "other_stream",
		    "stream 0x%x used the page (record %llu): is the page mapped in that stream's space alone?",
		    s->other[0].sid, s->other[0].record);
	if (s->rec.flags & DMAT_F_STALL)
		add(l, "stalled",
		    "the transaction waits for an answer: the stream, and on SMMUv2 its bank, stands until one comes");
	if (e->suppressed || e->lost)
		add(l, "incomplete",
		    "the log is not complete (%llu lines suppressed, %llu queue overflows): there were more faults",
		    e->suppressed, e->lost);
}

u32 explain_next(const struct explain *e, const struct explain_story *s, struct explain_next next[EXPLAIN_NEXT])
{
	enum cause cause = cause_of(&s->rec);
	struct list l = { .next = next };

	if (cause == STREAM)
		add_stream(&l, s);
	else if (cause == MEMORY)
		add(&l, "memory",
		    "the IOMMU could not read its own tables: are they in memory that it reaches, was it freed?");
	else if (!(s->rec.flags & DMAT_F_NO_IOVA) && cause != OTHER) {
		if (s->unmap.known)
			add_unmapped(&l, s);
		else if (s->map.known)
			add_mapped(&l, s);
		else if (cause == REFUSED)
			add(&l, "permission",
			    "the page is in the table and refuses the access: compare the direction that the driver "
			    "gave with "
			    "what the device does%s",
			    e->maps ? "; the trace has no map of it" : "");
		else
			add_address(&l, e, s);
		if (s->unmap.known && s->later.known)
			add(&l, "mapped_late", "record %llu maps the page again after the fault", s->later.record);
	}
	add_number(&l, s);
	add_pattern(&l, e, s);
	if (!e->maps && !(s->rec.flags & DMAT_F_NO_IOVA) && cause <= NOT_MAPPED_OR_REFUSED)
		add(&l, "record_maps",
		    "the trace has no maps: record the driver's (tracepoints iommu:map and iommu:unmap, import "
		    "--format "
		    "ftrace) to see whether the page was there");
	return l.n;
}
