// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Nothing is advertised that does not behave: every field of IDR0 to IDR5 and of
 * AIDR (6.3.1 to 6.3.8) is in a table here. Either it cannot be made to read as
 * anything but zero, or a probe gives one answer with it and another without; a
 * few state what no probe could show.
 */
#include "suite.h"
#include "v3_fixture.h"

#define SID 8U
#define VA  0x12345000ULL
#define PA  0x77777000ULL

#define IDR0 0x08cd769bU
#define IDR1 0x0e739d20U
#define IDR3 0x00000434U
#define IDR5 0x01000075U

static struct v3_fixture f;
static struct pt_build s1, s2;

/* Changes of the structures of an access; each is an exclusive or. */
struct change {
	u64 ste0, ste1, ste2, cd0, cd1, cd2;
	u64 va; /* 0: VA */
	u16 flags;
	u32 pasid;
};

static void stream_with(const struct change *c, u64 ste0)
{
	u64 ste2 = ste0 == FX_STE_S1 ? 0 : FX_STE2_S2 | SID;
	u64 cd0 = FX_CD_0 | (u64)SID << 48;
	u64 cdtab = ste0 == FX_STE_S2 ? 0 : FX_CDTAB + SID * 64;

	fx_words(&f, FX_CDTAB + SID * 64, (u64[8]){ cd0 ^ c->cd0, s1.root ^ c->cd1, c->cd2 }, 8);
	fx_ste(&f, SID, (ste0 | cdtab) ^ c->ste0, c->ste1, ste2 ^ c->ste2, ste2 ? s2.root : 0);
	fx_enable(&f, 0x1f);
}

static u32 fault_of(const struct change *c)
{
	struct dma_txn t = fx_txn(&f, SID, c->va ? c->va : VA, c->flags);
	struct xlat_result r = { 0 };
	enum xlat x;

	t.pasid = c->pasid;
	x = smmuv3_class.translate(&f.smmu, &t, &r);
	ck_assert(x == XLAT_OK || r.fault);
	return r.fault;
}

/* The event (7.3) of an access of a stream with stage 1, or 0. */
static u32 stage1(const struct change *c)
{
	fx_table(&f, &s1, false);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_map(&s1, VA + 0x1000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	stream_with(c, FX_STE_S1);
	return fault_of(c);
}

static u32 nested(const struct change *c)
{
	fx_nested_stream(&f, SID, FX_CD_A | FX_CD_R, 0, &s1, &s2);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_map(&s2, PA, PA, 0x1000, FX_RW);
	stream_with(c, FX_STE_NESTED);
	return fault_of(c);
}

/* The root's entry forbids unprivileged access (APTable[0]). */
static u32 stage1_ap_table(const struct change *c)
{
	fx_table(&f, &s1, false);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_put(&f, s1.root, fx_m64(&f, s1.root) | BIT_ULL(61));
	stream_with(c, FX_STE_S1);
	return fault_of(c);
}

/* XN[1:0] of the page at stage 2 is 0b01. */
static u32 stage2_xn01(const struct change *c)
{
	u64 where, entry;

	fx_table(&f, &s1, false);
	fx_table(&f, &s2, true);
	fx_map(&s2, VA, PA, 0x1000, DRV_PROT_READ | DRV_PROT_EXEC);
	ck_assert_int_eq(pt_entry(&s2, VA, &entry, &where), 0);
	fx_put(&f, where, (fx_m64(&f, where) & ~(3ULL << 53)) | BIT_ULL(53));
	stream_with(c, FX_STE_S2);
	return fault_of(c);
}

/* The command's error code (7.1). */
static u32 command(const struct change *c)
{
	fx_enable(&f, 0xf);
	fx_cmd(&f, c->ste0, c->ste1);
	return fx_r32(&f, 0x9c) >> 24;
}

static u32 sync_sev(const struct change *c)
{
	fx_enable(&f, 0xf);
	fx_cmd(&f, 2 << 12 | 0x46, 0);
	return f.irqs[SMMUV3_IRQ_SEV];
}

static u32 sync_msi(const struct change *c)
{
	fx_enable(&f, 0xf);
	fx_cmd(&f, 1 << 12 | 0x46, 0x08000000);
	return f.n_msis;
}

/* Bits ste1 of register ste0 that software can set. */
static u32 settable(const struct change *c)
{
	fx_w32(&f, (u32)c->ste0, 0xffffffff);
	return fx_r32(&f, (u32)c->ste0) & (u32)c->ste1;
}

/* The largest queue: bits of index ste1 when base ste0 asks for 2^19 entries. */
static u32 index_bits(const struct change *c)
{
	fx_w64(&f, c->ste0, 19);
	fx_w32(&f, (u32)c->ste1, 0xfffff);
	return fx_r32(&f, (u32)c->ste1);
}

static u32 stalls(const struct change *c)
{
	struct xlat_result r;
	u32 i, n = 0;

	fx_s1_stream(&f, SID, FX_CD_A | FX_CD_S, &s1);
	fx_enable(&f, 0xd);
	for (i = 0; i < 5; i++)
		n += fx_xlat(&f, SID, VA, 0, &r) == XLAT_STALL;
	return n;
}

static u32 bypass(const struct change *c)
{
	struct xlat_result r;

	return fx_xlat(&f, SID, c->va, 0, &r);
}

/* Whether the answer that hardware gives for a full PRI queue has the request's PASID, with STE.PPAR = 0. */
static u32 response_with_pasid(const struct change *c)
{
	struct page_request pr = { .sid = SID, .pasid = 5, .pasid_valid = true, .perm = PERM_R, .last = true };

	fx_ste(&f, SID, FX_STE_S1 | FX_CDTAB, 0, 0, 0);
	fx_enable(&f, 0);
	fx_w64(&f, 0xc0, FX_PRIQ);
	fx_w32(&f, 0x20, 0xf);
	smmuv3_class.page_request(&f.smmu, &pr);
	smmuv3_class.page_request(&f.smmu, &pr);
	ck_assert_uint_eq(f.n_responses, 1);
	return f.responses[0].pasid_valid;
}

/* A block gives way to a table without a break: either answer, and no conflict (3.21.1). */
static u32 block_to_table(const struct change *c)
{
	struct xlat_result r;
	u64 w[4];

	fx_s1_stream(&f, SID, FX_CD_A | FX_CD_R, &s1);
	fx_map(&s1, 0x200000, 0x400000, 0x200000, FX_RW);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x200000, 0, &r), XLAT_OK);
	pt_unmap(&s1, 0x200000, 0x200000, false);
	fx_map(&s1, 0x201000, 0x401000, 0x1000, FX_RW);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x201000, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, 0x401000);
	return fx_event(&f, w);
}

