// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* dump and pack undo each other, and pack says what it does not understand. */
#include "trace_fixture.h"

static const char every_key[] =
	"dmat 1\n"
	"meta origin a test = of text\n"
	"access 0 sid=0x8 pasid=0x3 domain=7 iova=0x0 size=64 dir=rwxp tag=9 outcome=ok pa=0x1000 perm=rw\n"
	"access 1 sid=0x8 iova=0xfffffffffffff000 size=4096 dir=w outcome=fault model=smmuv3 code=0x13\n"
	"access 1 sid=0x8 iova=0x2000 size=8 dir=r tag=9 after=0\n"
	"access 1 sid=0x8 iova=0x3000 size=8 dir=r after=18446744073709551615 outcome=ok perm=r\n"
	"attach 2 sid=0x8 domain=7\n"
	"detach 2 sid=0x8 pasid=0x0\n"
	"map 3 domain=7 iova=0x1000 size=8192 pa=0x2000 perm=x\n"
	"unmap 4 domain=7 iova=0x1000 size=4096\n"
	"unmap 5 domain=7 whole\n"
	"invalidate 6 whole\n"
	"fault 7 sid=0x8 iova=0x1004 dir=r tag=5 stall words model=smmuv3 code=0x10 word0=0x10 "
	"word3=0xffffffffffffffff\n"
	"fault 8 no_iova model=smmuv2 code=0x402\n"
	"page_request 9 sid=0x50 pasid=0x2 iova=0x559ef6f9c000 dir=rw tag=1 last model=vtd\n"
	"response 10 sid=0x50 pasid=0x2 tag=1 code=invalid\n"
	"mark 11 size=893 code=suppressed\n"
	"mark 12 size=1 tag=17 code=unreadable text=arm-smmu%20x%25:\n"
	"mark 13 code=iommu text=arm-smmu-v3.0.auto\n"
	"mark 14 words code=dte word0=0x3 word3=0x1\n";

TEST(text_is_its_own_image)
{
	const char *path = fixture_path("t.dmat");
	struct dmat_error err;
	char *text;

	ck_assert_msg(!fixture_pack(every_key, path, &err), "%s", err.reason);
	text = fixture_dump(path);
	ck_assert_str_eq(text, every_key);
	free(text);
}

TEST_TIMES(pack_of_dump_is_the_same_file, 2)
{
	static const char *const traces[] = { "arm64-smmuv3-nvme-e1000e", "x86-vtd-edu-faults" };
	struct dmat_error err;
	char source[256], *text;
	size_t a_bytes, b_bytes;
	u8 *a, *b;

	snprintf(source, sizeof(source), FL_SOURCE_DIR "/traces/%s.dmat", traces[_i]);
	text = fixture_dump(source);
	ck_assert_int_eq(fixture_pack(text, fixture_path("again.dmat"), &err), 0);
	a = fixture_get(source, &a_bytes);
	b = fixture_get(fixture_path("again.dmat"), &b_bytes);
	ck_assert_uint_eq(a_bytes, b_bytes);
	ck_assert_int_eq(memcmp(a, b, a_bytes), 0);
	free(text);
	free(a);
	free(b);
}

TEST(loose_text_is_taken)
{
	const char *path = fixture_path("t.dmat");
	struct dmat_error err;
	char *text;

	ck_assert_int_eq(fixture_pack("# by hand\n\ndmat 1\naccess  0\tsize=0x40 dir=r iova=4096 sid=8\n", path, &err),
			 0);
	text = fixture_dump(path);
	ck_assert_str_eq(text, "dmat 1\naccess 0 sid=0x8 iova=0x1000 size=64 dir=r\n");
	free(text);
}

static const struct {
	const char *text;
	unsigned int line;
	const char *reason;
} bad[] = {
	{ "", 0, "empty" },
	{ "access 0 sid=1 iova=0 size=4 dir=r\n", 1, "first line must be 'dmat 1'" },
	{ "dmat 2\n", 1, "first line must be 'dmat 1'" },
	{ "dmat 1\nacces 0 sid=1\n", 2, "unknown kind of record 'acces'" },
	{ "dmat 1\n\naccess soon sid=1\n", 3, "bad time 'soon'" },
	{ "dmat 1\naccess -1 sid=1\n", 2, "bad time '-1'" },
	{ "dmat 1\naccess 0 stream=1\n", 2, "unknown key 'stream'" },
	{ "dmat 1\naccess 0 fast\n", 2, "unknown word 'fast'" },
	{ "dmat 1\naccess 0 sid=1 sid=2\n", 2, "key 'sid' given twice" },
	{ "dmat 1\naccess 0 sid=0x100000000\n", 2, "bad value '0x100000000' of 'sid'" },
	{ "dmat 1\naccess 0 sid=1z\n", 2, "bad value '1z' of 'sid'" },
	{ "dmat 1\naccess 0 sid=1 iova=99999999999999999999\n", 2, "bad value" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=0 dir=r\n", 2, "access of zero length" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=q\n", 2, "bad value 'q' of 'dir'" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=rr\n", 2, "bad value 'rr' of 'dir'" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=r outcome=maybe\n", 2, "bad value 'maybe' of 'outcome'" },
	{ "dmat 1\naccess 9 sid=1 iova=0 size=4 dir=r\naccess 8 sid=1 iova=0 size=4 dir=r\n", 3, "time goes back" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=r after=5x\n", 2, "bad value '5x' of 'after'" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=r after=5 word0=6\n", 2, "exclude each other" },
	{ "dmat 1\naccess 0 sid=1 iova=0 size=4 dir=r word0=6\n", 2, "field that this kind" },
	{ "dmat 1\nmap 0 domain=1 iova=0 size=4096 pa=0 after=5\n", 2, "flag that this kind" },
	{ "dmat 1\nresponse 0 code=7\n", 2, "bad value '7' of 'code'" },
	{ "dmat 1\nmeta Key x\n", 2, "malformed key or value" },
	{ "dmat 1\nmeta key x\nmeta key y\n", 3, "given twice" },
};

TEST_TIMES(bad_text_is_refused, ARRAY_SIZE(bad))
{
	const char *path = fixture_path("t.dmat");
	struct dmat_error err;

	ck_assert_int_eq(fixture_pack(bad[_i].text[0] ? bad[_i].text : "\n", path, &err), -EINVAL);
	if (bad[_i].line)
		ck_assert_uint_eq(err.line, bad[_i].line);
	ck_assert_str_eq(err.file, "text");
	ck_assert_msg(strstr(err.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason, err.reason);
	ck_assert_uint_eq(fixture_files(), 0);
}

SUITE("dmat_text")
