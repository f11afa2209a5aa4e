/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_model.h"
#include <map>

namespace faultline {

struct IommuModel::Registers : PlainTarget {
    explicit Registers(IommuParts &p) : parts(p) {}

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        if (unlikely(Scheduler::absolute(delay) > parts.scheduler.now()) && in_thread()) {
            sc_core::wait(delay);
            delay = sc_core::SC_ZERO_TIME;
        }
        access(gp, delay);
    }
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        if (phase == tlm::BEGIN_REQ)
            access(gp, delay);
        return tlm::TLM_COMPLETED;
    }

    /* As a debugger wants it: at once, without a price; writes have their effects. */
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override {
        const u32 len = gp.get_data_length() & ~3U;
        const ps_t now = parts.scheduler.now();

        if (gp.get_address() % 4 || !(gp.is_read() || gp.is_write()))
            return 0;
        due_by(now);
        parts.tcu.settle(now);
        for (u32 i = 0; i < len; i += 4)
            if (gp.is_read())
                parts.host.mmio_read(gp.get_address() + i, gp.get_data_ptr() + i, 4, now);
            else
                write(now, {gp.get_address() + i, fl_get_le32(gp.get_data_ptr() + i), 4});
        return len;
    }

private:
    struct Write {
        u64 offset, value;
        u32 len;
    };

    static bool in_thread() {
        sc_core::sc_process_handle h = sc_core::sc_get_current_process_handle();

        return h.valid() && (h.proc_kind() == sc_core::SC_THREAD_PROC_ || h.proc_kind() == sc_core::SC_CTHREAD_PROC_);
    }
    static tlm::tlm_response_status judge(const tlm::tlm_generic_payload &gp) {
        u32 len = gp.get_data_length();

        if (gp.get_byte_enable_ptr())
            return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        if (gp.get_command() != tlm::TLM_IGNORE_COMMAND &&
            ((len != 4 && len != 8) || gp.get_address() % len || gp.get_streaming_width() < len))
            return tlm::TLM_BURST_ERROR_RESPONSE;
        return tlm::TLM_OK_RESPONSE;
    }

    /* A write takes effect at its time, a read sees all that is due by then and is answered when no command is under
     * way. */
    void access(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) {
        ps_t t = Scheduler::absolute(delay);

        gp.set_dmi_allowed(false);
        gp.set_response_status(judge(gp));
        if (gp.is_response_error())
            return;
        u32 len = gp.get_data_length();
        if (gp.is_write()) {
            const unsigned char *data = gp.get_data_ptr();
            Write w{gp.get_address(), len == 4 ? fl_get_le32(data) : fl_get_le64(data), len};
            if (likely(t <= parts.scheduler.now())) {
                write(t, w);
                return;
            }
            later_.emplace(t, w);
            parts.scheduler.call<&Registers::due>(t, *this);
            return;
        }
        due_by(t);
        parts.tcu.settle(t);
        if (gp.is_read()) {
            parts.host.mmio_read(gp.get_address(), gp.get_data_ptr(), len, t);
            delay = Scheduler::delay_to(parts.queues.server.turn(t));
        }
    }
    void write(ps_t t, const Write &w) {
        parts.tcu.settle(t);
        parts.queues.writes(t);
        parts.host.mmio_write(w.offset, w.value, w.len, t);
        parts.ats.carry();
        parts.look_at_queues(t);
    }
    void due() { due_by(parts.scheduler.now()); }
    void due_by(ps_t t) {
        while (!later_.empty() && later_.begin()->first <= t) {
            auto [time, w] = *later_.begin();
            later_.erase(later_.begin());
            write(time, w);
        }
    }

    IommuParts &parts;
    std::multimap<ps_t, Write> later_; // announced by who cannot wait
};

IommuModel::IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, bool ahead)
    : sc_module(name), down("down"), walk("walk"), mmio("mmio"), irq("irq"), reset_in("reset_in"),
      parts_(scheduler, config, ahead, down, walk, irq), registers_(new Registers(parts_)) {
    mmio.bind(*registers_);
}

IommuModel::~IommuModel() = default;

tlm::tlm_fw_transport_if<> &IommuModel::registers() {
    return *registers_;
}

/* A port that may stay unbound cannot be in a static sensitivity before it is known whether it is. */
void IommuModel::end_of_elaboration() {
    SC_HAS_PROCESS(IommuModel);
    if (!reset_in.size())
        return;
    SC_METHOD(reset);
    sensitive << reset_in->posedge_event();
    dont_initialize();
}

void IommuModel::keep_accounts() {
    parts_.accounts = true;
    for (Usage *u : parts_.usages<Usage>(0))
        u->keep(true);
}

void IommuModel::mark(ps_t t) {
    for (Usage *u : parts_.usages<Usage>(t))
        u->mark(t);
}

void IommuModel::count_waiting(Waiting &w) const {
    for (auto &a : parts_.accesses.all())
        if (a->stalled) {
            w.stalled_sid = a->flow.txn.sid;
            w.stalled++;
        }
    w.room += parts_.stalls.waiting();
    for (auto &t : parts_.tbus)
        w.input += t->tbu.waiting();
}

} // namespace faultline
