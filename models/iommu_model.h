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

#include "ats_port.h"
#include "engine_host.h"
#include "fault_sink.h"
#include "ledger.h"
#include "tlm_parts.h"
#include "usage.h"

namespace faultline {

/// @c walk_config: of @c walk_accesses, those that fetch a stream's configuration, through stage 2 as well.
struct IommuCounters {
    u64 accesses, pieces, hits, walks, merged, blocked, stalled, aborted, razwi, walk_accesses, walk_config;
    u64 commands, syncs, held; ///< held: records that waited for room
    ps_t sync_wait;            ///< from the register write that issued a SYNC to its completion, of all
};

class IommuModel : public sc_core::sc_module {
public:
    using Counters = IommuCounters;

    /// One target socket a TBU.
    tlm::tlm_target_socket<> &tbu(unsigned i);
    /// Translated accesses.
    tlm::tlm_initiator_socket<> down;
    /// Tables, queues and MSIs. Its target must allow debug access (and should allow DMI) to tables and queues.
    tlm::tlm_initiator_socket<> walk;
    /// Registers: 4 or 8 bytes, aligned, from offset 0. TLM_IGNORE_COMMAND touches none, but everything that is due by
    /// then has happened.
    tlm::tlm_target_socket<> mmio;
    /// Wired interrupts; may stay unbound.
    IrqPort irq;
    /// Reset, active high, at its rising edge; may stay unbound.
    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> reset_in;

    IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config);
    ~IommuModel() override;

    /// The services the engine has to be initialised with, and their context; then the engine itself.
    const iommu_ops *ops() const;
    void *ops_context() { return parts_.get(); }
    void set_engine(const iommu_class *cls, void *hw);

    /// Stream of accesses without DmaExtension.
    void set_default_stream(unsigned tbu, u32 stream_id);
    void set_sink(FaultSink *sink);
    /// false: every access of nb_transport goes through all four phases, also hits.
    void set_early_completion(bool on);

    /**
     * The IOMMU as after power-on, from any process or action. Stalled accesses and those whose walk is in flight
     * end with an abort, those that wait for room start again, DMI is withdrawn. Records that software has not
     * read, page requests and invalidations are forgotten, and the endpoints are told.
     */
    void reset();

    /// What software has to know, and to report.
    Ledger &ledger();
    /// Where PCIe endpoints send what is no access.
    AtsPort &ats();

    const Counters &counters() const;
    /// What the engine counts; false if it counts nothing.
    bool stats(iommu_stats &st) const;
    /// Before the first access: each resource accounts for itself. Costs a tenth of a miss; off, usages() are empty.
    void keep_accounts();
    /// The resources and what they do, in a fixed order; those that count for themselves up to @p until.
    std::vector<const Usage *> usages(ps_t until = kNever) const;
    /// Accesses that the engine lets stall at once.
    void set_stall_slots(u32 slots);
    /// Their accounts begin at @p t.
    void mark(ps_t t);

    /// Who waits for somebody else: for the answer to a stall, for room to stall, at an input whose slots are taken.
    struct Waiting {
        u64 stalled, room, input;
        u32 stalled_sid; ///< a stream of @c stalled
    };
    Waiting waiting() const;

private:
    struct Registers;
    struct WalkBackward;

    void end_of_elaboration() override;

    std::unique_ptr<IommuParts> parts_;
    std::unique_ptr<Registers> registers_;
    std::unique_ptr<WalkBackward> walk_backward_;
};

} // namespace faultline

#endif // FAULTLINE_IOMMU_MODEL_H
