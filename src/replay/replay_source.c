// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_source.h"

#define KEEP (1u << 18) /* records of a trace that is decoded once, however often it is played */

int replay_source_open(struct replay_source *s, const struct replay_options *opt, struct dmat_error *err)
{
	int code = 0;

	memset(s, 0, sizeof(*s));
	s->rounds = opt->repeat ? opt->repeat : 1;
	code = dmat_reader_open(&s->reader, opt->trace, 0, err);
	if (code)
		return code;
	s->records = dmat_reader_records(s->reader);
	s->keep = s->rounds > 1 && s->records && s->records <= KEEP;
	s->record = calloc(s->keep ? s->records : DMAT_BLOCK, sizeof(*s->record));
	if (s->record)
		return 0;
	dmat_reader_close(s->reader);
	return dmat_fail(err, ENOMEM, "out of memory");
}

void replay_source_close(struct replay_source *s)
{
	if (s->reader)
		dmat_reader_close(s->reader);
	free(s->record);
}

/* The rest of this round, a block at most; 0: there is none. */
static ssize_t next_of_round(struct replay_source *s, const struct dmat_record **records)
{
	u64 left = s->records - s->at;
	struct dmat_record *to = s->record + (s->keep ? s->at : 0);
	ssize_t n = left < DMAT_BLOCK ? left : DMAT_BLOCK;

	if (n && (!s->keep || !s->round))
		n = dmat_read_block(s->reader, to, n);
	*records = to;
	s->first = s->at;
	s->at += n > 0 ? n : 0;
	return n;
}

ssize_t replay_source_next(struct replay_source *s, const struct dmat_record **records)
{
	ssize_t n = next_of_round(s, records);

	if (n || ++s->round >= s->rounds || !s->records)
		return n;
	s->at = 0;
	n = s->keep ? 0 : dmat_seek_record(s->reader, 0);
	return n ? n : next_of_round(s, records);
}
