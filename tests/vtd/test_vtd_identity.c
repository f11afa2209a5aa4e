// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Nothing is advertised that does not behave: each bit of CAP_REG and ECAP_REG
 * (11.4.2, 11.4.3) makes a difference that is checked, or cannot be configured.
 */
#include "suite.h"
#include "rig_vtd.h"

#define DEV   0x0108
#define IOVA  0x7000
#define STATE 0x3000000ULL

static struct rig_vtd r;

/* ---- questions to an engine ---- */

static void start(const struct vtd_cfg *cfg, enum vtd_ttm ttm)
{
	rig_vtd_init(&r, cfg);
	rig_vtd_mode(&r, ttm);
}

static u16 access_fault(u16 flags, u64 iova)
{
	struct xlat_result res;

	rig_vtd_access(&r, DEV, iova, flags, 1, &res);
	return res.fault;
}

/* Scalable mode, PASID 1 of DEV: bits added to the context entry and to the PASID-table entry. */
static u16 scalable(const struct vtd_cfg *cfg, u64 ctx0, u64 ctx1, u64 pe0, u64 pe1, u64 pe2, u16 flags)
{
	u16 fault;

	start(cfg, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV, VTD_SCE_P | ctx0, ctx1);
	rig_vtd_pasid(&r, DEV, 1, VTD_PE_P | pe0, 9 | pe1, pe2);
	rig_vtd_pasid(&r, DEV, 0, VTD_PE_P | pe0, 9 | pe1, pe2);
	fault = access_fault(flags, IOVA);
	rig_vtd_exit(&r);
	return fault;
}

#define PASIDE VTD_SCE_PASIDE
#define PASS   (4ULL << 6)

/* Legacy mode, a second stage of @levels whose entry of @level is @leaf. */
static u16 legacy(const struct vtd_cfg *cfg, u64 aw, u64 tt, u32 level, u64 leaf, u64 iova, u16 flags)
{
	u64 ss;
	u16 fault;

	start(cfg, VTD_TTM_LEGACY);
	ss = rig_vtd_page(&r);
	rig_vtd_context(&r, DEV, VTD_CE_P | tt << 2 | ss, aw | 5 << 8);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, (u32)aw + 2, iova, level, RIG_SS_LINK), leaf);
	fault = access_fault(flags, iova);
	rig_vtd_exit(&r);
	return fault;
}

/* One descriptor in a queue of @ttm: true if it is no queue error. */
static bool descriptor(const struct vtd_cfg *cfg, enum vtd_ttm ttm, u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };
	bool good;

	rig_vtd_init(&r, cfg);
	rig_vtd_queue(&r, ttm != VTD_TTM_LEGACY);
	rig_vtd_mode(&r, ttm);
	rig_vtd_submit(&r, d);
	good = !(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_IQE);
	rig_vtd_exit(&r);
	return good;
}

static bool keeps(const struct vtd_cfg *cfg, u32 offset, u64 value, unsigned int size)
{
	u64 read;

	rig_vtd_init(&r, cfg);
	rig_vtd_write(&r, offset, value, size);
	read = rig_vtd_read(&r, offset, size);
	rig_vtd_exit(&r);
	return read == value;
}

/* ---- CAP_REG ---- */

static bool protects(const struct vtd_cfg *cfg, u32 base, u32 limit, unsigned int size, u64 at)
{
	struct xlat_result res;
	enum xlat x;

	rig_vtd_init(&r, cfg);
	rig_vtd_write(&r, base, at, size);
	rig_vtd_write(&r, limit, at, size);
	rig_vtd_write(&r, VTD_PMEN, VTD_PMEN_EPM, 4);
	x = rig_vtd_access(&r, DEV, at + 0x1000, 0, 0, &res);
	rig_vtd_exit(&r);
	return x == XLAT_ABORT;
}

/* Whether an implementation does what a bit announces: one question. */
#define ASK(name, answer)                         \
	static bool name(const struct vtd_cfg *c) \
	{                                         \
		return answer;                    \
	}

