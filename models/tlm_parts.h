/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Both ends of a TLM socket: what every model here does in the same way.
 */
#ifndef FAULTLINE_TLM_PARTS_H
#define FAULTLINE_TLM_PARTS_H

#include "pool.h"
#include "reports.h"
#include "scheduler.h"
#include <deque>

namespace faultline {

/// memcpy(), without a call for what tables and queues are made of.
inline void copy_words(void *to, const void *from, std::size_t bytes) {
    if (likely(bytes == 8))
        std::memcpy(to, from, 8);
    else if (bytes == 16)
        std::memcpy(to, from, 16);
    else
        std::memcpy(to, from, bytes);
}

/// What an access is: the rest of the payload stays as it is, but for the response, which is to come.
inline void set_access(tlm::tlm_generic_payload &gp, tlm::tlm_command command, u64 address, void *data, u32 length) {
    gp.set_command(command);
    gp.set_address(address);
    gp.set_data_ptr(static_cast<unsigned char *>(data));
    gp.set_data_length(length);
    gp.set_streaming_width(length);
    gp.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

/// False: the payload is no access that a DMA port serves, its response status says why.
inline bool is_access(tlm::tlm_generic_payload &gp) {
    u64 last = gp.get_address() + gp.get_data_length() - 1;

    if (unlikely(!gp.is_read() && !gp.is_write())) {
        gp.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return false;
    }
    if (likely(gp.get_data_length() && gp.get_streaming_width() >= gp.get_data_length() && last >= gp.get_address()))
        return true;
    gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return false;
}

/// The byte enables of a piece, @p offset bytes into @p whole: a pattern repeats from the first byte of the whole
/// access on. @p room: kept as long as @p piece.
inline void cut_byte_enables(const tlm::tlm_generic_payload &whole, tlm::tlm_generic_payload &piece, u32 offset,
                             std::vector<unsigned char> &room) {
    unsigned char *pattern = whole.get_byte_enable_ptr();
    u32 length = whole.get_byte_enable_length();

    piece.set_byte_enable_ptr(pattern);
    piece.set_byte_enable_length(pattern ? length : 0);
    if (!pattern || length < 2 || offset % length == 0)
        return;
    room.resize(std::min(length, piece.get_data_length()));
    for (std::size_t i = 0; i < room.size(); i++)
        room[i] = pattern[(offset + i) % length];
    piece.set_byte_enable_ptr(room.data());
    piece.set_byte_enable_length(u32(room.size()));
}

/// A target that answers at once, without phases, DMI or a debug interface.
struct PlainTarget : tlm::tlm_fw_transport_if<> {
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        if (phase == tlm::BEGIN_REQ)
            b_transport(gp, delay);
        return tlm::TLM_COMPLETED;
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    unsigned transport_dbg(tlm::tlm_generic_payload &) override { return 0; }
};

/// An initiator whose accesses are all answered at once.
struct PlainInitiator : tlm::tlm_bw_transport_if<> {
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_core::sc_time &) override {
        return tlm::TLM_ACCEPTED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

/// A socket that its owner's base classes can refer to.
struct OutSocket {
    explicit OutSocket(unsigned i) : socket(("out_" + std::to_string(i)).c_str()) {}
    tlm::tlm_initiator_socket<> socket;
};

/// An initiator that takes part in the base protocol: one request phase at a time.
class Outlet : public PlainInitiator {
public:
    /// @p eager: any answer lets the next request begin, not only that to the access whose request phase is open.
    explicit Outlet(tlm::tlm_initiator_socket<> &socket, bool eager = false) : socket_(socket), eager_(eager) {
        socket_.bind(*this);
    }

    /// The request phase of an access is not over: ready() will tell.
    bool busy() const { return asking_ != nullptr; }
    /// Send @p gp at @p time. True: it is answered, @p time says when. False: answered() will be called.
    bool send(tlm::tlm_generic_payload &gp, ps_t &time) {
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_core::sc_time delay = Scheduler::delay_to(time);
        tlm::tlm_sync_enum answer = socket_->nb_transport_fw(gp, phase, delay);

        if (likely(answer == tlm::TLM_COMPLETED || phase == tlm::BEGIN_RESP)) {
            time = Scheduler::absolute(delay);
            if (answer != tlm::TLM_COMPLETED) { // the target answered in the forward call: end its response phase
                request_end_ = time;
                phase = tlm::END_RESP;
                socket_->nb_transport_fw(gp, phase, delay);
            }
            return true;
        }
        if (phase == tlm::BEGIN_REQ)
            asking_ = &gp;
        else
            request_end_ = Scheduler::absolute(delay);
        return false;
    }

protected:
    tlm::tlm_initiator_socket<> &socket_;
    ps_t request_end_ = 0; ///< that the last send() was told of

private:
    /// An access that send() did not answer is answered at @p time.
    virtual void answered(tlm::tlm_generic_payload &gp, ps_t time) = 0;
    /// The next request phase may begin at @p time.
    virtual void ready(ps_t time) = 0;

    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        ps_t time = Scheduler::absolute(delay);
        bool response = phase == tlm::BEGIN_RESP, kept = response && gp.has_mm();

        if (kept) // the target's call is not over: until then nobody uses the payload again
            gp.acquire();
        if (response)
            answered(gp, time);
        if (phase == tlm::END_REQ || (response && asking_ && (eager_ || asking_ == &gp))) {
            // BEGIN_RESP without END_REQ ends the request, too
            asking_ = nullptr;
            ready(time);
        }
        if (kept)
            gp.release();
        if (!response)
            return tlm::TLM_ACCEPTED; // phases that the base protocol does not know are ignored
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    }

    const bool eager_;
    tlm::tlm_generic_payload *asking_ = nullptr; // BEGIN_REQ without END_REQ
};

/// An outlet for accesses that wait for their turn, and for answers. What follows an answer, or the end of a request
/// phase, happens at the time that it was announced for, and never within the target's call.
template <typename Access> class AccessOutlet : public Outlet {
public:
    AccessOutlet(tlm::tlm_initiator_socket<> &socket, Scheduler &scheduler, bool eager = false)
        : Outlet(socket, eager), scheduler_(scheduler) {}

    /// Others are before: the next request phase is theirs.
    bool shut() const { return busy() || turn_due_; }
    /// As Outlet::send().
    bool send(tlm::tlm_generic_payload &gp, ps_t &time) {
        time = std::max(time, free_from_);
        bool done = Outlet::send(gp, time);

        if (unlikely(request_end_ != 0)) {
            ready(request_end_);
            request_end_ = 0;
        }
        return done;
    }

protected:
    /// @p a waits: the request phase of another is not over yet; its turn() comes.
    void queue(Access &a) { queue_.push_back(&a); }
    /// send() has not answered @p gp: over() follows.
    void sent(tlm::tlm_generic_payload &gp, Access &a) { under_way_[&gp] = &a; }

private:
    virtual void turn(Access &a) = 0;
    virtual void over(Access &a, ps_t time) = 0;

    void answered(tlm::tlm_generic_payload &gp, ps_t time) override {
        auto found = under_way_.find(&gp);

        if (found == under_way_.end()) {
            SC_REPORT_ERROR(kReportProtocol, "response to a transaction that was not sent");
            return;
        }
        Access *a = found->second;
        under_way_.erase(found);
        scheduler_.call<&AccessOutlet::over_now>(time, *this, a);
    }
    void over_now(Access &a) { over(a, scheduler_.now()); }
    void ready(ps_t time) override {
        free_from_ = std::max(free_from_, time);
        if (turn_due_ || (queue_.empty() && time <= scheduler_.now()))
            return;
        turn_due_ = true;
        scheduler_.call<&AccessOutlet::next>(time, *this);
    }
    void next() {
        turn_due_ = false;
        while (!shut() && !queue_.empty()) {
            Access *a = queue_.front();
            queue_.pop_front();
            turn(*a);
        }
    }

    Scheduler &scheduler_;
    std::unordered_map<tlm::tlm_generic_payload *, Access *> under_way_;
    std::deque<Access *> queue_;
    bool turn_due_ = false; // a request phase may begin soon
    ps_t free_from_ = 0;    // the last request phase ends; actions may run ahead of those who ask
};

/// The responses of a target socket: one at a time (the base protocol's exclusion rule). @p Access has payload().
template <typename Access> class Responses {
public:
    Responses(tlm::tlm_target_socket<> &socket, Scheduler &scheduler, Pool<Access> &pool)
        : socket_(socket), scheduler_(scheduler), pool_(pool) {}

    /// The request phase of an access that waits: it lasts until the access is over, so the payload must.
    static void keep(tlm::tlm_generic_payload &gp) {
        if (likely(gp.has_mm()))
            gp.acquire();
        else
            SC_REPORT_WARNING(kReportProtocol, "nb_transport of a payload without a memory manager");
    }
    /// The answer of @p a goes out now, or after those before it.
    void respond(Access &a) {
        queue_.push_back(&a);
        if (!responding_)
            send();
    }
    /// END_RESP of @p gp after @p delay: its access is free again.
    tlm::tlm_sync_enum end(tlm::tlm_generic_payload &gp, const sc_core::sc_time &delay) {
        if (queue_.empty() || &queue_.front()->payload() != &gp) {
            SC_REPORT_ERROR(kReportProtocol, "END_RESP of a transaction that has no response");
            return tlm::TLM_COMPLETED;
        }
        Access *a = queue_.front();
        queue_.pop_front();
        if (gp.has_mm())
            gp.release();
        pool_.give(a);
        if (unlikely(Scheduler::absolute(delay) > scheduler_.now()))
            scheduler_.call<&Responses::next>(Scheduler::absolute(delay), *this);
        else
            next();
        return tlm::TLM_COMPLETED;
    }

private:
    void next() {
        responding_ = false;
        if (!queue_.empty())
            send();
    }
    void send() {
        tlm::tlm_generic_payload &gp = queue_.front()->payload();
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = Scheduler::delay_to(scheduler_.now());

        responding_ = true;
        tlm::tlm_sync_enum answer = socket_->nb_transport_bw(gp, phase, delay);
        if (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP))
            end(gp, delay);
    }

    tlm::tlm_target_socket<> &socket_;
    Scheduler &scheduler_;
    Pool<Access> &pool_;
    std::deque<Access *> queue_;
    bool responding_ = false;
};

/// A thread that waits in b_transport until its access is over.
class Sleeper {
public:
    ~Sleeper() { delete event_; }

    void sleep() {
        if (!event_)
            event_ = new sc_core::sc_event(sc_core::sc_gen_unique_name("access"));
        while (!over_)
            sc_core::wait(*event_);
    }
    /// It goes on, or never sleeps.
    void wake(Scheduler &scheduler) {
        over_ = true;
        if (!event_)
            return;
        event_->notify(sc_core::SC_ZERO_TIME);
        scheduler.kernel_changed();
    }
    void reset() { over_ = false; }

private:
    sc_core::sc_event *event_ = nullptr;
    bool over_ = false;
};

} // namespace faultline

#endif // FAULTLINE_TLM_PARTS_H
