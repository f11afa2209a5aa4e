// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Faults of SMMUv2 as arm-smmu, qcom_iommu, Xen and vendors' kernels print them, and the GPU driver's lines. Each fact is
 * taken by its key, wherever it stands.
 */
#include "smmuv2_spec.h"
#include "trace_log.h"

/* Lines behind a message that repeat, or complete, what it says. */
enum { SAID_FSR = 1, SAID_FSYNR = 2 };

static const char *const context_heads[] = { "unhandled context fault", "unhandled arm-smmu context fault", NULL };
static const char *const global_heads[] = { "unexpected global fault", NULL };
static const char *const none[] = { NULL };

struct context {
	u64 fsr, iova, fsynr, cbfrsynra, bank, sid;
	bool has_fsr, has_fsynr, has_cbfrsynra, has_bank, has_sid;
	const char *iova_end;
};

static void read_context(const char *text, struct context *c)
{
	memset(c, 0, sizeof(*c));
	c->has_fsr = trace_key(text, "fsr", 16, &c->fsr);
	c->iova_end = trace_key(text, "iova|far", 16, &c->iova);
	c->has_fsynr = trace_key(text, "fsynr|fsynr0", 16, &c->fsynr);
	c->has_cbfrsynra = trace_key(text, "cbfrsynra", 16, &c->cbfrsynra);
	c->has_bank = trace_key(text, "cb|context bank#", 10, &c->bank);
	c->has_sid = trace_key(text, "sid", 16, &c->sid);
}

static bool has_head(const char *text)
{
	return trace_phrase(text, context_heads[0]) || trace_phrase(text, context_heads[1]);
}

static void put_context(struct trace_msg *m, const struct context *c)
{
	struct dmat_record *rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV2);

	rec->code = c->fsr;
	rec->iova = c->iova;
	rec->flags = DMAT_F_WORDS | (c->iova_end ? 0 : DMAT_F_NO_IOVA);
	rec->word[0] = c->fsr;
	rec->word[1] = c->fsynr;
	rec->word[2] = c->has_cbfrsynra ? c->cbfrsynra + 1 : c->has_sid ? c->sid + 1 : 0;
	rec->word[3] = c->has_bank ? c->bank + 1 : 0;
	if (c->has_fsynr)
		rec->flags |= trace_words_syndrome(c->fsynr);
	if (c->fsr & SMMUV2_FSR_SS)
		rec->flags |= DMAT_F_STALL;
	if (c->has_cbfrsynra)
		rec->sid = c->cbfrsynra & 0xffff;
	else if (c->has_sid)
		rec->sid = c->sid & 0xffff;
	else if (c->has_bank && !strncmp(m->driver, "qcom", 4))
		rec->sid = c->bank; /* each bank of a qcom_iommu is a stream's */
}

static bool ends_in(const char *text, char c)
{
	size_t n = strlen(text);

	while (n && text[n - 1] == ' ')
		n--;
	return n && text[n - 1] == c;
}

static enum trace_state look_context(struct trace_msg *m, bool last)
{
	struct context c;

	read_context(m->text, &c);
	if (c.iova_end && (c.has_fsr || c.has_fsynr) && c.has_bank && !ends_in(m->text, ',')) {
		put_context(m, &c);
		return m->rec[0].sid == DMAT_SID_NONE ? TRACE_WAITS : TRACE_DONE;
	}
	if (!last)
		return TRACE_OPEN;
	/* A number that ends with the text may have lost digits. */
	if (!c.iova_end || !*c.iova_end || (!c.has_fsr && !c.has_fsynr))
		return TRACE_BAD;
	if (c.has_cbfrsynra && !*trace_key(m->text, "cbfrsynra", 16, &c.cbfrsynra))
		c.has_cbfrsynra = false;
	put_context(m, &c);
	return TRACE_DONE;
}

/* "FSR    = 00000402 [..], SID=0x800", "FSYNR0 = ..", "FAR    = ..", "soft iova-to-phys=..", "SID=0x40" */
static bool takes_context(struct trace_msg *m, const char *body)
{
	struct context was, c;
	unsigned int bits;

	if (has_head(body))
		return false;
	read_context(m->text, &was);
	read_context(body, &c);
	/* Lines that repeat say one thing each: this is a headline whose words are damaged. */
	if ((m->state != TRACE_OPEN || was.has_fsr) && c.has_fsr && (c.iova_end || c.has_fsynr || c.has_bank))
		return false;
	bits = (c.has_fsr ? SAID_FSR : 0) | (c.has_fsynr ? SAID_FSYNR : 0);
	if (bits & m->bits || (c.has_fsr && was.has_fsr && c.fsr != was.fsr) ||
	    (c.has_fsynr && was.has_fsynr && c.fsynr != was.fsynr) ||
	    (c.has_sid && was.has_cbfrsynra && c.sid != (was.cbfrsynra & 0xffff)) ||
	    (c.iova_end && was.iova_end && c.iova != was.iova))
		return false;
	m->bits |= bits;
	return bits || c.has_sid || c.has_cbfrsynra || c.has_bank || c.iova_end || trace_phrase(body, "iova-to-phys") ||
	       trace_phrase(body, " = ");
}

