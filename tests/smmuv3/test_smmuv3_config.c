// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Configuration: each condition that makes an STE or a CD ILLEGAL (5.2, 5.4,
 * 5.5), stream tables, CD tables, substreams. One field at a time is made bad in
 * an otherwise good pair; the words are the specification's, not the model's.
 */
#include "v3_config_scene.h"

static struct pt_build s2;

struct change {
	const char *what;
	u32 idr0_clear, idr0_set, idr3, idr5; /* idr3: 0 default; idr5: 0 default */
	u32 cr2;
	u64 ste_clear[4], ste_set[4];
	u64 cd_clear[3], cd_set[3];
	u8 event; /* 0: legal */
	u64 config;
};

static void apply(u64 *w, const u64 *clear, const u64 *set, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		w[i] = (w[i] & ~clear[i]) | set[i];
}

static void scene(const struct change *c)
{
	struct smmuv3_cfg cfg = { .idr = { (IDR0_BASE & ~c->idr0_clear) | c->idr0_set, 0x0e739c10, 0,
					   c->idr3 ? c->idr3 : 0x14, 0, c->idr5 ? c->idr5 : 0x01000075 } };
	u64 ste[4], cd[3];

	ck_assert_msg(!fx_init(&f, &cfg), "%s", c->what);
	fx_nested_stream(&f, SID, FX_CD_A | FX_CD_R, FX_STE2_S2R, &s1, &s2);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_map(&s2, PA, PA, 0x1000, FX_RW);
	ste[0] = (c->config ? c->config : FX_STE_NESTED) | (FX_CDTAB + SID * 64);
	ste[1] = 0;
	ste[2] = FX_STE2_S2 | SID;
	ste[3] = s2.root;
	cd[0] = FX_CD_0 | (u64)SID << 48;
	cd[1] = s1.root;
	cd[2] = 0;
	apply(ste, c->ste_clear, c->ste_set, 4);
	apply(cd, c->cd_clear, c->cd_set, 3);
	fx_ste(&f, SID, ste[0], ste[1], ste[2], ste[3]);
	fx_words(&f, FX_CDTAB + SID * 64, cd, 3);
	fx_w32(&f, SMMUV3_CR2, c->cr2);
	fx_enable(&f, 0xd);
}

static void check(const struct change *c)
{
	struct xlat_result r;
	u64 w[4] = { 0 };
	enum xlat x;

	scene(c);
	x = fx_xlat(&f, SID, VA, 0, &r);
	if (!c->event) {
		ck_assert_msg(x == XLAT_OK, "%s: outcome %d fault 0x%x", c->what, x, r.fault);
	} else {
		ck_assert_msg(x == XLAT_ABORT && r.fault == c->event, "%s: outcome %d fault 0x%x", c->what, x, r.fault);
		ck_assert_msg(fx_event(&f, w), "%s: no record", c->what);
		ck_assert_uint_eq(w[0], 0x0000000800000000ULL | c->event);
		ck_assert(c->event >= 0x10 || !(w[1] | w[2] | w[3]));
	}
	fx_exit(&f);
}

static void check_all(const struct change *c, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		check(&c[i]);
}

#define S1ONLY	   .config = FX_STE_S1
#define S2ONLY	   .config = FX_STE_S2
#define STE0(c, s) .ste_clear[0] = c, .ste_set[0] = s
#define STE1(s)	   .ste_set[1] = s
#define STE2(c, s) .ste_clear[2] = c, .ste_set[2] = s
#define STE3(s)	   .ste_set[3] = s
#define CD0(c, s)  .cd_clear[0] = c, .cd_set[0] = s
#define CD1(s)	   .cd_set[1] = s
#define BIT64(n)   (1ULL << (n))

