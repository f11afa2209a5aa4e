// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Kernel logs and tracepoints, and the faults that they must become. The expected fields are read off the lines by hand, with
 * the bits of FSR and FSYNR0 (SMMUv2), of the event record (IHI 0070, 7.3) and of the page request descriptor (VT-d 7.6).
 */
#include "trace_fixture.h"
#include "trace_import.h"

/* What a test looks at. */
struct want {
	u8 kind, model;
	u16 flags;
	u32 sid, code, tag, pasid;
	u64 iova, word[4];
	u64 time_ns;
};

#define R     DMAT_F_R
#define W     DMAT_F_W
#define P     DMAT_F_PRIV
#define WORDS DMAT_F_WORDS

static int import_file(const char *in, const char *format, struct dmat_error *err)
{
	struct trace_import_options opt = { .format = format };

	return trace_import(in, fixture_path("out.dmat"), &opt, err);
}

/* The records, accesses, attachments and names of IOMMUs apart. */
static void has(const struct want *want, size_t n)
{
	struct dmat_record rec;
	struct dmat_reader *r;
	struct dmat_error err;
	size_t i = 0;

	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("out.dmat"), 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		if (rec.kind == DMAT_ACCESS || rec.kind == DMAT_ATTACH ||
		    (rec.kind == DMAT_MARK && rec.code == DMAT_MARK_IOMMU))
			continue;
		/* Its words are how the line begins. */
		if (rec.kind == DMAT_MARK && rec.code == DMAT_MARK_UNREADABLE) {
			ck_assert_uint_eq(rec.flags, WORDS);
			rec.flags = 0;
			memset(rec.word, 0, sizeof(rec.word));
		}
		ck_assert_msg(i < n, "more than %zu records", n);
		ck_assert_msg(rec.kind == want[i].kind && rec.model == want[i].model, "record %zu: kind %u", i,
			      rec.kind);
		ck_assert_msg(rec.flags == want[i].flags, "record %zu: flags 0x%x", i, rec.flags);
		ck_assert_msg(rec.sid == want[i].sid, "record %zu: sid 0x%x", i, rec.sid);
		ck_assert_msg(rec.code == want[i].code, "record %zu: code 0x%x", i, rec.code);
		ck_assert_msg(rec.tag == want[i].tag && rec.pasid == want[i].pasid, "record %zu: tag or PASID", i);
		ck_assert_msg(rec.iova == want[i].iova, "record %zu: iova 0x%llx", i, rec.iova);
		ck_assert_msg(!memcmp(rec.word, want[i].word, sizeof(rec.word)), "record %zu: words", i);
		if (want[i].time_ns)
			ck_assert_msg(rec.time_ns == want[i].time_ns, "record %zu: time %llu", i, rec.time_ns);
		i++;
	}
	ck_assert_uint_eq(i, n);
	dmat_reader_close(r);
}

static void file_becomes(const char *name, const struct want *want, size_t n)
{
	struct dmat_error err;
	char in[256];

	snprintf(in, sizeof(in), FL_SOURCE_DIR "/tests/trace/data/%s", name);
	ck_assert_msg(!import_file(in, "auto", &err), "line %llu: %s", err.line, err.reason);
	has(want, n);
}

static void text_becomes(const char *text, const struct want *want, size_t n)
{
	const char *in = fixture_path("in.log");
	struct dmat_error err;

	fixture_put(in, text, strlen(text));
	ck_assert_msg(!import_file(in, "auto", &err), "line %llu: %s", err.line, err.reason);
	has(want, n);
}

#define BECOMES(how, what, ...)                                    \
	do {                                                       \
		static const struct want want[] = { __VA_ARGS__ }; \
		how(what, want, ARRAY_SIZE(want));                 \
	} while (0)

/* fsynr 0x21: PNU, not WNR. CBFRSYNRA 0 and bank 0 are kept with 1 added. */
#define MDP(address, ns)                                                                                         \
	{                                                                                                        \
		DMAT_FAULT, DMAT_MODEL_SMMUV2, R | P | WORDS, 0, 0x402, 0, 0, address, { 0x402, 0x21, 1, 1 }, ns \
	}

