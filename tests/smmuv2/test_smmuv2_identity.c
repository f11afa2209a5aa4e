// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Nothing is advertised that does not behave: each field of IDR0 to IDR7 (IHI 0062,
 * 10.6) makes a difference that a probe sees, reads as zero whatever is configured,
 * or states a fact of which the text demands nothing.
 */
#include "v2_rig.h"

#define CB   3
#define SID  0x21
#define GOOD 0x5000
#define IDR0 0x20
#define ICF  0x8001 /* xlat_result.fault of sGFSR bits */
#define USF  0x8002
#define SMCF 0x8004
#define UCBF 0x8008
#define UCIF 0x8010
#define TF   0x002 /* of FSR bits */
#define ASF  0x080
#define STILL     \
	{         \
		0 \
	}

static struct rig r;

/* ---- probes: what an SMMU that is up does ---- */

static u32 fault_of(u32 sid, u64 iova)
{
	struct xlat_result res;

	go(&r, sid, iova, 0, 0, &res);
	return res.fault;
}

static void bank_on(void)
{
	wr(&r, 0x0, SCR0_ON);
	map_stream(&r, 0, SID, CB);
	bank_s1(&r, CB);
	page(&r, CB, GOOD, 0x80005000, PAGE_RW);
	cb_wr(&r, CB, 0x0, 0x161);
}

static u32 stage1(void)
{
	bank_on();
	return fault_of(SID, GOOD);
}

static u32 groups(void)
{
	u32 n, count = 0;

	for (n = 0; n < 128; n++) {
		wr(&r, 0x800 + 4 * n, 0x80000000);
		count += rd(&r, 0x800 + 4 * n) == 0x80000000;
	}
	return count;
}

/* 10.6.5: a StreamID of 16 bits matches where EXIDENABLE and S2CR.EXIDVALID can be set. */
static u32 extended_id(void)
{
	bank_on();
	wr(&r, 0x0, SCR0_ON | 1 << 3);
	wr(&r, 0x800, 0x8021);
	wr(&r, 0xc00, CB | 1 << 10);
	return fault_of(0x8021, GOOD);
}

static u32 id_bits(void)
{
	wr(&r, 0x800, 0x7fff);
	return rd(&r, 0x800);
}

/* CBAR.IRPTNDX = 2: an interrupt that may not be there */
static u32 third_interrupt(void)
{
	bank_on();
	wr(&r, GR1_BASE + 4 * CB, 0x02010000);
	return fault_of(SID, GOOD);
}

/* FSR.FORMAT of a fault in a bank whose CBA2R.VA64 and TCR.EAE are written as 0 */
static u32 format_without_va64(void)
{
	bank_on();
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0);
	cb_wr(&r, CB, 0x30, 0);
	fault_of(SID, 0x40000000);
	return cb_rd(&r, CB, 0x58) >> 9 & 3;
}

/* ATS1PR leaves the address in PAR. */
static u32 address_translation(void)
{
	bank_on();
	cb_wr64(&r, CB, 0x800, GOOD);
	return (u32)cb_rd64(&r, CB, 0x50) & 0xfffff000;
}

/* Group 5, which names SID: the StreamID 5 where it indexes S2CR */
static u32 stream_matching(void)
{
	bank_on();
	wr(&r, 0x800, 0);
	map_stream(&r, 5, SID, CB);
	return fault_of(5, GOOD) << 16 | fault_of(SID, GOOD);
}

static u32 nested(void)
{
	bank_on();
	wr(&r, GR1_BASE + 4 * CB, 0x30200); /* TYPE 3, stage 2 in bank 2 */
	return fault_of(SID, GOOD);
}

/* Stage 1 puts out 2^40, on its way to a stage 2 that is off. */
static u32 intermediate_size(void)
{
	bank_on();
	wr(&r, GR1_BASE + 4 * CB, 0x30200);
	page(&r, CB, GOOD, 1ULL << 40, PAGE_RW);
	return fault_of(SID, GOOD);
}

