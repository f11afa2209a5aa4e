/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMUv3 in a platform of somebody else: masters, memories and the processor's port are made of tlm_utils alone,
 * with a monitor at each socket.
 */
#ifndef INTEROP_RIG_H
#define INTEROP_RIG_H

#include "iommu_model.h"
#include "monitor.h"
#include "software.h"

extern "C" {
#include "smmuv3.h"
}

/* LeakSanitizer does not see past the stack of a coroutine: what Check holds on main's looks lost. */
extern "C" const char *__lsan_default_suppressions();
extern "C" __attribute__((used)) inline const char *__lsan_default_suppressions() {
    return "leak:emalloc\nleak:erealloc\nleak:srunner";
}

namespace interop {

/// Round prices: lookup 2 ns, one access a ns into the TBU, a table access 100 ns.
inline fl_config prices() {
    fl_config c;

    fl_config_init(&c);
    c.tbu.count = 2;
    c.tbu.lookup_ps = 2'000;
    c.tbu.interval_ps = 1'000;
    c.tbu.link_ps = 10'000;
    c.tbu.slots = 8;
    c.tcu.lookup_ps = 1'000;
    c.tcu.config_cache_ps = 2'000;
    c.tcu.walk_cache_ps = 2'000;
    c.tcu.walk_latency_ps = 100'000;
    c.tcu.walk_slots = 8;
    c.notify.record_write_ps = 40'000;
    c.notify.wire_ps = 20'000;
    c.notify.msi_ps = 30'000;
    c.command.fetch_ps = 60'000;
    c.command.execute_ps = 5'000;
    c.command.sync_ps = 70'000;
    c.command.resume_ps = 16'000;
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
        iommu.set_ahead(false);
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
