// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reports as people post them, each with its reading made by hand (FSR and FSYNR0: IHI 0062 16.6; events: IHI 0070 7.3;
 * SMMU_CMDQ_CONS 6.3.28), and what is done to such logs on their way: shuffled, wrapped, cut, garbled, with any clock.
 */
#include "trace_fixture.h"
#include "trace_import.h"
#include <pthread.h>

#define R     DMAT_F_R
#define W     DMAT_F_W
#define X     DMAT_F_X
#define P     DMAT_F_PRIV
#define STALL DMAT_F_STALL
#define NO    DMAT_F_NO_IOVA
#define PASID DMAT_F_PASID
#define NONE  DMAT_SID_NONE

struct reading {
	u8 model;
	u16 flags; /* but for DMAT_F_WORDS */
	u32 sid, code;
	u64 iova;
	u32 pasid, tag;
	u64 time_ns;
	const char *iommu; /* NULL: not named */
};

#define MAX 8
static const struct report {
	const char *name;
	unsigned int n;
	struct reading fault[MAX];
} reports[] = {
	{ "amd-illegal-dev-table-entry", 1, { { DMAT_MODEL_AMDVI, NO, 0x600, 0x80, 0, 0, 0, 0, "ivhd0" } } },
	{ "amd-invalid-device-request",
	  2,
	  { { DMAT_MODEL_AMDVI, NO, 1, 0xa00, 0, 0, 0, 0, "ivhd0" },
	    /* 8 July 15:03:14 to 1 November 16:52:04: 116 days 1:48:50 */
	    { DMAT_MODEL_AMDVI, NO, 0, 0xa00, 0, 0, 0, 10028930 * 1000000000ULL, "ivhd1" } } },
	{ "xen-vtd-hpet-after-s3",
	  2,
	  { { DMAT_MODEL_VTD, W, 0xf6, 2 }, { DMAT_MODEL_VTD, W, 0xf6, 2, 0, 0, 0, 1172000 } } },
	{ "xen-smmu-imx8qm-vpu",
	  1,
	  { { DMAT_MODEL_SMMUV2, X | P, NONE, 0x408, 0x86000a60, 0, 0, 0, "/iommu@51400000" } } },
	{ "sc7180-qup-global",
	  2,
	  { { DMAT_MODEL_SMMUV2_GLOBAL, W | NO, 0x43, 2, 0, 0, 0, 0, "15000000.iommu" },
	    { DMAT_MODEL_SMMUV2_GLOBAL, W | NO, 0x4c3, 2, 0, 0, 0, 0, "15000000.iommu" } } },
	{ "downstream-ath10k-htt",
	  1,
	  { { DMAT_MODEL_SMMUV2, R | STALL, 0x40, 0x40000402, 0xa58c00d8, 0, 0, 0, "15000000.apps-smmu" } } },
	{ "old-kernel-dpaa2", 1, { { DMAT_MODEL_SMMUV2, W, NONE, 0, 0x6030040, 0, 0, 0, "5000000.iommu" } } },
	{ "zynqmp-macb",
	  2,
	  { { DMAT_MODEL_SMMUV2, R, 0x877, 0x402, 0x3165687460, 0, 0, 0, "fd800000.smmu" },
	    { DMAT_MODEL_SMMUV2, R, 0x877, 0x402, 0x3165687460, 0, 0, 213966000, "fd800000.smmu" } } },
	{ "rk3588-ep-bad-streamid",
	  2,
	  { { DMAT_MODEL_SMMUV3, NO, 0x1600, 2, 0, 0, 0, 0, "fc900000.iommu" },
	    { DMAT_MODEL_SMMUV3, W, 0x100, 0x10, 0x90000f040, 0, 0, 0, "fc900000.iommu" } } },
	{ "smmuv3-gerror-atc-timeout",
	  4,
	  { { DMAT_MODEL_SMMUV3_GERROR, NO, NONE, 1, 0, 0, 0, 0, "arm-smmu-v3.13.auto" },
	    { DMAT_MODEL_SMMUV3_CMDQ, NO, NONE, 3, 0, 0, 0, 0, "arm-smmu-v3.13.auto" },
	    { DMAT_MODEL_SMMUV3_GERROR, NO, NONE, 1, 0, 0, 0, 0, "arm-smmu-v3" },
	    { DMAT_MODEL_SMMUV3_CMDQ, NO, NONE, 1, 0, 0, 0, 0, "arm-smmu-v3" } } },
	{ "qemu-vtd-nvme-trace", 1, { { DMAT_MODEL_VTD, R, 0xb00, 6, 0x1187a9000 } } },
	{ "qemu-vtd-nvme", 1, { { DMAT_MODEL_VTD, R, 0xb00, 6, 0x1187a9000 } } },
	{ "dmar-atl1c-wrapped", 1, { { DMAT_MODEL_VTD, W, 0x100, 0x71, 0xff3a6000 } } },
	{ "sof-dmar-hex-bdf",
	  3,
	  { { DMAT_MODEL_VTD, R, 0x10, 7, 0x70ad5000 },
	    { DMAT_MODEL_VTD, R, 0x10, 6, 0x7c346000, 0, 0, 22085000 },
	    { DMAT_MODEL_VTD, R | PASID, 0x6a08, 0x3a, 0x7fe0c9943000, 2, 0, 231085573000 } } },
	/* larb << 5 | port, or the master */
	{ "mtk-iommu",
	  4,
	  { { DMAT_MODEL_MTK, R, 0, 5, 0xfcff0001, 0, 0, 0, "10205000.iommu" },
	    { DMAT_MODEL_MTK, R, 0, 5, 0xfcff0001, 0, 0, 9744000, "10205000.iommu" },
	    { DMAT_MODEL_MTK, W, 3 << 5, 5, 0xac2ff003, 0, 0, 4905950062000, "10205000.iommu" },
	    { DMAT_MODEL_MTK, R, 0x51000008, 5, 0xfec23000, 0, 0, 4906949012000, "14016000.iommu" } } },
	{ "panfrost-page-fault",
	  2,
	  { { DMAT_MODEL_MALI, R, 0x680, 0x68002c3, 0x13b4b880, 0, 0, 0, "ff9a0000.gpu" },
	    { DMAT_MODEL_MALI, R, 0x6f0, 0x6f002c1, 0x107ed2cc0, 0, 0, 0, "ff9a0000.gpu" } } },
	{ "amd-wrapped-anywhere",
	  3,
	  { { DMAT_MODEL_AMDVI, W, 0x100, 0x70, 0xfe8a3000 },
	    { DMAT_MODEL_AMDVI, W, 0x100, 0x20, 0xfe8a4000, 0, 0, 1000 },
	    { DMAT_MODEL_AMDVI, R, 0x100, 0, 0xfe8a5000, 0, 0, 2000 } } },
	/* The last clock is another: it follows at once. */
	{ "clock-prefixes",
	  5,
	  { { DMAT_MODEL_SMMUV2, R, 0x10, 0x402, 0x10001000, 0, 0, 0, "5040000.iommu" },
	    { DMAT_MODEL_SMMUV2, R, 0x10, 0x402, 0x10002000, 0, 0, 1250000000, "5040000.iommu" },
	    { DMAT_MODEL_SMMUV2, R, 0x10, 0x402, 0x10003000, 0, 0, 2000000000, "5040000.iommu" },
	    { DMAT_MODEL_SMMUV2, R, 0x10, 0x402, 0x10004000, 0, 0, 3500000000, "5040000.iommu" },
	    { DMAT_MODEL_SMMUV2, R, 0x10, 0x402, 0x10005000, 0, 0, 3500000000, "5040000.iommu" } } },
	{ "fsr-pair-without-head", 1, { { DMAT_MODEL_SMMUV2, W | NO, 0x1400, 0x402, 0, 0, 0, 0, "cd00000.iommu" } } },
	{ "same-fault-on-two-smmus",
	  2,
	  { { DMAT_MODEL_SMMUV2, R, 0, 0x402, 0x10001000, 0, 0, 0, "5040000.iommu" },
	    { DMAT_MODEL_SMMUV2, R, 0, 0x402, 0x10001000, 0, 0, 0, "c600000.iommu" } } },
	{ "stalled-pasid-event",
	  1,
	  { { DMAT_MODEL_SMMUV3, W | STALL | PASID, 0x100, 0x10, 0xffff80001000, 2, 7, 0, "arm-smmu-v3.3.auto" } } },
	{ "two-smmus-interleaved",
	  2,
	  { { DMAT_MODEL_SMMUV3, R, 0x100, 0x10, 0x11110000, 0, 0, 0, "arm-smmu-v3.0.auto" },
	    { DMAT_MODEL_SMMUV3, W, 0x200, 0x10, 0x22220000, 0, 0, 1000, "arm-smmu-v3.1.auto" } } },
};