ASK(plmr, protects(c, VTD_PLMBASE, VTD_PLMLIMIT, 4, 0x400000))
ASK(phmr, protects(c, VTD_PHMBASE, VTD_PHMLIMIT, 8, 0x140000000))
ASK(sagaw_39, legacy(c, 1, 0, 1, 0x5003, IOVA, 0) != VTD_FR_LCT_4)
ASK(sagaw_48, legacy(c, 2, 0, 1, 0x5003, IOVA, 0) != VTD_FR_LCT_4)
ASK(sagaw_57, legacy(c, 3, 0, 1, 0x5003, IOVA, 0) != VTD_FR_LCT_4)

/* A zero-length read of a write-only page */
static bool zlr(const struct vtd_cfg *cfg)
{
	struct dma_txn t = { .iova = IOVA, .sid = DEV };
	struct xlat_result res;
	enum xlat x;
	u64 ss;

	start(cfg, VTD_TTM_LEGACY);
	ss = rig_vtd_page(&r);
	rig_vtd_context(&r, DEV, VTD_CE_P | ss, 2 | 5 << 8);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, IOVA, 1, RIG_SS_LINK), 0x5002);
	x = vtd_class.translate(&r.hw, &t, &res);
	rig_vtd_exit(&r);
	return x == XLAT_OK;
}

ASK(pages_2m, legacy(c, 2, 0, 2, 0x200083, IOVA, 0) != VTD_FR_LSS_2)
ASK(pages_1g, legacy(c, 2, 0, 3, 0x40000083, IOVA, 0) != VTD_FR_LSS_2)
ASK(psi, descriptor(c, VTD_TTM_LEGACY, 0x32, 0x5000))

static bool first_stage_1g(const struct vtd_cfg *cfg)
{
	u64 fs;
	u16 fault;

	start(cfg, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV, VTD_SCE_P | PASIDE, 0);
	fs = rig_vtd_page(&r);
	rig_vtd_pasid(&r, DEV, 1, VTD_PE_P | 1 << 6, 9, fs);
	rig_vtd_poke(&r, rig_vtd_slot(&r, fs, 4, IOVA, 3, RIG_FS_LINK), 0x400000e7);
	fault = access_fault(DMA_PASID, IOVA);
	rig_vtd_exit(&r);
	return fault != VTD_FR_SFS_3;
}

ASK(fs5lp, scalable(c, PASIDE, 0, 1 << 6, 0, 1 << 2, DMA_PASID) != VTD_FR_SPT_4)

/* SRTP drops what the old tables said. */
static bool esrtps(const struct vtd_cfg *cfg)
{
	u16 fault;

	start(cfg, VTD_TTM_LEGACY);
	rig_vtd_context(&r, DEV, VTD_CE_P | 2 << 2, 2 | 5 << 8);
	ck_assert_uint_eq(access_fault(0, IOVA), 0);
	rig_vtd_root(&r, rig_vtd_page(&r));
	fault = access_fault(0, IOVA);
	rig_vtd_exit(&r);
	return fault == VTD_FR_LRT_2;
}

/* ---- ECAP_REG ---- */

ASK(qi, keeps(c, VTD_IQA, 0x5001, 8))
ASK(dt, legacy(c, 2, 1, 1, 0x5003, IOVA, 0) != VTD_FR_LCT_4)
ASK(pt, legacy(c, 2, 2, 1, 0, IOVA, 0) != VTD_FR_LCT_4)
ASK(sc, legacy(c, 2, 0, 1, 0x5803, IOVA, 0) != VTD_FR_LSS_2)
ASK(mts, scalable(c, PASIDE, 0, PASS, VTD_PE1_EMTE, 0, DMA_PASID) != VTD_FR_SPT_3 && keeps(c, VTD_MTRRDEF, 0x806, 8))
ASK(nest, scalable(c, PASIDE, 0, 3 << 6 | 2 << 2, 0, 0, DMA_PASID) != VTD_FR_SPT_4)
ASK(prs, keeps(c, VTD_PQA, 0x5001, 8) && scalable(c, VTD_SCE_DTE | VTD_SCE_PRE, 0, PASS, 0, 0, 0) == 0)
ASK(ers, scalable(c, PASIDE, 0, PASS, 0, VTD_PE2_ERE, DMA_PASID | DMA_EXEC) == 0)
ASK(srs, scalable(c, PASIDE, 0, PASS, 0, VTD_PE2_SRE, DMA_PASID) == 0)

