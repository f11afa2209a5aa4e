/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "engine_host.h"

namespace faultline {

void EngineHost::mmio_read(u64 offset, unsigned char *data, u32 len, ps_t time) {
    now = time;
    u64 value = cls->mmio_read(hw, offset, len);
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
        irq_->irq(line, level, Scheduler::delay_to(when() + config_.notify.wire_ps));
}

/*
 * To a doorbell when its time has come. Whether it takes the message is known when that has arrived, so that an abort
 * is reported with the next message to there.
 */
int EngineHost::send(u64 pa, u32 data) {
    message_queue_.push_back({pa, data});
    scheduler_.call<&EngineHost::send_message>(messages_.serve(when(), config_.notify.msi_ps), *this);
    return refused_.erase(pa) ? -EIO : 0;
}

/* To memory (a SYNC's completion) at once, as all of the engine's writes. */
int EngineHost::msi(u64 pa, u32 data) {
    u8 word[4];

    fl_put_le32(word, data);
    return memory_.direct(pa, 4, true) ? write(pa, word, 4) : send(pa, data);
}

/* To memory when the SYNC is complete; elsewhere it goes as any message. */
int EngineHost::sync_write(u64 pa, u32 data) {
    if (!memory_.direct(pa, 4, true))
        return send(pa, data);
    completions_.push_back({when(), pa, data});
    scheduler_.call<&EngineHost::complete>(when(), *this);
    return 0;
}

void EngineHost::complete() {
    u8 word[4];

    while (!completions_.empty() && completions_.front().time <= scheduler_.now()) {
        Completion c = completions_.front();
        completions_.pop_front();
        fl_put_le32(word, c.data);
        write(c.pa, word, 4);
    }
}

void EngineHost::send_message() {
    auto [pa, data] = message_queue_.front();
    ps_t time = scheduler_.now();

    message_queue_.pop_front();
    Visit &v = memory_.writing(pa, data, this);
    if (memory_.send(v, time)) {
        visited(v, time);
        v.release();
    }
}

void EngineHost::visited(Visit &message, ps_t) {
    if (message.is_response_error())
        refused_.insert(message.get_address());
}

} // namespace faultline
