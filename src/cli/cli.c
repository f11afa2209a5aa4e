// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "read_file.h"
#include "report_json.h"
#include "temp_file.h"
#include <ctype.h>
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

int cli_number(const char *command, const char *option, const char *text, u64 least, u64 most, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)*text) || *end || errno || *out < least || *out > most)
		return cli_usage(command, "%s: %s %s: not a number from %llu to %llu", command, option, text, least,
				 most);
	return CLI_OK;
}

#define OPTIONS	  64
#define FIRST_OWN 0x1000 /* what getopt_long() returns of @own, without a letter */

static int take_own(const char *command, const struct cli_option *o, void *options)
{
	void *at = (char *)options + o->at;
	char name[40];

	switch (o->kind) {
	case CLI_IS_FLAG:
		*(bool *)at = true;
		break;
	case CLI_IS_TEXT:
		*(const char **)at = optarg;
		break;
	case CLI_IS_NUMBER:
		snprintf(name, sizeof(name), "--%s", o->name);
		return cli_number(command, name, optarg, o->least, o->most, at);
	case CLI_IS_CALL_ALONE:
	case CLI_IS_CALL:
		return o->take(at, o->name, optarg);
	}
	return CLI_OK;
}

/* The tables as getopt_long() has them. */
static void make_tables(const struct cli_option *own, const struct option *more, struct option rows[OPTIONS],
			char letters[2 * OPTIONS])
{
	const struct cli_option *o;
	u32 n = 0;

	*letters++ = ':';
	for (o = own; o->name; o++) {
		int has_arg = o->kind <= CLI_IS_CALL_ALONE ? no_argument : required_argument;

		rows[n++] =
			(struct option){ o->name, has_arg, NULL, o->letter ? o->letter : FIRST_OWN + (int)(o - own) };
		if (o->letter)
			letters += sprintf(letters, "%c%s", o->letter, has_arg ? ":" : "");
	}
	for (; more && more->name; more++)
		rows[n++] = *more;
	fl_assert(n < OPTIONS);
	rows[n] = (struct option){ 0 };
	*letters = '\0';
}

int cli_options(int argc, char **argv, const struct cli_option *own, void *options, const struct option *more,
		int (*take)(void *options, const struct option *row))
{
	struct option rows[OPTIONS];
	char letters[2 * OPTIONS];
	int c, status = CLI_OK;

	make_tables(own, more, rows, letters);
	optind = 1;
	opterr = 0;
	while (!status && (c = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
		const struct cli_option *o = own;
		const struct option *m = more;

		while (o->name && c != (o->letter ? o->letter : FIRST_OWN + (int)(o - own)))
			o++;
		while (!o->name && m && m->name && m->val != c)
			m++;
		if (o->name)
			status = take_own(argv[0], o, options);
		else
			status = m && m->name ? take(options, m) : cli_bad_option(argc, argv, c);
	}
	return status;
}

int cli_write_json(json_t *root, const char *path)
{
	int code = report_json_write(root, path);

	json_decref(root);
	return code ? cli_fail("%s: %s", path, strerror(-code)) : CLI_OK;
}

#define JSON_MOST (256U << 20)

/* Text of the file may stand in the reason. */
json_t *cli_read_json(const char *path)
{
	json_error_t err;
	json_t *j;
	size_t size;
	char *text, *p;
	int code = fl_read_file(path, JSON_MOST, &text, &size);

	if (code) {
		cli_fail("%s: cannot read: %s", path, strerror(-code));
		return NULL;
	}
	j = json_loadb(text, size, JSON_REJECT_DUPLICATES, &err);
	free(text);
	for (p = err.text; !j && *p; p++)
		*p = (unsigned char)*p < ' ' ? '?' : *p;
	if (!j && !size)
		cli_fail("%s: the file is empty", path);
	else if (!j)
		cli_fail("%s:%d:%d: %s", path, err.line, err.column, err.text);
	return j;
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
