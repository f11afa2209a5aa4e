// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every log that is kept, ill-treated: never a crash, never a fault lost without a word, and what is still well formed is
 * read as before. A fault is its facts: IOMMU, stream, PASID, address, direction, code.
 */
#include "trace_fixture.h"
#include "trace_import.h"
#include "trace_log.h"

#define FACTS 128
#define FACT  160

struct reading {
	int ret;
	u32 n;
	char fact[FACTS][FACT];
	struct trace_import_stats stats;
	char reason[256];
};

static const char *const logs[] = {
	"adreno_gpu_faults_raphael_2026.log",
	"amd_github_mix.log",
	"arm64-smmuv3-edu-faults.dmesg",
	"qcom_iommu_a506_stall_2023.log",
	"smmu2_dpu_quadpipe_2025.log",
	"smmu2_msm8996_mdp_2021.log",
	"smmu2_sm7150_newfmt.log",
	"smmuv3_evt10_nested_vsva_2021.log",
	"smmuv3_newfmt_three_platforms.log",
	"vtd_dmar_github_mix.log",
	"reports/amd-illegal-dev-table-entry.log",
	"reports/amd-invalid-device-request.log",
	"reports/amd-wrapped-anywhere.log",
	"reports/clock-prefixes.log",
	"reports/dmar-atl1c-wrapped.log",
	"reports/downstream-ath10k-htt.log",
	"reports/fsr-pair-without-head.log",
	"reports/mtk-iommu.log",
	"reports/old-kernel-dpaa2.log",
	"reports/panfrost-page-fault.log",
	"reports/qemu-vtd-nvme.log",
	"reports/rk3588-ep-bad-streamid.log",
	"reports/same-fault-on-two-smmus.log",
	"reports/sc7180-qup-global.log",
	"reports/smmuv3-gerror-atc-timeout.log",
	"reports/sof-dmar-hex-bdf.log",
	"reports/stalled-pasid-event.log",
	"reports/two-smmus-interleaved.log",
	"reports/xen-smmu-imx8qm-vpu.log",
	"reports/xen-vtd-hpet-after-s3.log",
	"reports/zynqmp-macb.log",
};

#define LOGS ((int)ARRAY_SIZE(logs))

static struct reading was, is;
static char *text;
static size_t bytes;

