/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a CMD_SYNC (IHI 0070, 4.7.3), an invalidation wait descriptor (VT-d, 6.5.2.8) or a TLB sync (SMMUv2) waits for
 * ends in any order, and the model may know of a later end before an earlier one: the command is complete at the
 * latest. bench.h's prices, and (ns): link 400 each way, without bytes; ATC 3.
 */
#include "bench.h"
#include "soak_software.h"
#include "suite.h"
#include <check.h>

using namespace interop;
namespace models = faultline::models;

/* ---- walks that an invalidation has overtaken ---- */

/*
 * @invalidate at 100 ns finds two walks in flight: one for @bad, a page that is not there, which ends first, and one of
 * a master that is 5 us ahead. Another master, 6 us ahead, lets the model know of the end of the second; that of the
 * first, with its fault, is only told when its time has come. @return when the second ends: it is asked for at 5 us,
 * lookup 2, link 10, lookup 1, caches 4, @accesses of 100 ns to tables, link 10.
 */
template <typename B> static sc_time overtake_walks(B &b, unsigned accesses, const std::function<void()> &invalidate) {
    sc_time begin = sc_core::sc_time_stamp(), ahead = ns(5000), further = ns(6000);
    static Access bad; // it may stall for ever
    Access good, other;

    b.unmap(5);
    bad.set(false, 5 * kPage, 8);
    sc_core::sc_spawn([&b] {
        sc_time delay;
        b.device->b_transport(bad, delay);
    });
    sc_core::wait(sc_core::SC_ZERO_TIME);
    good.set(false, kPage, 8);
    b.device->b_transport(good, ahead);
    ck_assert(ahead == ns(5027 + 100 * accesses + 50)); // and the memory
    sc_core::wait(ns(100));
    invalidate();
    sc_core::wait(ns(50));
    other.set(false, 2 * kPage, 8);
    b.device->b_transport(other, further);
    return begin + ns(5027 + 100 * accesses);
}

/* When a register at @offset, read from 2 us on, has @value under @mask. */
template <typename B> static sc_time poll(B &b, sc_dt::uint64 offset, unsigned mask, unsigned value) {
    sc_time delay;

    sc_core::wait(ns(2000));
    while ((b.reg(false, offset, 0, 4, delay) & mask) != value) {
        sc_core::wait(delay + ns(20));
        delay = sc_core::SC_ZERO_TIME;
    }
    return sc_core::sc_time_stamp() + delay;
}

/* STE, CD and four levels; CMD_SYNC takes 70. */
TEST(sync_of_smmuv3_waits_for_the_latest_walk) {
    Smmuv3Bench<> b;
    bool over = false;
    b.iommu.set_default_stream(0, 8);
    b.play([&] {
        b.set_up();
        sc_time latest = overtake_walks(b, 6, [&] {
            b.invalidate();
            b.sync();
            b.ring();
        });
        ck_assert(poll(b, 0x9c, ~0U, b.producer) == latest + ns(70));
        over = true;
    });
    ck_assert(over);
}

/* Four levels; a sync takes 70. */
TEST(sync_of_smmuv2_waits_for_the_latest_walk) {
    Smmuv2Bench b;
    bool over = false;
    b.iommu.set_default_stream(0, 8);
    b.play([&] {
        auto set = [&](const char *name, sc_dt::uint64 value) {
            const models::Register *r = b.iommu.find_register(name);
            b.write(r->offset, value, r->bytes);
        };
        set_up_v2(set, 0x80000008, 0x61); // M, CFRE, CFIE
        sc_time latest = overtake_walks(b, 4, [&] {
            set("TLBIALLNSNH", 0);
            set("sTLBGSYNC", 0);
        });
        ck_assert(poll(b, b.iommu.find_register("sTLBGSTATUS")->offset, 1, 0) == latest + ns(70));
        over = true;
    });
    ck_assert(over);
}

/* Legacy mode: root entry, context entry, four levels. The descriptor takes 70, its status as a message 30 more. */
TEST(wait_of_vtd_waits_for_the_latest_walk) {
    VtdBench b;
    bool over = false;
    b.iommu.set_default_stream(0, 8);
    b.allows = 3;
    b.lay_out();
    b.store.set_word(kStreams, kContexts | 1);
    b.store.set_word(kContexts + 8 * 16, kTables | 1);
    b.store.set_word(kContexts + 8 * 16 + 8, 1 << 8 | 2); // domain 1, four levels
    b.store.set_word(kCommands, 0x12);                    // IOTLB, global
    b.store.set_word(kCommands + 16, 5 | 1 << 5 | sc_dt::uint64{0x600d} << 32);
    b.store.set_word(kCommands + 24, kStatus);
    b.play([&] {
        b.write(0x20, kStreams, 8);  // RTADDR
        b.write(0x18, 1U << 30);     // GCMD.SRTP
        b.write(0x90, kCommands, 8); // IQA
        b.write(0x18, 1U << 26);     // GCMD.QIE
        b.write(0x18, 1U << 31 | 1U << 26);
        sc_time latest = overtake_walks(b, 6, [&] { b.write(0x88, 32, 8); }); // IQT
        sc_core::wait(latest + ns(70 + 29) - sc_core::sc_time_stamp());
        ck_assert_uint_eq(b.store.word(kStatus), 0);
        sc_core::wait(ns(2));
        ck_assert_uint_eq(b.store.word(kStatus), 0x600d);
        over = true;
    });
    ck_assert(over);
}

