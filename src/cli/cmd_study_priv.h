/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What faultline study asks, measures and prints. */
#ifndef CMD_STUDY_PRIV_H
#define CMD_STUDY_PRIV_H

#include "report_table.h"
#include "run_options.h"
#include "study_search.h"

/* The two sides. */
#define STUDY_STALL 0
#define STUDY_PRI   1

#define STUDY_IN_ALL "master.outstanding"
#define STUDY_SETS   64

enum study_by { STUDY_BY_DURATION, STUDY_BY_FAULT, STUDY_BY_ACCESS, STUDY_BYS };

/* One value and what came out on both sides. */
struct study_value {
	struct fl_config cfg;
	u64 at;
	struct replay_result res[2];
};

/* The question, and what was measured for it. */
struct study {
	struct run_options common;
	const char *generator;
	const char *set[STUDY_SETS];
	size_t sets;
	char iommu[40];
	const struct fl_key *key;
	bool have_from, have_to;
	struct study_range range;
	enum study_by by;
	char generated[CLI_PATH]; /* the trace, if it is made here */
	char name[2][32];	  /* of the sides */
	struct replay_options side[2];
	struct study_value **value; /* all that were measured */
	size_t values, room;
	struct report_progress bar;
	struct study_result found;
	u64 alone_ns[2]; /* a fault that is alone; 0: not asked for */
	u64 slots;
};

extern const char *const study_by_names[STUDY_BYS];

/* What was measured at @at; NULL: nothing was. */
struct study_value *study_find_value(const struct study *o, u64 at);
/* The result as tables, or as the JSON of --json; an exit status. */
void study_print(const struct study *o);
int study_write_json(const struct study *o);

#endif /* CMD_STUDY_PRIV_H */
