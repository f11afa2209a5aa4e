// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Context faults of SMMUv2 as arm-smmu and qcom_iommu print them, global faults, and the GPU driver's lines. */
#include "smmuv2_spec.h"
#include "trace_log.h"

enum { FSR, IOVA, FSYNR, CBFRSYNRA, CB, FIELDS };

static const char *const field_names[FIELDS] = { "fsr=", "iova=", "fsynr=", "cbfrsynra=", "cb=" };

/* "fsr=0x402, iova=0x.., ..": fills @value, returns the set of fields found; *@clean: nothing unreadable between them. */
static unsigned int scan_fields(const char *s, u64 *value, bool *clean)
{
	unsigned int found = 0, i;

	*clean = true;
	while (s && *trace_scan(s, "")) {
		for (i = 0; i < FIELDS && !trace_scan(s, field_names[i]); i++)
			;
		s = i < FIELDS ? trace_scan(s, field_names[i]) : NULL;
		s = i == CB ? trace_scan_number(s, &value[i]) : trace_scan_hex(s, &value[i]);
		if (!s) {
			*clean = found & 1U << CB;
			break;
		}
		found |= 1U << i;
		if (i == CB)
			break;
		s = trace_scan(s, ",");
		*clean = s;
	}
	return found;
}

static void emit_context_fault(struct trace_log *log, unsigned int found, const u64 *value)
{
	u64 fsynr = value[FSYNR], iova = value[IOVA];
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_SMMUV2;
	rec.code = value[FSR];
	rec.iova = iova;
	rec.flags = DMAT_F_WORDS;
	rec.word[0] = value[FSR];
	rec.word[1] = fsynr;
	rec.word[2] = found & 1U << CBFRSYNRA ? value[CBFRSYNRA] + 1 : 0;
	rec.word[3] = found & 1U << CB ? value[CB] + 1 : 0;
	if (found & 1U << FSYNR) {
		rec.flags |= fsynr & SMMUV2_FSYNR0_IND ? DMAT_F_X : fsynr & SMMUV2_FSYNR0_WNR ? DMAT_F_W : DMAT_F_R;
		rec.flags |= fsynr & SMMUV2_FSYNR0_PNU ? DMAT_F_PRIV : 0;
	}
	if (value[FSR] & SMMUV2_FSR_SS)
		rec.flags |= DMAT_F_STALL;
	/* Without CBFRSYNRA the bank stands for its stream. */
	if (found & 1U << CBFRSYNRA)
		rec.sid = value[CBFRSYNRA] & 0xffff;
	else if (found & 1U << CB)
		rec.sid = value[CB];
	trace_log_flush_gpu(log, &iova);
	trace_log_emit(log, &rec);
}

static enum trace_parse global_fault(struct trace_log *log, const char *text)
{
	static const char *const names[] = { "GFSR", ", GFSYNR0", ", GFSYNR1", ", GFSYNR2" };
	const char *s = trace_find(text, "GFSR 0x");
	struct dmat_record rec;
	unsigned int i;

	if (!s)
		return TRACE_NOT_MINE;
	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		s = trace_scan_hex(trace_scan(s, names[i]), &rec.word[i]);
		if (!s)
			return TRACE_INCOMPLETE;
	}
	rec.model = DMAT_MODEL_SMMUV2_GLOBAL;
	rec.code = rec.word[0];
	rec.flags = DMAT_F_NO_IOVA | DMAT_F_WORDS;
	rec.sid = rec.word[2] & 0xffff;
	trace_log_emit(log, &rec);
	return TRACE_TAKEN;
}

enum trace_parse trace_log_smmuv2(struct trace_log *log, const char *text, bool last)
{
	const char *s = trace_find(text, "Unhandled context fault:");
	u64 value[FIELDS] = { 0 };
	unsigned int found;
	bool clean;

	if (!s)
		return global_fault(log, text);
	found = scan_fields(s + strlen("Unhandled context fault:"), value, &clean);
	/* Every kernel prints the bank last. */
	if (!(found & 1U << CB) && !last)
		return TRACE_INCOMPLETE;
	if (!(found & 1U << IOVA) || (!clean && !last))
		return TRACE_INCOMPLETE;
	emit_context_fault(log, found, value);
	return TRACE_TAKEN;
}