static char *report_text(const char *name, size_t *bytes)
{
	char path[256];

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/trace/data/reports/%s.log", name);
	return (char *)fixture_get(path, bytes);
}

/* What became of a log: its faults, and the IOMMU of each. */
struct result {
	struct trace_import_stats stats;
	struct dmat_record fault[64];
	char iommu[64][33];
	unsigned int n, attached, dte;
};

static void take_result(struct result *res)
{
	char iommu[33] = "";
	struct dmat_record rec;
	struct dmat_reader *r;
	struct dmat_error err;

	ck_assert_msg(!dmat_reader_open(&r, fixture_path("out.dmat"), 0, &err), "%s", err.reason);
	if (dmat_reader_meta_get(r, "iommu"))
		snprintf(iommu, sizeof(iommu), "%s", dmat_reader_meta_get(r, "iommu"));
	while (dmat_read(r, &rec) > 0) {
		if (rec.kind == DMAT_MARK && rec.code == DMAT_MARK_IOMMU)
			memcpy(iommu, rec.word, 32);
		res->attached += rec.kind == DMAT_ATTACH && rec.flags & PASID;
		res->dte += rec.kind == DMAT_MARK && rec.code == DMAT_MARK_DTE;
		if (rec.kind != DMAT_FAULT || res->n == 64)
			continue;
		strcpy(res->iommu[res->n], iommu);
		res->fault[res->n++] = rec;
	}
	dmat_reader_close(r);
}

