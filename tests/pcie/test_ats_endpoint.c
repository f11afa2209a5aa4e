// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The endpoint against a host of a few lines: what goes out is written down, answers are made by hand. */
#include "ats_endpoint.h"
#include "suite.h"

#define MAX 1024

static struct ats_ep ep;
static struct page_request sent[MAX];
static u32 n_sent;
static u8 done[MAX];
static u32 n_done;
static struct {
	u64 id;
	enum ats_wake why;
} woken[MAX];
static u32 n_woken;
static struct ats_waiter waiters[MAX];

static void on_page_request(void *ctx, const struct page_request *pr)
{
	sent[n_sent++] = *pr;
}

static void on_inv_done(void *ctx, u32 sid, u8 itag)
{
	ck_assert_uint_eq(sid, 0x300);
	done[n_done++] = itag;
}

static void on_wake(void *ctx, struct ats_waiter *w, enum ats_wake why)
{
	woken[n_woken].id = w->id;
	woken[n_woken++].why = why;
}

static const struct ats_ep_ops ops = { on_page_request, on_inv_done, on_wake };

static void make(u32 credits, u32 group)
{
	struct ats_ep_cfg cfg = { .sid = 0x300, .atc = { .sets = 16, .ways = 4 }, .capacity = credits, .group = group };

	cfg.pri = true;
	cfg.global_invalidate = true;
	ck_assert_int_eq(ats_ep_init(&ep, &cfg, &ops, NULL), 0);
}

static struct dma_txn access_to(u64 iova, u16 flags)
{
	return (struct dma_txn){ .iova = iova, .sid = 0x300, .len = 64, .flags = flags, .pasid = 5 };
}

static enum ats_completion translate(u64 iova, u16 flags, u64 pa, u8 perm)
{
	struct dma_txn t = access_to(iova, flags), req;
	struct xlat_result r = { .pa = pa, .shift = 12, .perm = perm };
	int tag = ats_ep_translate(&ep, &t, &req);

	ck_assert_int_ge(tag, 0);
	return ats_ep_complete(&ep, (u32)tag, XLAT_OK, &r);
}

static int fault(u32 i, u64 iova, u16 flags)
{
	waiters[i] = (struct ats_waiter){ .txn = access_to(iova, flags), .id = i };
	return ats_ep_fault(&ep, &waiters[i]);
}

static void respond(u16 prgi, u8 code)
{
	ats_ep_response(&ep, &(struct page_response){ .sid = 0x300, .prgi = prgi, .code = code });
}

static bool hit(u64 iova, u16 flags)
{
	struct dma_txn t = access_to(iova, flags);
	struct xlat_result r;

	return ats_ep_lookup(&ep, &t, &r);
}

TEST(test_configuration)
{
	struct ats_ep_cfg cfg = { .capacity = 513 };

	ck_assert_int_eq(ats_ep_init(&ep, &cfg, &ops, NULL), -EINVAL);
	cfg = (struct ats_ep_cfg){ .group = 17 };
	ck_assert_int_eq(ats_ep_init(&ep, &cfg, &ops, NULL), -EINVAL);
	cfg = (struct ats_ep_cfg){ .group = 4, .capacity = 3 };
	ck_assert_int_eq(ats_ep_init(&ep, &cfg, &ops, NULL), -EINVAL);
}

TEST(test_translation_request)
{
	struct dma_txn t = access_to(0x1234, DMA_PASID), req;
	struct xlat_result r = { .pa = 0x9234, .shift = 12, .perm = PERM_R };
	int tag;

	make(0, 0);
	ck_assert(!hit(0x1234, DMA_PASID));
	tag = ats_ep_translate(&ep, &t, &req);
	/* A read asks without write permission: NW. */
	ck_assert_uint_eq(req.flags, DMA_PASID | DMA_ATS_REQ | DMA_NO_WRITE);
	ck_assert_uint_eq(req.pasid, 5);
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)tag, XLAT_OK, &r), ATS_OK);
	t.iova = 0x1ff8;
	ck_assert(ats_ep_lookup(&ep, &t, &r));
	ck_assert_uint_eq(r.pa, 0x9ff8);
	ck_assert(!hit(0x1ff8, DMA_PASID | DMA_WRITE));
	ck_assert(!hit(0x1ff8, 0));
	ck_assert(!hit(0x1ff8, DMA_PASID | DMA_PRIV));
	ats_ep_exit(&ep);
}

