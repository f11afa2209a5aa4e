/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "perfetto.h"
#include "new_file.h"
#include <stdexcept>
#include <unistd.h>
#include <zlib.h>

namespace faultline {

/* Fields of perfetto's trace format: protos/perfetto/trace. */
enum : unsigned {
    TRACE_PACKET = 1,

    PACKET_CLOCK_SNAPSHOT = 6,
    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE_ID = 10,
    PACKET_TRACK_EVENT = 11,
    PACKET_INTERNED_DATA = 12,
    PACKET_SEQUENCE_FLAGS = 13,
    PACKET_COMPRESSED = 50,
    PACKET_DEFAULTS = 59,
    PACKET_TRACK_DESCRIPTOR = 60,

    FLAG_STATE_CLEARED = 1,
    FLAG_NEEDS_STATE = 2,

    SNAPSHOT_CLOCK = 1,
    CLOCK_ID = 1,
    CLOCK_TIMESTAMP = 2,
    CLOCK_INCREMENTAL = 3,
    CLOCK_COMMON = 6,
    CLOCK_OWN = 64, // of a sequence

    DEFAULTS_CLOCK = 58,
    DEFAULTS_EVENT = 11,

    TRACK_UUID = 1,
    TRACK_NAME = 2,
    TRACK_PARENT = 5,
    TRACK_COUNTER = 8,

    INTERNED_EVENT_NAME = 2,
    NAME_IID = 1,
    NAME_TEXT = 2,

    EVENT_ANNOTATION = 4,
    EVENT_TYPE = 9,
    EVENT_NAME_IID = 10,
    EVENT_TRACK = 11,
    EVENT_COUNTER_VALUE = 30,
    EVENT_FLOW = 47,

    TYPE_BEGIN = 1,
    TYPE_END = 2,
    TYPE_COUNTER = 4,