static void load(int i)
{
	char path[256];

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/trace/data/%s", logs[i]);
	text = (char *)fixture_get(path, &bytes);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void take_facts(const char *path, struct reading *r)
{
	struct dmat_error err = { 0 };
	struct dmat_reader *reader;
	struct dmat_record rec;

	ck_assert_int_eq(dmat_reader_open(&reader, path, 0, &err), 0);
	while (dmat_read(reader, &rec) > 0) {
		if (rec.kind != DMAT_FAULT && rec.kind != DMAT_PAGE_REQUEST)
			continue;
		ck_assert_uint_lt(r->n, FACTS);
		snprintf(r->fact[r->n++], FACT, "%s sid 0x%x pasid 0x%x iova 0x%llx flags 0x%x code 0x%x",
			 dmat_model_names[rec.model], rec.sid, rec.pasid, rec.iova, rec.flags, rec.code);
	}
	dmat_reader_close(reader);
	qsort(r->fact, r->n, FACT, by_text);
}

static void import(const void *data, size_t n, struct reading *r)
{
	struct trace_import_options opt = { .format = "dmesg", .stats = &r->stats };
	const char *log = fixture_path("log"), *trace = fixture_path("dmat");
	struct dmat_error err = { 0 };

	fixture_put(log, data, n);
	r->n = 0;
	r->ret = trace_import(log, trace, &opt, &err);
	snprintf(r->reason, sizeof(r->reason), "%s", err.reason);
	if (!r->ret)
		take_facts(trace, r);
	else
		ck_assert_msg(err.reason[0], "an error without a reason");
}

/* How many facts of @a are not in @b, each counted as often as it is there. */
static u32 missing(const struct reading *a, const struct reading *b, const char **first)
{
	u32 i = 0, k = 0, n = 0;
	int order;

	while (i < a->n) {
		order = k < b->n ? strcmp(a->fact[i], b->fact[k]) : -1;
		if (order < 0 && !n++)
			*first = a->fact[i];
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

/* What was lost is told: as an unreadable line, a repetition, or because nothing at all could be read. */
static void nothing_silent(const char *log, const char *what, size_t at)
{
	const char *first = "";
	u32 lost = missing(&was, &is, &first);

	if (!lost || is.ret)
		return;
	ck_assert_msg(is.stats.unreadable > was.stats.unreadable || is.stats.repeated > was.stats.repeated ||
			      is.stats.faults + is.stats.requests >= was.stats.faults + was.stats.requests,
		      "%s, %s %zu: lost without a word: %s", log, what, at, first);
}

static void equal(const char *log, const char *what, size_t at)
{
	const char *first = "";

	ck_assert_msg(!is.ret, "%s, %s %zu: %s", log, what, at, is.reason);
	ck_assert_msg(!missing(&was, &is, &first), "%s, %s %zu: lost: %s", log, what, at, first);
	ck_assert_msg(!missing(&is, &was, &first), "%s, %s %zu: made up: %s", log, what, at, first);
}

/* ---- through each clock ---- */

static const char *const clocks[] = {
	"[ 1234.%06u] ",
	"<3>[ 1234.%06u] ",
	"[Mon Nov  9 10:11:12 2026] ",
	"2026-11-09T10:11:13.%06u+0100 host kernel: ",
	"2026-11-09T10:11:13+0100 host kernel: [ 1234.%06u] ",
	"Nov  9 10:11:12 host kernel: ",
	"Nov  9 10:11:12 host kernel: [ 1234.%06u] ",
	"11-09 10:11:15.%06u   345   345 E kernel  : ",
	"10:11:12.%06u ",
	"[ 1234.%06u][  T345] ",
};

static size_t with_clock(const char *clock, char *out, size_t room)
{
	struct trace_stamp stamp = { 0 };
	char *copy = strdup(text), *line, *rest = copy;
	size_t n = 0;
	u32 us = 100;

	while ((line = strsep(&rest, "\n"))) {
		const char *body = trace_strip_stamp(line, &stamp);

		/* A line without a time goes on with the one before: it has none in truth, either. */
		if (stamp.clock != TRACE_CLOCK_NONE || n == 0)
			n += (size_t)snprintf(out + n, room - n, clock, us += 11);
		n += (size_t)snprintf(out + n, room - n, "%s\n", body);
	}
	free(copy);
	return n;
}

TEST_TIMES(each_clock, LOGS)
{
	size_t room, n, i;
	char *out;

	load(_i);
	room = 4 * bytes + 4096;
	out = malloc(room);
	import(text, bytes, &was);
	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		n = with_clock(clocks[i], out, room);
		import(out, n, &is);
		if (was.stats.repeated) /* what was taken once has other times now */
			nothing_silent(logs[_i], "clock", i);
		else
			equal(logs[_i], clocks[i], i);
	}
	free(out);
	free(text);
}

/* ---- wrapped at each blank ---- */

TEST_TIMES(wrapped_at_each_blank, LOGS)
{
	size_t i, tried = 0;
	char *copy;

	load(_i);
	import(text, bytes, &was);
	copy = malloc(bytes + 1);
	for (i = 1; i + 1 < bytes; i++) {
		if (text[i] != ' ' || text[i - 1] == ' ' || text[i - 1] == '\n')
			continue;
		memcpy(copy, text, bytes);
		copy[i] = '\n';
		import(copy, bytes, &is);
		ck_assert_msg(!is.ret, "%s, wrapped at %zu: %s", logs[_i], i, is.reason);
		nothing_silent(logs[_i], "wrapped at", i);
		tried++;
	}
	ck_assert_uint_gt(tried, 3);
	free(copy);
	free(text);
}

/* ---- cut off: at every byte of the short ones, which have all that long ones repeat ---- */

/* The number that the text ends with may have lost digits; no fact may be made of it. */
TEST_TIMES(cut_off_anywhere, LOGS)
{
	size_t n, step;
	const char *first = "";

	load(_i);
	import(text, bytes, &was);
	step = bytes > 3000 ? 47 : bytes > 300 ? 11 : 1;
	for (n = 0; n <= bytes; n += step) {
		import(text, n, &is);
		if (is.ret)
			continue;
		/* One fact may be short of what its last line would have said. */
		ck_assert_msg(missing(&is, &was, &first) <= 1, "%s, cut at %zu: made up: %s", logs[_i], n, first);
	}
	free(text);
}

/* ---- lines in any order ---- */

static u32 seed;

static u32 draw(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

TEST_TIMES(shuffled_by_line, LOGS)
{
	char *copy, *line[512], *rest, *out;
	size_t n, lines, i;
	u32 turn;

	load(_i);
	import(text, bytes, &was);
	out = malloc(bytes + 2);
	for (turn = 0; turn < 10; turn++) {
		copy = strdup(text);
		rest = copy;
		for (lines = 0; lines < ARRAY_SIZE(line) && (line[lines] = strsep(&rest, "\n"));)
			lines += *line[lines] != '\0';
		seed = turn + 1;
		for (i = lines; i > 1; i--) {
			size_t k = draw((u32)i);
			char *other = line[k];

			line[k] = line[i - 1];
			line[i - 1] = other;
		}
		for (i = 0, n = 0; i < lines; i++)
			n += (size_t)sprintf(out + n, "%s\n", line[i]);
		import(out, n, &is);
		if (!is.ret)
			ck_assert_uint_gt(is.stats.faults + is.stats.requests + is.stats.unreadable, 0);
		nothing_silent(logs[_i], "shuffled", turn);
		free(copy);
	}
	free(out);
	free(text);
}

/* ---- bytes that do not belong there ---- */

TEST_TIMES(random_bytes, LOGS)
{
	u32 turn, k;
	char *copy;

	load(_i);
	import(text, bytes, &was);
	copy = malloc(bytes);
	for (turn = 0; turn < 40; turn++) {
		memcpy(copy, text, bytes);
		seed = turn + 1;
		for (k = 0; k <= turn / 8; k++)
			copy[draw((u32)bytes)] = (char)draw(256);
		import(copy, bytes, &is);
		/* Of a line that is destroyed nobody can say that it told of a fault. */
		if (!is.ret && turn < 8)
			nothing_silent(logs[_i], "bytes", turn);
	}
	free(copy);
	free(text);
}

/* A log that is kept is in the list; tracepoints and QEMU's trace have suites of their own. */
TEST(every_log)
{
	static const char *const folders[] = { "", "reports/" };
	char path[256];
	struct dirent *e;
	u32 i, k, n = 0;
	DIR *dir;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/trace/data/%s", folders[i]);
		dir = opendir(path);
		while ((e = readdir(dir))) {
			if (!strstr(e->d_name, ".log") || strstr(e->d_name, "trace"))
				continue;
			snprintf(path, sizeof(path), "%s%s", folders[i], e->d_name);
			for (k = 0; k < ARRAY_SIZE(logs) && strcmp(logs[k], path); k++)
				;
			ck_assert_msg(k < ARRAY_SIZE(logs), "%s is not in the list", path);
			n++;
		}
		closedir(dir);
	}
	ck_assert_uint_ge(n, 25);
}

SUITE("import_robust")
