/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMUv3 in a platform of somebody else: masters, memories and the processor's port are made of tlm_utils alone,
 * with a monitor at each socket. Tables and queues as IHI 0070 chapters 3 to 6 describe them, by hand.
 */
#ifndef INTEROP_RIG_H
#define INTEROP_RIG_H

#include "iommu_model.h"
#include "masters.h"
#include "monitor.h"

extern "C" {
#include "smmuv3.h"
}

/* LeakSanitizer does not see past the stack of a coroutine: what Check holds on main's looks lost. */
extern "C" const char *__lsan_default_suppressions();
extern "C" __attribute__((used)) inline const char *__lsan_default_suppressions() {
    return "leak:emalloc\nleak:erealloc\nleak:srunner";
}

namespace interop {

constexpr sc_dt::uint64 kPage = 4096, kPages = 128, kMemory = 0x1000000;
constexpr sc_dt::uint64 kCommands = 0x100000, kEvents = 0x200000, kStreams = 0x400000, kContexts = 0x500000,
                        kTables = 0x800000, kData = 0xa00000;

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

    explicit Ears(sc_core::sc_module_name name) : sc_module(name), in("in") { in.bind(*this); }
    void irq(unsigned, bool level, const sc_time &) override { edges += level; }
};

struct Rig : sc_core::sc_module {
    faultline::Scheduler scheduler;
    faultline::IommuModel iommu;
    struct smmuv3 hw {};
    Store store{kMemory};
    Memory memory, tables;
    Master left, right; ///< streams 8 and 9
    Monitor left_rules, right_rules, memory_rules, table_rules;
    tlm_utils::simple_initiator_socket<Rig> cpu;
    Ears ears;
    sc_core::sc_signal<bool> reset;
    unsigned producer = 0, consumer = 0; ///< of commands, of events

    explicit Rig(Style style, const fl_config &c = prices(), sc_dt::uint64 quantum = 10'000'000,
                 sc_core::sc_module_name name = "rig", Style walks = Style::Annotates)
        : sc_module(name), scheduler("scheduler", quantum), iommu("iommu", scheduler, c),
          memory("memory", store, style), tables("tables", store, walks), left("left"), right("right"),
          left_rules("left_rules"), right_rules("right_rules"), memory_rules("memory_rules"),
          table_rules("table_rules"), cpu("cpu"), ears("ears"), reset("reset") {
        smmuv3_cfg cfg{};
        cfg.gbpa = 1U << 20; // ABORT: nothing passes by it after a reset
        if (smmuv3_init(&hw, &cfg, iommu.ops(), iommu.ops_context()))
            std::abort();
        iommu.set_engine(&smmuv3_class, &hw);
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
        for (sc_dt::uint64 n = 0; n < kPages; n++)
            map(n);
    }
    ~Rig() override { smmuv3_exit(&hw); }

    std::vector<Monitor *> monitors() { return {&left_rules, &right_rules, &memory_rules, &table_rules}; }
    std::string broken() {
        for (Monitor *m : monitors())
            if (!m->broken.empty())
                return m->first();
        return "";
    }

    /* ---- tables: pages lie in another order in memory ---- */

    static sc_dt::uint64 place(sc_dt::uint64 n) { return kData + (n * 37 % kPages) * kPage; }
    static sc_dt::uint64 pa(sc_dt::uint64 iova) { return place(iova / kPage) + iova % kPage; }
    /// Both streams share the tables: page @p n; VMSAv8-64, 4 KiB granule, four levels; read and write for all.
    void map(sc_dt::uint64 n) { store.set_word(kTables + 0x3000 + n * 8, place(n) | 0xc43); }
    void unmap(sc_dt::uint64 n) { store.set_word(kTables + 0x3000 + n * 8, 0); }
    void lay_out() {
        for (unsigned level = 0; level < 3; level++)
            store.set_word(kTables + level * kPage, (kTables + (level + 1) * kPage) | 3);
        for (unsigned sid = 8; sid < 10; sid++) {
            sc_dt::uint64 cd = kContexts + sid * 64;
            store.set_word(cd, 0x00017205c0000010); // 5.4: T0SZ 16, EPD1, IPS 48, AA64, A, R, S, ASID 1
            store.set_word(cd + 8, kTables);
            store.set_word(kStreams + sid * 64, cd | 0xb); // 5.2: valid, stage 1
        }
    }

    /* ---- registers ---- */

    sc_dt::uint64 reg(bool write, sc_dt::uint64 offset, sc_dt::uint64 value, unsigned bytes, sc_time &delay) {
        Access a;
        a.set(write, offset, bytes);
        for (unsigned i = 0; i < bytes; i++)
            a.data[i] = static_cast<unsigned char>(value >> 8 * i);
        cpu->b_transport(a, delay);
        if (!a.is_response_ok())
            std::abort();
        value = 0;
        for (unsigned i = bytes; i--;)
            value = value << 8 | a.data[i];
        return value;
    }
    void write(sc_dt::uint64 offset, sc_dt::uint64 value, unsigned bytes = 4) {
        sc_time now;
        reg(true, offset, value, bytes, now);
    }
    sc_dt::uint64 read(sc_dt::uint64 offset) {
        sc_time now;
        return reg(false, offset, 0, 4, now);
    }
    /// As software does after power-on (6.3).
    void set_up() {
        producer = consumer = 0;
        write(0x28, 0xd75);            // CR1
        write(0x2c, 0x2);              // CR2: events of bad StreamIDs
        write(0x80, kStreams, 8);      // STRTAB_BASE
        write(0x88, 6);                // STRTAB_BASE_CFG: 64 streams
        write(0x90, kCommands | 8, 8); // CMDQ_BASE: 256 entries
        write(0xa0, kEvents | 7, 8);   // EVENTQ_BASE: 128 entries
        write(0x50, 5);                // IRQ_CTRL
        write(0x20, 0xd);              // CR0: SMMUEN, EVENTQEN, CMDQEN
    }
    void command(sc_dt::uint64 w0, sc_dt::uint64 w1) {
        store.set_word(kCommands + (producer & 255) * 16, w0);
        store.set_word(kCommands + (producer & 255) * 16 + 8, w1);
        producer = (producer + 1) & 511;
    }
    void ring(sc_time delay = sc_core::SC_ZERO_TIME) { reg(true, 0x98, producer, 4, delay); }
    void invalidate() { command(0x10, 0); } ///< CMD_TLBI_NH_ALL
    void sync() { command(0x46, 0); }
    /// Records that are in the queue: those of stalls (F_TRANSLATION, 7.3) are answered with a retry.
    unsigned answer_events(bool mend) {
        unsigned n = 0;

        for (auto end = unsigned(read(0x100a8)); consumer != end; consumer = (consumer + 1) & 255, n++) {
            sc_dt::uint64 at = kEvents + (consumer & 127) * 32, w0 = store.word(at), w1 = store.word(at + 8);
            if ((w0 & 0xff) != 0x10 || !(w1 >> 31 & 1))
                continue;
            if (mend)
                map(store.word(at + 16) / kPage);
            command((w0 & 0xffffffff00000000) | 1 << 12 | 0x44, w1 & 0xffff); // CMD_RESUME: Ac
        }
        if (n) {
            write(0x100ac, consumer);
            ring();
        }
        return n;
    }
};

} // namespace interop

#endif // INTEROP_RIG_H
