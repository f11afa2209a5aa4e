/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The socket to tables, queues and doorbells. What the engine reads and writes
 * there takes effect at once, through the memory's own pages or its debug
 * interface; what that costs is asked apart from it.
 */
#ifndef FAULTLINE_WALK_PORT_H
#define FAULTLINE_WALK_PORT_H

#include "dma_extension.h"
#include "tlm_parts.h"
#include <functional>

namespace faultline {

struct Visit;

/// Whose accesses take their time at the memory.
struct Visitor {
    virtual ~Visitor() = default;
    /// @p v, which was not answered at once, is answered at @p time; it is free again afterwards.
    virtual void visited(Visit &v, ps_t time) = 0;
};

/// An access of the IOMMU's own. DmaExtension::bank_waited says what it has waited for others to leave a bank.
struct Visit : tlm::tlm_generic_payload {
    DmaExtension ext;
    std::vector<unsigned char> data;
    Visitor *who; // nullptr: nobody asks
    ps_t at;
};

class WalkPort : public AccessOutlet<Visit> {
public:
    WalkPort(tlm::tlm_initiator_socket<> &socket, Scheduler &scheduler)
        : AccessOutlet(socket, scheduler), scheduler_(scheduler), pages_(kPages) {}

    /// Called when the memory has taken pages back.
    std::function<void()> moved;

    /// The host's address of [pa, pa + len) within a page, if the memory lets us have it.
    unsigned char *direct(u64 pa, u32 len, bool write) {
        Page &page = pages_[pa / kPage % kPages];

        if (likely(page.number == pa / kPage && pa % kPage + len <= kPage && (page.write || !write)))
            return page.host + pa % kPage;
        return pa % kPage + len > kPage ? nullptr : ask(pa, write);
    }
    /// Through the debug interface: 0 or -EIO.
    int debug(u64 pa, void *buf, u32 len, bool write);
    /// 0 or -EIO.
    int read(u64 pa, void *buf, u32 len);
    int write(u64 pa, const void *buf, u32 len);
    /// The memory has taken its pages back.
    void forget() { pages_.assign(kPages, {}); }

    /// A read of @p len bytes, for what it costs, or a write of @p data. acquired: release() it when it is over.
    Visit &reading(u64 pa, u32 len, Visitor *who);
    Visit &writing(u64 pa, u32 data, Visitor *who);
    /// @p v leaves at @p time. True: it is answered, @p time says when. False: Visitor::visited() follows.
    bool send(Visit &v, ps_t &time);

    /// Reads of @p pa fail until mend(): the memory has answered an access with an error.
    void break_at(u64 pa) { broken_ = pa; }
    void mend() { broken_ = kNever; }

private:
    static constexpr u64 kPage = 4096;
    static constexpr std::size_t kPages = 1024;
    struct Page {
        u64 number = kNever;
        unsigned char *host = nullptr;
        bool write = false;
    };

    unsigned char *ask(u64 pa, bool write);

    Visit &visit(tlm::tlm_command command, u64 pa, u32 len, Visitor *who);
    void turn(Visit &v) override;
    void over(Visit &v, ps_t time) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override { moved(); }

    Scheduler &scheduler_;
    std::vector<Page> pages_;
    PayloadPool<Visit> visits_;
    u64 broken_ = kNever;
};

} // namespace faultline

#endif // FAULTLINE_WALK_PORT_H
