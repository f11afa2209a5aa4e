// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words of a kernel's log: which driver and IOMMU a line names, which message it begins, whether it matters at all. */
#include "trace_log_priv.h"
#include <ctype.h>

static const struct trace_family *const families[] = {
	&trace_smmuv2_context,
	&trace_smmuv2_global,
	&trace_smmuv3_event,
	&trace_smmuv3_named,
	&trace_smmuv3_gerror,
	&trace_smmuv3_cmdq,
	&trace_smmuv3_request,
	&trace_smmuv3_overflow,
	&trace_gpu,
	&trace_dmar,
	&trace_dmar_request,
	&trace_dmar_overflow,
	&trace_amd,
	&trace_amd_dte,
	&trace_suppressed,
	&trace_mtk,
	&trace_mali,
	&trace_rockchip,
	&trace_kgsl,
	&trace_tegra,
	&trace_dart,
	&trace_virtio,
	&trace_smmuv2_pair,
};

static u32 fold(u32 quad)
{
	return ((quad | 0x20202020) * 0x9e3779b1U) >> 20;
}

static void quads_of(const char *text, struct trace_quads *q)
{
	u32 quad = 0, h, n;

	memset(q, 0, sizeof(*q));
	for (n = 0; text[n]; n++) {
		quad = quad << 8 | (u8)text[n];
		h = fold(quad);
		q->bit[h / 8] |= n >= 3 ? 1U << h % 8 : 0;
	}
}

/* Whether the text of @q may have @phrase: the first four letters of it without a blank decide. */
static bool may_have(const struct trace_quads *q, const char *phrase)
{
	u32 quad = 0, n, h;

	for (n = 0; *phrase; phrase++) {
		n = *phrase == ' ' ? 0 : n + 1;
		quad = quad << 8 | (u8)*phrase;
		if (n < 4)
			continue;
		h = fold(quad);
		return q->bit[h / 8] & 1U << h % 8;
	}
	return true; /* too short to tell */
}

static const char *const drivers[] = {
	"arm-smmu-v3", "arm-smmu",     "qcom-iommu-ctx", "qcom-iommu", "qcom_iommu", "mtk-iommu",
	"mtk_iommu",   "rk_iommu",     "panfrost",	 "panthor",    "apple-dart", "tegra-mc",
	"kgsl",	       "virtio_iommu", "virtio-iommu",	 "iommu",      "smmu",
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The driver that stands first in @text, at the start of a word; the longest name. */
static const char *find_driver(const char *text, size_t *len)
{
	const char *best = NULL, *s;
	struct trace_quads q;
	unsigned int i;

	quads_of(text, &q);
	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		size_t n = strlen(drivers[i]);

		if (!may_have(&q, drivers[i]))
			continue;
		for (s = strstr(text, drivers[i]); s; s = strstr(s + 1, drivers[i])) {
			if ((s > text && (is_name(s[-1]) || s[-1] == '.' || s[-1] == '/')) ||
			    (s[n] && s[n] != ' ' && s[n] != ':'))
				continue;
			if (!best || s < best) {
				best = s;
				*len = n;
			}
			break;
		}
	}
	return best;
}

/* "arm-smmu-v3 NAME: ..", "arm-smmu-v3: ..", "smmu: /NAME: ..", "dmar0: .." */
void trace_line_device(struct trace_line *l)
{
	const char *s, *name, *end;
	size_t n = 0;

	l->driver[0] = l->device[0] = '\0';
	l->body = l->text;
	s = find_driver(l->text, &n);
	if (!s) {
		s = strstr(l->text, "dmar");
		n = s ? 4 + strspn(s + 4, "0123456789") : 0;
		if (n > 4 && s[n] == ':')
			snprintf(l->device, sizeof(l->device), "%.*s", (int)n, s);
		return;
	}
	snprintf(l->driver, sizeof(l->driver), "%.*s", (int)n, s);
	name = s + n;
	if (*name == ':' && (name[1] != ' ' || name[2] != '/')) {
		snprintf(l->device, sizeof(l->device), "%s", l->driver);
		l->body = name + 1;
		return;
	}
	name += strspn(name, ": ");
	end = name + strcspn(name, " \t");
	if (end == name || end[-1] != ':')
		return;
	snprintf(l->device, sizeof(l->device), "%.*s", (int)(end - 1 - name), name);
	l->body = end;
}

const struct trace_family *trace_by_head(const char *text)
{
	const char *const *head;
	struct trace_quads q;
	unsigned int i;

	quads_of(text, &q);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (head = families[i]->heads; *head; head++) {
			if (may_have(&q, *head) && trace_phrase(text, *head))
				return families[i];
		}
	}
	return NULL;
}

