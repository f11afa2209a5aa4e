/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of an IOMMU's model, put together:
 *
 *	TbuSocket -> Tbu -> Tcu -> EngineHost -> the engine (struct iommu_class)
 *	    |         |      |         |
 *	    +-> Downstream   +------> WalkPort          AtsPort, EngineQueues, StallSlots, Ledger: beside them
 *
 * A part keeps its own state and knows the others through here.
 */
#ifndef FAULTLINE_IOMMU_PARTS_H
#define FAULTLINE_IOMMU_PARTS_H

#include "ats_port.h"
#include "downstream.h"
#include "engine_host.h"
#include "engine_queues.h"
#include "tap.h"
#include "tbu_socket.h"
#include "ticks.h"

namespace faultline {

/// @c walk_config: of @c walk_accesses, those that fetch a stream's configuration, through stage 2 as well.
struct IommuCounters {
    u64 accesses, pieces, hits, walks, merged, blocked, stalled, aborted, razwi, walk_accesses, walk_config;
    u64 commands, syncs, held; ///< held: records that waited for room
    ps_t sync_wait;            ///< from the register write that issued a SYNC to its completion, of all
};

struct IommuParts {
    IommuParts(Scheduler &scheduler, const fl_config &config, bool ahead, tlm::tlm_initiator_socket<> &down,
               tlm::tlm_initiator_socket<> &walk, IrqPort &irq);

    Scheduler &scheduler;
    const fl_config config; ///< in ticks, and a copy: the one that it was made of may be gone
    IommuCounters counters{};
    FaultSink *sink = nullptr;
    u64 faults = 0; ///< met by accesses that waited: their numbers
    bool early_completion = true;
    bool accounts = false;
    const bool ahead;    ///< what others see of faults and commands is there as soon as anybody looks
    Tap *tap = nullptr;  ///< who looks on
    unsigned number = 0; ///< which of several IOMMUs, for @c tap
    bool logged = false; ///< faults keep what their bills are made of
    /// What @c tap calls fault @p fault.
    u64 flow(u64 fault) const { return fault ? u64{number} << 48 | fault : 0; }

    Ledger ledger;
    WalkPort walk;
    EngineHost host;
    Server records{"record_port"}; ///< the port for records: one at a time, of faults and page requests
    EngineQueues queues;
    StallSlots stalls;
    Tcu tcu;
    AtsPort ats;
    Downstream down;
    Pool<Access> accesses;
    std::vector<std::unique_ptr<TbuSocket>> tbus;
    /// The stream of an access without DmaExtension that came by a TBU; empty: the TBU's default.
    std::function<void(unsigned tbu, const tlm::tlm_generic_payload &gp, dma_txn &txn)> stream_of;

    /// The engine stalls @p a.
    void stall(Access &a, ps_t time) {
        stalls.take(a, time);
        a.flow.piece = nullptr; // until it is resumed: the next try has a new one
        if (unlikely(tap != nullptr))
            tap->stalled(number, a.flow.txn.sid, time, true);
        counters.stalled++;
    }
    /// Software has written a register, or there was a reset.
    void look_at_queues(ps_t time);
    /// Pointers into the memory behind the IOMMU are void.
    void memory_moved();
    void reset(ps_t time);
    /// All resources, in a fixed order; those that count for themselves up to @p until.
    template <typename U> std::vector<U *> usages(ps_t until) {
        std::vector<U *> all;

        for (auto &t : tbus)
            all.insert(all.end(), {&t->tbu.input(until), &t->tbu.slots_use});
        all.insert(all.end(), {&tcu.slots_use, &records.usage, &queues.server.usage, &stalls.usage, &queues.waiting,
                               &queues.events.usage, &queues.requests.usage});
        return all;
    }

private:
    void command_ends();
    void fill_ops();
    void event(const iommu_event &ev);
    void record(const iommu_event &ev);
    void withdraw_dmi(const iommu_scope *scope);
};

} // namespace faultline

#endif // FAULTLINE_IOMMU_PARTS_H