TEST(test_ste_illegal)
{
	static const struct change c[] = {
		{ .what = "good" },
		{ .what = "V", STE0(1, 0), .event = C_STE },
		{ .what = "stage 1 not implemented", .idr0_clear = 2, S1ONLY, .event = C_STE },
		{ .what = "stage 2 not implemented", .idr0_clear = 1, .event = C_STE },
		{ .what = "S2VMID 16 bits", .idr0_clear = BIT(18), STE2(0, 0x100), .event = C_STE },
		{ .what = "S2VMID 8 bits", .idr0_clear = BIT(18), STE2(0, 0x80) },
		{ .what = "S2VMID 16 bits, stage 1 only",
		  .idr0_clear = BIT(18),
		  S1ONLY,
		  STE2(0, 0x100),
		  .event = C_STE },
		{ .what = "S2VMID ignored: EL2",
		  .idr0_clear = BIT(18),
		  .idr0_set = BIT(9),
		  S1ONLY,
		  STE1(BIT64(31)),
		  STE2(0, 0x100) },
		{ .what = "S2VMID ignored: no stage 2", .idr0_clear = BIT(18) | 1, S1ONLY, STE2(0, 0x100) },
		{ .what = "STRW 1", .idr0_set = BIT(9), S1ONLY, STE1(BIT64(30)), .event = C_STE },
		{ .what = "STRW 3", .idr0_set = BIT(9), S1ONLY, STE1(3ULL << 30), .event = C_STE },
		{ .what = "STRW 1 ignored without Hyp", S1ONLY, STE1(BIT64(30)) },
		{ .what = "STRW 3 ignored with stage 2", .idr0_set = BIT(9), STE1(3ULL << 30) },
		{ .what = "S1STALLD, stall model 1", .idr0_set = 1 << 24, STE1(BIT64(27)), .event = C_STE },
		{ .what = "S1STALLD, stall model 2",
		  .idr0_set = 2 << 24,
		  STE2(0, BIT64(57)),
		  STE1(BIT64(27)),
		  CD0(0, BIT64(44)),
		  .event = C_STE },
		{ .what = "S1STALLD ignored: stage 2 only",
		  .idr0_set = 1 << 24,
		  S2ONLY,
		  STE1(BIT64(27)),
		  .event = 0x10 },
		{ .what = "S1CDMax 17 of 16", STE0(0, 17ULL << 59), STE1(2), .event = C_STE },
		{ .what = "S1CDMax 16", S1ONLY, STE0(0, 16ULL << 59), STE1(2), .event = C_CD },
		{ .what = "S1Fmt without CD2L",
		  .idr0_clear = BIT(19),
		  STE0(0, 1ULL << 59 | 1 << 4),
		  STE1(2),
		  .event = C_STE },
		{ .what = "S1Fmt 3 without CD2L",
		  .idr0_clear = BIT(19),
		  STE0(0x3fc0, 1ULL << 59 | 3 << 4),
		  STE1(2),
		  .event = C_CD },
		{ .what = "S1Fmt ignored: S1CDMax 0", .idr0_clear = BIT(19), STE0(0, 1 << 4) },
		{ .what = "S1ContextPtr beyond OAS", S1ONLY, STE0(0, BIT64(48)), .event = C_STE },
		{ .what = "S1ContextPtr beyond IAS", STE0(0, BIT64(48)), .event = C_STE },
	};

	check_all(c, ARRAY_SIZE(c));
}

