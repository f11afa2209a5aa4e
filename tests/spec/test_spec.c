// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the tables say, against what the specifications say: Arm IHI 0062 (SMMUv2), Arm IHI 0070 G.b (SMMUv3), Intel VT-d
 * 5.10. Each row was written from the section that it names. Bits of a record are counted through all of its words, as
 * the specifications' figures do.
 */
#include "smmuv2_spec.h"
#include "smmuv3_spec.h"
#include "suite.h"
#include "vtd_spec.h"

static const struct reg_desc *find_reg(const struct spec_iommu *m, const char *name)
{
	u32 i, s;

	for (s = 0; s < m->n_spaces; s++)
		for (i = 0; i < m->spaces[s].n_regs; i++)
			if (!strcmp(m->spaces[s].regs[i].name, name))
				return &m->spaces[s].regs[i];
	ck_abort_msg("%s has no register %s", m->name, name);
	return NULL;
}

static const struct spec_record *find_record(const struct spec_iommu *m, const char *name)
{
	u32 i;

	for (i = 0; i < m->n_records; i++)
		if (!strcmp(m->records[i].name, name))
			return &m->records[i];
	ck_abort_msg("%s has no record %s", m->name, name);
	return NULL;
}

static const struct {
	const struct spec_iommu *iommu;
	const char *reg;
	u32 offset;
	u8 size;
	const char *section;
	const char *field;
	u8 high, low;
	enum reg_access access;
} fields[] = {
	/* IHI 0062 */
	{ &smmuv2_spec, "sCR0", 0x0, 4, "10.6", "CLIENTPD", 0, 0, REG_RW },
	{ &smmuv2_spec, "sCR0", 0x0, 4, "10.6", "USFCFG", 10, 10, REG_RW },
	{ &smmuv2_spec, "IDR1", 0x24, 4, "10.6", "NUMPAGENDXB", 30, 28, REG_RO },
	{ &smmuv2_spec, "sGFSR", 0x48, 4, "10.6.15", "USF", 1, 1, REG_W1C },
	{ &smmuv2_spec, "S2CR", 0xc00, 4, "10.6.23", "TYPE", 17, 16, REG_RW },
	{ &smmuv2_spec, "CBAR", 0x0, 4, "11.2.1", "IRPTNDX", 31, 24, REG_RW },
	{ &smmuv2_spec, "SCTLR", 0x0, 4, "15.5.29", "HUPCF", 8, 8, REG_RW },
	{ &smmuv2_spec, "RESUME", 0x8, 4, "15.5.28", "TnR", 0, 0, REG_WO },
	{ &smmuv2_spec, "FSR", 0x58, 4, "15.5.9", "TF", 1, 1, REG_W1C },
	{ &smmuv2_spec, "FSR", 0x58, 4, "15.5.9", "SS", 30, 30, REG_RO },
	{ &smmuv2_spec, "FAR", 0x60, 8, "15.5.8", "FADDR", 63, 0, REG_RW },
	{ &smmuv2_spec, "FSYNR0", 0x68, 4, "15.5.11", "S1CBNDX", 23, 16, REG_RW },
	/* IHI 0070 */
	{ &smmuv3_spec, "SMMU_IDR0", 0x0, 4, "6.3.1", "STALL_MODEL", 25, 24, REG_RO },
	{ &smmuv3_spec, "SMMU_IDR1", 0x4, 4, "6.3.2", "SSIDSIZE", 10, 6, REG_RO },
	{ &smmuv3_spec, "SMMU_IDR5", 0x14, 4, "6.3.6", "STALL_MAX", 31, 16, REG_RO },
	{ &smmuv3_spec, "SMMU_CR0", 0x20, 4, "6.3.9", "EVENTQEN", 2, 2, REG_RW },
	{ &smmuv3_spec, "SMMU_CR0ACK", 0x24, 4, "6.3.10", "EVENTQEN", 2, 2, REG_RO },
	{ &smmuv3_spec, "SMMU_GERROR", 0x60, 4, "6.3.19", "PRIQ_ABT_ERR", 3, 3, REG_RO },
	{ &smmuv3_spec, "SMMU_GERRORN", 0x64, 4, "6.3.20", "PRIQ_ABT_ERR", 3, 3, REG_RW },
	{ &smmuv3_spec, "SMMU_STRTAB_BASE_CFG", 0x88, 4, "6.3.25", "SPLIT", 10, 6, REG_RW },
	{ &smmuv3_spec, "SMMU_CMDQ_CONS", 0x9c, 4, "6.3.28", "ERR", 30, 24, REG_RO },
	{ &smmuv3_spec, "SMMU_EVENTQ_BASE", 0xa0, 8, "6.3.29", "ADDR", 55, 5, REG_RW },
	{ &smmuv3_spec, "SMMU_PRIQ_IRQ_CFG2", 0xdc, 4, "6.3.36", "LO", 31, 31, REG_RW },
	{ &smmuv3_spec, "SMMU_EVENTQ_PROD", 0x100a8, 4, "6.3.95", "OVFLG", 31, 31, REG_RW },
	{ &smmuv3_spec, "SMMU_PRIQ_CONS", 0x100cc, 4, "6.3.98", "OVACKFLG", 31, 31, REG_RW },
	/* VT-d */
	{ &vtd_spec, "CAP_REG", 0x8, 8, "11.4.2", "NFR", 47, 40, REG_RO },
	{ &vtd_spec, "ECAP_REG", 0x10, 8, "11.4.3", "PSS", 39, 35, REG_RO },
	{ &vtd_spec, "GSTS_REG", 0x1c, 4, "11.4.4.2", "TES", 31, 31, REG_RO },
	{ &vtd_spec, "RTADDR_REG", 0x20, 8, "11.4.5", "TTM", 11, 10, REG_RW },
	{ &vtd_spec, "FSTS_REG", 0x34, 4, "11.4.7.1", "FRI", 15, 8, REG_RO },
	{ &vtd_spec, "FECTL_REG", 0x38, 4, "11.4.7.2", "IM", 31, 31, REG_RW },
	{ &vtd_spec, "PECTL_REG", 0xe0, 4, "11.4.11.5", "IP", 30, 30, REG_RO },
	{ &vtd_spec, "PRS_REG", 0xdc, 4, "11.4.11.4", "PRO", 1, 1, REG_W1C },
	{ &vtd_spec, "PQA_REG", 0xd0, 8, "11.4.11.3", "PQS", 2, 0, REG_RW },
};

