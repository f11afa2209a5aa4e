// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* libfaultline-trace.so through its public headers alone. */
#include "suite.h"
#include <faultline/config.h>
#include <faultline/trace.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static struct fl_trace_writer *begin(void)
{
	struct fl_trace_writer *w;

	ck_assert_int_eq(fl_trace_create(path, &w, NULL), 0);
	ck_assert_int_eq(fl_trace_add_meta(w, "source", "face"), 0);
	return w;
}

static void write_records(unsigned int n)
{
	struct fl_trace_writer *w = begin();
	struct fl_trace_record r;
	unsigned int i;

	for (i = 0; i < n; i++) {
		fl_trace_record_init(&r, i % 10 ? FL_TRACE_ACCESS : FL_TRACE_FAULT, i * 100ull);
		r.stream = i;
		r.iova = i * 4096ull;
		r.flags = FL_TRACE_READ;
		if (i % 10) {
			r.size = 64;
		} else {
			r.model = FL_TRACE_MODEL_SMMUV3;
			r.code = 0x10;
			r.flags |= FL_TRACE_WORDS | FL_TRACE_STALLED;
			r.word[0] = 0x10 | (uint64_t)i << 32;
		}
		ck_assert_ptr_null(fl_trace_record_check(&r));
		ck_assert_int_eq(fl_trace_append(w, &r), 0);
	}
	r.time_ns = 0;
	ck_assert_int_eq(fl_trace_append(w, &r), n > 1 ? -EINVAL : 0); /* back in time */
	ck_assert_int_eq(access(path, F_OK), -1);
	fl_trace_discard(w);
	ck_assert_int_eq(access(path, F_OK), -1);
}

TEST(discard)
{
	write_records(20);
}

static void write_good(unsigned int n)
{
	struct fl_trace_writer *w = begin();
	struct fl_trace_record r;
	unsigned int i;

	for (i = 0; i < n; i++) {
		fl_trace_record_init(&r, FL_TRACE_ACCESS, i * 100ull);
		ck_assert_uint_eq(r.domain, FL_TRACE_NONE);
		r.stream = 7;
		r.iova = i * 4096ull;
		r.size = 64;
		r.flags = FL_TRACE_WRITE;
		ck_assert_int_eq(fl_trace_append(w, &r), 0);
	}
	ck_assert_int_eq(fl_trace_commit(w, NULL), 0);
}

TEST(read_records)
{
	static struct fl_trace_record r[1000];
	struct fl_trace_reader *t;
	const char *key, *value;

	write_good(5000);
	ck_assert_int_eq(fl_trace_open(path, false, &t, NULL), 0);
	ck_assert_uint_eq(fl_trace_records(t), 5000);
	ck_assert_str_eq(fl_trace_meta(t, "source"), "face");
	ck_assert_ptr_null(fl_trace_meta(t, "nothing"));
	ck_assert_int_eq(fl_trace_meta_at(t, 0, &key, &value), 0);
	ck_assert_str_eq(key, "source");
	ck_assert_int_eq(fl_trace_meta_at(t, 1, &key, &value), -ERANGE);
	ck_assert_int_gt(fl_trace_read(t, r, 1000), 0);
	ck_assert_uint_eq(r[3].iova, 3 * 4096);
	ck_assert_uint_eq(r[3].flags, FL_TRACE_WRITE);
	ck_assert_int_eq(fl_trace_seek(t, 4999), 0);
	ck_assert_int_eq(fl_trace_read(t, r, 1000), 1);
	ck_assert_uint_eq(r[0].time_ns, 499900);
	ck_assert_int_eq(fl_trace_read(t, r, 1000), 0);
	ck_assert_int_eq(fl_trace_seek(t, 5001), -ERANGE);
	ck_assert_int_eq(fl_trace_seek_time(t, 450), 0);
	ck_assert_int_eq(fl_trace_read(t, r, 1), 1);
	ck_assert_uint_eq(r[0].time_ns, 500);
	ck_assert(!fl_trace_damaged(t));
	fl_trace_close(t);
}