TEST(test_ste_stage2_illegal)
{
	static const struct change c[] = {
		{ .what = "S2S, stall model 1", .idr0_set = 1 << 24, STE2(0, BIT64(57)), .event = C_STE },
		{ .what = "no S2S, stall model 2", .idr0_set = 2 << 24, CD0(0, BIT64(44)), .event = C_STE },
		{ .what = "S2S, stall model 2", .idr0_set = 2 << 24, STE2(0, BIT64(57)), CD0(0, BIT64(44)) },
		{ .what = "S2AA64 0 without TTF[0]", STE2(BIT64(51), 0), .event = C_STE },
		{ .what = "S2AA64 1 without TTF[1]", .idr0_clear = 8, .idr0_set = 4, .event = C_STE },
		{ .what = "S2HA without HTTU", STE2(0, BIT64(56)), .event = C_STE },
		{ .what = "S2HD without HTTU", STE2(0, BIT64(55)), .event = C_STE },
		{ .what = "S2HD with HTTU 1", .idr0_set = 1 << 6, STE2(0, BIT64(55)), .event = C_STE },
		{ .what = "S2HA with HTTU 1", .idr0_set = 1 << 6, STE2(0, BIT64(56)) },
		{ .what = "S2HD with HTTU 2", .idr0_set = 2 << 6, STE2(0, 3ULL << 55) },
		{ .what = "S2HA with LPAE", .idr0_set = 4 | 2 << 6, STE2(BIT64(51), BIT64(56)), .event = C_STE },
		{ .what = "S2TG 3", STE2(0, 3ULL << 46), .event = C_STE },
		{ .what = "S2TG 1 without GRAN64K", .idr5 = 0x01000035, STE2(0, 1ULL << 46), .event = C_STE },
		{ .what = "S2TG 2 without GRAN16K", .idr5 = 0x01000055, STE2(0, 2ULL << 46), .event = C_STE },
		{ .what = "S2TTB beyond S2PS", STE2(7ULL << 48, 2ULL << 48), STE3(BIT64(40)), .event = C_STE },
		{ .what = "S2TTB beyond 48 bits, 4K",
		  .idr5 = 0x01000476,
		  STE2(7ULL << 48, 6ULL << 48),
		  STE3(BIT64(48)),
		  .event = C_STE },
		{ .what = "S2T0SZ 40", STE2(0x3fULL << 32, 40ULL << 32), .event = C_STE },
		{ .what = "S2T0SZ below 64 - IAS", STE2(0x3fULL << 32, 15ULL << 32), .event = C_STE },
		{ .what = "S2T0SZ 15, OAS 52, 4K",
		  .idr5 = 0x01000476,
		  STE2(0x3fULL << 32, 15ULL << 32),
		  .event = C_STE },
		{ .what = "S2T0SZ 40 with STT, level 3",
		  .idr3 = 0x214,
		  STE2(0xffULL << 32, 40ULL << 32 | 3ULL << 38),
		  .event = 0x10 },
		{ .what = "S2SL0 3", STE2(0, 3ULL << 38), .event = C_STE },
		{ .what = "S2SL0 too deep", STE2(3ULL << 38, 0), .event = C_STE },
		{ .what = "S2SL0 too high", STE2(0x3fULL << 32, 25ULL << 32), .event = C_STE },
		{ .what = "level 0 with OAS 42", .idr5 = 0x01000073, STE2(0x3fULL << 32, 24ULL << 32), .event = C_STE },
		{ .what = "S2ENDI, little-endian SMMU", STE2(0, BIT64(52)), .event = C_STE },
		{ .what = "no S2ENDI, big-endian SMMU", .idr0_set = 3 << 21, CD0(0, BIT64(15)), .event = C_STE },
		{ .what = "LPAE, SL0 0 with 40 bits",
		  .idr0_set = 4,
		  STE2(BIT64(51) | 0xffULL << 32, 8ULL << 32),
		  .event = C_STE },
	};

	check_all(c, ARRAY_SIZE(c));
}

/* STE.EATS (5.2): with IDR0.ATS only, and not in bypass. */
TEST(test_ste_eats_illegal)
{
	static const struct change c[] = {
		{ .what = "full, S2S", .idr0_set = BIT(10), STE1(1ULL << 28), STE2(0, BIT64(57)), .event = C_STE },
		{ .what = "full", .idr0_set = BIT(10), STE1(1ULL << 28) },
		{ .what = "full, S2S, stage 1 only",
		  .idr0_set = BIT(10),
		  S1ONLY,
		  STE1(1ULL << 28),
		  STE2(0, BIT64(57)) },
		{ .what = "split, stage 1 only", .idr0_set = BIT(10), S1ONLY, STE1(2ULL << 28), .event = C_STE },
		{ .what = "split, S2S", .idr0_set = BIT(10), STE1(2ULL << 28), STE2(0, BIT64(57)), .event = C_STE },
		{ .what = "split, NS1ATS", .idr0_set = BIT(10) | BIT(11), STE1(2ULL << 28), .event = C_STE },
		{ .what = "split", .idr0_set = BIT(10), STE1(2ULL << 28) },
		{ .what = "reserved behaves as 0", .idr0_set = BIT(10), STE1(3ULL << 28) },
		{ .what = "split ignored without ATS", S1ONLY, STE1(2ULL << 28) },
	};

	check_all(c, ARRAY_SIZE(c));
}

