// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* QEMU's log lines, as its trace back-end prints them, and the records that they must become. */
#include "trace_fixture.h"
#include "trace_import.h"
#include "trace_summary.h"
#include <zlib.h>

static int import_text(const char *log, u64 length, struct dmat_error *err)
{
	struct trace_import_options opt = { .format = "qemu", .length = length };
	const char *in = fixture_path("in.log");

	fixture_put(in, log, strlen(log));
	return trace_import(in, fixture_path("out.dmat"), &opt, err);
}

/* The records that @log becomes are those of @want, line by line. */
static void becomes(const char *log, const char *want)
{
	struct dmat_error err;
	char *text, *records;

	ck_assert_msg(!import_text(log, 64, &err), "line %llu: %s", err.line, err.reason);
	text = fixture_dump(fixture_path("out.dmat"));
	records = strstr(text, "meta assumed_access_bytes");
	ck_assert_ptr_nonnull(records);
	ck_assert_str_eq(strchr(records, '\n') + 1, want);
	free(text);
}

TEST(smmuv3_translation_is_a_map_and_an_access)
{
	becomes("7@100.000001:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0xffffd000 hit=0 miss=1 hit rate=0\n"
		"7@100.000003:smmuv3_translate_success smmuv3-iommu-memory-region-8-1 sid=0x8 iova=0xffffd040 "
		"translated=0x439f5040 perm=0x1\n"
		"7@100.000004:smmu_iotlb_lookup_hit IOTLB cache HIT asid=2 addr=0xffffd000 hit=1 miss=1 hit rate=50\n"
		"7@100.000004:smmuv3_translate_success smmuv3-iommu-memory-region-8-1 sid=0x8 iova=0xffffdff0 "
		"translated=0x439f5ff0 perm=0x1\n",
		"attach 2000 sid=0x8 domain=2\n"
		"map 2000 domain=2 iova=0xffffd000 size=4096 pa=0x439f5000 perm=r\n"
		"access 2000 sid=0x8 domain=2 iova=0xffffd040 size=64 dir=r outcome=ok pa=0x439f5040 perm=r\n"
		"access 3000 sid=0x8 domain=2 iova=0xffffdff0 size=16 dir=r outcome=ok pa=0x439f5ff0 perm=r\n");
}

TEST(lookup_belongs_to_its_thread)
{
	becomes("7@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x1000 hit=0 miss=1 hit rate=0\n"
		"8@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=3 addr=0x1000 hit=0 miss=1 hit rate=0\n"
		"7@1.000000:smmuv3_translate_success m sid=0x8 iova=0x1000 translated=0x5000 perm=0x3\n"
		"8@1.000000:smmuv3_translate_success m sid=0x10 iova=0x1000 translated=0x6000 perm=0x3\n",
		"attach 0 sid=0x8 domain=2\n"
		"map 0 domain=2 iova=0x1000 size=4096 pa=0x5000 perm=rw\n"
		"access 0 sid=0x8 domain=2 iova=0x1000 size=64 dir=rw outcome=ok pa=0x5000 perm=rw\n"
		"attach 0 sid=0x10 domain=3\n"
		"map 0 domain=3 iova=0x1000 size=4096 pa=0x6000 perm=rw\n"
		"access 0 sid=0x10 domain=3 iova=0x1000 size=64 dir=rw outcome=ok pa=0x6000 perm=rw\n");
}

#define TOUCH                                                                                              \
	"7@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10000 hit=0 miss=1 hit rate=0\n" \
	"7@1.000000:smmuv3_translate_success m sid=0x8 iova=0x10000 translated=0x5000 perm=0x3\n"
#define MAPPED                                                      \
	"map 0 domain=2 iova=0x10000 size=4096 pa=0x5000 perm=rw\n" \
	"access 0 sid=0x8 domain=2 iova=0x10000 size=64 dir=rw outcome=ok pa=0x5000 perm=rw\n"

TEST(smmuv3_invalidations_unmap_what_was_seen)
{
	/* One page; then a range of 32 pages that holds it; then a neighbour; then nothing is left to unmap. */
	becomes(TOUCH
		"9@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x10000 tg=1 num_pages=0x1 ttl=3 leaf=1\n" TOUCH
		"9@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x0 tg=1 num_pages=0x20 ttl=0 leaf=1\n" TOUCH
		"9@1.000000:smmuv3_s1_range_inval vmid=0 asid=3 addr=0x10000 tg=1 num_pages=0x1 ttl=3 leaf=1\n"
		"9@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x11000 tg=0 num_pages=0x1 ttl=3 leaf=1\n"
		"9@1.000000:smmuv3_cmdq_tlbi_nh_asid asid=2\n"
		"9@1.000000:smmuv3_cmdq_tlbi_nh \n",
		"attach 0 sid=0x8 domain=2\n" MAPPED "unmap 0 domain=2 iova=0x10000 size=4096\n" MAPPED
		"unmap 0 domain=2 iova=0x0 size=131072\n" MAPPED "invalidate 0 domain=3 iova=0x10000 size=4096\n"
		"invalidate 0 domain=2 iova=0x11000 size=4096\n"
		"unmap 0 domain=2 whole\n"
		"invalidate 0 whole\n");
}

