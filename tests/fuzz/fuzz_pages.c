// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A dump of pages. */
#include "fuzz.h"
#include "pages.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct pages_error err = { 0 };
	struct physmem m;
	const char *path;
	int fd;

	fuzz_holds(!physmem_init(&m, 1ULL << 48));
	path = fuzz_file(data, size, &fd);
	if (pages_load(path, &m, &err))
		fuzz_holds(err.reason[0]);
	close(fd);
	physmem_exit(&m);
	return 0;
}
