/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a DMA transaction carries besides address and data: who makes it and
 * how. The one TLM extension of these models.
 *
 * A master sets the first part. The IOMMU reads it and never changes it; a
 * transaction without the extension belongs to the stream that the TBU socket
 * was given (IommuModel::set_default_stream). The IOMMU fills the second part
 * before it answers.
 */
#ifndef FAULTLINE_DMA_EXTENSION_H
#define FAULTLINE_DMA_EXTENSION_H

#include "c_api.h"

namespace faultline {

class Bill;
class LoggedBill;

struct DmaExtension : tlm::tlm_extension<DmaExtension> {
    // set by the master
    std::uint32_t stream_id = 0;    ///< StreamID or requester ID
    std::uint32_t substream_id = 0; ///< SubstreamID or PASID, 20 bits, with DMA_PASID
    std::uint16_t flags = 0;        ///< DMA_EXEC, DMA_PRIV, DMA_PASID, DMA_ATS_REQ, DMA_TRANSLATED, DMA_NO_WRITE

    std::uint64_t asked = 0; ///< when it came, ps, if it then waited for the request phases of others; else 0

    Bill *bill = nullptr;             ///< who owns its time is booked here (ledger.h); nullptr: nobody asks
    LoggedBill *fault_bill = nullptr; ///< the same of the fault that it may be in, at whoever sends it; or nullptr

    // set by the memory behind the IOMMU; who has read it clears it
    std::uint64_t bank_waited = 0; ///< of the annotated delay, ps: waiting for others to leave a bank

    // set by the IOMMU
    std::uint8_t outcome = XLAT_OK; ///< enum xlat of the last piece: XLAT_OK, XLAT_ABORT or XLAT_RAZWI
    std::uint16_t fault = 0;        ///< the architecture's number of the last fault met
    std::uint32_t faults = 0;       ///< faults met on the way, also those that ended well
    std::uint64_t address = 0;      ///< output address of the first byte
    std::uint8_t shift = 0;         ///< translation request: log2 of the region the answer holds for
    std::uint8_t perm = 0;          ///< translation request: PERM_*
    bool global = false;            ///< translation request: holds for every PASID
    bool untranslated = false;      ///< translation request: the device must use untranslated accesses

    tlm_extension_base *clone() const override { return new DmaExtension(*this); }
    void copy_from(const tlm_extension_base &o) override { *this = static_cast<const DmaExtension &>(o); }
};

} // namespace faultline

#endif // FAULTLINE_DMA_EXTENSION_H
