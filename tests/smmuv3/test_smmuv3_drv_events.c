// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event records as hardware may write them (7.3), written by hand; answers as words of commands. */
#include "fake_smmu.h"
#include "suite.h"

#define EVENTQ_LINE 0

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_dev *dev;
static struct fault_domain *dom;
static struct smmuv3_event last;
static u32 observed;

static void note(void *observer, const struct smmuv3_event *ev)
{
	ck_assert_ptr_eq(observer, &f);
	last = *ev;
	observed++;
}

/* Streams 5 and 7 are one stalling master with a handler; PASID 0x45 likewise. */
static void begin_with(u8 cmdq_log2)
{
	struct drv_device_cfg cfg = { .sids = { 5, 7 }, .n_sids = 2, .can_stall = true, .pasid_bits = 8 };

	fake_init(&f);
	f.cfg.cmdq_log2 = cmdq_log2;
	f.cfg.event = note;
	f.cfg.common.observer = &f;
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, true);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	ck_assert_int_eq(c->attach(f.drv, dev, 0x45, dom, 0), 0);
	observed = 0;
	fake_forget(&f);
}

static void begin(void)
{
	begin_with(0);
}

static void end(void)
{
	f.stuck = false;
	fake_remove(&f);
	fake_exit(&f);
}

static const struct smmuv3_drv_stats *stats(void)
{
	return smmuv3_drv_stats(f.drv);
}

static void expect_resume(u64 w0, u64 w1)
{
	u64 w[2];

	ck_assert_uint_eq(fake_count(&f, 0x44, w), 1);
	ck_assert_uint_eq(w[0], w0);
	ck_assert_uint_eq(w[1], w1);
	fake_forget(&f);
}

TEST(answers_a_stall)
{
	begin();
	/* F_TRANSLATION, StreamID 5, STALL, STAG 0x1234, read, CLASS IN. */
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880001234ULL, 0x0000123456789abcULL, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 1);
	ck_assert_uint_eq(f.n_cmds, 0);
	fake_work(&f);
	ck_assert_uint_eq(f.n_seen, 1);
	ck_assert_uint_eq(f.seen[0].addr, 0x0000123456789abcULL);
	ck_assert_uint_eq(f.seen[0].sid, 5);
	ck_assert_uint_eq(f.seen[0].index, 0x1234);
	ck_assert_uint_eq(f.seen[0].reason, 0x10);
	ck_assert_uint_eq(f.seen[0].perm, FAULT_READ);
	/* Ac = 1: retry. */
	expect_resume(0x0000000500001044ULL, 0x1234);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 1);
	/* F_PERMISSION, StreamID 7, SSV, SubstreamID 0x45, privileged write. The other stream, the other answer. */
	f.answer = FAULT_TERMINATE;
	fake_event(&f, 0x0000000700045813ULL, 0x0000020280000001ULL, 0x2000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.seen[1].pasid, 0x45);
	ck_assert_uint_eq(f.seen[1].perm, FAULT_WRITE | FAULT_PRIV);
	/* Ac = 0, Ab = 1: terminate with abort. */
	expect_resume(0x0000000700002044ULL, 1);
	f.answer = FAULT_FAILURE;
	fake_event(&f, 0x0000000500000012ULL, 0x0000020c8000ffffULL, 0x3000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.seen[2].perm, FAULT_EXEC);
	expect_resume(0x0000000500002044ULL, 0xffff);
	ck_assert_uint_eq(stats()->stalls, 3);
	end();
}

TEST(reads_only_what_the_flags_allow)
{
	begin();
	/* STALL = 0 with rubbish in STAG, S2 = 0 with rubbish in IPA, SSV = 0 with rubbish in SubstreamID. */
	fake_event(&f, 0x00000005deadb010ULL, 0x000002087fffbeefULL, 0x5000, 0xffffffffffffffffULL);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert(!last.stall && !last.ssv && !last.s2 && last.known);
	ck_assert_uint_eq(last.stag, 0);
	ck_assert_uint_eq(last.ipa, 0);
	ck_assert_uint_eq(last.ssid, 0);
	ck_assert_uint_eq(last.class_, 2);
	ck_assert_uint_eq(f.n_cmds, 0);
	ck_assert_uint_eq(f.n_unrecoverable, 1);
	ck_assert_uint_eq(f.unrecoverable[0].addr, 0x5000);
	ck_assert_uint_eq(f.unrecoverable[0].reason, 0x10);
	/* F_UUT: what would be STALL belongs to nothing here. */
	fake_event(&f, 0x0000000500000001ULL, 0x00000008ffffffffULL, 0x6000, 0);
	fake_irq(&f, EVENTQ_LINE);
	ck_assert(!last.stall);
	ck_assert_uint_eq(last.reason, 0xffff);
	ck_assert_uint_eq(f.n_cmds, 0);
	end();
}