TEST(smmuv2_lines)
{
	BECOMES(file_becomes, "smmu2_msm8996_mdp_2021.log", MDP(0x834e0d00, 0), MDP(0x8374e300, 6568000),
		MDP(0x839bca00, 13066000), MDP(0x835eab00, 19509000), MDP(0x8384df00, 25907000),
		MDP(0x83471f00, 32265000), MDP(0x836ccf00, 38563000), MDP(0x83923900, 44841000),
		MDP(0x8353dd00, 51095000), MDP(0x8378f800, 57324000));
}

TEST(smmuv2_lines_with_names)
{
	/* Of a fault before the first, only the last line was posted. */
	BECOMES(file_becomes, "smmu2_sm7150_newfmt.log", { DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_UNREADABLE, 1 },
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV2,
		  R | P | WORDS,
		  0x800,
		  0x402,
		  0,
		  0,
		  0x9c4b9000,
		  { 0x402, 0x7c0020, 0x801, 8 } },
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV2,
		  R | P | WORDS,
		  0xc40,
		  0x402,
		  0,
		  0,
		  0x9c4b9d00,
		  { 0x402, 0x7c0020, 0xc41, 8 },
		  65000 },
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV2,
		  R | P | WORDS,
		  0xc40,
		  0x402,
		  0,
		  0,
		  0x9c4ba700,
		  { 0x402, 0x7c0020, 0xc41, 8 },
		  95000 });
	BECOMES(file_becomes, "smmu2_dpu_quadpipe_2025.log",
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV2,
		  R | P | WORDS,
		  0x1c00,
		  0x402,
		  0,
		  0,
		  0,
		  { 0x402, 0x3d0023, 0x1c01, 14 } });
}

/* FSR.SS is bit 30. The GPU driver's line about the same address is kept, without an access of its own. */
#define GPU(address)                                                        \
	{                                                                   \
		DMAT_FAULT, DMAT_MODEL_GPU, R | WORDS, 0, 0, 0, 0, address, \
		{                                                           \
			0                                                   \
		}                                                           \
	}
#define STALLED(address)                                                                               \
	{                                                                                              \
		DMAT_FAULT, DMAT_MODEL_SMMUV2, R | DMAT_F_STALL | WORDS, 0, 0x40000202, 0, 0, address, \
		{                                                                                      \
			0x40000202, 3, 0, 1                                                            \
		}                                                                                      \
	}

TEST(qcom_lines_are_stalled)
{
	struct dmat_record rec;
	struct dmat_reader *r;
	unsigned int accesses = 0;

	BECOMES(file_becomes, "qcom_iommu_a506_stall_2023.log", GPU(0x1047dc0), STALLED(0x1047dc0), GPU(0x1047de0),
		STALLED(0x1047de0), GPU(0x1047e00), STALLED(0x1047e00), GPU(0x1047e20), STALLED(0x1047e20));
	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("out.dmat"), 0, NULL), 0);
	while (dmat_read(r, &rec) > 0)
		accesses += rec.kind == DMAT_ACCESS;
	dmat_reader_close(r);
	ck_assert_uint_eq(accesses, 4);
}