TEST(smmuv3_granules_and_all_asids)
{
	/* TG 2 is 16 KiB, 3 is 64 KiB; TLBI_NH_VAA prints ASID -1. */
	becomes("9@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x14000 tg=2 num_pages=0x2 ttl=0 leaf=1\n"
		"9@1.000000:smmuv3_range_inval vmid=0 asid=2 addr=0x10000 tg=3 num_pages=0x1 ttl=0 leaf=1 stage=1\n"
		"9@1.000000:smmuv3_s1_range_inval vmid=0 asid=-1 addr=0x1000 tg=1 num_pages=0x1 ttl=0 leaf=1\n",
		"invalidate 0 domain=2 iova=0x14000 size=32768\n"
		"invalidate 0 domain=2 iova=0x10000 size=65536\n"
		"invalidate 0 iova=0x1000 size=4096\n");
}

TEST(changed_translation_is_a_new_map)
{
	becomes(TOUCH "7@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10000 hit=0 miss=1 hit rate=0\n"
		      "7@1.000000:smmuv3_translate_success m sid=0x8 iova=0x10000 translated=0x7000 perm=0x1\n",
		"attach 0 sid=0x8 domain=2\n" MAPPED "map 0 domain=2 iova=0x10000 size=4096 pa=0x7000 perm=r\n"
		"access 0 sid=0x8 domain=2 iova=0x10000 size=64 dir=r outcome=ok pa=0x7000 perm=r\n");
}

TEST(smmuv3_faults)
{
	/* Event types by IHI 0070, 7.3: F_TRANSLATION 0x10, C_BAD_STREAMID 0x02. */
	becomes("7@1.000000:smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x8\n"
		"7@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10000 hit=0 miss=1 hit rate=0\n"
		"7@1.000001:smmuv3_record_event SMMU_EVT_F_PERMISSION sid=0x8\n"
		"7@1.000002:smmuv3_record_event SMMU_EVT_C_BAD_STREAMID sid=0x99\n",
		"fault 0 sid=0x8 no_iova model=smmuv3 code=0x10\n"
		"attach 1000 sid=0x8 domain=2\n"
		"access 1000 sid=0x8 domain=2 iova=0x10000 size=64 dir=rw outcome=fault model=smmuv3 code=0x13\n"
		"fault 1000 sid=0x8 domain=2 iova=0x10000 dir=rw model=smmuv3 code=0x13\n"
		"fault 2000 sid=0x99 no_iova model=smmuv3 code=0x2\n");
}

/* 7.3.19: nothing was refused, and no access was made. The lookup is still that of the translation behind it. */
TEST(smmuv3_hints_are_no_faults)
{
	becomes("7@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10000 hit=0 miss=1 hit rate=0\n"
		"7@1.000000:smmuv3_record_event SMMU_EVT_E_PAGE_REQ sid=0x8\n"
		"7@1.000001:smmuv3_record_event SMMU_EVT_F_TRANS_FORBIDDEN sid=0x8\n",
		"mark 0 size=1 code=hint\n"
		"attach 1000 sid=0x8 domain=2\n"
		"access 1000 sid=0x8 domain=2 iova=0x10000 size=64 dir=rw outcome=fault model=smmuv3 code=0x7\n"
		"fault 1000 sid=0x8 domain=2 iova=0x10000 dir=rw model=smmuv3 code=0x7\n");
}

