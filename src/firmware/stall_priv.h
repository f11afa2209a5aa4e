/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The inside of the simulation: machines without time (src/machine), and around them what has time: accesses on their way
 * through input buffers and TBUs, workers, reads, and the events that are due.
 */
#ifndef STALL_PRIV_H
#define STALL_PRIV_H

#include "iommu_kind.h"
#include "machine.h"
#include "stall_simulate.h"

struct stall_sim;

/* Each master has its own part of an address space that it may share. */
#define STALL_IOVA(master) ((u64)((master) + 1) << 30)
#define STALL_PA(iova)	   ((iova) + (1ULL << 41))

/* Accesses in a row. */
struct stall_list {
	struct stall_txn *first, **last;
};

/* Slots of a TBU, or entries of an input buffer. Who came first gets the next that is free. */
struct stall_pool {
	u32 slots, used;
	struct stall_list waiting;
	struct stall_use *use;
	u64 arrived, granted; /* accesses that have come for a unit, and that have got one */
	u32 stalled;	      /* held by accesses that wait for software; of account() */
	u64 stretch_ns;	      /* all of them, without a break, so far */
};

/* An access that is only imagined: its turn comes when @place accesses have been granted a unit, and one is free. */
struct stall_probe {
	u64 place, since;
};

struct stall_line {
	struct stall_probe *probe;
	u32 first, n, room;
};

/* From masters through an input buffer, or none, to a TBU. */
struct stall_way {
	u32 port, tbu;		/* numbers, from 1; 0: none */
	struct stall_line line; /* in front of the TBU */
	u64 wait_ns, at_ns;	/* longest wait up to the slot, and its end */
};

/* One access. Its number + 1 is its dma_txn.id. */
struct stall_txn {
	struct stall_txn *next; /* in a stall_list */
	struct stall_sim *s;
	bool used;
	u32 master, number;
	enum stall_where where;
	u64 stamp;	 /* order of arrival there */
	bool port, slot; /* holds an entry, a slot */
	bool failed;	 /* terminated */
	bool recorded, reported;
	bool refused; /* at least once */
	u32 bank;
	u32 worker; /* that handles its fault, from 1 */
	u32 reader; /* worker whose read it is part of, from 1 */
	u32 tries;
	u64 iova, want_ns, port_ns, slot_ns, held_ns;
	struct ats_waiter waiter;
};

struct stall_unit {
	struct machine m; /* first: ctx of its services */
	struct stall_sim *s;
	const struct iommu_kind *kind;
	u32 index, n_tbus;
	void *drv_cfg;
	u32 queued;			     /* faults that wait for a worker */
	bool serving;			     /* STALL_DO_SERVE is due */
	u32 ring[STALL_MAX_MASTERS], n_ring; /* whose turn it is in the fault core */
	u32 stalled;			     /* accesses that it holds; of account() */
	u64 stretch_ns;			     /* with all that it can hold, without a break, so far */
};

/* An address space. */
struct stall_space {
	struct stall_unit *unit;
	struct fault_domain *dom;
	u64 mapped; /* what is, as a sum of hashes */
};

struct stall_device {
	struct stall_unit *unit;
	u32 tbu; /* of its SMMU */
	struct fault_dev *dev;
	struct stall_space *space, own; /* the domain's, or its own */
	struct ats_ep *ep;
	u32 ticks;   /* accesses wanted so far */
	u32 wanted;  /* and not made */
	u32 made;    /* of its own */
	u32 touched; /* with those of reads */
	u32 in_flight;
	u32 pending; /* wants, reads included, that have not ended */
	u64 since;   /* no access has ended, while one was wanted, since then */
	u32 reads;   /* for the pager, so far */
	u32 queued;  /* faults that wait for a worker */
};

enum stall_phase { STALL_IDLE, STALL_COMPUTES, STALL_READS };

struct stall_hand {
	enum stall_phase phase;
	struct fault_group *group;
	struct stall_unit *unit;
	u32 master;  /* whose fault it is */
	u32 storage; /* that has to read first, from 1 */
	u32 read;    /* number of the read, from 1 */
	u32 unissued, unfinished;
	bool begun;
	u64 asked_ns;
};

struct stall_due {
	enum stall_step_kind kind;
	u32 who;
	u64 at, seq;
};

/* What stays the same in all runs of a platform. */
struct stall_setup {
	struct stall_platform p;
	struct stall_options opt;
	struct fl_config *cfg[STALL_MAX_SMMUS];
};

