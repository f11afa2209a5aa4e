// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Faults of IOMMUs that are not modelled: MediaTek, Rockchip, Mali GPUs, Adreno by its vendor's driver, Tegra's memory
 * controller, Apple's DART, virtio-iommu. Each becomes a fault without an access, so that it is counted and listed.
 */
#include "trace_log.h"

static const char *const mtk_heads[] = { "fault type=", NULL };
static const char *const mali_heads[] = { "Unhandled Page fault in AS", NULL };
static const char *const rockchip_heads[] = { "rk_iommu", NULL };
static const char *const kgsl_heads[] = { "GPU PAGE FAULT", NULL };
static const char *const tegra_heads[] = { "tegra-mc", NULL };
static const char *const dart_heads[] = { "apple-dart", NULL };
static const char *const virtio_heads[] = { "page fault from EP", NULL };

/* A record of a fault of @model at @iova. */
static struct dmat_record *put(struct trace_msg *m, enum dmat_model model, u64 iova, u16 flags)
{
	struct dmat_record *rec = trace_msg_record(m, DMAT_FAULT, model);

	rec->iova = iova;
	rec->flags = flags;
	m->no_access = true;
	return rec;
}

static u16 direction(const char *text)
{
	return (trace_phrase(text, "read") ? DMAT_F_R : 0) | (trace_phrase(text, "write") ? DMAT_F_W : 0);
}

static enum trace_state look_mtk(struct trace_msg *m, bool last)
{
	u64 iova, type, larb = 0, port = 0, master;
	const char *layer = trace_phrase(m->text, "layer=");
	struct dmat_record *rec;
	bool has_port;

	if (!trace_key(m->text, "iova", 16, &iova) || !trace_key(m->text, "type", 16, &type) || !layer ||
	    !direction(layer))
		return last ? TRACE_BAD : TRACE_OPEN;
	has_port = trace_key(m->text, "larb", 10, &larb) && trace_key(m->text, "port", 10, &port);
	rec = put(m, DMAT_MODEL_MTK, iova, direction(layer) | DMAT_F_WORDS);
	rec->code = type;
	rec->word[0] = has_port ? larb << 32 | port : 0;
	if (trace_key(m->text, "master", 16, &master))
		rec->sid = master;
	else if (has_port)
		rec->sid = larb << 5 | port;
	return TRACE_DONE;
}

static bool takes_any(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_OPEN || m->state == TRACE_WAITS;
}

const struct trace_family trace_mtk = { mtk_heads, NULL, NULL, look_mtk };

static enum trace_state look_mali(struct trace_msg *m, bool last)
{
	const char *as = trace_phrase(m->text, mali_heads[0]), *type;
	u64 space, iova, status = 0, source;
	struct dmat_record *rec;
	const char *end;
	bool whole;

	whole = trace_key(m->text, "source id", 16, &source);
	if (!whole && !last)
		return TRACE_OPEN;
	end = trace_key(m->text, "VA", 16, &iova);
	if (!trace_scan_number(as, &space) || !end || (!whole && !*end))
		return TRACE_BAD;
	type = trace_phrase(m->text, "access type");
	rec = put(m, DMAT_MODEL_MALI, iova, type ? direction(type) : 0);
	trace_key(m->text, "raw fault status", 16, &status);
	rec->code = status;
	rec->domain = space;
	if (whole)
		rec->sid = source;
	return TRACE_DONE;
}

static bool takes_mali(struct trace_msg *m, const char *body)
{
	return m->state == TRACE_OPEN && !trace_phrase(body, "Page fault in") &&
	       (strchr(body, ':') || trace_phrase(body, "source id"));
}

const struct trace_family trace_mali = { mali_heads, NULL, takes_mali, look_mali };

static enum trace_state look_rockchip(struct trace_msg *m, bool last)
{
	u64 iova;
	const char *s = trace_scan_hex(trace_phrase(m->text, "Page fault at"), &iova);

	if (!trace_phrase(m->text, "Page fault at"))
		return TRACE_OTHER;
	if (!s || !trace_phrase(s, "of type") || !direction(s))
		return last ? TRACE_BAD : TRACE_OPEN;
	put(m, DMAT_MODEL_ROCKCHIP, iova, direction(s));
	return TRACE_DONE;
}