TEST(test_completions)
{
	struct dma_txn t = access_to(0x1000, DMA_WRITE), req;
	struct xlat_result r = { .pa = 0x9000, .shift = 12, .perm = PERM_R | PERM_W, .untranslated = true };
	int i;

	make(0, 0);
	ck_assert_int_eq(translate(0x1000, DMA_WRITE, 0, 0), ATS_FAULT);
	ck_assert_int_eq(translate(0x1000, DMA_WRITE, 0x9000, PERM_R), ATS_FAULT);
	ck_assert_int_eq(translate(0x1000, DMA_EXEC, 0x9000, PERM_R), ATS_FAULT);
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)ats_ep_translate(&ep, &t, &req), XLAT_ABORT, &r), ATS_ERROR);
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)ats_ep_translate(&ep, &t, &req), XLAT_OK, &r), ATS_UNTRANSLATED);
	ck_assert(!hit(0x1000, DMA_WRITE));
	for (i = 0; i < ATS_MAX_REQUESTS; i++)
		ck_assert_int_eq(ats_ep_translate(&ep, &t, &req), i);
	ck_assert_int_eq(ats_ep_translate(&ep, &t, &req), -EBUSY);
	ats_ep_exit(&ep);
}

TEST(test_page_request_message)
{
	make(0, 0);
	ck_assert_int_eq(fault(0, 0x12345678, DMA_PASID | DMA_WRITE | DMA_PRIV), 0);
	ck_assert_uint_eq(n_sent, 1);
	ck_assert_uint_eq(sent[0].addr, 0x12345000);
	ck_assert_uint_eq(sent[0].sid, 0x300);
	ck_assert_uint_eq(sent[0].perm, PERM_W);
	ck_assert(sent[0].pasid_valid && sent[0].pasid == 5 && sent[0].priv && sent[0].last);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 1);
	ck_assert_int_eq(woken[0].why, ATS_RETRY);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 1);
	ck_assert_uint_eq(ep.stats.unexpected, 1);
	ats_ep_exit(&ep);
}

TEST(test_accesses_to_one_page_share_a_request)
{
	make(0, 0);
	fault(0, 0x1000, DMA_WRITE);
	fault(1, 0x1ffc, DMA_WRITE);
	ck_assert_uint_eq(n_sent, 1);
	ck_assert(waiters[0].first && !waiters[1].first);
	/* Not those of another PASID, or for more than was asked. */
	fault(2, 0x1000, DMA_WRITE | DMA_PASID);
	fault(3, 0x1000, 0);
	ck_assert_uint_eq(n_sent, 3);
	respond(sent[0].prgi, PRG_INVALID);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_uint_eq(woken[1].id, 1);
	ck_assert_int_eq(woken[1].why, ATS_REFUSED);
	ats_ep_exit(&ep);
}

TEST(test_credits)
{
	u32 i;

	make(2, 0);
	for (i = 0; i < 5; i++)
		fault(i, 0x1000 * (i + 1), 0);
	ck_assert_uint_eq(n_sent, 2);
	ck_assert_uint_ne(sent[0].prgi, sent[1].prgi);
	respond(sent[1].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_sent, 3);
	ck_assert_uint_eq(sent[2].addr, 0x3000);
	ck_assert_uint_eq(ep.stats.most_outstanding, 2);
	/* Response Failure: no more requests, whoever waits for a credit is told. */
	respond(sent[0].prgi, PRG_FAILURE);
	ck_assert_uint_eq(n_woken, 4);
	ck_assert_int_eq(woken[3].why, ATS_DISABLED);
	ck_assert_uint_eq(n_sent, 3);
	ck_assert_int_eq(fault(6, 0x9000, 0), -ENODEV);
	respond(sent[2].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 5);
	ats_ep_exit(&ep);
}

/* While accesses wait for the one credit, page 1 is answered: who wants it, for whatever, joins; page 2 is asked for once. */
TEST(test_answer_ends_the_wait_for_a_credit)
{
	make(1, 0);
	fault(0, 0x1000, 0);
	fault(1, 0x2000, 0);
	fault(2, 0x1008, DMA_WRITE);
	fault(3, 0x2008, 0);
	fault(4, 0x1000, DMA_PASID); /* another address space */
	ck_assert_uint_eq(n_sent, 1);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert(woken[0].id == 0 && woken[1].id == 2 && woken[1].why == ATS_RETRY);
	ck_assert_uint_eq(n_sent, 2);
	ck_assert_uint_eq(sent[1].addr, 0x2000);
	/* Not what is refused: that says nothing of a write. */
	fault(5, 0x2000, DMA_WRITE);
	respond(sent[1].prgi, PRG_INVALID);
	ck_assert_uint_eq(n_woken, 4);
	ck_assert_uint_eq(woken[3].id, 3);
	respond(sent[2].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_sent, 4);
	ck_assert(sent[2].pasid_valid && sent[3].addr == 0x2000 && sent[3].perm == PERM_W);
	ck_assert_uint_eq(ep.stats.merged, 2);
	ats_ep_exit(&ep);
}