TEST(smmuv2_old_wrapped_and_global_lines)
{
	/* 4.x without FSR; wrapped at a blank; wrapped inside a number; WNR is bit 4, IND bit 6. */
	BECOMES(text_becomes,
		"arm-smmu d00000.iommu: Unhandled context fault: iova=0x1000, fsynr=0x11, cb=2\n"
		"arm-smmu d00000.iommu: Unhandled context fault: fsr=0x8, iova=0x2000,\n"
		"fsynr=0x41, cbfrsynra=0x5, cb=1\n"
		"arm-smmu d00000.iommu: Unhandled context fault: fsr=0x2, iova=0x00003\n"
		"000, fsynr=0x1, cbfrsynra=0x5, cb=1\n"
		"arm-smmu d00000.iommu: Unexpected global fault, this could be serious\n"
		"arm-smmu d00000.iommu: \tGFSR 0x80000002, GFSYNR0 0x00000000, GFSYNR1 0x00000401, GFSYNR2 0x00000000\n"
		"arm-smmu d00000.iommu: Unhandled context fault: fsr=\n",
		{ DMAT_FAULT, DMAT_MODEL_SMMUV2, W | WORDS, DMAT_SID_NONE, 0, 0, 0, 0x1000, { 0, 0x11, 0, 3 } },
		{ DMAT_FAULT, DMAT_MODEL_SMMUV2, DMAT_F_X | WORDS, 5, 8, 0, 0, 0x2000, { 8, 0x41, 6, 2 } },
		{ DMAT_FAULT, DMAT_MODEL_SMMUV2, R | WORDS, 5, 2, 0, 0, 0x3000, { 2, 1, 6, 2 } },
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV2_GLOBAL,
		  R | DMAT_F_NO_IOVA | WORDS,
		  0x401,
		  0x80000002,
		  0,
		  0,
		  0,
		  { 0x80000002, 0, 0x401, 0 } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_UNREADABLE, 8 });
}

#define V3(stream, attributes, address, w0, w1, ns)                                                                    \
	{                                                                                                              \
		DMAT_FAULT, DMAT_MODEL_SMMUV3, (attributes) | WORDS, stream, 0x10, 0, 0, address, { w0, w1, address }, \
			ns                                                                                             \
	}

TEST(smmuv3_lines)
{
	/* Word 1: RnW is bit 35, PnU bit 33. The lines in names repeat the words, and give no second fault. */
	BECOMES(file_becomes, "smmuv3_newfmt_three_platforms.log",
		V3(0x100, W, 0x90000f040, 0x10000000010, 0x20000000000, 0),
		V3(0x20600, W, 0xff9bc000, 0x2060000000010, 0x20000000000, 0),
		V3(0x11, R | P, 0x9b0cc000, 0x1100000010, 0x20a00000000, 0),
		V3(0x2100, W, 0, 0x210000000010, 0x20000000000, 0), V3(0x2100, W, 0, 0x210000000010, 0x20000000000, 0));
	/* STALL is 0, so what stands in STAG is no tag. */
	BECOMES(file_becomes, "smmuv3_evt10_nested_vsva_2021.log",
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV3,
		  W | WORDS,
		  0x7d12,
		  0x10,
		  0,
		  0,
		  0xfffef040,
		  { 0x7d1200000010, 0x12000000007c, 0xfffef040, 0xfffef000 } });
}

#define EDU(address, attributes, w1) V3(8, attributes, address, 0x800000010, w1, 0)

TEST(smmuv3_log_that_holds_everything_twice)
{
	BECOMES(file_becomes, "arm64-smmuv3-edu-faults.dmesg", EDU(0x1000, R, 0x800000000), EDU(0x1004, R, 0x800000000),
		EDU(0x1008, R, 0x800000000), EDU(0x100c, R, 0x800000000), EDU(0x2345000, W, 0), EDU(0x2345004, W, 0),
		EDU(0x2345008, W, 0), EDU(0x234500c, W, 0), EDU(0x2345010, W, 0), EDU(0x2345014, W, 0));
}

