/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Between an initiator and a target: a monitor of the base protocol's rules (IEEE 1666-2011, chapters 11, 14 and 15).
 * It passes everything on and changes nothing; what is against a rule is kept as text.
 */
#ifndef INTEROP_MONITOR_H
#define INTEROP_MONITOR_H

#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

namespace interop {

using Gp = tlm::tlm_generic_payload;
using sc_core::sc_time;

/// Whatever the width of the bus.
class AnyMonitor : public sc_core::sc_module {
public:
    std::vector<std::string> broken; ///< rules, in the order in which they were
    unsigned requests = 0, most = 0; ///< transactions begun; under way at once
    unsigned dmi_hints = 0, dmi_invalidations = 0;

    explicit AnyMonitor(sc_core::sc_module_name name) : sc_module(name) {}
    bool idle() const { return open_.empty() && !asking_ && !answering_; }
    std::string first() const { return broken.empty() ? "" : broken.front(); }

protected:
    virtual tlm::tlm_fw_transport_if<> &target() = 0;
    virtual tlm::tlm_bw_transport_if<> &initiator() = 0;

private:
    enum State { Begun, Accepted, Answered };
    struct Open {
        State state;
        sc_time last; // phase
    };

    void say(const std::string &rule) {
        if (broken.size() < 100)
            broken.push_back(std::string(name()) + " at " + sc_core::sc_time_stamp().to_string() + ": " + rule);
    }
    void want(bool good, const char *rule) {
        if (!good)
            say(rule);
    }
    static bool in_method() {
        sc_core::sc_process_handle h = sc_core::sc_get_current_process_handle();

        return h.valid() && h.proc_kind() == sc_core::SC_METHOD_PROC_;
    }
    void check_begin(Gp &gp) {
        want(gp.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE, "14.17: the response status is not INCOMPLETE");
        want(!gp.is_dmi_allowed(), "14.18: the DMI hint is set before the target has answered");
        want(gp.get_data_length() && gp.get_data_ptr(), "14.11: there are no data");
        want(gp.get_streaming_width(), "14.16: the streaming width is 0");
        want(!gp.get_byte_enable_ptr() || gp.get_byte_enable_length(), "14.15: byte enables of length 0");
        requests++;
    }
    void check_end(Gp &gp) {
        want(gp.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE, "14.17: no response status");
        want(!gp.is_response_error() || !gp.is_dmi_allowed(), "14.18: an error with a DMI hint");
        dmi_hints += gp.is_dmi_allowed();
    }

protected:
    void b_transport(Gp &gp, sc_time &delay) {
        want(!in_method(), "11.1.1.4: b_transport from a method process");
        want(!nested_, "11.1.2.4: b_transport from within nb_transport");
        want(!open_.count(&gp), "14.5: the payload is under way already");
        check_begin(gp);
        target().b_transport(gp, delay);
        check_end(gp);
    }

