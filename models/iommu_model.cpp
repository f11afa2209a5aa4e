/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_model.h"

namespace faultline {

struct IommuModel::Registers : PlainTarget {
    explicit Registers(IommuParts &p) : parts(p) {}

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        u32 len = gp.get_data_length();
        ps_t t = Scheduler::absolute(delay);

        gp.set_dmi_allowed(false);
        gp.set_response_status(tlm::TLM_OK_RESPONSE);
        if (gp.get_byte_enable_ptr()) {
            gp.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
            return;
        }
        if (gp.get_command() != tlm::TLM_IGNORE_COMMAND &&
            ((len != 4 && len != 8) || gp.get_address() % len || gp.get_streaming_width() < len)) {
            gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
            return;
        }
        parts.tcu.settle(t);
        if (gp.is_write())
            parts.queues.writes(t);
        if (gp.get_command() != tlm::TLM_IGNORE_COMMAND)
            parts.host.mmio(gp, t);
        if (gp.is_write()) {
            parts.ats.carry();
            parts.look_at_queues(t);
        }
    }

    IommuParts &parts;
};

struct IommuModel::WalkBackward : PlainInitiator {
    explicit WalkBackward(IommuParts &p) : parts(p) {}
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override { parts.memory_moved(); }

    IommuParts &parts;
};

IommuModel::IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
    : sc_module(name), down("down"), walk("walk"), mmio("mmio"), irq("irq"), reset_in("reset_in"),
      parts_(scheduler, config, down, walk, irq), registers_(new Registers(parts_)),
      walk_backward_(new WalkBackward(parts_)) {
    walk.bind(*walk_backward_);
    mmio.bind(*registers_);
}

IommuModel::~IommuModel() = default;

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
