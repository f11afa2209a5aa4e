// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A trace written, read again, and played under prices of a configuration: trace FILE.dmat */
#include <faultline/config.h>
#include <faultline/trace.h>

#include <inttypes.h>
#include <stdio.h>

static int fail(const struct fl_error *error)
{
	fprintf(stderr, "trace: %s\n", error->text);
	return 1;
}

static int write_trace(const char *path, struct fl_error *error)
{
	struct fl_trace_writer *w;
	struct fl_trace_record r;
	int i, err = fl_trace_create(path, &w, error);

	if (err)
		return err;
	err = fl_trace_add_meta(w, "source", "example");
	for (i = 0; !err && i < 1000; i++) {
		fl_trace_record_init(&r, FL_TRACE_ACCESS, (uint64_t)i * 100);
		r.stream = 5;
		r.iova = 0x10000 + (uint64_t)i * 64;
		r.size = 64;
		r.flags = i % 2 ? FL_TRACE_WRITE : FL_TRACE_READ;
		err = fl_trace_append(w, &r);
	}
	if (!err)
		return fl_trace_commit(w, error);
	fl_trace_discard(w);
	return err;
}

static int read_trace(const char *path, uint64_t price_ps, struct fl_error *error)
{
	struct fl_trace_reader *t;
	struct fl_trace_record r[64];
	uint64_t bytes = 0, n = 0;
	int i, got, err = fl_trace_open(path, false, &t, error);

	if (err)
		return err;
	while ((got = fl_trace_read(t, r, 64)) > 0)
		for (i = 0; i < got; i++) {
			bytes += r[i].size;
			n++;
		}
	if (got < 0)
		fl_trace_reader_error(t, error);
	else
		printf("%s: %" PRIu64 " accesses of the %s, %" PRIu64 " bytes; as hits they take %" PRIu64 " ns\n",
		       path, n, fl_trace_meta(t, "source"), bytes, n * price_ps / 1000);
	fl_trace_close(t);
	return got < 0 ? got : 0;
}

int main(int argc, char **argv)
{
	struct fl_error error = { "" };
	struct fl_cfg *cfg;
	uint64_t hit_ps;

	if (argc != 2 || fl_cfg_create(&cfg))
		return 2;
	if (fl_cfg_load(cfg, "mmu600", &error) || fl_cfg_set(cfg, "tbu.lookup_ns", "3.5", &error) ||
	    fl_cfg_get_number(cfg, "tbu.lookup_ns", &hit_ps))
		return fail(&error);
	if (write_trace(argv[1], &error) || read_trace(argv[1], hit_ps, &error))
		return fail(&error);
	fl_cfg_destroy(cfg);
	return 0;
}