TEST(smmuv3_split_words_stalls_and_names_alone)
{
	/* SSV is bit 11 of word 0, SubstreamID 31:12; STALL is bit 31 of word 1. Halves in either order; a stray line. */
	BECOMES(text_becomes,
		"arm-smmu-v3 x.smmu: event 0x10 received:\n"
		"arm-smmu-v3 x.smmu: \t0x00000008 00003810\n"
		"usb 1-1: new device\n"
		"arm-smmu-v3 x.smmu: \t0x00000208\n"
		"arm-smmu-v3 x.smmu: \t0x80000005\n"
		"arm-smmu-v3 x.smmu: \t0x00000000 12345678\n"
		"arm-smmu-v3 x.smmu: \t0x0000000000000000\n"
		"arm-smmu-v3 x.smmu: event 0x02 received:\n"
		"0x00000002\n0x00000099\n0x0000000000000000\n0x0000000000000000\n0x0000000000000000\n"
		"arm-smmu-v3 x.smmu: EVTQ overflow detected -- events lost\n"
		"arm-smmu-v3 x.smmu: event: F_PERMISSION client: 0000:01:00.0 sid: 0x7 ssid: 0x0 iova: 0x5000 ipa: "
		"0x0\n"
		"arm-smmu-v3 x.smmu: PRIQ overflow detected -- requests lost\n"
		"arm-smmu-v3 x.smmu: unexpected PRI request received:\n"
		"arm-smmu-v3 x.smmu: \tsid 0x00000100.0x00003: [5L] unprivileged RW access at iova 0x0000000000007000\n"
		"arm-smmu-v3 x.smmu: event 0x10 received:\n"
		"arm-smmu-v3 x.smmu: \t0x0000000800000010\n",
		{ DMAT_FAULT,
		  DMAT_MODEL_SMMUV3,
		  R | DMAT_F_STALL | DMAT_F_PASID | WORDS,
		  8,
		  0x10,
		  5,
		  3,
		  0x12345678,
		  { 0x800003810, 0x20880000005, 0x12345678, 0 } },
		{ DMAT_FAULT, DMAT_MODEL_SMMUV3, DMAT_F_NO_IOVA | WORDS, 0x99, 2, 0, 0, 0, { 0x9900000002, 0, 0, 0 } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_EVTQ_LOST },
		{ DMAT_FAULT, DMAT_MODEL_SMMUV3, 0, 7, 0x13, 0, 0, 0x5000, { 0 } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_PRIQ_LOST },
		{ DMAT_PAGE_REQUEST,
		  DMAT_MODEL_SMMUV3,
		  R | W | DMAT_F_LAST | DMAT_F_PASID,
		  0x100,
		  0,
		  5,
		  3,
		  0x7000,
		  { 0 } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_UNREADABLE, 19 });
}

/* 7.3.19: a device will access something soon. No access was made and none was refused: nothing to replay. */
TEST(smmuv3_hints_are_no_faults)
{
	struct dmat_reader *r;
	struct dmat_record rec;
	struct dmat_error err;

	BECOMES(text_becomes,
		"[    1.000000] arm-smmu-v3 x.smmu: event 0x24 received:\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000800000024\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x000010c600000000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000012345000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000000000000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: event: E_PAGE_REQUEST client: 0000:00:01.0 sid: 0x8 ssid: 0x0 "
		"iova: 0x12345000 ipa: 0x0\n"
		"[    1.000000] arm-smmu-v3 x.smmu: event 0x24 received:\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000800000024\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x000010c600000000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000012346000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000000000000\n"
		"[    2.000000] arm-smmu-v3 x.smmu: event: E_PAGE_REQUEST client: 0000:00:01.0 sid: 0x9 ssid: 0x0 "
		"iova: 0x5000 ipa: 0x0\n",
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_HINT }, { DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_HINT },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_HINT });
	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("out.dmat"), 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		ck_assert_uint_eq(rec.kind, DMAT_MARK);
		ck_assert_uint_eq(rec.size, 1);
	}
	dmat_reader_close(r);
}

/* 7.3.6, bits 99:96: a translation request for read and write, then a privileged one for execute; no RnW, InD, PnU. */
TEST(smmuv3_refused_ats_requests)
{
#define TREQ(flags, word1)                                                                 \
	{                                                                                  \
		DMAT_FAULT, DMAT_MODEL_SMMUV3, (flags) | WORDS, 8, 0x05, 0, 0, 0x12345000, \
		{                                                                          \
			0x800000005, word1, 0x12345000, 0                                  \
		}                                                                          \
	}
	BECOMES(text_becomes,
		"[    1.000000] arm-smmu-v3 x.smmu: event 0x05 received:\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000800000005\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000100c00000000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000012345000\n"
		"[    1.000000] arm-smmu-v3 x.smmu: \t0x0000000000000000\n"
		"[    2.000000] arm-smmu-v3 x.smmu: event 0x05 received:\n"
		"[    2.000000] arm-smmu-v3 x.smmu: \t0x0000000800000005\n"
		"[    2.000000] arm-smmu-v3 x.smmu: \t0x0000100b00000000\n"
		"[    2.000000] arm-smmu-v3 x.smmu: \t0x0000000012345000\n"
		"[    2.000000] arm-smmu-v3 x.smmu: \t0x0000000000000000\n",
		TREQ(R | W, 0x100c00000000), TREQ(R | DMAT_F_X | P, 0x100b00000000));
}

