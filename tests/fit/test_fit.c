// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Expected values are closed forms: Little's law, the slowest server, and the share of pages that a TLB cannot hold. */
#include "fit.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <unistd.h>

static struct fit_data data;
static char error[FIT_ERROR];

/* A table in a file of its own. */
static int read_text(const char *text, bool off)
{
	static char path[32];
	int fd, ret;

	strcpy(path, "/tmp/fit-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ret = fit_read(&data, path, off, error);
	unlink(path);
	return ret;
}

#define PCIE_BENCH "Test,PAT,Cache,HO,DO,WinSZ,SZ,"

TEST(rows_that_are_for_us)
{
	ck_assert_int_eq(read_text(PCIE_BENCH "TAvg(ns),Avg(ns)\n"
					      "LAT_DMA_RD,Rand,Cold,0,0,1572864.0,64,794,600.5\n"
					      "LAT_DMA_RD,Rand,HWarm,0,0,4096,64,794,500\n"
					      "LAT_DMA_RD,Seq,Cold,0,0,4096,64,794,500\n"
					      "LAT_DMA_WRRD,Rand,Cold,0,0,4096,64,794,500\n",
				   true),
			 0);
	ck_assert_uint_eq(data.points, 1);
	ck_assert(data.point[0].kind == FIT_LATENCY && data.point[0].off);
	ck_assert_uint_eq(data.point[0].window, 1572864);
	ck_assert_double_eq(data.point[0].measured, 600.5);
	/* 10 million transfers of 256 bytes a second are 2560 bytes a microsecond, whatever another column says */
	ck_assert_int_eq(read_text(PCIE_BENCH "BW (GB/s),Trans/s\r\nBW_DMA_WR,Rand,Cold,0,0,4096,256,7,1e7\r\n", false),
			 0);
	ck_assert(data.point[1].kind == FIT_WRITE && !data.point[1].off);
	ck_assert_double_eq(data.point[1].measured, 2560);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,64,3000\n", false), 0);
	ck_assert(data.point[2].kind == FIT_READ);
	ck_assert_double_eq(data.point[2].measured, 3000);
	fit_free(&data);
}

/* What spreadsheets and people write: quotes, blanks, remarks, empty cells, CRLF, the mark of UTF-8. */
TEST(tables_as_people_have_them)
{
	ck_assert_int_eq(read_text("\xef\xbb\xbf# a remark\r\n\r\n"
				   "\"WinSZ\", \"SZ\" ,\"Avg(ns)\",\"a, remark\"\r\n"
				   "4096, 64,\t600.5 ,\"x, \"\"y\"\"\"\r\n"
				   "# another\r\n"
				   ",,,\r\n"
				   "\"8192\",64,601,\r\n",
				   false),
			 0);
	ck_assert_uint_eq(data.points, 2);
	ck_assert_uint_eq(data.point[0].window, 4096);
	ck_assert_double_eq(data.point[0].measured, 600.5);
	ck_assert_uint_eq(data.point[1].window, 8192);
	ck_assert_double_eq(data.point[1].measured, 601);
	fit_free(&data);
}

static const struct {
	const char *text, *reason;
} bad[] = {
	{ "", ": the file is empty" },
	{ "a,b\n", ":1: no columns WinSZ and SZ" },
	{ "WinSZ,SZ\n", ":1: no column with a figure" },
	{ "WinSZ,SZ,latency_ns\n4096,64,600\n4096,64,fast\n", ":3: 'fast' is not a number above 0" },
	{ "WinSZ,SZ,latency_ns\n4096,64\n", ":2: the row is too short" },
	{ "# a remark\n\nWinSZ,SZ,latency_ns\n4096,64,\n", ":4: no value in column 3" },
	{ "WinSZ,SZ,latency_ns\n4096,\"64,600\n", ":2: '\"64,600' is not a number above 0" },
	{ "# nothing\n", ": the file is empty" },
	{ "WinSZ,SZ,latency_ns\n4096,64,-1\n", ":2: '-1' is not a number above 0" },
	{ "WinSZ,SZ,latency_ns\n4096,64,inf\n", ":2: 'inf' is not a number above 0" },
	{ "WinSZ,SZ,latency_ns\n4096,8192,600\n", ":2: transfers of 8192 bytes in a window of 4096" },
};

TEST_TIMES(tables_that_are_none, ARRAY_SIZE(bad))
{
	ck_assert_int_lt(read_text(bad[_i].text, false), 0);
	ck_assert_msg(strstr(error, bad[_i].reason) != NULL, "%s", error);
	fit_free(&data);
}

TEST(pages_that_do_not_fit)
{
	ck_assert_double_eq(fit_miss_share(64, 32, 4), 0);
	ck_assert_double_eq(fit_miss_share(128, 32, 4), 0);
	ck_assert_double_eq(fit_miss_share(256, 32, 4), 0.5);
	ck_assert_double_eq(fit_miss_share(1024, 32, 4), 0.875);
	/* 5 pages in 4 sets of 1: one set has two, and keeps one of them */
	ck_assert_double_eq(fit_miss_share(5, 4, 1), 0.2);
	ck_assert_double_eq(fit_miss_share(5, 0, 1), 1);
}

/* 4 in flight, 1000 ns each. */
static struct fit_sketch plain(void)
{
	struct fit_sketch s = { .pages = 1,
				.sets = 1,
				.ways = 4,
				.outstanding = 4,
				.fixed_ps = 1000000,
				.tbu_slots = 8,
				.walk_slots = 8,
				.accesses = 20000 };

	return s;
}

static double rate(const struct fit_sketch *s)
{
	struct fit_sketch_result r;

	ck_assert_int_eq(fit_sketch_run(s, &r), 0);
	ck_assert_uint_eq(r.accesses, 16000);
	return (double)r.accesses * 1e6 / (double)r.duration_ps; /* a microsecond */
}

#define CLOSE(value, expected) ck_assert_double_eq_tol(value, expected, (expected)*0.01)

TEST(the_slowest_server_decides)
{
	struct fit_sketch s = plain();

	CLOSE(rate(&s), 4.0); /* Little: 4 in 1 us */
	s.interval_ps = 400000;
	CLOSE(rate(&s), 2.5);
	s = plain();
	s.down_ps = 500000;
	CLOSE(rate(&s), 2.0);
	s = plain();
	s.up_ps = 500000;
	CLOSE(rate(&s), 2.0);
	/* no TLB, and too many pages for two to meet: each access walks, two at a time, 800 ns each */
	s = plain();
	s.sets = 0;
	s.pages = 1 << 20;
	s.walk_slots = 2;
	s.walk_ps = 800000;
	s.fixed_ps = 100000;
	CLOSE(rate(&s), 2.5);
	/* one translation slot, held for the way to the walk and back, too */
	s.tbu_slots = 1;
	s.before_walk_ps = 100000;
	s.after_walk_ps = 100000;
	CLOSE(rate(&s), 1.0);
}

TEST(one_at_a_time_pays_its_misses)
{
	struct fit_sketch s = plain();
	struct fit_sketch_result r;

	/* half of 8 pages are in the TLB: (600 + 0.5 * (50 + 150 + 50)) ns */
	s.outstanding = 1;
	s.pages = 8;
	s.fixed_ps = 600000;
	s.before_walk_ps = s.after_walk_ps = 50000;
	s.walk_ps = 150000;
	ck_assert_int_eq(fit_sketch_run(&s, &r), 0);
	CLOSE((double)r.latency_ps, 725000.0);
	ck_assert_double_eq_tol((double)r.misses / (double)r.accesses, 0.5, 0.02);
}

/* Everything known: a hit takes 600 ns, a miss 240 more, 64 pages fit. */
#define LATENCIES                                                                                          \
	"window_bytes,size_bytes,latency_ns\n32768,64,600\n262144,64,600\n524288,64,720\n1048576,64,780\n" \
	"2097152,64,810\n4194304,64,825\n"

static void base_of(struct fl_config *base)
{
	struct fl_config_error err;

	fl_config_init(base);
	ck_assert_int_eq(fl_config_load(base, "xeon-e5", &err), 0);
}

TEST(latencies_tell_the_tlb)
{
	struct fl_config base, cfg;
	struct fit_result r;

	base_of(&base);
	ck_assert_int_eq(read_text(LATENCIES, false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert_uint_eq(r.sets * r.ways, 64);
	ck_assert(r.have_walk && !r.have_rate && !r.have_link);
	ck_assert(r.known_hit && r.known_miss && r.known_tlb && !r.known_walks && !r.known_slots && !r.known_link);
	ck_assert_double_eq_tol((double)r.miss_ps, 240000, 10);
	ck_assert_double_eq_tol((double)(r.base_ps + base.tbu.lookup_ps), 600000, 10);
	/* and the preset adds up to them */
	fit_apply(&r, &base, &cfg);
	ck_assert_uint_eq(2 * cfg.tbu.link_ps + cfg.tcu.lookup_ps + cfg.tcu.config_cache_ps + cfg.tcu.walk_cache_ps +
				  cfg.tcu.walk_latency_ps,
			  r.miss_ps);
	ck_assert_uint_le(r.base_ps - (2 * cfg.pcie.link_ps + cfg.memory.latency_ps), 1);
	fit_free(&data);
}

#ifndef FL_CHECKED /* its search takes minutes under a sanitizer; what_is_written_reads_back makes a short one */
/* 30 in flight: 50 a us where all hit. 10 walks a us: at 1024 pages 10 / 0.9375, at 16384 10 / 0.99609. */
TEST(bandwidths_tell_the_rest)
{
	struct fl_config base;
	struct fit_result r;
	const struct fit_card *c;

	base_of(&base);
	ck_assert_int_eq(read_text(LATENCIES, false), 0);
	ck_assert_int_eq(
		read_text("window_bytes,size_bytes,mb_s\n4096,64,3200\n4194304,64,682.7\n67108864,64,642.5\n", false),
		0);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,64,3200\n", true), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(r.have_walk && r.have_rate && r.have_link);
	/* 240 ns hold 2.4 of them: two slots, and each held for 200 ns */
	ck_assert_uint_eq(r.walk_slots, 2);
	ck_assert_double_eq_tol((double)r.walk_ps, 200000, 6000);
	c = fit_card_of(&r, false, 64);
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_ge(c->outstanding, 29);
	ck_assert_double_eq(c->off, 3200);
	ck_assert_ptr_null(fit_card_of(&r, true, 64));
	fit_free(&data);
}
#endif

/* 600 ns in one page and 830 in 16384: misses of 230 ns behind a small TLB, or dearer ones behind one of half of them. */
TEST(two_windows_do_not_tell_the_tlb)
{
	struct fl_config base;
	struct fit_result r;

	base_of(&base);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,latency_ns\n4096,64,600\n67108864,64,830\n", false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(r.have_walk && r.known_hit && !r.known_miss && !r.known_tlb);
	fit_free(&data);
	/* one window: it may hit, or miss */
	ck_assert_int_eq(read_text("window_bytes,size_bytes,latency_ns\n67108864,64,830\n", false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(!r.have_walk && !r.known_hit && !r.known_miss && !r.known_tlb);
	fit_free(&data);
}

/* 64 bytes at 3200 MB/s take 84 / 64 of that on the link; 512 bytes at 3866 with 3 packets 552 / 512, nearly as much. */
TEST(one_size_does_not_tell_the_link)
{
	struct fl_config base;
	struct fit_result r;

	base_of(&base);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,latency_ns\n4096,64,600\n", false), 0);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,64,3200\n", true), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(r.have_link && !r.known_link);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,512,3866\n", true), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(r.have_link && r.known_link);
	fit_free(&data);
}

TEST(what_tables_do_not_say_is_the_presets)
{
	struct fl_config base, cfg;
	struct fit_result r;

	base_of(&base);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,latency_ns\n4096,64,500\n67108864,64,501\n", false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	ck_assert(!r.have_walk && !r.have_rate);
	fit_apply(&r, &base, &cfg);
	/* 64 MiB without a miss: 16384 entries of the preset's 4 ways at least */
	ck_assert_uint_eq(cfg.iommu.tlb_sets, 4096);
	ck_assert_uint_eq(cfg.iommu.tlb_ways, base.iommu.tlb_ways);
	ck_assert_uint_eq(cfg.tcu.walk_latency_ps, base.tcu.walk_latency_ps);
	ck_assert_uint_eq(cfg.tcu.walk_slots, base.tcu.walk_slots);
	ck_assert_uint_eq(cfg.tbu.slots, base.tbu.slots);
	fit_free(&data);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,64,3200\n", false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "no latencies"));
	fit_free(&data);
}

TEST(what_is_written_reads_back)
{
	struct fl_config base, cfg, again;
	struct fl_config_error err;
	struct fit_result r;
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);

	base_of(&base);
	ck_assert_int_eq(read_text(LATENCIES, false), 0);
	ck_assert_int_eq(read_text("window_bytes,size_bytes,mb_s\n4096,64,3200\n4194304,64,682.7\n", false), 0);
	ck_assert_int_eq(fit_search(&data, &base, &r, error), 0);
	fit_apply(&r, &base, &cfg);
	for (i = 0; i < data.points; i++)
		data.point[i].model = data.point[i].measured;
	fit_write(&r, &data, "xeon-e5", &cfg, out);
	fclose(out);
	fl_config_init(&again);
	ck_assert_msg(!fl_config_parse(&again, text, len, "made", &err), "%s", err.text);
	ck_assert_mem_eq(&again, &cfg, sizeof(cfg));
	ck_assert_ptr_nonnull(strstr(text, "latency within 5 % in 6 of 6 windows"));
	free(text);
	fit_free(&data);
}

SUITE("fit")
