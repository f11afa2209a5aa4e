// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Comma-separated values, and the lines of the text form that they must become, written by hand. */
#include "trace_fixture.h"
#include "trace_import.h"

static int import_text(const char *text, const char *format, struct dmat_error *err)
{
	struct trace_import_options opt = { .format = format };

	fixture_put(fixture_path("in.csv"), text, strlen(text));
	return trace_import(fixture_path("in.csv"), fixture_path("out.dmat"), &opt, err);
}

/* What the trace says, its metadata apart. */
static void becomes(const char *csv, const char *want)
{
	struct dmat_reader *r;
	struct dmat_error err;
	char *text, *records;
	size_t size;
	FILE *out;

	ck_assert_msg(!import_text(csv, "auto", &err), "line %llu: %s", err.line, err.reason);
	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("out.dmat"), 0, &err), 0);
	out = open_memstream(&text, &size);
	ck_assert_int_eq(dmat_dump(r, out, &err), 0);
	fclose(out);
	dmat_reader_close(r);
	records = strstr(text, "assumed_access_bytes");
	ck_assert_ptr_nonnull(records);
	ck_assert_str_eq(strchr(records, '\n') + 1, want);
	free(text);
}

/* Nothing but accesses: a stream and a PASID of it have a space each, and a page is mapped before its first use. */
TEST(accesses)
{
	becomes("# from a script\r\n"
		"time_us, BDF ,Address,len,RW,pasid\r\n"
		"0,3a:00.0,0x1000,64,R,\r\n"
		"\r\n"
		"0.5,\"3a:00.0\",0x2fc0,128,write,5\r\n"
		"1.25,58:1f.7,4096,,w,\r\n"
		"1.250,58:1f.7,0x1ff0,,x,\r\n",
		"attach 0 sid=0x3a00 domain=2147483648\n"
		"map 0 domain=2147483648 iova=0x1000 size=4096 pa=0x100000000 perm=rw\n"
		"access 0 sid=0x3a00 domain=2147483648 iova=0x1000 size=64 dir=r\n"
		"attach 500 sid=0x3a00 pasid=0x5 domain=2147483649\n"
		"map 500 domain=2147483649 iova=0x2000 size=4096 pa=0x100001000 perm=rw\n"
		"map 500 domain=2147483649 iova=0x3000 size=4096 pa=0x100002000 perm=rw\n"
		"access 500 sid=0x3a00 pasid=0x5 domain=2147483649 iova=0x2fc0 size=128 dir=w\n"
		"attach 1250 sid=0x58ff domain=2147483650\n"
		"map 1250 domain=2147483650 iova=0x1000 size=4096 pa=0x100003000 perm=rw\n"
		"access 1250 sid=0x58ff domain=2147483650 iova=0x1000 size=64 dir=w\n"
		"map 1250 domain=2147483650 iova=0x1000 size=4096 pa=0x100003000 perm=rwx\n"
		"access 1250 sid=0x58ff domain=2147483650 iova=0x1ff0 size=16 dir=x\n");
}

/* Where it is known where an access went, that is where its page is; spaces may be shared by name. */
TEST(accesses_with_addresses)
{
	becomes("sid,domain,iova,size,dir,pa,time_ns\n"
		"1,7,0x5ff8,16,rw,0x80001ff8,10\n"
		"2,7,0x6000,4,r,,11\n"
		"2,7,0x7000,4,r,,12\n",
		"attach 10 sid=0x1 domain=7\n"
		"map 10 domain=7 iova=0x5000 size=4096 pa=0x80001000 perm=rw\n"
		"map 10 domain=7 iova=0x6000 size=4096 pa=0x80002000 perm=rw\n"
		"access 10 sid=0x1 domain=7 iova=0x5ff8 size=16 dir=rw outcome=ok pa=0x80001ff8 perm=rw\n"
		"attach 11 sid=0x2 domain=7\n"
		"access 11 sid=0x2 domain=7 iova=0x6000 size=4 dir=r\n"
		"map 12 domain=7 iova=0x7000 size=4096 pa=0x100000000 perm=rw\n"
		"access 12 sid=0x2 domain=7 iova=0x7000 size=4 dir=r\n");
}