static const struct change cd_illegal[] = {
	{ .what = "V", S1ONLY, CD0(BIT64(31), 0), .event = C_CD },
	{ .what = "S under S1STALLD", S1ONLY, STE1(BIT64(27)), CD0(0, BIT64(44)), .event = C_CD },
	{ .what = "S, stall model 1", .idr0_set = 1 << 24, S1ONLY, CD0(0, BIT64(44)), .event = C_CD },
	{ .what = "no S, stall model 2", .idr0_set = 2 << 24, S1ONLY, .event = C_CD },
	{ .what = "no A, TERM_MODEL 1", .idr0_set = 1 << 26, S1ONLY, CD0(BIT64(46), 0), .event = C_CD },
	{ .what = "A, TERM_MODEL 1", .idr0_set = 1 << 26, S1ONLY },
	{ .what = "ENDI, little-endian SMMU", S1ONLY, CD0(0, BIT64(15)), .event = C_CD },
	{ .what = "no ENDI, big-endian SMMU", .idr0_set = 3 << 21, S1ONLY, .event = C_CD },
	{ .what = "ENDI ignored: EPD0 and EPD1", S1ONLY, CD0(0, BIT64(15) | BIT64(14)), .event = 0x10 },
	{ .what = "AA64 0 without TTF[0]", S1ONLY, CD0(BIT64(41), 0), .event = C_CD },
	{ .what = "AA64 1 without TTF[1]", .idr0_clear = 8, .idr0_set = 4, S1ONLY, .event = C_CD },
	{ .what = "AA64 0 with EL2-E2H",
	  .idr0_set = 4 | BIT(9),
	  .cr2 = 1,
	  S1ONLY,
	  STE1(BIT64(31)),
	  CD0(BIT64(41), 0),
	  .event = C_CD },
	{ .what = "HA without HTTU", S1ONLY, CD0(0, BIT64(43)), .event = C_CD },
	{ .what = "HD without HTTU", S1ONLY, CD0(0, BIT64(42)), .event = C_CD },
	{ .what = "HD with HTTU 1", .idr0_set = 1 << 6, S1ONLY, CD0(0, BIT64(42)), .event = C_CD },
	{ .what = "HA, HD with HTTU 2", .idr0_set = 2 << 6, S1ONLY, CD0(0, 3ULL << 42) },
	{ .what = "ASID 16 bits", .idr0_clear = BIT(12), S1ONLY, CD0(0, BIT64(56)), .event = C_CD },
	{ .what = "ASID 16 bits ignored: EL2",
	  .idr0_clear = BIT(12),
	  .idr0_set = BIT(9),
	  S1ONLY,
	  STE1(BIT64(31)),
	  CD0(0, BIT64(56)) },
	{ .what = "ASID 16 bits, EL2-E2H",
	  .idr0_clear = BIT(12),
	  .idr0_set = BIT(9),
	  .cr2 = 1,
	  S1ONLY,
	  STE1(BIT64(31)),
	  CD0(0, BIT64(56)),
	  .event = C_CD },
	{ .what = "T0SZ 40", S1ONLY, CD0(0x3f, 40), .event = C_CD },
	{ .what = "T0SZ 39", S1ONLY, CD0(0x3f, 39), .event = 0x10 },
	{ .what = "T0SZ 15", S1ONLY, CD0(0x3f, 15), .event = C_CD },
	{ .what = "T0SZ 12, 64K, VAX 0", S1ONLY, CD0(0xff, 12 | 1 << 6), .event = C_CD },
	{ .what = "T0SZ ignored: EPD0", S1ONLY, CD0(0x3f, 15 | BIT64(14)), .event = 0x10 },
	{ .what = "T0SZ 48 with STT", .idr3 = 0x214, S1ONLY, CD0(0x3f, 48), .event = 0x10 },
	{ .what = "T0SZ 48 with STT, 64K", .idr3 = 0x214, S1ONLY, CD0(0xff, 48 | 1 << 6), .event = C_CD },
	{ .what = "TG0 3", S1ONLY, CD0(0, 3 << 6), .event = C_CD },
	{ .what = "TG0 64K not implemented", .idr5 = 0x01000035, S1ONLY, CD0(0, 1 << 6), .event = C_CD },
	{ .what = "TTB0 beyond IPS", S1ONLY, CD0(7ULL << 32, 0), CD1(BIT64(32)), .event = C_CD },
	{ .what = "TTB0 beyond 48 bits, 4K",
	  .idr5 = 0x01000476,
	  S1ONLY,
	  CD0(7ULL << 32, 6ULL << 32),
	  CD1(BIT64(48)),
	  .event = C_CD },
	{ .what = "T1SZ 0 without EPD1", S1ONLY, CD0(BIT64(30), 2 << 22), .event = C_CD },
	{ .what = "TG1 0 without EPD1", S1ONLY, CD0(BIT64(30), 16 << 16), .event = C_CD },
	{ .what = "second table", S1ONLY, CD0(BIT64(30), 16 << 16 | 2 << 22) },
	{ .what = "TTB1 beyond IPS",
	  S1ONLY,
	  CD0(BIT64(30) | 7ULL << 32, 16 << 16 | 2 << 22),
	  .cd_set[2] = BIT64(33),
	  .event = C_CD },
	{ .what = "T1SZ, TG1 are RES0 for EL2", .idr0_set = BIT(9), S1ONLY, STE1(BIT64(31)), CD0(BIT64(30), 0) },
	{ .what = "EPD0 is ignored for EL2",
	  .idr0_set = BIT(9),
	  S1ONLY,
	  STE1(BIT64(31)),
	  CD0(0x3f, 15 | BIT64(14)),
	  .event = C_CD },
};

