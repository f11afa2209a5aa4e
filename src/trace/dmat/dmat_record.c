// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a record may hold, by its kind. */
#include "dmat_priv.h"

const char *const dmat_kind_names[DMAT_KINDS] = {
	"access", "attach", "detach", "map", "unmap", "invalidate", "fault", "page_request", "response", "mark",
};
const char *const dmat_outcome_names[DMAT_OUTCOMES] = { "none", "ok", "fault" };
const char *const dmat_model_names[DMAT_MODELS] = { "none",	   "smmuv2",   "smmuv3",	"vtd",
						    "amdvi",	   "gpu",      "smmuv2_global", "smmuv3_gerror",
						    "smmuv3_cmdq", "mtk",      "rockchip",	"mali",
						    "kgsl",	   "tegra_mc", "apple_dart",	"virtio" };
const char *const dmat_response_names[DMAT_RESPONSES] = { "success", "invalid", "failure" };
const char *const dmat_mark_names[DMAT_MARKS] = { "user",	"suppressed", "evtq_lost", "priq_lost", "priq_clear",
						  "unreadable", "hint",	      "iommu",	   "dte" };

enum {
	USES_SID = 1,
	USES_DOMAIN = 2,
	USES_IOVA = 4,
	USES_SIZE = 8,
	USES_PA = 16,
	USES_TAG = 32,
	USES_CODE = 64,
	USES_MODEL = 128,
	USES_OUTCOME = 256
};

#define DMAT_F_RWXP (DMAT_F_R | DMAT_F_W | DMAT_F_X | DMAT_F_PRIV)

static const struct {
	u16 uses;
	u16 flags;
} dmat_rules[DMAT_KINDS] = {
	[DMAT_ACCESS] = { USES_SID | USES_DOMAIN | USES_IOVA | USES_SIZE | USES_TAG | USES_OUTCOME,
			  DMAT_F_RWXP | DMAT_F_PASID | DMAT_F_AFTER },
	[DMAT_ATTACH] = { USES_SID | USES_DOMAIN, DMAT_F_PASID },
	[DMAT_DETACH] = { USES_SID, DMAT_F_PASID },
	[DMAT_MAP] = { USES_DOMAIN | USES_IOVA | USES_SIZE | USES_PA, 0 },
	[DMAT_UNMAP] = { USES_DOMAIN | USES_IOVA | USES_SIZE, DMAT_F_WHOLE },
	[DMAT_INVALIDATE] = { USES_DOMAIN | USES_IOVA | USES_SIZE, DMAT_F_WHOLE },
	[DMAT_FAULT] = { USES_SID | USES_DOMAIN | USES_IOVA | USES_TAG | USES_CODE | USES_MODEL,
			 DMAT_F_RWXP | DMAT_F_PASID | DMAT_F_STALL | DMAT_F_NO_IOVA | DMAT_F_WORDS },
	[DMAT_PAGE_REQUEST] = { USES_SID | USES_IOVA | USES_TAG | USES_MODEL,
				DMAT_F_RWXP | DMAT_F_PASID | DMAT_F_LAST | DMAT_F_WORDS },
	[DMAT_RESPONSE] = { USES_SID | USES_TAG | USES_CODE | USES_MODEL, DMAT_F_PASID | DMAT_F_WORDS },
	[DMAT_MARK] = { USES_SIZE | USES_TAG | USES_CODE, DMAT_F_WORDS },
};

void dmat_record_init(struct dmat_record *rec, enum dmat_kind kind, u64 time_ns)
{
	memset(rec, 0, sizeof(*rec));
	rec->kind = kind;
	rec->time_ns = time_ns;
	rec->sid = DMAT_SID_NONE;
	rec->domain = DMAT_DOMAIN_NONE;
}

void dmat_record_set_text(struct dmat_record *rec, const char *text)
{
	char bytes[sizeof(rec->word)] = { 0 };
	unsigned int i;

	memcpy(bytes, text, min(strlen(text), sizeof(bytes)));
	for (i = 0; i < sizeof(bytes); i++) {
		if (!(i % 8))
			rec->word[i / 8] = 0;
		rec->word[i / 8] |= (u64)(u8)bytes[i] << i % 8 * 8;
	}
	rec->flags |= DMAT_F_WORDS;
}

static_assert(sizeof(struct dmat_record) == 96, "no padding, so that records compare as bytes");

