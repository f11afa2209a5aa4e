/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A back-end made of counters, which fails when it is told to. Every fault that
 * owes an answer gets a cookie of its own; the rig knows which of them are
 * unanswered and complains about an answer too many at once, and about one too
 * few when it ends.
 */
#ifndef FAULT_RIG_H
#define FAULT_RIG_H

#include "fault_cases.h"
#include "fault_priv.h"

#define RIG_MAX	 512 /* faults of a case */
#define RIG_STEP 64  /* entries of the log of steps */

#define MS 1000000ull

#define RIG_SID	 0x10
#define RIG_BOTH (FAULT_DEV_CAN_STALL | FAULT_DEV_PRI)

/* What the core asked for, in its order; step_names in rig.c are the words of rig_steps_are(). */
enum rig_step {
	STEP_CLEAR_STALE,
	STEP_ENABLE,
	STEP_DISABLE,
	STEP_FENCE_REPORTS,
	STEP_FENCE_RESPONSES,
	STEP_RESPOND,
	STEP_HANDLE,
	STEP_THROTTLE_ON,
	STEP_THROTTLE_OFF,
	STEP_KICK,
	STEP_DRAIN,
	STEP_FREE_DOMAIN,
	STEP_FREE_DEVICE,
};

/* The reader of a queue of forwarded faults. */
struct rig_reader {
	struct fault_message m[16];
	u32 n;
	u32 fail_at; /* the n-th copy fails */
};

struct rig {
	struct fault_case_run *t;
	struct fault_core *core;
	u64 now;

	/* Of rig_attached(). */
	struct fault_dev *dev;
	struct fault_domain *domain;
	u32 pasid;

	enum rig_step steps[RIG_STEP];
	u32 n_steps;
	bool log_kicks;

	struct fault_response answers[RIG_MAX];
	u32 n_answers;
	u8 owed[RIG_MAX + 1]; /* by cookie: 1 unanswered, 2 answered */
	u32 n_owed;
	u32 last_cookie;

	/* Fail the n-th call from now, counted from 1; 0: never. */
	u32 fail_alloc, fail_respond, fail_op;
	/* Another thread's doing while the hardware refuses an answer: destroys this device. */
	struct fault_dev *destroyed_meanwhile;
	u32 n_allocs, live_allocs, n_kicks;

	/* What the handler saw and says. */
	u64 seen[RIG_MAX];
	u32 n_seen;
	enum fault_code answer;
	u64 bad_addr; /* the handler refuses this address */
	enum fault_code bad_answer;
	u64 kept_cookie;
	struct fault_group *kept;
	u32 n_events;
	bool stale;		       /* a status bit from before, which swallows the interrupt */
	bool hw_unread;		       /* the hardware has records nobody read */
	struct fault_record *in_queue; /* reported by the fence */
	u32 n_in_queue;
	struct fault_record *turning; /* reported while faults are being turned on or off */
	int turned;		      /* what was said to it */
	void *handler_ctx;
	enum fault_point observed[RIG_STEP];
	u32 n_observed;
	struct rig_reader reader;
};

#define EXPECT(r, cond) rig_expect(r, cond, __FILE__, __LINE__, #cond)

void rig_expect(struct rig *r, bool met, const char *file, int line, const char *what);

extern const struct fault_ops rig_ops;
extern const struct fault_domain_ops rig_domain_ops;

/* Set up and take down. rig_end() checks that each owed answer came and all storage went. */
struct rig *rig_new(struct fault_case_run *t);
void rig_end(struct rig *r);
void rig_settle(struct rig *r);
/* One device (NULL: RIG_BOTH, nothing else) with one domain; taken down with rig_close(). */
struct rig *rig_attached(struct fault_case_run *t, const struct fault_dev_cfg *cfg, u32 pasid);
void rig_close(struct rig *r);

struct fault_dev *rig_dev(struct rig *r, u32 sid, u32 caps);
struct fault_dev *rig_dev_cfg(struct rig *r, u32 sid, const struct fault_dev_cfg *cfg);
/* A domain with the rig's handler, stalls enabled, attached. */
struct fault_domain *rig_domain(struct rig *r, struct fault_dev *dev, u32 pasid);
/* fault_off, detach what is given, free, destroy. */
void rig_drop(struct rig *r, struct fault_dev *dev, u32 pasid, struct fault_domain *domain);

/*
 * A domain whose faults go to a queue, attached without PASID; and up to @max messages of it to the
 * reader.
 */
struct fault_domain *rig_forward(struct rig *r, struct fault_dev *dev, u32 entries,
				 struct fault_queue **q);
int rig_read(struct rig *r, struct fault_queue *q, u32 max);

int rig_stall(struct rig *r, u32 sid, u32 pasid, u32 stag, u64 addr);
int rig_page(struct rig *r, u32 sid, u32 pasid, u32 prgi, u64 addr, bool last);
struct fault_record rig_record(struct rig *r, u32 sid, u32 pasid, u32 index, u64 addr, u32 type,
			       bool last);
int rig_report(struct rig *r, const struct fault_record *f);
u32 rig_run(struct rig *r);
/* Time goes by, then the core looks at its deadlines. */
u32 rig_wait(struct rig *r, u64 ns);

bool rig_steps_are(struct rig *r, const char *expected);
bool rig_points_are(struct rig *r, const enum fault_point *points, u32 n);
bool rig_seen_are(struct rig *r, const u64 *addr, u32 n);

#endif /* FAULT_RIG_H */