TEST(gpu_lines_read_off_a_screen)
{
#define ADRENO(address, ttbr0, ns) \
	{ DMAT_FAULT, DMAT_MODEL_GPU, R | WORDS, 0, 2, 0, 0, address, { ttbr0, 0, 0x100000000 }, ns }
	/* The last is another machine's, whose clock stood lower: it follows at once. */
	BECOMES(file_becomes, "adreno_gpu_faults_raphael_2026.log", ADRENO(0x10bed0000, 0x18bbd9000, 0),
		ADRENO(0x115af0000, 0x18bbd9000, 39055196000), ADRENO(0x1033f0000, 0x1e7d67000, 53851771000),
		ADRENO(0x1033f0000, 0x1e7d67000, 53885633000), ADRENO(0x10bed0000, 0x18bbd9000, 57130898000),
		ADRENO(0x10cc20000, 0x18bbd9000, 57166736000), ADRENO(0x115af0000, 0x18bbd9000, 99056242000),
		{ DMAT_FAULT, DMAT_MODEL_GPU, W | WORDS, 0, 2, 0, 0, 0x126bd040, { 0x11007b000, 0, 0 }, 99056242000 });
}

#define DMAR(dir, stream, reason, address)                                      \
	{                                                                       \
		DMAT_FAULT, DMAT_MODEL_VTD, dir, stream, reason, 0, 0, address, \
		{                                                               \
			0                                                       \
		}                                                               \
	}

TEST(dmar_lines_of_many_kernels)
{
	/* 00:02.0 is 0x10, 00:12.0 0x90, 6a:01.0 0x6a08, 03:00.0 0x300. */
	BECOMES(file_becomes, "vtd_dmar_github_mix.log", { DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_SUPPRESSED },
		DMAR(R, 0x10, 6, 0x9c000000), DMAR(R, 0x10, 6, 0x9c000000), DMAR(W, 0x10, 2, 0), DMAR(W, 0x90, 5, 0),
		DMAR(R, 0x10, 1, 0x7cd80000),
		{ DMAT_FAULT, DMAT_MODEL_VTD, R | DMAT_F_PASID, 0x6a08, 0x3a, 0, 2, 0x7fe0c9943000, { 0 } },
		DMAR(R, 0x300, 0x71, 0x100000), DMAR(R, 0x10, 7, 0x70ad5000),
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_UNREADABLE, 19 });
}