/**
 * struct row - one field
 * @reg, @mask: IDR@reg, or AIDR as 6
 * @absent: reads as zero even if it is configured as all ones
 * @fact: what no probe can show
 * @with, @without: values of the register; else the field is set and cleared in the default.
 *	Fields that depend on it go with it
 */
struct row {
	const char *field;
	u32 reg, mask;
	bool absent;
	const char *fact;
	u32 with, without;
	u32 (*probe)(const struct change *c);
	struct change c;
	u32 expect_with, expect_without;
};

#define B(n) BIT_ULL(n)
#define ABSENT(r, f_, m)                                         \
	{                                                        \
		.field = f_, .reg = r, .mask = m, .absent = true \
	}
#define FACT(r, f_, m, text)                                   \
	{                                                      \
		.field = f_, .reg = r, .mask = m, .fact = text \
	}

static const struct row rows[] = {
	{ "ST_LEVEL", 0, 3 << 27, .with = IDR0, .without = IDR0 & ~(3U << 27), .probe = settable,
	  .c = { 0x88, 0x30000 }, .expect_with = 0x30000, .expect_without = 0 },
	{ "TERM_MODEL", 0, 1 << 26, .probe = stage1, .c.cd0 = B(46), .expect_with = 0x0a, .expect_without = 0 },
	{ "STALL_MODEL", 0, 3 << 24, .with = IDR0 | 1 << 24, .without = IDR0, .probe = command, .c.ste0 = 0x44,
	  .expect_with = 1, .expect_without = 0 },
	{ "ATSRECERR", 0, 1 << 23, .probe = settable, .c = { 0x2c, 8 }, .expect_with = 8, .expect_without = 0 },
	/* mixed: the table, which is little-endian, has no valid descriptor */
	{ "TTENDIAN", 0, 3 << 21, .with = IDR0, .without = IDR0 & ~(3U << 21), .probe = stage1, .c.cd0 = B(15),
	  .expect_with = 0x0a, .expect_without = 0x10 },
	ABSENT(0, "VATOS", 1 << 20),
	/* 2-level: the L1CD is not valid */
	{ "CD2L", 0, 1 << 19, .probe = stage1, .c = { .ste0 = 1ULL << 59 | 1 << 4, .ste1 = 2 }, .expect_with = 0x08,
	  .expect_without = 0x04 },
	{ "VMID16", 0, 1 << 18, .probe = nested, .c.ste2 = 0x100, .expect_with = 0, .expect_without = 0x04 },
	{ "VMW", 0, 1 << 17, .probe = settable, .c = { 0x20, 0x1c0 }, .expect_with = 0x1c0, .expect_without = 0 },
	{ "PRI", 0, 1 << 16, .probe = settable, .c = { 0xc0, 0x1f }, .expect_with = 0x1f, .expect_without = 0 },
	ABSENT(0, "ATOS", 1 << 15),
	{ "SEV", 0, 1 << 14, .probe = sync_sev, .expect_with = 1, .expect_without = 0 },
	{ "MSI", 0, 1 << 13, .probe = sync_msi, .expect_with = 1, .expect_without = 0 },
	{ "ASID16", 0, 1 << 12, .probe = stage1, .c.cd0 = B(56), .expect_with = 0, .expect_without = 0x0a },
	{ "NS1ATS", 0, 1 << 11, .probe = nested, .c.ste1 = 2ULL << 28, .expect_with = 0x04, .expect_without = 0 },
	{ "ATS", 0, 1 << 10, .with = IDR0, .without = IDR0 & ~0x00810400U, .probe = command, .c = { 0x40, 52 },
	  .expect_with = 0, .expect_without = 1 },
	{ "Hyp", 0, 1 << 9, .probe = command, .c.ste0 = 0x20, .expect_with = 0, .expect_without = 1 },
	ABSENT(0, "DORMHINT", 1 << 8),
	{ "HTTU", 0, 3 << 6, .with = IDR0, .without = IDR0 & ~(3U << 6), .probe = stage1, .c.cd0 = B(43),
	  .expect_with = 0, .expect_without = 0x0a },
	ABSENT(0, "BTM", 1 << 5),
	FACT(0, "COHACC", 1 << 4, "memory is the holder's, and nothing here keeps a copy of data"),
	/* LPAE finds the table of another depth, and no descriptor there */
	{ "TTF", 0, 3 << 2, .with = IDR0 | 4, .without = IDR0, .probe = stage1, .c.cd0 = B(41), .expect_with = 0x10,
	  .expect_without = 0x0a },
	{ "S1P", 0, 1 << 1, .with = IDR0, .without = IDR0 & ~0x202U, .probe = command, .c.ste0 = 0x10, .expect_with = 0,
	  .expect_without = 1 },
	{ "S2P", 0, 1 << 0, .with = IDR0, .without = IDR0 & ~0x201U, .probe = command, .c.ste0 = 0x28, .expect_with = 0,
	  .expect_without = 1 },

	ABSENT(1, "ECMDQ", 1U << 31),
	ABSENT(1, "TABLES_PRESET", 1 << 30),
	ABSENT(1, "QUEUES_PRESET", 1 << 29),
	ABSENT(1, "REL", 1 << 28),
	FACT(1, "ATTR_TYPES_OVR", 1 << 27, "transactions carry no memory type, so that none can be seen to change"),
	{ "ATTR_PERMS_OVR", 1, 1 << 26, .probe = stage1,
	  .c = { .ste1 = 2ULL << 48, .va = VA + 0x1000, .flags = DMA_PRIV }, .expect_with = 0x13, .expect_without = 0 },
	{ "CMDQS", 1, 31 << 21, .with = IDR1, .without = (IDR1 & ~(31U << 21)) | 4 << 21, .probe = index_bits,
	  .c = { 0x90, 0x9c }, .expect_with = 0xfffff, .expect_without = 0x1f },
	{ "EVENTQS", 1, 31 << 16, .with = IDR1, .without = (IDR1 & ~(31U << 16)) | 4 << 16, .probe = index_bits,
	  .c = { 0xa0, 0x100a8 }, .expect_with = 0xfffff, .expect_without = 0x1f },
	{ "PRIQS", 1, 31 << 11, .with = IDR1, .without = (IDR1 & ~(31U << 11)) | 4 << 11, .probe = index_bits,
	  .c = { 0xc0, 0x100c8 }, .expect_with = 0xfffff, .expect_without = 0x1f },
	/* with SubstreamIDs: CD 1 is not valid */
	{ "SSIDSIZE", 1, 31 << 6, .with = IDR1, .without = IDR1 & ~(31U << 6), .probe = stage1,
	  .c = { .ste0 = 1ULL << 59, .flags = DMA_PASID, .pasid = 1 }, .expect_with = 0x0a, .expect_without = 0x08 },
	{ "SIDSIZE", 1, 63, .with = IDR1, .without = (IDR1 & ~63U) | 3, .probe = stage1, .expect_with = 0,
	  .expect_without = 0x02 },

	ABSENT(2, "BA_VATOS", 0x3ff),

	ABSENT(3, "AIE", 1 << 23),
	ABSENT(3, "MTEPERM", 1 << 22),
	ABSENT(3, "THE", 1 << 21),
	ABSENT(3, "S2PO", 1 << 20),
	ABSENT(3, "S2PI", 1 << 19),
	ABSENT(3, "S1PI", 1 << 18),
	ABSENT(3, "EPAN", 1 << 17),
	ABSENT(3, "PASIDTT", 1 << 16),
	ABSENT(3, "DPT", 1 << 15),
	ABSENT(3, "PTWNNC", 1 << 14),
	{ "E0PD", 3, 1 << 13, .probe = stage1, .c.cd1 = B(2), .expect_with = 0x10, .expect_without = 0 },
	{ "BBML", 3, 3 << 11, .with = IDR3 | 2 << 11, .without = IDR3, .probe = block_to_table },
	{ "RIL", 3, 1 << 10, .probe = command, .c = { 0x12, 1 << 10 }, .expect_with = 1, .expect_without = 0 },
	{ "STT", 3, 1 << 9, .probe = stage1, .c.cd0 = 16 ^ 40, .expect_with = 0x10, .expect_without = 0x0a },
	ABSENT(3, "FWB", 1 << 8),
	ABSENT(3, "MPAM", 1 << 7),
	{ "PPS", 3, 1 << 5, .probe = response_with_pasid, .expect_with = 1, .expect_without = 0 },
	{ "XNX", 3, 1 << 4, .probe = stage2_xn01, .c.flags = DMA_EXEC | DMA_PRIV, .expect_with = 0x13,
	  .expect_without = 0 },
	ABSENT(3, "PBHA", 1 << 3),
	{ "HAD", 3, 1 << 2, .probe = stage1_ap_table, .c.cd1 = B(1), .expect_with = 0, .expect_without = 0x13 },

	FACT(4, "IMPDEF", 0xffffffff, "implementation defined: promises nothing"),

	{ "STALL_MAX", 5, 0xffff0000, .with = 0x00030075, .without = 0x00010075, .probe = stalls, .expect_with = 3,
	  .expect_without = 1 },
	{ "VAX", 5, 3 << 10, .with = IDR5 | 1 << 10, .without = IDR5, .probe = stage1,
	  .c = { .cd0 = 1 << 6 | (16 ^ 12), .va = 1ULL << 50 }, .expect_with = 0x10, .expect_without = 0x0a },
	FACT(5, "D128", 1 << 8, "refused: test_smmuv3_regs, test_configuration_out_of_range"),
	{ "DS", 5, 1 << 7, .with = IDR5 | 1 << 10 | 1 << 7, .without = IDR5 | 1 << 10, .probe = stage1,
	  .c = { .cd0 = 16 ^ 12, .cd2 = B(58), .va = 1ULL << 50 }, .expect_with = 0x10, .expect_without = 0x0a },
	{ "GRAN64K", 5, 1 << 6, .probe = stage1, .c = { .cd0 = 1 << 6, .va = 1ULL << 43 }, .expect_with = 0x10,
	  .expect_without = 0x0a },
	{ "GRAN16K", 5, 1 << 5, .probe = stage1, .c = { .cd0 = 2 << 6, .va = 1ULL << 47 }, .expect_with = 0x10,
	  .expect_without = 0x0a },
	{ "GRAN4K", 5, 1 << 4, .probe = stage1, .expect_with = 0, .expect_without = 0x0a },
	{ "OAS", 5, 7, .with = IDR5, .without = IDR5 & ~7U, .probe = bypass, .c.va = 1ULL << 40, .expect_with = XLAT_OK,
	  .expect_without = XLAT_ABORT },

	FACT(6, "ArchMajorRev", 0xf0, "0: there is no other"),
	FACT(6, "ArchMinorRev", 0x0f,
	     "SMMUv3.0 to 3.2; the rest of spec-compliance-smmuv3.md says what of them is absent"),
};

