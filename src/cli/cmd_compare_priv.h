/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What faultline compare holds side by side: runs, and results of runs. */
#ifndef CMD_COMPARE_PRIV_H
#define CMD_COMPARE_PRIV_H

#include "interval.h"
#include "report_table.h"
#include "run_options.h"

#include <jansson.h>

#define COMPARE_COLUMNS (REPORT_COLUMNS - 1)
#define COMPARE_SIDES	8
#define COMPARE_OPTIONS 128
#define COMPARE_NAME	64
#define COMPARE_SEEDS	1000

/* What is shown of a column, and differs between two. */
enum compare_figure {
	FIGURE_ACCESSES,
	FIGURE_FAULTS,
	FIGURE_DUPLICATES,
	FIGURE_JOINED,
	FIGURE_TRIES,
	FIGURE_ABORTED,
	FIGURE_WAITED, /* accesses that fault latencies are of */
	FIGURE_MEAN,
	FIGURE_PART,
	FIGURE_P50 = FIGURE_PART + FAULT_PARTS,
	FIGURE_P99,
	FIGURE_MAX,
	FIGURE_ACCESS,
	FIGURE_DURATION,
	FIGURE_RATE,	 /* bytes per ms of the bystanders */
	FIGURE_RESIDENT, /* the same with every page resident */
	FIGURES
};

/* They have no value without a fault. */
#define FIGURES_OF_FAULTS ((1U << FIGURE_ACCESS) - (1U << FIGURE_MEAN))

/* What came out with one seed. @known: a bit each. */
struct compare_sample {
	u64 figure[FIGURES];
	u32 known;
	u32 n_streams;
	struct compare_stream {
		u64 accesses, faults, rate, resident;
	} stream[REPLAY_MAX_STREAMS];
};

/* Options for some of the columns. */
struct compare_side {
	char name[COMPARE_NAME]; /* "" if there is one for all */
	struct run_options common;
	const char *list; /* of --variants; NULL: the default */
	char *words;	  /* its text, cut into words */
	char *word[COMPARE_OPTIONS];
	const char *trace[COMPARE_COLUMNS];
	u32 traces;
};

struct compare_column {
	char name[COMPARE_NAME], variant[40];
	const char *source;	   /* trace, or file of a result */
	struct compare_side *side; /* NULL: a result of a file */
	json_t *result;		   /* of a file */
	bool several;		   /* streams in its trace */
	struct replay_options run;
	struct replay_result faulting; /* with the first seed */
	struct compare_sample *sample; /* by seed */
};

struct compare {
	struct compare_side side[COMPARE_SIDES];
	u32 sides;
	struct compare_column *column;
	u32 columns;
	const struct compare_column *against;
	u64 first_seed;
	u32 seeds;
	u64 percent; /* an owner of less of a difference is not named */
	bool pcie_for_all, counters;
	const char *json, *report;
	bool is_bystander[REPLAY_MAX_STREAMS];
	const struct compare_column *baseline; /* of the bystanders; NULL: they have no throughput */
	struct report_progress bar;
};

/* Mean times by owner. @known: else @missing says what is not there. */
struct compare_owned {
	bool known;
	const char *missing;
	u64 all, of[OWNERS];
};

/* Why two columns differ: the one that takes longer against the other. */
struct compare_pair {
	const struct compare_column *more, *less;
	bool of_faults;
	const char *missing; /* not NULL: nothing else is known, but @all if that is not 0 */
	const struct compare_column *lacks;
	u64 all;	/* the difference of the mean times */
	s64 of[OWNERS]; /* the part of each owner; negative: it gives back */
	s64 unowned;
};

/* ---- columns ---- */

/* Cut the text of --side, parse it; an exit status. */
int compare_parse(struct compare *o, int argc, char **argv);
/* A column for each result in a file: that of a replay, or each variant of a comparison; an exit status. */
int compare_read_file(struct compare *o, const char *path);
/* The next column, with room for its samples; NULL after a message. */
struct compare_column *compare_add_column(struct compare *o);

/* ---- figures ---- */

static inline bool compare_knows(const struct compare_column *c, enum compare_figure f)
{
	return c->sample->known >> f & 1;
}

/* Mean over the seeds, to the nearest, half up. */
u64 compare_mean(const struct compare *o, const struct compare_column *c, enum compare_figure f);
/* Of @c less that of the reference; false: one of them does not have it. */
bool compare_differ(const struct compare *o, const struct compare_column *c, enum compare_figure f,
		    struct study_interval *out);

/* ---- why ---- */

#define COMPARE_TEXT 4096

/* How @c differs from the reference. False: there is nothing to explain, neither has such times. */
bool compare_find_pair(const struct compare *o, const struct compare_column *c, bool of_faults, struct compare_pair *p);
/* As a line without its end; for programs. */
const char *compare_pair_text(const struct compare *o, const struct compare_pair *p, char text[COMPARE_TEXT]);
json_t *compare_pair_json(const struct compare *o, const struct compare_pair *p);
/* Keys that have other values in @c than in the reference, with both; "" if there are none. */
const char *compare_keys_text(const struct compare *o, const struct compare_column *c, char text[COMPARE_TEXT]);

/* ---- output ---- */

void compare_print(const struct compare *o);
int compare_write_json(const struct compare *o);

#endif /* CMD_COMPARE_PRIV_H */
