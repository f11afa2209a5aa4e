// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Several generators in one trace. Each goes on step by step and only as far as
 * the next record that is needed, so that no more than a step of each is kept.
 */
#include "trace_gen_priv.h"

/* The next record of @gen, or NULL at its end or after an error. */
static const struct dmat_record *look(struct trace_gen *gen, int *err)
{
	while (!*err && !gen->ended && gen->queue_first == gen->queue_end) {
		int ret = gen->generator->step(gen);

		gen->ended = ret <= 0;
		*err = min(ret, 0);
	}
	return *err || gen->queue_first == gen->queue_end ? NULL : &gen->queue[gen->queue_first];
}

static int run_alone(struct trace_gen *gen)
{
	int ret;

	do {
		ret = gen->generator->step(gen);
	} while (ret > 0);
	return ret;
}

int trace_gen_merge(struct dmat_writer *writer, struct trace_gen *part, unsigned int parts)
{
	unsigned int i, next;
	int err = 0;

	if (parts == 1)
		return run_alone(&part[0]);
	for (i = 0; i < parts; i++)
		part[i].queued = true;
	do {
		const struct dmat_record *first = NULL;

		for (i = 0, next = 0; i < parts; i++) {
			const struct dmat_record *rec = look(&part[i], &err);

			if (rec && (!first || rec->time_ns < first->time_ns)) {
				first = rec;
				next = i;
			}
		}
		if (!first)
			return err;
		err = err ? err : dmat_writer_append(writer, first);
		part[next].queue_first++;
	} while (!err);
	return err;
}
