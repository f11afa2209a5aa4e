/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * test_interop_soak [ACCESSES [SEED]]: soak.h through several SMMUv3 in one simulation, by the modules behind the
 * public ones. ACCESSES are of all SMMUs and masters together.
 */
#include "rig.h"
#include "soak.h"

using namespace interop;

namespace {

const Plan kPlans[] = {
    {Style::Annotates, Style::Annotates, EndResp::AtOnce, 8, 10'000, true, false},
    {Style::Pipelined, Style::Annotates, EndResp::Later, 16, 100, false, true},
    {Style::Holds, Style::Waits, EndResp::Annotated, 4, 1'000, true, true},
    {Style::Mixed, Style::Mixed, EndResp::Annotated, 12, 10'000, true, true},
    {Style::Waits, Style::Pipelined, EndResp::AtOnce, 8, 1'000, true, true},
    {Style::Mixed, Style::Annotates, EndResp::Later, 32, 100, false, false},
};

fl_config config_of(const Plan &p) {
    fl_config c = prices();

    if (p.on_the_bus)
        c.tcu.walk_port = FL_WALK_ISSUED;
    return c;
}

struct RigGround : Ground {
    Rig rig;

    RigGround(const Plan &p, const char *name) : rig(p.memory, config_of(p), p.quantum_ns * 1000ULL, name, p.walks) {
        left = &rig.left;
        right = &rig.right;
        data = &rig.memory;
        walks = &rig.tables;
        for (Monitor *m : rig.monitors())
            rules.push_back(m);
        pages = &rig;
        reset_line = &rig.reset;
    }
    void start() override { rig.set_up(); }
    unsigned answer() override { return rig.answer_events(true); }
    void take(sc_dt::uint64 n) override {
        rig.unmap(n);
        rig.invalidate();
        rig.sync();
        rig.ring(ns(double(n % 200)));
    }
    bool taken() override { return rig.read(0x9c) == rig.producer; }
    bool off() override { return !(rig.look(0x20) & 1); } // CR0.SMMUEN
    std::string state() override {
        faultline::Waiting w{};

        rig.iommu.count_waiting(w);
        return std::to_string(w.stalled) + " stalled, " + std::to_string(w.input) + " at the input";
    }
};

} // namespace

int sc_main(int argc, char **argv) {
    u64 accesses = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 24000;
    unsigned seed = argc > 2 ? unsigned(std::strtoul(argv[2], nullptr, 0)) : 1, n = 0;
    std::vector<std::unique_ptr<RigGround>> grounds;
    std::vector<std::unique_ptr<Soak>> soaks;

    for (const Plan &p : kPlans) {
        std::string name = "soak_" + std::to_string(n);
        grounds.emplace_back(new RigGround(p, name.c_str()));
        soaks.emplace_back(
            new Soak(*grounds.back(), p, accesses / (sizeof(kPlans) / sizeof(kPlans[0])), seed + n++, name.c_str()));
    }
    play(soaks, accesses, seed);
    return 0;
}
