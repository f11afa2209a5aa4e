// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "image.h"
#include "regs.h"
#include "tcache.h"

#define MAGIC 0x4d494c46U /* "FLIM" */

void image_to_save(struct iommu_image *img)
{
	memset(img, 0, sizeof(*img));
}

void image_to_load(struct iommu_image *img, const void *bytes, size_t len)
{
	memset(img, 0, sizeof(*img));
	img->bytes = (u8 *)bytes;
	img->len = len;
	img->loading = true;
}

void image_free(struct iommu_image *img)
{
	if (!img->loading)
		fl_free(img->bytes);
	memset(img, 0, sizeof(*img));
}

u64 image_digest(u64 seed, const void *bytes, size_t len)
{
	const u8 *p = bytes;
	u64 h = seed ? seed : 0xcbf29ce484222325ULL;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

u64 image_digest_words(u64 seed, const u64 *words, size_t n)
{
	u8 raw[8];
	size_t i;

	for (i = 0; i < n; i++) {
		fl_put_le64(raw, words[i]);
		seed = image_digest(seed, raw, sizeof(raw));
	}
	return seed;
}

static bool room_for(struct iommu_image *img, size_t n)
{
	size_t size = img->size ? img->size : 4096;
	u8 *more;

	if (img->len + n <= img->size)
		return true;
	while (size < img->len + n)
		size *= 2;
	more = fl_zalloc(size);
	if (!more) {
		img->err = -ENOMEM;
		return false;
	}
	if (img->len)
		memcpy(more, img->bytes, img->len);
	fl_free(img->bytes);
	img->bytes = more;
	img->size = size;
	return true;
}

/* @n bytes, least significant first. */
static void part(struct iommu_image *img, u64 *v, u32 n)
{
	u8 raw[8] = { 0 };

	if (img->err)
		return;
	if (!img->loading) {
		if (!room_for(img, n))
			return;
		fl_put_le64(raw, *v);
		memcpy(img->bytes + img->len, raw, n);
		img->len += n;
		return;
	}
	if (img->len - img->at < n) {
		img->err = -EINVAL;
		return;
	}
	memcpy(raw, img->bytes + img->at, n);
	*v = fl_get_le64(raw);
	img->at += n;
}

void image_uint(struct iommu_image *img, void *v, size_t bytes)
{
	u64 wide = bytes == 1 ? *(u8 *)v : bytes == 2 ? *(u16 *)v : bytes == 4 ? *(u32 *)v : *(u64 *)v;

	part(img, &wide, (u32)bytes);
	switch (bytes) {
	case 1:
		*(u8 *)v = (u8)wide;
		break;
	case 2:
		*(u16 *)v = (u16)wide;
		break;
	case 4:
		*(u32 *)v = (u32)wide;
		break;
	default:
		*(u64 *)v = wide;
	}
}

void image_bool(struct iommu_image *img, bool *v)
{
	u64 wide = *v;

	part(img, &wide, 1);
	image_check(img, wide <= 1);
	*v = wide;
}

void image_words(struct iommu_image *img, u64 *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		part(img, &words[i], 8);
}

void image_check(struct iommu_image *img, bool ok)
{
	if (img->loading && !ok && !img->err)
		img->err = -EINVAL;
}

static void constant(struct iommu_image *img, u64 value, u32 n)
{
	u64 v = value;

	part(img, &v, n);
	image_check(img, v == value);
}

int image_begin(struct iommu_image *img, const char *kind, u32 version, u64 config)
{
	if (img->loading) {
		size_t body = img->len - 8;

		if (img->len < 8 || fl_get_le64(img->bytes + body) != image_digest(0, img->bytes, body))
			img->err = -EINVAL;
		else
			img->len = body;
	}
	constant(img, MAGIC, 4);
	constant(img, image_digest(0, kind, strlen(kind)), 8);
	constant(img, version, 4);
	constant(img, config, 8);
	return img->err;
}

int image_end(struct iommu_image *img)
{
	u64 digest;

	if (img->loading) {
		image_check(img, img->at == img->len);
		return img->err;
	}
	digest = img->err ? 0 : image_digest(0, img->bytes, img->len);
	part(img, &digest, 8);
	return img->err;
}

void image_regs(struct iommu_image *img, struct reg_bank *b)
{
	constant(img, b->n_values, 4);
	image_words(img, b->values, b->n_values);
}

static void cache_entry(struct iommu_image *img, struct tcache_entry *e)
{
	image_part(img, &e->page);
	image_part(img, &e->tag.asid);
	image_part(img, &e->tag.vmid);
	image_part(img, &e->tag.world);
	image_part(img, &e->shift);
	image_bool(img, &e->global);
	image_part(img, &e->leaf);
	image_words(img, e->data, TCACHE_DATA_WORDS);
	image_check(img, e->shift >= 12 && e->shift <= 64);
}

/* Slot by slot: free, or an entry. An entry returns to its own slot, because the order of replacement names slots. */
void image_tcache(struct iommu_image *img, struct tcache *c)
{
	size_t n = (size_t)c->sets * c->ways, i;

	constant(img, n, 4);
	if (img->loading && !img->err)
		tcache_invalidate_all(c);
	for (i = 0; i < n && !img->err; i++) {
		struct tcache_entry e = c->entries[i];
		bool valid = c->signs[i];

		image_bool(img, &valid);
		if (!valid)
			continue;
		cache_entry(img, &e);
		if (img->loading && !img->err)
			image_check(img, tcache_place(c, (u32)i, &e));
	}
	image_words(img, c->order, n);
	image_part(img, &c->clock);
	image_part(img, &c->rng);
	image_part(img, &c->hits);
	image_part(img, &c->misses);
	image_part(img, &c->evictions);
}
