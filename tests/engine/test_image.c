// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Images: what is saved comes back, and nothing else is taken. */
#include "image.h"
#include "tcache.h"
#include "suite.h"
#include <check.h>
#include <stdlib.h>

#define VERSION 3
#define CONFIG	0x1234

struct state {
	u8 a;
	u16 b;
	u32 c;
	u64 d;
	bool e;
};

static int exchange(struct iommu_image *img, struct state *s)
{
	if (image_begin(img, "kind", VERSION, CONFIG))
		return img->err;
	image_part(img, &s->a);
	image_part(img, &s->b);
	image_part(img, &s->c);
	image_part(img, &s->d);
	image_bool(img, &s->e);
	image_check(img, s->a < 100);
	return image_end(img);
}

static void save(struct iommu_image *img)
{
	struct state s = { 1, 0x203, 0x4050607, 0x8090a0b0c0d0e0fULL, true };

	image_to_save(img);
	ck_assert_int_eq(exchange(img, &s), 0);
}

TEST(what_is_saved_comes_back)
{
	struct iommu_image img, in;
	struct state s = { 0 };

	save(&img);
	/* magic, kind, version, configuration; 1 + 2 + 4 + 8 + 1 bytes; the digest */
	ck_assert_uint_eq(img.len, 24 + 16 + 8);
	ck_assert_mem_eq(img.bytes, "FLIM", 4);
	ck_assert_mem_eq(img.bytes + 24, "\x01\x03\x02\x07\x06\x05\x04\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08\x01", 16);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(exchange(&in, &s), 0);
	ck_assert(s.a == 1 && s.b == 0x203 && s.c == 0x4050607 && s.d == 0x8090a0b0c0d0e0fULL && s.e);
	image_free(&img);
}

TEST(every_truncation_and_every_flipped_byte_is_refused)
{
	struct iommu_image img, in;
	struct state s;
	size_t i;

	save(&img);
	for (i = 0; i < img.len; i++) {
		/* a copy of its own size, for the sanitizer */
		u8 *part = malloc(i ? i : 1);

		ck_assert_ptr_nonnull(part);
		memcpy(part, img.bytes, i);
		image_to_load(&in, part, i);
		s = (struct state){ 0 };
		ck_assert_int_eq(exchange(&in, &s), -EINVAL);
		free(part);
		img.bytes[i] ^= 0x40;
		image_to_load(&in, img.bytes, img.len);
		s = (struct state){ 0 };
		ck_assert_int_eq(exchange(&in, &s), -EINVAL);
		img.bytes[i] ^= 0x40;
	}
	image_free(&img);
}

TEST(another_kind_version_or_configuration_is_refused)
{
	struct iommu_image img, in;

	save(&img);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(image_begin(&in, "other", VERSION, CONFIG), -EINVAL);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(image_begin(&in, "kind", VERSION + 1, CONFIG), -EINVAL);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(image_begin(&in, "kind", VERSION, CONFIG + 1), -EINVAL);
	image_free(&img);
}

static void exchange_cache(struct iommu_image *img, struct tcache *c, int expected)
{
	ck_assert_int_eq(image_begin(img, "cache", 1, 0), 0);
	image_tcache(img, c);
	ck_assert_int_eq(image_end(img), expected);
}

static void insert(struct tcache *c, u64 addr, u8 shift)
{
	struct tcache_entry e = { .tag = { 1, 2, 3 }, .shift = shift, .leaf = 1, .data = { addr, 7, 9 } };

	tcache_insert(c, addr, &e);
}

/* The copy answers alike, and throws out the same entries from then on. */
static void check_equal_life(enum tcache_policy policy)
{
	struct tcache_cfg cfg = { .sets = 4, .ways = 4, .policy = policy, .seed = 5 };
	struct tcache a, b;
	struct tcache_tag tag = { 1, 2, 3 };
	struct iommu_image img, in;
	u64 i;

	ck_assert_int_eq(tcache_init(&a, &cfg), 0);
	ck_assert_int_eq(tcache_init(&b, &cfg), 0);
	for (i = 0; i < 30; i++) {
		insert(&a, i << 12, 12);
		tcache_lookup(&a, (i / 2) << 12, &tag);
	}
	insert(&a, 0x40000000, 21);
	insert(&b, 0x7000, 12); /* is replaced by what is loaded */
	image_to_save(&img);
	exchange_cache(&img, &a, 0);
	image_to_load(&in, img.bytes, img.len);
	exchange_cache(&in, &b, 0);
	image_free(&img);
	for (i = 0; i < 200; i++) {
		u64 addr = (i * 7 % 41) << 12;
		struct tcache_entry *x = tcache_lookup(&a, addr, &tag), *y = tcache_lookup(&b, addr, &tag);

		ck_assert(!x == !y);
		if (x)
			ck_assert_uint_eq(x->data[0], y->data[0]);
		else
			insert(&a, addr, 12), insert(&b, addr, 12);
	}
	ck_assert_uint_eq(a.hits, b.hits);
	ck_assert_uint_eq(a.misses, b.misses);
	ck_assert_uint_eq(a.evictions, b.evictions);
	tcache_exit(&a);
	tcache_exit(&b);
}

TEST(a_cache_lives_on_as_it_was)
{
	check_equal_life(TCACHE_LRU);
	check_equal_life(TCACHE_PLRU);
	check_equal_life(TCACHE_FIFO);
	check_equal_life(TCACHE_RANDOM);
}

TEST(a_cache_of_another_size_is_refused)
{
	struct tcache_cfg cfg = { .sets = 4, .ways = 4 };
	struct tcache a, b;
	struct iommu_image img, in;

	ck_assert_int_eq(tcache_init(&a, &cfg), 0);
	cfg.ways = 2;
	ck_assert_int_eq(tcache_init(&b, &cfg), 0);
	image_to_save(&img);
	exchange_cache(&img, &a, 0);
	image_to_load(&in, img.bytes, img.len);
	exchange_cache(&in, &b, -EINVAL);
	image_free(&img);
	tcache_exit(&a);
	tcache_exit(&b);
}

SUITE("image")
