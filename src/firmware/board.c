// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_priv.h"
#include "find.h"
#include "read_file.h"
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

const char *const board_model_names[BOARD_MODELS] = { "SMMUv2", "SMMUv3", "virtio-iommu", "not modelled" };
const char *const board_stall_names[BOARD_STALLS] = { "unknown", "both", "none", "forced" };
const char *const board_role_names[BOARD_ROLES] = { "other", "storage", "display", "audio",
						    "pcie",  "network", "gpu",	   "dma" };

int board_fail(struct board_error *err, int code, const char *fmt, ...)
{
	va_list ap;
	char *c;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	/* One line, whatever names a file holds. */
	for (c = err->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return -code;
}

/* ---- storage ---- */

struct text_chunk {
	struct text_chunk *next;
	char text[];
};

const char *board_chars(struct board *b, const void *chars, size_t len)
{
	struct text_chunk *c = malloc(sizeof(*c) + len + 1);

	if (!c) {
		b->no_memory = true;
		return "";
	}
	memcpy(c->text, chars, len);
	c->text[len] = 0;
	c->next = b->texts;
	b->texts = c;
	return c->text;
}

const char *board_text(struct board *b, const char *fmt, ...)
{
	char buf[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return board_chars(b, buf, strlen(buf));
}

const char *board_name(struct board *b, const char *name)
{
	const char *kept = board_text(b, "%s", name);
	char *c;

	for (c = (char *)(uintptr_t)kept; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
	return kept;
}

/* Room for one more at powers of two; the new item is zero. @all counts those of its kind. */
static void *grow(struct board *b, void **array, u32 *n, size_t size, u32 *all, u32 most)
{
	void *bigger;

	if (*all >= most)
		b->too_many = true;
	if (b->no_memory || b->too_many)
		return NULL;
	if (!(*n & (*n - 1))) {
		bigger = realloc(*array, (*n ? *n * 2u : 1u) * size);
		if (!bigger) {
			b->no_memory = true;
			return NULL;
		}
		*array = bigger;
	}
	if (all != n)
		++*all;
	return memset((char *)*array + (*n)++ * size, 0, size);
}

int board_full(const struct board *b, struct board_error *err)
{
	if (b->no_memory)
		return board_fail(err, ENOMEM, "%s: out of memory", b->file);
	return b->too_many ? board_fail(err, EFBIG, "%s: it has more IOMMUs than %u or more devices or entries than %u",
					b->file, BOARD_MAX_IOMMUS, BOARD_MAX_ITEMS)
			   : 0;
}

struct board_iommu *board_add_iommu(struct board *b)
{
	struct board_iommu *i = grow(b, (void **)&b->iommu, &b->n_iommus, sizeof(*i), &b->n_iommus, BOARD_MAX_IOMMUS);

	if (i)
		i->cells = i->sid_bits = i->ssid_bits = i->stall_max = i->rid = i->at.offset = BOARD_NONE;
	return i;
}

struct board_master *board_add_master(struct board *b)
{
	struct board_master *m =
		grow(b, (void **)&b->master, &b->n_masters, sizeof(*m), &b->n_masters, BOARD_MAX_ITEMS);

	if (m) {
		m->pasid_bits = m->parent = m->rid = m->map_mask = m->segment = BOARD_NONE;
		m->tbu = m->input = m->outstanding = m->memory_flags = m->at.offset = BOARD_NONE;
		m->compatible = "";
		m->enabled = true;
	}
	return m;
}

struct board_input *board_add_input(struct board *b)
{
	return grow(b, (void **)&b->input, &b->n_inputs, sizeof(struct board_input), &b->n_inputs, BOARD_MAX_ITEMS);
}

struct board_tbu *board_add_tbu(struct board *b)
{
	return grow(b, (void **)&b->tbu, &b->n_tbus, sizeof(struct board_tbu), &b->n_tbus, BOARD_MAX_ITEMS);
}

struct board_stream *board_add_stream(struct board *b, struct board_master *m)
{
	return grow(b, (void **)&m->stream, &m->n_streams, sizeof(struct board_stream), &b->all_streams,
		    BOARD_MAX_ITEMS);
}

struct board_map *board_add_map(struct board *b, struct board_master *m)
{
	return grow(b, (void **)&m->map, &m->n_maps, sizeof(struct board_map), &b->all_maps, BOARD_MAX_ITEMS);
}

void board_add_included(struct board *b, const char *name, size_t len)
{
	const char **one;
	u32 i;

	for (i = 0; i < b->n_included; i++)
		if (!strncmp(b->included[i], name, len) && !b->included[i][len])
			return;
	one = grow(b, (void **)&b->included, &b->n_included, sizeof(*one), &b->n_included, BOARD_MAX_ITEMS);
	if (one)
		*one = board_chars(b, name, len);
}

void board_add_defect(struct board *b, const struct board_at *at, enum board_defect_kind kind, const char *fmt, ...)
{
	struct board_defect *d =
		grow(b, (void **)&b->defect, &b->n_defects, sizeof(*d), &b->n_defects, BOARD_MAX_ITEMS);
	char buf[512];
	va_list ap;

	if (!d)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	d->at = *at;
	d->kind = kind;
	d->text = board_text(b, "%s", buf);
}

void board_free(struct board *b)
{
	struct text_chunk *c, *next;

	for_each_of(m, b->master, b->n_masters) {
		free(m->stream);
		free(m->map);
	}
	free(b->iommu);
	free(b->master);
	free(b->tbu);
	free(b->input);
	free(b->defect);
	free(b->included);
	for (c = b->texts; c; c = next) {
		next = c->next;
		free(c);
	}
	memset(b, 0, sizeof(*b));
}

/* With room up to the next power of two, where grow() expects it. */
static void *copy_array(struct board *b, const void *array, u32 n, size_t size)
{
	u32 room = 1;
	void *copy;

	if (!n)
		return NULL;
	while (room < n)
		room *= 2;
	copy = malloc(room * size);
	if (copy)
		memcpy(copy, array, n * size);
	else
		b->no_memory = true;
	return copy;
}

int board_copy(struct board *to, const struct board *from)
{
	u32 i;

	*to = *from;
	to->texts = NULL;
	to->iommu = copy_array(to, from->iommu, from->n_iommus, sizeof(*from->iommu));
	to->tbu = copy_array(to, from->tbu, from->n_tbus, sizeof(*from->tbu));
	to->input = copy_array(to, from->input, from->n_inputs, sizeof(*from->input));
	to->included = copy_array(to, from->included, from->n_included, sizeof(*from->included));
	to->defect = copy_array(to, from->defect, from->n_defects, sizeof(*from->defect));
	to->master = copy_array(to, from->master, from->n_masters, sizeof(*from->master));
	if (!to->master)
		to->n_masters = 0;
	for (i = 0; i < to->n_masters; i++) {
		const struct board_master *m = &from->master[i];

		to->master[i].stream = copy_array(to, m->stream, m->n_streams, sizeof(*m->stream));
		to->master[i].map = copy_array(to, m->map, m->n_maps, sizeof(*m->map));
	}
	if (!to->no_memory)
		return 0;
	board_free(to);
	return -ENOMEM;
}

/* ---- questions ---- */

u32 board_find_master(const struct board *b, const char *path)
{
	size_t k = FIND(i, b->n_masters, !strcmp(b->master[i].at.path, path));

	return k < b->n_masters ? (u32)k : BOARD_NONE;
}

u32 board_find_iommu(const struct board *b, const char *path)
{
	size_t k = FIND(i, b->n_iommus, !strcmp(b->iommu[i].at.path, path));

	return k < b->n_iommus ? (u32)k : BOARD_NONE;
}

/*
 * The first entry that has the masked requester ID, as of_map_id() looks for it. iort_id_map() does, too, but takes the
 * last ID of a range for a count that is too large by one if another range begins with it.
 */
u32 board_map_rid(const struct board_master *host, u32 rid, struct board_stream *out)
{
	u32 i, found = BOARD_NONE, masked = rid & host->map_mask;

	for (i = 0; i < host->n_maps; i++) {
		const struct board_map *m = &host->map[i];

		if (!m->single && (masked < m->rid || masked - m->rid >= m->length))
			continue;
		if (found != BOARD_NONE && (m->single || masked != m->rid))
			continue;
		found = i;
		out->at = m->at;
		out->iommu = m->iommu;
		out->id = m->single ? m->id : m->id + (masked - m->rid);
		out->mask = m->mask;
		if (host->at.offset == BOARD_NONE || m->single || m->length == 1 || masked - m->rid != m->length - 1)
			break;
	}
	return found;
}

u64 next_match(u64 low, u32 fixed, u32 free)
{
	u64 v = low;
	int bit;

	if (low > BOARD_NONE)
		return low;
	for (bit = 31; bit >= 0; bit--) {
		u32 one = 1u << bit;

		if ((free & one) || !(((u32)v ^ fixed) & one))
			continue;
		if (fixed & one) /* too small from here on: the smallest with this bit */
			return (v & ~(u64)(one - 1) & ~(u64)one) | one | (fixed & ~free & (one - 1));
		/* too large: the next free bit above that is 0 becomes 1 */
		for (bit++; bit < 32 && !((free & 1u << bit) && !(v & 1ull << bit)); bit++)
			;
		if (bit == 32)
			return (u64)BOARD_NONE + 1;
		one = 1u << bit;
		return (v & ~(u64)(one - 1)) | one | (fixed & ~free & (one - 1));
	}
	return v;
}

/* The largest value up to @high without bits outside @mask. */
static u32 last_match(u32 high, u32 mask)
{
	u32 below, over = high & ~mask;

	if (!over)
		return high;
	below = (1u << (31 - __builtin_clz(over))) - 1;
	return (high & mask & ~below) | (mask & below);
}

bool board_map_range(const struct board_master *host, const struct board_map *e, u32 *first, u32 *last)
{
	u32 mask = host->role == BOARD_ROLE_PCIE ? host->map_mask & 0xffff : host->map_mask;
	u64 begin = next_match(e->rid, 0, mask), end = min(e->rid + e->length, (u64)mask + 1);

	if (begin >= end)
		return false;
	*first = (u32)begin;
	*last = last_match((u32)end - 1, mask);
	return true;
}

bool board_streams_overlap(const struct board_stream *a, const struct board_stream *b)
{
	return a->iommu == b->iommu && a->iommu != BOARD_NONE && !((a->id ^ b->id) & ~(a->mask | b->mask));
}

bool master_uses(const struct board *b, const struct board_master *m, u32 iommu)
{
	u32 i;

	for (i = 0; i < m->n_streams; i++)
		if (m->stream[i].iommu == iommu)
			return true;
	if (m->pci && m->parent != BOARD_NONE)
		return master_uses(b, &b->master[m->parent], iommu);
	for (i = 0; i < m->n_maps; i++)
		if (m->map[i].iommu == iommu)
			return true;
	return false;
}

/* ---- what names say ---- */

/* A whole node name (before the @), or a part of a compatible string. */
static const struct {
	enum board_role role;
	const char *name, *compatible;
} roles[] = {
	{ BOARD_ROLE_STORAGE, "sdhci", "sdhci" },
	{ BOARD_ROLE_STORAGE, "mmc", "dw-mshc" },
	{ BOARD_ROLE_STORAGE, "sdmmc", "-mmc" },
	{ BOARD_ROLE_STORAGE, "sata", "ahci" },
	{ BOARD_ROLE_STORAGE, "ufs", "ufshc" },
	{ BOARD_ROLE_STORAGE, "ufshc", "-ufs" },
	{ BOARD_ROLE_STORAGE, "nvme", "nvme" },
	{ BOARD_ROLE_STORAGE, "nand-controller", "-nand" },
	{ BOARD_ROLE_STORAGE, "emmc", "esdhc" },
	{ BOARD_ROLE_STORAGE, "sdhc", "usdhc" },
	{ BOARD_ROLE_STORAGE, "ahci", "sata" },
	{ BOARD_ROLE_STORAGE, "usdhc", "usdhc" },
	{ BOARD_ROLE_DISPLAY, "display-controller", "-dpu" },
	{ BOARD_ROLE_DISPLAY, "display-subsystem", "mdss" },
	{ BOARD_ROLE_DISPLAY, "display", "hdlcd" },
	{ BOARD_ROLE_DISPLAY, "vop", "-vop" },
	{ BOARD_ROLE_DISPLAY, "mdss", "mali-dp" },
	{ BOARD_ROLE_DISPLAY, "hdlcd", "lcdif" },
	{ BOARD_ROLE_DISPLAY, "lcd-controller", "dcss" },
	{ BOARD_ROLE_DISPLAY, "dpu", "display" },
	{ BOARD_ROLE_DISPLAY, "dc", "-dc" },
	{ BOARD_ROLE_AUDIO, "i2s", "-i2s" },
	{ BOARD_ROLE_AUDIO, "sai", "-sai" },
	{ BOARD_ROLE_AUDIO, "audio", "audio" },
	{ BOARD_ROLE_AUDIO, "hda", "-hda" },
	{ BOARD_ROLE_AUDIO, "sound", "q6asm-dais" },
	{ BOARD_ROLE_STORAGE, "nand", "nand-controller" },
	{ BOARD_ROLE_STORAGE, "sdc", "-sdmmc" },
	{ BOARD_ROLE_DISPLAY, "nvdisplay", "nvdisplay" },
	{ BOARD_ROLE_DISPLAY, "lcdif", "-lcdif" },
	{ BOARD_ROLE_DISPLAY, "crtc", "-crtc" },
	{ BOARD_ROLE_AUDIO, "audio-controller", "-admaif" },
	{ BOARD_ROLE_AUDIO, "lpass", "-lpass-cpu" },
	{ BOARD_ROLE_AUDIO, "admaif", "-lpass" },
	{ BOARD_ROLE_NETWORK, "ethernet", "dwmac" },
	{ BOARD_ROLE_NETWORK, "wifi", "-wifi" },
	{ BOARD_ROLE_NETWORK, "ipa", "-ipa" },
	{ BOARD_ROLE_GPU, "gpu", "adreno" },
	{ BOARD_ROLE_GPU, "gpu", "arm,mali-" },
	{ BOARD_ROLE_DMA, "dma-controller", "dma-controller" },
	{ BOARD_ROLE_DMA, "dma", "pl330" },
};

enum board_role board_guess_role(const char *name, const char *compatible)
{
	size_t i, len = strcspn(name, "@");

	for (i = 0; i < ARRAY_SIZE(roles); i++)
		if (strlen(roles[i].name) == len && !memcmp(roles[i].name, name, len))
			return roles[i].role;
	for (i = 0; i < ARRAY_SIZE(roles); i++) {
		const char *at = strstr(compatible, roles[i].compatible);

		/* A whole word: "-dc" is not in "-dcp", nor "-dma" in "-dmabuf". */
		if (at && (roles[i].compatible[0] != '-' ||
			   !strpbrk(at + strlen(roles[i].compatible), "abcdefghijklmnopqrstuvwxyz")))
			return roles[i].role;
	}
	return BOARD_ROLE_OTHER;
}

bool board_is_amba(u32 vendor, u32 device)
{
	/* Linux drivers/pci/quirks.c, quirk_huawei_pcie_sva() */
	static const u16 huawei[] = { 0xa250, 0xa251, 0xa255, 0xa256, 0xa258, 0xa259 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(huawei); i++)
		if (vendor == 0x19e5 && device == huawei[i])
			return true;
	return false;
}

/* ---- files ---- */

int board_load(const char *file, u8 **data, size_t *size, struct board_error *err)
{
	int ret = fl_read_file(file, BOARD_MAX_BYTES, (char **)data, size);

	if (ret == -EFBIG)
		return board_fail(err, EFBIG, "%s: it is larger than %u MiB", file, BOARD_MAX_BYTES >> 20);
	if (ret == -EISDIR)
		return board_fail(err, EISDIR, "%s: it is a directory", file);
	return ret ? board_fail(err, -ret, "%s: %s", file, strerror(-ret)) : 0;
}
