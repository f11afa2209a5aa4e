// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * There and back for all three models and all kinds of faults that are set up: the record that the engine makes, printed
 * as Linux's driver does, imported, is the recorded fault again, and verifies.
 */
#include "replay_rig.h"
#include "suite.h"
#include "trace_import.h"
#include "trace_words.h"
#include "verify.h"
#include <stdio.h>
#include <unistd.h>

static char dir[] = "/tmp/faultline-records-XXXXXX";
static struct verify_result res;

static void setup(void)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static const char *in_dir(const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", dir, name);
	return path;
}

static void teardown(void)
{
	char path[128];

	unlink(in_dir("log", path));
	unlink(in_dir("dmat", path));
	rmdir(dir);
}

/* The record as a line, without what a log cannot tell: the time, the words, and the space of the stream. */
static void facts(const struct dmat_record *rec, bool words, char line[DMAT_LINE])
{
	struct dmat_record r = *rec;

	r.time_ns = 0;
	r.domain = DMAT_DOMAIN_NONE;
	/* Linux prints neither that an access was an instruction fetch nor its privilege. */
	if (r.model == DMAT_MODEL_VTD && r.kind == DMAT_FAULT)
		r.flags &= (u16) ~(DMAT_F_X | DMAT_F_PRIV);
	if (!words) {
		r.flags &= (u16)~DMAT_F_WORDS;
		memset(r.word, 0, sizeof(r.word));
	}
	dmat_format(&r, line);
}

/* The only fault, or page request, that the log's import has. */
static struct dmat_record import_one(void)
{
	struct dmat_record rec, found = { 0 };
	struct dmat_error err = { 0 };
	struct trace_import_stats stats;
	struct trace_import_options opt = { .format = "dmesg", .stats = &stats };
	char log[128], trace[128];
	struct dmat_reader *r;
	u32 n = 0;

	ck_assert_msg(!trace_import(in_dir("log", log), in_dir("dmat", trace), &opt, &err), "%s", err.reason);
	ck_assert_uint_eq(stats.unreadable, 0);
	ck_assert_int_eq(dmat_reader_open(&r, trace, 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		if (rec.kind != DMAT_FAULT && rec.kind != DMAT_PAGE_REQUEST)
			continue;
		found = rec;
		n++;
	}
	dmat_reader_close(r);
	ck_assert_uint_eq(n, 1);
	return found;
}

static void there_and_back(const char *line)
{
	struct verify_options opt = { 0 };
	char was[DMAT_LINE], is[DMAT_LINE], path[128];
	struct dmat_record rec, made, back;
	struct dmat_error err = { 0 };
	struct trace_printk log = { 0 };

	ck_assert_msg(!dmat_parse(line, &rec, &err), "%s: %s", line, err.reason);
	ck_assert_int_eq(verify_fault(&opt, &rec, NULL, &res), 0);
	ck_assert_msg(res.verdict == VERIFY_REPRODUCED, "%s", line);
	ck_assert(trace_words_record(res.format, res.model, 0, 5000, &made));
	log.out = fopen(in_dir("log", path), "w");
	ck_assert_msg(trace_printk(&log, &made, "iommu.0"), "%s: not printed", line);
	fclose(log.out);
	back = import_one();
	facts(&made, back.flags & DMAT_F_WORDS, was);
	facts(&back, true, is);
	ck_assert_str_eq(was, is);
	ck_assert_int_eq(verify_fault(&opt, &back, NULL, &res), 0);
	ck_assert_msg(res.verdict == VERIFY_REPRODUCED, "%s, and back: %s", line, res.reason);
}

static const char *const files[] = { "faults-smmuv3.txt", "faults-smmuv2.txt", "faults-vtd.txt" };

TEST_TIMES(test_each_fault, ARRAY_SIZE(files))
{
	char path[256], line[512];
	u32 n = 0;
	FILE *f;

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/replay/data/%s", files[_i]);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "fault", 5)) {
			there_and_back(line);
			n++;
		}
	}
	fclose(f);
	ck_assert_uint_ge(n, 16);
}

TEST(test_page_requests)
{
	there_and_back("page_request 0 sid=0x8 pasid=0x3 iova=0x12345000 dir=rw tag=5 last model=smmuv3");
	there_and_back("page_request 0 sid=0x10 pasid=0x3 iova=0x12345000 dir=rw tag=5 last model=vtd "
		       "words word0=0x300100101 word1=0x1234502f");
}

/* Two equal faults at one instant stay two: each message has a time of its own. */
TEST(test_same_instant)
{
	struct trace_import_stats stats;
	struct trace_import_options opt = { .stats = &stats };
	struct trace_printk log = { 0 };
	struct dmat_error err = { 0 };
	struct dmat_record rec;
	char path[128], trace[128];
	int i;

	ck_assert_int_eq(dmat_parse("fault 7000 sid=0x10 iova=0x1000 dir=w model=vtd code=0x5", &rec, &err), 0);
	log.out = fopen(in_dir("log", path), "w");
	for (i = 0; i < 3; i++)
		ck_assert(trace_printk(&log, &rec, ""));
	fclose(log.out);
	ck_assert_int_eq(trace_import(path, in_dir("dmat", trace), &opt, &err), 0);
	ck_assert_uint_eq(stats.faults, 3);
	ck_assert_uint_eq(stats.repeated, 0);
}

/* What no kernel prints. */
TEST(test_unprinted)
{
	struct trace_printk log = { .out = stderr };
	struct dmat_error err = { 0 };
	struct dmat_record rec;

	ck_assert_int_eq(dmat_parse("fault 0 sid=0x10 iova=0x1000 dir=w model=amdvi code=0x5", &rec, &err), 0);
	ck_assert(!trace_printk(&log, &rec, ""));
	ck_assert_int_eq(dmat_parse("fault 0 sid=0x10 iova=0x1000 dir=w model=smmuv3 code=0x10", &rec, &err), 0);
	ck_assert(!trace_printk(&log, &rec, ""));
	ck_assert_int_eq(dmat_parse("mark 0 size=1 code=suppressed", &rec, &err), 0);
	ck_assert(!trace_printk(&log, &rec, ""));
}

SUITE_WITH("records", setup, teardown)
