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

static constexpr ps_t ns(u64 n) {
    return n * 1000;
}

/* b_transport after @p delay_ns; the annotated end in ns. */
static u64 access_ns(ModelBench &b, Payload &p, u64 delay_ns = 0) {
    sc_time delay = to_sc(ns(delay_ns));

    b.master.socket->b_transport(p, delay);
    ck_assert_uint_eq(Scheduler::absolute(delay) % 1000, 0);
    return Scheduler::absolute(delay) / 1000;
}

START_TEST(hit_costs_lookup_and_memory) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1010, 64);
        ck_assert_uint_eq(access_ns(b, p), 2 + 50);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.address, 0x80010);
        ck_assert_uint_eq(p.get_address(), 0x1010);
        // The caller's own annotated time counts.
        ck_assert_uint_eq(access_ns(b, p, 300), 300 + 2 + 50);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.iommu.counters().hits, 2);
    ck_assert_uint_eq(b.scheduler.actions(), 0);
}
END_TEST

/*
 * Two loosely timed masters, a quantum of 10 us: the second one's calls come when the first has been served up to the
 * quantum's end, yet each finds the input as it is at its own time. Half of its accesses meet one of the first's.
 */
START_TEST(loosely_timed_masters_keep_their_times) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.master.body = [&] {
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
    };
    sc_core::sc_start();
}
END_TEST

START_TEST(miss_costs_link_tcu_and_tables) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x81;
    b.master.body = [&] {
        Payload p(0x1000, 8), q(0x2000, 8);
        ck_assert_uint_eq(access_ns(b, p), 2 + 10 + 5 + 4 * 100 + 10 + 50);
        b.engine.depth = 1;
        ck_assert_uint_eq(access_ns(b, q, 1000), 1000 + 2 + 10 + 5 + 100 + 10 + 50);
        // Both are in the TLB once their time has come.
        ck_assert_uint_eq(access_ns(b, p, 2000), 2000 + 2 + 50);
        ck_assert_uint_eq(b.engine.fills, 2);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.scheduler.actions(), 0);
}
END_TEST

START_TEST(issued_table_accesses_cost_what_memory_says) {
    fl_config c = round_prices();
    c.tcu.walk_port = FL_WALK_ISSUED;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1000, 8);
        ck_assert_uint_eq(access_ns(b, p), 2 + 10 + 5 + 4 * 50 + 10 + 50);
    };
    sc_core::sc_start();
}
END_TEST

START_TEST(second_miss_merges) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1000, 8), q(0x1800, 8);
        ck_assert_uint_eq(access_ns(b, p), 477);
        // In at 100, waits for the walk's end at 427, looks up again.
        ck_assert_uint_eq(access_ns(b, q, 100), 427 + 2 + 50);
        ck_assert_uint_eq(q.ext.address, 0x80800);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.iommu.counters().walks, 1);
    ck_assert_uint_eq(b.iommu.counters().merged, 1);
}
END_TEST

START_TEST(invalidation_kills_the_walk_in_flight) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1000, 8);
        access_ns(b, p);
        b.write_register(8, 0, to_sc(ns(200))); // while it walks
        b.engine.pages[1] = 0x90;
        ck_assert_uint_eq(access_ns(b, p, 1000), 1477); // not in the TLB: walks anew
        ck_assert_uint_eq(p.ext.address, 0x90000);
        ck_assert_uint_eq(b.engine.stale_fills, 1);
    };
    sc_core::sc_start();
}
END_TEST

START_TEST(full_slots_block_the_input) {
    ModelBench b;
    for (u64 i = 0; i < 6; i++)
        b.engine.pages[i] = 0x80 + i;
    b.engine.cached[5] = 0x85;
    b.master.body = [&] {
        for (u64 i = 0; i < 4; i++) {
            Payload p(i << 12, 8);
            ck_assert_uint_eq(access_ns(b, p), 477 + i); // one enters a ns
        }
        Payload p(0x4000, 8), q(0x5000, 8);
        // The slot of the first is free at 427: then link, TCU, tables, link, memory.
        ck_assert_uint_eq(access_ns(b, p), 427 + 10 + 5 + 400 + 10 + 50);
        // And a hit behind it could not enter before.
        ck_assert_uint_eq(access_ns(b, q), 427 + 2 + 50);
    };
    sc_core::sc_start();
}
END_TEST

/*
 * 256 accesses at once before 8 slots, all of which end in an abort. Whoever waits at the input costs the agenda a few
 * actions, however many wait with it: the walk, the record, the answer, and its turn at the input.
 */
