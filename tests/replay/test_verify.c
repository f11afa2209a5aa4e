// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Recorded faults, their words written by hand from the specifications: IHI 0070 7.3 (event records), IHI 0062 15.5
 * (FSR, FSYNR0), VT-d 11.4.7.6 (fault recording registers) and 7.4.1.1 (page requests). Then engines with a deliberate
 * bug, each of which has to be found, by the name of the field.
 */
#include "machine.h"
#include "replay_rig.h"
#include "suite.h"
#include "verify.h"

#include <stdio.h>

static struct verify_options opt;
static struct verify_result res;

static void setup(void)
{
	rig_setup();
	opt = (struct verify_options){ 0 };
}

/* The verdict on one fault, as a line of text. */
static enum verify_verdict verdict(const char *line)
{
	struct dmat_record rec;
	struct dmat_error err = { 0 };

	ck_assert_msg(!dmat_parse(line, &rec, &err), "%s: %s", line, err.reason);
	ck_assert_int_eq(verify_fault(&opt, &rec, NULL, &res), 0);
	return res.verdict;
}

static void expect(const char *line, enum verify_verdict v)
{
	char text[1024];
	size_t used = 0;
	u32 i;

	if (verdict(line) == v)
		return;
	text[0] = '\0';
	for (i = 0; i < res.n_fields; i++)
		if (res.field[i].match == VERIFY_DIFFERS)
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s %llx not %llx",
						 res.field[i].name, res.field[i].model, res.field[i].recorded);
	ck_abort_msg("%s: %s: %s%s", line, verify_verdict_names[res.verdict], res.reason, text);
}

#define V3 "fault 0 sid=0x8 iova=0x12345040 dir="

#define V2 "fault 0 sid=0x11 iova=0x12345040 dir="

#define VT "fault 0 sid=0x10 iova=0x12345000 dir="

/* Lines of text, but for the heading and comments, of which there have to be @least. */
static void each_line(const char *file, u32 least, void (*fn)(const char *line))
{
	char path[256], line[512];
	u32 n = 0;
	FILE *f;

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/replay/data/%s", file);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "dmat", 4) && *line != '#') {
			fn(line);
			n++;
		}
	}
	fclose(f);
	ck_assert_uint_ge(n, least);
}

static void reproduced(const char *line)
{
	expect(line, VERIFY_REPRODUCED);
}

TEST(test_smmuv3)
{
	each_line("faults-smmuv3.txt", 22, reproduced);
}

TEST(test_smmuv2)
{
	each_line("faults-smmuv2.txt", 22, reproduced);
}

TEST(test_vtd)
{
	each_line("faults-vtd.txt", 52, reproduced);
}

TEST(test_other)
{
	each_line("faults-other.txt", 10, reproduced);
}

/* 8: Address 63:12, PRGIndex 8:0 of word 1. 7.4.1.1: the same places, and RDR 0, WRR 1, LPIG 2. */
TEST(test_page_requests)
{
	expect("page_request 0 sid=0x8 pasid=0x3 iova=0x12345000 dir=rw tag=5 last model=smmuv3", VERIFY_REPRODUCED);
	expect("page_request 0 sid=0x8 iova=0x12345000 dir=r tag=5 last model=smmuv3", VERIFY_REPRODUCED);
	expect("page_request 0 sid=0x10 pasid=0x3 iova=0x12345000 dir=rw tag=5 last model=vtd "
	       "words word0=0x300100101 word1=0x1234502f",
	       VERIFY_REPRODUCED);
	expect("page_request 0 sid=0x10 pasid=0x3 iova=0x12345000 dir=r tag=6 last model=vtd", VERIFY_REPRODUCED);
}

