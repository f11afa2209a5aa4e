/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The IOMMU's module: prices by hand. With model_bench.h's prices (ns): lookup
 * 2, interval 1, link 10, TCU 1 + 2 + 2, table access 100, memory 50, record 40, wire
 * 20, command 60 + 5, resume 16.
 */
#include "model_bench.h"
#include "suite.h"
#include <check.h>

using namespace faultline;
using sc_core::sc_time;

TEST(hit_costs_lookup_and_memory) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.run([&] {
        Payload p(0x1010, 64);
        ck_assert_uint_eq(access_ns(b, p), 2 + 50);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.address, 0x80010);
        ck_assert_uint_eq(p.get_address(), 0x1010);
        // The caller's own annotated time counts.
        ck_assert_uint_eq(access_ns(b, p, 300), 300 + 2 + 50);
    });
    ck_assert_uint_eq(b.iommu.counters().hits, 2);
    ck_assert_uint_eq(b.scheduler.actions(), 0);
}

/*
 * Two loosely timed masters, a quantum of 10 us: the second one's calls come when the first has been served up to the
 * quantum's end, yet each finds the input as it is at its own time. Half of its accesses meet one of the first's.
 */
TEST(loosely_timed_masters_keep_their_times) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.run([&] {
        Payload p(0x1000, 8);
        u64 total = 0;
        for (u64 quantum = 0; quantum < 20'000; quantum += 10'000) {
            for (u64 t = 0; t < 10'000; t += 100)
                total += access_ns(b, p, t) - quantum - t;
            ck_assert_uint_eq(total, 100 * (2 + 50));
            total = 0;
            for (u64 t = 0; t < 10'000; t += 50) { // each other one the input's 1 later
                u64 end = access_ns(b, p, t) - quantum;
                ck_assert_uint_eq(end, t + (t % 100 ? 0 : 1) + 2 + 50);
            }
            sc_core::wait(to_sc(ns(10'000)));
        }
    });
}

TEST(miss_costs_link_tcu_and_tables) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x81;
    b.run([&] {
        Payload p(0x1000, 8), q(0x2000, 8);
        ck_assert_uint_eq(access_ns(b, p), 2 + 10 + 5 + 4 * 100 + 10 + 50);
        b.engine.depth = 1;
        ck_assert_uint_eq(access_ns(b, q, 1000), 1000 + 2 + 10 + 5 + 100 + 10 + 50);
        // Both are in the TLB once their time has come.
        ck_assert_uint_eq(access_ns(b, p, 2000), 2000 + 2 + 50);
        ck_assert_uint_eq(b.engine.fills, 2);
    });
    ck_assert_uint_eq(b.scheduler.actions(), 0);
}

TEST(issued_table_accesses_cost_what_memory_says) {
    fl_config c = round_prices();
    c.tcu.walk_port = FL_WALK_ISSUED;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.run([&] {
        Payload p(0x1000, 8);
        ck_assert_uint_eq(access_ns(b, p), 2 + 10 + 5 + 4 * 50 + 10 + 50);
    });
}

TEST(second_miss_merges) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.run([&] {
        Payload p(0x1000, 8), q(0x1800, 8);
        ck_assert_uint_eq(access_ns(b, p), 477);
        // In at 100, waits for the walk's end at 427, looks up again.
        ck_assert_uint_eq(access_ns(b, q, 100), 427 + 2 + 50);
        ck_assert_uint_eq(q.ext.address, 0x80800);
    });
    ck_assert_uint_eq(b.iommu.counters().walks, 1);
    ck_assert_uint_eq(b.iommu.counters().merged, 1);
}

TEST(invalidation_kills_the_walk_in_flight) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.run([&] {
        Payload p(0x1000, 8);
        access_ns(b, p);
        b.write_register(8, 0, to_sc(ns(200))); // while it walks; what is written for later happens then: it is 200 ns
        b.engine.pages[1] = 0x90;
        ck_assert_uint_eq(access_ns(b, p, 800), 1477); // not in the TLB: walks anew
        ck_assert_uint_eq(p.ext.address, 0x90000);
        ck_assert_uint_eq(b.engine.stale_fills, 1);
    });
}

TEST(full_slots_block_the_input) {
    ModelBench b;
    for (u64 i = 0; i < 6; i++)
        b.engine.pages[i] = 0x80 + i;
    b.engine.cached[5] = 0x85;
    b.run([&] {
        for (u64 i = 0; i < 4; i++) {
            Payload p(i << 12, 8);
            ck_assert_uint_eq(access_ns(b, p), 477 + i); // one enters a ns
        }
        Payload p(0x4000, 8), q(0x5000, 8);
        // The slot of the first is free at 427: then link, TCU, tables, link, memory.
        ck_assert_uint_eq(access_ns(b, p), 427 + 10 + 5 + 400 + 10 + 50);
        // And a hit behind it could not enter before.
        ck_assert_uint_eq(access_ns(b, q), 427 + 2 + 50);
    });
}