/* Page 2 is translated for another access before its turn for the credit comes. */
TEST(test_translation_ends_the_wait_for_a_credit)
{
	make(1, 0);
	fault(0, 0x1000, 0);
	fault(1, 0x2000, 0);
	fault(2, 0x3000, 0);
	ck_assert_int_eq(translate(0x2000, 0, 0x9000, PERM_R), ATS_OK);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert(woken[1].id == 1 && woken[1].why == ATS_RETRY && waiters[1].mapped && !waiters[0].mapped);
	ck_assert_uint_eq(n_sent, 2); /* the credit is the next one's */
	ck_assert_uint_eq(sent[1].addr, 0x3000);
	ck_assert_uint_eq(ep.stats.mapped, 1);
	ats_ep_exit(&ep);
}

/* A completion without permission that is older than the answer for its page: ask again, once. */
TEST(test_answer_overtakes_a_completion)
{
	struct dma_txn t = access_to(0x1008, DMA_WRITE), other = access_to(0x2000, 0), req;
	struct xlat_result none = { .shift = 12 };
	int tag, tag2;

	make(0, 0);
	fault(0, 0x1000, 0);
	tag = ats_ep_translate(&ep, &t, &req);
	tag2 = ats_ep_translate(&ep, &other, &req);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)tag, XLAT_OK, &none), ATS_STALE);
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)tag2, XLAT_OK, &none), ATS_FAULT);
	ck_assert_uint_eq(ep.stats.stale_completions, 0);
	ck_assert_int_eq(translate(0x1008, DMA_WRITE, 0, 0), ATS_FAULT);
	ats_ep_exit(&ep);
}

TEST(test_groups)
{
	u32 i;

	make(8, 4);
	fault(0, 0x10000, 0);
	ck_assert_uint_eq(n_sent, 4);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(sent[i].addr, 0x10000 + 0x1000 * i);
		ck_assert_uint_eq(sent[i].prgi, sent[0].prgi);
		ck_assert_int_eq(sent[i].last, i == 3);
	}
	/* One that was asked for ahead joins. */
	fault(1, 0x12000, 0);
	ck_assert_uint_eq(n_sent, 4);
	/* The next group ends before pages that are on their way. */
	fault(2, 0xe000, 0);
	ck_assert_uint_eq(n_sent, 6);
	ck_assert(sent[5].last);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_uint_eq(ep.outstanding, 2);
	ats_ep_exit(&ep);
}

/* 10.4.2.1: Invalid Request does not say which page of the group: the one that is needed is asked for alone. */
TEST(test_refused_group)
{
	make(8, 4);
	fault(0, 0x10000, 0);
	fault(1, 0x11000, 0);
	ck_assert_uint_eq(n_sent, 4);
	respond(sent[0].prgi, PRG_INVALID);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_int_eq(woken[0].why, ATS_RETRY);
	ck_assert_int_eq(woken[1].why, ATS_RETRY);
	/* The holder translates again; where that faults: */
	ck_assert_int_eq(ats_ep_fault(&ep, &waiters[0]), 0);
	ck_assert_uint_eq(n_sent, 5);
	ck_assert(sent[4].last && sent[4].addr == 0x10000);
	respond(sent[4].prgi, PRG_INVALID);
	ck_assert_uint_eq(n_woken, 3);
	ck_assert_int_eq(woken[2].why, ATS_REFUSED);
	ats_ep_exit(&ep);
}