struct stall_sim {
	const struct stall_setup *setup;
	const struct stall_platform *p;
	struct stall_result *res;
	struct physmem mem;
	struct machine_board board;
	struct stall_unit unit[STALL_MAX_SMMUS];
	struct stall_space space[STALL_MAX_MASTERS];
	struct stall_device dev[STALL_MAX_MASTERS];
	struct stall_hand hand[STALL_MAX_WORKERS];
	struct stall_pool tbu[STALL_MAX_TBUS], port[STALL_MAX_PORTS];
	struct stall_txn *txns;
	u32 n_txns, live;
	struct stall_due *due;
	u32 n_due, room_due;
	struct stall_step *steps;
	u32 n_steps, room_steps;
	u64 seq, stamp, random;
	void (*issued)(void *ctx, const struct stall_txn *t); /* may be NULL */
	void *issued_ctx;
	bool timed, draws, cut, closing, failed;
	u32 next_unit; /* that workers look at first */
	u64 stall_since;
	bool stalling;
	struct stall_way way[STALL_MAX_MASTERS];
	struct stall_line entries[STALL_MAX_PORTS]; /* in front of input buffers */
	u32 n_ways, way_of[STALL_MAX_MASTERS];
};

/* ---- stall_build.c: life ---- */

int stall_setup_init(struct stall_setup *u, const struct stall_platform *p, const struct stall_options *opt,
		     struct stall_result *res);
void stall_setup_exit(struct stall_setup *u);
/* @res: gets what happens. Return: 0 or -errno with its error; stall_sim_destroy() in both cases. */
int stall_sim_create(const struct stall_setup *u, bool timed, struct stall_result *res, struct stall_sim **out);
void stall_sim_destroy(struct stall_sim *s);
__attribute__((format(printf, 2, 3))) int stall_error(struct stall_result *res, const char *fmt, ...);

/* ---- stall_flow.c: an access on its way ---- */

extern const struct ats_ep_ops stall_ep_ops;
void stall_hear(struct stall_unit *u);
void stall_want(struct stall_sim *s, u32 master);
/* Accesses that a master makes on its own. */
u32 stall_accesses(const struct stall_master *m, bool cut);
void stall_issue(struct stall_sim *s, u32 master);
void stall_memory(struct stall_sim *s, struct stall_txn *t);
void stall_retry(struct stall_sim *s, struct stall_txn *t);
/* The access of @master that came to @where first, or NULL. */
struct stall_txn *stall_oldest(struct stall_sim *s, u32 master, enum stall_where where);

/* ---- stall_probe.c: accesses issued at the worst instant, of the run with time ---- */

void stall_probe_init(struct stall_sim *s);
void stall_probe_free(struct stall_sim *s);
/* One on each way, now. */
void stall_probe_all(struct stall_sim *s);
/* A unit of @pool is free, and nobody has it yet. */
void stall_probe_turn(struct stall_sim *s, const struct stall_pool *pool);
void stall_probe_end(struct stall_sim *s);

/* ---- stall_pager.c: software ---- */

void stall_observe(void *observer, struct fault_group *g, enum fault_point point, u64 now);
enum fault_code stall_handle(void *ctx, struct fault_group *g, const struct fault_record *f);
int stall_map(struct stall_sim *s, struct stall_space *space, u64 iova);
bool stall_serve(struct stall_sim *s, u32 unit);
bool stall_take(struct stall_sim *s, u32 unit);
bool stall_handler(struct stall_sim *s, u32 worker);
bool stall_read(struct stall_sim *s, u32 master);
void stall_read_ended(struct stall_sim *s, u32 worker);

/* ---- stall_clock.c: what is due ---- */

void stall_due(struct stall_sim *s, enum stall_step_kind kind, u32 who, u64 delay);
/* Return: false: it is not possible now. */
bool stall_do(struct stall_sim *s, enum stall_step_kind kind, u32 who);
/* Without time: serve interrupts and start answered accesses again, until nothing of the kind is due. */
void stall_settle(struct stall_sim *s);
/* What can happen next, without time. Return: their number; never more than @room. */
u32 stall_choices(const struct stall_sim *s, struct stall_step *out, u32 room);
bool stall_can_take(const struct stall_sim *s, u32 unit);
/* Until nothing is due. Return: 0 or -errno with an error. */
int stall_run_timed(struct stall_sim *s);
u64 stall_random(u64 *state);

/* ---- stall_graph.c: what waits for what ---- */

/* Return: number of nodes that can never go on, or -ENOMEM. */
int stall_graph_make(const struct stall_sim *s, struct stall_graph *g);
void stall_graph_label(const struct stall_sim *s, struct stall_graph *g);
void stall_graph_free(struct stall_graph *g);
/* Whether anything could be dead: cheap. */
bool stall_graph_worth(const struct stall_sim *s);
/* Mark a cycle of dead nodes, and tell it. Return: for the caller to free(); NULL: out of memory. */
char *stall_story(const struct stall_platform *p, struct stall_graph *g);
/* Give graph, accesses and workers to the result; of a deadlock its story and steps, too. */
int stall_note(struct stall_sim *s, struct stall_graph *g);
int stall_note_steps(struct stall_sim *s);

/* ---- stall_search.c ---- */

int stall_search(const struct stall_setup *u, struct stall_result *res);
int stall_random_runs(const struct stall_setup *u, struct stall_result *res);
u64 stall_hash(const struct stall_sim *s);

#define STALL_CHOICES 512

#endif /* STALL_PRIV_H */