static struct smmuv3_event decode(u64 w0, u64 w1, u64 w2, u64 w3)
{
	struct smmuv3_event ev;

	smmuv3_event_decode((u64[]){ w0, w1, w2, w3 }, &ev);
	return ev;
}

TEST(decodes_every_event)
{
	struct smmuv3_event ev;

	/* Stage 2: IPA, S2, CLASS TT. */
	ev = decode(0x0000000500000811ULL, 0x0000018080000002ULL, 0x1122334455667788ULL, 0x0000abcdef012fffULL);
	ck_assert(ev.s2 && ev.stall && ev.write && ev.ssv);
	ck_assert_uint_eq(ev.id, 0x11);
	ck_assert_uint_eq(ev.class_, 1);
	ck_assert_uint_eq(ev.iova, 0x1122334455667788ULL);
	ck_assert_uint_eq(ev.ipa, 0x0000abcdef012000ULL);
	/* Fetch events: FetchAddr 51:3 and Reason, no access. */
	ev = decode(0x0000000900000003ULL, 0x0000000000000042ULL, 0x55, 0x0000000080001238ULL);
	ck_assert_uint_eq(ev.fetch, 0x80001238);
	ck_assert_uint_eq(ev.reason, 0x42);
	ck_assert_uint_eq(ev.iova, 0);
	ev = decode(0x0000000900000009ULL, 0, 0, 0x0000000080001240ULL);
	ck_assert_uint_eq(ev.fetch, 0x80001240);
	ev = decode(0x0000000900000025ULL, 0, 0, 0x0000000080001000ULL);
	ck_assert_uint_eq(ev.fetch, 0x80001000);
	/* F_WALK_EABT: all of it. */
	ev = decode(0x000000090000000bULL, 0x0000010800000007ULL, 0x4444, 0x0000000080001248ULL);
	ck_assert(!ev.stall && !ev.s2 && !ev.write);
	ck_assert_uint_eq(ev.class_, 1);
	ck_assert_uint_eq(ev.fetch, 0x80001248);
	ck_assert_uint_eq(ev.ipa, 0);
	ck_assert_uint_eq(ev.reason, 7);
	/* Configuration errors: StreamID and SubstreamID alone. */
	ev = decode(0xffffffff12345804ULL, ~0ULL, ~0ULL, ~0ULL);
	ck_assert(ev.known && !ev.stall && !ev.s2);
	ck_assert_uint_eq(ev.sid, 0xffffffff);
	ck_assert_uint_eq(ev.ssid, 0x12345);
	ck_assert_uint_eq(ev.iova | ev.ipa | ev.fetch | ev.reason, 0);
	ev = decode(0x0000000900000005ULL, 0, 0x7000, 0);
	ck_assert_uint_eq(ev.iova, 0x7000);
	ev = decode(0x0000000900000007ULL, 0x0000000800000000ULL, 0x8000, 0);
	ck_assert(ev.iova == 0x8000 && !ev.write);
	ev = decode(0x0000000900000020ULL, 0x0000028800000033ULL, 0x9000, 0xa000);
	ck_assert(ev.s2 && ev.ipa == 0xa000 && ev.reason == 0x33);
	ev = decode(0x0000000900000021ULL, 0x0000000000000044ULL, 0, 0);
	ck_assert_uint_eq(ev.reason, 0x44);
	ev = decode(0x0000000900000077ULL, 0x0000000080000044ULL, 0, 0);
	ck_assert(!ev.known && ev.stall && ev.stag == 0x44);
}

