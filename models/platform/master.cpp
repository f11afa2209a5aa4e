/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "master.h"
#include "tlm_parts.h"

namespace faultline {

/* Read and write together: the direction was not recorded. */
void MasterAccess::begin(const dmat_record &rec, u64 iova, u32 len, void *data, ps_t time) {
    bool write = (rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W;

    issued = time;
    bill.open(time);
    ext.bill = &bill;
    ext.stream_id = rec.sid;
    ext.substream_id = rec.pasid;
    ext.flags = u16((rec.flags & DMAT_F_X ? DMA_EXEC : 0) | (rec.flags & DMAT_F_PRIV ? DMA_PRIV : 0) |
                    (rec.flags & DMAT_F_PASID ? DMA_PASID : 0));
    ext.outcome = XLAT_OK;
    ext.fault = 0;
    ext.faults = 0;
    set_access(*this, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, iova, data, len);
}

AccessDone MasterAccess::outcome(const dmat_record &rec, u64 number, ps_t done, ps_t start) const {
    AccessDone d{};

    fl_assert(!bill.used() || bill.at() == done);
    d.record = &rec;
    d.number = number;
    d.address = ext.address;
    d.issued = issued - start;
    d.done = done - start;
    d.faults = ext.faults;
    d.fault = ext.fault;
    d.how = xlat(ext.outcome);
    d.error = is_response_error() && d.how == XLAT_OK;
    return d;
}

} // namespace faultline