TEST(dmar_old_wrapped_and_other_lines)
{
	/* Reason 38 is decimal, 0x26. Page request words: RID 31:16, PASID 51:32, LPIG bit 2, PRGI 11:3. */
	BECOMES(text_becomes,
		"[    1.000000] dmar: DMAR:[DMA Read] Request device [02:00.0] fault addr ffffc000 \n"
		"[    1.000001] DMAR:[fault reason 06] PTE Read access is not set\n"
		"[    1.000002] DMAR: [DMA Write] Request device [0001:00:02.0] PASID 7 fault addr 9c00\n"
		"0000 [fault reason 05] PTE Write access is not set\n"
		"[    1.000003] DMAR: [DMA Write] Request device [00:02.0] PASID ffffffff\n"
		"fault addr 1000 [fault reason 05] PTE Write access is not set\n"
		"[    1.000004] DMAR: [INTR-REMAP] Request device [f0:1f.7] fault index 1a [fault reason 38] Blocked\n"
		"[    1.000005] DMAR: IOMMU: dmar0: PRQ overflow detected\n"
		"[    1.000006] DMAR: IOMMU: dmar0: PRQ overflow cleared\n"
		"[    1.000007] DMAR: IOMMU: dmar0: Invalid page request: 200500101 559ef6f9700f\n"
		"[    1.000008] DMAR: [DMA Read] Request\n",
		{ DMAT_FAULT, DMAT_MODEL_VTD, R, 0x200, 6, 0, 0, 0xffffc000, { 0 } },
		{ DMAT_FAULT, DMAT_MODEL_VTD, W | DMAT_F_PASID, 0x10010, 5, 0, 7, 0x9c000000, { 0 } },
		DMAR(W, 0x10, 5, 0x1000), { DMAT_FAULT, DMAT_MODEL_VTD, DMAT_F_NO_IOVA, 0xf0ff, 38, 0, 0, 0, { 0 } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_PRIQ_LOST },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_PRIQ_CLEAR },
		{ DMAT_PAGE_REQUEST,
		  DMAT_MODEL_VTD,
		  R | W | DMAT_F_LAST | DMAT_F_PASID | WORDS,
		  0x50,
		  0,
		  1,
		  2,
		  0x559ef6f97000,
		  { 0x200500101, 0x559ef6f9700f } },
		{ DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_UNREADABLE, 11 });
}

/* Event types: IO_PAGE_FAULT 2, INVALID_DEVICE_REQUEST 8; RW is bit 5 of the flags. */
#define AMD(dir, stream, bits, address)                                                   \
	{                                                                                 \
		DMAT_FAULT, DMAT_MODEL_AMDVI, (dir) | WORDS, stream, bits, 0, 0, address, \
		{                                                                         \
			2                                                                 \
		}                                                                         \
	}

TEST(amd_lines)
{
	BECOMES(file_becomes, "amd_github_mix.log", { DMAT_MARK, 0, 0, DMAT_SID_NONE, DMAT_MARK_SUPPRESSED },
		AMD(R, 0x100, 0, 0xfc189000), AMD(R, 0x100, 0, 0xfbeaf000), AMD(W, 0x100, 0x70, 0xcff49550),
		AMD(W, 0x100, 0x70, 0xcece9e50), AMD(R, 0x2000, 0x10, 0xf4001eef80), AMD(R, 0x2000, 0x10, 0xf4001c6e80),
		{ DMAT_FAULT, DMAT_MODEL_AMDVI, DMAT_F_NO_IOVA | WORDS, 1, 0xa00, 0, 0, 0, { 8, 0xfdf8000020 } },
		AMD(W, 0x500, 0x70, 0xff6101b0));
}

#define POINT(address)                                                   \
	{                                                                \
		DMAT_FAULT, DMAT_MODEL_NONE, R, 0x500, 0, 0, 0, address, \
		{                                                        \
			0                                                \
		}                                                        \
	}

TEST(io_page_fault_tracepoints)
{
	BECOMES(file_becomes, "amd_io_page_fault_tracepoint_2021.log", POINT(0x91482640), POINT(0x91482650),
		POINT(0x91482660), POINT(0x91482670), POINT(0x91482680), POINT(0x914826a0));
}

/* r---- then rw--l, of group 1: the addresses count pages. */
#define PRQ(dir, address)                                                                        \
	{                                                                                        \
		DMAT_PAGE_REQUEST, DMAT_MODEL_VTD, (dir) | DMAT_F_PASID, 0x50, 0, 1, 2, address, \
		{                                                                                \
			0                                                                        \
		}                                                                                \
	}

TEST(prq_report_tracepoints)
{
	BECOMES(file_becomes, "vtd_prq_report_trace_2021.log", PRQ(R, 0x559ef6f97000),
		PRQ(R | W | DMAT_F_LAST, 0x559ef6f9c000), PRQ(R, 0x559ef6f98000),
		PRQ(R | W | DMAT_F_LAST, 0x559ef6f9d000), PRQ(R, 0x559ef6f99000),
		PRQ(R | W | DMAT_F_LAST, 0x559ef6f9e000), PRQ(R, 0x559ef6f9a000),
		PRQ(R | W | DMAT_F_LAST, 0x559ef6f9f000));
}

