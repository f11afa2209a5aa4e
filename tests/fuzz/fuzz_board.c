// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A device tree's blob, or (first byte odd) an IORT: read and judged, or an error that says where. */
#include "../firmware/damaged.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct board_error err;
	bool iort;
	u8 *copy;

	if (size < 1)
		return 0;
	iort = data[0] & 1;
	copy = malloc(size);
	fuzz_holds(copy);
	memcpy(copy, data + 1, size - 1);
	if (iort)
		damaged_sum(copy, size - 1);
	if (!damaged_read("input", copy, size - 1, iort, &err))
		fuzz_holds(strstr(err.text, "input: "));
	free(copy);
	return 0;
}
