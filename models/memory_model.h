/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory as a TLM-2.0 target around struct physmem: banks, latency and
 * bandwidth, all four transport interfaces, DMI by the page. Never waits: it
 * annotates.
 *
 * Accesses arrive with annotated delays and so not in the order of time. The
 * bandwidth is therefore kept in slices of time: an access takes its bytes out
 * of the first slice from its own on that has some left. A bank is a timetable
 * for the same reason; which of its rows is open follows the order of the calls.
 *
 * An access that touches several banks waits for each of them at once and goes
 * on when the last has begun to serve it.
 */
#ifndef FAULTLINE_MEMORY_MODEL_H
#define FAULTLINE_MEMORY_MODEL_H

#include "drawn_time.h"
#include "tlm_parts.h"
#include "usage.h"

namespace faultline {

class MemoryModel : public sc_core::sc_module, public PlainTarget {
public:
    /// @param sockets how many initiators
    /// @param seed of latencies that are drawn
    /// @throws std::runtime_error: the file with recorded latencies cannot be read
    MemoryModel(sc_core::sc_module_name name, unsigned sockets, const fl_config &config, u64 seed = 1);
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

    /// What an access of @p bytes at @p t costs where there are no banks: the time of its answer.
    ps_t price(ps_t t, u32 bytes) {
        return (config_.memory.bandwidth_mb_s ? transfer(t, bytes) : t) + config_.memory.latency_ps;
    }
    /// The same at @p pa with banks and a drawn latency. @p waited: of it, for others to leave a bank.
    ps_t price_at(u64 pa, ps_t t, u32 bytes, ps_t &waited);

    /// The banks and what they did up to @p until, in a fixed order.
    std::vector<const Usage *> usages(ps_t until = kNever) const;
    /// Their accounts begin at @p t.
    void mark(ps_t t);

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &gp, tlm::tlm_dmi &dmi) override;
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override;

private:
    static constexpr std::size_t kPages = 1024;
    struct Page {
        u64 number;
        unsigned char *host;
    };
    struct Slice {
        u64 number;
        u64 used; // parts of bytes, as many as there are slices in a us
    };

    struct Bank {
        Booking times{"memory_bank"};
        u64 row = kNever; // open
    };

    ps_t transfer(ps_t t, u32 bytes);
    ps_t visit(u64 unit, ps_t t, bool &hit);
    void annotate(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay);
    bool plain(tlm::tlm_generic_payload &gp);
    bool access(tlm::tlm_generic_payload &gp);
    bool in_window(u64 address) const { return address >= window_first_ && address <= window_last_; }

    const fl_config config_;
    bool simple_; // one latency, and no banks
    DrawnTime latency_;
    std::vector<Bank> banks_;
    physmem store_{};
    std::vector<std::unique_ptr<tlm::tlm_target_socket<>>> sockets_;
    PlainInitiator window_backward_; // nobody answers late or grants DMI behind the window
    std::vector<Page> pages_;        // where the latest pages lie in the host; they never move
    std::vector<Slice> slices_;
    u64 slice_parts_ = 0; // as many fit into a slice; of a byte, Slice::used
    u64 window_first_ = kNever, window_last_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_MEMORY_MODEL_H