TEST(vtd_translation_has_the_lookups_address)
{
	becomes("1@1.000000:vtd_iotlb_page_update IOTLB page update sid 0x10 iova 0xffffde00 slpte 0x275c001 domain "
		"0x4\n"
		"1@1.000000:vtd_dmar_translate dev 00:02.00 iova 0xffffd000 -> gpa 0x275c000 mask 0xfff\n"
		"1@1.000000:vtd_iotlb_page_hit IOTLB page hit sid 0x10 iova 0x201010 slpte 0x40000083 domain 0x4\n"
		"1@1.000000:vtd_dmar_translate dev 00:02.00 iova 0x200000 -> gpa 0x40000000 mask 0x1fffff\n",
		"attach 0 sid=0x10 domain=4\n"
		"map 0 domain=4 iova=0xffffd000 size=4096 pa=0x275c000 perm=r\n"
		"access 0 sid=0x10 domain=4 iova=0xffffde00 size=64 dir=r outcome=ok pa=0x275ce00 perm=r\n"
		"map 0 domain=4 iova=0x200000 size=2097152 pa=0x40000000 perm=rw\n"
		"access 0 sid=0x10 domain=4 iova=0x201010 size=64 dir=rw outcome=ok pa=0x40001010 perm=rw\n");
}

TEST(vtd_translation_without_lookup_is_of_an_unnamed_space)
{
	becomes("1@1.000000:vtd_dmar_translate dev 3a:1f.07 iova 0x1000 -> gpa 0x2000 mask 0xfff\n",
		"attach 0 sid=0x3aff domain=2147498751\n"
		"map 0 domain=2147498751 iova=0x1000 size=4096 pa=0x2000 perm=rw\n"
		"access 0 sid=0x3aff domain=2147498751 iova=0x1000 size=64 dir=rw outcome=ok pa=0x2000 perm=rw\n");
}

TEST(vtd_faults_and_invalidations)
{
	becomes("1@1.000000:vtd_dmar_fault sid 0x10 fault 5 addr 0x2345004 write 1\n"
		"1@1.000000:vtd_dmar_fault sid 0x18 fault 2 addr 0x0 write 0\n"
		"1@1.000000:vtd_inv_desc_iotlb_pages iotlb invalidate domain 0x4 addr 0xffffd000 mask 0x5\n"
		"1@1.000000:vtd_inv_desc_iotlb_domain iotlb invalidate whole domain 0x4\n"
		"1@1.000000:vtd_inv_desc_iotlb_global iotlb invalidate global\n",
		"attach 0 sid=0x10 domain=2147483664\n"
		"access 0 sid=0x10 domain=2147483664 iova=0x2345004 size=64 dir=w outcome=fault model=vtd code=0x5\n"
		"fault 0 sid=0x10 domain=2147483664 iova=0x2345004 dir=w model=vtd code=0x5\n"
		"access 0 sid=0x18 iova=0x0 size=64 dir=r outcome=fault model=vtd code=0x2\n"
		"fault 0 sid=0x18 iova=0x0 dir=r model=vtd code=0x2\n"
		"invalidate 0 domain=4 iova=0xfffe0000 size=131072\n"
		"invalidate 0 domain=4 whole\n"
		"invalidate 0 whole\n");
}

TEST(other_events_are_skipped)
{
	becomes("1@1.000000:smmuv3_write_mmio addr: 0x20 val:0x0 size: 0x4(0)\n"
		"\n"
		"1@1.000000:pci_cfg_write e1000e 00:2.0 @0x4 <- 0x6\r\n"
		"1@1.000000:vtd_inv_desc invalidate desc type wait high 0x1052004 low 0x200000025\n",
		"");
}

TEST(small_disorder_keeps_the_order_of_lines)
{
	becomes("1@1.000500:vtd_inv_desc_iotlb_global iotlb invalidate global\n"
		"2@1.000499:vtd_inv_desc_iotlb_domain iotlb invalidate whole domain 0x4\n",
		"invalidate 0 whole\n"
		"invalidate 0 domain=4 whole\n");
	/* Another log follows: its times are shifted, its order is kept. */
	becomes("1@1.500000:vtd_inv_desc_iotlb_global iotlb invalidate global\n"
		"2@1.600000:vtd_inv_desc_iotlb_global iotlb invalidate global\n"
		"2@1.550000:vtd_inv_desc_iotlb_global iotlb invalidate global\n"
		"2@1.550007:vtd_inv_desc_iotlb_global iotlb invalidate global\n",
		"invalidate 0 whole\n"
		"invalidate 100000000 whole\n"
		"invalidate 100000000 whole\n"
		"invalidate 100007000 whole\n");
}

