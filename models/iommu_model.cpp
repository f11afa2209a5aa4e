/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_model.h"
#include "iommu_parts.h"

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
      parts_(new IommuParts(scheduler, config, down, walk, irq)), registers_(new Registers(*parts_)),
      walk_backward_(new WalkBackward(*parts_)) {
    walk.bind(*walk_backward_);
    mmio.bind(*registers_);
}

IommuModel::~IommuModel() = default;

tlm::tlm_target_socket<> &IommuModel::tbu(unsigned i) {
    return parts_->tbus.at(i)->socket;
}

const iommu_ops *IommuModel::ops() const {
    return &parts_->host.ops;
}

void IommuModel::set_engine(const iommu_class *cls, void *hw) {
    parts_->host.cls = cls;
    parts_->host.hw = hw;
}

void IommuModel::set_default_stream(unsigned tbu, u32 stream_id) {
    parts_->tbus.at(tbu)->default_stream = stream_id;
}

void IommuModel::set_sink(FaultSink *sink) {
    parts_->sink = sink;
}

void IommuModel::set_early_completion(bool on) {
    parts_->early_completion = on;
}

void IommuModel::reset() {
    parts_->reset(parts_->scheduler.now());
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

Ledger &IommuModel::ledger() {
    return parts_->ledger;
}

AtsPort &IommuModel::ats() {
    return parts_->ats;
}

const IommuCounters &IommuModel::counters() const {
    return parts_->counters;
}

bool IommuModel::stats(iommu_stats &st) const {
    return parts_->host.stats(st);
}

void IommuModel::keep_accounts() {
    parts_->accounts = true;
    for (Usage *u : parts_->usages(0))
        u->keep(true);
}

std::vector<const Usage *> IommuModel::usages(ps_t until) const {
    std::vector<Usage *> all = parts_->usages(until);

    return {all.begin(), all.end()};
}

void IommuModel::set_stall_slots(u32 slots) {
    parts_->stalls.usage.set_capacity(slots);
}

void IommuModel::mark(ps_t t) {
    for (Usage *u : parts_->usages(t))
        u->mark(t);
}

IommuModel::Waiting IommuModel::waiting() const {
    Waiting w{};

    for (auto &a : parts_->accesses.all())
        if (a->stalled) {
            w.stalled_sid = a->flow.txn.sid;
            w.stalled++;
        }
    w.room = parts_->stalls.waiting();
    for (auto &t : parts_->tbus)
        w.input += t->tbu.waiting();
    return w;
}

} // namespace faultline
