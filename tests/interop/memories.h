/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memories of somebody else: one that waits in b_transport, and one that takes its phases. */
#ifndef INTEROP_MEMORIES_H
#define INTEROP_MEMORIES_H

#include <deque>
#include <random>
#include <systemc>
#include <tlm>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

namespace interop {

using Gp = tlm::tlm_generic_payload;
using sc_core::sc_time;

inline sc_time ns(double n) {
    return sc_time(n, sc_core::SC_NS);
}

/// The bytes, and what an access does to them (14.15: byte enables, 14.16: streaming).
class Store {
public:
    explicit Store(std::size_t size) : bytes(size) {}

    std::vector<unsigned char> bytes;

    bool access(Gp &gp, bool all = false) {
        sc_dt::uint64 at = gp.get_address(), width = all ? gp.get_data_length() : gp.get_streaming_width();

        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        if (at >= bytes.size() || std::min<sc_dt::uint64>(width, gp.get_data_length()) > bytes.size() - at)
            return false;
        for (unsigned i = 0; i < gp.get_data_length(); i++) {
            unsigned char &byte = bytes[at + i % width];
            const unsigned char *enables = all ? nullptr : gp.get_byte_enable_ptr();
            if (enables && enables[i % gp.get_byte_enable_length()] != TLM_BYTE_ENABLED)
                continue;
            if (gp.is_read())
                gp.get_data_ptr()[i] = byte;
            else if (gp.is_write())
                byte = gp.get_data_ptr()[i];
        }
        gp.set_response_status(tlm::TLM_OK_RESPONSE);
        return true;
    }
    sc_dt::uint64 word(sc_dt::uint64 at) const {
        sc_dt::uint64 value = 0;

        for (int i = 7; i >= 0; i--)
            value = value << 8 | bytes.at(at + unsigned(i));
        return value;
    }
    void set_word(sc_dt::uint64 at, sc_dt::uint64 value) {
        for (unsigned i = 0; i < 8; i++)
            bytes.at(at + i) = static_cast<unsigned char>(value >> 8 * i);
    }
};

enum class Style { Annotates, Waits, Pipelined, Holds, Mixed };

/**
 * Annotates, Waits: b_transport, with a delay that is annotated or waited for; tlm_utils makes b_transport of
 * nb_transport. Pipelined: END_REQ after a while, several under way. Holds: no END_REQ, one at a time. Mixed: whatever
 * the base protocol lets a target do.
 */
class AnyMemory : public sc_core::sc_module {
public:
    Store &store;
    Style style;
    bool dmi = false;
    sc_dt::uint64 bad_first = ~sc_dt::uint64{0}, bad_last = 0;   ///< here every access ends with an error
    sc_dt::uint64 hole_first = ~sc_dt::uint64{0}, hole_last = 0; ///< no debug access, no DMI
    sc_time latency = ns(50), accept = ns(10);
    std::vector<std::pair<sc_dt::uint64, sc_time>> begun; ///< address and time of each request
    unsigned under_way = 0, most = 0;

    AnyMemory(sc_core::sc_module_name name, Store &s, Style how)
        : sc_module(name), store(s), style(how), accepts_("accepts"), answers_("answers") {
        SC_HAS_PROCESS(AnyMemory);
        SC_METHOD(accept_next);
        sensitive << accepts_.get_event();
        dont_initialize();
        SC_METHOD(answer_next);
        sensitive << answers_.get_event();
        dont_initialize();
        SC_METHOD(respond);
        sensitive << respond_event_;
        dont_initialize();
    }

protected:
    virtual tlm::tlm_bw_transport_if<> &initiator() = 0;
    bool phased() const { return style == Style::Pipelined || style == Style::Holds || style == Style::Mixed; }
    void note(Gp &gp, const sc_time &delay) { begun.emplace_back(gp.get_address(), sc_core::sc_time_stamp() + delay); }
    void access(Gp &gp) {
        if (gp.get_address() >= bad_first && gp.get_address() <= bad_last)
            gp.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        else
            store.access(gp);
        gp.set_dmi_allowed(dmi && gp.is_response_ok());
    }
    void b_transport(Gp &gp, sc_time &delay) {
        note(gp, delay);
        if (style == Style::Waits) {
            sc_core::wait(delay + latency);
            delay = sc_core::SC_ZERO_TIME;
        } else {
            delay += latency;
        }
        access(gp);
    }