    ANNOTATION_UINT = 3,
    ANNOTATION_TEXT = 6,
    ANNOTATION_POINTER = 7,
    ANNOTATION_NAME = 10,

    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_BYTES = 2,
};

/* A compressed packet may have 512 KiB, compressed or not. */
constexpr std::size_t kBlock = 256 << 10;

/* ---- messages ---- */

void Message::varint(u64 value) {
    char *at = room(10);

    for (; value >= 0x80; value >>= 7)
        *at++ = char(value | 0x80);
    *at++ = char(value);
    length_ = std::size_t(at - buffer_.data());
}

Message &Message::number(unsigned field, u64 value) {
    varint(field << 3 | WIRE_VARINT);
    varint(value);
    return *this;
}

Message &Message::fixed(unsigned field, u64 value) {
    varint(field << 3 | WIRE_FIXED64);
    fl_put_le64(reinterpret_cast<u8 *>(room(8)), value);
    length_ += 8;
    return *this;
}

Message &Message::text(unsigned field, std::string_view value) {
    varint(field << 3 | WIRE_BYTES);
    varint(value.size());
    std::memcpy(room(value.size()), value.data(), value.size());
    length_ += value.size();
    return *this;
}

/* ---- the file ---- */

PerfettoFile::PerfettoFile(const char *path) : path_(path), out_(fdopen(new_file(path_, temp_), "wb")) {
    fl_assert(out_);
}

PerfettoFile::~PerfettoFile() {
    if (!out_)
        return;
    std::fclose(out_);
    temp_file_remove(temp_.c_str());
}

int PerfettoFile::fail(dmat_error *err, int error) {
    return dmat_fail(err, error, "%s: %s", path_.c_str(), std::strerror(error));
}

int PerfettoFile::finish(dmat_error *err) {
    flush();
    if (std::fflush(out_) && !error_)
        error_ = errno;
    if (!error_ && std::rename(temp_.c_str(), path_.c_str()))
        error_ = errno;
    if (error_)
        return fail(err, error_);
    temp_file_kept(temp_.c_str());
    std::fclose(out_);
    out_ = nullptr;
    return 0;
}

void PerfettoFile::flush() {
    std::string_view block = block_.bytes();

    if (block.empty() || error_)
        return;
    uLongf length = compressBound(block.size());
    compressed_.resize(length);
    int ret = compress2(reinterpret_cast<Bytef *>(compressed_.data()), &length,
                        reinterpret_cast<const Bytef *>(block.data()), block.size(), Z_BEST_SPEED);
    fl_assert(ret == Z_OK);
    compressed_.resize(length);
    Message packet, whole;
    packet.text(PACKET_COMPRESSED, compressed_);
    whole.part(TRACE_PACKET, packet);
    if (std::fwrite(whole.bytes().data(), 1, whole.bytes().size(), out_) != whole.bytes().size())
        error_ = errno;
    block_.clear();
}

void PerfettoFile::put(const Message &packet) {
    block_.part(TRACE_PACKET, packet);
    if (block_.bytes().size() >= kBlock - 4096)
        flush();
}

/* ---- tracks ---- */

PerfettoFile::Track PerfettoFile::add(const std::string &name, Track parent, bool counter) {
    Message packet, track;

    sequences_.emplace_back();
    track.number(TRACK_UUID, sequences_.size()).text(TRACK_NAME, name);
    if (parent != kRoot)
        track.number(TRACK_PARENT, parent + 1);
    if (counter)
        track.part(TRACK_COUNTER, Message());
    put(packet.number(PACKET_SEQUENCE_ID, sequences_.size()).part(PACKET_TRACK_DESCRIPTOR, track));
    return sequences_.size() - 1;
}

PerfettoFile::Track PerfettoFile::track(const std::string &name, Track parent) {
    return add(name, parent, false);
}

PerfettoFile::Track PerfettoFile::counter(const std::string &name, Track parent) {
    return add(name, parent, true);
}

unsigned PerfettoFile::name(const std::string &name) {
    names_.push_back(name);
    fl_assert(names_.size() <= 64);
    return unsigned(names_.size() - 1);
}

/* A sequence begins: its clock counts from 0, and what is not said is about its track. */
void PerfettoFile::start(Track track) {
    Message packet, snapshot, own, common, defaults, event;

    own.number(CLOCK_ID, CLOCK_OWN).number(CLOCK_TIMESTAMP, 0).number(CLOCK_INCREMENTAL, 1);
    common.number(CLOCK_ID, CLOCK_COMMON).number(CLOCK_TIMESTAMP, 0);
    snapshot.part(SNAPSHOT_CLOCK, own).part(SNAPSHOT_CLOCK, common);
    event.number(EVENT_TRACK, track + 1);
    defaults.part(DEFAULTS_EVENT, event).number(DEFAULTS_CLOCK, CLOCK_OWN);
    put(packet.part(PACKET_CLOCK_SNAPSHOT, snapshot)
            .number(PACKET_SEQUENCE_ID, track + 1)
            .number(PACKET_SEQUENCE_FLAGS, FLAG_STATE_CLEARED)
            .part(PACKET_DEFAULTS, defaults));
    sequences_[track].begun = true;
}

/* @name: the name that it carries; -1: none */
void PerfettoFile::event(Track track, ps_t t, const Message &event, int name) {
    Message &packet = packet_;

    if (!sequences_[track].begun)
        start(track);
    packet.clear();
    Sequence &s = sequences_[track];
    fl_assert(t / 1000 >= s.at_ns);
    packet.number(PACKET_TIMESTAMP, t / 1000 - s.at_ns).number(PACKET_SEQUENCE_ID, track + 1);
    packet.part(PACKET_TRACK_EVENT, event);
    if (name >= 0 && !(s.named >> name & 1)) {
        Message one, interned;
        one.number(NAME_IID, unsigned(name) + 1).text(NAME_TEXT, names_[unsigned(name)]);
        packet.part(PACKET_INTERNED_DATA, interned.part(INTERNED_EVENT_NAME, one));
        s.named |= u64{1} << name;
    }
    put(packet.number(PACKET_SEQUENCE_FLAGS, FLAG_NEEDS_STATE));
    s.at_ns = t / 1000;
}

void PerfettoFile::begin(Track track, ps_t t, unsigned name, const Details &details) {
    Message &e = event_.clear();
    auto annotate = [&](const char *key, auto add) {
        Message a;
        a.text(ANNOTATION_NAME, key);
        add(a);
        e.part(EVENT_ANNOTATION, a);
    };

    e.number(EVENT_TYPE, TYPE_BEGIN).number(EVENT_NAME_IID, name + 1);
    for (auto &[key, value] : details.numbers)
        annotate(key, [v = value](Message &a) { a.number(ANNOTATION_UINT, v); });
    for (auto &[key, value] : details.addresses)
        annotate(key, [v = value](Message &a) { a.number(ANNOTATION_POINTER, v); });
    for (auto &[key, value] : details.texts)
        annotate(key, [v = value](Message &a) { a.text(ANNOTATION_TEXT, v); });
    for (u64 flow : details.flows)
        e.fixed(EVENT_FLOW, flow);
    event(track, t, e, int(name));
}

void PerfettoFile::end(Track track, ps_t t) {
    event(track, t, event_.clear().number(EVENT_TYPE, TYPE_END), -1);
}

void PerfettoFile::value(Track track, ps_t t, u64 value) {
    event(track, t, event_.clear().number(EVENT_TYPE, TYPE_COUNTER).number(EVENT_COUNTER_VALUE, value), -1);
}

} // namespace faultline
