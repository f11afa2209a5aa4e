/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the engine needs: memory at once, interrupts at their price. And the registers. */
#include "copy_words.h"
#include "iommu_model_priv.h"

namespace faultline {

void IommuModel::fill_ops() {
    ops_.mem_read = op_mem_read;
    ops_.mem_write = op_mem_write;
    ops_.mem_cas64 = op_mem_cas64;
    ops_.irq = op_irq;
    ops_.msi = op_msi;
    ops_.event = op_event;
    ops_.quiet_lookup = true;
    ops_.txn_resume = op_txn_resume;
    ops_.stall_free = op_stall_free;
    ops_.page_response = op_page_response;
    ops_.ats_invalidate = op_ats_invalidate;
}

/* The host's address of [pa, pa + len) within one page, if the memory lets us have it. */
unsigned char *IommuModel::direct(u64 pa, u32 len, bool write) {
    u64 number = pa / kPage, offset = pa % kPage;
    Page &page = pages_[number % kDirectPages];

    if (likely(page.tag == number && offset + len <= kPage && (page.write || !write)))
        return page.host + offset;
    if (offset + len > kPage)
        return nullptr;

    tlm::tlm_generic_payload gp;
    tlm::tlm_dmi dmi;
    gp.set_address(pa);
    gp.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    if (!walk->get_direct_mem_ptr(gp, dmi) || dmi.get_start_address() > number * kPage ||
        dmi.get_end_address() < number * kPage + kPage - 1 || !dmi.is_read_allowed() ||
        (write && !dmi.is_write_allowed()))
        return nullptr;
    page.tag = number;
    page.host = dmi.get_dmi_ptr() + (number * kPage - dmi.get_start_address());
    page.write = dmi.is_write_allowed();
    return page.host + offset;
}

/* Through the debug interface, piece by piece of a page. */
int IommuModel::debug_access(u64 pa, void *buf, u32 len, bool write) {
    tlm::tlm_generic_payload gp;

    gp.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    gp.set_address(pa);
    gp.set_data_ptr(static_cast<unsigned char *>(buf));
    gp.set_data_length(len);
    gp.set_streaming_width(len);
    return walk->transport_dbg(gp) == len ? 0 : -EIO;
}

int IommuModel::op_mem_read(void *ctx, u64 pa, void *buf, u32 len) {
    auto *self = static_cast<IommuModel *>(ctx);
    const unsigned char *host = self->direct(pa, len, false);

    if (unlikely(!host))
        return self->debug_access(pa, buf, len, false);
    copy_words(buf, host, len);
    return 0;
}

int IommuModel::op_mem_write(void *ctx, u64 pa, const void *buf, u32 len) {
    auto *self = static_cast<IommuModel *>(ctx);
    unsigned char *host = self->direct(pa, len, true);

    if (!host)
        return self->debug_access(pa, const_cast<void *>(buf), len, true);
    std::memcpy(host, buf, len);
    return 0;
}

int IommuModel::op_mem_cas64(void *ctx, u64 pa, u64 *old, u64 value) {
    u8 word[8];
    u64 expected = *old;

    if (op_mem_read(ctx, pa, word, 8))
        return -EIO;
    *old = fl_get_le64(word);
    if (*old != expected)
        return 0;
    fl_put_le64(word, value);
    return op_mem_write(ctx, pa, word, 8);
}

void IommuModel::op_irq(void *ctx, u32 line, bool level) {
    auto *self = static_cast<IommuModel *>(ctx);

    if (self->irq.size())
        self->irq->irq(line, level, Scheduler::delay_to(self->cur_ + self->config_.notify.wire_ps));
}

/* To memory (a SYNC's completion) at once, as all of the engine's writes; to a doorbell when its time has come. */
int IommuModel::op_msi(void *ctx, u64 pa, u32 data) {
    auto *self = static_cast<IommuModel *>(ctx);
    u8 word[4];

    fl_put_le32(word, data);
    if (self->direct(pa, 4, true))
        return op_mem_write(ctx, pa, word, 4);
    if (self->debug_access(pa, word, 4, false))
        return -EIO;
    self->msi_free_ = (self->msi_free_ > self->cur_ ? self->msi_free_ : self->cur_) + self->config_.notify.msi_ps;
    self->messages_.push_back({pa, data});
    self->scheduler_.at(self->msi_free_, msi_action, self);
    return 0;
}

void IommuModel::msi_action(void *model, u64) {
    auto *self = static_cast<IommuModel *>(model);
    tlm::tlm_generic_payload gp;
    sc_core::sc_time delay = Scheduler::delay_to(self->scheduler_.now());
    u8 word[4];

    fl_put_le32(word, self->messages_.front().second);
    gp.set_command(tlm::TLM_WRITE_COMMAND);
    gp.set_address(self->messages_.front().first);
    gp.set_data_ptr(word);
    gp.set_data_length(4);
    gp.set_streaming_width(4);
    gp.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    self->messages_.pop_front();
    self->walk->b_transport(gp, delay);
}

void IommuModel::op_event(void *ctx, const iommu_event *ev) {
    static_cast<IommuModel *>(ctx)->event(*ev);
}

/* ---- registers ---- */

void IommuModel::mmio_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) {
    u32 len = gp.get_data_length();
    ps_t t = Scheduler::absolute(delay);

    gp.set_dmi_allowed(false);
    if ((!gp.is_read() && !gp.is_write()) || gp.get_byte_enable_ptr()) {
        gp.set_response_status(gp.get_byte_enable_ptr() ? tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE
                                                        : tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    if ((len != 4 && len != 8) || gp.get_address() % len || gp.get_streaming_width() < len) {
        gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    settle(t);
    cur_ = t;
    if (gp.is_read()) {
        u64 value = cls_->mmio_read(hw_, gp.get_address(), len);
        if (len == 4)
            fl_put_le32(gp.get_data_ptr(), u32(value));
        else
            fl_put_le64(gp.get_data_ptr(), value);
    } else {
        u64 value = len == 4 ? fl_get_le32(gp.get_data_ptr()) : fl_get_le64(gp.get_data_ptr());
        if (!commands_left_)
            commands_from_ = t;
        cls_->mmio_write(hw_, gp.get_address(), value, len);
        carry_invalidations();
        look_at_queues(t);
    }
    gp.set_response_status(tlm::TLM_OK_RESPONSE);
}

void IommuModel::MmioFw::b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) {
    model_.mmio_transport(gp, delay);
}

tlm::tlm_sync_enum IommuModel::MmioFw::nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                                       sc_core::sc_time &delay) {
    if (phase == tlm::BEGIN_REQ)
        model_.mmio_transport(gp, delay);
    return tlm::TLM_COMPLETED;
}

} // namespace faultline
