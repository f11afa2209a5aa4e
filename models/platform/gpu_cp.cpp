/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gpu_cp.h"
#include <algorithm>

namespace faultline {

const char *GpuCp::name_of(Fate why) {
    static const char *const names[] = {"none", "illegal_opcode", "bad_operand", "bus_error"};

    return names[unsigned(why)];
}

const char *GpuCp::name_of(State state) {
    static const char *const names[] = {"idle", "fetching", "decoding", "waiting_for_units", "stopped"};

    return names[unsigned(state)];
}

GpuCp::State GpuCp::state() const {
    if (stopped_)
        return State::Stopped;
    if (waiting_)
        return State::Waiting;
    if (!lines_.empty())
        return lines_.front().here ? State::Decoding : State::Fetching;
    return buffers_ && fetch_.record < buffers_->size() ? State::Fetching : State::Idle;
}

u64 GpuCp::fetch_pointer() const {
    if (!buffers_ || buffers_->empty())
        return 0;
    if (fetch_.record < buffers_->size())
        return fetch_.iova((*buffers_)[fetch_.record]);
    return buffers_->back().iova + buffers_->back().size;
}

u64 GpuCp::read_pointer() const {
    return lines_.empty() ? fetch_pointer() : lines_.front().iova + offset_;
}

void GpuCp::begin(const std::vector<dmat_record> &buffers) {
    buffers_ = &buffers;
    fetch_ = {};
    waiting_ = stopped_ = false;
    pump();
}

void GpuCp::stop() {
    stopped_ = true;
    waiting_ = false;
    first_serial_ += lines_.size();
    lines_.clear();
    offset_ = 0;
    ahead_ = 0;
}

/* Fetch as far ahead as the prefetch buffer holds. */
void GpuCp::pump() {
    while (!stopped_ && buffers_ && fetch_.record < buffers_->size() && ahead_ < host_.config.gpu.prefetch_bytes &&
           ready()) {
        const dmat_record &rec = (*buffers_)[fetch_.record];
        u64 iova = fetch_.iova(rec);
        u32 len = fetch_.length(rec, kLine);
        fetch_.advance(rec, len);
        ahead_ += len;
        lines_.push_back({iova, len, false, XLAT_OK, {}});
        issue(rec, iova, len);
    }
}

void GpuCp::arrived(GpuAccess &a, bool) {
    if (a.serial < first_serial_)
        return; // of a job that is lost
    Line &l = lines_[a.serial - first_serial_];
    l.here = true;
    l.how = xlat(a.ext.outcome);
    std::copy_n(a.data.begin(), l.len, l.data);
    decode();
}

void GpuCp::units_moved() {
    if (waiting_ && texture_.idle() && colour_.idle()) {
        waiting_ = false;
        decode();
    }
}

/* The next packet is decoded a packet's time from now, if it is there. */
void GpuCp::decode() {
    if (decoding_ || stopped_ || waiting_ || lines_.empty() || !lines_.front().here)
        return;
    decoding_ = true;
    host_.scheduler.call<&GpuCp::step>(host_.scheduler.now() + host_.config.gpu.packet_ps, *this);
}

void GpuCp::step() {
    decoding_ = false;
    if (stopped_ || waiting_ || lines_.empty() || !lines_.front().here)
        return;
    Line &l = lines_.front();
    u64 word = fl_get_le64(l.data + offset_);
    Fate fate = l.how == XLAT_ABORT ? Fate::BusError : execute(word);

    if (fate != Fate::Alive) {
        die(fate, word);
        return;
    }
    packets_++;
    decoded_ = host_.scheduler.now();
    offset_ += GpuPacket::kBytes;
    if (offset_ >= l.len) {
        ahead_ -= l.len;
        offset_ = 0;
        lines_.pop_front();
        first_serial_++;
        pump();
    }
    decode();
    host_.moved();
}

GpuCp::Fate GpuCp::execute(u64 word) {
    GpuPacket p;

    if (!GpuPacket::decode(word, p))
        return Fate::IllegalOpcode;
    switch (p.op) {
    case GpuOp::Texture:
        return texture_.start({p.first, p.count}) ? Fate::Alive : Fate::BadOperand;
    case GpuOp::Colour:
        return colour_.start({p.first, p.count}) ? Fate::Alive : Fate::BadOperand;
    case GpuOp::Wait:
        waiting_ = !texture_.idle() || !colour_.idle();
        return Fate::Alive;
    default:
        return Fate::Alive;
    }
}

/* It stays where it is; the GPU's driver will notice that nothing moves. */
void GpuCp::die(Fate why, u64 word) {
    if (!crash_.count++)
        crash_ = {1, why, host_.scheduler.now(), read_pointer(), word};
    stopped_ = true;
}

} // namespace faultline