    tlm::tlm_sync_enum forward(Gp &gp, tlm::tlm_phase &phase, sc_time &delay) {
        if (phase == tlm::END_RESP) {
            over(delay);
            return tlm::TLM_COMPLETED;
        }
        if (phase != tlm::BEGIN_REQ)
            return tlm::TLM_ACCEPTED;
        note(gp, delay);
        unsigned how = style == Style::Mixed ? random_() % 5 : 0;
        if (how == 1) { // early completion
            access(gp);
            delay += latency;
            return tlm::TLM_COMPLETED;
        }
        gp.acquire();
        most = std::max(most, ++under_way);
        if (how == 2 && !responding_ && ready_.empty()) { // the response comes back with the call
            access(gp);
            responding_ = &gp;
            phase = tlm::BEGIN_RESP;
            delay += latency;
            return tlm::TLM_UPDATED;
        }
        answers_.notify(gp, delay + latency);
        if (style == Style::Holds || how == 3)
            return tlm::TLM_ACCEPTED; // BEGIN_RESP ends the request, too
        if (how == 4) {               // END_REQ with the call, some time ahead
            phase = tlm::END_REQ;
            delay += accept;
            return tlm::TLM_UPDATED;
        }
        accepts_.notify(gp, delay + accept);
        return tlm::TLM_ACCEPTED;
    }
    void accept_next() {
        while (Gp *gp = accepts_.get_next_transaction()) {
            tlm::tlm_phase phase = tlm::END_REQ;
            sc_time delay = style == Style::Mixed && latency > 2 * accept ? accept / 2 : sc_core::SC_ZERO_TIME;
            initiator().nb_transport_bw(*gp, phase, delay);
        }
    }
    void answer_next() {
        while (Gp *gp = answers_.get_next_transaction())
            ready_.push_back(gp);
        respond();
    }
    void respond() {
        while (!responding_ && !ready_.empty() && sc_core::sc_time_stamp() >= quiet_) {
            Gp *gp = ready_.front();
            tlm::tlm_phase phase = tlm::BEGIN_RESP;
            sc_time delay;
            ready_.pop_front();
            access(*gp);
            responding_ = gp;
            tlm::tlm_sync_enum said = initiator().nb_transport_bw(*gp, phase, delay);
            if (said == tlm::TLM_COMPLETED || (said == tlm::TLM_UPDATED && phase == tlm::END_RESP))
                over(delay);
        }
        if (!ready_.empty() && !responding_)
            respond_event_.notify(quiet_ - sc_core::sc_time_stamp());
    }
    /* The response phase ends after @delay. */
    void over(const sc_time &delay) {
        Gp *gp = responding_;

        responding_ = nullptr;
        quiet_ = sc_core::sc_time_stamp() + delay;
        under_way--;
        gp->release();
        if (!ready_.empty())
            respond_event_.notify(delay);
    }

    bool in_hole(Gp &gp) const { return gp.get_address() >= hole_first && gp.get_address() <= hole_last; }
    bool direct(Gp &gp, tlm::tlm_dmi &d) {
        if (!dmi || gp.get_address() >= store.bytes.size() || in_hole(gp))
            return false;
        d.init();
        d.set_dmi_ptr(store.bytes.data());
        d.set_start_address(0);
        d.set_end_address(store.bytes.size() - 1);
        d.allow_read_write();
        d.set_read_latency(latency);
        d.set_write_latency(latency);
        return true;
    }
    unsigned debug_access(Gp &gp) { return !in_hole(gp) && store.access(gp, true) ? gp.get_data_length() : 0; }

private:
    tlm_utils::peq_with_get<Gp> accepts_, answers_;
    std::deque<Gp *> ready_; // to be answered
    Gp *responding_ = nullptr;
    sc_time quiet_;
    sc_core::sc_event respond_event_;
    std::mt19937 random_{1};
};

template <unsigned WIDTH = 32> class MemoryOf : public AnyMemory {
public:
    tlm_utils::simple_target_socket<MemoryOf, WIDTH> in;

    MemoryOf(sc_core::sc_module_name name, Store &s, Style how) : AnyMemory(name, s, how), in("in") {
        in.register_b_transport(this, &MemoryOf::b_transport);
        if (phased())
            in.register_nb_transport_fw(this, &MemoryOf::forward);
        in.register_get_direct_mem_ptr(this, &MemoryOf::direct);
        in.register_transport_dbg(this, &MemoryOf::debug_access);
    }

private:
    tlm::tlm_bw_transport_if<> &initiator() override { return *in.operator->(); }
};
using Memory = MemoryOf<>;

} // namespace interop

#endif // INTEROP_MEMORIES_H
