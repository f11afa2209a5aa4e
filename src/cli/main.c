// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The faultline command: finds the subcommand and leaves the rest to it. */
#include "cli.h"
#include "heap.h"
#include "temp_file.h"

#define ROW(name) &cli_##name,
const struct cli_command *const cli_commands[] = { CLI_COMMANDS(ROW) NULL };

static int help(void)
{
	const struct cli_command *const *c;

	puts("Usage: faultline COMMAND [OPTION]... [FILE]...\n"
	     "Simulates IOMMUs and what their faults cost.\n\nCommands:");
	for (c = cli_commands; *c; c++)
		printf("  %-12s %s\n", (*c)->name, (*c)->summary);
	puts("\n'faultline COMMAND --help' tells about each.\n"
	     "Exit status: 0 done and as expected; 1 done, and the answer is no; 2 could not be done.");
	return cli_finish(CLI_OK);
}

static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const struct cli_command *const *c;

	temp_file_on_signals();
	heap_in_large_pages();
	if (argc < 2) {
		fputs("Usage: faultline COMMAND [OPTION]... [FILE]...\nTry 'faultline --help'.\n", stderr);
		return CLI_FAILED;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help();
	if (!strcmp(argv[1], "--version")) {
		puts("faultline " FL_VERSION);
		return cli_finish(CLI_OK);
	}
	for (c = cli_commands; *c; c++) {
		if (strcmp((*c)->name, argv[1]))
			continue;
		if (wants_help(argc - 1, argv + 1)) {
			fputs((*c)->help, stdout);
			if ((*c)->more_help)
				(*c)->more_help();
			return cli_finish(CLI_OK);
		}
		return (*c)->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "faultline: unknown command '%s'\nTry 'faultline --help'.\n", argv[1]);
	return CLI_FAILED;
}