/*
 * 256 accesses at once before 8 slots, all of which end in an abort. Whoever waits at the input costs the agenda a few
 * actions, however many wait with it: the walk, the record, the answer, and its turn at the input.
 */
TEST(a_long_queue_at_the_input_is_cheap) {
    fl_config c = round_prices();
    c.tbu.slots = 8;
    ModelBench b(c);
    std::vector<std::unique_ptr<Payload>> payloads;
    std::deque<Payload *> left;
    unsigned done = 0;
    auto send = [&] { // the next one when the request phase of the one before is over
        tlm::tlm_sync_enum answer = tlm::TLM_UPDATED;
        while (!left.empty() && answer == tlm::TLM_UPDATED) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            Payload *p = left.front();
            left.pop_front();
            answer = b.master.socket->nb_transport_fw(*p, phase, delay);
        }
    };
    b.engine.fault = XLAT_ABORT;
    for (u64 page = 1; page <= 256; page++) {
        payloads.emplace_back(new Payload(page << 12, 8));
        left.push_back(payloads.back().get());
    }
    b.master.backward = [&](tlm::tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &) {
        if (phase != tlm::BEGIN_RESP) {
            send();
            return tlm::TLM_ACCEPTED;
        }
        done++;
        return tlm::TLM_COMPLETED;
    };
    b.master.body = send;
    sc_core::sc_start();
    ck_assert_uint_eq(done, 256);
    ck_assert_uint_lt(b.scheduler.actions(), 256 * 8);
}

TEST(walk_slots_queue) {
    fl_config c = round_prices();
    c.tcu.walk_slots = 1;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x81;
    b.run([&] {
        Payload p(0x1000, 8), q(0x2000, 8);
        ck_assert_uint_eq(access_ns(b, p), 477);
        ck_assert_uint_eq(access_ns(b, q), 417 + 4 + 400 + 10 + 50); // the one walker is free at 417
    });
}

TEST(page_crossing_is_split) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x93;
    b.engine.cached[1] = 0x80;
    b.engine.cached[2] = 0x93;
    u8 low[8] = {1, 2, 3, 4, 5, 6, 7, 8}, high[8] = {9, 10, 11, 12, 13, 14, 15, 16};
    physmem_write(&b.memory.store(), 0x80ff8, low, 8);
    physmem_write(&b.memory.store(), 0x93000, high, 8);
    b.run([&] {
        Payload p(0x1ff8, 16);
        ck_assert_uint_eq(access_ns(b, p), 1 + 2 + 50); // the second piece enters one interval later
        for (unsigned i = 0; i < 16; i++)
            ck_assert_uint_eq(p.data[i], i + 1);
        ck_assert_uint_eq(p.get_data_length(), 16);
        ck_assert_ptr_eq(p.get_data_ptr(), p.data.data());
    });
    ck_assert_uint_eq(b.iommu.counters().pieces, 2);
    ck_assert_uint_eq(b.iommu.counters().accesses, 1);
}

/* The life of one stalled access, every part by hand. */
TEST(stall_in_six_parts) {
    ModelBench b;
    b.master.body = [&] {
        Payload p(0x1000, 8);
        ck_assert_uint_eq(access_ns(b, p), 1081 + 427 + 50);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.faults, 1);
    };
    sc_core::sc_start(to_sc(ns(700)));
    b.iommu.ledger().read(0x100000, 32, ns(700), {});
    sc_core::sc_start(to_sc(ns(300)));
    b.engine.pages[1] = 0x80;
    b.iommu.ledger().set_answer({0, 0, 0, ns(900)});
    b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RETRY);
    sc_core::sc_start();
    ck_assert_uint_eq(b.ear.times.size(), 1);
    ck_assert_uint_eq(b.ear.times[0], ns(417 + 40 + 20));
    ck_assert_uint_eq(b.faults.size(), 1);
    const u64 parts[FAULT_PARTS] = {417, 40, 243, 200, 181, 427};
    for (unsigned i = 0; i < FAULT_PARTS; i++)
        ck_assert_uint_eq(b.faults[0].part(i), ns(parts[i]));
    ck_assert_uint_eq(b.faults[0].total(), ns(1508));
    ck_assert_uint_eq(b.delivered, 1);
}

TEST(resume_with_abort_and_razwi) {
    ModelBench b;
    b.master.body = [&] {
        Payload p(0x1000, 4);
        p.data.assign(4, 0xee);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_ABORT);
        ck_assert_uint_eq(p.data[0], 0xee);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_RAZWI);
        ck_assert_uint_eq(p.data[0], 0);
        ck_assert_uint_eq(p.data[3], 0);
    };
    sc_core::sc_start(to_sc(ns(1000)));
    b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_ABORT);
    sc_core::sc_start(to_sc(ns(1000)));
    b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RAZWI);
    sc_core::sc_start();
    ck_assert_uint_eq(b.faults.size(), 2);
    ck_assert_uint_eq(b.iommu.counters().aborted, 1);
    ck_assert_uint_eq(b.iommu.counters().razwi, 1);
}

