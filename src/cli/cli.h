/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the commands of `faultline` share. A command may be C or C++. */
#ifndef CLI_H
#define CLI_H

#include "dmat.h"

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

/**
 * cli_bad_option() - report what getopt_long() refused, with opterr 0 and a leading ':' in its option string
 * @argc: of the command
 * @argv: of the command
 * @c: what getopt_long() returned: ':' or '?'
 *
 * Return: CLI_FAILED.
 */
int cli_bad_option(int argc, char **argv, int c);
#define CLI_PATH 4096

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
