/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Masters of somebody else: a thread that calls b_transport, and one that keeps several accesses under way. */
#ifndef INTEROP_MASTERS_H
#define INTEROP_MASTERS_H

#include "memories.h"
#include <functional>
#include <memory>
#include <tlm_utils/simple_initiator_socket.h>

namespace interop {

/// An access with its data; it is free again when nobody holds it.
struct Access : Gp {
    std::vector<unsigned char> data, enables, was; ///< was: before it began
    unsigned resets;                               ///< so far, when it began
    bool off;                                      ///< nobody served it then
    bool gone;                                     ///< one of its pages was not there then
    unsigned changes;                              ///< of its pages so far, then
    sc_time sent, done;                            ///< effective times of BEGIN_REQ and BEGIN_RESP

    void set(bool write, sc_dt::uint64 address, unsigned length) {
        data.assign(length, 0xee);
        set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        set_address(address);
        set_data_ptr(data.data());
        set_data_length(length);
        set_streaming_width(length);
        set_byte_enable_ptr(nullptr);
        set_byte_enable_length(0);
        set_dmi_allowed(false);
        set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    bool enables_byte(unsigned i) const {
        const unsigned char *pattern = get_byte_enable_ptr();

        return !pattern || pattern[i % get_byte_enable_length()];
    }
    void enable(std::vector<unsigned char> pattern) {
        enables = std::move(pattern);
        set_byte_enable_ptr(enables.data());
        set_byte_enable_length(unsigned(enables.size()));
    }
};

class AccessPool : public tlm::tlm_mm_interface {
public:
    Access *take() {
        if (free_.empty()) {
            all_.emplace_back(new Access);
            all_.back()->set_mm(this);
            free_.push_back(all_.back().get());
        }
        Access *a = free_.back();
        free_.pop_back();
        a->acquire();
        return a;
    }
    std::size_t out() const { return all_.size() - free_.size(); } ///< that somebody holds

private:
    void free(Gp *gp) override {
        gp->reset();
        free_.push_back(static_cast<Access *>(gp));
    }
    std::vector<std::unique_ptr<Access>> all_;
    std::vector<Access *> free_;
};

/// How a response phase ends: with the call; with the call but later; by a call of our own.
enum class EndResp { AtOnce, Annotated, Later };

/// Whatever the width of its bus.
class AnyMaster : public sc_core::sc_module {
public:
    std::function<void()> body;           ///< the thread
    std::function<void(Access &)> begins; ///< its request phase, or its call
    std::function<void(Access &)> ended;  ///< an access of send() is over; it is released afterwards
    AccessPool pool;
    EndResp end_resp = EndResp::AtOnce;
    sc_time linger = ns(7); ///< the length of a response phase that does not end at once
    std::size_t under_way = 0, most = 0;
    unsigned dmi_invalidations = 0;
    sc_core::sc_event idle;

    explicit AnyMaster(sc_core::sc_module_name name) : sc_module(name), ends_("ends") {
        SC_HAS_PROCESS(AnyMaster);
        SC_THREAD(run);
        SC_METHOD(end_phase);
        sensitive << ends_.get_event();
        dont_initialize();
        SC_METHOD(ask);
        sensitive << ask_event_;
        dont_initialize();
    }
    virtual tlm::tlm_fw_transport_if<> &target() = 0;

    /// Non-blocking: @p a goes out when no other request phase is open.
    void send(Access *a) {
        waiting_.push_back(a);
        most = std::max(most, ++under_way);
        ask();
    }
    /// Blocking; its end, as annotated.
    sc_time access(Access &a, sc_time delay = sc_core::SC_ZERO_TIME) {
        target().b_transport(a, delay);
        return sc_core::sc_time_stamp() + delay;
    }
    void drain() {
        while (under_way)
            sc_core::wait(idle);
    }

private:
    void run() {
        if (body)
            body();
    }
    void ask() {
        while (!asking_ && !waiting_.empty()) {
            if (sc_core::sc_time_stamp() < free_) {
                ask_event_.notify(free_ - sc_core::sc_time_stamp());
                return;
            }
            Access *a = waiting_.front();
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay;
            waiting_.pop_front();
            asking_ = a;
            a->sent = sc_core::sc_time_stamp();
            if (begins)
                begins(*a);
            tlm::tlm_sync_enum said = target().nb_transport_fw(*a, phase, delay);
            sc_time then = sc_core::sc_time_stamp() + delay;
            if (said == tlm::TLM_COMPLETED) {
                asking_ = nullptr;
                over(*a, then);
            } else if (said == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
                asking_ = nullptr;
                free_ = then;
            } else if (said == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP) {
                asking_ = nullptr;
                phase = tlm::END_RESP;
                target().nb_transport_fw(*a, phase, delay);
                over(*a, then);
            }
        }
    }

protected:
    tlm::tlm_sync_enum backward(Gp &gp, tlm::tlm_phase &phase, sc_time &delay) {
        sc_time then = sc_core::sc_time_stamp() + delay;

        if (asking_ == &gp) {
            asking_ = nullptr;
            free_ = then;
            ask_event_.notify(delay);
        }
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        if (end_resp == EndResp::Later) {
            ends_.notify(gp, delay + linger);
            return tlm::TLM_ACCEPTED;
        }
        if (end_resp == EndResp::Annotated)
            delay += linger;
        over(static_cast<Access &>(gp), then);
        return tlm::TLM_COMPLETED;
    }
    void invalidate(sc_dt::uint64, sc_dt::uint64) { dmi_invalidations++; }

private:
    void end_phase() {
        while (Gp *gp = ends_.get_next_transaction()) {
            tlm::tlm_phase phase = tlm::END_RESP;
            sc_time delay, then = sc_core::sc_time_stamp() - linger;
            target().nb_transport_fw(*gp, phase, delay);
            over(static_cast<Access &>(*gp), then);
        }
    }
    void over(Access &a, const sc_time &time) {
        a.done = time;
        if (ended)
            ended(a);
        a.release();
        if (!--under_way)
            idle.notify(sc_core::SC_ZERO_TIME);
    }

    tlm_utils::peq_with_get<Gp> ends_;
    std::deque<Access *> waiting_;
    Access *asking_ = nullptr;
    sc_time free_;
    sc_core::sc_event ask_event_;
};

template <unsigned WIDTH = 32> class MasterOf : public AnyMaster {
public:
    tlm_utils::simple_initiator_socket<MasterOf, WIDTH> out;

    explicit MasterOf(sc_core::sc_module_name name) : AnyMaster(name), out("out") {
        out.register_nb_transport_bw(this, &MasterOf::backward);
        out.register_invalidate_direct_mem_ptr(this, &MasterOf::invalidate);
    }
    tlm::tlm_fw_transport_if<> &target() override { return *out.operator->(); }
};
using Master = MasterOf<>;

} // namespace interop

#endif // INTEROP_MASTERS_H