START_TEST(a_long_queue_at_the_input_is_cheap) {
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
END_TEST

START_TEST(walk_slots_queue) {
    fl_config c = round_prices();
    c.tcu.walk_slots = 1;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x81;
    b.master.body = [&] {
        Payload p(0x1000, 8), q(0x2000, 8);
        ck_assert_uint_eq(access_ns(b, p), 477);
        ck_assert_uint_eq(access_ns(b, q), 417 + 4 + 400 + 10 + 50); // the one walker is free at 417
    };
    sc_core::sc_start();
}
END_TEST

START_TEST(page_crossing_is_split) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x93;
    b.engine.cached[1] = 0x80;
    b.engine.cached[2] = 0x93;
    u8 low[8] = {1, 2, 3, 4, 5, 6, 7, 8}, high[8] = {9, 10, 11, 12, 13, 14, 15, 16};
    physmem_write(&b.memory.store(), 0x80ff8, low, 8);
    physmem_write(&b.memory.store(), 0x93000, high, 8);
    b.master.body = [&] {
        Payload p(0x1ff8, 16);
        ck_assert_uint_eq(access_ns(b, p), 1 + 2 + 50); // the second piece enters one interval later
        for (unsigned i = 0; i < 16; i++)
            ck_assert_uint_eq(p.data[i], i + 1);
        ck_assert_uint_eq(p.get_data_length(), 16);
        ck_assert_ptr_eq(p.get_data_ptr(), p.data.data());
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.iommu.counters().pieces, 2);
    ck_assert_uint_eq(b.iommu.counters().accesses, 1);
}
END_TEST

