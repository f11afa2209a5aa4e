// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The faultline command: finds the subcommand and leaves the rest to it. */
#include "cli.h"
#include "heap.h"
#include "out_of_memory.h"
#include "temp_file.h"
#include <ctype.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define STACK (1UL << 20)

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
	     "'faultline --memory-limit SIZE COMMAND ...' (512M, 4G): it may take no more memory.\n"
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

/* What C++ does without memory would pass through C, which is not made for it: the process ends here. */
static void out_of_memory(void)
{
	static const char text[] = "faultline: out of memory\n";

	temp_file_remove_all();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(CLI_FAILED);
	_exit(CLI_FAILED);
}

static void before_libraries(void)
{
	out_of_memory_in_cpp(out_of_memory);
}

/* SystemC's library allocates while it is loaded. */
static void (*const before)(void) __attribute__((section(".preinit_array"), used)) = before_libraries;

/* "512M", "4G", "1000000": false if it is no size. */
static bool size_of(const char *text, u64 *bytes)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || errno || !*bytes)
		return false;
	if (!*end)
		return true;
	unit = strchr(units, *end);
	if (!unit || end[1] || *bytes >> (54 - 10 * (unit - units)))
		return false;
	*bytes <<= 10 * (unit - units + 1);
	return true;
}

/* "--memory-limit SIZE", before the command: of addresses, so that it holds for whatever asks for memory. */
static int limit_memory(const char *text)
{
	struct rlimit limit;
	u64 bytes;

	if (!text || !size_of(text, &bytes))
		return cli_fail("--memory-limit: expected a size, as 512M or 4G");
	if (getrlimit(RLIMIT_AS, &limit))
		return cli_fail("--memory-limit: %s", strerror(errno));
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	return setrlimit(RLIMIT_AS, &limit) ? cli_fail("--memory-limit: %s", strerror(errno)) : CLI_OK;
}

/* Under a limit a stack that cannot grow is a SIGSEGV: what the deepest command needs is taken at once, or never. */
static noinline void take_stack(void)
{
	volatile char room[STACK];
	size_t i;

	for (i = STACK; i; i -= 4096)
		room[i - 4096] = 0;
	(void)room[0];
}

static void stack_under_limit(void)
{
	struct rlimit limit;
	void *probe;

	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return;
	probe = mmap(NULL, 2 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (probe == MAP_FAILED)
		out_of_memory();
	munmap(probe, 2 * STACK);
	take_stack();
}

int main(int argc, char **argv)
{
	const struct cli_command *const *c;

	if (argc > 1 && !strcmp(argv[1], "--memory-limit")) {
		if (limit_memory(argc > 2 ? argv[2] : NULL))
			return CLI_FAILED;
		argv[2] = argv[0];
		argv += 2;
		argc -= 2;
	}
	stack_under_limit();
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
