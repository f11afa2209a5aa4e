/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is a platform safe with stalled transactions? It is built of real engines, drivers and fault cores (src/machine), and
 * each of its masters is at its worst. What waits for what is a graph at every moment; a deadlock is what can never go on
 * in it.
 */
#ifndef STALL_SIMULATE_H
#define STALL_SIMULATE_H

#include "board.h"
#include "stall_platform.h"

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct stall_options - how hard to look
 * @seed: of everything random
 * @draw: the handler's times are drawn from its distribution; else each is the 99.9th percentile
 * @max_states: states that the search over interleavings visits at most; 0: 5000
 * @max_depth: steps of an interleaving at most; 0: 400
 * @small: accesses that the masters make together up to which every interleaving is searched; 0: 12
 * @random_runs: interleavings drawn at random where there are more accesses; 0: 20
 * @no_search: only the run with time
 */
struct stall_options {
	u64 seed;
	bool draw;
	u32 max_states, max_depth, small;
	u32 random_runs;
	bool no_search;
};

/**
 * enum stall_step_kind - what a step of a schedule does
 * @STALL_DO_ISSUE: a master makes an access
 * @STALL_DO_TAKE: an idle worker takes a fault of an SMMU
 * @STALL_DO_HANDLER: a worker's handler has done its own work
 * @STALL_DO_READ: the storage begins the DMA of its oldest read
 * @STALL_DO_MEMORY: memory answers the oldest translated access of a master
 * @STALL_DO_SERVE: the driver serves an SMMU's interrupts; within other steps where there is no time
 * @STALL_DO_RETRY: an answered access of a master starts again; likewise
 * @STALL_DO_AGAIN: an access of a master that the SMMU could not stall is presented again; likewise
 * @STALL_DO_KINDS: number of the kinds
 */
enum stall_step_kind {
	STALL_DO_ISSUE,
	STALL_DO_TAKE,
	STALL_DO_HANDLER,
	STALL_DO_READ,
	STALL_DO_MEMORY,
	STALL_DO_SERVE,
	STALL_DO_RETRY,
	STALL_DO_AGAIN,
	STALL_DO_KINDS
};

/* As text: "issue", "take", "handler", "read", "memory", "serve", "retry", "again" */
extern const char *const stall_step_names[STALL_DO_KINDS];

/**
 * struct stall_step - a step of a schedule
 * @kind: enum stall_step_kind
 * @who: index of the SMMU (take, serve), worker (handler) or master
 * @at_ns: when it was done; 0 where there is no time
 */
struct stall_step {
	enum stall_step_kind kind;
	u32 who;
	u64 at_ns;
};

/* What a node of the wait-for graph is. */
enum stall_node_kind {
	STALL_NODE_ACCESS,  /* master, number: one access */
	STALL_NODE_PORT,    /* number: entries of an input buffer; goes on if one of its holders does */
	STALL_NODE_TBU,	    /* number: slots of a TBU; likewise */
	STALL_NODE_STALLS,  /* number: of an SMMU; stalled transactions that it can hold; likewise */
	STALL_NODE_WORKERS, /* any worker; likewise */
	STALL_NODE_WORKER,  /* number: one worker */
	STALL_NODE_READ,    /* master, number: a read for the pager: goes on if all of its accesses do */
	STALL_NODE_QUEUE,   /* master: room for one more access of it; goes on if one of those under way does */
	STALL_NODE_KINDS
};

#define STALL_LABEL 96

/* A time of what never ends. */
#define STALL_FOR_EVER (~0ULL)

/**
 * struct stall_node - a node of the wait-for graph
 * @kind: enum stall_node_kind
 * @number: access of its master, read of its master, or index of what it is
 * @master: index; STALL_NODE_ACCESS, STALL_NODE_READ, STALL_NODE_QUEUE
 * @any: one of what it waits for is enough; else it needs all
 * @runs: it waits for nothing but time
 * @dead: it can never go on
 * @cycle: it is part of the cycle that the story tells
 * @label: for people: "gpu #3 (stalled)"
 */
struct stall_node {
	enum stall_node_kind kind;
	u32 number, master;
	bool any, runs, dead, cycle;
	char label[STALL_LABEL];
};

/**
 * struct stall_edge - one waits for the other
 * @from: index of the node that waits
 * @to: index of the node that it waits for
 * @cycle: part of the cycle that the story tells
 */
struct stall_edge {
	u32 from, to;
	bool cycle;
};

/**
 * struct stall_graph - what waits for what
 * @nodes: nodes
 * @edges: edges
 * @n_nodes: number of @nodes
 * @n_edges: number of @edges
 * @room_nodes: private
 * @room_edges: private
 */