/* NW: the completion does not permit writes. */
static bool nwfs(const struct vtd_cfg *cfg)
{
	struct xlat_result res;

	start(cfg, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV, VTD_SCE_P | VTD_SCE_DTE, 0);
	rig_vtd_pasid(&r, DEV, 0, VTD_PE_P | PASS, 9, 0);
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, DMA_ATS_REQ | DMA_NO_WRITE, 0, &res), XLAT_OK);
	rig_vtd_exit(&r);
	return !(res.perm & PERM_W);
}

ASK(eafs, scalable(c, PASIDE, 0, PASS, 0, VTD_PE2_EAFE, DMA_PASID) == 0)
ASK(pasid, scalable(c, PASIDE, 0, PASS, 0, 0, DMA_PASID) == 0)
ASK(dit, descriptor(c, VTD_TTM_LEGACY, 0x3 | 5 << 12, 0))
ASK(pds, descriptor(c, VTD_TTM_LEGACY, 0xa5, STATE))
ASK(smts, scalable(c, 0, 0, PASS, 0, 0, 0) != VTD_FR_RTA_1)
ASK(ssads, scalable(c, PASIDE, 0, PASS | VTD_PE_SSADE, 0, 0, DMA_PASID) == 0)
ASK(ssts, scalable(c, PASIDE, 0, 2 << 6 | 2 << 2, 0, 0, DMA_PASID) == VTD_FR_SSS_2)
ASK(fsts, scalable(c, PASIDE, 0, 1 << 6, 0, 0, DMA_PASID) == VTD_FR_SFS_2)
ASK(smpwcs, scalable(c, PASIDE, 0, PASS, VTD_PE1_PWSNP, 0, DMA_PASID) == 0)
ASK(rps, scalable(c, 0, 1, PASS, 0, 0, 0) == 0)

/* TTM = 11b: abort-dma mode, or an invalid RTADDR */
static bool adms(const struct vtd_cfg *cfg)
{
	u16 fault;

	start(cfg, VTD_TTM_ABORT);
	fault = access_fault(0, IOVA);
	rig_vtd_exit(&r);
	return fault == VTD_FR_RTA_4;
}

ASK(rprivs, scalable(c, 0, VTD_SCE1_RIDPRIV, PASS, 0, VTD_PE2_SRE, 0) != VTD_FR_SCT_3)
ASK(ssirws, keeps(c, VTD_RTADDR, 0x5480, 8))

/* ---- every bit ---- */

enum holds {
	ABSENT,	  /* reads as 0 whatever was configured */
	BEHAVES,  /* the check tells an engine with the bit from one without */
	FIELD,	  /* part of a number that a test of its own varies */
	REPORTED, /* reads as configured; the text demands nothing of hardware that this model does not do anyway */
};

