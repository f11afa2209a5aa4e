/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The IOMMU between TLM-2.0 sockets: phases, bad payloads, errors, debug access and DMI. */
#include "model_bench.h"
#include "suite.h"
#include <check.h>

using namespace faultline;
using sc_core::sc_time;

TEST(bad_payloads) {
    ModelBench b;
    b.run([&] {
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
    });
    ck_assert_uint_eq(b.engine.lookups, 0);
}

TEST(memory_error_reaches_the_master) {
    ModelBench b;
    b.engine.pages[1] = 1ULL << 40;
    b.engine.cached[1] = 1ULL << 40; // beyond the physical address space
    b.run([&] {
        Payload p(0x1000, 8);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_OK);
    });
}

/* Without early completion every access goes through the four phases, in their order, one response at a time. */
TEST(four_phases) {
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
    b.run([&] {
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
    });
    ck_assert_uint_eq(p.get_ref_count(), 1);
    ck_assert_uint_eq(q.get_ref_count(), 1);
}

TEST(nonblocking_hit_and_miss_complete_early) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.run([&] {
        Payload p(0x1000, 8);
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay;
        ck_assert_int_eq(b.master.socket->nb_transport_fw(p, phase, delay), tlm::TLM_COMPLETED);
        ck_assert_uint_eq(delay.value(), ns(477));
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
    });
}

/* Stalls hold every slot: the next request is not accepted before one is answered. */
TEST(stalls_push_back) {
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
TEST(phases_downstream) {
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

TEST(debug_leaves_no_trace) {
    ModelBench b;
    u8 there[4] = {1, 2, 3, 4};
    b.engine.pages[1] = 0x80;
    physmem_write(&b.memory.store(), 0x80ffe, there, 2);
    b.run([&] {
        Payload p(0x1ffe, 4);
        ck_assert_uint_eq(b.master.socket->transport_dbg(p), 2); // the next page is not there
        ck_assert_uint_eq(p.data[1], 2);
        b.engine.pages[2] = 0x33;
        physmem_write(&b.memory.store(), 0x33000, there + 2, 2);
        ck_assert_uint_eq(b.master.socket->transport_dbg(p), 4);
        ck_assert_uint_eq(p.data[3], 4);
    });
    ck_assert_uint_eq(b.engine.fills, 0);
    ck_assert_uint_eq(b.engine.cached.size(), 0);
    ck_assert_uint_eq(b.delivered, 0);
    ck_assert_ptr_null(b.engine.flying);
}

TEST(dmi_while_one_stream_and_until_invalidated) {
    ModelBench b;
    b.engine.pages[1] = 0x80;
    b.run([&] {
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
    });
}

SUITE("iommu_sockets")
