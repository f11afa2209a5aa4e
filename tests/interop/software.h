/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Software of somebody else for an SMMUv3, and the start of an SMMUv2: tables, queues and registers as IHI 0070
 * chapters 3 to 6 and IHI 0062 describe them, by hand.
 */
#ifndef INTEROP_SOFTWARE_H
#define INTEROP_SOFTWARE_H

#include "masters.h"

namespace interop {

constexpr sc_dt::uint64 kPage = 4096, kPages = 128, kMemory = 0x1000000;
constexpr sc_dt::uint64 kCommands = 0x100000, kEvents = 0x200000, kStreams = 0x400000, kContexts = 0x500000,
                        kTables = 0x800000, kData = 0xa00000;

/// Tables of streams 8 and 9: pages lie in another order in memory.
struct Tables {
    Store store{kMemory};

    sc_dt::uint64 allows = 0xc43; ///< what a page's descriptor says besides its address

    static sc_dt::uint64 place(sc_dt::uint64 n) { return kData + (n * 37 % kPages) * kPage; }
    static sc_dt::uint64 pa(sc_dt::uint64 iova) { return place(iova / kPage) + iova % kPage; }
    /// Both streams share the tables: page @p n; VMSAv8-64, 4 KiB granule, four levels; read and write for all.
    void map(sc_dt::uint64 n) { store.set_word(kTables + 0x3000 + n * 8, place(n) | allows); }
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
        for (sc_dt::uint64 n = 0; n < kPages; n++)
            map(n);
    }
};

/// SMMUv2, context bank 0 over the same tables: stage 1, AArch64. @p set writes a register by its name.
template <typename Set> void set_up_v2(Set set, sc_dt::uint64 smr, sc_dt::uint64 sctlr) {
    set("SMR0", smr);
    set("S2CR0", 0);
    set("CBAR0", 0x10000);    // stage 1 with stage 2 bypass
    set("CBA2R0", 1);         // VA64
    set("CB0_TCR", 0x800010); // T0SZ 16, EPD1
    set("CB0_TCR2", 0x38005);
    set("CB0_TTBR0", kTables);
    set("CB0_MAIR0", 0xff);
    set("CB0_SCTLR", sctlr);
    set("sCR0", 0x200406); // CLIENTPD clear
}

/// A processor's port: 32 to 512 bits wide.
template <unsigned WIDTH = 32> struct Processor {
    tlm_utils::simple_initiator_socket<Processor, WIDTH> cpu{"cpu"};

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
    /// Without an effect.
    sc_dt::uint64 look(sc_dt::uint64 offset) {
        Access a;

        a.set(false, offset, 4);
        if (cpu->transport_dbg(a) != 4)
            std::abort();
        return a.data[0] | a.data[1] << 8 | a.data[2] << 16 | sc_dt::uint64{a.data[3]} << 24;
    }
    sc_dt::uint64 read(sc_dt::uint64 offset, unsigned bytes = 4) {
        sc_time now;
        return reg(false, offset, 0, bytes, now);
    }
};

template <unsigned WIDTH = 32> struct Software : Tables, Processor<WIDTH> {
    using Processor<WIDTH>::reg;
    using Processor<WIDTH>::read;
    using Processor<WIDTH>::write;
    unsigned producer = 0, consumer = 0; ///< of commands, of events

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
    /// ... that writes @p data to @p address when it is complete (4.7.3: CS = SIG_IRQ)
    void sync(sc_dt::uint64 address, sc_dt::uint64 data) { command(0x46 | 1 << 12 | data << 32, address); }
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

#endif // INTEROP_SOFTWARE_H