/* The share of the queue that software gives a function: it asks for no more, whatever its capacity. */
TEST(test_allocation)
{
	u32 i;

	make(32, 16);
	ck_assert_uint_eq(ats_ep_allocate(&ep, 12), 12);
	fault(0, 0x100000, 0);
	ck_assert_uint_eq(n_sent, 12);
	for (i = 0; i < 12; i++)
		ck_assert_int_eq(sent[i].last, i == 11);
	/* Not one more, and no change, until something is answered. */
	fault(1, 0x200000, 0);
	ck_assert_uint_eq(n_sent, 12);
	ck_assert_uint_eq(ats_ep_allocate(&ep, 32), 0);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_sent, 24);
	ck_assert_uint_eq(ep.stats.most_outstanding, 12);
	respond(sent[12].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(ep.outstanding, 0);
	/* More than it can: its capacity. None at all is no allocation. */
	ck_assert_uint_eq(ats_ep_allocate(&ep, 1000), 32);
	ck_assert_uint_eq(ats_ep_allocate(&ep, 0), 0);
	fault(2, 0x300000, 0);
	ck_assert_uint_eq(n_sent, 40);
	ats_ep_exit(&ep);
}

TEST(test_prg_indices_are_unique_and_come_in_turn)
{
	u64 seen[8] = { 0 };
	u32 i;

	make(512, 0);
	for (i = 0; i < 512; i++)
		fault(i, 0x1000ULL * i, 0);
	for (i = 0; i < 512; i++) {
		ck_assert(!(seen[sent[i].prgi / 64] & BIT_ULL(sent[i].prgi % 64)));
		seen[sent[i].prgi / 64] |= BIT_ULL(sent[i].prgi % 64);
	}
	ats_ep_exit(&ep);
}

TEST(test_invalidation)
{
	make(0, 0);
	translate(0x1000, DMA_PASID, 0x9000, PERM_R);
	translate(0x2000, DMA_PASID, 0xa000, PERM_R);
	translate(0x1000, 0, 0xb000, PERM_R);
	ats_ep_invalidate(&ep,
			  &(struct ats_inv){ .pasid = 5, .pasid_valid = true, .addr = 0x1000, .shift = 12, .itag = 3 });
	ck_assert_uint_eq(n_done, 1);
	ck_assert_uint_eq(done[0], 3);
	ck_assert(!hit(0x1000, DMA_PASID));
	ck_assert(hit(0x2000, DMA_PASID));
	ck_assert(hit(0x1000, 0));
	ats_ep_invalidate(&ep, &(struct ats_inv){ .shift = 64, .itag = 4 });
	ck_assert(!hit(0x1000, 0));
	ck_assert(hit(0x2000, DMA_PASID));
	ats_ep_invalidate(&ep, &(struct ats_inv){ .shift = 64, .global = true, .pasid_valid = true, .pasid = 77 });
	ck_assert(!hit(0x2000, DMA_PASID));
	ats_ep_exit(&ep);
}

TEST(test_invalidation_waits_for_uses)
{
	struct dma_txn t = access_to(0x1000, DMA_PASID), other = access_to(0x1000, 0),
		       far = access_to(0x9000, DMA_PASID);
	struct ats_use before, alien, distant, between;
	struct ats_inv page = { .pasid = 5, .pasid_valid = true, .addr = 0x1000, .shift = 12, .itag = 1 };

	make(0, 0);
	ats_ep_begin(&ep, &before, &t);
	ats_ep_begin(&ep, &alien, &other);
	ats_ep_begin(&ep, &distant, &far);
	ats_ep_invalidate(&ep, &page);
	ck_assert_uint_eq(n_done, 0);
	/* One that begins after it is no concern of the first, but of the second. */
	ats_ep_begin(&ep, &between, &t);
	page.itag = 2;
	ats_ep_invalidate(&ep, &page);
	ats_ep_end(&ep, &alien);
	ats_ep_end(&ep, &distant);
	ck_assert_uint_eq(n_done, 0);
	ats_ep_end(&ep, &before);
	ck_assert_uint_eq(n_done, 1);
	ck_assert_uint_eq(done[0], 1);
	ats_ep_end(&ep, &between);
	ck_assert_uint_eq(n_done, 2);
	ck_assert_uint_eq(done[1], 2);
	ats_ep_exit(&ep);
}

/* After a time-out the sender uses the ITag again: only the new invalidation is completed, once. */
TEST(test_itag_used_again)
{
	struct dma_txn t = access_to(0x1000, 0);
	struct ats_use use;

	make(0, 0);
	ats_ep_begin(&ep, &use, &t);
	ats_ep_invalidate(&ep, &(struct ats_inv){ .addr = 0x1000, .shift = 12, .itag = 9 });
	ck_assert_uint_eq(n_done, 0);
	ats_ep_invalidate(&ep, &(struct ats_inv){ .addr = 0x4000, .shift = 12, .itag = 9 });
	ck_assert_uint_eq(n_done, 1);
	ats_ep_end(&ep, &use);
	ck_assert_uint_eq(n_done, 1);
	ats_ep_exit(&ep);
}

