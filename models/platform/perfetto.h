/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A trace that Perfetto reads: TracePackets with track events. Each track has a
 * sequence of its own with a clock that counts from packet to packet, so that a
 * change takes few bytes; what packets of a track have in common is made once.
 * Packets are compressed by the hundred kilobytes, by a thread of its own, and a
 * run of any length takes the memory of a few such blocks. The file has its name
 * when it is complete.
 */
#ifndef FAULTLINE_PERFETTO_H
#define FAULTLINE_PERFETTO_H

#include "platform_api.h"
#include "scheduler.h"
#include <future>
#include <string_view>

namespace faultline {

/// A message of protocol buffers, field by field.
class Message {
public:
    Message &number(unsigned field, u64 value) { return raw(field << 3).raw(value); }
    Message &fixed(unsigned field, u64 value);
    Message &text(unsigned field, std::string_view value) { return head(field, value.size()).append(value); }
    Message &part(unsigned field, const Message &m) { return text(field, m.bytes()); }
    /// Field @p field of @p bytes that follow.
    Message &head(unsigned field, std::size_t bytes) { return raw(field << 3 | 2).raw(bytes); }
    Message &append(std::string_view bytes) {
        std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
        length_ += bytes.size();
        return *this;
    }
    /// A varint.
    Message &raw(u64 value) {
        char *at = room(10);

        for (; value >= 0x80; value >>= 7)
            *at++ = char(value | 0x80);
        *at++ = char(value);
        length_ = std::size_t(at - buffer_.data());
        return *this;
    }
    std::string_view bytes() const { return {buffer_.data(), length_}; }
    std::size_t size() const { return length_; }
    /// It is empty, and has its memory still.
    Message &clear() {
        length_ = 0;
        return *this;
    }

private:
    char *room(std::size_t bytes) {
        if (unlikely(length_ + bytes > buffer_.size()))
            buffer_.resize(2 * (length_ + bytes));
        return buffer_.data() + length_;
    }

    std::string buffer_;
    std::size_t length_ = 0;
};

class PerfettoFile {
public:
    using Track = std::size_t;
    static constexpr Track kRoot = ~std::size_t{0};

    /// @throws std::runtime_error if it cannot be made
    explicit PerfettoFile(const char *path);
    ~PerfettoFile();

    Track track(const std::string &name, Track parent = kRoot);
    Track counter(const std::string &name, Track parent);
    /// A name for slices, at most 64 of them.
    unsigned name(const std::string &name);

    /// A value that hangs on a slice, with its name: a text, or else a number.
    struct Note {
        const char *key, *text;
        u64 number;
        bool address; ///< the number is one
    };
    /// What hangs on a slice; only borrowed.
    struct Details {
        const u64 *flows = nullptr;
        std::size_t n_flows = 0;
        const Note *notes = nullptr;
        std::size_t n_notes = 0;

        Details() = default;
        Details(const std::vector<u64> &f) : flows(f.data()), n_flows(f.size()) {}
        Details(const u64 &flow, bool some) : flows(&flow), n_flows(some) {}
    };

    // Times of one track never decrease
    void begin(Track track, ps_t t, unsigned name) { event(track, t, int(name)); }
    void begin(Track track, ps_t t, unsigned name, const Details &details);
    void end(Track track, ps_t t) { event(track, t, kEnd); }
    void value(Track track, ps_t t, u64 value);

    /// All is written. 0, or -errno with @p err.
    int finish(dmat_error *err);

private:
    static constexpr int kEnd = -1;

    struct Sequence {
        u64 at_ns = 0;
        u64 named = 0; // bit n: name n is known to it
        bool begun = false;
        std::vector<std::string> tails; // what follows the time in events that differ in nothing else; [0]: an end's
    };

    Track add(const std::string &name, Track parent, bool counter);
    void start(Track track);
    Message &open(Track track, ps_t t);
    void event(Track track, ps_t t, int name);
    void add_tail(Message &packet, Track track, std::string_view event) const;
    void put(const Message &packet);
    void flush();
    void written();
    int fail(dmat_error *err, int error);

    std::string path_, temp_;
    std::FILE *out_;
    Message block_;
    Message event_, packet_, note_; // of many, one after the other
    std::vector<Sequence> sequences_;
    std::vector<std::string> names_;
    struct Packer;
    std::unique_ptr<Packer> packer_;
    std::future<void> packing_; // the block before
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_PERFETTO_H