struct stall_graph {
	struct stall_node *nodes;
	struct stall_edge *edges;
	u32 n_nodes, n_edges, room_nodes, room_edges;
};

/* Where an access that has not ended is: struct stall_access. */
enum stall_where {
	STALL_AT_PORT,	 /* waits for an entry of its input buffer */
	STALL_AT_TBU,	 /* waits for a slot of its TBU, in its input buffer if it has one */
	STALL_IN_MEMORY, /* translated; time will end it */
	STALL_HELD,	 /* stalled in the SMMU */
	STALL_REFUSED,	 /* in its TBU; the SMMU can hold no further stalled one */
	STALL_PAGE,	 /* PRI: its page was asked for, it holds nothing */
	STALL_RESTARTS,	 /* answered; time will start it again */
	STALL_AGAIN,	 /* was refused, and there is room now; likewise */
	STALL_WHERES
};

/**
 * struct stall_access - an access that had not ended when the run did
 * @master: index
 * @number: of its master, from 0
 * @where: enum stall_where
 * @recorded: STALL_HELD, STALL_PAGE: its own fault is recorded; else it waits for the one whose bank holds it
 * @blocker: STALL_HELD without @recorded: index in stall_result.accesses of that one, from 1
 * @worker: that handles its fault, from 1; 0: none yet
 * @read: number of the read that it is part of, from 1; 0: none
 * @entry: it holds an entry of its input buffer
 * @slot: it holds a slot of its TBU
 */
struct stall_access {
	u32 master, number;
	enum stall_where where;
	bool recorded, entry, slot;
	u32 blocker, worker, read;
};

/**
 * struct stall_worker - a worker when the run ended
 * @busy: it handles a fault
 * @read: number of the read that it waits for, from 1; 0: none
 * @storage: index of the master that reads; with @read
 * @unissued: accesses of that read that are not made yet
 * @read_begun: its DMA has begun
 */
struct stall_worker {
	bool busy;
	u32 read, storage, unissued;
	bool read_begun;
};

/**
 * struct stall_master_result - what became of a master
 * @issued: accesses made
 * @completed: accesses that ended translated
 * @aborted: accesses that were terminated
 * @faults: faults of it that reached a worker
 * @gap_ns: longest wait of an access to a page that is there, had it been issued at the worst instant; at least the longest
 *	time without the end of an access while one was wanted
 * @gap_at_ns: when that ended
 * @access_ns: longest time from an access, wanted or made, to its end; of storage: longest read; at least @gap_ns of the
 *	former kind
 * @behind_software_ns: time that an access of it waited for an entry or a slot whose holders all waited for software
 * @unfinished: accesses that had not ended when the run did
 * @dead: it can never go on
 * @late: @gap_ns or @access_ns, as stall_master.limits says, is over its deadline
 */
struct stall_master_result {
	u64 issued, completed, aborted, faults;
	u64 gap_ns, gap_at_ns, access_ns, behind_software_ns;
	u32 unfinished;
	bool dead, late;
};

/**
 * struct stall_use - how a resource was used
 * @peak: units in use at once
 * @peak_stalled: held by transactions that waited for software, at once
 * @busy_ns: units in use, summed over time
 * @full_stalled_ns: time with every unit held by transactions that waited for software, in all
 * @full_longest_ns: the longest such time without a break
 * @uses: times that a unit was given
 * @held_ns: time that each unit was held, summed over the uses that have ended
 */
struct stall_use {
	u32 peak, peak_stalled;
	u64 busy_ns, full_stalled_ns, full_longest_ns, uses, held_ns;
};

enum stall_found { STALL_NOT_FOUND, STALL_FOUND_TIMED, STALL_FOUND_SEARCH, STALL_FOUND_RANDOM };

/**
 * struct stall_result - the evidence; a time of what never ends is STALL_FOR_EVER
 * @deadlock: there is one
 * @found: enum stall_found: which run has met it
 * @deadlock_ns: when it closed; of the run with time
 * @story: one sentence a line; NULL without a deadlock
 * @graph: what waited for what when the deadlock closed; empty without one
 * @accesses: accesses that had not ended then
 * @n_accesses: number of @accesses
 * @worker: workers then
 * @n_workers: number of @worker
 * @steps: what led there, or all of the run with time, for stall_play()
 * @n_steps: number of @steps
 * @master: by index
 * @tbu: slots, by index
 * @port: entries, by index
 * @stalls: stalled transactions of an SMMU, by index
 * @workers: workers
 * @refused: transactions that an SMMU could not stall when they came (back-pressure), by index
 * @end_ns: end of the run with time
 * @recover_ns: longest time from a first stalled transaction to none
 * @states: states that the search has visited
 * @depth: steps of its longest interleaving
 * @complete: every interleaving was searched; else a bound ended the search, or there was none
 * @runs: random interleavings
 * @seed: that they, and whatever else is random, were drawn from
 * @cut: in the search and in these a device makes twice as many accesses as it can have outstanding, and no more
 * @late: masters whose deadline was missed
 * @error: why nothing was simulated
 */
