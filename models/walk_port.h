/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The socket to tables, queues and doorbells. What the engine reads and writes
 * there takes effect at once, through the memory's own pages or its debug
 * interface; what that costs is asked apart from it.
 */
#ifndef FAULTLINE_WALK_PORT_H
#define FAULTLINE_WALK_PORT_H

#include "dma_extension.h"
#include "scheduler.h"

namespace faultline {

class WalkPort {
public:
    explicit WalkPort(tlm::tlm_initiator_socket<> &socket) : socket_(socket), pages_(kPages) {}

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

    /// What an access of @p len bytes at @p t costs: when its answer is there. @p waited: of it, for others to leave
    /// a bank.
    ps_t price(u64 pa, u32 len, ps_t t, ps_t &waited);
    /// A message leaves at @p t.
    void post(u64 pa, u32 data, ps_t t);

private:
    static constexpr u64 kPage = 4096;
    static constexpr std::size_t kPages = 1024;
    struct Page {
        u64 number = kNever;
        unsigned char *host = nullptr;
        bool write = false;
    };

    unsigned char *ask(u64 pa, bool write);

    tlm::tlm_initiator_socket<> &socket_;
    std::vector<Page> pages_;
    std::vector<unsigned char> scratch_;
    DmaExtension ext_; // what the memory says of an access
};

} // namespace faultline

#endif // FAULTLINE_WALK_PORT_H
