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

/* The table in main.c; a NULL ends it. */
extern const struct cli_command *const cli_commands[];

extern const struct cli_command cli_import, cli_info, cli_dump, cli_pack, cli_gen, cli_replay, cli_compare, cli_config,
	cli_translate, cli_registers, cli_fit, cli_study;

/* "faultline: FILE:LINE: reason" on stderr; returns CLI_FAILED. */
int cli_fail_error(const struct dmat_error *err);
/* "faultline: ..." on stderr; returns CLI_FAILED. */
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* cli_fail() and a pointer to the command's --help. */
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The only argument left after the options, or NULL with cli_usage() said. @what names it in the message. */
const char *cli_one_argument(int argc, char **argv, const char *what);
/* Say what getopt_long() with opterr 0 and a leading ':' in its option string did not like. */
int cli_bad_option(int argc, char **argv, int c);
#define CLI_PATH 4096
/* Make an empty file for @command in the folder for temporary files; the caller's to unlink(). An exit status. */
int cli_temporary(const char *command, char path[CLI_PATH]);
/* Flush stdout; CLI_FAILED with a message if that failed, else @status. */
int cli_finish(int status);

#ifdef __cplusplus
}
#endif

#endif /* CLI_H */