struct stall_result {
	bool deadlock;
	enum stall_found found;
	u64 deadlock_ns;
	char *story;
	struct stall_graph graph;
	struct stall_access *accesses;
	u32 n_accesses;
	struct stall_worker worker[STALL_MAX_WORKERS];
	u32 n_workers;
	struct stall_step *steps;
	u32 n_steps;
	struct stall_master_result master[STALL_MAX_MASTERS];
	struct stall_use tbu[STALL_MAX_TBUS], port[STALL_MAX_PORTS], stalls[STALL_MAX_SMMUS], workers;
	u64 refused[STALL_MAX_SMMUS];
	u64 end_ns, recover_ns;
	u32 states, depth, runs;
	bool complete, cut;
	u64 seed;
	u32 late;
	char error[160];
};

/**
 * stall_check() - whether a platform makes sense, and its defaults
 * @p: numbers that are 0 get their defaults
 * @error: why not; no newline
 * @size: room in @error, bytes
 *
 * Return: 0 or -EINVAL.
 */
int stall_check(struct stall_platform *p, char *error, size_t size);

/**
 * stall_capacity() - stalled transactions that an SMMU can hold
 * @p: the platform, with its defaults
 * @smmu: index
 *
 * Return: Their number: stall_max, of an SMMUv2 for each TBU.
 */
u32 stall_capacity(const struct stall_platform *p, u32 smmu);

/**
 * stall_simulate() - look for deadlocks and starvation
 * @p: the platform; a copy of it gets its defaults
 * @opt: how hard to look; NULL: defaults
 * @res: filled in; stall_result_free() ends it, on errors, too
 *
 * The run with time comes first, and tells who starves. If it meets no deadlock, every interleaving is searched up to the
 * bounds, or some are drawn.
 *
 * Return: 0 whatever was found; -EINVAL with stall_result.error, -ENOMEM.
 */
int stall_simulate(const struct stall_platform *p, const struct stall_options *opt, struct stall_result *res);

/**
 * stall_play() - execute a schedule again
 * @p: the platform
 * @opt: seed and draw, as they were when it was found by the run with time; NULL: nothing is drawn
 * @steps: of stall_result.steps
 * @n: number of @steps
 * @res: filled in with what has happened at its end; stall_result_free() ends it
 *
 * Return: 0; -EINVAL with stall_result.error: a step is not possible when it is its turn; -ENOMEM.
 */
int stall_play(const struct stall_platform *p, const struct stall_options *opt, const struct stall_step *steps, u32 n,
	       struct stall_result *res);

/**
 * stall_result_free() - free what a result holds
 * @res: of stall_simulate() or stall_play()
 */
void stall_result_free(struct stall_result *res);

/**
 * stall_story_line() - the story on one line, sentences separated by "; "
 * @story: of stall_result
 * @text: receives it; what does not fit is cut off
 * @size: room in @text, bytes
 */
void stall_story_line(const char *story, char *text, size_t size);

/**
 * stall_graph_json() - the graph alone: {"nodes": [..], "edges": [..]}
 * @g: the graph
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *stall_graph_json(const struct stall_graph *g);

/**
 * stall_graph_dot() - the graph for graphviz, what can never go on in bold and the cycle in red
 * @g: the graph
 * @out: where to
 */
void stall_graph_dot(const struct stall_graph *g, FILE *out);

/**
 * stall_json() - the result as one JSON object
 * @given: the platform
 * @r: the result
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *stall_json(const struct stall_platform *given, const struct stall_result *r);

/**
 * stall_print() - the result for people
 * @given: the platform
 * @r: the result
 * @out: where to
 */
void stall_print(const struct stall_platform *given, const struct stall_result *r, FILE *out);

/**
 * stall_platform_json() - a platform as one JSON object, which stall_platform_parse() reads
 * @p: the platform
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *stall_platform_json(const struct stall_platform *p);

/**
 * stall_platform_parse() - read a platform from text
 * @name: names the text in errors
 * @text: YAML or JSON
 * @p: filled in, with its defaults
 * @err: filled on error
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int stall_platform_parse(const char *name, const char *text, struct stall_platform *p, struct board_error *err);

#ifdef __cplusplus
}
#endif

#endif /* STALL_SIMULATE_H */