static const struct row {
	u8 high, low;
	enum holds holds;
	bool (*behaves)(const struct vtd_cfg *cfg);
} cap_rows[] = {
	{ 2, 0, FIELD, NULL }, /* ND */
	{ 3, 3, ABSENT, NULL },
	{ 4, 4, REPORTED, NULL }, /* RWBF, without scalable mode: there is no write buffer to flush */
	{ 5, 5, BEHAVES, plmr },
	{ 6, 6, BEHAVES, phmr },
	{ 7, 7, REPORTED, NULL }, /* CM: what is not present may be cached; it never is */
	{ 8, 8, ABSENT, NULL },
	{ 9, 9, BEHAVES, sagaw_39 },
	{ 10, 10, BEHAVES, sagaw_48 },
	{ 11, 11, BEHAVES, sagaw_57 },
	{ 15, 12, ABSENT, NULL },
	{ 21, 16, FIELD, NULL }, /* MGAW */
	{ 22, 22, BEHAVES, zlr },
	{ 23, 23, ABSENT, NULL },
	{ 33, 24, FIELD, NULL }, /* FRO */
	{ 34, 34, BEHAVES, pages_2m },
	{ 35, 35, BEHAVES, pages_1g },
	{ 38, 36, ABSENT, NULL },
	{ 39, 39, BEHAVES, psi },
	{ 47, 40, FIELD, NULL },    /* NFR */
	{ 53, 48, FIELD, NULL },    /* MAMV */
	{ 55, 54, REPORTED, NULL }, /* DRD, DWD: IOTLB invalidations wait for accesses in flight, asked to or not */
	{ 56, 56, BEHAVES, first_stage_1g },
	{ 59, 57, ABSENT, NULL },
	{ 60, 60, BEHAVES, fs5lp },
	{ 62, 61, ABSENT, NULL },
	{ 63, 63, BEHAVES, esrtps },
}, ecap_rows[] = {
	{ 0, 0, REPORTED, NULL }, /* C: memory is coherent */
	{ 1, 1, BEHAVES, qi },
	{ 2, 2, BEHAVES, dt },
	{ 5, 3, ABSENT, NULL }, /* IR, EIM */
	{ 6, 6, BEHAVES, pt },
	{ 7, 7, BEHAVES, sc },
	{ 17, 8, FIELD, NULL }, /* IRO */
	{ 24, 18, ABSENT, NULL }, /* MHMV */
	{ 25, 25, BEHAVES, mts },
	{ 26, 26, BEHAVES, nest },
	{ 28, 27, ABSENT, NULL },
	{ 29, 29, BEHAVES, prs },
	{ 30, 30, BEHAVES, ers },
	{ 31, 31, BEHAVES, srs },
	{ 32, 32, ABSENT, NULL },
	{ 33, 33, BEHAVES, nwfs },
	{ 34, 34, BEHAVES, eafs },
	{ 39, 35, FIELD, NULL }, /* PSS */
	{ 40, 40, BEHAVES, pasid },
	{ 41, 41, BEHAVES, dit },
	{ 42, 42, BEHAVES, pds },
	{ 43, 43, BEHAVES, smts },
	{ 44, 44, ABSENT, NULL }, /* VCS */
	{ 45, 45, BEHAVES, ssads },
	{ 46, 46, BEHAVES, ssts },
	{ 47, 47, BEHAVES, fsts },
	{ 48, 48, BEHAVES, smpwcs },
	{ 49, 49, BEHAVES, rps },
	{ 51, 50, ABSENT, NULL }, /* TDXCS, PMS */
	{ 52, 52, BEHAVES, adms },
	{ 53, 53, BEHAVES, rprivs },
	{ 56, 54, ABSENT, NULL }, /* HPTS, PTRS */
	{ 57, 57, BEHAVES, ssirws },
	{ 58, 58, REPORTED, NULL }, /* SMS: without it the loss of a stop marker is undefined; here it is silent, too */
	{ 63, 59, ABSENT, NULL }, /* HPT1GPS, RDTS, EIMER, IRREQ */
};

/* Everything that can be is offered, so that no bit is cleared because another is. */
#define ALL_CAP	 (VTD_DEFAULT_CAP)
#define ALL_ECAP (VTD_DEFAULT_ECAP | VTD_ECAP_MTS | VTD_ECAP_ERS | VTD_ECAP_SSIRWS)

static u64 identification(const struct vtd_cfg *cfg, u32 offset)
{
	u64 value;

	rig_vtd_init(&r, cfg);
	value = rig_vtd_read(&r, offset, 8);
	rig_vtd_exit(&r);
	return value;
}

static void check_bit(const struct row *row, u32 bit, bool ecap)
{
	struct vtd_cfg with = { .cap = ALL_CAP, .ecap = ALL_ECAP }, without = with;
	u32 offset = ecap ? VTD_ECAP : VTD_CAP;

	if (!ecap && bit == 4)
		with.ecap = without.ecap &= ~VTD_ECAP_SMTS;
	*(ecap ? &with.ecap : &with.cap) |= 1ULL << bit;
	*(ecap ? &without.ecap : &without.cap) &= ~(1ULL << bit);
	ck_assert_msg((identification(&with, offset) >> bit & 1) == (row->holds != ABSENT), "%s bit %u",
		      ecap ? "ECAP" : "CAP", bit);
	ck_assert_uint_eq(identification(&without, offset) >> bit & 1, 0);
	if (row->holds != BEHAVES)
		return;
	ck_assert_msg(row->behaves(&with), "%s bit %u: configured, and nothing happens", ecap ? "ECAP" : "CAP", bit);
	ck_assert_msg(!row->behaves(&without), "%s bit %u: not configured, and yet", ecap ? "ECAP" : "CAP", bit);
}