/* Import @text; false if nothing in it told of a fault. */
static bool becomes(const char *text, size_t bytes, struct result *res)
{
	struct trace_import_options opt = { .stats = &res->stats };
	const char *in = fixture_path("in.log");
	struct dmat_error err;
	int ret;

	memset(res, 0, sizeof(*res));
	fixture_put(in, text, bytes);
	ret = trace_import(in, fixture_path("out.dmat"), &opt, &err);
	if (ret) {
		ck_assert_int_eq(ret, -EINVAL);
		ck_assert_uint_gt(strlen(err.reason), 0);
		return false;
	}
	take_result(res);
	return true;
}

static bool same(const struct dmat_record *rec, const struct reading *want)
{
	return rec->model == want->model && (rec->flags & ~DMAT_F_WORDS) == want->flags && rec->sid == want->sid &&
	       rec->code == want->code && rec->iova == want->iova && rec->pasid == want->pasid && rec->tag == want->tag;
}

TEST_TIMES(reports_are_read, ARRAY_SIZE(reports))
{
	const struct report *want = &reports[_i];
	struct result res;
	char line[DMAT_LINE];
	size_t bytes;
	char *text = report_text(want->name, &bytes);
	unsigned int i;

	ck_assert(becomes(text, bytes, &res));
	ck_assert_uint_eq(res.n, want->n);
	ck_assert_uint_eq(res.stats.faults, want->n);
	ck_assert_uint_eq(res.stats.unreadable, 0);
	for (i = 0; i < want->n; i++) {
		dmat_format(&res.fault[i], line);
		ck_assert_msg(same(&res.fault[i], &want->fault[i]), "%s: %s", want->name, line);
		ck_assert_msg(res.fault[i].time_ns == want->fault[i].time_ns, "%s: %s", want->name, line);
		if (want->fault[i].iommu)
			ck_assert_str_eq(res.iommu[i], want->fault[i].iommu);
	}
	free(text);
}

/* What the table has no column for. */
TEST(words_of_reports)
{
	struct result res;
	size_t bytes;
	char *text = report_text("amd-illegal-dev-table-entry", &bytes);

	ck_assert(becomes(text, bytes, &res));
	ck_assert_uint_eq(res.fault[0].word[0], 1);
	ck_assert_uint_eq(res.fault[0].word[1], 0x135300000);
	ck_assert_uint_eq(res.dte, 1);
	free(text);
	text = report_text("smmuv3-gerror-atc-timeout", &bytes);
	ck_assert(becomes(text, bytes, &res));
	ck_assert_uint_eq(res.fault[1].word[0], 0x030120f3);
	ck_assert_uint_eq(res.fault[3].word[0], 0x01000022);
	free(text);
	text = report_text("stalled-pasid-event", &bytes);
	ck_assert(becomes(text, bytes, &res));
	ck_assert_uint_eq(res.attached, 1);
	free(text);
}