TEST(terminated_fault_aborts_when_recorded) {
    ModelBench b;
    b.engine.fault = XLAT_ABORT;
    b.master.body = [&] {
        Payload p(0x1000, 8), q(0x5000, 8);
        ck_assert_uint_eq(access_ns(b, p), 417 + 40 + 10); // its answer takes the link back
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.faults.size(), 1);
    ck_assert_uint_eq(b.faults[0].part(PART_DETECT), ns(417));
    ck_assert_uint_eq(b.faults[0].part(PART_RECORD), ns(40));
    ck_assert_uint_eq(b.faults[0].total(), ns(457));
}

TEST(sync_takes_its_time) {
    ModelBench b;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.write_register(16, 0);
    ck_assert_uint_eq(b.iommu.ledger().sync_done(), ns(60 + 5 + 70));
    b.write_register(16, 0); // after the first: commands execute one at a time
    ck_assert_uint_eq(b.iommu.ledger().sync_done(), ns(2 * (60 + 5 + 70)));
}

/* Two accesses to one missing page: the second waits for the walk, then faults on its own. */
TEST(duplicates_fault_themselves) {
    ModelBench b;
    unsigned done = 0;
    Payload p(0x1000, 8), q(0x1008, 8);
    b.master.backward = [&](tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_time &) {
        done++;
        return tlm::TLM_COMPLETED;
    };
    b.run([&] {
        for (Payload *x : {&p, &q}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            ck_assert_int_eq(b.master.socket->nb_transport_fw(*x, phase, delay), tlm::TLM_UPDATED);
        }
        sc_core::wait(to_sc(ns(2000)));
        ck_assert_uint_eq(b.engine.stalled.size(), 2);
        b.engine.pages[1] = 0x80;
        while (!b.engine.stalled.empty())
            b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RETRY);
    });
    ck_assert_uint_eq(done, 2);
    ck_assert_uint_eq(b.faults.size(), 2);
    ck_assert_uint_eq(b.ear.times.size(), 2);
    ck_assert_uint_eq(b.ear.times[0], ns(477));
    // In at 1, merges; starts again at 457: 2 + 10 + 5 + 400, record 40, wire 20.
    ck_assert_uint_eq(b.ear.times[1], ns(457 + 417 + 40 + 20));
    ck_assert_uint_eq(b.faults[1].part(PART_DETECT), ns(457 + 417 - 0));
}

TEST(records_are_written_one_at_a_time) {
    ModelBench b;
    Payload p(0x1000, 8), q(0x2000, 8);
    b.master.body = [&] {
        for (Payload *x : {&p, &q}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            b.master.socket->nb_transport_fw(*x, phase, delay);
        }
    };
    sc_core::sc_start(to_sc(ns(2000)));
    ck_assert_uint_eq(b.ear.times.size(), 2);
    ck_assert_uint_eq(b.ear.times[0], ns(417 + 40 + 20));
    ck_assert_uint_eq(b.ear.times[1], ns(417 + 40 + 40 + 20)); // decided at 418, waits for the port
}

/* No room to stall: the access is presented again when there is. */
TEST(waits_for_stall_resources) {
    ModelBench b;
    unsigned done = 0;
    Payload p(0x1000, 8), q(0x2000, 8);
    b.engine.room = 1;
    b.master.backward = [&](tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_time &) {
        done++;
        return tlm::TLM_COMPLETED;
    };
    b.master.body = [&] {
        for (Payload *x : {&p, &q}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            b.master.socket->nb_transport_fw(*x, phase, delay);
        }
        for (int i = 0; i < 2; i++) {
            sc_core::wait(to_sc(ns(2000)));
            ck_assert_uint_eq(b.engine.stalled.size(), 1);
            ck_assert_uint_eq(done, unsigned(i));
            b.engine.pages[1 + u64(i)] = 0x80;
            b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RETRY);
        }
    };
    sc_core::sc_start();
    ck_assert_uint_eq(done, 2);
    ck_assert_uint_eq(b.faults.size(), 2);
}

/* Hits of an access that faults in its second page: the first piece goes on, the rest waits. */
TEST(second_page_faults) {
    ModelBench b;
    b.engine.pages[1] = b.engine.cached[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1ff8, 16);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.address, 0x80ff8);
        ck_assert_uint_eq(p.ext.faults, 1);
    };
    sc_core::sc_start(to_sc(ns(1000)));
    b.engine.pages[2] = 0x81;
    b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RETRY);
    sc_core::sc_start();
    ck_assert_uint_eq(b.iommu.counters().pieces, 3); // first page, second page, second page again
}

SUITE("iommu_model")