/* 7.3.19, bit by bit: InputAddr 191:140, Span 115:108, pR pW pX 103:101, uR uW uX 99:97; the rest is RES0. */
TEST(decodes_page_request_hints)
{
	struct smmuv3_event ev;

	ev = decode(0x0000000912345824ULL, 0x000000d400000000ULL | 0x5aULL << 44, 0x0000ffff12345000ULL, 0);
	ck_assert(ev.known && ev.ssv && !ev.stall && !ev.write && !ev.exec && !ev.priv && !ev.s2);
	ck_assert_uint_eq(ev.sid, 9);
	ck_assert_uint_eq(ev.ssid, 0x12345);
	ck_assert_uint_eq(ev.iova, 0x0000ffff12345000ULL);
	ck_assert_uint_eq(ev.span, 0x5a);
	/* 0xd4: bits 103, 102, 100 (RES0), 98 */
	ck_assert_uint_eq(ev.hint_priv, FAULT_READ | FAULT_WRITE);
	ck_assert_uint_eq(ev.hint_user, FAULT_WRITE);
	ev = decode(0x0000000900000024ULL, 0x0000002a00000000ULL, 0x7000, 0);
	ck_assert_uint_eq(ev.hint_priv, FAULT_EXEC);
	ck_assert_uint_eq(ev.hint_user, FAULT_READ | FAULT_EXEC);
	/* What stands in RES0 is nothing: neither a stall nor a lower address. */
	ev = decode(0x0000000900000024ULL, 0x0000000080000007ULL, 0x7fff, ~0ULL);
	ck_assert(!ev.stall && !ev.stag && !ev.ipa && !ev.fetch && !ev.reason);
	ck_assert_uint_eq(ev.iova, 0x7000);
	ck_assert_uint_eq(ev.hint_priv | ev.hint_user | ev.span, 0);
}

/* Words that owners of real machines posted, with what their kernels printed for them. */
TEST(decodes_records_from_the_field)
{
	struct smmuv3_event ev;

	ev = decode(0x0000010000000010ULL, 0x0000020000000000ULL, 0x000000090000f040ULL, 0);
	ck_assert(ev.sid == 0x100 && ev.iova == 0x90000f040 && ev.write && !ev.priv && !ev.exec && !ev.s2 && !ev.ssv);
	ck_assert_uint_eq(ev.class_, 2);
	ev = decode(0x0002060000000010ULL, 0x0000020000000000ULL, 0x00000000ff9bc000ULL, 0);
	ck_assert(ev.sid == 0x20600 && ev.iova == 0xff9bc000 && ev.write);
	ev = decode(0x0000001100000010ULL, 0x0000020a00000000ULL, 0x000000009b0cc000ULL, 0);
	ck_assert(ev.sid == 0x11 && ev.iova == 0x9b0cc000 && !ev.write && ev.priv && !ev.exec);
	/* STALL is 0, so 0x7c is no STAG; S2 is 0, so the last word is no IPA. */
	ev = decode(0x00007d1200000010ULL, 0x000012000000007cULL, 0x00000000fffef040ULL, 0x00000000fffef000ULL);
	ck_assert(ev.sid == 0x7d12 && ev.iova == 0xfffef040 && !ev.stall && !ev.stag && !ev.s2 && !ev.ipa);
	ck_assert_uint_eq(ev.class_, 2);
}

TEST(terminates_orphans)
{
	begin();
	/* A stream that no master has. */
	fake_event(&f, 0x0000007700000010ULL, 0x0000020880000009ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	expect_resume(0x0000007700002044ULL, 9);
	/* Stage 2 is not in use: nobody could resolve it. */
	fake_event(&f, 0x0000000500000010ULL, 0x000002888000000aULL, 0x1000, 0x1000);
	fake_irq(&f, EVENTQ_LINE);
	expect_resume(0x0000000500002044ULL, 0xa);
	/* An event of the future that stalls. */
	fake_event(&f, 0x0000000500000055ULL, 0x000002088000000bULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	expect_resume(0x0000000500002044ULL, 0xb);
	ck_assert_uint_eq(stats()->unknown_events, 1);
	ck_assert_uint_eq(stats()->orphans, 2);
	/* IMPLEMENTATION DEFINED: no such bit. */
	fake_event(&f, 0x00000005000000e3ULL, 0x000002088000000cULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	ck_assert_uint_eq(f.n_cmds, 0);
	ck_assert_uint_eq(stats()->events[0xe3], 1);
	ck_assert_uint_eq(f.n_seen, 0);
	end();
}

TEST(never_resumes_without_the_stall_model)
{
	fake_init(&f);
	fake_set_reg(&f, 0, 0x0100101a);
	ck_assert_int_eq(fake_probe(&f), 0);
	fake_forget(&f);
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000009ULL, 0x1000, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 1);
	ck_assert_uint_eq(f.n_cmds, 0);
	end();
}

TEST(counts_terminated_transactions)
{
	static const u8 ids[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
				  0x0b, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x24, 0x25 };
	u32 i;

	begin();
	for (i = 0; i < sizeof(ids); i++)
		fake_event(&f, 0x0000000500000000ULL | ids[i], 0x0000020800000000ULL, 0x1000, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), sizeof(ids));
	for (i = 0; i < sizeof(ids); i++)
		ck_assert_uint_eq(stats()->events[ids[i]], 1);
	/* All but the hint E_PAGE_REQUEST are somebody's fault. */
	ck_assert_uint_eq(f.n_unrecoverable, sizeof(ids) - 1);
	ck_assert_uint_eq(stats()->unknown_events, 0);
	ck_assert_uint_eq(observed, sizeof(ids));
	ck_assert_uint_eq(stats()->last_event[0], 0x0000000500000025ULL);
	ck_assert_uint_eq(f.n_cmds, 0);
	end();
}

TEST(wraps_and_acknowledges_overflow)
{
	u32 i;

	begin();
	for (i = 0; i < 1000; i++) {
		ck_assert(fake_event(&f, 0x0000000500000010ULL, 0x0000020880000000ULL | (i & 15), 0x1000 * i, 0));
		if (i % 50 != 49)
			continue;
		ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 50);
		fake_work(&f);
		ck_assert_uint_eq(fake_reg(&f, 0x100ac), (i + 1) & 0xff);
	}
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 1000);
	/* Overflow: OVFLG differs from OVACKFLG. One write moves RD and acknowledges. */
	fake_event(&f, 0x0000000500000010ULL, 0x0000020800000000ULL, 0x1000, 0);
	fake_set_reg(&f, 0x100a8, fake_reg(&f, 0x100a8) | 0x80000000);
	f.n_mmio = 0;
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 1);
	ck_assert_uint_eq(stats()->evtq_overflows, 1);
	ck_assert_uint_eq(f.n_mmio, 1);
	ck_assert_uint_eq(f.mmio[0].offset, 0x100ac);
	ck_assert_uint_eq(f.mmio[0].value, 0x80000000 | (1001 & 0xff));
	/* And back. */
	fake_set_reg(&f, 0x100a8, fake_reg(&f, 0x100a8) & 0x7fffffff);
	fake_irq(&f, EVENTQ_LINE);
	ck_assert_uint_eq(stats()->evtq_overflows, 2);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac) >> 31, 0);
	end();
}

