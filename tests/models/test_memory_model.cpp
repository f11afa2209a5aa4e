/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the memory costs: bandwidth, banks, rows, drawn latencies. */
#include "model_bench.h"
#include "suite.h"
#include <check.h>

using namespace faultline;

TEST(bandwidth_is_shared) {
    fl_config c = round_prices();
    c.memory.bandwidth_mb_s = 1000; // 1 byte a ns
    ModelBench b(c);
    ck_assert_uint_eq(b.memory.price(0, 100), ns(100 + 50));
    ck_assert_uint_eq(b.memory.price(0, 100), ns(200 + 50)); // behind the first
    ck_assert_uint_eq(b.memory.price(ns(5000), 100), ns(5100 + 50));
    ck_assert_uint_eq(b.memory.price(ns(500), 100), ns(600 + 50)); // earlier again: its slice has room
}

static fl_config two_banks() {
    fl_config c = round_prices();
    c.memory.banks = 2;
    c.memory.interleave_bytes = 64;
    c.memory.bank_ps = ns(30);
    return c;
}

/* Addresses 0, 128, ... are the first bank's, 64, 192, ... the second's. */
/* A byte a ns: two reads of 1000 bytes at 900 take until 2900, to an eighth of a microsecond; not what was idle before.
 */
TEST(idle_bandwidth_is_not_saved) {
    fl_config c = round_prices();
    c.memory.bandwidth_mb_s = 1000;
    c.memory.latency_ps = 0;
    ModelBench b(c);
    ck_assert_uint_eq(b.memory.price(ns(900), 1000), ns(1900));
    ps_t second = b.memory.price(ns(900), 1000);
    ck_assert_uint_le(second, ns(2900));
    ck_assert_uint_ge(second, ns(2900 - 125));
}

TEST(banks_serve_one_at_a_time) {
    ModelBench b(two_banks());
    ps_t waited;
    ck_assert_uint_eq(b.memory.price_at(0, 0, 64, waited), ns(50));
    ck_assert_uint_eq(waited, 0);
    ck_assert_uint_eq(b.memory.price_at(64, 0, 64, waited), ns(50)); // the other bank
    ck_assert_uint_eq(waited, 0);
    ck_assert_uint_eq(b.memory.price_at(128, ns(10), 64, waited), ns(30 + 50)); // the first again: free at 30
    ck_assert_uint_eq(waited, ns(20));
    ck_assert_uint_eq(b.memory.price_at(0x1020, ns(70), 64, waited), ns(70 + 50)); // half of each, both free
    ck_assert_uint_eq(b.memory.price_at(192, ns(35), 64, waited), ns(35 + 50)); // earlier: the gap before 70 is enough
    ck_assert_uint_eq(waited, 0);
    auto banks = b.memory.usages(ns(100));
    ck_assert_uint_eq(banks.size(), 2);
    for (unsigned i = 0; i < 2; i++) {
        Figures in = banks[i]->figures(ns(100));
        ck_assert_uint_eq(in.uses, 3);
        ck_assert_uint_eq(u64(in.busy), ns(90));
        ck_assert_uint_eq(u64(in.waited), i ? 0 : ns(20));
    }
}

/* Of 128 bytes a row: two units of 64 of one bank, which are 128 apart. */
TEST(open_rows_are_faster) {
    fl_config c = two_banks();
    ps_t waited;
    c.memory.row_bytes = 128;
    c.memory.row_hit_ps = ns(15);
    c.memory.bank_hit_ps = ns(4);
    ModelBench b(c);
    ck_assert_uint_eq(b.memory.price_at(0, 0, 64, waited), ns(50));          // opens row 0 of the first
    ck_assert_uint_eq(b.memory.price_at(128, ns(100), 64, waited), ns(115)); // the same row
    ck_assert_uint_eq(b.memory.price_at(128, ns(100), 64, waited), ns(119)); // and again: its bank is free at 104
    ck_assert_uint_eq(b.memory.price_at(256, ns(200), 64, waited), ns(250)); // row 1
    ck_assert_uint_eq(b.memory.price_at(0, ns(300), 64, waited), ns(350));   // row 0 is closed by now
    ck_assert_uint_eq(b.memory.price_at(0, ns(400), 128, waited), ns(450));  // the second bank's row is not open
    ck_assert_uint_eq(b.memory.price_at(0, ns(500), 128, waited), ns(515));  // now both are
}

TEST(latency_is_drawn) {
    fl_config c = round_prices();
    c.memory.latency = FL_HANDLER_UNIFORM;
    c.memory.latency_max_ps = ns(90);
    ModelBench b(c);
    MemoryModel same("same", 1, c, 1), other("other", 1, c, 2);
    ps_t waited, least = kNever, most = 0;
    bool differs = false;
    for (unsigned i = 0; i < 1000; i++) {
        ps_t t = b.memory.price_at(0, 0, 8, waited);
        ck_assert_uint_eq(t, same.price_at(0, 0, 8, waited));
        differs |= t != other.price_at(0, 0, 8, waited);
        least = std::min(least, t);
        most = std::max(most, t);
    }
    ck_assert(differs);
    ck_assert(least >= ns(50) && least < ns(51)); // 1000 draws from 50 to 90 ns
    ck_assert(most <= ns(90) && most > ns(89));
}

/* Four table accesses, one bank: each waits for nobody but a DMA that came between. */
TEST(walks_and_data_share_the_banks) {
    fl_config c = two_banks();
    c.memory.banks = 1;
    c.memory.bank_ps = ns(200);
    c.tcu.walk_port = FL_WALK_ISSUED;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = b.engine.cached[2] = 0x81;
    bool over = false;
    b.run([&] {
        Payload p(0x2000, 8), q(0x1000, 8);
        Bill bill;
        ck_assert_uint_eq(access_ns(b, p), 2 + 50); // keeps the bank until 202
        bill.open(ns(0));
        q.ext.bill = &bill;
        // In at 1, out of the TCU at 18; its tables begin at 202, 402, 602 and 802, the last is read at 852. Then its
        // data has to wait until 1002.
        ck_assert_uint_eq(access_ns(b, q), 1002 + 50);
        ck_assert_uint_eq(bill.of(OWNER_BANK), ns(184 + 150 * 3 + 140));
        ck_assert_uint_eq(bill.of(OWNER_TABLE), ns(4 * 50));
        ck_assert_uint_eq(bill.of(OWNER_MEMORY), ns(50));
        ck_assert_uint_eq(bill.total(), ns(1052));
        over = true;
    });
    ck_assert(over);
}

SUITE("memory_model")
