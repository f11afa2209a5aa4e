// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A configuration as YAML, and lines behind a line "--set" as assignments: refused with a reason, or within its ranges. */
#include "fl_config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fl_config_error err = { 0 };
	struct fl_config cfg;
	char *text = malloc(size + 1), *sets, *line, *next;

	fuzz_holds(text);
	memcpy(text, data, size);
	text[size] = '\0';
	sets = strstr(text, "--set\n");
	fl_config_init(&cfg);
	fl_config_parse(&cfg, text, sets ? (size_t)(sets - text) : size, "input", &err);
	for (line = sets ? sets + 6 : NULL; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		fl_config_set(&cfg, line, &err);
	}
	free(text);
	return 0;
}