/* ---- device TLBs ---- */

/* Two devices with a translation of page 1 each. */
template <typename Model, typename Parameters, template <unsigned> class Program>
struct Devices : sc_core::sc_module, Program<32> {
    Model iommu;
    tlm_utils::simple_target_socket<Devices> memory{"memory"}; ///< answers at once, with a time to come
    Memory tables;
    Master engine, other;
    models::PcieEndpoint<> device, second;

    static Parameters two_tbus(bool on_the_bus) {
        Parameters p = with_prices<Parameters>();
        p.on_the_bus = on_the_bus;
        p.tbus = 2;
        return p;
    }
    static models::PcieParameters function(unsigned requester) {
        models::PcieParameters p;
        p.functions = {{requester, true, true}};
        p.keys = {"pcie.link_ns=400", "pcie.atc_lookup_ns=3", "pcie.bandwidth_mb_s=0", "pcie.lanes=0"};
        return p;
    }
    explicit Devices(sc_core::sc_module_name name, bool on_the_bus = false)
        : sc_module(name), iommu("iommu", two_tbus(on_the_bus)),
          tables("tables", this->store, on_the_bus ? Style::Waits : Style::Annotates), engine("engine"), other("other"),
          device("device", iommu, function(8)), second("second", iommu, function(9)) {
        this->near = false;
        engine.out.bind(device.dma);
        device.up.bind(iommu.tbu[0]);
        other.out.bind(second.dma);
        second.up.bind(iommu.tbu[1]);
        memory.register_nb_transport_fw(this, &Devices::forward);
        iommu.down.bind(memory);
        iommu.walk.bind(tables.in);
        this->cpu.bind(iommu.mmio);
        this->lay_out();
    }
    tlm::tlm_sync_enum forward(Gp &gp, tlm::tlm_phase &, sc_time &delay) {
        this->store.access(gp);
        delay += ns(50);
        return tlm::TLM_COMPLETED;
    }
    std::string state() override { return ""; }
    /*
     * A write of @device's begins 5 us ahead: ATC 3, link 400, lookup 2, memory 50. Both are told to drop all; @second
     * completes that at once, @device when its write is over: 400 more on the link. @return then, when the SYNC of 70
     * that waits for both is complete.
     */
    sc_time invalidate_both() {
        Access a;
        sc_time begin, delay = ns(5000);

        for (Master *m : {&engine, &other}) {
            a.set(true, kPage, 8); // a read may not ask for the permission to write
            m->access(a);
        }
        sc_core::wait(ns(10000));
        begin = sc_core::sc_time_stamp();
        a.set(true, kPage, 8);
        engine.target().b_transport(a, delay);
        ck_assert_uint_eq(delay.value(), ns(5455).value());
        this->take(0);
        return begin + ns(5455 + 400 + 70);
    }
};

TEST(sync_of_smmuv3_waits_for_the_latest_device) {
    Devices<models::Smmuv3<>, models::Smmuv3Parameters, ProgramV3> b("bench");
    bool over = false;
    b.engine.body = [&] {
        b.start();
        sc_time due = b.invalidate_both();
        ck_assert(poll(b, 0x9c, ~0U, b.producer) == due);
        over = true;
    };
    sc_core::sc_start();
    ck_assert(over);
}

/* Its status is a message: 30 more, and the memory's 50. */
TEST(wait_of_vtd_waits_for_the_latest_device) {
    Devices<models::Vtd<>, models::VtdParameters, ProgramVtd> b("bench");
    bool over = false;
    b.engine.body = [&] {
        b.start();
        sc_time due = b.invalidate_both();
        sc_core::wait(due + ns(29) - sc_core::sc_time_stamp());
        ck_assert(!b.taken());
        sc_core::wait(ns(2 + 50));
        ck_assert(b.taken());
        over = true;
    };
    sc_core::sc_start();
    ck_assert(over);
}

/*
 * The answer to a translation request for a page that is not there has no permission, and no cache keeps it: where its
 * walk takes its phases on the bus, the device still gets it, and asks for the page.
 */
template <typename D> static void page_that_is_asked_for() {
    D b("bench", true);
    bool over = false;
    b.unmap(5);
    b.engine.body = [&] {
        Access a;
        b.start();
        sc_core::sc_spawn([&] {
            sc_core::wait(ns(5000));
            ck_assert_uint_eq(b.answer(), 1);
        });
        a.set(true, 5 * kPage, 8);
        b.engine.access(a);
        ck_assert(a.is_response_ok());
        ck_assert_uint_eq(b.device.stats(8).page_requests, 1);
        over = true;
    };
    sc_core::sc_start(ns(50000));
    ck_assert(over);
}

TEST_TIMES(absent_page_with_walks_on_the_bus, 2) {
    if (_i)
        page_that_is_asked_for<Devices<models::Vtd<>, models::VtdParameters, ProgramVtd>>();
    else
        page_that_is_asked_for<Devices<models::Smmuv3<>, models::Smmuv3Parameters, ProgramV3>>();
}

SUITE("interop_waits")
