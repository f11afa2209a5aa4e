// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Records that Linux printed on QEMU and on real machines: the model writes the
 * same words for the same access. Not compared: what 7.3 leaves open in a
 * record of its kind (STAG without STALL, IPA without S2, TTRnW unless CLASS is
 * TT), and of the edu log CLASS and S2, which that QEMU leaves zero.
 */
#include "suite.h"
#include "v3_fixture.h"

#include <stdio.h>

#define DATA FL_SOURCE_DIR "/tests/smmuv3/data/"
#define MAX  256

static struct v3_fixture f;
static u64 logged[MAX][4];
static u32 n_logged;

/* Four words after each "event 0x.. received:". */
static void read_log(const char *path)
{
	char line[512];
	FILE *in = fopen(path, "r");
	u32 word = 4;

	ck_assert_ptr_nonnull(in);
	n_logged = 0;
	while (fgets(line, sizeof(line), in)) {
		char *hex = strstr(line, "0x");

		if (strstr(line, "received:")) {
			word = 0;
			continue;
		}
		if (word >= 4 || !hex || strlen(hex) < 18 || strspn(hex + 2, "0123456789abcdef") != 16)
			continue;
		logged[n_logged][word++] = strtoull(hex, NULL, 16);
		if (word == 4)
			ck_assert_uint_lt(++n_logged, MAX);
	}
	fclose(in);
	ck_assert_uint_gt(n_logged, 0);
}

/*
 * A stream table that reaches every StreamID of the logs: stage 1, an empty table, A and R; or the same with a
 * stage 2 under it that maps what stage 1 needs.
 */
static void scene(u32 sid, bool nested)
{
	u64 ste[4] = { FX_STE_S1 | FX_CDTAB };
	struct pt_build t, s2;

	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_table(&f, &t, false);
	fx_cd(&f, 0, FX_CD_0, t.root);
	if (nested) {
		fx_table(&f, &s2, true);
		fx_map(&s2, FX_CDTAB, FX_CDTAB, 0x1000, FX_RW);
		fx_map(&s2, FX_TABLES, FX_TABLES, 0x100000, FX_RW);
		ste[0] = FX_STE_NESTED | FX_CDTAB;
		ste[2] = FX_STE2_S2 | 1;
		ste[3] = s2.root;
	}
	fx_words(&f, 0x10000000ULL + (u64)sid * 64, ste, 4);
	fx_enable(&f, 4);
	fx_w64(&f, SMMUV3_STRTAB_BASE, 0x10000000);
	fx_w32(&f, SMMUV3_STRTAB_BASE_CFG, 22);
	fx_w32(&f, SMMUV3_CR0, 5);
}

static void provoke(u32 sid, u64 iova, u64 attributes, u64 *w)
{
	struct xlat_result r;
	u16 flags = 0;

	if (!(attributes >> 35 & 1))
		flags |= DMA_WRITE;
	if (attributes >> 34 & 1)
		flags |= DMA_EXEC;
	if (attributes >> 33 & 1)
		flags |= DMA_PRIV;
	ck_assert_int_eq(fx_xlat(&f, sid, iova, flags, &r), XLAT_ABORT);
	ck_assert(fx_event(&f, w));
}

static void compare_log(const char *path, bool nested)
{
	u32 i;

	read_log(path);
	for (i = 0; i < n_logged; i++) {
		const u64 *want = logged[i];
		u32 sid = (u32)(want[0] >> 32);
		u64 w[4];

		ck_assert_uint_eq(want[0] & 0xff, 0x10);
		scene(sid, nested);
		provoke(sid, want[2], want[1], w);
		ck_assert_uint_eq(w[0], want[0]);
		/* STALL, PnU, InD, RnW, S2, CLASS */
		ck_assert_uint_eq(w[1], want[1] & 0x0000038e80000000ULL);
		ck_assert_uint_eq(w[2], want[2]);
		fx_exit(&f);
	}
}

TEST(test_three_platforms)
{
	compare_log(DATA "smmuv3_newfmt_three_platforms.log", false);
}

TEST(test_nested_platform)
{
	compare_log(DATA "smmuv3_evt10_nested_vsva_2021.log", false);
	compare_log(DATA "smmuv3_evt10_nested_vsva_2021.log", true);
}

/* 56 accesses, 56 events; each that the log holds is among them. */
TEST(test_edu)
{
	static const struct {
		u64 iova;
		u32 bytes;
		bool write;
	} dma[] = { { 0x1000, 16, false },  { 0x2345000, 64, true }, { 0xabcd000, 4, false },
		    { 0x8000ff8, 8, true }, { 0x0, 4, false },	     { 0xffff000, 128, false } };
	static u64 ours[56][4];
	u32 i, k, n = 0;

	scene(8, false);
	for (i = 0; i < ARRAY_SIZE(dma); i++)
		for (k = 0; k < dma[i].bytes; k += 4) {
			provoke(8, dma[i].iova + k, dma[i].write ? 0 : 1ULL << 35, ours[n]);
			ck_assert_uint_eq(ours[n][0], 0x0000000800000010ULL);
			ck_assert_uint_eq(ours[n][1], dma[i].write ? 0x0000020000000000ULL : 0x0000020800000000ULL);
			ck_assert_uint_eq(ours[n++][2], dma[i].iova + k);
		}
	ck_assert_uint_eq(n, 56);
	read_log(DATA "arm64-smmuv3-edu-faults.dmesg");
	for (i = 0; i < n_logged; i++) {
		for (k = 0; k < n; k++)
			if (ours[k][0] == logged[i][0] && ours[k][2] == logged[i][2] &&
			    (ours[k][1] & ~0x0000038000000000ULL) == logged[i][1])
				break;
		ck_assert_msg(k < n, "record %u of the log: 0x%llx 0x%llx 0x%llx", i, logged[i][0], logged[i][1],
			      logged[i][2]);
	}
}

SUITE("smmuv3 recordings")
