/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The command processor: fetches command buffers far ahead, decodes them in
 * order, starts the units and waits for them. A word that is no packet, or a
 * fetch that ended in a bus error, stops it for good.
 */
#ifndef FAULTLINE_GPU_CP_H
#define FAULTLINE_GPU_CP_H

#include "gpu_engine.h"

namespace faultline {

class GpuCp : public GpuEngine {
public:
    enum class Fate { Alive, IllegalOpcode, BadOperand, BusError };
    enum class State { Idle, Fetching, Decoding, Waiting, Stopped };

    struct Crash {
        u64 count;
        Fate why; ///< of the first
        ps_t time;
        u64 address, word;
    };

    GpuCp(GpuHost &host, GpuUnit &texture, GpuUnit &colour)
        : GpuEngine(host, "command", host.config.gpu.command_outstanding), texture_(texture), colour_(colour) {}

    void begin(const std::vector<dmat_record> &buffers);
    /// The job is lost.
    void stop();
    bool done() const { return state() == State::Idle && outstanding().empty(); }
    /// The units have moved.
    void units_moved();

    State state() const;
    /// Address of the next packet to decode, and of the next byte to fetch.
    u64 read_pointer() const;
    u64 fetch_pointer() const;
    const Crash &crash() const { return crash_; }
    u64 packets() const { return packets_; }
    /// When the last packet was decoded.
    ps_t decoded() const { return decoded_; }
    void pump() override;

    static const char *name_of(Fate why);
    static const char *name_of(State state);

private:
    static constexpr u32 kLine = 64;
    struct Line {
        u64 iova;
        u32 len;
        bool here;
        xlat how;
        u8 data[kLine];
    };

    void arrived(GpuAccess &a, bool garbage) override;
    void decode();
    void step();
    Fate execute(u64 word);
    void die(Fate why, u64 word);

    GpuUnit &texture_, &colour_;
    const std::vector<dmat_record> *buffers_ = nullptr;
    GpuCursor fetch_;
    std::deque<Line> lines_; // fetched or on their way, in order
    u64 first_serial_ = 1;   // of lines_[0]
    u32 offset_ = 0;         // of the next packet in lines_[0]
    u64 ahead_ = 0;          // bytes in lines_
    u64 packets_ = 0;
    ps_t decoded_ = 0;
    bool waiting_ = false, stopped_ = false, decoding_ = false;
    Crash crash_{};
};

} // namespace faultline

#endif // FAULTLINE_GPU_CP_H