static const struct {
	const char *line, *reason;
} bad[] = {
	{ "1@1.5:event", "malformed line" },
	{ "1@1.000000 event", "malformed line" },
	{ "1@1.000000:", "malformed line" },
	{ "1@1.000000:smmuv3_translate_success m sid=0x8 iova=0x1000 perm=0x3", "'translated='" },
	{ "1@1.000000:smmuv3_translate_success m sid=8z iova=0x1000 translated=0x1000 perm=0x3", "'sid='" },
	{ "1@1.000000:smmuv3_translate_success m sid=0x8 iova=0x1000 translated=0x1000 perm=0x9", "perm 0x9" },
	{ "1@1.000000:smmuv3_translate_success m sid=0x8 iova=0x1000 translated=0x1000 perm=", "'perm='" },
	{ "1@1.000000:smmu_iotlb_lookup_hit IOTLB cache HIT asid= addr=0xffffd000", "'asid='" },
	{ "1@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x0 tg=1 num_pages=0x0 ttl=3 leaf=1", "num_pages" },
	{ "1@1.000000:smmuv3_s1_range_inval vmid=0 asid=2 addr=0x0 tg=4 num_pages=0x1 ttl=3 leaf=1", "tg 4" },
	{ "1@1.000000:smmuv3_s1_range_inval asid=2 addr=0xfffffffffffff000 tg=1 num_pages=0x2",
	  "end of the address space" },
	{ "1@1.000000:smmuv3_record_event SMMU_EVT_F_NONSENSE sid=0x8", "unknown type" },
	{ "1@1.000000:smmuv3_record_event SMMU_EVT_F_TRANSLATION", "'sid='" },
	{ "1@1.000000:vtd_dmar_translate dev 00:20.00 iova 0x1000 -> gpa 0x1000 mask 0xfff", "no device" },
	{ "1@1.000000:vtd_dmar_translate dev 00:02.00 iova 0x1000 -> gpa 0x1000 mask 0xffe", "mask 0xffe" },
	{ "1@1.000000:vtd_iotlb_page_hit IOTLB page hit sid 0x10 iova 0x1000 domain 0x4", "'pte '" },
	{ "1@1.000000:vtd_dmar_fault sid 0x10 fault 5 addr 0x2345004", "'write '" },
	{ "1@1.000000:vtd_inv_desc_iotlb_pages iotlb invalidate domain 0x4 addr 0x0 mask 0x40", "mask 0x40" },
};