/* The life of one stalled access, every part by hand. */
START_TEST(stall_in_six_parts) {
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
END_TEST

START_TEST(resume_with_abort_and_razwi) {
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
END_TEST

START_TEST(terminated_fault_aborts_when_recorded) {
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
END_TEST

START_TEST(sync_takes_its_time) {
    ModelBench b;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.write_register(16, 0);
    ck_assert_uint_eq(b.iommu.ledger().sync_done(), ns(60 + 5 + 70));
    b.write_register(16, 0); // after the first: commands execute one at a time
    ck_assert_uint_eq(b.iommu.ledger().sync_done(), ns(2 * (60 + 5 + 70)));
}
END_TEST

START_TEST(bad_payloads) {
    ModelBench b;
    b.master.body = [&] {
        Payload none(0x1000, 0), narrow(0x1000, 8), ignored(0x1000, 8), wrap(~u64{3}, 8);
        narrow.set_streaming_width(4);
        ignored.set_command(tlm::TLM_IGNORE_COMMAND);
        access_ns(b, none);
        ck_assert_int_eq(none.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
        access_ns(b, narrow);
        ck_assert_int_eq(narrow.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
        access_ns(b, ignored);
        ck_assert_int_eq(ignored.get_response_status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
        access_ns(b, wrap);
        ck_assert_int_eq(wrap.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
        Payload three(1, 3);
        sc_time d;
        b.mmio->b_transport(three, d);
        ck_assert_int_eq(three.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.engine.lookups, 0);
}
END_TEST

START_TEST(memory_error_reaches_the_master) {
    ModelBench b;
    b.engine.pages[1] = 1ULL << 40;
    b.engine.cached[1] = 1ULL << 40; // beyond the physical address space
    b.master.body = [&] {
        Payload p(0x1000, 8);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_OK);
    };
    sc_core::sc_start();
}
END_TEST

/* Without early completion every access goes through the four phases, in their order, one response at a time. */
START_TEST(four_phases) {
    ModelBench b;
    Payload p(0x1000, 8), q(0x1008, 8);
    std::vector<std::pair<Payload *, ps_t>> responses;
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.iommu.set_early_completion(false);
    b.master.backward = [&](tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &delay) {
        ck_assert_uint_eq(phase, tlm::BEGIN_RESP);
        responses.emplace_back(static_cast<Payload *>(&gp), Scheduler::absolute(delay));
        return tlm::TLM_ACCEPTED; // END_RESP comes later
    };
    b.master.body = [&] {
        for (Payload *x : {&p, &q}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            ck_assert_int_eq(b.master.socket->nb_transport_fw(*x, phase, delay), tlm::TLM_UPDATED);
            ck_assert_uint_eq(phase, tlm::END_REQ);
        }
        sc_core::wait(to_sc(ns(100)));
        ck_assert_uint_eq(responses.size(), 1);
        ck_assert_ptr_eq(responses[0].first, &p);
        ck_assert_uint_eq(responses[0].second, ns(52));
        tlm::tlm_phase phase = tlm::END_RESP;
        sc_time delay;
        ck_assert_int_eq(b.master.socket->nb_transport_fw(p, phase, delay), tlm::TLM_COMPLETED);
        ck_assert_uint_eq(responses.size(), 2);
        ck_assert_uint_eq(responses[1].second, ns(100)); // its turn came only now
        b.master.socket->nb_transport_fw(q, phase, delay);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(p.get_ref_count(), 1);
    ck_assert_uint_eq(q.get_ref_count(), 1);
}
END_TEST

START_TEST(nonblocking_hit_and_miss_complete_early) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1000, 8);
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay;
        ck_assert_int_eq(b.master.socket->nb_transport_fw(p, phase, delay), tlm::TLM_COMPLETED);
        ck_assert_uint_eq(delay.value(), ns(477));
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
    };
    sc_core::sc_start();
}
END_TEST

/* Stalls hold every slot: the next request is not accepted before one is answered. */
START_TEST(stalls_push_back) {
    ModelBench b;
    std::vector<std::string> story;
    std::vector<std::unique_ptr<Payload>> payloads;
    b.engine.pages[9] = 0x90;
    b.engine.cached[9] = 0x90;
    auto name = [&](tlm::tlm_generic_payload &gp) { return std::to_string(gp.get_address() >> 12); };
    b.master.backward = [&](tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &) {
        story.push_back(name(gp) + (phase == tlm::BEGIN_RESP ? " done" : " in"));
        return phase == tlm::BEGIN_RESP ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
    };
    b.master.body = [&] {
        auto send = [&](u64 page, sc_time delay) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            payloads.emplace_back(new Payload(page << 12, 8));
            return b.master.socket->nb_transport_fw(*payloads.back(), phase, delay);
        };
        for (u64 i = 1; i <= 4; i++)
            ck_assert_int_eq(send(i, sc_core::SC_ZERO_TIME), tlm::TLM_UPDATED);
        sc_core::wait(to_sc(ns(1000)));
        ck_assert_uint_eq(b.engine.stalled.size(), 4);
        ck_assert_int_eq(send(5, sc_core::SC_ZERO_TIME), tlm::TLM_ACCEPTED); // no slot
        ck_assert_int_eq(send(9, sc_core::SC_ZERO_TIME), tlm::TLM_ACCEPTED); // a hit, but behind it
        sc_core::wait(to_sc(ns(1000)));
        ck_assert_uint_eq(story.size(), 0);
        b.engine.pages[1] = 0x81;
        b.engine.pages[5] = 0x85;
        b.write_register(0, *b.engine.stalled.begin() << 4 | RESUME_RETRY);
    };
    sc_core::sc_start(to_sc(ns(10000)));
    ck_assert_uint_eq(story.size(), 5);
    // The slot is free when the walk has ended; its data arrives 50 ns later.
    ck_assert_str_eq(story[0].c_str(), "5 in");
    ck_assert_str_eq(story[1].c_str(), "9 in");
    ck_assert_str_eq(story[2].c_str(), "1 done");
    ck_assert_str_eq(story[3].c_str(), "9 done");
    ck_assert_str_eq(story[4].c_str(), "5 done");
    ck_assert_uint_eq(b.iommu.counters().blocked, 1);
}
END_TEST

/* Two accesses to one missing page: the second waits for the walk, then faults on its own. */
START_TEST(duplicates_fault_themselves) {
    ModelBench b;
    unsigned done = 0;
    Payload p(0x1000, 8), q(0x1008, 8);
    b.master.backward = [&](tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_time &) {
        done++;
        return tlm::TLM_COMPLETED;
    };
    b.master.body = [&] {
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
    };
    sc_core::sc_start();
    ck_assert_uint_eq(done, 2);
    ck_assert_uint_eq(b.faults.size(), 2);
    ck_assert_uint_eq(b.ear.times.size(), 2);
    ck_assert_uint_eq(b.ear.times[0], ns(477));
    // In at 1, merges; starts again at 457: 2 + 10 + 5 + 400, record 40, wire 20.
    ck_assert_uint_eq(b.ear.times[1], ns(457 + 417 + 40 + 20));
    ck_assert_uint_eq(b.faults[1].part(PART_DETECT), ns(457 + 417 - 0));
}
END_TEST

START_TEST(records_are_written_one_at_a_time) {
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
END_TEST

/* No room to stall: the access is presented again when there is. */
START_TEST(waits_for_stall_resources) {
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
END_TEST

/* A target that takes its phases: END_REQ after 30 ns, BEGIN_RESP after 80. */
struct PhasedTarget : tlm::tlm_fw_transport_if<> {
    ModelBench *bench = nullptr;
    std::vector<tlm::tlm_generic_payload *> waiting;
    std::vector<ps_t> requests;
    bool busy = false;

    void b_transport(tlm::tlm_generic_payload &, sc_time &) override { ck_abort_msg("b_transport"); }
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &delay) override {
        if (phase == tlm::END_RESP)
            return tlm::TLM_COMPLETED;
        ck_assert(!busy); // one request phase at a time
        busy = true;
        waiting.push_back(&gp);
        ps_t t = Scheduler::absolute(delay);
        requests.push_back(t);
        bench->scheduler.at(
            t + ns(30), [](void *self, u64) { static_cast<PhasedTarget *>(self)->end_req(); }, this);
        bench->scheduler.at(
            t + ns(80), [](void *self, u64) { static_cast<PhasedTarget *>(self)->begin_resp(); }, this);
        return tlm::TLM_ACCEPTED;
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    unsigned transport_dbg(tlm::tlm_generic_payload &) override { return 0; }

    void end_req() {
        tlm::tlm_phase phase = tlm::END_REQ;
        sc_time delay = Scheduler::delay_to(bench->scheduler.now());
        busy = false;
        bench->other->nb_transport_bw(*waiting.back(), phase, delay);
    }
    void begin_resp() {
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_time delay = Scheduler::delay_to(bench->scheduler.now());
        tlm::tlm_generic_payload *gp = waiting.front();
        waiting.erase(waiting.begin());
        gp->set_response_status(tlm::TLM_OK_RESPONSE);
        ck_assert_int_eq(bench->other->nb_transport_bw(*gp, phase, delay), tlm::TLM_COMPLETED);
    }
};

/* Two accesses, the second of two pieces: one request phase after the other, addresses translated and restored. */
START_TEST(phases_downstream) {
    PhasedTarget target;
    ModelBench b(round_prices(), "bench", true, &target);
    std::vector<std::pair<u64, ps_t>> done;
    Payload p(0x1000, 8), q(0x1ff8, 16);
    target.bench = &b;
    b.engine.pages[1] = b.engine.cached[1] = 0x80;
    b.engine.pages[2] = b.engine.cached[2] = 0x90;
    b.master.backward = [&](tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &delay) {
        if (phase == tlm::BEGIN_RESP)
            done.emplace_back(gp.get_address(), Scheduler::absolute(delay));
        return phase == tlm::BEGIN_RESP ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
    };
    b.master.body = [&] {
        for (Payload *x : {&p, &q}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            ck_assert_int_eq(b.master.socket->nb_transport_fw(*x, phase, delay), tlm::TLM_UPDATED);
        }
    };
    sc_core::sc_start();
    ck_assert_uint_eq(target.requests.size(), 3);
    ck_assert_uint_eq(target.requests[0], ns(2));
    ck_assert_uint_eq(target.requests[1], ns(32));      // after the first's END_REQ
    ck_assert_uint_eq(target.requests[2], ns(112 + 2)); // the second piece follows the answer to the first
    ck_assert_uint_eq(done.size(), 2);
    ck_assert_uint_eq(done[0].first, 0x1000);
    ck_assert_uint_eq(done[0].second, ns(82));
    ck_assert_uint_eq(done[1].first, 0x1ff8);
    ck_assert_uint_eq(done[1].second, ns(114 + 80));
    ck_assert_uint_eq(q.get_data_length(), 16);
    ck_assert_uint_eq(q.get_ref_count(), 1);
}
END_TEST

/* Hits of an access that faults in its second page: the first piece goes on, the rest waits. */
START_TEST(second_page_faults) {
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
END_TEST

START_TEST(debug_leaves_no_trace) {
    ModelBench b;
    u8 there[4] = {1, 2, 3, 4};
    b.engine.pages[1] = 0x80;
    physmem_write(&b.memory.store(), 0x80ffe, there, 2);
    b.master.body = [&] {
        Payload p(0x1ffe, 4);
        ck_assert_uint_eq(b.master.socket->transport_dbg(p), 2); // the next page is not there
        ck_assert_uint_eq(p.data[1], 2);
        b.engine.pages[2] = 0x33;
        physmem_write(&b.memory.store(), 0x33000, there + 2, 2);
        ck_assert_uint_eq(b.master.socket->transport_dbg(p), 4);
        ck_assert_uint_eq(p.data[3], 4);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.engine.fills, 0);
    ck_assert_uint_eq(b.engine.cached.size(), 0);
    ck_assert_uint_eq(b.delivered, 0);
    ck_assert_ptr_null(b.engine.flying);
}
END_TEST

START_TEST(dmi_while_one_stream_and_until_invalidated) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.master.body = [&] {
        Payload p(0x1234, 8, true), q(0x1234, 8, false, 2), no(0x7000, 8, true);
        tlm::tlm_dmi dmi;
        access_ns(b, p);
        ck_assert(b.master.socket->get_direct_mem_ptr(p, dmi));
        ck_assert_uint_eq(dmi.get_start_address(), 0x1000);
        ck_assert_uint_eq(dmi.get_end_address(), 0x1fff);
        ck_assert(dmi.is_read_write_allowed());
        dmi.get_dmi_ptr()[0x234] = 0xaa;
        u8 seen = 0;
        physmem_read(&b.memory.store(), 0x80234, &seen, 1);
        ck_assert_uint_eq(seen, 0xaa);
        ck_assert(!b.master.socket->get_direct_mem_ptr(no, dmi));
        b.write_register(8, 0);
        ck_assert_uint_eq(b.master.dmi_invalidations, 1);
        ck_assert(b.master.socket->get_direct_mem_ptr(p, dmi));
        access_ns(b, q); // another stream: a pointer cannot tell them apart
        ck_assert_uint_eq(b.master.dmi_invalidations, 2);
        ck_assert(!b.master.socket->get_direct_mem_ptr(p, dmi));
    };
    sc_core::sc_start();
}
END_TEST

START_TEST(bandwidth_is_shared) {
    fl_config c = round_prices();
    c.memory.bandwidth_mb_s = 1000; // 1 byte a ns
    ModelBench b(c);
    ck_assert_uint_eq(b.memory.price(0, 100), ns(100 + 50));
    ck_assert_uint_eq(b.memory.price(0, 100), ns(200 + 50)); // behind the first
    ck_assert_uint_eq(b.memory.price(ns(5000), 100), ns(5100 + 50));
    ck_assert_uint_eq(b.memory.price(ns(500), 100), ns(600 + 50)); // earlier again: its slice has room
}
END_TEST

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
START_TEST(idle_bandwidth_is_not_saved) {
    fl_config c = round_prices();
    c.memory.bandwidth_mb_s = 1000;
    c.memory.latency_ps = 0;
    ModelBench b(c);
    ck_assert_uint_eq(b.memory.price(ns(900), 1000), ns(1900));
    ps_t second = b.memory.price(ns(900), 1000);
    ck_assert_uint_le(second, ns(2900));
    ck_assert_uint_ge(second, ns(2900 - 125));
}
END_TEST

START_TEST(banks_serve_one_at_a_time) {
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
END_TEST

/* Of 128 bytes a row: two units of 64 of one bank, which are 128 apart. */
START_TEST(open_rows_are_faster) {
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
END_TEST

START_TEST(latency_is_drawn) {
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
END_TEST

/* Four table accesses, one bank: each waits for nobody but a DMA that came between. */
START_TEST(walks_and_data_share_the_banks) {
    fl_config c = two_banks();
    c.memory.banks = 1;
    c.memory.bank_ps = ns(200);
    c.tcu.walk_port = FL_WALK_ISSUED;
    ModelBench b(c);
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = b.engine.cached[2] = 0x81;
    bool over = false;
    b.master.body = [&] {
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
    };
    sc_core::sc_start();
    ck_assert(over);
}
END_TEST

SUITE_MAIN("iommu_model", hit_costs_lookup_and_memory, loosely_timed_masters_keep_their_times,
           miss_costs_link_tcu_and_tables, issued_table_accesses_cost_what_memory_says, second_miss_merges,
           invalidation_kills_the_walk_in_flight, full_slots_block_the_input, a_long_queue_at_the_input_is_cheap,
           walk_slots_queue, page_crossing_is_split, sync_takes_its_time, bandwidth_is_shared,
           idle_bandwidth_is_not_saved, banks_serve_one_at_a_time, open_rows_are_faster, latency_is_drawn,
           walks_and_data_share_the_banks, stall_in_six_parts, resume_with_abort_and_razwi,
           terminated_fault_aborts_when_recorded, duplicates_fault_themselves, records_are_written_one_at_a_time,
           waits_for_stall_resources, stalls_push_back, bad_payloads, memory_error_reaches_the_master, four_phases,
           nonblocking_hit_and_miss_complete_early, phases_downstream, second_page_faults, debug_leaves_no_trace,
           dmi_while_one_stream_and_until_invalidated)