TEST_TIMES(test_undecidable, 10)
{
	static const char *const lines[] = {
		"fault 0 sid=0x8 iova=0x1000 dir=r model=amdvi code=0x0 words word0=0x2",
		"fault 0 sid=0x8 iova=0x1000 dir=r model=gpu code=0x2 words ",
		"fault 0 sid=0x8 no_iova model=smmuv2_global code=0x40 words word0=0x40 word2=0x8",
		/* stage 2; a number that no event has; interrupt remapping; FSR that was not recorded */
		V3 "r model=smmuv3 code=0x10 words word0=0x800000010 word1=0x28800000000 word2=0x12345040 "
		   "word3=0x12345000",
		V3 "r model=smmuv3 code=0x7f words word0=0x80000007f word2=0x12345040",
		"fault 0 sid=0x10 no_iova model=vtd code=0x26",
		VT "r model=vtd code=0x0",
		VT "r model=vtd code=0x74",
		V2 "w model=smmuv2 code=0x0 words word1=0x12",
		/* no driver has a domain for a PASID so large */
		"fault 0 sid=0x8 pasid=0xfffff iova=0x12345040 dir=r model=smmuv3 code=0x10 "
		"words word0=0x8fffff810 word1=0x20800000000 word2=0x12345040",
	};

	expect(lines[_i], VERIFY_UNDECIDABLE);
	ck_assert_uint_gt(strlen(res.reason), 10);
}

/* ---- engines with a bug ---- */

struct bug {
	const char *line;
	const char *field; /* the only one that differs */
	u32 word;	   /* SMMUv3: of the event; else the register that is read wrong */
	u64 bits;
};

#define STALLED V3 "r tag=7 stall model=smmuv3 code=0x10 words word0=0x800000010 word1=0x20880000007 word2=0x12345040"
#define SUBSTREAM                                                                 \
	"fault 0 sid=0x8 pasid=0x5 iova=0x12345040 dir=r model=smmuv3 code=0x10 " \
	"words word0=0x800005810 word1=0x20800000000 word2=0x12345040"

static const struct bug event_bugs[] = {
	{ SUBSTREAM, "ID", 0, 0x3 }, /* F_PERMISSION */
	{ SUBSTREAM, "SubstreamID", 0, 0x1000 },
	{ SUBSTREAM, "SSV", 0, 0x800 },
	{ SUBSTREAM, "StreamID", 0, 0x100000000 },
	{ STALLED, "Stall", 1, 0x80000000 },
	{ STALLED, "RnW", 1, 1ULL << 35 },
	{ STALLED, "InD", 1, 1ULL << 34 },
	{ STALLED, "PnU", 1, 1ULL << 33 },
	{ STALLED, "S2", 1, 1ULL << 39 },
	{ STALLED, "CLASS", 1, 1ULL << 40 },
	{ STALLED, "InputAddr", 2, 0x1000 },
};

static struct bug bug;
static struct iommu_ops bugged_ops;
static struct iommu_class bugged_class;
static struct iommu_kind bugged_kind;

static int write_wrong(void *ctx, u64 pa, const void *buf, u32 len)
{
	u64 words[4];

	if (len != sizeof(words))
		return machine_hw_ops.mem_write(ctx, pa, buf, len);
	memcpy(words, buf, sizeof(words));
	words[bug.word] ^= bug.bits;
	return machine_hw_ops.mem_write(ctx, pa, words, len);
}

static int create_bugged(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	bugged_ops = *ops;
	bugged_ops.mem_write = write_wrong;
	return iommu_kind_smmuv3.create(cfg, &bugged_ops, ctx, hw);
}

static const struct iommu_kind *bugged_smmuv3(const char *name)
{
	ck_assert_str_eq(name, "smmuv3");
	bugged_kind = iommu_kind_smmuv3;
	bugged_kind.create = create_bugged;
	return &bugged_kind;
}

static u64 read_wrong(void *hw, u64 offset, unsigned int size)
{
	u64 v = iommu_kind_find(bugged_kind.name)->cls->mmio_read(hw, offset, size);

	return offset == bug.word && v ? v ^ bug.bits : v;
}

