/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The model keeps the contract of iommu.h with a real engine: commands that
 * wait for a walk, reset, and pointers that are taken back where it concerns
 * them. Prices (ns): lookup 2, link 10, TCU 1 + 2 + 2, table access 100, memory
 * 50, record 40, command 60 + 5, SYNC 70, resume 16. A walk from nothing reads
 * STE, CD and four descriptors.
 */
#include "smmuv3_bench.h"
#include "suite.h"
#include <check.h>

using namespace faultline;
using sc_core::sc_time;

static constexpr u64 kWalk = 2 + 10 + 5 + 6 * 100; // until its outcome is known
static constexpr u64 kCommand = 60 + 5, kSync = 70;

static u64 access_ns(Master &m, Payload &p) {
    sc_time delay;

    m.socket->b_transport(p, delay);
    return Scheduler::absolute(delay) / 1000;
}

static void wait_ns(u64 n) {
    sc_core::wait(to_sc(ns(n)));
}

/* 4.7.2: STALL_TERM terminates the stalled transactions of a stream with an
 * abort. */
TEST(stall_term_behind_a_sync_that_waits_for_the_walk) {
    SmmuBench b;
    Payload p(0x5000, 8, false, 8);
    b.right.body = [&] {
        b.set_up();
        wait_ns(50);
        b.cfgi_ste(0);
        b.sync();
        b.stall_term(0);
        b.ring();
        ck_assert_uint_eq(b.cons(), 1); // the SYNC waits
    };
    b.left.body = [&] {
        sc_core::wait(sc_core::SC_ZERO_TIME);
        // Stalled at 657: SYNC, STALL_TERM and the way to the access come after.
        ck_assert_uint_eq(access_ns(b.left, p), kWalk + 40 + kSync + kCommand + 16);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_ABORT);
        ck_assert_uint_eq(b.cons(), 3);
    };
    sc_core::sc_start();
    ck_assert_uint_ne(p.ext.outcome, XLAT_OK);
    ck_assert_uint_eq(b.iommu.counters().stalled, 1);
    ck_assert_uint_eq(b.iommu.counters().walk_accesses, 6);
}

/* One slot, taken by the left; the right's walk ends without room, and the
 * commands behind the SYNC free the slot. */
static void slot_is_freed_behind_a_sync(bool terminate) {
    SmmuBench b(1);
    Payload first(0x5000, 8, false, 8), second(0x6000, 8, false, 9);
    unsigned ended = 0;
    b.left.body = [&] {
        b.set_up();
        access_ns(b.left, first);
        ended++;
    };
    b.right.body = [&] {
        wait_ns(2000);
        ck_assert_uint_eq(b.iommu.counters().stalled, 1);
        access_ns(b.right, second);
        ended++;
    };
    sc_core::sc_start(to_sc(ns(2100)));
    ck_assert_uint_eq(ended, 0);
    b.map(0, 5, 0x905000);
    b.map(1, 6, 0x906000);
    b.tlbi_all();
    b.sync();
    if (terminate)
        b.stall_term(0);
    else
        b.resume(0, 0);
    b.ring();
    ck_assert_uint_eq(b.cons(), 1);
    sc_core::sc_start();
    ck_assert_uint_eq(ended, 2);
    ck_assert_uint_eq(b.cons(), 3);
    ck_assert_uint_eq(first.ext.outcome, terminate ? XLAT_ABORT : XLAT_OK);
    ck_assert_uint_eq(second.ext.outcome, XLAT_OK);
    ck_assert_uint_eq(second.ext.address, 0x906000);
    ck_assert_uint_eq(b.iommu.counters().stalled, 1);
}

TEST(resume_behind_a_sync_frees_the_slot) {
    slot_is_freed_behind_a_sync(false);
}

TEST(stall_term_behind_a_sync_frees_the_slot) {
    slot_is_freed_behind_a_sync(true);
}

/* What was queued behind the SYNC reaches the endpoint by itself, at its price.
 */
