// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "temp_file.h"
#include <getopt.h>
#include <stdarg.h>
#include <unistd.h>

static int vfail(const char *fmt, va_list ap)
{
	fputs("faultline: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	return CLI_FAILED;
}

int cli_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(fmt, ap);
	va_end(ap);
	return CLI_FAILED;
}

int cli_fail_error(const struct dmat_error *err)
{
	char text[sizeof(*err) + 64];

	return cli_fail("%s", dmat_error_text(err, text, sizeof(text)));
}

int cli_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try 'faultline %s --help'.\n", command);
	return CLI_FAILED;
}

const char *cli_one_argument(int argc, char **argv, const char *what)
{
	if (optind == argc)
		cli_usage(argv[0], "%s: no %s given", argv[0], what);
	else if (optind + 1 < argc)
		cli_usage(argv[0], "%s: unexpected argument '%s'", argv[0], argv[optind + 1]);
	else
		return argv[optind];
	return NULL;
}

int cli_bad_option(int argc, char **argv, int c)
{
	const char *option = optind > 0 && optind <= argc ? argv[optind - 1] : "";

	if (c == ':')
		return cli_usage(argv[0], "%s: option '%s' needs a value", argv[0], option);
	if (optopt && strncmp(option, "--", 2))
		return cli_usage(argv[0], "%s: unknown option '-%c'", argv[0], optopt);
	return cli_usage(argv[0], "%s: unknown option '%s'", argv[0], option);
}

int cli_temporary(const char *command, char path[CLI_PATH])
{
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(path, CLI_PATH, "%.4000s/faultline-%.32s-XXXXXX", folder ? folder : "/tmp", command);
	fd = temp_file_make(path);
	if (fd < 0)
		return cli_fail("%s: %s: %s", command, path, strerror(errno));
	close(fd);
	return CLI_OK;
}

int cli_finish(int status)
{
	errno = 0;
	if (fflush(stdout) || ferror(stdout))
		return cli_fail("standard output: %s", strerror(errno ? errno : EIO));
	return status;
}
