/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way from the IOMMU to the memory: translated pieces of accesses.
 */
#ifndef FAULTLINE_DOWNSTREAM_H
#define FAULTLINE_DOWNSTREAM_H

#include "access.h"

namespace faultline {

/// A piece of an access that crosses pages: a transaction of its own, with the extensions of the whole.
struct Piece : tlm::tlm_generic_payload {
    std::vector<unsigned char> byte_enables;
};

class Downstream : public AccessOutlet<Access>, private tlm::tlm_mm_interface {
public:
    Downstream(IommuParts &parts, tlm::tlm_initiator_socket<> &socket, Scheduler &scheduler)
        : AccessOutlet(socket, scheduler), parts_(parts) {}

    /// Send the translated piece on; f.done says when it is answered. May suspend the calling thread.
    void forward(Flow &f);
    /// The same without. False: the target takes its phases, and f.waiter goes on by itself.
    bool send(Flow &f, Access *again);

    unsigned debug(tlm::tlm_generic_payload &gp) { return socket_->transport_dbg(gp); }
    /// The host's address of the page of @p pa, or nullptr; @p d: what may be done with it.
    unsigned char *direct(tlm::tlm_command command, u64 pa, tlm::tlm_dmi &d);

private:
    void turn(Access &a) override;
    void over(Access &a, ps_t time) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;
    tlm::tlm_generic_payload &narrow(Flow &f);
    Piece &cut(Flow &f);
    void free(tlm::tlm_generic_payload *piece) override;

    IommuParts &parts_;
    Pool<Piece> pieces_;
};

} // namespace faultline

#endif // FAULTLINE_DOWNSTREAM_H
