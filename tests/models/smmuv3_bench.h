/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMUv3 with its real engine between two masters and memory, set up by hand
 * as IHI 0070 chapters 3 to 6 describe it; prices of model_bench.h.
 */
#ifndef SMMUV3_BENCH_H
#define SMMUV3_BENCH_H

#include "model_bench.h"

extern "C" {
#include "iommu_kind.h"
}

namespace faultline {

/* An endpoint without a cache: every invalidation is completed @latency after it left. */
struct Endpoint : AtsSink {
    std::vector<std::pair<ats_inv, ps_t>> invalidations;
    std::vector<ps_t> resets;
    ps_t latency = 500'000;

    void page_response(const ::page_response &, ps_t, const PageAnswer &) override {}
    ps_t ats_invalidate(const ats_inv &inv, ps_t time) override {
        invalidations.emplace_back(inv, time);
        return time + latency;
    }
    void page_step(const ::page_request &, PageStep, ps_t, const Reader &) override {}
    void iommu_reset(ps_t time) override { resets.push_back(time); }
};

constexpr u32 kSids[2] = {8, 9}; // of the two masters; ASIDs, too

/* A real engine with memory and its registers at hand; a bench adds the masters. */
struct EngineBench : sc_core::sc_module {
    fl_config config;
    Scheduler scheduler;
    IommuModel iommu;
    MemoryModel memory;
    tlm::tlm_initiator_socket<> mmio;
    tlm::tlm_target_socket<> nothing;
    PlainInitiator no_bw;
    NoTarget no_target;

    EngineBench(const iommu_kind &of, const fl_config &prices, sc_core::sc_module_name name)
        : sc_module(name), config(prices), scheduler("scheduler"), iommu("iommu", scheduler, config, true),
          memory("memory", 2, config), mmio("mmio"), nothing("nothing"), kind(of) {
        if (kind.create(&config, iommu.ops(), iommu.ops_context(), &hw))
            std::abort();
        iommu.set_engine(kind.cls, hw);
        iommu.down.bind(memory.in(0));
        iommu.walk.bind(memory.in(1));
        mmio.bind(no_bw);
        mmio.bind(iommu.mmio);
        nothing.bind(no_target);
        memory.window.bind(nothing);
    }
    ~EngineBench() override { kind.destroy(hw); }

    void put(u64 pa, u64 value) {
        u8 word[8];
        fl_put_le64(word, value);
        physmem_write(&memory.store(), pa, word, 8);
    }
    u64 reg(u64 offset, u64 value, u32 bytes, bool write = true) {
        tlm::tlm_generic_payload gp;
        sc_core::sc_time delay;
        u8 word[8];
        fl_put_le64(word, value);
        set_access(gp, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, offset, word, bytes);
        mmio->b_transport(gp, delay);
        return bytes == 4 ? fl_get_le32(word) : fl_get_le64(word);
    }
    u32 read32(u64 offset) { return u32(reg(offset, 0, 4, false)); }

private:
    const iommu_kind &kind;
    void *hw = nullptr;
};

struct SmmuBench : EngineBench {
    Master left, right; ///< streams 8 and 9, TBUs 0 and 1
    sc_core::sc_signal<bool> reset_wire;
    Endpoint endpoint;
    u32 prod = 0;

    static fl_config prices(u64 stalls) {
        fl_config c = round_prices();
        c.tbu.count = 2;
        c.smmuv3.stall_max = stalls;
        return c;
    }
    explicit SmmuBench(u64 stalls = 4, sc_core::sc_module_name name = "bench")
        : EngineBench(iommu_kind_smmuv3, prices(stalls), name), left("left"), right("right"), reset_wire("reset_wire") {
        iommu.reset_in.bind(reset_wire);
        iommu.ats().attach(kSids[0], &endpoint);
        left.socket.bind(iommu.tbu(0));
        right.socket.bind(iommu.tbu(1));
        iommu.set_default_stream(0, kSids[0]);
        iommu.set_default_stream(1, kSids[1]);
    }

    /* Page @n of stream @i, or nothing: VMSAv8-64, 4 KiB, four levels; a page that anybody may read and write. */
    void map(unsigned i, u64 n, u64 pa) { put(tables(i) + 0x3000 + n * 8, pa ? pa | 0xc43 : 0); }
    static u64 tables(unsigned i) { return 0x800000 + i * 0x10000; }

    /* CD: T0SZ 16, 4 KiB, EPD1, IPS 48 bits, AA64, A, R, S. STE: stage 1 by one CD. */
    void stream(unsigned i) {
        u64 t = tables(i), cd = 0x500000 + i * 0x1000, ste = 0x400000 + kSids[i] * 64;
        for (u64 level = 0; level < 3; level++)
            put(t + level * 0x1000, (t + (level + 1) * 0x1000) | 3);
        put(cd, 0x00007205c0000010 | u64(kSids[i]) << 48);
        put(cd + 8, t);
        put(ste, cd | 0xb);
        put(ste + 8, 1U << 28); // EATS: full ATS
    }

    /* As a driver does after power-on (6.3): tables and queues, then CR0. */
    void set_up() {
        for (unsigned i = 0; i < 2; i++)
            stream(i);
        prod = 0;
        reg(0x28, 0xd75, 4);
        reg(0x2c, 0x2, 4);
        reg(0x80, 0x400000, 8);
        reg(0x88, 6, 4);
        reg(0x90, 0x100000 | 8, 8);
        reg(0xa0, 0x200000 | 7, 8);
        reg(0xc0, 0x300000 | 5, 8);
        reg(0x50, 7, 4);
        reg(0x20, 0xf, 4);
    }

    void command(u64 w0, u64 w1) {
        put(0x100000 + (prod & 255) * 16, w0);
        put(0x100000 + (prod & 255) * 16 + 8, w1);
        prod = (prod + 1) & 511;
    }
    void ring() { reg(0x98, prod, 4); }
    u32 cons() { return read32(0x9c); }

    void cfgi_ste(unsigned i) { command(u64(kSids[i]) << 32 | 0x03, 1); }
    void tlbi_all() { command(0x10, 0); }
    void tlbi_asid(unsigned i) { command(u64(kSids[i]) << 48 | 0x11, 0); }
    void atc_inv(unsigned i) { command(u64(kSids[i]) << 32 | 0x40, 52); }
    void resume(unsigned i, u32 stag) { command(u64(kSids[i]) << 32 | 1 << 12 | 0x44, stag); }
    void stall_term(unsigned i) { command(u64(kSids[i]) << 32 | 0x45, 0); }
    void sync() { command(0x46, 0); }
};

} // namespace faultline

#endif // SMMUV3_BENCH_H