const struct trace_family trace_rockchip = { rockchip_heads, NULL, NULL, look_rockchip };

static enum trace_state look_kgsl(struct trace_msg *m, bool last)
{
	bool typed = trace_phrase(m->text, "fault)");
	const char *end;
	u64 iova;

	end = trace_key(m->text, "addr", 16, &iova);
	if (!end || !*end)
		return last ? TRACE_BAD : TRACE_OPEN;
	put(m, DMAT_MODEL_KGSL, iova, direction(m->text));
	return typed ? TRACE_DONE : TRACE_WAITS;
}

static bool takes_kgsl(struct trace_msg *m, const char *body)
{
	return takes_any(m, body) && !m->out &&
	       (trace_phrase(body, "ctx_type=") || trace_phrase(body, "fault)") || trace_phrase(body, "TTBR0"));
}

const struct trace_family trace_kgsl = { kgsl_heads, NULL, takes_kgsl, look_kgsl };

/* "tegra-mc 7001b000.memory-controller: display0a: read @0x00000000a0000000: EMEM address decode error (..)" */
static enum trace_state look_tegra(struct trace_msg *m, bool last)
{
	const char *at = strchr(m->text, '@'), *rest;
	u64 iova;

	if (!at)
		return trace_phrase(m->text, "fault") || trace_phrase(m->text, "error") ? TRACE_BAD : TRACE_OTHER;
	rest = trace_scan_hex(at + 1, &iova);
	if (!rest || !*rest)
		return last ? TRACE_BAD : TRACE_OPEN;
	put(m, DMAT_MODEL_TEGRA, iova, direction(m->text));
	return TRACE_DONE;
}

const struct trace_family trace_tegra = { tegra_heads, NULL, NULL, look_tegra };

/* "apple-dart 681008000.dart: translation fault: status:0x.. stream:1 code:0x1 (PTE missing) at 0x7fffc000" */
static enum trace_state look_dart(struct trace_msg *m, bool last)
{
	const char *close = strrchr(m->text, ')');
	u64 status, stream, iova;
	struct dmat_record *rec;

	if (!trace_phrase(m->text, "fault"))
		return TRACE_OTHER;
	if (!trace_key(m->text, "status", 16, &status) || !trace_key(close ? close : m->text, "at", 16, &iova))
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = put(m, DMAT_MODEL_DART, iova, 0);
	rec->code = status;
	if (trace_key(m->text, "stream", 10, &stream))
		rec->sid = stream;
	return TRACE_DONE;
}

const struct trace_family trace_dart = { dart_heads, NULL, NULL, look_dart };

/* "virtio_iommu ..: page fault from EP 8 at 0x1000 [R]" */
static enum trace_state look_virtio(struct trace_msg *m, bool last)
{
	const char *s = trace_phrase(m->text, virtio_heads[0]), *letters;
	struct dmat_record *rec;
	u64 endpoint, iova;

	s = trace_scan_hex(trace_scan(trace_scan_number(s, &endpoint), "at"), &iova);
	letters = trace_scan(s, "[");
	if (!letters || !strchr(letters, ']'))
		return last ? TRACE_BAD : TRACE_OPEN;
	rec = put(m, DMAT_MODEL_VIRTIO, iova, 0);
	for (; *letters != ']'; letters++)
		rec->flags |= *letters == 'R' ? DMAT_F_R : *letters == 'W' ? DMAT_F_W : *letters == 'X' ? DMAT_F_X : 0;
	rec->sid = endpoint;
	return TRACE_DONE;
}

const struct trace_family trace_virtio = { virtio_heads, NULL, NULL, look_virtio };

static const char *const suppressed_heads[] = { "callbacks suppressed", NULL };

/* "amd_iommu_report_page_fault: 96 callbacks suppressed" */
static enum trace_state look_suppressed(struct trace_msg *m, bool last)
{
	const char *s = trace_find(m->text, "callbacks suppressed");
	u64 n;

	while (s > m->text && s[-1] == ' ')
		s--;
	while (s > m->text && s[-1] >= '0' && s[-1] <= '9')
		s--;
	return trace_scan_number(s, &n) ? trace_msg_mark(m, DMAT_MARK_SUPPRESSED, n) : TRACE_BAD;
}

const struct trace_family trace_suppressed = { suppressed_heads, NULL, NULL, look_suppressed };