static u32 output_size(void)
{
	bank_on();
	page(&r, CB, GOOD, 1ULL << 40, PAGE_RW);
	return fault_of(SID, GOOD);
}

/* A stage 2 bank that does not translate lets through, unless there is no stage 2. */
static u32 stage2(void)
{
	bank_on();
	wr(&r, GR1_BASE + 4 * CB, 0);
	cb_wr(&r, CB, 0x0, 0x160);
	return fault_of(SID, GOOD);
}

static u32 fourth_bank(void)
{
	wr(&r, 0x0, SCR0_ON);
	map_stream(&r, 0, SID, CB);
	return fault_of(SID, GOOD);
}

static u32 conflict(void)
{
	bank_on();
	map_stream(&r, 9, SID, CB);
	return fault_of(SID, GOOD);
}

/* CBAR.TYPE of bank 3 */
static u32 type_of_bank(void)
{
	wr(&r, GR1_BASE + 4 * CB, 0x10000);
	return rd(&r, GR1_BASE + 4 * CB) >> 16 & 3;
}

/* 0 to 2: bank 3's SCTLR is behind 16 pages of 4 KiB, 32 of them, or 16 of 64 KiB; 3: in none of these places */
static u32 place_of_bank(void)
{
	static const u32 places[] = { 0x13000, 0x23000, 0x130000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		wr(&r, places[i], 0x161);
		if (rd(&r, places[i]) == 0x161)
			return i;
	}
	return i;
}

/* Bit 40 of an address whose range has 39 bits: a fault, unless it does not reach the SMMU */
static u32 upstream_bit_40(void)
{
	bank_on();
	return fault_of(SID, 1ULL << 40 | GOOD);
}

/* The tables of bank 3 are of 4 KiB granule; true: so they are taken with TCR.TG0 = @tg0. */
static u32 read_as_4k(u32 tg0)
{
	bank_on();
	cb_wr(&r, CB, 0x30, 0x803519 | tg0 << 14);
	return fault_of(SID, GOOD) == 0;
}

static u32 tg0_4k(void)
{
	return read_as_4k(0);
}

static u32 tg0_64k(void)
{
	return read_as_4k(1);
}

static u32 tg0_16k(void)
{
	return read_as_4k(2);
}

/* CBA2R.VMID16 takes a VMID once sCR0.VMID16EN can be set. */
static u32 wide_vmid(void)
{
	wr(&r, 0x0, SCR0_ON | 1U << 31);
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0x12340001);
	return rd(&r, 0x0) >> 31 << 16 | rd(&r, GR1_BASE + 0x800 + 4 * CB) >> 16;
}

/* ---- the fields ---- */

/* Two configurations, the field's value in each, and what the probe finds. */
struct row {
	const char *field;
	u32 mask;
	u8 reg;
	u32 (*probe)(void); /* NULL: a fact, or absent */
	struct {
		struct smmuv2_cfg cfg;
		u32 value, found;
	} of[2];
};

#define A_4K  (SMMUV2_FMT_ALL & ~SMMUV2_FMT_4K)
#define A_16K (SMMUV2_FMT_ALL & ~SMMUV2_FMT_16K)
#define A_64K (SMMUV2_FMT_ALL & ~SMMUV2_FMT_64K)
#define NO_32 (SMMUV2_FMT_ALL & ~(SMMUV2_FMT_SHORT | SMMUV2_FMT_LPAE))
#define LONG  (SMMUV2_FMT_ALL & ~SMMUV2_FMT_SHORT)

