/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An IOMMU as a TLM-2.0 module: sockets and prices around any engine of
 * struct iommu_class. The engine decides, this says when.
 *
 * An access that hits, or whose walk ends well, costs no event: its outcome is
 * known when it arrives, so it is answered at once with an annotated delay
 * (b_transport: delay; nb_transport: TLM_COMPLETED). Only what has to wait for
 * others gets an entry in the agenda: faults, accesses that merge with a walk
 * that will fault, an input whose translation slots are all held.
 *
 * The model is made of parts, see iommu_parts.h; docs/timing.md tells what each
 * price means.
 */
#ifndef FAULTLINE_IOMMU_MODEL_H
#define FAULTLINE_IOMMU_MODEL_H

#include "iommu_parts.h"

namespace faultline {

class IommuModel : public sc_core::sc_module {
public:
    using Counters = IommuCounters;

    /// One target socket a TBU.
    tlm::tlm_target_socket<> &tbu(unsigned i) { return parts_.tbus.at(i)->socket; }
    /// Translated accesses.
    tlm::tlm_initiator_socket<> down;
    /// Tables, queues and MSIs. Its target must allow debug access (and should allow DMI) to tables and queues.
    tlm::tlm_initiator_socket<> walk;
    /// Registers: 4 or 8 bytes, aligned, from offset 0. Debug access: any number of words. TLM_IGNORE_COMMAND touches
    /// none, but everything that is due by then has happened.
    tlm::tlm_target_socket<> mmio;
    /// Wired interrupts; may stay unbound.
    IrqPort irq;
    /// Reset, active high, at its rising edge; may stay unbound.
    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> reset_in;

    /// @p ahead: its software lives on @p scheduler, as that of our platform, and is told what it may know when: what
    /// others see of a fault (its record, its interrupt) or of a command (the completion of a SYNC) is there as soon as
    /// anybody looks from later. Else it is there at its time, and no earlier.
    IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, bool ahead = false);
    ~IommuModel() override;

    /// The services the engine has to be initialised with, and their context; then the engine itself.
    iommu_ops *ops() { return &parts_.host.ops; }
    void *ops_context() { return &parts_; }
    void set_engine(const iommu_class *cls, void *hw) {
        parts_.host.cls = cls;
        parts_.host.hw = hw;
    }

    /// Stream of accesses without DmaExtension.
    void set_default_stream(unsigned tbu, u32 stream_id) { parts_.tbus.at(tbu)->default_stream = stream_id; }
    /// ... or what @p of says of such an access: its sid, its flags and its pasid.
    void set_stream_of(decltype(IommuParts::stream_of) of) { parts_.stream_of = std::move(of); }
    /// @p watch hears of what the engine says and does.
    void set_watch(EngineWatch *watch) { parts_.host.watch = watch; }
    void set_sink(FaultSink *sink) { parts_.sink = sink; }
    /// false: every access of nb_transport goes through all four phases, also hits.
    void set_early_completion(bool on) { parts_.early_completion = on; }

    /**
     * The IOMMU as after power-on, from any process or action. Stalled accesses and those whose walk is in flight
     * end with an abort, those that wait for room start again, DMI is withdrawn. Records that software has not
     * read, page requests and invalidations are forgotten, and the endpoints are told.
     */
    void reset() { parts_.reset(parts_.scheduler.now()); }

    /// What is behind mmio.
    tlm::tlm_fw_transport_if<> &registers();
    /// What software has to know, and to report.
    Ledger &ledger() { return parts_.ledger; }
    /// Where PCIe endpoints send what is no access.
    AtsPort &ats() { return parts_.ats; }

    const Counters &counters() const { return parts_.counters; }
    /// What the engine counts; false if it counts nothing.
    bool stats(iommu_stats &st) const { return parts_.host.stats(st); }
    /// Before the first access: each resource accounts for itself. Costs a tenth of a miss; off, usages() are empty.
    void keep_accounts();
    /// The resources and what they do, in a fixed order; those that count for themselves up to @p until.
    std::vector<const Usage *> usages(ps_t until = kNever) { return parts_.usages<const Usage>(until); }
    /// @p tap looks on; to it this is IOMMU @p number. @p logs: it wants to know what the bills of faults are made of.
    void set_tap(Tap *tap, unsigned number, bool logs) {
        parts_.tap = tap;
        parts_.number = number;
        parts_.logged = logs;
    }
    /// Accesses that the engine lets stall at once.
    void set_stall_slots(u32 slots) { parts_.stalls.usage.set_capacity(slots); }
    /// Their accounts begin at @p t.
    void mark(ps_t t);

    /// What holds accesses up: slots of all TBUs that are held, walks in flight, accesses at inputs, stalls.
    const IommuParts &parts() const { return parts_; }
    /// Its accesses that wait, added to @p w.
    void count_waiting(Waiting &w) const;

private:
    struct Registers;

    void end_of_elaboration() override;

    IommuParts parts_;
    std::unique_ptr<Registers> registers_;
};

} // namespace faultline

#endif // FAULTLINE_IOMMU_MODEL_H
