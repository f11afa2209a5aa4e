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

    WIRE_FIXED64 = 1,
};

/* A compressed packet may have 512 KiB, compressed or not. */
constexpr std::size_t kBlock = 256 << 10;

/* ---- messages ---- */

Message &Message::fixed(unsigned field, u64 value) {
    raw(field << 3 | WIRE_FIXED64);
    fl_put_le64(reinterpret_cast<u8 *>(room(8)), value);
    length_ += 8;
    return *this;
}

/* ---- what is compressed ---- */

/* All its memory is used again for the next block. */
struct PerfettoFile::Packer {
    Packer() {
        int ret = deflateInit(&z, Z_BEST_SPEED);
        fl_assert(ret == Z_OK);
    }
    ~Packer() { deflateEnd(&z); }

    /* The block as a packet of the trace. */
    void pack() {
        std::string_view in = block.bytes();

        deflateReset(&z);
        room.resize(deflateBound(&z, in.size()));
        z.next_in = reinterpret_cast<z_const Bytef *>(const_cast<char *>(in.data()));
        z.avail_in = uInt(in.size());
        z.next_out = reinterpret_cast<Bytef *>(room.data());
        z.avail_out = uInt(room.size());
        int ret = deflate(&z, Z_FINISH);
        fl_assert(ret == Z_STREAM_END);
        packet.clear().text(PACKET_COMPRESSED, {room.data(), z.total_out});
        whole.clear().part(TRACE_PACKET, packet);
    }

    Message block, packet, whole;

private:
    z_stream z{};
    std::string room;
};

/* ---- the file ---- */

PerfettoFile::PerfettoFile(const char *path)
    : path_(path), out_(fdopen(new_file(path_, temp_), "wb")), packer_(new Packer) {
    fl_assert(out_);
}

PerfettoFile::~PerfettoFile() {
    if (!out_)
        return;
    if (packing_.valid())
        packing_.wait();
    std::fclose(out_);
    temp_file_remove(temp_.c_str());
}

int PerfettoFile::fail(dmat_error *err, int error) {
    return dmat_fail(err, error, "%s: %s", path_.c_str(), std::strerror(error));
}

int PerfettoFile::finish(dmat_error *err) {
    flush();
    written();
    if ((std::fflush(out_) || (fsync(fileno(out_)) && errno != EINVAL)) && !error_)
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

/* While one block is compressed the next is filled. */
void PerfettoFile::flush() {
    written();
    if (!block_.size() || error_)
        return;
    std::swap(block_, packer_->block);
    block_.clear();
    packing_ = std::async(std::launch::async, [this] { packer_->pack(); });
}

void PerfettoFile::written() {
    if (!packing_.valid())
        return;
    packing_.get();
    std::string_view packed = packer_->whole.bytes();
    if (!error_ && std::fwrite(packed.data(), 1, packed.size(), out_) != packed.size())
        error_ = errno;
}

void PerfettoFile::put(const Message &packet) {
    block_.part(TRACE_PACKET, packet);
    if (unlikely(block_.size() >= kBlock - 4096))
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

/* A packet of @track, with its time. */
Message &PerfettoFile::open(Track track, ps_t t) {
    if (unlikely(!sequences_[track].begun))
        start(track);
    Sequence &s = sequences_[track];
    u64 since = t / 1000 - s.at_ns;
    fl_assert(t / 1000 >= s.at_ns);
    s.at_ns += since;
    return packet_.clear().number(PACKET_TIMESTAMP, since);
}

/* ... which sequence it is of, and what happens. */
void PerfettoFile::add_tail(Message &packet, Track track, std::string_view event) const {
    packet.number(PACKET_SEQUENCE_ID, track + 1)
        .number(PACKET_SEQUENCE_FLAGS, FLAG_NEEDS_STATE)
        .text(PACKET_TRACK_EVENT, event);
}

/* Of a slice that has nothing but a name, or its end. */
void PerfettoFile::event(Track track, ps_t t, int name) {
    if (name != kEnd && unlikely(!(sequences_[track].named >> name & 1))) {
        begin(track, t, unsigned(name), {});
        return;
    }
    Message &packet = open(track, t);
    std::vector<std::string> &tails = sequences_[track].tails;
    std::size_t which = std::size_t(name + 1);
    if (unlikely(which >= tails.size()))
        tails.resize(which + 1);
    if (unlikely(tails[which].empty())) {
        Message tail;
        event_.clear().number(EVENT_TYPE, name == kEnd ? TYPE_END : TYPE_BEGIN);
        if (name != kEnd)
            event_.number(EVENT_NAME_IID, which);
        add_tail(tail, track, event_.bytes());
        tails[which] = tail.bytes();
    }
    put(packet.append(tails[which]));
}

void PerfettoFile::begin(Track track, ps_t t, unsigned name, const Details &details) {
    Message &e = event_.clear();

    e.number(EVENT_TYPE, TYPE_BEGIN).number(EVENT_NAME_IID, name + 1);
    for (const Note *n = details.notes; n != details.notes + details.n_notes; n++) {
        note_.clear().text(ANNOTATION_NAME, n->key);
        if (n->text)
            note_.text(ANNOTATION_TEXT, n->text);
        else
            note_.number(n->address ? ANNOTATION_POINTER : ANNOTATION_UINT, n->number);
        e.part(EVENT_ANNOTATION, note_);
    }
    for (std::size_t i = 0; i < details.n_flows; i++)
        e.fixed(EVENT_FLOW, details.flows[i]);
    Message &packet = open(track, t);
    add_tail(packet, track, e.bytes());
    Sequence &s = sequences_[track];
    if (unlikely(!(s.named >> name & 1))) {
        Message one, interned;
        one.number(NAME_IID, name + 1).text(NAME_TEXT, names_[name]);
        packet.part(PACKET_INTERNED_DATA, interned.part(INTERNED_EVENT_NAME, one));
        s.named |= u64{1} << name;
    }
    put(packet);
}

void PerfettoFile::value(Track track, ps_t t, u64 value) {
    event_.clear().number(EVENT_TYPE, TYPE_COUNTER).number(EVENT_COUNTER_VALUE, value);
    Message &packet = open(track, t);
    add_tail(packet, track, event_.bytes());
    put(packet);
}

} // namespace faultline