TEST(invalidation_behind_a_sync_reaches_the_endpoint) {
    SmmuBench b;
    Payload p(0x5000, 8, false, 8);
    b.right.body = [&] {
        b.set_up();
        b.map(0, 5, 0x905000);
        wait_ns(50);
        b.tlbi_all();
        b.sync();
        b.atc_inv(0);
        b.sync();
        b.ring();
        ck_assert_uint_eq(b.cons(), 1);
    };
    b.left.body = [&] {
        sc_core::wait(sc_core::SC_ZERO_TIME);
        ck_assert_uint_eq(access_ns(b.left, p), kWalk + 10 + 50);
    };
    sc_core::sc_start();         // nobody looks at a register
    const u64 over = kWalk + 10; // the TBU has the result, and what the walk
                                 // found is installed or dropped
    ck_assert_uint_eq(b.endpoint.invalidations.size(), 1);
    ck_assert_uint_eq(b.endpoint.invalidations[0].first.sid, 8);
    ck_assert_uint_eq(b.endpoint.invalidations[0].second, ns(over + kSync + kCommand));
    // It is back 500 later; the second SYNC has been fetched by then.
    ck_assert_uint_eq(b.iommu.ledger().sync_done(), ns(over + kSync + kCommand + 500 + kSync));
    ck_assert_uint_eq(b.cons(), 4);
}

/* ---- reset ---- */

TEST(reset_frees_a_stalled_thread) {
    SmmuBench b;
    Payload p(0x5000, 8, false, 8), q(0x5000, 8, false, 8);
    b.left.body = [&] {
        b.set_up();
        access_ns(b.left, p);
        ck_assert_uint_eq(sc_core::sc_time_stamp().value() / 1000,
                          2000 + 16); // the wire, and a resume's way
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_ABORT);
        // Disabled, GBPA.ABORT = 0: addresses pass as they are (6.3.14).
        access_ns(b.left, q);
        ck_assert_uint_eq(q.ext.address, 0x5000);
        // A driver probes again.
        ck_assert_uint_eq(b.read32(0x20), 0);
        ck_assert_uint_eq(b.read32(0x9c), 0);
        ck_assert_uint_eq(b.read32(0x100a8), 0); // no record is left
        b.set_up();
        b.map(0, 5, 0x905000);
        access_ns(b.left, q);
        ck_assert_uint_eq(q.ext.outcome, XLAT_OK);
        ck_assert_uint_eq(q.ext.address, 0x905000);
        b.sync();
        b.ring();
        ck_assert_uint_eq(b.cons(), 1);
    };
    b.right.body = [&] {
        wait_ns(2000);
        ck_assert_uint_eq(b.iommu.counters().stalled, 1);
        b.reset_wire.write(true);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(q.ext.address, 0x905000);
    ck_assert_uint_eq(b.endpoint.resets.size(), 1);
    ck_assert_uint_eq(b.endpoint.resets[0], ns(2000));
}

/* While a walk is in flight, decided, being recorded, stalled; while another
 * waits for a slot or for the same walk. */