const struct trace_family trace_smmuv2_context = { context_heads, NULL, takes_context, look_context };

/* The pair of lines behind a headline, of which the headline was not posted. */
static bool begins_pair(const char *body)
{
	u64 v;

	return trace_key(body, "fsr|fsynr0", 16, &v);
}

static bool takes_pair(struct trace_msg *m, const char *body)
{
	struct context was, c;

	read_context(m->text, &was);
	read_context(body, &c);
	if (has_head(body) || c.has_fsr || was.has_fsynr || !was.has_fsr)
		return false;
	return c.has_fsynr;
}

static enum trace_state look_pair(struct trace_msg *m, bool last)
{
	struct context c;

	read_context(m->text, &c);
	if (!c.has_fsr)
		return TRACE_BAD; /* the syndrome alone does not tell what happened */
	if (!c.has_fsynr && !last)
		return TRACE_OPEN;
	if (!c.has_fsynr && !c.has_sid)
		return TRACE_BAD;
	put_context(m, &c);
	return TRACE_DONE;
}

const struct trace_family trace_smmuv2_pair = { none, begins_pair, takes_pair, look_pair };

static enum trace_state look_global(struct trace_msg *m, bool last)
{
	static const char *const keys[] = { "gfsr", "gfsynr0", "gfsynr1", "gfsynr2" };
	u64 word[4] = { 0 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!trace_key(m->text, keys[i], 16, &word[i]) && (i < 3 || !last))
			return last ? TRACE_BAD : TRACE_OPEN;
	}
	trace_words_global(trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_SMMUV2_GLOBAL), word);
	return TRACE_DONE;
}

static bool begins_global(const char *body)
{
	u64 v;

	return trace_key(body, "gfsr", 16, &v);
}

static bool takes_global(struct trace_msg *m, const char *body)
{
	u64 v;

	if (trace_key(body, "gfsr", 16, &v) && trace_key(m->text, "gfsr", 16, &v))
		return false;
	return !m->out && !trace_phrase(body, global_heads[0]) && m->state == TRACE_OPEN &&
	       trace_key(body, "gfsr|gfsynr0|gfsynr1|gfsynr2", 16, &v);
}

const struct trace_family trace_smmuv2_global = { global_heads, begins_global, takes_global, look_global };

/* ---- the GPU's driver ---- */

static const char *const gpu_heads[] = { "*** gpu fault:", "*** fault:", NULL };

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

/* The word behind a key may be cut anywhere: its first letter tells. */
static char first_letter(const char *text, const char *key)
{
	const char *s = trace_phrase(text, key);

	return s ? *s : '\0';
}

static u32 gpu_code(const char *text)
{
	switch (first_letter(text, "type=")) {
	case 'T':
		return SMMUV2_FSR_TF;
	case 'P':
		return SMMUV2_FSR_PF;
	case 'E':
		return SMMUV2_FSR_EF;
	default:
		return 0;
	}
}

static enum trace_state look_gpu(struct trace_msg *m, bool last)
{
	/* The line may have been read off a screen: the i is not always one. */
	const char *end, *bracket = strchr(m->text, '(');
	u64 iova, flags = 0, word[2] = { 0 }, ttbr0 = 0;
	struct dmat_record *rec;

	end = trace_key(m->text, "iova|tova|lova|1ova", 16, &iova);
	while (bracket && !scan_brackets(bracket, word))
		bracket = strchr(bracket + 1, '(');
	if ((!bracket || !end) && !last)
		return TRACE_OPEN;
	if (!end || !*end)
		return TRACE_BAD;
	trace_key(m->text, "flags", 16, &flags);
	trace_key(m->text, "ttbr0", 16, &ttbr0);
	rec = trace_msg_record(m, DMAT_FAULT, DMAT_MODEL_GPU);
	rec->iova = iova;
	rec->sid = 0; /* the driver does not name it */
	rec->code = gpu_code(m->text);
	rec->flags = DMAT_F_WORDS | (first_letter(m->text, "dir=") == 'W' || flags & 1 ? DMAT_F_W : DMAT_F_R);
	rec->word[0] = ttbr0;
	rec->word[1] = word[0];
	rec->word[2] = word[1];
	return TRACE_DONE;
}

const struct trace_family trace_gpu = { gpu_heads, NULL, NULL, look_gpu };