    /* ---- phases ---- */
private:
    void at(Open &o, const sc_time &delay) {
        sc_time t = sc_core::sc_time_stamp() + delay;

        want(t >= o.last, "15.2.7: a phase is before the one that it follows");
        o.last = t;
    }
    void end_request(Gp &gp, const sc_time &delay) {
        if (asking_ != &gp)
            return;
        asking_ = nullptr;
        free_ = sc_core::sc_time_stamp() + delay;
    }
    void begin(Gp &gp, const sc_time &delay) {
        want(gp.has_mm(), "14.5: nb_transport of a payload without a memory manager");
        want(!gp.has_mm() || gp.get_ref_count() > 0, "14.5: nobody has acquired the payload");
        want(!open_.count(&gp), "14.5: the payload is under way already");
        want(backward_ != &gp, "14.5: the payload begins anew within the call that ends it");
        want(!asking_, "15.2.6: request exclusion: BEGIN_REQ within the request phase of another");
        want(sc_core::sc_time_stamp() + delay >= free_,
             "15.2.6: request exclusion: BEGIN_REQ before the time of END_REQ");
        check_begin(gp);
        open_[&gp] = {Begun, sc_core::sc_time_stamp() + delay};
        most = std::max<unsigned>(most, unsigned(open_.size()));
        asking_ = &gp;
    }
    void accept(Gp &gp, const sc_time &delay) {
        auto o = open_.find(&gp);

        if (o == open_.end() || o->second.state != Begun) {
            say("15.2.3: END_REQ without BEGIN_REQ, or after BEGIN_RESP");
            return;
        }
        at(o->second, delay);
        o->second.state = Accepted;
        end_request(gp, delay);
    }
    void answer(Gp &gp, const sc_time &delay) {
        auto o = open_.find(&gp);

        if (o == open_.end() || o->second.state == Answered) {
            say("15.2.3: BEGIN_RESP without BEGIN_REQ, or twice");
            return;
        }
        at(o->second, delay);
        want(!answering_, "15.2.6: response exclusion: BEGIN_RESP within the response phase of another");
        want(sc_core::sc_time_stamp() + delay >= quiet_,
             "15.2.6: response exclusion: BEGIN_RESP before the time of END_RESP");
        check_end(gp);
        o->second.state = Answered;
        answering_ = &gp;
        end_request(gp, delay);
    }
    void end(Gp &gp, const sc_time &delay) {
        auto o = open_.find(&gp);

        if (o == open_.end() || o->second.state != Answered) {
            say("15.2.3: END_RESP without BEGIN_RESP");
            return;
        }
        at(o->second, delay);
        answering_ = nullptr;
        quiet_ = sc_core::sc_time_stamp() + delay;
        open_.erase(o);
    }
    /* TLM_COMPLETED of a forward call: early completion. */
    void complete(Gp &gp, const sc_time &delay) {
        auto o = open_.find(&gp);

        if (o == open_.end())
            return;
        at(o->second, delay);
        check_end(gp);
        if (asking_ == &gp)
            asking_ = nullptr;
        open_.erase(o);
    }

protected:
    tlm::tlm_sync_enum forward(Gp &gp, tlm::tlm_phase &phase, sc_time &delay) {
        bool begins = phase == tlm::BEGIN_REQ;

        if (begins)
            begin(gp, delay);
        else if (phase == tlm::END_RESP)
            end(gp, delay);
        else
            say("15.2.4: a phase that no initiator sends");
        nested_++;
        tlm::tlm_sync_enum answer_ = target().nb_transport_fw(gp, phase, delay);
        nested_--;
        if (!begins)
            return answer_;
        if (answer_ == tlm::TLM_COMPLETED)
            complete(gp, delay);
        else if (answer_ == tlm::TLM_UPDATED && phase == tlm::END_REQ)
            accept(gp, delay);
        else if (answer_ == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP)
            answer(gp, delay);
        else if (answer_ == tlm::TLM_UPDATED)
            say("15.2.4: an answer that no target gives");
        return answer_;
    }
    tlm::tlm_sync_enum backward(Gp &gp, tlm::tlm_phase &phase, sc_time &delay) {
        Gp *before = backward_;

        want(!gp.has_mm() || gp.get_ref_count() > 0, "14.5: nobody has acquired the payload");
        if (phase == tlm::END_REQ)
            accept(gp, delay);
        else if (phase == tlm::BEGIN_RESP)
            answer(gp, delay);
        else
            say("15.2.4: a phase that no target sends");
        bool response = phase == tlm::BEGIN_RESP;
        backward_ = &gp;
        nested_++;
        tlm::tlm_sync_enum said = initiator().nb_transport_bw(gp, phase, delay);
        nested_--;
        backward_ = before;
        if (response && (said == tlm::TLM_COMPLETED || (said == tlm::TLM_UPDATED && phase == tlm::END_RESP)))
            end(gp, delay);
        else if (said != tlm::TLM_ACCEPTED)
            say("15.2.4: an answer that no initiator gives");
        return said;
    }

    bool dmi(Gp &gp, tlm::tlm_dmi &d) { return target().get_direct_mem_ptr(gp, d); }
    unsigned debug(Gp &gp) { return target().transport_dbg(gp); }
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
        dmi_invalidations++;
        initiator().invalidate_direct_mem_ptr(first, last);
    }

private:
    std::map<Gp *, Open> open_;
    Gp *asking_ = nullptr, *answering_ = nullptr, *backward_ = nullptr;
    sc_time free_, quiet_;              // the last request, the last response phase ended
    inline static unsigned nested_ = 0; // calls of nb_transport on the stack, through all monitors
};

template <unsigned WIDTH = 32> class MonitorOf : public AnyMonitor {
public:
    tlm_utils::simple_target_socket<MonitorOf, WIDTH> in;
    tlm_utils::simple_initiator_socket<MonitorOf, WIDTH> out;

    explicit MonitorOf(sc_core::sc_module_name name) : AnyMonitor(name), in("in"), out("out") {
        in.register_b_transport(this, &MonitorOf::b_transport);
        in.register_nb_transport_fw(this, &MonitorOf::forward);
        in.register_get_direct_mem_ptr(this, &MonitorOf::dmi);
        in.register_transport_dbg(this, &MonitorOf::debug);
        out.register_nb_transport_bw(this, &MonitorOf::backward);
        out.register_invalidate_direct_mem_ptr(this, &MonitorOf::invalidate);
    }

private:
    tlm::tlm_fw_transport_if<> &target() override { return *out.operator->(); }
    tlm::tlm_bw_transport_if<> &initiator() override { return *in.operator->(); }
};
using Monitor = MonitorOf<>;

} // namespace interop

#endif // INTEROP_MONITOR_H
