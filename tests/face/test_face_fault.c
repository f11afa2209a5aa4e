// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The fault core through faultline/fault.h: policies, handlers, answers. */
#include "suite.h"
#include <faultline/fault.h>

#include <errno.h>
#include <string.h>

#define STREAM 7u
#define MS     1000000ull

struct system {
	struct fl_fault_core *core;
	struct fl_fault_dev *dev;
	struct fl_fault_domain *domain;
	unsigned int kicks, enables, disables, fences[2], released, events, throttles;
	unsigned int handled;
	enum fl_fault_code answer; /* of the handler */
	uint64_t cookie;
	int refuse; /* answers are not taken */
	struct fl_fault_response last;
	unsigned int responses;
};

static struct system sys;
static int dev_ctx;

static int respond(void *ctx, void *dev, const struct fl_fault_response *r)
{
	struct system *s = ctx;

	ck_assert_ptr_eq(dev, r->orphan ? NULL : &dev_ctx);
	if (s->refuse)
		return s->refuse;
	s->last = *r;
	s->responses++;
	return 0;
}

static void kick(void *ctx)
{
	((struct system *)ctx)->kicks++;
}

static int fence(void *ctx, void *dev, enum fl_fault_fence what)
{
	ck_assert_ptr_eq(dev, &dev_ctx);
	((struct system *)ctx)->fences[what]++;
	return 0;
}

static int enable(void *ctx, void *dev)
{
	ck_assert_ptr_eq(dev, &dev_ctx);
	((struct system *)ctx)->enables++;
	return 0;
}

static int disable(void *ctx, void *dev)
{
	ck_assert_ptr_eq(dev, &dev_ctx);
	((struct system *)ctx)->disables++;
	return 0;
}

static void throttle(void *ctx, void *dev, bool on)
{
	ck_assert_ptr_eq(dev, &dev_ctx);
	((struct system *)ctx)->throttles += on;
}

static void released(void *ctx)
{
	ck_assert_ptr_eq(ctx, &dev_ctx);
	sys.released++;
}

static enum fl_fault_code handle(void *ctx, struct fl_fault_group *group, const struct fl_fault_record *record)
{
	struct system *s = ctx;

	ck_assert_uint_eq(record->stream, STREAM);
	ck_assert_ptr_nonnull(fl_fault_group_next(group, NULL));
	s->cookie = fl_fault_group_cookie(group);
	s->handled++;
	return s->answer;
}

static void event(void *ctx, const struct fl_fault_record *record, uint64_t now)
{
	((struct system *)ctx)->events++;
	ck_assert_int_eq(record->type, FL_FAULT_UNRECOVERABLE);
	ck_assert_uint_eq(now, 5);
}

static const struct fl_fault_ops ops = { .size = sizeof(ops),
					 .respond = respond,
					 .kick = kick,
					 .fence = fence,
					 .enable = enable,
					 .disable = disable,
					 .throttle = throttle,
					 .hw_code = { 0, 10, 20, 30, 0 } };

static void start(const struct fl_fault_dev_params *more)
{
	const struct fl_fault_domain_ops domain = { .size = sizeof(domain), .handle = handle, .event = event };
	struct fl_fault_dev_params params = *more;

	memset(&sys, 0, sizeof(sys));
	sys.answer = FL_FAULT_RETRY;
	params.size = sizeof(params);
	params.ctx = &dev_ctx;
	params.released = released;
	ck_assert_int_eq(fl_fault_core_create(&ops, &sys, &sys.core), 0);
	ck_assert_int_eq(fl_fault_dev_create(sys.core, &params, &sys.dev), 0);
	ck_assert_int_eq(fl_fault_dev_add_stream(sys.dev, STREAM), 0);
	ck_assert_int_eq(fl_fault_dev_add_stream(sys.dev, STREAM), -EEXIST);
	ck_assert_int_eq(fl_fault_domain_create(sys.dev, &domain, &sys, &sys.domain), 0);
	ck_assert_int_eq(fl_fault_domain_enable(sys.domain), 0);
	ck_assert_int_eq(fl_fault_dev_attach(sys.dev, UINT32_MAX, sys.domain), 0);
	ck_assert_int_eq(fl_fault_dev_enable(sys.dev), 0);
	ck_assert_uint_eq(sys.enables, 1);
}

static void stop(uint64_t now)
{
	ck_assert_int_eq(fl_fault_core_destroy(sys.core), -EBUSY);
	ck_assert_int_eq(fl_fault_dev_off(sys.dev, now), 0);
	ck_assert_uint_eq(sys.disables, 1);
	ck_assert_uint_gt(sys.fences[FL_FAULT_FENCE_REPORTS], 0);
	ck_assert_uint_gt(sys.fences[FL_FAULT_FENCE_RESPONSES], 0);
	ck_assert_int_eq(fl_fault_dev_detach(sys.dev, UINT32_MAX, now), 0);
	ck_assert_int_eq(fl_fault_domain_destroy(sys.domain), 0);
	ck_assert_int_eq(fl_fault_dev_destroy(sys.dev), 0);
	ck_assert_int_eq(fl_fault_core_destroy(sys.core), 0);
	ck_assert_uint_eq(sys.released, 1);
}

static int stall(uint32_t stream, uint32_t tag, uint64_t now)
{
	const struct fl_fault_record r = { .addr = 0x1000,
					   .cookie = 99,
					   .stream = stream,
					   .index = tag,
					   .type = FL_FAULT_STALL,
					   .perm = FL_FAULT_READ };

	return fl_fault_report(sys.core, &r, now);
}