static u32 space_of(struct trace_log *log, u64 ttbr0)
{
	unsigned int i;

	for (i = 0; i < log->ttbrs; i++) {
		if (log->ttbr[i] == ttbr0)
			return i + 1;
	}
	if (log->ttbrs == ARRAY_SIZE(log->ttbr))
		return DMAT_DOMAIN_NONE;
	log->ttbr[log->ttbrs++] = ttbr0;
	return log->ttbrs;
}

/* " dir=READ type=TRANSLATION source=CCU" */
static const char *scan_named(const char *s, struct dmat_record *rec)
{
	static const struct {
		const char *name;
		u32 fsr;
	} types[] = { { "TRANSLATION", SMMUV2_FSR_TF },
		      { "PERMISSION", SMMUV2_FSR_PF },
		      { "EXTERNAL", SMMUV2_FSR_EF },
		      { "UNKNOWN", 0 } };
	const char *rest = trace_scan(s, "dir=READ");
	unsigned int i;

	rec->flags |= rest ? DMAT_F_R : DMAT_F_W;
	if (!rest)
		rest = trace_scan(s, "dir=WRITE");
	s = trace_scan(rest, "type=");
	rest = NULL;
	for (i = 0; s && !rest && i < ARRAY_SIZE(types); i++) {
		rest = trace_scan(s, types[i].name);
		rec->code = types[i].fsr;
	}
	s = trace_scan(rest, "source=");
	if (s)
		s += strcspn(s, "(");
	return s;
}

/* The older " flags=0": bit 0 is a write */
static const char *scan_flags(const char *s, struct dmat_record *rec)
{
	u64 flags;

	if (*s == ',')
		s++;
	s = trace_scan_number(trace_scan(s, "flags="), &flags);
	rec->flags |= s && flags & 1 ? DMAT_F_W : DMAT_F_R;
	return s;
}

static const char *scan_brackets(const char *s, u64 *word)
{
	u64 v[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		s = trace_scan_number(trace_scan(s, i ? "," : "("), &v[i]);
	s = trace_scan(s, ")");
	if (!s)
		return NULL;
	word[0] = v[0] | v[1] << 32;
	word[1] = v[2] | v[3] << 32;
	return s;
}

/* Address of a "*** gpu fault:" line that may have been read off a screen: the i is not always one. */
static const char *scan_iova(const char *s, u64 *iova)
{
	static const char *const spellings[] = { "iova=", "tova=", "lova=", "1ova=" };
	const char *rest = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spellings) && !rest; i++)
		rest = trace_scan(s, spellings[i]);
	return trace_scan_hex(rest, iova);
}

enum trace_parse trace_log_gpu(struct trace_log *log, const char *text, bool last)
{
	const char *s = trace_find(text, "*** gpu fault:"), *rest;
	struct dmat_record rec;
	u64 ttbr0;

	if (s)
		s += strlen("*** gpu fault:");
	else if ((s = trace_find(text, "*** fault:")))
		s += strlen("*** fault:");
	else
		return TRACE_NOT_MINE;
	dmat_record_init(&rec, DMAT_FAULT, log->stamp_ns);
	rec.model = DMAT_MODEL_GPU;
	rec.flags = DMAT_F_WORDS;
	/* The driver does not name its stream. */
	rec.sid = 0;
	rest = trace_scan_hex(trace_scan(s, "ttbr0="), &ttbr0);
	if (rest) {
		rec.word[0] = ttbr0;
		s = rest;
	}
	s = scan_iova(s, &rec.iova);
	if (!s)
		return TRACE_INCOMPLETE;
	rest = trace_scan(s, "dir=") ? scan_named(s, &rec) : scan_flags(s, &rec);
	rest = scan_brackets(rest, &rec.word[1]);
	if (!rest && !last)
		return TRACE_INCOMPLETE;
	if (!(rec.flags & DMAT_F_R))
		rec.flags |= DMAT_F_W;
	trace_log_flush_gpu(log, NULL);
	if (rec.word[0])
		rec.domain = space_of(log, rec.word[0]);
	log->gpu = rec;
	log->gpu_pending = true;
	return TRACE_TAKEN;
}
