/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A trace that Perfetto reads: TracePackets with track events. Each track has a
 * sequence of its own with a clock that counts from packet to packet, so that a
 * change takes few bytes; packets are compressed by the hundred kilobytes, and a
 * run of any length takes the memory of one such block. The file has its name
 * when it is complete.
 */
#ifndef FAULTLINE_PERFETTO_H
#define FAULTLINE_PERFETTO_H

#include "platform_api.h"
#include "scheduler.h"
#include <string_view>

namespace faultline {

/// A message of protocol buffers, field by field.
class Message {
public:
    Message &number(unsigned field, u64 value);
    Message &fixed(unsigned field, u64 value);
    Message &text(unsigned field, std::string_view value);
    Message &part(unsigned field, const Message &m) { return text(field, m.bytes()); }
    std::string_view bytes() const { return {buffer_.data(), length_}; }
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
    void varint(u64 value);

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
    /// What hangs on a slice: flows, and values with their names.
    struct Details {
        std::vector<u64> flows;
        std::vector<std::pair<const char *, u64>> numbers, addresses;
        std::vector<std::pair<const char *, const char *>> texts;
    };

    // Times of one track never decrease
    void begin(Track track, ps_t t, unsigned name, const Details &details = {});
    void end(Track track, ps_t t);
    void value(Track track, ps_t t, u64 value);

    /// All is written. 0, or -errno with @p err.
    int finish(dmat_error *err);

private:
    struct Sequence {
        u64 at_ns = 0;
        u64 named = 0; // bit n: name n is known to it
        bool begun = false;
    };

    Track add(const std::string &name, Track parent, bool counter);
    void start(Track track);
    void event(Track track, ps_t t, const Message &event, int name);
    void put(const Message &packet);
    void flush();
    int fail(dmat_error *err, int error);

    std::string path_, temp_;
    std::FILE *out_;
    Message block_;
    Message event_, packet_; // of many, one after the other
    std::string compressed_;
    std::vector<Sequence> sequences_;
    std::vector<std::string> names_;
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_PERFETTO_H
