/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "engine_host.h"

namespace faultline {

void EngineHost::mmio(tlm::tlm_generic_payload &gp, ps_t time) {
    u32 len = gp.get_data_length();
    unsigned char *data = gp.get_data_ptr();

    now = time;
    if (gp.is_write()) {
        cls->mmio_write(hw, gp.get_address(), len == 4 ? fl_get_le32(data) : fl_get_le64(data), len);
        return;
    }
    u64 value = cls->mmio_read(hw, gp.get_address(), len);
    if (len == 4)
        fl_put_le32(data, u32(value));
    else
        fl_put_le64(data, value);
}

int EngineHost::cas64(u64 pa, u64 *old, u64 value) {
    u8 word[8];
    u64 expected = *old;

    if (read(pa, word, 8))
        return -EIO;
    *old = fl_get_le64(word);
    if (*old != expected)
        return 0;
    fl_put_le64(word, value);
    return write(pa, word, 8);
}

void EngineHost::irq(u32 line, bool level) {
    if (irq_.size())
        irq_->irq(line, level, Scheduler::delay_to(now + config_.notify.wire_ps));
}

/* To memory (a SYNC's completion) at once, as all of the engine's writes; to a doorbell when its time has come. */
int EngineHost::msi(u64 pa, u32 data) {
    u8 word[4];

    fl_put_le32(word, data);
    if (memory_.direct(pa, 4, true))
        return write(pa, word, 4);
    if (memory_.debug(pa, word, 4, false))
        return -EIO;
    message_queue_.push_back({pa, data});
    scheduler_.call<&EngineHost::send_message>(messages_.serve(now, config_.notify.msi_ps), *this);
    return 0;
}

void EngineHost::send_message() {
    auto [pa, data] = message_queue_.front();

    message_queue_.pop_front();
    memory_.post(pa, data, scheduler_.now());
}

} // namespace faultline