/* Mailers wrap at any blank, some at every one. */
TEST_TIMES(reports_wrapped_at_a_blank, ARRAY_SIZE(reports))
{
	const struct report *want = &reports[_i];
	struct result res;
	size_t bytes, i;
	char *text = report_text(want->name, &bytes);
	unsigned int k;

	for (i = 0; i < bytes; i++) {
		if (text[i] != ' ')
			continue;
		text[i] = '\n';
		ck_assert_msg(becomes(text, bytes, &res), "%s: wrapped at %zu", want->name, i);
		if (want->fault[0].model != DMAT_MODEL_VTD || strcmp(want->name, "qemu-vtd-nvme-trace"))
			ck_assert_msg(res.n == want->n, "%s: wrapped at %zu: %u faults", want->name, i, res.n);
		for (k = 0; k < res.n; k++)
			ck_assert_msg(same(&res.fault[k], &want->fault[k]), "%s: wrapped at %zu", want->name, i);
		text[i] = ' ';
	}
	/* Wrapped at all of them, a line of QEMU's trace is no longer one. */
	for (i = 0; i < bytes; i++)
		text[i] = text[i] == ' ' ? '\n' : text[i];
	ck_assert(becomes(text, bytes, &res));
	ck_assert_uint_eq(res.n + res.stats.unreadable, want->n);
	for (k = 0; k < res.n; k++)
		ck_assert_msg(same(&res.fault[k], &want->fault[k]), "%s: a word a line", want->name);
	free(text);
}

/* A log that ends anywhere: no fault but those of the whole, and nothing that began is lost. */
TEST_TIMES(reports_cut_off, ARRAY_SIZE(reports))
{
	const struct report *want = &reports[_i];
	struct result res;
	size_t bytes, i;
	char *text = report_text(want->name, &bytes);
	unsigned int k, before = 0;

	for (i = 0; i < bytes; i += 13) {
		if (!becomes(text, i, &res))
			continue;
		ck_assert_msg(res.n + res.stats.unreadable >= before, "%s: lost at %zu", want->name, i);
		ck_assert_msg(res.n <= want->n, "%s: more faults at %zu", want->name, i);
		for (k = 0; k + 1 < res.n; k++)
			ck_assert_msg(same(&res.fault[k], &want->fault[k]), "%s: cut at %zu", want->name, i);
		before = res.n;
	}
	free(text);
}

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

static void shuffle_lines(char *text, size_t bytes, u64 *seed)
{
	char *line[256], *copy = malloc(bytes + 2), *p, *out = text;
	unsigned int n = 0, i;

	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	for (p = strtok(copy, "\n"); p && n < 256; p = strtok(NULL, "\n"))
		line[n++] = p;
	for (i = n; i-- > 1;) {
		unsigned int j = next_random(seed) % (i + 1);

		p = line[i];
		line[i] = line[j];
		line[j] = p;
	}
	for (i = 0; i < n; i++)
		out += sprintf(out, "%s%s", line[i], i + 1 < n || text[bytes - 1] == '\n' ? "\n" : "");
	free(copy);
}

/* Whatever order the lines stand in: each message is a fault or unreadable, and no fault is made up of two SMMUs' words. */
TEST_TIMES(reports_shuffled_and_garbled, ARRAY_SIZE(reports))
{
	static const char junk[] = "\0\xff[0x= \n\r]:%\x80";
	const struct report *want = &reports[_i];
	struct result res;
	size_t bytes, i;
	char *text = report_text(want->name, &bytes), *copy = malloc(bytes + 2);
	unsigned int round;
	u64 seed = 1 + _i;

	for (round = 0; round < 8; round++) {
		memcpy(copy, text, bytes);
		shuffle_lines(copy, bytes, &seed);
		ck_assert_msg(becomes(copy, strlen(copy), &res), "%s: nothing left of it", want->name);
		ck_assert_uint_gt(res.n + res.stats.unreadable, 0);
		for (i = 0; i < 1 + bytes / 40; i++)
			copy[next_random(&seed) % bytes] = junk[next_random(&seed) % (sizeof(junk) - 1)];
		becomes(copy, bytes, &res);
	}
	free(copy);
	free(text);
}