static const struct fl_fault_dev_params stalls = { .caps = FL_FAULT_CAN_STALL, .credits = 2, .pending_ns = 3 * MS };

TEST_TIMES(answers, 3)
{
	static const enum fl_fault_code codes[] = { FL_FAULT_RETRY, FL_FAULT_TERMINATE, FL_FAULT_FAILURE };

	start(&stalls);
	sys.answer = codes[_i];
	ck_assert_int_eq(stall(STREAM, 3, 1), 0);
	ck_assert_uint_gt(sys.kicks, 0);
	ck_assert_uint_eq(sys.responses, 0);
	ck_assert_uint_eq(fl_fault_run(sys.core, 2, 8), 1);
	ck_assert_uint_eq(sys.responses, 1);
	ck_assert_int_eq(sys.last.code, codes[_i]);
	ck_assert_uint_eq(sys.last.hw_code, 10u * (unsigned int)codes[_i]);
	ck_assert_uint_eq(sys.last.index, 3);
	ck_assert_uint_eq(sys.last.cookie, 99);
	ck_assert_uint_eq(sys.last.stream, STREAM);
	ck_assert_uint_eq(sys.last.pasid, UINT32_MAX);
	stop(3);
}

TEST(later)
{
	struct fl_fault_stats st;

	start(&stalls);
	sys.answer = FL_FAULT_LATER;
	ck_assert_int_eq(stall(STREAM, 3, 1), 0);
	fl_fault_run(sys.core, 2, 8);
	ck_assert_uint_eq(sys.responses, 0);
	ck_assert_int_eq(fl_fault_respond(sys.core, sys.cookie + 1, FL_FAULT_RETRY, 3), -ENOENT);
	ck_assert_int_eq(fl_fault_respond(sys.core, sys.cookie, FL_FAULT_TERMINATE, 3), 0);
	ck_assert_int_eq(sys.last.code, FL_FAULT_TERMINATE);
	ck_assert_int_lt(fl_fault_respond(sys.core, sys.cookie, FL_FAULT_RETRY, 4), 0);
	fl_fault_get_stats(sys.core, &st, sizeof(st));
	ck_assert_uint_eq(st.owed, 1);
	ck_assert_uint_eq(st.answered[FL_FAULT_TERMINATE], 1);
	ck_assert_uint_eq(st.late, 1);
	stop(5);
}

/* The policies: credits, a deadline, a storm. */
TEST(policies)
{
	struct fl_fault_dev_params params = stalls;

	params.no_slot_code = FL_FAULT_FAILURE;
	params.expire_code = FL_FAULT_RETRY;
	start(&params);
	sys.answer = FL_FAULT_LATER;
	ck_assert_int_eq(stall(STREAM, 1, 0), 0);
	ck_assert_int_eq(stall(STREAM, 2, 0), 0);
	ck_assert_int_eq(stall(STREAM, 3, 0), 0); /* the third of two credits */
	ck_assert_uint_eq(sys.responses, 1);
	ck_assert_int_eq(sys.last.code, FL_FAULT_FAILURE);
	fl_fault_run(sys.core, 1, 8);
	ck_assert_uint_eq(fl_fault_expire(sys.core, 2 * MS), 0);
	ck_assert_uint_eq(fl_fault_expire(sys.core, 4 * MS), 2);
	ck_assert_uint_eq(sys.responses, 3);
	ck_assert_int_eq(sys.last.code, FL_FAULT_RETRY);
	stop(5 * MS);
}

TEST(storm)
{
	struct fl_fault_dev_params params = stalls;
	uint32_t i;

	params.storm_limit = 3;
	params.storm_window_ns = MS;
	start(&params);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(stall(STREAM, i, i), 0);
		fl_fault_run(sys.core, i, 8);
	}
	ck_assert_uint_eq(sys.throttles, 1);
	ck_assert_uint_eq(sys.responses, 4); /* each stall is answered, storm or not */
	stop(5 * MS);
}

TEST(others)
{
	struct fl_fault_record r = { .stream = STREAM, .type = FL_FAULT_UNRECOVERABLE };
	struct fl_fault_ops incomplete = ops;
	struct fl_fault_core *none;

	incomplete.respond = NULL;
	ck_assert_int_eq(fl_fault_core_create(&incomplete, &sys, &none), -EINVAL);
	start(&stalls);
	ck_assert_int_eq(fl_fault_report(sys.core, &r, 5), 0);
	ck_assert_uint_eq(sys.events, 1);
	ck_assert_int_eq(stall(STREAM + 1, 9, 6), 0); /* nobody's: answered at once */
	ck_assert_uint_eq(sys.responses, 1);
	ck_assert(sys.last.orphan);
	r.type = 3;
	ck_assert_int_eq(fl_fault_report(sys.core, &r, 5), -EINVAL);
	/* An answer that is not taken is sent again. */
	sys.refuse = -EBUSY;
	ck_assert_int_eq(stall(STREAM, 4, 7), 0);
	fl_fault_run(sys.core, 8, 8);
	ck_assert_uint_eq(sys.responses, 1);
	sys.refuse = 0;
	fl_fault_expire(sys.core, MS);
	ck_assert_uint_eq(sys.responses, 2);
	stop(2 * MS);
}

SUITE("face_fault")