TEST(yields_in_a_storm)
{
	u32 i;

	begin();
	for (i = 0; i < 128; i++)
		ck_assert(fake_event(&f, 0x0000007700000010ULL, 0x0000020800000000ULL, 0x1000, 0));
	ck_assert(!fake_event(&f, 0x0000007700000010ULL, 0, 0, 0));
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(c->irq_thread(f.drv, EVENTQ_LINE, 0), 32);
	ck_assert_int_eq(c->irq_thread(f.drv, EVENTQ_LINE, 0), 0);
	end();
}

TEST(survives_nonsensical_indices)
{
	begin();
	/* PROD behind CONS by one: more entries than there are (3.5.1). */
	fake_set_reg(&f, 0x100a8, 0xff);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 0);
	ck_assert_uint_eq(stats()->resyncs, 1);
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 1);
	end();
}

TEST(answers_duplicates_each)
{
	begin();
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 2);
	end();
}

/* No interrupt comes for what is left in the queue: the thread waits for the room. */
TEST(waits_for_room)
{
	u32 i;

	begin_with(1);
	f.stuck = true;
	f.stuck_polls = 10;
	for (i = 0; i < 5; i++)
		fake_event(&f, 0x0000007700000055ULL, 0x0000020880000000ULL | i, 0x1000, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 5);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 5);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 5);
	end();
}

TEST(keeps_records_that_cannot_be_answered)
{
	u32 i;

	/* A command queue of two entries that does not move: two orphans are answered, the rest stays. */
	begin_with(1);
	f.stuck = true;
	for (i = 0; i < 5; i++)
		fake_event(&f, 0x0000007700000055ULL, 0x0000020880000000ULL | i, 0x1000, 0);
	ck_assert_int_eq(c->irq_thread(f.drv, EVENTQ_LINE, 0), 2);
	ck_assert_int_eq(c->irq_thread(f.drv, EVENTQ_LINE, 0), -EAGAIN);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 2);
	ck_assert_uint_eq(stats()->events[0x55], 2);
	for (i = 0; i < 4; i++) {
		f.stuck = false;
		f.slow = true;
		f.m.drv_ops.poll(&f, 0);
		f.stuck = true;
		fake_irq(&f, EVENTQ_LINE);
	}
	f.stuck = false;
	f.slow = false;
	f.m.drv_ops.poll(&f, 0);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 5);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 5);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(f.cmds[i][1], i);
	end();
}