static const u32 defaults[] = { IDR0, IDR1, 0, IDR3, 0, IDR5, 1 };

static u32 id_offset(u32 reg)
{
	return reg == 6 ? 0x1c : reg * 4;
}

static void start(u32 reg, u32 value)
{
	struct smmuv3_cfg cfg = { .idr_given = reg < 6 ? BIT(reg) : 0 };

	if (reg < 6)
		cfg.idr[reg] = value;
	ck_assert_int_eq(fx_init(&f, &cfg), 0);
}

/* Each field of the register table has its row here, and each row its field. */
TEST(test_every_field_is_here)
{
	u32 i, k, n, found = 0;

	for (i = 0; i < SMMUV3_REG_ROWS; i++) {
		const struct reg_desc *d = &smmuv3_reg_table[i];

		if (d->offset > 0x14 && d->offset != 0x1c)
			continue;
		for (k = 0; k < d->n_fields; k++) {
			u32 mask = (u32)GENMASK_ULL(d->fields[k].high, d->fields[k].low);

			for (n = 0; n < ARRAY_SIZE(rows); n++)
				if (id_offset(rows[n].reg) == d->offset && rows[n].mask == mask)
					break;
			ck_assert_msg(n < ARRAY_SIZE(rows), "%s.%s is not here", d->name, d->fields[k].name);
			ck_assert_str_eq(rows[n].field, d->fields[k].name);
			found++;
		}
	}
	ck_assert_uint_eq(found, ARRAY_SIZE(rows));
}