/* With kinds, rows are records and nothing is added. */
TEST(records)
{
	becomes("kind,time_s,sid,domain,iova,size,dir,pa,perm,outcome\n"
		"attach,0,9,3,,,,,,\n"
		"map,0,,3,0x10000,8192,,0x40000000,rw,\n"
		"access,0.000000001,9,3,0x10010,,w,0x40000010,rw,ok\n"
		"unmap,2,,3,0x10000,8192,,,,\n",
		"attach 0 sid=0x9 domain=3\n"
		"map 0 domain=3 iova=0x10000 size=8192 pa=0x40000000 perm=rw\n"
		"access 1 sid=0x9 domain=3 iova=0x10010 size=64 dir=w outcome=ok pa=0x40000010 perm=rw\n"
		"unmap 2000000000 domain=3 iova=0x10000 size=8192\n");
}

static const struct {
	const char *text;
	u64 line;
	const char *reason;
} bad[] = {
	{ "time_ns,sid,adress\n", 1, "unknown column 'adress'" },
	{ "time_ns,sid,iova,addr\n", 1, "column 'addr' says the same as one before" },
	{ "time_ns,time_us,sid,iova\n", 1, "column 'time_us' says the same as one before" },
	{ "sid,iova\n", 1, "needs a time" },
	{ "time_ns,iova\n", 1, "needs a time (time_ns, time_us, ...), sid and iova" },
	{ "time_ns,sid,iova,outcome\n", 1, "outcome and perm need a column kind" },
	{ "time_ns,sid,iova,dir\n1,2,3,r,4\n", 2, "more fields than the heading has" },
	{ "# nothing but a remark\n", 1, "no heading" },
	{ "time_ns,sid,iova,dir\n1,2,,r\n", 2, "no address" },
	{ "time_ns,sid,iova,dir\n1,,3,r\n", 2, "" },
	{ "time_ns,sid,iova,dir\n,2,3,r\n", 2, "no time" },
	{ "time_ns,sid,iova,dir\n1.5,2,3,r\n", 2, "bad time '1.5'" },
	{ "time_ns,sid,iova,dir\n-1,2,3,r\n", 2, "bad time '-1'" },
	{ "time_s,sid,iova,dir\n18446744074,2,3,r\n", 2, "bad time" },
	{ "time_ns,sid,iova,dir\n1,0:20.0,3,r\n", 2, "bad value '0:20.0' of 'sid'" },
	{ "time_ns,sid,iova,dir\n1,2,0x,r\n", 2, "bad value '0x' of 'iova'" },
	{ "time_ns,sid,iova,dir\n1,2,3,sideways\n", 2, "bad value 'sideways' of 'dir'" },
	{ "time_ns,sid,iova,dir\n1,2,3,r=w\n", 2, "bad value 'r=w' of 'dir'" },
	{ "time_ns,sid,iova,dir\n1,2 sid=3,3,r\n", 2, "of 'sid'" },
	{ "time_ns,sid,iova,dir\n1,2,3,\n", 2, "" },
	{ "time_ns,sid,iova,dir,size\n1,2,3,r,0\n", 2, "zero length" },
	{ "time_ns,sid,iova,dir\n2000000,2,3,r\n1,2,3,r\n", 3, "time goes back" },
	{ "kind,time_ns,sid,iova,dir\nleap,1,2,3,r\n", 2, "unknown kind of record 'leap'" },
};

TEST_TIMES(bad_rows_are_named, ARRAY_SIZE(bad))
{
	struct dmat_error err;

	ck_assert_int_lt(import_text(bad[_i].text, "csv", &err), 0);
	ck_assert_msg(err.line == bad[_i].line, "line %llu: %s", err.line, err.reason);
	ck_assert_msg(strstr(err.reason, bad[_i].reason), "%s", err.reason);
	ck_assert_uint_eq(fixture_files(), 1);
}

SUITE("import_csv")