static const struct row rows[] = {
	{ "NUMSMRG", 0xff, 0, groups, { { STILL, 32, 32 }, { { .num_smrg = 5 }, 5, 5 } } },
	{ "EXIDS", 0x100, 0, extended_id, { { STILL, 0, USF }, { { .exids = true }, 1, 0 } } },
	{ "NUMSIDB", 0x1e00, 0, id_bits, { { STILL, 15, 0x7fff }, { { .sid_bits = 8 }, 8, 0xff } } },
	/* Nobody broadcasts. */
	{ "BTM", 0x2000, 0, NULL, { { STILL, 0, 0 } } },
	/* A fact: memory is coherent, and what the bit says has to match the integration alone. */
	{ "CTTW", 0x4000, 0, NULL, { { STILL, 1, 0 }, { { .incoherent = true }, 0, 0 } } },
	{ "NUMIRPT", 0xff0000, 0, third_interrupt, { { { .num_irpt = 2 }, 2, UCIF }, { { .num_irpt = 3 }, 3, 0 } } },
	{ "PTFS", 3 << 24, 0, format_without_va64, { { STILL, 0, 0 }, { { .formats = LONG }, 1, 1 } } },
	{ "PTFS", 3 << 24, 0, format_without_va64, { { STILL, 0, 0 }, { { .formats = NO_32 }, 2, 2 } } },
	{ "ATOSNS", 1 << 26, 0, address_translation, { { STILL, 0, 0x80005000 }, { { .no_atos = true }, 1, 0 } } },
	{ "SMS",
	  1 << 27,
	  0,
	  stream_matching,
	  { { STILL, 1, USF << 16 }, { { .stream_indexing = true, .num_smrg = 8 }, 0, USF } } },
	{ "NTS", 1 << 28, 0, nested, { { STILL, 1, 0 }, { { .no_nested = true }, 0, ICF } } },
	{ "S2TS", 1 << 29, 0, stage2, { { STILL, 1, 0 }, { { .no_s2 = true }, 0, ICF } } },
	{ "S1TS", 1 << 30, 0, stage1, { { STILL, 1, 0 }, { { .no_s1 = true }, 0, ICF } } },
	/* There is no Secure state. */
	{ "SES", 1U << 31, 0, NULL, { { STILL, 0, 0 } } },

	{ "NUMCB", 0xff, 1, fourth_bank, { { STILL, 16, 0 }, { { .num_cb = 3, .log2_pages = 4 }, 3, UCBF } } },
	{ "SMCD", 1 << 15, 1, conflict, { { STILL, 1, SMCF } } },
	{ "NUMS2CB", 0xff0000, 1, type_of_bank, { { STILL, 0, 1 }, { { .num_s2cb = 4 }, 4, 0 } } },
	{ "NUMPAGENDXB", 7 << 28, 1, place_of_bank, { { STILL, 3, 0 }, { { .log2_pages = 5 }, 4, 1 } } },
	{ "PAGESIZE", 1U << 31, 1, place_of_bank, { { STILL, 0, 0 }, { { .page_64k = true }, 1, 2 } } },

	{ "IAS", 0x00f, 2, intermediate_size, { { STILL, 5, 0 }, { { .ias_bits = 40 }, 2, ASF } } },
	{ "OAS", 0x0f0, 2, output_size, { { STILL, 5, 0 }, { { .oas_bits = 40 }, 2, ASF } } },
	{ "UBS", 0xf00, 2, upstream_bit_40, { { STILL, 5, TF }, { { .ubs_bits = 32 }, 0, 0 } } },
	{ "PTFSv8_4KB", 1 << 12, 2, tg0_4k, { { STILL, 1, 1 }, { { .formats = A_4K }, 0, 0 } } },
	{ "PTFSv8_16KB", 1 << 13, 2, tg0_16k, { { STILL, 1, 0 }, { { .formats = A_16K }, 0, 1 } } },
	{ "PTFSv8_64KB", 1 << 14, 2, tg0_64k, { { STILL, 1, 0 }, { { .formats = A_64K }, 0, 1 } } },
	{ "VMID16S", 1 << 15, 2, wide_vmid, { { STILL, 0, 0 }, { { .vmid16 = true }, 1, 0x11234 } } },

	/* Facts: version 2.1 of the architecture's implementation */
	{ "MINOR", 0x0f, 7, NULL, { { STILL, 1, 0 } } },
	{ "MAJOR", 0xf0, 7, NULL, { { STILL, 2, 0 } } },
};