static const struct iommu_kind *bugged_registers(const char *name)
{
	bugged_kind = *iommu_kind_find(name);
	bugged_class = *bugged_kind.cls;
	bugged_class.mmio_read = read_wrong;
	bugged_kind.cls = &bugged_class;
	return &bugged_kind;
}

static void expect_found(const struct bug *b)
{
	u32 i;

	opt.kind = NULL;
	expect(b->line, VERIFY_REPRODUCED);
	bug = *b;
	opt.kind = strstr(b->line, "smmuv3") ? bugged_smmuv3 : bugged_registers;
	expect(b->line, VERIFY_DIFFERENT);
	for (i = 0; i < res.n_fields; i++)
		ck_assert_msg((res.field[i].match == VERIFY_DIFFERS) == !strcmp(res.field[i].name, b->field), "%s: %s",
			      b->field, res.field[i].name);
}

TEST_TIMES(test_event_bugs, ARRAY_SIZE(event_bugs))
{
	expect_found(&event_bugs[_i]);
}

/* FRCD[0] at CAP.FRO * 16 = 0x400. */
#define PASID "fault 0 sid=0x10 pasid=0x5 iova=0x12345000 dir=w model=vtd code=0x71"
static const struct bug register_bugs[] = {
	{ PASID, "FI", 0x400, 0x1000 },	    { PASID, "T1", 0x408, 1ULL << 62 }, { PASID, "PV", 0x408, 1ULL << 40 },
	{ PASID, "FR", 0x408, 1ULL << 32 }, { PASID, "PP", 0x408, 1ULL << 31 }, { PASID, "SID", 0x408, 1 },
};

TEST_TIMES(test_register_bugs, ARRAY_SIZE(register_bugs))
{
	expect_found(&register_bugs[_i]);
}

/* A fault that is dropped: nothing is pending. */
TEST(test_dropped)
{
	bug = (struct bug){ .word = 0x408, .bits = 1ULL << 63 };
	opt.kind = bugged_registers;
	expect(PASID, VERIFY_DIFFERENT);
	ck_assert_str_eq(res.reason, "the model makes no record");
	ck_assert(!res.answered);
}

/* The recording itself is at odds with its access: what the access was counts. */
TEST(test_recorded_swaps)
{
	expect(V3 "r model=smmuv3 code=0x10 words word0=0x800000010 word1=0x20000000000 word2=0x12345040",
	       VERIFY_DIFFERENT);
	/* 7.1.3: LGN.3 is of reads */
	expect(VT "w model=vtd code=0x6", VERIFY_DIFFERENT);
	/* FSYNR0.WNR of a read */
	expect(V2 "r model=smmuv2 code=0x402 words word0=0x402 word1=0x13 word2=0x12", VERIFY_DIFFERENT);
	/* CBFRSYNRA of another stream */
	expect(V2 "r model=smmuv2 code=0x402 words word0=0x402 word1=0x3 word2=0x13", VERIFY_DIFFERENT);
	/* a PASID that is one off */
	expect("fault 0 sid=0x8 pasid=0x4 iova=0x12345040 dir=r model=smmuv3 code=0x10 "
	       "words word0=0x800005810 word1=0x20800000000 word2=0x12345040",
	       VERIFY_DIFFERENT);
	/* stalled, and the words say terminated */
	expect(V3 "r stall model=smmuv3 code=0x10 words word0=0x800000010 word1=0x20800000000 word2=0x12345040",
	       VERIFY_DIFFERENT);
}

/* ---- traces ---- */

static u64 n[VERIFY_VERDICTS], last_record;

static int found(void *ctx, const struct verify_result *r)
{
	last_record = r->record;
	return 0;
}

