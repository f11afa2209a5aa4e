/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the commands of `faultline` share. A command may be C or C++. */
#ifndef CLI_H
#define CLI_H

#include "dmat.h"
#include <getopt.h>
#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses of every command. */
enum {
	CLI_OK = 0,    /* done, and as expected */
	CLI_NO = 1,    /* done, and the answer is no */
	CLI_FAILED = 2 /* could not be done */
};

/**
 * struct cli_command - one command
 * @name: as typed
 * @summary: one line for `faultline --help`
 * @help: what `faultline NAME --help` prints
 * @more_help: prints what follows it and is made of tables; may be NULL
 * @run: argv[0] is @name; returns an exit status. --help is taken care of before.
 */
struct cli_command {
	const char *name;
	const char *summary;
	const char *help;
	void (*more_help)(void);
	int (*run)(int argc, char **argv);
};

/* CLI_COMMANDS() as a table; a NULL ends it. */
extern const struct cli_command *const cli_commands[];

/* The commands, in the order of the help. */
#define CLI_COMMANDS(row)                                                                                 \
	row(import) row(info) row(dump) row(pack) row(gen) row(replay) row(compare) row(fit) row(config)  \
		row(translate) row(registers) row(study) row(sweep) row(verify) row(explain) row(streams) \
			row(check_stall) row(report) row(inspect)

#define CLI_COMMAND_DECLARE(name) extern const struct cli_command cli_##name;
CLI_COMMANDS(CLI_COMMAND_DECLARE)

/**
 * cli_fail_error() - print "faultline: FILE:LINE: reason" on stderr
 * @err: the error
 *
 * Return: CLI_FAILED.
 */
int cli_fail_error(const struct dmat_error *err);

/**
 * cli_fail() - print "faultline: ..." on stderr
 * @fmt: printf format of the message, without a newline
 *
 * Return: CLI_FAILED.
 */
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * cli_usage() - cli_fail(), followed by a pointer to the command's --help
 * @command: name of the command
 * @fmt: printf format of the message, without a newline
 *
 * Return: CLI_FAILED.
 */
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * cli_one_argument() - take the only argument that is left after the options
 * @argc: of the command
 * @argv: of the command
 * @what: names the argument in the message
 *
 * Return: The argument, or NULL after cli_usage() has printed what is wrong.
 */
const char *cli_one_argument(int argc, char **argv, const char *what);

/* ---- options ---- */

enum cli_kind { CLI_IS_FLAG, CLI_IS_CALL_ALONE, CLI_IS_TEXT, CLI_IS_NUMBER, CLI_IS_CALL };

/**
 * struct cli_option - an option of a command; a row without a name ends a table
 * @name: its long name
 * @letter: its short one, or 0
 * @kind: what it has: nothing (it makes a bool true, or @take is called), a text, a number, or a value for @take
 * @at: offset of what it sets in the struct of the command's options; @take is called with that
 * @least: of a number
 * @most: of a number
 * @take: returns an exit status, after a message if it is not CLI_OK
 */
struct cli_option {
	const char *name;
	char letter;
	enum cli_kind kind;
	size_t at;
	u64 least, most;
	int (*take)(void *at, const char *name, char *value);
};

/* What stands behind name and letter in a row. */
#define CLI_AT(what, type, member) \
	(offsetof(type, member) +  \
	 0 * sizeof(char[__builtin_types_compatible_p(what, __typeof__(((type *)0)->member)) ? 1 : -1]))
#define CLI_FLAG(type, member)		      CLI_IS_FLAG, CLI_AT(bool, type, member), 0, 0, NULL
#define CLI_TEXT(type, member)		      CLI_IS_TEXT, CLI_AT(const char *, type, member), 0, 0, NULL
#define CLI_NUMBER(type, member, least, most) CLI_IS_NUMBER, CLI_AT(u64, type, member), least, most, NULL
#define CLI_CALL(take)			      CLI_IS_CALL, 0, 0, 0, take
#define CLI_CALL_ALONE(take)		      CLI_IS_CALL_ALONE, 0, 0, 0, take
#define CLI_CALL_AT(type, member, take)	      CLI_IS_CALL, offsetof(type, member), 0, 0, take

/**
 * cli_options() - take all options of a command; optind is then that of the first argument
 * @argc: of the command
 * @argv: of the command
 * @own: the command's own options
 * @options: its struct
 * @more: options of several commands, as getopt_long() has them; NULL: none
 * @take: takes one of @more, whose value is in optarg; returns an exit status
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int cli_options(int argc, char **argv, const struct cli_option *own, void *options, const struct option *more,
		int (*take)(void *options, const struct option *row));

/**
 * cli_bad_option() - report what getopt_long() refused, with opterr 0 and a leading ':' in its option string
 * @argc: of the command
 * @argv: of the command
 * @c: what getopt_long() returned: ':' or '?'
 *
 * Return: CLI_FAILED.
 */
int cli_bad_option(int argc, char **argv, int c);

/**
 * cli_number() - read a number as strtoull() takes it: decimal, or "0x8" and the like
 * @command: name of the command, for messages
 * @option: name of the option, for messages, with its dashes
 * @text: the number
 * @least: smallest value allowed
 * @most: largest value allowed
 * @out: the value
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int cli_number(const char *command, const char *option, const char *text, u64 least, u64 most, u64 *out);

/* ---- files ---- */

#define CLI_PATH 4096

/**
 * cli_only_json() - whether the JSON goes to the standard output, which then has nothing else
 * @json: of --json; may be NULL
 *
 * Return: True if it does.
 */
static inline bool cli_only_json(const char *json)
{
	return json && !strcmp(json, "-");
}

/**
 * cli_write_json() - write JSON, and give it up
 * @root: the JSON, whose reference is taken
 * @path: the file; "-": standard output
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int cli_write_json(json_t *root, const char *path);

/**
 * cli_read_json() - read a file of JSON
 * @path: the file
 *
 * Return: What is in it, or NULL after a message of one line with file and line.
 */
json_t *cli_read_json(const char *path);

/**
 * cli_temporary() - make an empty file in the folder for temporary files
 * @command: names the command in the file's name
 * @path: receives the path; the caller removes the file with temp_file_remove()
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int cli_temporary(const char *command, char path[CLI_PATH]);

/**
 * cli_finish() - flush stdout
 * @status: exit status of the command
 *
 * Return: @status, or CLI_FAILED with a message if the output could not be written.
 */
int cli_finish(int status);

#ifdef __cplusplus
}
#endif

#endif /* CLI_H */