static u32 field_of(const struct row *row)
{
	return (rd(&r, IDR0 + 4 * row->reg) & row->mask) / (row->mask & -row->mask);
}

/* Each field of the register table has its row here, and each row its field. */
TEST(every_field_is_here)
{
	u64 covered[8] = { 0 }, described[8] = { 0 };
	u32 i, k, n;

	for (n = 0; n < ARRAY_SIZE(rows); n++)
		covered[rows[n].reg] |= rows[n].mask;
	for (i = 0; i < SMMUV2_GR0_ROWS; i++) {
		const struct reg_desc *d = &smmuv2_gr0_table[i];

		if (d->offset < IDR0 || d->offset > IDR0 + 0x1c)
			continue;
		for (k = 0; k < d->n_fields; k++) {
			u64 mask = GENMASK_ULL(d->fields[k].high, d->fields[k].low);

			described[(d->offset - IDR0) / 4] |= mask;
			for (n = 0; n < ARRAY_SIZE(rows); n++)
				if (IDR0 + 4U * rows[n].reg == d->offset && rows[n].mask == mask)
					break;
			ck_assert_msg(n < ARRAY_SIZE(rows), "%s.%s is not here", d->name, d->fields[k].name);
			ck_assert_str_eq(rows[n].field, d->fields[k].name);
		}
	}
	for (i = 0; i < 8; i++)
		ck_assert_uint_eq(covered[i], described[i]);
}

TEST(fields_behave)
{
	u32 i, k, found;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < 2; k++) {
			rig_up(&r, &rows[i].of[k].cfg);
			/* A row with one configuration repeats the first. */
			if (k && !memcmp(&rows[i].of[k], &(typeof(rows[i].of[0])){ 0 }, sizeof(rows[i].of[k]))) {
				rig_down(&r);
				continue;
			}
			ck_assert_msg(field_of(&rows[i]) == rows[i].of[k].value, "%s %u: reads as %u", rows[i].field, k,
				      field_of(&rows[i]));
			found = rows[i].probe ? rows[i].probe() : 0;
			ck_assert_msg(found == rows[i].of[k].found, "%s %u: 0x%x", rows[i].field, k, found);
			rig_down(&r);
		}
	}
}

/* Everything that can be is configured: no bit reads as set that has no row here, and IDR3 to IDR6 are reserved. */
TEST(nothing_else_reads_as_set)
{
	struct smmuv2_cfg all = { .num_cb = 128,
				  .num_s2cb = 127,
				  .num_smrg = 128,
				  .exids = true,
				  .page_64k = true,
				  .log2_pages = 8,
				  .no_atos = true,
				  .vmid16 = true,
				  .num_irpt = 128 };
	u32 i, reg, known;

	rig_up(&r, &all);
	for (reg = 0; reg < 8; reg++) {
		known = 0;
		for (i = 0; i < ARRAY_SIZE(rows); i++)
			if (rows[i].reg == reg)
				known |= rows[i].mask;
		ck_assert_uint_eq(rd(&r, IDR0 + 4 * reg) & ~known, 0);
		wr(&r, IDR0 + 4 * reg, 0xffffffff);
		ck_assert_uint_eq(rd(&r, IDR0 + 4 * reg) & ~known, 0);
	}
	ck_assert_uint_eq(rd(&r, IDR0) & 0x80002000, 0); /* SES, BTM */
	rig_down(&r);
}

/* Nesting needs both stages. */
TEST(fields_that_depend)
{
	static const struct {
		struct smmuv2_cfg cfg;
		u32 stages; /* S1TS, S2TS, NTS in 30:28 */
	} cases[] = {
		{ { 0 }, 7 },
		{ { .no_nested = true }, 6 },
		{ { .no_s2 = true }, 4 },
		{ { .no_s1 = true }, 2 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		rig_up(&r, &cases[i].cfg);
		ck_assert_uint_eq(rd(&r, IDR0) >> 28 & 7, cases[i].stages);
		rig_down(&r);
	}
}

SUITE("smmuv2_identity")
