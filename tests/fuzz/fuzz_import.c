// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A log through one importer, which the first byte chooses, or by what it is recognised: a trace that can be read, or a reason. */
#include "dmat.h"
#include "fuzz.h"
#include "trace_import.h"

static struct dmat_record rec[DMAT_BLOCK];

static void read_back(void)
{
	struct dmat_error err;
	struct dmat_reader *r;
	ssize_t n;

	fuzz_holds(!dmat_reader_open(&r, fuzz_output(), 0, &err));
	while ((n = dmat_read_block(r, rec, DMAT_BLOCK)) > 0)
		;
	fuzz_holds(!n);
	dmat_reader_close(r);
	unlink(fuzz_output());
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct trace_import_options opt = { 0 };
	struct trace_import_stats stats;
	const char *name = "auto", *summary, *path;
	struct dmat_error err = { 0 };
	int fd;

	if (size < 1 || size > 1 << 14) /* an access of 16 MiB is a page at a time: cost is by the line */
		return 0;
	trace_importer_info(data[0] % 8, &name, &summary);
	opt.format = name;
	opt.stats = &stats;
	path = fuzz_file(data + 1, size - 1, &fd);
	if (trace_import(path, fuzz_output(), &opt, &err)) {
		fuzz_holds(err.reason[0]);
		fuzz_holds(access(fuzz_output(), F_OK));
	} else {
		read_back();
	}
	close(fd);
	return 0;
}