TEST(test_invalidation_overtakes_a_completion)
{
	struct dma_txn t = access_to(0x1000, 0), other = access_to(0x5000, 0), req;
	struct xlat_result r = { .pa = 0x9000, .shift = 12, .perm = PERM_R };
	int a, b;

	make(0, 0);
	a = ats_ep_translate(&ep, &t, &req);
	b = ats_ep_translate(&ep, &other, &req);
	ats_ep_invalidate(&ep, &(struct ats_inv){ .addr = 0x1000, .shift = 12, .itag = 1 });
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)a, XLAT_OK, &r), ATS_STALE);
	ck_assert(!hit(0x1000, 0));
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)b, XLAT_OK, &r), ATS_OK);
	ats_ep_exit(&ep);
}

TEST(test_stop_marker)
{
	make(1, 0);
	fault(0, 0x1000, DMA_PASID);
	fault(1, 0x2000, DMA_PASID);
	fault(2, 0x3000, 0);
	ats_ep_stop(&ep, 5);
	ck_assert_uint_eq(n_sent, 2);
	ck_assert(sent[1].last && !sent[1].perm && sent[1].pasid_valid && sent[1].pasid == 5);
	ck_assert_uint_eq(n_woken, 1);
	ck_assert_uint_eq(woken[0].id, 1);
	ck_assert_int_eq(woken[0].why, ATS_DISABLED);
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_sent, 3);
	ck_assert_uint_eq(sent[2].addr, 0x3000);
	ats_ep_exit(&ep);
}

TEST(test_pri_off)
{
	make(2, 2);
	fault(0, 0x1000, 0);
	fault(1, 0x8000, 0);
	ats_ep_set_pri(&ep, false);
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_int_eq(woken[0].why, ATS_DISABLED);
	ck_assert_int_eq(fault(2, 0x9000, 0), -ENODEV);
	ats_ep_set_pri(&ep, true);
	ck_assert_int_eq(fault(2, 0x9000, 0), 0);
	ck_assert_uint_eq(ep.outstanding, 2);
	ats_ep_exit(&ep);
}

/* All of what a reset of the IOMMU meets: pages asked for, joined and waited for, a translation and an invalidation. */
TEST(test_reset_of_the_iommu)
{
	struct dma_txn t = access_to(0x6000, 0), req;
	struct xlat_result r = { .pa = 0x9000, .shift = 12, .perm = PERM_R };
	struct ats_use use;
	u32 i;
	int tag;

	make(2, 0);
	ck_assert_int_eq(translate(0x5000, 0, 0x8000, PERM_R), ATS_OK);
	ats_ep_begin(&ep, &use, &(struct dma_txn){ .iova = 0x5000, .sid = 0x300, .len = 64 });
	ats_ep_invalidate(&ep, &(struct ats_inv){ .sid = 0x300, .addr = 0x5000, .shift = 12, .itag = 3 });
	ck_assert_uint_eq(n_done, 0);
	ck_assert_int_eq(translate(0x7000, 0, 0xa000, PERM_R), ATS_OK);
	tag = ats_ep_translate(&ep, &t, &req);
	fault(0, 0x1000, 0);
	fault(1, 0x1000, 0);
	fault(2, 0x2000, 0);
	fault(3, 0x3000, 0);
	ck_assert_uint_eq(n_sent, 2);

	ats_ep_reset(&ep);
	ck_assert_uint_eq(n_woken, 4);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(woken[i].why, ATS_DISABLED);
	ck_assert_uint_eq(ep.outstanding, 0);
	ck_assert(!hit(0x7000, 0));
	ck_assert_int_eq(ats_ep_complete(&ep, (u32)tag, XLAT_OK, &r), ATS_STALE);
	ats_ep_end(&ep, &use);
	ck_assert_uint_eq(n_done, 0);

	/* Nothing is answered that was asked before; what is asked now is. */
	respond(sent[0].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 4);
	ck_assert_uint_eq(ep.stats.unexpected, 1);
	ck_assert_int_eq(fault(4, 0x1000, 0), 0);
	ck_assert_uint_eq(n_sent, 3);
	respond(sent[2].prgi, PRG_SUCCESS);
	ck_assert_uint_eq(n_woken, 5);
	ck_assert_uint_eq(woken[4].id, 4);
	ck_assert_int_eq(woken[4].why, ATS_RETRY);
	ats_ep_exit(&ep);
}

SUITE("ats_endpoint")