static void check_rows(const struct row *rows, size_t n, bool ecap)
{
	u32 next = 0, bit;
	size_t i;

	for (i = 0; i < n; i++) {
		ck_assert_uint_eq(rows[i].low, next);
		for (bit = rows[i].low; rows[i].holds != FIELD && bit <= rows[i].high; bit++)
			check_bit(&rows[i], bit, ecap);
		next = rows[i].high + 1U;
	}
	ck_assert_uint_eq(next, 64);
}

TEST(every_bit_of_cap)
{
	check_rows(cap_rows, ARRAY_SIZE(cap_rows), false);
}

TEST(every_bit_of_ecap)
{
	check_rows(ecap_rows, ARRAY_SIZE(ecap_rows), true);
}

/* ---- numbers ---- */

/* Domain-ids of 4 + 2 ND bits; those above are reserved in a context entry (9.3). */
TEST(domain_bits)
{
	u32 nd, did_bit;

	for (nd = 0; nd <= 6; nd++) {
		struct vtd_cfg cfg = { .cap = (ALL_CAP & ~VTD_CAP_ND) | nd, .ecap = ALL_ECAP };

		for (did_bit = 0; did_bit < 16; did_bit++) {
			start(&cfg, VTD_TTM_LEGACY);
			rig_vtd_context(&r, DEV, VTD_CE_P | 2 << 2, 2 | 1ULL << (8 + did_bit));
			ck_assert_uint_eq(access_fault(0, IOVA), did_bit < 4 + 2 * nd ? 0 : VTD_FR_LCT_3);
			rig_vtd_exit(&r);
		}
	}
}

/* MGAW + 1 bits of address reach the second stage (LGN.1.1). */
TEST(guest_address_width)
{
	u32 width;

	for (width = 40; width < 48; width++) {
		struct vtd_cfg cfg = { .cap = (ALL_CAP & ~VTD_CAP_MGAW) | (u64)(width - 1) << 16, .ecap = ALL_ECAP };

		ck_assert_uint_eq(legacy(&cfg, 2, 0, 1, 0x5003, 1ULL << (width - 1), 0), 0);
		ck_assert_uint_eq(legacy(&cfg, 2, 0, 1, 0x5003, 1ULL << width, 0), VTD_FR_LGN_1);
	}
}

/* FRO and NFR: as many records as said, where said; the next sets PFO. */
TEST(fault_records)
{
	struct vtd_cfg cfg = { .cap = (ALL_CAP & ~(VTD_CAP_FRO | VTD_CAP_NFR)) | 0x60ULL << 24 | 2ULL << 40,
			       .ecap = ALL_ECAP };
	u32 i;

	start(&cfg, VTD_TTM_LEGACY);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_PFO, 0);
		access_fault(0, (u64)(i + 1) << 12);
	}
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_PFO, VTD_FSTS_PFO);
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(rig_vtd_read(&r, 0x600 + i * 16, 8), (u64)(i + 1) << 12);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x630, 8), 0);
	rig_vtd_exit(&r);
}

/* MAMV: a larger address mask is a reserved value. */
TEST(address_masks)
{
	u32 mamv;

	for (mamv = 9; mamv < 20; mamv++) {
		struct vtd_cfg cfg = { .cap = (ALL_CAP & ~VTD_CAP_MAMV) | (u64)mamv << 48, .ecap = ALL_ECAP };

		ck_assert(descriptor(&cfg, VTD_TTM_LEGACY, 0x32, mamv));
		ck_assert(!descriptor(&cfg, VTD_TTM_LEGACY, 0x32, mamv + 1));
	}
}