TEST(test_absent_fields_read_as_zero)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].absent)
			continue;
		start(rows[i].reg, defaults[rows[i].reg] | rows[i].mask);
		ck_assert_msg(!(fx_r32(&f, id_offset(rows[i].reg)) & rows[i].mask), "%s", rows[i].field);
		fx_exit(&f);
	}
}

static void check(const struct row *r, u32 value, u32 expected)
{
	u32 got;

	start(r->reg, value);
	ck_assert_msg(fx_r32(&f, id_offset(r->reg)) == value, "%s: reads 0x%x, not 0x%x", r->field,
		      fx_r32(&f, id_offset(r->reg)), value);
	got = r->probe(&r->c);
	ck_assert_msg(got == expected, "%s: IDR%u 0x%x: 0x%x, not 0x%x", r->field, r->reg, value, got, expected);
	fx_exit(&f);
}

TEST(test_present_fields_behave)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		u32 with = r->with ? r->with : defaults[r->reg] | r->mask;
		u32 without = r->with ? r->without : defaults[r->reg] & ~r->mask;

		if (r->absent || r->fact)
			continue;
		f.cmd_prod = 0;
		check(r, with, r->expect_with);
		check(r, without, r->expect_without);
	}
}

/* Fields that others leave without meaning are RES0. */
TEST(test_fields_that_depend)
{
	static const struct {
		u32 idr[6];
		u32 reg, expected;
	} cases[] = {
		/* NS1ATS without ATS, stage 1, stage 2; with all */
		{ { 0x08000c0a }, 0, 0x0800040a },
		{ { 0x08000c09 }, 0, 0x08000409 },
		{ { 0x0800080b }, 0, 0x0800000b },
		{ { 0x08000c0b }, 0, 0x08000c0b },
		{ { 0x0801000b }, 0, 0x0800000b },			   /* PRI without ATS */
		{ { 0x0880000b }, 0, 0x0800000b },			   /* ATSRECERR without ATS */
		{ { 0x0802000a }, 0, 0x0800000a },			   /* VMW without stage 2 */
		{ { 0x0800020a }, 0, 0x0800000a },			   /* Hyp without stage 2 */
		{ { 0x08000087 }, 0, 0x08000007 },			   /* HTTU without VMSAv8-64 */
		{ { 0x08000009, 0, 0, 0x2434 }, 3, 0x0410 },		   /* HAD, E0PD, PPS: no stage 1, no PRI */
		{ { 0x0800000a, 0, 0, 0x2434 }, 3, 0x2404 },		   /* XNX without stage 2 */
		{ { 0, 0x0e739820, 0, 0x0434 }, 3, 0x0414 },		   /* PPS without SubstreamIDs */
		{ { 0x0900000b, 0, 0, 0, 0, 0x01000075 }, 5, 0x00000075 }, /* STALL_MAX without stalls */
		{ { 0x08000007, 0, 0, 0, 0, 0x010004e5 }, 5, 0x01000015 }, /* LPAE: 4 KiB, and no other */
		{ { 0, 0, 0, 0, 0, 0x010004c5 }, 5, 0x01000445 },	   /* DS with 64 KiB alone */
		{ { 0, 0, 0, 0, 0, 0x01000415 }, 5, 0x01000015 },	   /* VAX with 4 KiB and without DS */
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct smmuv3_cfg cfg = { 0 };

		memcpy(cfg.idr, cases[i].idr, sizeof(cfg.idr));
		ck_assert_int_eq(fx_init(&f, &cfg), 0);
		ck_assert_msg(fx_r32(&f, cases[i].reg * 4) == cases[i].expected, "case %u: 0x%x", i,
			      fx_r32(&f, cases[i].reg * 4));
		fx_exit(&f);
	}
}

SUITE("smmuv3 identification")
