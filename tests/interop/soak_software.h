/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Software for the soak of the public models, each from its specification: SMMUv3 (IHI 0070), with PRI for devices;
 * SMMUv2 (IHI 0062), one context bank whose faults stall; VT-d (revision 5.10) in scalable mode, second stage only.
 */
#ifndef INTEROP_SOAK_SOFTWARE_H
#define INTEROP_SOAK_SOFTWARE_H

#include "soak.h"
#include <faultline/tlm.h>

namespace interop {

constexpr sc_dt::uint64 kRequests = 0x300000, kDirectory = 0x600000, kPasids = 0x610000, kStatus = 0x620000;

template <unsigned WIDTH> struct ProgramV3 : Software<WIDTH>, Ground {
    using Software<WIDTH>::store;
    using Software<WIDTH>::write;
    using Software<WIDTH>::read;
    using Software<WIDTH>::command;
    unsigned requests = 0; ///< of pages: consumer

    void start() override {
        requests = 0;
        for (unsigned sid = 8; sid < 10 && !near; sid++)
            store.set_word(kStreams + sid * 64 + 8, 1 << 28); // 5.2: EATS, full
        write(0xc0, kRequests | 7, 8);                        // PRIQ_BASE: 128 entries
        this->set_up();
        if (!near)
            write(0x20, 0xf); // CR0.PRIQEN, too
    }
    /* 8.1: a group is answered with its last request. */
    unsigned answer() override {
        unsigned n = 0;

        for (auto end = unsigned(read(0x100c8)); requests != end; requests = (requests + 1) & 255, n++) {
            sc_dt::uint64 at = kRequests + (requests & 127) * 16, w0 = store.word(at), w1 = store.word(at + 8);
            this->map(w1 / kPage);
            if (w0 >> 62 & 1)
                command(0x41 | w0 << 32, (w1 & 0x1ff) | 2 << 12); // CMD_PRI_RESP: success
        }
        if (n) {
            write(0x100cc, requests);
            this->ring();
        }
        return n + this->answer_events(true);
    }
    void take(sc_dt::uint64 page) override {
        this->unmap(page);
        this->invalidate();
        this->sync();
        for (unsigned sid = 8; sid < 10 && !near; sid++)
            command(0x40 | sc_dt::uint64{sid} << 32, 52); // CMD_ATC_INV: all (4.5.1)
        this->sync();
        this->ring(ns(double(page)));
    }
    bool taken() override { return read(0x9c) == this->producer; }
    bool off() override { return !(this->look(0x20) & 1); }
};

template <unsigned WIDTH> struct ProgramV2 : Tables, Processor<WIDTH>, Ground {
    using Processor<WIDTH>::write;
    using Processor<WIDTH>::read;
    const faultline::models::Iommu *smmu;

    sc_dt::uint64 at(const char *name) const { return smmu->find_register(name)->offset; }
    void set(const char *name, sc_dt::uint64 value) { write(at(name), value, smmu->find_register(name)->bytes); }
    void start() override {
        // streams 8 and 9; M, CFRE, CFIE, CFCFG, HUPCF
        set_up_v2([this](const char *name, sc_dt::uint64 value) { set(name, value); }, 0x80010008, 0x1e1);
    }
    /* FSR is cleared before the access is tried again (3.12). */
    unsigned answer() override {
        auto fsr = unsigned(read(at("CB0_FSR")));

        if (!fsr)
            return 0;
        if (fsr >> 30 & 1)
            map(read(at("CB0_FAR"), 8) / kPage % kPages);
        set("CB0_FSR", fsr);
        if (fsr >> 30 & 1)
            set("CB0_RESUME", 0);
        return 1;
    }
    void take(sc_dt::uint64 page) override {
        unmap(page);
        set("TLBIALLNSNH", 0);
        set("sTLBGSYNC", 0);
    }
    bool taken() override { return !(read(at("sTLBGSTATUS")) & 1); }
    bool off() override { return this->look(0) & 1; } // sCR0.CLIENTPD
};

template <unsigned WIDTH> struct ProgramVtd : Tables, Processor<WIDTH>, Ground {
    using Processor<WIDTH>::write;
    using Processor<WIDTH>::read;
    unsigned tail = 0, submitted = 0;

    void lay_out() {
        allows = 3; // 9.8: read, write
        Tables::lay_out();
        store.set_word(kStreams, kContexts | 1); // functions 0x00 to 0x7f
        for (unsigned sid = 8; sid < 10; sid++) {
            sc_dt::uint64 context = kContexts + sid * 32;
            for (unsigned i = 0; i < 64; i += 8)
                store.set_word(kContexts + sid * 64 + i, 0);
            store.set_word(context, kDirectory | 1 | (near ? 0 : 0x14)); // 9.4: P; with a device DTE, PRE
        }
        store.set_word(kDirectory, kPasids | 1);
        store.set_word(kPasids, kTables | 2 << 6 | 2 << 2 | 1); // 9.6: second stage, four levels
        store.set_word(kPasids + 8, 1);                         // domain 1
    }
    void enable(unsigned what) { write(0x18, (read(0x1c) & 0x96ffffff) | what); } // GCMD, GSTS
    void start() override {
        tail = 0;
        write(0x20, kStreams | 1 << 10, 8);  // RTADDR: scalable mode
        enable(1U << 30);                    // SRTP
        write(0xd0, kRequests, 8);           // PQA: 128 requests
        write(0x90, kCommands | 1 << 11, 8); // IQA: 128 descriptors of 256 bits
        enable(1U << 26);                    // QIE
        enable(1U << 31);                    // TE
    }
    void submit(sc_dt::uint64 w0, sc_dt::uint64 w1) {
        store.set_word(kCommands + tail, w0);
        store.set_word(kCommands + tail + 8, w1);
        tail = (tail + 32) & 0xfff;
    }
    /* 7.7: the last request of a group is answered for all. */
    unsigned answer_requests() {
        auto head = unsigned(read(0xc0, 8)), end = unsigned(read(0xc8, 8)), n = 0U;

        for (; head != end; head = (head + 32) & 0xfff, n++) {
            sc_dt::uint64 w0 = store.word(kRequests + head), w1 = store.word(kRequests + head + 8);
            map(w1 / kPage);
            if (w1 & 4)
                submit(9 | (w0 & 0xffff0000), w1 & 0xff8); // Page Group Response: success
        }
        if (n) {
            write(0xdc, 1); // PRS.PPR
            write(0xc0, head, 8);
            write(0x88, tail, 8);
        }
        return n;
    }
    /* CAP.FRO, CAP.NFR (11.4.2): records are 16 bytes, F is the last bit. */
    unsigned read_faults() {
        sc_dt::uint64 cap = read(8, 8), first = (cap >> 24 & 0x3ff) * 16;
        unsigned n = 0;

        for (sc_dt::uint64 at = first + 8; at <= first + 8 + (cap >> 40 & 0xff) * 16; at += 16)
            if (read(at, 8) >> 63) {
                write(at, sc_dt::uint64{1} << 63, 8);
                n++;
            }
        if (read(0x34) & 1)
            write(0x34, 1); // FSTS.PFO
        return n;
    }
    unsigned answer() override { return near ? read_faults() : answer_requests(); }
    void take(sc_dt::uint64 page) override {
        unmap(page);
        submit(0x12, 0); // IOTLB, global
        for (unsigned sid = 8; sid < 10 && !near; sid++)
            submit(3 | sc_dt::uint64{sid} << 32, 0x7ffffffffffff001); // device TLB: all (6.5.2.5)
        submit(5 | 1 << 5 | sc_dt::uint64{++submitted} << 32, kStatus);
        write(0x88, tail, 8);
    }
    bool taken() override { return store.word(kStatus) == submitted; }
    bool off() override { return !(this->look(0x1c) >> 31); } // GSTS.TES
};

} // namespace interop

#endif // INTEROP_SOAK_SOFTWARE_H