bool dmat_record_equal(const struct dmat_record *a, const struct dmat_record *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool dmat_kind_has_range(const struct dmat_record *rec)
{
	return (dmat_rules[rec->kind].uses & (USES_IOVA | USES_SIZE)) == (USES_IOVA | USES_SIZE) &&
	       !(rec->flags & DMAT_F_WHOLE);
}

bool dmat_kind_has_pa(const struct dmat_record *rec)
{
	return rec->kind == DMAT_MAP || rec->outcome == DMAT_OUT_OK;
}

static const char *dmat_check_outcome(const struct dmat_record *rec, unsigned int *uses)
{
	bool perm_used = rec->kind == DMAT_MAP;

	if (rec->outcome >= DMAT_OUTCOMES)
		return "unknown outcome";
	if (rec->outcome && !(*uses & USES_OUTCOME))
		return "only an access has an outcome";
	if (rec->outcome == DMAT_OUT_OK) {
		*uses |= USES_PA;
		perm_used = true;
	}
	if (rec->outcome == DMAT_OUT_FAULT)
		*uses |= USES_CODE | USES_MODEL;
	if (rec->perm & ~(perm_used ? DMAT_F_RWXP : 0))
		return "permission that the record cannot have";
	return NULL;
}

const char *dmat_shape_check(const struct dmat_record *rec)
{
	const char *reason;
	unsigned int uses;

	if (rec->kind >= DMAT_KINDS)
		return "unknown kind of record";
	uses = dmat_rules[rec->kind].uses;
	if (rec->flags & ~dmat_rules[rec->kind].flags)
		return "flag that this kind of record does not have";
	reason = dmat_check_outcome(rec, &uses);
	if (reason)
		return reason;
	if (rec->kind == DMAT_ACCESS && !(rec->flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X)))
		return "access without a direction";
	if (rec->kind == DMAT_ACCESS && rec->sid == DMAT_SID_NONE)
		return "access without a stream";
	if (!(rec->flags & DMAT_F_PASID) && rec->pasid)
		return "PASID given but not valid";
	if (rec->model >= DMAT_MODELS)
		return "unknown model";
	if ((rec->sid != DMAT_SID_NONE && !(uses & USES_SID)) ||
	    (rec->domain != DMAT_DOMAIN_NONE && !(uses & USES_DOMAIN)) || (rec->code && !(uses & USES_CODE)) ||
	    (rec->model && !(uses & USES_MODEL)))
		return "field that this kind of record does not have";
	if (rec->kind == DMAT_RESPONSE && rec->code >= DMAT_RESPONSES)
		return "unknown response";
	if (rec->kind == DMAT_MARK && rec->code >= DMAT_MARKS)
		return "unknown mark";
	return NULL;
}

void dmat_unused_columns(const struct dmat_record *form, u64 unused[DMAT_COLS])
{
	unsigned int uses = dmat_rules[form->kind].uses, i;

	if (form->flags & (DMAT_F_WHOLE | DMAT_F_NO_IOVA))
		uses &= ~(USES_IOVA | USES_SIZE);
	unused[DMAT_COL_TIME] = 0;
	unused[DMAT_COL_IOVA] = uses & USES_IOVA ? 0 : ~0ULL;
	unused[DMAT_COL_SIZE] = uses & USES_SIZE ? 0 : ~0ULL;
	unused[DMAT_COL_PA] = 0; /* a distance from iova, which pa_mask takes away where there is no pa */
	unused[DMAT_COL_TAG] = uses & USES_TAG ? ~0ULL << 32 : ~0ULL;
	for (i = DMAT_COL_WORD0; i < DMAT_COLS; i++)
		unused[i] = form->flags & DMAT_F_WORDS ? 0 : ~0ULL;
	if (form->flags & DMAT_F_AFTER)
		unused[DMAT_COL_WORD0] = 0;
}

/* The fields that are columns: those that the kind does not use are 0. */
static const char *dmat_check_columns(const struct dmat_record *rec)
{
	u64 unused[DMAT_COLS], wrong;
	unsigned int i;

	dmat_unused_columns(rec, unused);
	wrong = (rec->iova & unused[DMAT_COL_IOVA]) | (rec->size & unused[DMAT_COL_SIZE]) |
		(rec->tag & unused[DMAT_COL_TAG]) | (dmat_kind_has_pa(rec) ? 0 : rec->pa);
	for (i = DMAT_COL_WORD0; i < DMAT_COLS; i++)
		wrong |= rec->word[i - DMAT_COL_WORD0] & unused[i];
	if (wrong || rec->reserved[0] || rec->reserved[1] || rec->reserved[2])
		return "field that this kind of record does not have";
	return NULL;
}

static bool meta_key_ok(const char *key)
{
	return key[0] && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(key) && strlen(key) < 128;
}

static bool meta_value_ok(const char *value)
{
	for (; *value; value++) {
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	}
	return true;
}

const char *dmat_meta_check(const char *key, const char *value)
{
	return meta_key_ok(key) && meta_value_ok(value) ? NULL : "malformed key or value";
}

const char *dmat_record_check(const struct dmat_record *rec)
{
	const char *reason = dmat_shape_check(rec);

	if (!reason)
		reason = dmat_check_columns(rec);
	if (reason)
		return reason;
	if (dmat_kind_has_range(rec)) {
		if (!rec->size)
			return rec->kind == DMAT_ACCESS ? "access of zero length" : "range of zero length";
		if (rec->kind == DMAT_ACCESS && rec->size > DMAT_ACCESS_MAX)
			return "access of more than 16 MiB";
		if (rec->iova > ~(rec->size - 1))
			return "range passes the end of the address space";
		if (rec->pa > ~(rec->size - 1))
			return "range passes the end of physical memory";
	}
	return NULL;
}

int dmat_fail(struct dmat_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->reason, sizeof(err->reason), fmt, ap);
		va_end(ap);
	}
	return -code;
}

const char *dmat_error_text(const struct dmat_error *err, char *buf, size_t size)
{
	if (err->line)
		snprintf(buf, size, "%s:%llu: %s", err->file, err->line, err->reason);
	else if (err->has_offset)
		snprintf(buf, size, "%s: offset %llu: %s", err->file, err->offset, err->reason);
	else
		snprintf(buf, size, "%s: %s", err->file, err->reason);
	return buf;
}
