// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Damaged boards: every byte changed in turn, every length shorter than the whole. Each ends with a reading or with one
 * line that names the file and the place.
 */
#include "damaged.h"
#include "suite.h"
#include <glob.h>

/* The numbers of boards that were read and that were refused. */
struct tally {
	unsigned long read, refused;
};

static void one(struct tally *t, const char *name, const u8 *data, size_t size, bool iort)
{
	struct board_error err;

	if (damaged_read(name, data, size, iort, &err)) {
		t->read++;
		return;
	}
	t->refused++;
	ck_assert_msg(!strncmp(err.text, name, strlen(name)) && strstr(err.text, ": offset "), "%s", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
}

static void flip_every_byte(struct tally *t, u8 *data, size_t size, bool iort)
{
	static const u8 with[] = { 0xff, 0x01, 0x80 };
	size_t i, k;

	for (i = 0; i < size; i++)
		for (k = 0; k < sizeof(with); k++) {
			data[i] ^= with[k];
			if (iort && i != 9)
				damaged_sum(data, size);
			one(t, "flipped", data, size, iort);
			data[i] ^= with[k];
			if (iort)
				damaged_sum(data, size);
		}
}

static void cut_everywhere(struct tally *t, const u8 *data, size_t size, bool iort)
{
	size_t n;

	for (n = 0; n < size; n++)
		one(t, "cut", data, n, iort);
}

/* A table that is shorter and says so. */
static void shorten(struct tally *t, u8 *data, size_t size)
{
	size_t n;

	for (n = 48; n < size; n++) {
		u8 *cut = malloc(n);

		memcpy(cut, data, n);
		fl_put_le32(cut + 4, (u32)n);
		damaged_sum(cut, n);
		one(t, "shortened", cut, n, true);
		free(cut);
	}
}

static const char *const trees[] = { "several-at-once",	 "mask-functions", "reserved-region", "smr-conflict",
				     "nested-functions", "legacy",	   "map-mixed-cells", "tbu-nodes-shared" };

TEST_TIMES(damaged_trees, (int)ARRAY_SIZE(trees))
{
	struct tally flipped = { 0, 0 }, cut = { 0, 0 };
	char command[512];
	size_t size;
	u8 *data;

	snprintf(command, sizeof(command),
		 "dtc -q -q -@ -I dts -O dtb -o /tmp/damaged-%d.dtb " FL_SOURCE_DIR "/tests/firmware/boards/%s.dts",
		 (int)getpid(), trees[_i]);
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof(command), "/tmp/damaged-%d.dtb", (int)getpid());
	data = damaged_load(command, &size);
	unlink(command);
	ck_assert_uint_gt(size, 300);
	flip_every_byte(&flipped, data, size, false);
	cut_everywhere(&cut, data, size, false);
	/* Most bytes are values that may be anything; lengths and tags are not. Nothing that was cut is read. */
	ck_assert_uint_gt(flipped.read, 100);
	ck_assert_uint_gt(flipped.refused, 100);
	ck_assert_uint_eq(cut.read, 0);
	free(data);
}

TEST(damaged_tables)
{
	struct tally flipped = { 0, 0 }, cut = { 0, 0 }, shorter = { 0, 0 };
	size_t size, i;
	glob_t g;

	ck_assert_int_eq(glob(FL_TABLES "/*.txt", 0, NULL, &g), 0);
	ck_assert_uint_ge(g.gl_pathc, 15);
	for (i = 0; i < g.gl_pathc; i++) {
		u8 *data = damaged_table(g.gl_pathv[i], &size);

		ck_assert_uint_ge(size, 48);
		flip_every_byte(&flipped, data, size, true);
		cut_everywhere(&cut, data, size, true);
		shorten(&shorter, data, size);
		free(data);
	}
	globfree(&g);
	ck_assert_uint_gt(flipped.read, 1000);
	ck_assert_uint_gt(flipped.refused, 1000);
	ck_assert_uint_eq(cut.read, 0);
	ck_assert_uint_eq(shorter.read, 0);
}

/* Applies the bytes as an overlay; the error is about one of the two files. */
static void overlay_one(struct tally *t, const char *base, const char *path, const u8 *data, size_t size)
{
	const char *list[] = { path };
	struct board_error err;
	struct findings f;
	struct board b;
	FILE *out = fopen(path, "w");

	ck_assert_uint_eq(fwrite(data, 1, size, out), size);
	fclose(out);
	if (board_read(&b, base, list, 1, &err)) {
		t->refused++;
		ck_assert_msg(!strncmp(err.text, path, strlen(path)) || !strncmp(err.text, base, strlen(base)), "%s",
			      err.text);
		return;
	}
	t->read++;
	ck_assert_int_eq(rules_check(&f, &b), 0);
	findings_free(&f);
	board_free(&b);
}

static const char overlay_source[] =
	"/dts-v1/;\n/plugin/;\n&smmu { stall; n: new { iommus = <&smmu 2>; x = <&n>; }; };\n"
	"/ { fragment@9 { target-path = \"/mmc@3000\"; __overlay__ { dma-can-stall; }; }; };\n";

TEST(damaged_overlays)
{
	struct tally flipped = { 0, 0 }, cut = { 0, 0 };
	char folder[] = "/tmp/damaged-XXXXXX", command[600], base[64], path[64];
	size_t size, i, k;
	FILE *out;
	u8 *data;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(base, sizeof(base), "%s/base.dtb", folder);
	snprintf(path, sizeof(path), "%s/o.dtbo", folder);
	snprintf(command, sizeof(command), "%s/o.dtso", folder);
	out = fopen(command, "w");
	fputs(overlay_source, out);
	fclose(out);
	snprintf(command, sizeof(command),
		 "cd %s && dtc -q -@ -O dtb -o base.dtb " FL_SOURCE_DIR
		 "/tests/firmware/boards/pager.dts && dtc -q -@ -I dts -O dtb -o o.dtbo o.dtso",
		 folder);
	ck_assert_int_eq(system(command), 0);
	data = damaged_load(path, &size);
	overlay_one(&cut, base, path, data, size);
	ck_assert_uint_eq(cut.read, 1);
	for (i = 0; i < size; i++)
		for (k = 0; k < 8; k += 3) {
			data[i] ^= (u8)(1u << k);
			overlay_one(&flipped, base, path, data, size);
			data[i] ^= (u8)(1u << k);
		}
	for (i = 0; i < size; i++)
		overlay_one(&cut, base, path, data, i);
	ck_assert_uint_eq(cut.read, 1);
	ck_assert_uint_gt(flipped.read, 100);
	ck_assert_uint_gt(flipped.refused, 100);
	free(data);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

TEST_TIMES(not_boards, 6)
{
	static const char *const texts[] = {
		"", "IORT", "hello", "/dts-v1/; / { };", "\xd0\x0d\xfe\xed", "IORT @ 0x0\n    0000: zz\n"
	};
	char path[64];
	struct board_error err;
	struct board b;
	FILE *out;

	snprintf(path, sizeof(path), "/tmp/no-board-%d", (int)getpid());
	out = fopen(path, "w");
	fputs(texts[_i], out);
	fclose(out);
	ck_assert_int_eq(board_read(&b, path, NULL, 0, &err), -EINVAL);
	ck_assert_msg(!strncmp(err.text, path, strlen(path)) && err.text[strlen(path)] == ':', "%s", err.text);
	unlink(path);
	ck_assert_int_eq(board_read(&b, path, NULL, 0, &err), -ENOENT);
	ck_assert_int_eq(board_read(&b, "/proc/self", NULL, 0, &err) < 0, 1);
}

SUITE("broken boards")
