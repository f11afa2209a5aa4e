/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Address translation services: what PCIe endpoints ask of the IOMMU besides
 * accesses, and what it asks of them.
 */
#ifndef FAULTLINE_ATS_PORT_H
#define FAULTLINE_ATS_PORT_H

#include "ledger.h"
#include "sinks.h"
#include <deque>
#include <map>

namespace faultline {

struct IommuParts;

class AtsPort : private Ledger::Owner {
public:
    explicit AtsPort(IommuParts &parts) : parts_(parts) {}

    // ---- for endpoints ----

    /// Who answers for the endpoint @p requester.
    void attach(u32 requester, AtsSink *sink) { endpoints_[requester] = sink; }
    /// A Page Request Message arrives at @p time.
    void page_request(const ::page_request &request, ps_t time);
    /// An Invalidate Completion arrives at @p time, or (@p ok false) is given up.
    void inv_done(u32 requester, u8 itag, bool ok, ps_t time);

    // ---- for the IOMMU ----

    /// What the end of a walk or of an invalidation at @p time has made possible for others: commands that waited go
    /// on.
    void step(ps_t time);
    /// The engine has written the record of the page request that it was given.
    void recorded(u64 address);
    void page_response(const ::page_response &response);
    /// An Invalidate Request leaves once the engine has returned: it may not be called from within. See carry().
    void invalidate(const ats_inv &inv);
    void carry();
    /// A reset: what was on its way is forgotten; the endpoints have to be told.
    void forget();
    void tell_reset(ps_t time) const;

private:
    struct Back { // an invalidation whose completion is on its way
        ps_t sent;
        u32 requester;
        u8 itag;
        bool ok; // somebody completes it
    };

    AtsSink *endpoint(u32 requester) const;
    void send_next();
    void deliver_request(u64 epoch);
    void complete(u32 requester, u8 itag, bool ok);
    void time_out(u64 request);
    void record_read(u64 address, ps_t time, const Reader &reader) override;

    IommuParts &parts_;
    std::unordered_map<u32, AtsSink *> endpoints_;
    std::deque<::page_request> requests_; // wait for the queue's port
    ::page_request request_{};            // being recorded
    std::unordered_map<u64, ::page_request> records_;
    std::deque<std::pair<ats_inv, ps_t>> invalidations_;
    std::multimap<ps_t, Back> back_;
    std::unordered_map<u32, ps_t> sent_; // those whose completion will come some time: by requester and tag
    u64 epoch_ = 0;                      // changes at a reset: what is on the agenda from before is void
};

} // namespace faultline

#endif // FAULTLINE_ATS_PORT_H