TEST(sends_answers_again)
{
	struct fault_stats s;
	u32 i;

	begin_with(1);
	f.stuck = true;
	for (i = 0; i < 6; i++)
		fake_event(&f, 0x0000000500000010ULL, 0x0000020880000000ULL | i, 0x1000 * i, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 6);
	fake_work(&f);
	f.stuck = false;
	for (i = 0; i < 10; i++) {
		f.now += 1000000;
		f.m.drv_ops.poll(&f, 0);
		fault_core_expire(f.core, f.now);
	}
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 6);
	fault_core_stats(f.core, &s);
	ck_assert_uint_eq(s.answered[FAULT_RETRY], 6);
	ck_assert_uint_gt(s.unsent, 0);
	end();
}

TEST(notices_a_lost_interrupt)
{
	struct fault_stats s;

	begin();
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	fault_core_expire(f.core, f.now);
	f.now += 20000000;
	fault_core_expire(f.core, f.now);
	f.now += 20000000;
	fault_core_expire(f.core, f.now);
	fake_work(&f);
	expect_resume(0x0000000500001044ULL, 1);
	fault_core_stats(f.core, &s);
	ck_assert_uint_eq(s.lost_irqs, 1);
	end();
}

/* Everything in the queue at the time of detach is committed and answered before it returns. */
TEST(detach_drains_and_answers)
{
	u32 i;

	begin();
	for (i = 0; i < 10; i++)
		fake_event(&f, 0x0000000500045810ULL, 0x0000020880000000ULL | i, 0x1000 * i, 0);
	ck_assert_int_eq(c->detach(f.drv, dev, 0x45, 0), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 10);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 10);
	ck_assert_uint_eq(f.n_seen, 0);
	fake_work(&f);
	ck_assert_uint_eq(f.n_seen, 0);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 10);
	end();
}

TEST(removal_answers_what_is_pending)
{
	u32 i;

	begin();
	for (i = 0; i < 10; i++)
		fake_event(&f, 0x0000000500000010ULL, 0x0000020880000000ULL | i, 0x1000 * i, 0);
	ck_assert_int_eq(fake_irq(&f, EVENTQ_LINE), 10);
	for (i = 10; i < 15; i++)
		fake_event(&f, 0x0000000700000010ULL, 0x0000020880000000ULL | i, 0x1000 * i, 0);
	c->device_remove(f.drv, dev, 0);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 15);
	ck_assert_uint_eq(fake_count(&f, 0x45, NULL), 2);
	/* What comes later has no master. */
	fake_forget(&f);
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000009ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	expect_resume(0x0000000500002044ULL, 9);
	end();
}

static int mm_calls;

static int mm_handle(struct drv_mm *mm, struct fault_group *g, const struct fault_record *r)
{
	(void)mm;
	(void)g;
	mm_calls++;
	return r->addr == 0x1000 ? FAULT_RETRY : FAULT_TERMINATE;
}

TEST(resolves_in_an_address_space)
{
	static struct drv_mm mm = { mm_handle };
	union fault_owner owner = { .mm = &mm };
	struct fault_domain *sva;

	begin();
	sva = fake_domain(&f, dev, DRV_DOMAIN_SVA, false);
	ck_assert_int_eq(fault_domain_set_owner(sva, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(sva), 0);
	ck_assert_int_eq(c->attach(f.drv, dev, 0x46, sva, 0), 0);
	fake_forget(&f);
	fake_event(&f, 0x0000000500046810ULL, 0x0000020880000001ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	expect_resume(0x0000000500001044ULL, 1);
	fake_event(&f, 0x0000000500046810ULL, 0x0000020880000002ULL, 0x2000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	expect_resume(0x0000000500002044ULL, 2);
	ck_assert_int_eq(mm_calls, 2);
	end();
}

TEST(stops_stalling_in_a_storm)
{
	struct drv_device_cfg cfg = { .sids = { 3 }, .n_sids = 1, .can_stall = true };
	struct fault_storm storm = { .limit = 8, .window_ns = 1000000, .off_ns = 1000000, .off_max_ns = 4000000 };
	u64 cd;
	u32 i;

	fake_init(&f);
	f.cfg.common.storm = &storm;
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, true);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	cd = fake_word(&f, fake_ste(&f, 3)) & 0x00ffffffffffffc0ULL;
	fake_forget(&f);
	ck_assert_uint_eq(fake_word(&f, cd) >> 44 & 1, 1);
	for (i = 0; i < 12; i++)
		fake_event(&f, 0x0000000300000010ULL, 0x0000020880000000ULL | i, 0x1000 * i, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(fake_word(&f, cd) >> 44 & 1, 0);
	ck_assert_uint_eq(fake_count(&f, 0x44, NULL), 12);
	f.now += 10000000;
	fault_core_expire(f.core, f.now);
	ck_assert_uint_eq(fake_word(&f, cd) >> 44 & 1, 1);
	end();
}

SUITE("smmuv3_drv_events")