TEST(test_trace)
{
	rig_text("access 0 sid=0x8 iova=0x1000 size=4 dir=r outcome=fault model=smmuv3 code=0x10\n" V3
		 "r model=smmuv3 code=0x10\n" VT "r model=vtd code=0x74\n");
	opt.found = found;
	ck_assert_int_eq(verify_trace(&opt, rig_trace, n, &rig_err), 0);
	/* The access went to another page than the record says. */
	ck_assert_uint_eq(n[VERIFY_REPRODUCED], 0);
	ck_assert_uint_eq(n[VERIFY_DIFFERENT], 1);
	ck_assert_uint_eq(n[VERIFY_UNDECIDABLE], 1);
	ck_assert_uint_eq(last_record, 2);
}

TEST_TIMES(test_recordings, 2)
{
	static const char *const traces[] = { EDU, FL_SOURCE_DIR "/traces/x86-vtd-edu-faults.dmat" };

	ck_assert_int_eq(verify_trace(&opt, traces[_i], n, &rig_err), 0);
	ck_assert_uint_eq(n[VERIFY_REPRODUCED], 56);
	ck_assert_uint_eq(n[VERIFY_DIFFERENT] + n[VERIFY_UNDECIDABLE], 0);
}

TEST(test_no_faults)
{
	ck_assert_int_eq(verify_trace(&opt, NVME_NIC, n, &rig_err), 0);
	ck_assert_uint_eq(n[VERIFY_REPRODUCED] + n[VERIFY_DIFFERENT] + n[VERIFY_UNDECIDABLE], 0);
}

/* ---- any record at all ---- */

static u64 seed;

static u64 draw(u32 bits)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> (64 - bits);
}

static void draw_record(struct dmat_record *rec)
{
	static const u32 codes[] = { 0x2, 0x8, 0x10, 0x13, 0x402, 0x408, 0x80000402, 0x71, 0x5, 0x59 };
	u32 i;

	dmat_record_init(rec, draw(2) ? DMAT_FAULT : DMAT_PAGE_REQUEST, 0);
	rec->model = (u8)(DMAT_MODEL_SMMUV2 + draw(2));
	rec->sid = (u32)draw(draw(1) ? 8 : 32);
	rec->iova = draw(draw(1) ? 32 : 63);
	rec->flags = (u16)(draw(11) & ~DMAT_F_NO_IOVA & DMAT_F_ALL);
	rec->pasid = rec->flags & DMAT_F_PASID ? (u32)draw(draw(1) ? 4 : 20) : 0;
	rec->code = draw(1) ? codes[draw(16) % ARRAY_SIZE(codes)] : (u32)draw(8);
	for (i = 0; i < 4; i++)
		rec->word[i] = rec->flags & DMAT_F_WORDS ? draw(63) : 0;
	if (rec->flags & DMAT_F_WORDS)
		rec->word[0] = (rec->word[0] & ~0xffULL) | (rec->code & 0xff);
}

/* Whatever a trace may hold has a verdict, and one that has reasons. */
TEST_TIMES(test_any_record, 2)
{
	struct dmat_record rec;
	u32 i, tried = 0;

	seed = (u64)_i + 1;
	for (i = 0; i < 4000; i++) {
		bool differs = false;
		u32 f;

		draw_record(&rec);
		if (dmat_record_check(&rec))
			continue;
		tried++;
		ck_assert_int_eq(verify_fault(&opt, &rec, NULL, &res), 0);
		for (f = 0; f < res.n_fields; f++)
			differs |= res.field[f].match == VERIFY_DIFFERS;
		ck_assert_int_eq(res.verdict == VERIFY_DIFFERENT, differs || (res.n_fields && !res.answered));
		ck_assert_int_eq(res.verdict == VERIFY_UNDECIDABLE, !res.n_fields);
		ck_assert(res.verdict != VERIFY_UNDECIDABLE || res.reason[0]);
	}
	ck_assert_uint_gt(tried, 100);
}

SUITE_WITH("verify", setup, rig_teardown)
