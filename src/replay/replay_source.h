/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The records of a trace, block after block, as often as the trace is to be played. */
#ifndef REPLAY_SOURCE_H
#define REPLAY_SOURCE_H

#include "replay_os.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct replay_source - a trace being played; the caller owns the storage
 * @rounds: how often it is played
 * @first: number in the trace of the first record of the block that replay_source_next() returned last
 */
struct replay_source {
	u64 rounds;
	u64 first;
	/* private: */
	struct dmat_reader *reader;
	u64 round;
	u64 at; /* records of this round that are given */
	u64 records;
	bool keep; /* the whole trace stays decoded */
	struct dmat_record *record;
};

/**
 * replay_source_open() - begin at the first record
 * @s: filled in
 * @opt: the run: its trace, and how often that is played
 * @err: the error of the file, also of what is read later
 *
 * Return: 0 or -errno; replay_source_close() only after 0.
 */
int replay_source_open(struct replay_source *s, const struct replay_options *opt, struct dmat_error *err);

/**
 * replay_source_close() - close the trace
 * @s: the source
 */
void replay_source_close(struct replay_source *s);

/**
 * replay_source_next() - the next block
 * @s: the source
 * @records: valid until the next call
 *
 * Return: number of records, all of one round; 0 at the end of the last round; -errno.
 */
ssize_t replay_source_next(struct replay_source *s, const struct dmat_record **records);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_SOURCE_H */