/* The same lines behind every clock, with CRLF. */
TEST_TIMES(reports_with_every_clock, 12)
{
	static const char *const clocks[] = {
		"[   12.%06u] ",
		"<3>[   12.%06u] ",
		"<3>[   12.%06u][  T123] ",
		"[Mon Nov  9 10:11:12 2026] ",
		"2026-11-09T10:11:12.%06u+0100 host kernel: ",
		"2026-11-09 10:11:12,%06u ",
		"Nov  9 10:11:12 host kernel: ",
		"Nov 09 10:11:12 host kernel: [   12.%06u] ",
		"11-09 10:11:12.500   345   345 E ",
		"10:11:12 ",
		"(XEN) [2026-11-09 10:11:12.%06u] ",
		"kernel: [   12.%06u] ",
	};
	static const char *const line = "arm-smmu 5040000.iommu: Unhandled context fault: fsr=0x402, iova=0x1000%u000, "
					"fsynr=0x11, cbfrsynra=0x10, cb=0\r\n";
	static const struct reading want = { DMAT_MODEL_SMMUV2, W, 0x10, 0x402, 0x10000000 };
	char text[2048] = "", *p = text;
	struct result res;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		p += sprintf(p, clocks[_i], i);
		p += sprintf(p, line, i);
	}
	ck_assert(becomes(text, strlen(text), &res));
	ck_assert_uint_eq(res.n, 4);
	for (i = 0; i < 4; i++) {
		struct reading w = want;

		w.iova += i << 12;
		ck_assert(same(&res.fault[i], &w));
		if (strstr(clocks[_i], "%06u"))
			ck_assert_uint_eq(res.fault[i].time_ns, i * 1000);
		ck_assert_str_eq(res.iommu[i], "5040000.iommu");
	}
	ck_assert_uint_eq(res.stats.unreadable, 0);
}

/* Kinds that the reports do not have. */
static const struct {
	const char *text;
	struct reading want;
} lines[] = {
	{ "rk_iommu ff460f00.iommu: Page fault at 0x00000000ff000000 of type write\n",
	  { DMAT_MODEL_ROCKCHIP, W, NONE, 0, 0xff000000 } },
	{ "kgsl kgsl-3d0: GPU PAGE FAULT: addr = 10000000 pid= 1234 name=app\n"
	  "kgsl kgsl-3d0: context=gfx3d_user ctx_type=GL TTBR0=0x1 CIDR=0x2 (write translation fault)\n",
	  { DMAT_MODEL_KGSL, W, NONE, 0, 0x10000000 } },
	{ "tegra-mc 7001b000.memory-controller: display0a: read @0x00000000a0000000: EMEM address decode error\n",
	  { DMAT_MODEL_TEGRA, R, NONE, 0, 0xa0000000 } },
	{ "apple-dart 681008000.dart: translation fault: status:0x80000001 stream:3 code:0x1 (PTE invalid) at "
	  "0x7fffc000\n",
	  { DMAT_MODEL_DART, 0, 3, 0x80000001, 0x7fffc000 } },
	{ "virtio_iommu virtio0: page fault from EP 8 at 0x1000 [RW]\n", { DMAT_MODEL_VIRTIO, R | W, 8, 0, 0x1000 } },
	/* Another order, fsynr0=, the stream in a line of its own. */
	{ "[ 1.000000] arm-smmu 1.smmu: Unhandled context fault: cb=3, fsynr0=0x11, iova=0x5000, fsr=0x2\n"
	  "[ 1.000001] usb 1-1: new device\n"
	  "[ 1.000002] arm-smmu 1.smmu: SID = 0x7\n",
	  { DMAT_MODEL_SMMUV2, W, 7, 2, 0x5000 } },
	/* Everything in a line of its own; a line that tells of no fault. */
	{ "[ 1.000000] arm-smmu a.smmu: Unhandled arm-smmu context fault from b.client!\n"
	  "[ 1.000001] arm-smmu a.smmu: FAR    = 0x00000000deadb000\n"
	  "[ 1.000002] arm-smmu a.smmu: FSR    = 0x00000402 [TF R ]\n"
	  "[ 1.000003] arm-smmu a.smmu: FSYNR0 = 0x00000011\n"
	  "[ 1.000004] arm-smmu a.smmu: context bank#: 0x5\n"
	  "[ 1.000005] arm-smmu a.smmu: SID    = 0x41\n"
	  "[ 1.000006] iommu: Default domain type: Translated\n",
	  { DMAT_MODEL_SMMUV2, W, 0x41, 0x402, 0xdeadb000 } },
	{ "[ 1.000000] AMD-Vi: Event logged [INVALID_PPR_REQUEST device=0000:01:00.0 pasid=0x00003 address=0x1000 "
	  "flags=0x0 tag=0x1]\n",
	  { DMAT_MODEL_AMDVI, NO | PASID, 0x100, 0, 0, 3 } },
	{ "[ 1.000000] arm-smmu-v3 a.smmu: event: F_PERMISSION client: 0000:01:00.0 sid: 0x8 ssid: 0x5 iova: 0x7000 "
	  "ipa: "
	  "0x0\n"
	  "[ 1.000001] arm-smmu-v3 a.smmu: priv data read s1 \"Input address caused fault\" stall stag: 0x9\n",
	  { DMAT_MODEL_SMMUV3, R | P | STALL | PASID, 8, 0x13, 0x7000, 5, 9 } },
};