TEST(tracepoints_as_three_programs_print_them)
{
	/* The trace file, perf script, trace-cmd report; both generations of map; responses 0, 1 and 0xf in bits 15:12. */
	BECOMES(text_becomes,
		"# tracer: nop\n"
		"  dd-1 [001] d..1 10.000001: map: IOMMU: iova=0x0000000000001000 - 0x0000000000003000 "
		"paddr=0x0000000000800000 size=8192\n"
		"perf 77 [002] 10.000002000: iommu:unmap: IOMMU: iova=0x0000000000001000 - 0x0000000000003000 "
		"size=8192 unmapped_size=8192\n"
		"dd-1 [001] 10.000003: map:                  IOMMU: iova=0x0000000000004000 paddr=0x0000000000900000 "
		"size=4096\n"
		"dd-1 [001] 10.000004: io_page_fault: IOMMU:arm-smmu 5000000.gpu iova=0x0000000000005000 flags=0x0001\n"
		"x-1 [001] 10.000005: prq_report: dmar0/0000:00:0a.0 seq# 9: rid=0x50 addr=0x7 --xp- pasid=0x2 "
		"index=0x1ff private=0x11/0x22\n"
		"x-1 [001] 10.000006: qi_submit: page_grp_resp dmar0: 0x200500019 0xc 0x0 0x0\n"
		"x-1 [001] 10.000007: qi_submit: page_grp_resp dmar0: 0x501009 0x8 0x0 0x0\n"
		"x-1 [001] 10.000008: qi_submit: page_grp_resp dmar0: 0x50f009 0x10 0x0 0x0\n"
		"x-1 [001] 10.000009: qi_submit: iotlb_inv dmar0: 0x1 0x2 0x0 0x0\n"
		"x-1 [001] 10.000010: mm_map: something else\n",
		{ DMAT_MAP, 0, 0, DMAT_SID_NONE, 0, 0, 0, 0x1000, { 0 } },
		{ DMAT_UNMAP, 0, 0, DMAT_SID_NONE, 0, 0, 0, 0x1000, { 0 }, 1000 },
		{ DMAT_MAP, 0, 0, DMAT_SID_NONE, 0, 0, 0, 0x4000, { 0 }, 2000 },
		{ DMAT_FAULT, 0, W, 0x40000000, 0, 0, 0, 0x5000, { 0 }, 3000 },
		{ DMAT_PAGE_REQUEST,
		  DMAT_MODEL_VTD,
		  DMAT_F_X | P | DMAT_F_PASID | WORDS,
		  0x50,
		  0,
		  0x1ff,
		  2,
		  0x7000,
		  { 0, 0, 0x11, 0x22 } },
		{ DMAT_RESPONSE,
		  DMAT_MODEL_VTD,
		  DMAT_F_PASID | WORDS,
		  0x50,
		  DMAT_RESP_SUCCESS,
		  1,
		  2,
		  0,
		  { 0x200500019, 0xc } },
		{ DMAT_RESPONSE, DMAT_MODEL_VTD, WORDS, 0x50, DMAT_RESP_INVALID, 1, 0, 0, { 0x501009, 8 } },
		{ DMAT_RESPONSE, DMAT_MODEL_VTD, WORDS, 0x50, DMAT_RESP_FAILURE, 2, 0, 0, { 0x50f009, 0x10 } });
}