TEST(test_cd_illegal)
{
	check_all(cd_illegal, ARRAY_SIZE(cd_illegal));
}

/* VMSAv8-32 at stage 2 allows no VMSAv8-64 above it; VMSAv8-32 at both is fine. */
TEST(test_aa64_over_lpae)
{
	const struct drv_ops *ops = &machine_drv_ops;
	struct smmuv3_cfg cfg = { .idr = { IDR0_BASE | 4, 0x0e739c10, 0, 0x14, 0, 0x01000075 } };
	struct pt_build_cfg build = {
		.format = PT_LPAE_S2, .granule = 12, .in_bits = 40, .out_bits = 40, .stage2_level = 1
	};
	struct xlat_result r;

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_table(&f, &s1, false);
	ck_assert_int_eq(pt_build_init(&s2, &build, ops, &f), 0);
	fx_map(&s2, FX_CDTAB, FX_CDTAB, 0x1000, FX_RW);
	fx_map(&s2, FX_TABLES, FX_TABLES, 0x100000, FX_RW);
	fx_map(&s2, PA, PA, 0x1000, FX_RW);
	fx_cd(&f, SID, FX_CD_0, s1.root);
	/* S2T0SZ -8 (40 bits), S2SL0 1, S2R */
	fx_ste(&f, SID, FX_STE_NESTED | (FX_CDTAB + SID * 64), 0, 0x0400004800000000ULL, s2.root);
	fx_enable(&f, 5);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x000000080000000aULL, 0, 0, 0);

	build = (struct pt_build_cfg){ .format = PT_LPAE_S1, .granule = 12, .in_bits = 32, .out_bits = 40 };
	ck_assert_int_eq(pt_build_init(&s1, &build, ops, &f), 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_cd(&f, SID, 0x00006000c0000000ULL, s1.root); /* V, EPD1, A, R, T0SZ 0 */
	fx_cmd(&f, 0x0000000800000003ULL, 1);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_int_eq(fx_xlat(&f, SID, 1ULL << 32, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020800000000ULL, 1ULL << 32, 0);
}

SUITE("smmuv3 configuration")
