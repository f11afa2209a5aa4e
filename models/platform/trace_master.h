/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A master that plays a trace, and asks the operating system to do what the
 * trace says was done between the accesses.
 *
 * Records go out in their order. An access waits for: its recorded time
 * (arrival: trace), the interval of its stream, room among the outstanding,
 * what the ordering asks for, the TBU's readiness, and the end of a map or
 * unmap of its address space. A map, unmap, attach or detach waits for every
 * earlier access of the address space that it names (of all, if it names none).
 *
 * Accesses that are answered at once cost no event: the master runs ahead in
 * one action as long as nobody else has anything to do before (Scheduler::horizon).
 */
#ifndef FAULTLINE_TRACE_MASTER_H
#define FAULTLINE_TRACE_MASTER_H

#include "dma_extension.h"
#include "master.h"
#include "sorted_ring.h"

namespace faultline {

class TraceMaster : public sc_core::sc_module, public Master {
    class Backward;

public:
    /// One initiator socket a TBU; a stream uses TBU (StreamID mod number of TBUs).
    tlm::tlm_initiator_socket<> &out(unsigned i) override { return *sockets_.at(i); }

    TraceMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config);
    ~TraceMaster() override;

    void start(TraceSource &source, MasterHooks hooks, ps_t at) override;

    bool finished() const override { return finished_; }
    int error() const override { return error_; }
    u64 outstanding() const override { return outstanding_; }
    ps_t duration() const override { return last_done_ - begin_; }
    const Samples &latencies() const override { return latencies_; }

private:
    struct Stream {
        u32 sid;
        u32 domain;
        ps_t ready;               // its next access goes out no earlier
        ps_t last_done;           // completion of its latest access, if known
        u32 outstanding, unknown; // unknown: answered later, by the backward path
        u32 tag_waits;            // ordering: tag of the unknown access that its next waits for
    };
    struct Space {
        u32 domain;
        ps_t ready; // a map or unmap is done
        u32 outstanding, unknown;
    };
    struct Payload : tlm::tlm_generic_payload {
        DmaExtension ext;
        const dmat_record *record;
        dmat_record copy; // while it waits: its block may be gone
        u64 number;
        ps_t issued;
        Stream *stream;
        Space *space;
        unsigned port;
    };
    struct Known { // an answered access until its time has come
        ps_t time;
        Stream *stream;
        Space *space;

        bool operator>(const Known &o) const { return time > o.time; }
    };
    class Manager;

    void play();
    bool fetch();
    bool play_access(const dmat_record &rec);
    bool play_system(const dmat_record &rec);
    bool issue(const dmat_record &rec, Stream &s, Space &sp, unsigned port, ps_t t);
    bool retire_one(ps_t &t);
    void retire_until(ps_t t);
    bool later(ps_t t);
    void complete(Payload &p, ps_t time);
    void answered(tlm::tlm_generic_payload &gp, ps_t time);
    void port_ready(unsigned port, ps_t time);
    void finish_if_done();
    Stream &stream(u32 sid) {
        return likely(last_stream_ && last_stream_->sid == sid) ? *last_stream_ : find_stream(sid);
    }
    Space &space(u32 domain) {
        return likely(last_space_ && last_space_->domain == domain) ? *last_space_ : find_space(domain);
    }
    Stream &find_stream(u32 sid);
    Space &find_space(u32 domain);
    Payload *new_payload();
    unsigned char *data(u64 bytes) { return likely(bytes <= room_) ? data_.back().data() : more_data(bytes); }
    unsigned char *more_data(u64 bytes);
    ps_t arrival(const dmat_record &rec) const;

    Scheduler &scheduler_;
    const fl_config &config_;
    std::vector<std::unique_ptr<tlm::tlm_initiator_socket<>>> sockets_;
    std::vector<std::unique_ptr<Backward>> backwards_;
    std::unique_ptr<Manager> manager_;
    std::vector<char> port_busy_; // BEGIN_REQ without END_REQ
    TraceSource *source_ = nullptr;
    MasterHooks hooks_;
    std::vector<std::unique_ptr<Stream>> streams_;
    std::vector<std::unique_ptr<Space>> spaces_;
    std::unordered_map<u32, Stream *> stream_of_;
    std::unordered_map<u32, Space *> space_of_;
    Stream *last_stream_ = nullptr;
    Space *last_space_ = nullptr;
    SortedRing<Known> known_;
    std::vector<std::unique_ptr<Payload>> payloads_;
    std::vector<Payload *> free_;
    std::vector<std::vector<unsigned char>> data_; // the last is the largest; accesses may still be using the others
    u64 room_ = 0;                                 // in it
    const dmat_record *block_ = nullptr;
    ssize_t at_ = 0, size_ = 0;
    u64 number_ = 0;
    u64 outstanding_ = 0;
    Samples latencies_;
    ps_t begin_ = 0, last_done_ = 0;
    ps_t system_ready_ = 0; // the operating system has done its last work
    ps_t round_ = 0;        // when this round of the trace began
    u64 first_ns_ = 0, previous_ns_ = 0;
    bool started_ = false, waiting_ = false, at_end_ = false, finished_ = false;
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_TRACE_MASTER_H