TEST(reset_at_any_moment) {
    SmmuBench b(1);
    bool done = false;
    sc_core::sc_event start;
    unsigned ended = 0, rounds = 0, aborts = 0;
    auto play = [&](Master &m, unsigned i) {
        Payload gone(0x5000, 8, false, kSids[i]), there(0x7000, 8, true, kSids[i]);
        while (!done) {
            sc_core::wait(start);
            access_ns(m, gone);
            aborts += gone.ext.outcome == XLAT_ABORT;
            ck_assert(gone.ext.outcome == XLAT_ABORT || gone.ext.address == 0x5000); // disabled by then
            ended++;
            sc_core::wait(start);
            access_ns(m, there);
            ck_assert_uint_eq(there.ext.outcome, XLAT_OK);
            ck_assert_uint_eq(there.ext.address, 0x907000 + i * 0x10000);
            ended++;
        }
    };
    b.left.body = [&] { play(b.left, 0); };
    b.right.body = [&] { play(b.right, 1); };
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (u64 moment = 1; moment < 2000; moment += 7) {
        b.set_up();
        b.map(0, 7, 0x907000);
        b.map(1, 7, 0x917000);
        start.notify(sc_core::SC_ZERO_TIME);
        sc_core::sc_start(to_sc(ns(moment)));
        b.iommu.reset();
        sc_core::sc_start(to_sc(ns(3000)));
        ck_assert_msg(ended == 4 * rounds + 2, "reset after %llu ns: an access does not end", moment);
        ck_assert_uint_eq(b.read32(0x20), 0);
        b.set_up();
        start.notify(sc_core::SC_ZERO_TIME);
        sc_core::sc_start(to_sc(ns(3000)));
        ck_assert_msg(ended == 4 * rounds + 4, "reset after %llu ns: no translation any more", moment);
        b.iommu.reset();
        rounds++;
    }
    ck_assert_uint_gt(aborts, rounds); // most of them
}

/* ---- pointers ---- */

static bool grant(Master &m, Payload &p) {
    tlm::tlm_dmi dmi;

    access_ns(m, p);
    return m.socket->get_direct_mem_ptr(p, dmi);
}

TEST(invalidation_withdraws_where_concerned) {
    SmmuBench b;
    b.left.body = [&] {
        Payload p(0x5000, 8, true, 8), q(0x5000, 8, true, 9);
        b.set_up();
        b.map(0, 5, 0x905000);
        b.map(1, 5, 0x915000);
        ck_assert(grant(b.left, p));
        ck_assert(grant(b.right, q));
        wait_ns(1000); // the walks are over: the SMMU knows what these streams are
        b.tlbi_asid(0);
        b.sync();
        b.ring();
        ck_assert_uint_eq(b.left.dmi_invalidations, 1);
        ck_assert_uint_eq(b.right.dmi_invalidations, 0);
        b.cfgi_ste(1);
        b.sync();
        b.ring();
        ck_assert_uint_eq(b.right.dmi_invalidations, 1);
        ck_assert(grant(b.left, p));
        ck_assert(grant(b.right, q));
        b.tlbi_all();
        b.sync();
        b.ring();
        ck_assert_uint_eq(b.left.dmi_invalidations, 2);
        ck_assert_uint_eq(b.right.dmi_invalidations, 2);
    };
    sc_core::sc_start();
}

TEST(unrelated_commands_withdraw_nothing) {
    SmmuBench b;
    b.left.body = [&] {
        Payload p(0x5000, 8, true, 8);
        b.set_up();
        b.map(0, 5, 0x905000);
        ck_assert(grant(b.left, p));
        b.resume(0, 3); // of nothing
        b.stall_term(1);
        b.atc_inv(0);
        b.sync();
        b.ring();
        b.reg(0x50, 7, 4);
        b.reg(0x100ac, 0, 4);
        ck_assert_uint_eq(b.cons(), 4);
        ck_assert_uint_eq(b.left.dmi_invalidations, 0);
    };
    sc_core::sc_start();
}

TEST(enabling_and_disabling_withdraw) {
    SmmuBench b;
    b.left.body = [&] {
        Payload p(0x905000, 8, true, 8), q(0x5000, 8, true, 8);
        ck_assert(grant(b.left, p)); // disabled: a bypass
        b.set_up();
        ck_assert_uint_eq(b.left.dmi_invalidations, 1);
        b.map(0, 5, 0x905000);
        ck_assert(grant(b.left, q));
        b.reg(0x20, 0xe, 4);
        ck_assert_uint_eq(b.left.dmi_invalidations, 2);
        ck_assert(grant(b.left, p));
        b.iommu.reset();
        ck_assert_uint_eq(b.left.dmi_invalidations, 3);
    };
    sc_core::sc_start();
}

/* ---- Who may share a walk ---- */

