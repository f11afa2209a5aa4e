/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A model of include/faultline/tlm.h between sockets of any width, as somebody else puts it together. */
#ifndef INTEROP_BENCH_H
#define INTEROP_BENCH_H

#include "software.h"
#include <faultline/tlm.h>

namespace interop {

/// The prices of rig.h, as keys.
inline std::vector<std::string> round_prices() {
    return {"tbu.lookup_ns=2",       "tbu.interval_ns=1",   "tbu.link_ns=10",          "tcu.lookup_ns=1",
            "tcu.config_cache_ns=2", "tcu.walk_cache_ns=2", "tcu.walk_latency_ns=100", "notify.record_write_ns=40",
            "notify.wire_ns=20",     "notify.msi_ns=30",    "command.fetch_ns=60",     "command.execute_ns=5",
            "command.sync_ns=70"};
}

template <typename P> P with_prices(P p = {}) {
    p.keys = round_prices();
    return p;
}

/// An IOMMU with a memory, a device at each TBU, a processor, and a thread that is the test.
template <typename Model, typename Parameters, unsigned WIDTH = 32> struct Bench : sc_core::sc_module, Software<WIDTH> {
    using Software<WIDTH>::store;
    Model iommu;
    tlm_utils::simple_target_socket<Bench, WIDTH> memory{"memory"}, tables{"tables"};
    tlm_utils::simple_initiator_socket<Bench, WIDTH> device{"device"};
    sc_core::sc_signal<bool> reset{"reset"};
    std::function<void()> body;

    explicit Bench(const Parameters &p = with_prices<Parameters>(), sc_core::sc_module_name name = "bench")
        : sc_module(name), iommu("iommu", p) {
        SC_HAS_PROCESS(Bench);
        SC_THREAD(run);
        for (auto *in : {&memory, &tables}) {
            in->register_b_transport(this, &Bench::serve);
            in->register_transport_dbg(this, &Bench::look);
        }
        device.register_nb_transport_bw(this, &Bench::answer);
        device.bind(iommu.tbu[0]);
        this->cpu.bind(iommu.mmio);
        iommu.down.bind(memory);
        iommu.walk.bind(tables);
        iommu.reset.bind(reset);
        this->lay_out();
    }
    /// @p test is the platform's software and its device, until it returns.
    void play(std::function<void()> test) {
        body = std::move(test);
        sc_core::sc_start();
    }
    /// An access of the device: how long it took, or 0 if it failed.
    sc_time access(Access &a) {
        sc_time delay;

        device->b_transport(a, delay);
        return a.is_response_ok() ? delay : sc_core::SC_ZERO_TIME;
    }
    sc_time read_word(sc_dt::uint64 at) {
        Access a;

        a.set(false, at, 8);
        return access(a);
    }

private:
    void run() {
        if (body)
            body();
    }
    void serve(Gp &gp, sc_time &delay) {
        store.access(gp);
        delay += ns(50);
    }
    tlm::tlm_sync_enum answer(Gp &, tlm::tlm_phase &, sc_time &) { return tlm::TLM_COMPLETED; }
    unsigned look(Gp &gp) { return store.access(gp, true) ? gp.get_data_length() : 0; }
};

template <unsigned WIDTH = 32>
using Smmuv3Bench = Bench<faultline::models::Smmuv3<WIDTH>, faultline::models::Smmuv3Parameters, WIDTH>;
using Smmuv2Bench = Bench<faultline::models::Smmuv2<>, faultline::models::Smmuv2Parameters>;
using VtdBench = Bench<faultline::models::Vtd<>, faultline::models::VtdParameters>;

} // namespace interop

#endif // INTEROP_BENCH_H