TEST(damage)
{
	struct fl_error error = { "" };
	struct fl_trace_reader *t;

	write_good(5000);
	ck_assert_int_eq(truncate(path, 100), 0);
	ck_assert_int_eq(fl_trace_open(path, false, &t, &error), -EINVAL);
	ck_assert_ptr_eq(strstr(error.text, path), error.text);
	ck_assert_int_eq(fl_trace_open("/nonexistent/x.dmat", false, &t, &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/x.dmat"));
	ck_assert_int_eq(fl_trace_open("/nonexistent/x.dmat", false, &t, NULL), -ENOENT);
}

TEST(text)
{
	struct fl_trace_record a, b;
	struct fl_error error = { "" };
	char line[FL_TRACE_LINE];

	fl_trace_record_init(&a, FL_TRACE_MAP, 1234);
	a.domain = 3;
	a.iova = 0x10000;
	a.size = 0x1000;
	a.pa = 0x80000;
	a.perm = FL_TRACE_READ | FL_TRACE_WRITE;
	ck_assert_ptr_null(fl_trace_record_check(&a));
	ck_assert_int_eq(fl_trace_record_format(&a, line), (int)strlen(line));
	ck_assert_int_eq(fl_trace_record_parse(line, &b, NULL), 0);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_int_eq(fl_trace_record_parse("1 nonsense", &b, &error), -EINVAL);
	ck_assert_str_ne(error.text, "");
	a.size = 0;
	ck_assert_ptr_nonnull(fl_trace_record_check(&a));
}

TEST(config)
{
	struct fl_cfg *c, *copy;
	struct fl_error error = { "" };
	char text[32];
	uint64_t v;

	ck_assert_int_eq(fl_cfg_create(&c), 0);
	ck_assert_int_eq(fl_cfg_set(c, "tbu.lookup_ns", "3.5", &error), 0);
	ck_assert_int_eq(fl_cfg_get_number(c, "tbu.lookup_ns", &v), 0);
	ck_assert_uint_eq(v, 3500);
	ck_assert_int_eq(fl_cfg_copy(c, &copy), 0);
	ck_assert_int_eq(fl_cfg_set(copy, "fault.expire_code", "failure", &error), 0);
	ck_assert_int_eq(fl_cfg_get(copy, "fault.expire_code", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "failure");
	ck_assert_int_eq(fl_cfg_get(c, "fault.expire_code", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "terminate");
	ck_assert_int_eq(fl_cfg_get(c, "fault.expire_code", text, 9), -ERANGE);
	ck_assert_int_eq(fl_cfg_set(c, "fault.expire_code", "perhaps", &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "fault.expire_code"));
	ck_assert_int_eq(fl_cfg_set(c, "no.such", "1", NULL), -EINVAL);
	ck_assert_int_eq(fl_cfg_get(c, "no.such", text, sizeof(text)), -EINVAL);
	ck_assert_int_eq(fl_cfg_load(c, "mmu600", &error), 0);
	ck_assert_int_eq(fl_cfg_load(c, "/nonexistent.yaml", &error), -ENOENT);
	ck_assert_int_eq(fl_cfg_parse(c, "tbu: {lookup_ns: 7}\n", 20, "own", &error), 0);
	ck_assert_int_eq(fl_cfg_get_number(c, "tbu.lookup_ns", &v), 0);
	ck_assert_uint_eq(v, 7000);
	ck_assert_int_eq(fl_cfg_check(c, &error), 0);
	fl_cfg_destroy(copy);
	fl_cfg_destroy(c);
}

/* The list is complete: each key is known by its name and has its default in a new configuration. */
TEST(keys)
{
	static char text[65536];
	struct fl_cfg_key k;
	struct fl_cfg *c;
	bool preset = false;
	size_t i, n = 0, ranges = 0;

	ck_assert_int_eq(fl_cfg_create(&c), 0);
	for (i = 0; !fl_cfg_key_at(i, &k, sizeof(k)); i++) {
		ck_assert_int_eq(fl_cfg_get(c, k.name, text, sizeof(text)), 0);
		ck_assert(k.min <= k.max && *k.help);
		ck_assert_int_eq(k.type == FL_CFG_CHOICE, k.choices != NULL);
		ranges += k.max > 1 && *k.unit;
		n++;
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_uint_gt(ranges, 10);
	for (i = 0; fl_cfg_preset(i); i++)
		preset |= !strcmp(fl_cfg_preset(i), "mmu600");
	ck_assert(preset);
	fl_cfg_destroy(c);
}

static void set_up(void)
{
	snprintf(path, sizeof(path), "/tmp/face-%d.dmat", (int)getpid());
}

static void clean_up(void)
{
	unlink(path);
}

SUITE_WITH("face_trace", set_up, clean_up)
