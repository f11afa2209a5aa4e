/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMUv3 in a platform of somebody else: masters, memories and the processor's port are made of tlm_utils alone,
 * with a monitor at each socket.
 */
#ifndef INTEROP_RIG_H
#define INTEROP_RIG_H

#include "iommu_model.h"
#include "monitor.h"
#include "round_prices.h"
#include "software.h"
#include "suite_leaks.h"

extern "C" {
#include "smmuv3.h"
}

namespace interop {

/// Those of the other suites, and two TBUs.
inline fl_config prices() {
    fl_config c = faultline::round_prices();

    c.tbu.count = 2;
    c.tbu.slots = 8;
    c.notify.msi_ps = 30'000;
    return c;
}

struct Ears : sc_core::sc_module, faultline::IrqIf {
    sc_core::sc_export<faultline::IrqIf> in;
    unsigned edges = 0;
    sc_time last; ///< its delay

    explicit Ears(sc_core::sc_module_name name) : sc_module(name), in("in") { in.bind(*this); }
    void irq(unsigned, bool level, const sc_time &delay) override {
        edges += level;
        last = delay;
    }
};

struct Rig : sc_core::sc_module, Software<> {
    faultline::Scheduler scheduler;
    faultline::IommuModel iommu;
    struct smmuv3 hw {};
    Memory memory, tables;
    Master left, right; ///< streams 8 and 9
    Monitor left_rules, right_rules, memory_rules, table_rules;
    Ears ears;
    sc_core::sc_signal<bool> reset;

    explicit Rig(Style style, const fl_config &c = prices(), sc_dt::uint64 quantum = 10'000'000,
                 sc_core::sc_module_name name = "rig", Style walks = Style::Annotates)
        : sc_module(name), scheduler("scheduler", quantum), iommu("iommu", scheduler, c),
          memory("memory", store, style), tables("tables", store, walks), left("left"), right("right"),
          left_rules("left_rules"), right_rules("right_rules"), memory_rules("memory_rules"),
          table_rules("table_rules"), ears("ears"), reset("reset") {
        make_engine();
        left.out.bind(left_rules.in);
        left_rules.out.bind(iommu.tbu(0));
        right.out.bind(right_rules.in);
        right_rules.out.bind(iommu.tbu(1));
        iommu.down.bind(memory_rules.in);
        memory_rules.out.bind(memory.in);
        iommu.walk.bind(table_rules.in);
        table_rules.out.bind(tables.in);
        cpu.bind(iommu.mmio);
        iommu.irq.bind(ears.in);
        iommu.reset_in.bind(reset);
        iommu.set_default_stream(0, 8);
        iommu.set_default_stream(1, 9);
        lay_out();
    }
    ~Rig() override { smmuv3_exit(&hw); }

    std::vector<Monitor *> monitors() { return {&left_rules, &right_rules, &memory_rules, &table_rules}; }
    /// The SMMU is set up, then @p test runs in the left master's thread. What broken() says.
    std::string play(const std::function<void()> &test) {
        left.body = [&] {
            set_up();
            test();
        };
        sc_core::sc_start();
        return broken();
    }
    /// The first rule that somebody has broken, or nothing.
    std::string broken() {
        for (Monitor *m : monitors())
            if (!m->broken.empty())
                return m->first();
        return "";
    }

private:
    void make_engine() {
        smmuv3_cfg cfg{};

        cfg.gbpa = 1U << 20; // ABORT: nothing passes by it after a reset
        if (smmuv3_init(&hw, &cfg, iommu.ops(), iommu.ops_context()))
            std::abort();
        iommu.set_engine(&smmuv3_class, &hw);
    }
};

} // namespace interop

#endif // INTEROP_RIG_H
