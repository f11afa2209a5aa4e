/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The socket of a TBU: its four transport interfaces, and the way of an access
 * through all of its pieces.
 */
#ifndef FAULTLINE_TBU_SOCKET_H
#define FAULTLINE_TBU_SOCKET_H

#include "tbu.h"

namespace faultline {

class TbuSocket : public tlm::tlm_fw_transport_if<> {
public:
    TbuSocket(IommuParts &parts, unsigned index);

    IommuParts &parts;
    tlm::tlm_target_socket<> socket;
    Tbu tbu;
    u32 default_stream = 0;

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &gp, tlm::tlm_dmi &dmi) override;
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override;

    /// @p a has waited and may go on now.
    void retry(Access &a);
    /// The engine or a resume has refused it at a.flow.at.
    void refuse(Access &a, xlat how);
    /// A piece of @p a has ended; the next one comes at @p time, or the answer.
    void go_on(Access &a, ps_t time);
    /// The request phase ends late: the input has taken what had to wait.
    void end_request(Access &a);
    /// Pointers that were given out are void: all of them, or those that @p scope concerns.
    void withdraw_dmi(const iommu_scope *scope = nullptr);

private:
    void fill(dma_txn &t, tlm::tlm_generic_payload &gp, const DmaExtension *ext) const;
    bool start(Flow &f, tlm::tlm_generic_payload &gp);
    void other_stream(u64 stream);
    Step sleep(Flow &f);
    tlm::tlm_sync_enum begin(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_core::sc_time &delay);
    bool proceed(Flow &f, ps_t t, Access *again);
    void end_piece(Flow &f);
    void resolved(Access &a, Step step);
    void finish(Access &a);

    Responses<Access> responses_;
    // DMI cannot tell streams apart: granted only while one stream uses the socket.
    u64 dmi_stream_ = kNever;
    bool dmi_granted_ = false, dmi_refused_ = false;
};

} // namespace faultline

#endif // FAULTLINE_TBU_SOCKET_H