TEST_TIMES(single_lines, ARRAY_SIZE(lines))
{
	struct result res;

	ck_assert(becomes(lines[_i].text, strlen(lines[_i].text), &res));
	ck_assert_uint_eq(res.n, 1);
	ck_assert_msg(same(&res.fault[0], &lines[_i].want), "%s", lines[_i].text);
	ck_assert_uint_eq(res.stats.unreadable, 0);
}

/* Lines about faults that nobody here can read. */
static const struct {
	const char *text;
	u64 line;
} strange[] = {
	{ "hello\nipmmu-vmsa e6740000.iommu: Unhandled fault: status 0x00002101 iova 0x1000\n", 2 },
	{ "arm-smmu-v3 a.smmu: event 0x10 received:\narm-smmu-v3 a.smmu: 0x0000000800000010\n", 1 },
	{ "[ 1.000000] arm-smmu-v3 a.smmu: \t0x0000000800000010\n", 1 },
	{ "\n\n[ 1.000000] DMAR: [DMA Read] Request device [\n", 3 },
	{ "AMD-Vi: Event logged [SOMETHING_NEW device=01:00.0 address=0x1000]\n", 1 },
	{ "arm-smmu 1.smmu: Unhandled context fault: fsr=0x402, iova=0x10", 1 },
	{ "arm-smmu 1.smmu: FSYNR0 = 00000013 [S1CBNDX=0 WNR PLVL=3]\n", 1 },
};

TEST_TIMES(strange_lines_are_counted, ARRAY_SIZE(strange))
{
	struct result res;

	ck_assert(becomes(strange[_i].text, strlen(strange[_i].text), &res));
	ck_assert_uint_eq(res.n, 0);
	ck_assert_uint_eq(res.stats.unreadable, 1);
	ck_assert_uint_eq(res.stats.unreadable_line[0], strange[_i].line);
}

struct feed {
	const char *path, *text;
	size_t bytes;
};

static void *feed(void *data)
{
	struct feed *f = data;
	FILE *out = fopen(f->path, "wb");

	if (out) {
		fwrite(f->text, 1, f->bytes, out);
		fclose(out);
	}
	return NULL;
}

/* A pipe cannot be gone back in. */
TEST_TIMES(reports_through_a_pipe, ARRAY_SIZE(reports))
{
	const struct report *want = &reports[_i];
	struct result res = { 0 };
	struct trace_import_options opt = { .stats = &res.stats };
	const char *in = fixture_path("fifo");
	struct dmat_error err;
	struct feed f = { .path = in };
	pthread_t thread;
	char *text;

	text = report_text(want->name, &f.bytes);
	f.text = text;
	ck_assert_int_eq(mkfifo(in, 0600), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, feed, &f), 0);
	ck_assert_msg(!trace_import(in, fixture_path("out.dmat"), &opt, &err), "%s", err.reason);
	pthread_join(thread, NULL);
	take_result(&res);
	ck_assert_uint_eq(res.n, want->n);
	free(text);
}

SUITE("import_reports")
