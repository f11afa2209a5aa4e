// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A trace's text: what pack takes, dump gives back, and that packs to the same text again. */
#include "dmat.h"
#include "dmat_priv.h"
#include "fuzz.h"

static char *text_of(const char *path, size_t *size)
{
	struct dmat_error err;
	struct dmat_reader *r;
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	fuzz_holds(!dmat_reader_open(&r, path, 0, &err));
	fuzz_holds(!dmat_dump(r, out, &err));
	fclose(out);
	dmat_reader_close(r);
	return text;
}

static int pack(const char *text, size_t size, struct dmat_error *err)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int ret = dmat_pack(in, "text", fuzz_output(), err);

	fclose(in);
	return ret;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct dmat_error err;
	char *first, *second;
	size_t n, m;

	if (!size)
		return 0;
	if (pack((const char *)data, size, &err)) {
		fuzz_holds(err.reason[0]);
		fuzz_holds(access(fuzz_output(), F_OK));
		return 0;
	}
	first = text_of(fuzz_output(), &n);
	fuzz_holds(!pack(first, n, &err));
	second = text_of(fuzz_output(), &m);
	fuzz_holds(n == m && !memcmp(first, second, n));
	unlink(fuzz_output());
	free(first);
	free(second);
	return 0;
}