const struct trace_family *trace_by_content(const struct trace_line *l)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->begins && families[i]->begins(l->body))
			return families[i];
	}
	return NULL;
}

/* Whether @word stands in @text, not behind a letter. */
static bool has_word(const char *text, const char *word)
{
	const char *s;

	for (s = trace_find(text, word); s; s = trace_find(s + 1, word)) {
		if (s == text || !isalpha((unsigned char)s[-1]))
			return true;
	}
	return false;
}

/* How many words the line has that hardly any but such messages have: damage leaves some of them. */
static unsigned int tells(const char *text, const struct trace_quads *q)
{
	static const char *const words[] = { "iova",
					     "fsr",
					     "fsynr",
					     "cbfrsynra",
					     "ttbr0=",
					     "address=0x",
					     "flags=0x",
					     "event logged",
					     "fault reason",
					     "request device",
					     "dma read",
					     "dma write",
					     "fault addr",
					     "stag:",
					     "ssid:",
					     "ipa:",
					     "gfsr",
					     "gfsynr",
					     "fault type=",
					     "larb=",
					     "could be serious",
					     "global error",
					     "raw fault status",
					     "access type",
					     "gpu fault",
					     "cmdq error",
					     "page fault",
					     "device=",
					     "*** " };
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		n += may_have(q, words[i]) && trace_find(text, words[i]);
	return n;
}

/* A line that tells of an IOMMU and of something that went wrong. */
bool trace_suspicious(const char *text)
{
	static const char *const who[] = { "smmu", "iommu", "dmar",	 "amd-vi",
					   "vt-d", "dart ", "gpu fault", "gpu page fault" };
	static const char *const what[] = { "fault",	  "event 0x",	"event:",	"event logged",
					    "fsr",	  "fsynr",	"iova=",	"iova:",
					    "stag:",	  "sid=",	"sid:",		"overflow",
					    "unexpected", "cmdq error", "page request", "reason" };
	static const char *const known[] = { "handling fault status reg", "faults enabled", "fault handling",
					     "0 faults" };
	struct trace_quads q;
	unsigned int i, j;

	quads_of(text, &q);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (may_have(&q, known[i]) && trace_phrase(text, known[i]))
			return false;
	}
	for (i = 0; i < ARRAY_SIZE(who); i++) {
		if (!may_have(&q, who[i]) || !trace_find(text, who[i]))
			continue;
		for (j = 0; j < ARRAY_SIZE(what); j++) {
			if (may_have(&q, what[j]) && has_word(text, what[j]))
				return true;
		}
	}
	if (tells(text, &q) >= 2)
		return true;
	/* An orphan word of an event, or a key that only such messages have. */
	return trace_find(text, "arm-smmu-v3") && strlen(text) > 16 &&
	       strspn(text + strlen(text) - 16, "0123456789abcdef") == 16;
}

/* ---- most lines of most logs ---- */

/* What every line that matters here holds one of; four letters decide. */
static const char *const quads[] = {
	"smmu", "iomm", "faul", "even", "dmar", "amd-", "[dma", "fsr ", "fsr=", "fsyn", "gfsr", "dte[", "unha", "unex",
	"kgsl", "tegr", "dart", "panf", "pant", "mtk-", "mtk_", "call", "[int", "prq ", "sid=", "sid:", "sid ", "iova",
	"acce", "over", "cmdq", "(con", "reas", "requ", "page", "inva", "stag", "prio", "cmd[", "far ", "skip", "0x00",
};

static u32 fold_wide(u32 quad)
{
	return ((quad | 0x20202020) * 0x9e3779b1U) >> 16;
}

void trace_learn_quads(struct trace_filter *q)
{
	unsigned int i, k;
	u32 quad, h;

	for (i = 0; i < ARRAY_SIZE(quads); i++) {
		for (k = 0, quad = 0; k < 4; k++)
			quad = quad << 8 | (u8)quads[i][k];
		h = fold_wide(quad);
		q->bit[h / 8] |= 1U << h % 8;
	}
}

/* Most lines have none, and cost a few operations a letter. */
bool trace_has_quad(const struct trace_filter *q, const char *line)
{
	u32 quad = 0, h;

	for (; *line; line++) {
		quad = quad << 8 | (u8)*line;
		h = fold_wide(quad);
		if (q->bit[h / 8] & 1U << h % 8)
			return true;
	}
	return false;
}