TEST_TIMES(malformed_lines_are_named, ARRAY_SIZE(bad))
{
	struct trace_import_stats stats;
	struct trace_import_options opt = { .stats = &stats };
	const char *out = fixture_path("out.dmat");
	unsigned int marks = 0;
	struct dmat_record rec;
	struct dmat_reader *r;
	struct dmat_error err;
	char log[512];

	snprintf(log, sizeof(log), "1@1.000000:first_event of another part\n%s\n", bad[_i].line);
	fixture_put(fixture_path("in.log"), log, strlen(log));
	ck_assert_msg(!trace_import(fixture_path("in.log"), out, &opt, &err), "%s", err.reason);
	ck_assert_uint_eq(stats.unreadable, 1);
	ck_assert_uint_eq(stats.unreadable_line[0], 2);
	ck_assert_msg(strstr(stats.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason, stats.reason);
	ck_assert_int_eq(dmat_reader_open(&r, out, 0, &err), 0);
	while (dmat_read(r, &rec) > 0)
		marks += rec.kind == DMAT_MARK && rec.code == DMAT_MARK_UNREADABLE && rec.tag == 2;
	dmat_reader_close(r);
	ck_assert_uint_eq(marks, 1);
}

TEST(format_is_detected_and_gzip_read)
{
	const char *in = fixture_path("in.gz"), *out = fixture_path("out.dmat");
	static const char *const meta[][2] = { { "origin", "a test" } };
	struct trace_import_options opt = { .meta = meta, .metas = 1 };
	struct dmat_error err;
	gzFile gz = gzopen(in, "wb");
	struct dmat_reader *r;
	size_t bytes;
	u8 *data;

	gzputs(gz, TOUCH TOUCH TOUCH);
	gzclose(gz);
	ck_assert_msg(!trace_import(in, out, &opt, &err), "%s", err.reason);
	ck_assert_int_eq(dmat_reader_open(&r, out, 0, &err), 0);
	ck_assert_uint_eq(dmat_reader_records(r), 5);
	ck_assert_str_eq(dmat_reader_meta_get(r, "origin"), "a test");
	ck_assert_str_eq(dmat_reader_meta_get(r, "source"), "in.gz");
	dmat_reader_close(r);
	unlink(out);
	data = fixture_get(in, &bytes);
	fixture_put(in, data, bytes - 10);
	ck_assert_int_eq(trace_import(in, out, &opt, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.reason, "cannot read"));
	ck_assert_uint_eq(fixture_files(), 1);
	free(data);
}

TEST(bad_inputs_as_a_whole)
{
	struct trace_import_options opt = { 0 };
	const char *in = fixture_path("in.log"), *out = fixture_path("out.dmat");
	struct dmat_error err;

	ck_assert_int_eq(trace_import(in, out, &opt, &err), -ENOENT);
	ck_assert_int_eq(trace_import("/tmp", out, &opt, &err), -EISDIR);
	fixture_put(in, "hello\n", 6);
	ck_assert_int_eq(trace_import(in, out, &opt, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.reason, "no line of a known format"));
	opt.format = "nonsense";
	ck_assert_int_eq(trace_import(in, out, &opt, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.reason, "unknown format"));
	opt.format = "qemu";
	ck_assert_int_eq(trace_import(in, "/nonexistent/out.dmat", &opt, &err), -ENOENT);
	ck_assert_str_eq(err.file, "/nonexistent/out.dmat");
	ck_assert_uint_eq(fixture_files(), 1);
}

/* QEMU's messages share stderr with its trace; some builds name the PASID before the device. */
TEST(messages_among_the_trace)
{
	static const char log[] =
		"2023-02-13T07:02:37.074397Z qemu-system-x86_64: vtd_iova_to_slpte: detected slpte permission error\n"
		"1@1.000000:vtd_dmar_translate pasid ffffffff: dev 0b:00.0 iova 0x1000 -> gpa 0x2000 mask 0xfff\n"
		"qemu-system-x86_64: warning: a\0b\r\n"
		"1@1.000001:vtd_dmar_fault sid 0xb00 fault 6 addr 0x1187a9000 write 0\n"
		"1@1.000002:vtd_dmar_fau";
	struct trace_import_stats stats;
	struct trace_import_options opt = { .stats = &stats };
	const char *in = fixture_path("in.log"), *out = fixture_path("out.dmat");
	struct dmat_record rec;
	struct dmat_reader *r;
	struct dmat_error err;
	bool access = false, fault = false;

	fixture_put(in, log, sizeof(log) - 1);
	ck_assert_msg(!trace_import(in, out, &opt, &err), "%s", err.reason);
	ck_assert_int_eq(dmat_reader_open(&r, out, 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		access |= rec.kind == DMAT_ACCESS && rec.sid == 0xb00 && rec.iova == 0x1000 && rec.pa == 0x2000;
		fault |= rec.kind == DMAT_FAULT && rec.sid == 0xb00 && rec.iova == 0x1187a9000 && rec.code == 6 &&
			 rec.flags == DMAT_F_R;
	}
	dmat_reader_close(r);
	ck_assert(access && fault);
	ck_assert_uint_eq(stats.lines, 5);
	ck_assert_uint_eq(stats.faults, 1);
	ck_assert_uint_eq(stats.foreign, 3);
	ck_assert_uint_eq(stats.unreadable, 0);
}

/* Counted in the logs themselves, with other tools, when they were recorded. */
static const struct {
	const char *name;
	u64 accesses, first_touches, pages, faults;
} shipped[] = {
	{ "arm64-smmuv3-nvme-e1000e", 30025, 7319, 598, 0 },
	{ "x86-vtd-legacy-nvme-e1000e", 22133, 7322, 1103, 0 },
	{ "x86-vtd-scalable-nvme-e1000e", 22130, 7319, 904, 0 },
	{ "arm64-smmuv3-edu-faults", 56, 6, 6, 56 },
	{ "x86-vtd-edu-faults", 56, 6, 6, 56 },
};

TEST_TIMES(shipped_traces_are_whole, ARRAY_SIZE(shipped))
{
	struct trace_summary s;
	struct dmat_reader *r;
	struct dmat_error err;
	char path[256];

	snprintf(path, sizeof(path), FL_SOURCE_DIR "/traces/%s.dmat", shipped[_i].name);
	ck_assert_msg(!dmat_reader_open(&r, path, 0, &err), "%s", err.reason);
	ck_assert_int_eq(trace_summarize(r, &s, &err), 0);
	ck_assert_uint_eq(s.kind[DMAT_ACCESS], shipped[_i].accesses);
	ck_assert_uint_eq(s.first_touches, shipped[_i].first_touches);
	ck_assert_uint_eq(s.pages, shipped[_i].pages);
	ck_assert_uint_eq(s.kind[DMAT_FAULT], shipped[_i].faults);
	/* Every first touch has its map; nothing is mapped twice. */
	ck_assert_uint_eq(s.kind[DMAT_MAP], shipped[_i].faults ? 0 : shipped[_i].first_touches);
	ck_assert_ptr_nonnull(dmat_reader_meta_get(r, "origin"));
	trace_summary_free(&s);
	dmat_reader_close(r);
}

SUITE("import_qemu")