static const struct {
	const char *format, *text, *reason;
	unsigned int line;
} bad[] = {
	{ "ftrace", "1.000000: map: IOMMU: iova=0x1000 - 0x2000 size=4096\n", "paddr=", 1 },
	{ "ftrace", "\n1.000000: unmap: IOMMU: iova=0x1000 size=4096\n", "unmapped_size=", 2 },
	{ "ftrace", "1.000000: map: IOMMU: iova=0x1000 paddr=0x2000 size=0\n", "zero length", 1 },
	{ "ftrace", "1.000000: io_page_fault: IOMMU:a 0000:05:00.0 flags=0x0\n", "iova=", 1 },
	{ "ftrace", "1.000000: io_page_fault: IOMMU:a 0000:05:00.0 iova=0x1000 flag=0x0\n", "flags=", 1 },
	{ "ftrace", "1.000000: prq_report: dmar0/x seq# 1: rid=0x50 addr=0x1 rq--- pasid=0x1 index=0x1\n", "letters",
	  1 },
	{ "ftrace", "1.000000: prq_report: dmar0/x seq# 1: rid=0x50 addr=0x1 r---- pasid=0x1 index=0x200\n",
	  "index=", 1 },
	{ "ftrace", "1.000000: qi_submit: page_grp_resp dmar0: 0x9 0x8\n", "four words", 1 },
	{ "ftrace", "nothing of this kind\n", "no IOMMU tracepoint", 0 },
	{ "dmesg", "nothing of this kind\n", "no line tells of a fault", 0 },
};

TEST_TIMES(bad_logs_are_named, ARRAY_SIZE(bad))
{
	struct trace_import_stats stats;
	struct trace_import_options opt = { .format = bad[_i].format, .stats = &stats };
	const char *in = fixture_path("in.log");
	struct dmat_error err;

	fixture_put(in, bad[_i].text, strlen(bad[_i].text));
	if (bad[_i].line) {
		ck_assert_msg(!trace_import(in, fixture_path("out.dmat"), &opt, &err), "%s", err.reason);
		ck_assert_uint_eq(stats.unreadable, 1);
		ck_assert_uint_eq(stats.unreadable_line[0], bad[_i].line);
		ck_assert_msg(strstr(stats.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason,
			      stats.reason);
		return;
	}
	ck_assert_int_eq(import_file(in, bad[_i].format, &err), -EINVAL);
	ck_assert_msg(strstr(err.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason, err.reason);
	ck_assert_uint_eq(err.line, bad[_i].line);
	ck_assert_uint_eq(fixture_files(), 1);
}

/* An import ends in a trace of faults that reads to its end, or in a reason and no file. */
static bool ends_well(const char *format)
{
	const char *in = fixture_path("in.log"), *out = fixture_path("out.dmat");
	struct dmat_error err = { 0 };
	struct dmat_record rec;
	struct dmat_reader *r;
	unsigned int faults = 0;
	int ret;

	unlink(out);
	ret = import_file(in, format, &err);
	if (ret) {
		ck_assert_int_eq(ret, -EINVAL);
		ck_assert_uint_gt(strlen(err.reason), 0);
		ck_assert_uint_eq(fixture_files(), 1);
		return false;
	}
	ck_assert_int_eq(dmat_reader_open(&r, out, 0, &err), 0);
	while ((ret = dmat_read(r, &rec)) > 0)
		faults += rec.kind == DMAT_FAULT || rec.kind == DMAT_PAGE_REQUEST;
	ck_assert_int_eq(ret, 0);
	dmat_reader_close(r);
	return faults;
}

/* A log may be cut, or garbled, anywhere; what is whole is still found, by one of the formats. */
TEST_TIMES(garbled_logs_are_survived, 6)
{
	static const char *const names[] = {
		"smmuv3_newfmt_three_platforms.log",  "vtd_dmar_github_mix.log", "amd_github_mix.log",
		"adreno_gpu_faults_raphael_2026.log", "smmu2_sm7150_newfmt.log", "vtd_prq_report_trace_2021.log"
	};
	unsigned int found = 0;
	char path[256];
	size_t bytes, i;
	u8 *data;

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/trace/data/%s", names[_i]);
	data = fixture_get(path, &bytes);
	for (i = 0; i < bytes; i += 17) {
		u8 was = data[i];

		fixture_put(fixture_path("in.log"), data, i);
		found += ends_well("dmesg") + ends_well("ftrace");
		data[i] = "\n0xf ]:="[i / 17 % 8];
		fixture_put(fixture_path("in.log"), data, bytes);
		found += ends_well("dmesg") + ends_well("ftrace");
		data[i] = was;
	}
	ck_assert_uint_gt(found, 0);
	free(data);
}

SUITE("import_log")
