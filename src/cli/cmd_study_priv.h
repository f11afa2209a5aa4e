/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What faultline study asks, measures and prints. One key: cmd_study_print.c; several keys, each for itself:
 * cmd_study_keys.c; two against each other, and the tornado: cmd_study_map.c.
 */
#ifndef CMD_STUDY_PRIV_H
#define CMD_STUDY_PRIV_H

#include "report_table.h"
#include "run_options.h"
#include "study_search.h"

#include <jansson.h>

/* The two sides. */
#define STUDY_STALL 0
#define STUDY_PRI   1

#define STUDY_IN_ALL "master.outstanding"
#define STUDY_SETS   64

/* --all; as the help has it. */
#define STUDY_ALL_SAYS            \
	"outstanding accesses,\n" \
	"                      the handler's time, workers, the link's time, translation slots, credits"

enum study_by { STUDY_BY_DURATION, STUDY_BY_FAULT, STUDY_BY_ACCESS, STUDY_BYS };

/* One value and what came out on both sides. */
struct study_value {
	struct fl_config cfg;
	u64 at;
	struct replay_result res[2];
};

/* A key that is moved. */
struct study_key {
	const struct fl_key *key;
	bool have_range;
	struct study_range range;
};

#define STUDY_KEYS 32

/* One point as it is played. @res: receives whole results; may be NULL. */
struct study_job {
	const struct fl_config *cfg;
	struct replay_result *res;
	u64 cost[2], faults[2];
	bool refused; /* if the study goes on without it */
	char why[240];
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
	struct study_key keys[STUDY_KEYS]; /* of --key and --all */
	u32 n_keys;
	char *map; /* two keys */
	bool tornado, may_refuse;
	u64 played;
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

extern const char *const study_by_names[STUDY_BYS], *const study_by_says[STUDY_BYS];

/* The side that takes less, or that both take the same. */
const char *study_winner_name(const struct study *o, const struct study_point *p);
/* What was measured at @at; NULL: nothing was. */
struct study_value *study_find_value(const struct study *o, u64 at);
/* The result as tables, or as the JSON of --json; an exit status. */
void study_print(const struct study *o);
int study_write_json(const struct study *o);

/* A key of the configuration that is a number or a time; NULL after a message about the option. */
const struct fl_key *study_find_key(const char *option, const char *name, size_t len);
/* Add a key as --key has it: KEY or KEY=FROM..TO; an exit status. */
int study_add_key(struct study *o, const char *text);
/* Those that usually matter, if there are none yet; an exit status. */
int study_add_all(struct study *o);
/* Give it a range if it has none; an exit status. */
int study_default_range(const struct study *o, struct study_key *k);
/* The key's value in whole ns or units. */
u64 study_value_now(const struct fl_config *cfg, const struct fl_key *key);
/* Set a key; an exit status, or without @say only whether it could be. */
int study_configure(const struct fl_key *key, struct fl_config *cfg, u64 value, bool say);
/* Whether a key has that value, of an option; an exit status. */
int study_check_end(const struct fl_key *key, const char *option, u64 value);
/* Play points on both sides; an exit status. */
int study_play(struct study *o, struct study_job *job, u32 n);

/* Several keys; two in a map; the tornado. An exit status each. */
int study_keys(struct study *o);
int study_map(struct study *o);
int study_tornado(struct study *o);

/* Page requests' time in millionths of the stalls'; 0: there is none. */
static inline u64 study_ratio_ppm(const u64 cost[2])
{
	return cost[STUDY_STALL] ? (u64)((unsigned __int128)cost[STUDY_PRI] * 1000000 / cost[STUDY_STALL]) : 0;
}

/* What all studies begin with: which one it is, what is compared, and the names of both sides. */
json_t *study_begin_json(const struct study *o);
/* Write what a study found to --json, with the record of its first run in it, and free it; an exit status. */
int study_finish_json(const struct study *o, json_t *root);

#endif /* CMD_STUDY_PRIV_H */
