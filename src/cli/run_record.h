/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The record of a run: all that its result depends on, as the object "run" of
 * the result's JSON, from which the run can be repeated.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "run_options.h"

#include <jansson.h>

/**
 * run_record_crc() - a file's CRC-32 as a record has it
 * @path: the file
 * @text: receives it
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_record_crc(const char *path, char text[16]);

/**
 * run_record() - make the object "run" of the result's JSON
 * @o: the options of the command
 * @run: one run; the variant of a comparison
 * @res: what came out of it
 *
 * Return: The object, for the caller to json_decref(); NULL if a file cannot be read any more, after a message.
 */
json_t *run_record(const struct run_options *o, const struct replay_options *run, const struct replay_result *res);

/**
 * run_record_apply() - make @o what the result in a file was made with
 * @o: changed to the options that a result was made with
 * @path: JSON of a replay
 * @trace: path of the trace, or NULL: where the record says; with another CRC-32 it is refused
 *
 * Return: An exit status; on failure the reason has been printed in one line.
 */
int run_record_apply(struct run_options *o, const char *path, const char *trace);

#endif /* RUN_RECORD_H */