/* IRO: where IVA and IOTLB are; the request is done when IVT reads as 0. */
TEST(iotlb_registers)
{
	struct vtd_cfg cfg = { .cap = ALL_CAP, .ecap = (ALL_ECAP & ~VTD_ECAP_IRO) | 0x60 << 8 };

	start(&cfg, VTD_TTM_LEGACY);
	rig_vtd_write(&r, 0x608, 1ULL << 63 | 1ULL << 60, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x608, 8), 1ULL << 60 | 1ULL << 57);
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 1ULL << 60, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x508, 8), 0);
	rig_vtd_exit(&r);
}

/* PSS + 1 bits of PASID (SGN.10) */
TEST(pasid_bits)
{
	struct xlat_result res;
	u32 bits;

	for (bits = 6; bits <= 13; bits++) {
		struct vtd_cfg cfg = { .cap = ALL_CAP, .ecap = (ALL_ECAP & ~VTD_ECAP_PSS) | (u64)(bits - 1) << 35 };

		start(&cfg, VTD_TTM_SCALABLE);
		rig_vtd_device(&r, DEV, VTD_SCE_P | PASIDE | 7 << 9, 0);
		rig_vtd_access(&r, DEV, IOVA, DMA_PASID, (1U << bits) - 1, &res);
		ck_assert_uint_eq(res.fault, VTD_FR_SPD_2);
		rig_vtd_access(&r, DEV, IOVA, DMA_PASID, 1U << bits, &res);
		ck_assert_uint_eq(res.fault, VTD_FR_SGN_10);
		rig_vtd_exit(&r);
	}
}

/* 11.4.3: bits that "also report this field as Clear" */
TEST(bits_that_go_with_others)
{
	static const struct {
		u64 without, gone;
	} t[] = {
		{ VTD_ECAP_QI, VTD_ECAP_DT | VTD_ECAP_SMTS | VTD_ECAP_PRS | VTD_ECAP_NEST | VTD_ECAP_PASID },
		{ VTD_ECAP_DT, VTD_ECAP_PDS | VTD_ECAP_DIT | VTD_ECAP_NWFS | VTD_ECAP_PRS | VTD_ECAP_SMS },
		{ VTD_ECAP_SMTS, VTD_ECAP_PASID | VTD_ECAP_PSS | VTD_ECAP_PRS | VTD_ECAP_FSTS | VTD_ECAP_NEST |
					 VTD_ECAP_MTS | VTD_ECAP_SRS | VTD_ECAP_RPRIVS | VTD_ECAP_RPS |
					 VTD_ECAP_SMPWCS | VTD_ECAP_SSADS | VTD_ECAP_EAFS },
		{ VTD_ECAP_SMPWCS, VTD_ECAP_SSADS | VTD_ECAP_EAFS },
		{ VTD_ECAP_FSTS, VTD_ECAP_EAFS | VTD_ECAP_NEST },
		{ VTD_ECAP_SSTS, VTD_ECAP_NEST | VTD_ECAP_SSIRWS },
		{ VTD_ECAP_SRS, VTD_ECAP_RPRIVS },
		{ VTD_ECAP_PRS, VTD_ECAP_SMS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct vtd_cfg cfg = { .cap = ALL_CAP, .ecap = ALL_ECAP & ~t[i].without };

		ck_assert_msg(!(identification(&cfg, VTD_ECAP) & t[i].gone), "row %u", i);
	}
	/* RWBF with scalable mode, and 1 GiB without 2 MiB pages (11.4.2) */
	{
		struct vtd_cfg rwbf = { .cap = ALL_CAP | VTD_CAP_RWBF, .ecap = ALL_ECAP };
		struct vtd_cfg large = { .cap = ALL_CAP & ~(1ULL << 34), .ecap = ALL_ECAP };

		ck_assert(!(identification(&rwbf, VTD_CAP) & VTD_CAP_RWBF));
		ck_assert(!(identification(&large, VTD_CAP) & VTD_CAP_SSLPS));
	}
}

/* What an engine is without any configuration offers no interrupt remapping. */
TEST(defaults)
{
	rig_vtd_init(&r, NULL);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_ECAP, 8) & 0x600000000078001bULL & ~3ULL, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_ECAP, 8), VTD_DEFAULT_ECAP);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CAP, 8), VTD_DEFAULT_CAP);
	/* WBF is done at once. */
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_WBF, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0);
	rig_vtd_exit(&r);
}

SUITE("vtd_identity")