/* A write must not take the answer of a read's walk: the dirty state would never be set (HTTU, 3.13). */
TEST(a_write_does_not_join_the_walk_of_a_read) {
    SmmuBench b;
    Payload read(0x1000, 8, false, kSids[0]), write(0x1000, 8, true, kSids[0]);
    u64 descriptor = SmmuBench::tables(0) + 0x3000 + 8;

    b.left.body = [&] {
        sc_core::sc_time delay;
        u8 word[8];
        b.set_up();
        b.put(0x500000, 0x00007205c0000010ULL | u64(kSids[0]) << 48 | 3ULL << 42); // CD.HA, CD.HD
        b.put(descriptor, 0x900000 | 0xcc3 | 1ULL << 51);                          // DBM, AP[2] = 1: clean
        b.left.socket->b_transport(read, delay);
        delay = sc_core::SC_ZERO_TIME;
        b.left.socket->b_transport(write, delay);
        ck_assert_uint_eq(write.ext.outcome, XLAT_OK);
        ck_assert_uint_eq(write.ext.address, 0x900000);
        sc_core::wait(sc_core::sc_time(100, sc_core::SC_US));
        physmem_read(&b.memory.store(), descriptor, word, 8);
        ck_assert_uint_eq(fl_get_le64(word), 0x900000 | 0xc43 | 1ULL << 51);
    };
    b.right.body = [] {};
    sc_core::sc_start();
}

/* An SMMUv2 with one stream and two banks that map the same page to 0x500000 and to 0x600000. */
struct TwoBanks : EngineBench {
    u64 page = 0, half = 0; // of the register space
    Master master;

    explicit TwoBanks(sc_core::sc_module_name name = "two_banks")
        : EngineBench(iommu_kind_smmuv2, round_prices(), name), master("master") {
        master.socket.bind(iommu.tbu(0));
    }
    /* SMR0 and S2CR0: stream 1 goes to bank 0; sCR0: clients are translated. IDR1 says where the banks are. */
    void stream_to_bank_0() {
        u32 idr1 = read32(0x24);
        page = idr1 >> 31 ? 65536 : 4096;
        half = (2ULL << (idr1 >> 28 & 7)) * page;
        reg(0x800, 1U << 31 | 1, 4);
        reg(0xc00, 0, 4);
        reg(0x0, 0, 4);
    }
    /* Stage 1, AArch64, three levels (T0SZ 25). */
    void bank(u64 n, u64 pa) {
        u64 t = 0x100000 + n * 0x10000, cb = half + n * page;
        put(t, (t + 0x1000) | 3);
        put(t + 0x1000, (t + 0x2000) | 3);
        put(t + 0x2008, pa | 0x743);
        reg(page + n * 4, 1U << 16 | n, 4); // CBAR: stage 1
        reg(page + 0x800 + n * 4, 1, 4);    // CBA2R.VA64
        reg(cb + 0x20, t | n << 48, 8);     // TTBR0
        reg(cb + 0x30, 25, 4);              // TCR
        reg(cb, 1, 4);                      // SCTLR.M
    }
};

/* S2CR says another bank: who comes now has nothing to do with the walk that is under way. */
TEST(nobody_joins_a_walk_that_a_register_has_overtaken) {
    TwoBanks b;
    Payload before(0x1000, 8, false, 1), after(0x1000, 8, false, 1);

    b.master.body = [&] {
        sc_core::sc_time delay;
        b.stream_to_bank_0();
        b.bank(0, 0x500000);
        b.bank(1, 0x600000);
        b.master.socket->b_transport(before, delay);
        ck_assert_uint_eq(before.ext.address, 0x500000);
        b.reg(0xc00, 1, 4);
        delay = sc_core::SC_ZERO_TIME;
        b.master.socket->b_transport(after, delay);
        ck_assert_uint_eq(after.ext.address, 0x600000);
    };
    sc_core::sc_start();
}

SUITE("iommu_contract")
