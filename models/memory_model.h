/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory as a TLM-2.0 target around struct physmem: latency and bandwidth, all
 * four transport interfaces, DMI by the page. Never waits: it annotates.
 *
 * Accesses arrive with annotated delays and so not in the order of time. The
 * bandwidth is therefore kept in slices of time: an access takes its bytes out
 * of the first slice from its own on that has some left.
 */
#ifndef FAULTLINE_MEMORY_MODEL_H
#define FAULTLINE_MEMORY_MODEL_H

#include "scheduler.h"

namespace faultline {

class MemoryModel : public sc_core::sc_module, public tlm::tlm_fw_transport_if<> {
public:
    /// @param sockets how many initiators
    MemoryModel(sc_core::sc_module_name name, unsigned sockets, const fl_config &config);
    ~MemoryModel() override;

    tlm::tlm_target_socket<> &in(unsigned i) { return *sockets_.at(i); }

    /// Where accesses to [first, last] go instead, e.g. a doorbell of interrupts; at most one.
    tlm::tlm_initiator_socket<> window;
    void set_window(u64 first, u64 last);

    /// The memory itself: what a program of the platform's CPU reads and writes at no price.
    physmem &store() { return store_; }

    /// Where [pa, pa + len) lies in the host, if its page was used before; else NULL: go through store().
    unsigned char *host(u64 pa, u32 len) {
        u64 number = pa / PHYSMEM_PAGE_SIZE, offset = pa % PHYSMEM_PAGE_SIZE;
        const Page &page = pages_[number % kPages];

        return page.number == number && offset + len <= PHYSMEM_PAGE_SIZE ? page.host + offset : nullptr;
    }
    /// The page of @p pa was used: host() knows it from now on.
    void remember(u64 pa) {
        unsigned char *host = store_.n_holes ? nullptr : physmem_find(&store_, pa);

        if (host)
            pages_[pa / PHYSMEM_PAGE_SIZE % kPages] = {pa / PHYSMEM_PAGE_SIZE, host};
    }

    /// What an access of @p bytes at @p t costs: the time of its answer.
    ps_t price(ps_t t, u32 bytes) {
        return (config_.memory.bandwidth_mb_s ? transfer(t, bytes) : t) + config_.memory.latency_ps;
    }

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &gp, tlm::tlm_dmi &dmi) override;
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override;

private:
    struct WindowBw;
    static constexpr std::size_t kPages = 1024;
    struct Page {
        u64 number;
        unsigned char *host;
    };
    struct Slice {
        u64 number;
        u64 used; // bytes
    };

    ps_t transfer(ps_t t, u32 bytes);
    bool plain(tlm::tlm_generic_payload &gp);
    bool access(tlm::tlm_generic_payload &gp);
    bool in_window(u64 address) const { return address >= window_first_ && address <= window_last_; }

    const fl_config &config_;
    physmem store_{};
    std::vector<std::unique_ptr<tlm::tlm_target_socket<>>> sockets_;
    std::unique_ptr<WindowBw> window_bw_;
    std::vector<Page> pages_; // where the latest pages lie in the host; they never move
    std::vector<Slice> slices_;
    u64 slice_bytes_ = 0;
    u64 window_first_ = kNever, window_last_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_MEMORY_MODEL_H