TEST_TIMES(fields_of_registers, ARRAY_SIZE(fields))
{
	const struct reg_desc *d = find_reg(fields[_i].iommu, fields[_i].reg);
	u32 i;

	ck_assert_uint_eq(d->offset, fields[_i].offset);
	ck_assert_uint_eq(d->size, fields[_i].size);
	ck_assert_str_eq(d->section, fields[_i].section);
	for (i = 0; i < d->n_fields && strcmp(d->fields[i].name, fields[_i].field); i++)
		;
	ck_assert_msg(i < d->n_fields, "%s has no field %s", d->name, fields[_i].field);
	ck_assert_uint_eq(d->fields[i].high, fields[_i].high);
	ck_assert_uint_eq(d->fields[i].low, fields[_i].low);
	ck_assert_uint_eq(d->fields[i].access, fields[_i].access);
	ck_assert(*d->fields[i].doc);
}

static const struct {
	const struct spec_iommu *iommu;
	const char *record;
	const char *kind;    /* has the field; NULL: all have it */
	const char *without; /* a kind that has not */
	const char *field;
	u16 high, low; /* of the whole record */
} parts[] = {
	/* IHI 0070 5.2, 5.4 */
	{ &smmuv3_spec, "STE", NULL, NULL, "Config", 3, 1 },
	{ &smmuv3_spec, "STE", NULL, NULL, "S1CDMax", 63, 59 },
	{ &smmuv3_spec, "STE", NULL, NULL, "S1STALLD", 91, 91 },
	{ &smmuv3_spec, "STE", NULL, NULL, "EATS", 93, 92 },
	{ &smmuv3_spec, "STE", NULL, NULL, "INSTCFG", 115, 114 },
	{ &smmuv3_spec, "STE", NULL, NULL, "S2VMID", 143, 128 },
	{ &smmuv3_spec, "CD", NULL, NULL, "V", 31, 31 },
	{ &smmuv3_spec, "CD", NULL, NULL, "ASID", 63, 48 },
	{ &smmuv3_spec, "CD", NULL, NULL, "TTB0", 119, 68 },
	/* 4.5.2, 4.7 */
	{ &smmuv3_spec, "CMD", "CMD_PRI_RESP", "CMD_SYNC", "PRGIndex", 72, 64 },
	{ &smmuv3_spec, "CMD", "CMD_PRI_RESP", "CMD_RESUME", "Resp", 77, 76 },
	{ &smmuv3_spec, "CMD", "CMD_RESUME", "CMD_STALL_TERM", "STAG", 79, 64 },
	{ &smmuv3_spec, "CMD", "CMD_STALL_TERM", "CMD_TLBI_NH_ALL", "StreamID", 63, 32 },
	{ &smmuv3_spec, "CMD", "CMD_TLBI_NH_VA", "CMD_TLBI_NH_VAA", "ASID", 63, 48 },
	/* 7.3.2, 7.3.13, 7.3.18, 7.3.19 */
	{ &smmuv3_spec, "EVT", NULL, NULL, "SubstreamID", 31, 12 },
	{ &smmuv3_spec, "EVT", "F_UUT", "C_BAD_STE", "RnW", 99, 99 },
	{ &smmuv3_spec, "EVT", "F_UUT", "E_PAGE_REQUEST", "InD", 98, 98 },
	{ &smmuv3_spec, "EVT", "F_CFG_CONFLICT", "F_TRANSLATION", "Reason", 79, 64 },
	{ &smmuv3_spec, "EVT", "F_TRANSLATION", "F_WALK_EABT", "Stall", 95, 95 },
	{ &smmuv3_spec, "EVT", "F_STE_FETCH", "F_PERMISSION", "FetchAddr", 247, 195 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", "F_ACCESS", "Span", 115, 108 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", "F_ACCESS", "pR", 103, 103 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", "F_ACCESS", "pX", 101, 101 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", "F_ACCESS", "uR", 99, 99 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", "F_ACCESS", "uX", 97, 97 },
	{ &smmuv3_spec, "EVT", "E_PAGE_REQUEST", NULL, "InputAddr", 191, 140 },
	/* Chapter 8 */
	{ &smmuv3_spec, "PRI", NULL, NULL, "Last", 62, 62 },
	{ &smmuv3_spec, "PRI", NULL, NULL, "PRGIndex", 72, 64 },
	/* VT-d 9.6, 7.4.1.1, 6.5.2, 11.4.7.6 */
	{ &vtd_spec, "PE", NULL, NULL, "PGTT", 8, 6 },
	{ &vtd_spec, "PE", NULL, NULL, "PWSNP", 87, 87 },
	{ &vtd_spec, "PE", NULL, NULL, "FSPM", 131, 130 },
	{ &vtd_spec, "PE", NULL, NULL, "FSPTPTR", 191, 140 },
	{ &vtd_spec, "PREQ", NULL, NULL, "RID", 31, 16 },
	{ &vtd_spec, "PREQ", NULL, NULL, "LPIG", 66, 66 },
	{ &vtd_spec, "DESC", "WAIT", "IOTLB", "FN", 6, 6 },
	{ &vtd_spec, "DESC", "PAGE_RESP", "PASID", "RC", 15, 12 },
	{ &vtd_spec, "FRCD", NULL, NULL, "FI", 63, 12 },
	{ &vtd_spec, "FRCD", NULL, NULL, "SID", 79, 64 },
	{ &vtd_spec, "FRCD", NULL, NULL, "FR", 103, 96 },
	{ &vtd_spec, "FRCD", NULL, NULL, "PV", 123, 104 },
	{ &vtd_spec, "FRCD", NULL, NULL, "F", 127, 127 },
	/* A fault as arm-smmu prints it: FSR, FAR, FSYNR0, CBFRSYNRA */
	{ &smmuv2_spec, "FAULT", NULL, NULL, "PF", 3, 3 },
	{ &smmuv2_spec, "FAULT", NULL, NULL, "WNR", 132, 132 },
	{ &smmuv2_spec, "FAULT", NULL, NULL, "StreamID", 207, 192 },
};

static const struct spec_kind *named(const struct spec_record *r, const char *name)
{
	const struct spec_kind *k = spec_kind_named(r, name, strlen(name));

	ck_assert_msg(k, "%s has no kind %s", r->name, name);
	return k;
}

/* The field of the record that @k has (all kinds have, if NULL), or NULL. */
static const struct spec_field *find_field(const struct spec_record *r, const struct spec_kind *k, const char *name)
{
	u32 i;

	for (i = 0; i < r->n_fields; i++)
		if (!strcmp(r->fields[i].field.name, name) && (!r->fields[i].part || spec_has(k, r->fields[i].part)))
			return &r->fields[i];
	return NULL;
}

TEST_TIMES(fields_of_records, ARRAY_SIZE(parts))
{
	const struct spec_record *r = find_record(parts[_i].iommu, parts[_i].record);
	const struct spec_kind *k = parts[_i].kind ? named(r, parts[_i].kind) : NULL;
	const struct spec_field *f = find_field(r, k, parts[_i].field);

	ck_assert_msg(f, "%s has no field %s", r->name, parts[_i].field);
	ck_assert_uint_eq(f->word * 64 + f->field.high, parts[_i].high);
	ck_assert_uint_eq(f->word * 64 + f->field.low, parts[_i].low);
	if (parts[_i].without)
		ck_assert_ptr_null(find_field(r, named(r, parts[_i].without), parts[_i].field));
}

static const struct {
	const struct spec_iommu *iommu;
	const char *record;
	u32 code;
	const char *name, *section;
} kinds[] = {
	{ &smmuv3_spec, "EVT", 0x01, "F_UUT", "7.3.2" },
	{ &smmuv3_spec, "EVT", 0x07, "F_TRANSL_FORBIDDEN", "7.3.8" },
	{ &smmuv3_spec, "EVT", 0x0b, "F_WALK_EABT", "7.3.12" },
	{ &smmuv3_spec, "EVT", 0x10, "F_TRANSLATION", "7.3.13" },
	{ &smmuv3_spec, "EVT", 0x13, "F_PERMISSION", "7.3.16" },
	{ &smmuv3_spec, "EVT", 0x24, "E_PAGE_REQUEST", "7.3.19" },
	{ &smmuv3_spec, "EVT", 0x25, "F_VMS_FETCH", "7.3.20" },
	{ &smmuv3_spec, "CMD", 0x04, "CMD_CFGI_STE_RANGE", "4.3.2" },
	{ &smmuv3_spec, "CMD", 0x12, "CMD_TLBI_NH_VA", "4.4.2.4" },
	{ &smmuv3_spec, "CMD", 0x44, "CMD_RESUME", "4.7.1" },
	{ &smmuv3_spec, "CMD", 0x46, "CMD_SYNC", "4.7.3" },
	{ &vtd_spec, "DESC", 0x5, "WAIT", "6.5.2" },
	{ &vtd_spec, "DESC", 0x9, "PAGE_RESP", "6.5.2" },
	{ &vtd_spec, "FRCD", 0x05, "LGN_2", "7.1.3" },
	{ &vtd_spec, "FRCD", 0x47, "SCT_8", "7.1.3" },
	{ &vtd_spec, "FRCD", 0x71, "SFS_2", "7.1.3" },
};

TEST_TIMES(kinds_of_records, ARRAY_SIZE(kinds))
{
	const struct spec_record *r = find_record(kinds[_i].iommu, kinds[_i].record);
	const struct spec_kind *k = spec_kind(r, kinds[_i].code);

	ck_assert_ptr_nonnull(k);
	ck_assert_str_eq(k->name, kinds[_i].name);
	ck_assert_str_eq(k->section, kinds[_i].section);
	ck_assert_ptr_eq(named(r, kinds[_i].name), k);
}

TEST(what_is_not_defined)
{
	const struct spec_record *evt = &smmuv3_records[SMMUV3_RECORD_EVT];

	/* 7.3: numbers between the events; above the last; no number of 8 bits */
	ck_assert_ptr_null(spec_kind(evt, 0x00));
	ck_assert_ptr_null(spec_kind(evt, 0x0c));
	ck_assert_ptr_null(spec_kind(evt, 0xff));
	ck_assert_ptr_null(spec_kind(evt, 0x110));
	ck_assert_ptr_null(spec_kind_named(evt, "F_TRANS", 7));
	ck_assert_ptr_null(spec_kind_named(evt, "F_TRANSLATIONS", 14));
	ck_assert_ptr_null(spec_kind(&smmuv3_records[SMMUV3_RECORD_STE], 0));
	ck_assert(!spec_has(NULL, SMMUV3_EVT_HAS_STALL));
}

TEST(names_of_others)
{
	const struct spec_record *evt = &smmuv3_records[SMMUV3_RECORD_EVT];

	/* What QEMU calls differently, and what Linux prints of a reason of VT-d */
	ck_assert_uint_eq(spec_kind_named(evt, "E_PAGE_REQ", 10)->code, 0x24);
	ck_assert_uint_eq(spec_kind_named(evt, "F_TRANS_FORBIDDEN", 17)->code, 0x07);
	ck_assert_str_eq(spec_kind(&vtd_records[VTD_RECORD_FRCD], 0x06)->printed, "PTE Read access is not set");
}

TEST(codes_of_records)
{
	/* 7.3.2: bits 7:0. VT-d 6.5.2: the type is bits 11:9 above bits 3:0. */
	ck_assert_uint_eq(spec_code(&smmuv3_records[SMMUV3_RECORD_EVT], (const u64[]){ 0x800000824, 0, 0, 0 }), 0x24);
	ck_assert_uint_eq(spec_code(&vtd_records[VTD_RECORD_DESC], (const u64[]){ 0xe09, 0, 0, 0 }), 0x79);
	/* 11.4.7.6: bits 103:96 */
	ck_assert_uint_eq(spec_code(&vtd_records[VTD_RECORD_FRCD], (const u64[]){ 0, 0x8000007100000000 }), 0x71);
	ck_assert_uint_eq(spec_code(&smmuv3_records[SMMUV3_RECORD_STE], (const u64[8]){ 5 }), 0);
	ck_assert_uint_eq(spec_bits(&(const struct reg_field){ "", 63, 60, REG_RO, "" }, 0xa000000000000000), 0xa);
}

/* The same names in three specifications: the headers are here together. */
TEST(masks_and_offsets)
{
	ck_assert_uint_eq(SMMUV2_IDR0_S1TS, 1U << 30);		     /* IHI 0062 10.6 */
	ck_assert_uint_eq(SMMUV3_IDR0_S1P, 1U << 1);		     /* IHI 0070 6.3.1 */
	ck_assert_uint_eq(SMMUV2_GR0_SMR(3), 0x80c);		     /* 10.6.25 */
	ck_assert_uint_eq(SMMUV3_EVENTQ_CONS, 0x100ac);		     /* 6.3.96 */
	ck_assert_uint_eq(SMMUV3_STE_1_S1STALLD, 1ULL << 27);	     /* 5.2: bit 91 */
	ck_assert_uint_eq(SMMUV3_CMD_RESUME, 0x44);		     /* 4.7.1 */
	ck_assert_uint_eq(VTD_FRCD_PV, 0x0fffff0000000000ULL);	     /* 11.4.7.6: bits 123:104 */
	ck_assert_uint_eq(VTD_FR_SFS_2, 0x71);			     /* 7.1.3 */
	ck_assert_uint_eq(VTD_ECAP_RESERVED, 0x80400001190c0020ULL); /* 11.4.3: 63, 54, 32, 28, 27, 24, 19:18, 5 */
}

SUITE("spec")
