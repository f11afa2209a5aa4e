/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the engine says, and whom it concerns. */
#include "iommu_parts.h"

namespace faultline {

IommuParts::IommuParts(Scheduler &s, const fl_config &c, bool may_be_ahead, tlm::tlm_initiator_socket<> &down_socket,
                       tlm::tlm_initiator_socket<> &walk_socket, IrqPort &irq)
    : scheduler(s), config(in_ticks(c)), ahead(may_be_ahead), walk(walk_socket, s), host(s, config, walk, irq),
      queues(config), tcu(*this), ats(*this), down(*this, down_socket, s) {
    fill_ops();
    walk.moved = [this] { memory_moved(); };
    for (unsigned i = 0; i < config.tbu.count; i++)
        tbus.emplace_back(new TbuSocket(*this, i));
}

/* The context of them all is the whole: an engine has one. */
void IommuParts::fill_ops() {
    using Parts = IommuParts;
    iommu_ops &o = host.ops;

    o.quiet_lookup = true;
    o.mem_read = [](void *p, u64 pa, void *buf, u32 len) { return static_cast<Parts *>(p)->host.read(pa, buf, len); };
    o.mem_write = [](void *p, u64 pa, const void *buf, u32 len) {
        return static_cast<Parts *>(p)->host.write(pa, buf, len);
    };
    o.mem_cas64 = [](void *p, u64 pa, u64 *old, u64 value) {
        return static_cast<Parts *>(p)->host.cas64(pa, old, value);
    };
    o.irq = [](void *p, u32 line, bool level) { static_cast<Parts *>(p)->host.irq(line, level); };
    o.msi = [](void *p, u64 pa, u32 data) { return static_cast<Parts *>(p)->host.msi(pa, data); };
    o.event = [](void *p, const iommu_event *ev) { static_cast<Parts *>(p)->event(*ev); };
    o.txn_resume = [](void *p, u64 id, iommu_resume how) {
        Access *a = static_cast<Parts *>(p)->accesses.find(id);
        fl_assert(a);
        a->resume(how);
    };
    o.stall_free = [](void *p, u32 tbu) {
        auto *self = static_cast<Parts *>(p);
        self->stalls.room(tbu, self->tbus.size() == 1, self->host.now);
    };
    o.page_response = [](void *p, const ::page_response *r) { static_cast<Parts *>(p)->ats.page_response(*r); };
    o.ats_invalidate = [](void *p, const ats_inv *inv) { static_cast<Parts *>(p)->ats.invalidate(*inv); };
    if (!ahead)
        o.sync_write = [](void *p, u64 pa, u32 data) { return static_cast<Parts *>(p)->host.sync_write(pa, data); };
}

/* Software that lives on the agenda of the models is told of a command's end; for others it comes at its time. */
void IommuParts::command_ends() {
    if (!ahead)
        host.effect = queues.server.free();
}

void IommuParts::event(const iommu_event &ev) {
    if (unlikely(host.watch != nullptr))
        host.watch->event(ev);
    switch (ev.kind) {
    case IOMMU_EV_COMMAND:
        queues.command(host.now);
        command_ends();
        counters.commands++;
        tcu.watch();
        break;
    case IOMMU_EV_SYNC: {
        ps_t waited;
        ledger.sync(queues.sync(host.now, waited));
        command_ends();
        counters.syncs++;
        counters.sync_wait += waited;
        break;
    }
    case IOMMU_EV_RECORD_HELD:
        counters.held++;
        break;
    case IOMMU_EV_MEM_READ:
    case IOMMU_EV_MEM_WRITE:
        tcu.queue_access(ev.addr, ev.len);
        break;
    case IOMMU_EV_RECORD:
        record(ev);
        break;
    case IOMMU_EV_CHANGED:
        tcu.changed();
        withdraw_dmi(ev.scope);
        break;
    case IOMMU_EV_INVALIDATE:
        withdraw_dmi(ev.scope);
        break;
    default:
        break;
    }
}

void IommuParts::record(const iommu_event &ev) {
    if (accounts)
        queues.record(ev, host.now);
    if (ev.unit == UNIT_PRIQ)
        ats.recorded(ev.addr);
    if (Access *a = accesses.find(ev.id)) {
        a->record_entered(host.now);
        ledger.record(ev.addr, *a, a->fault);
    }
}

void IommuParts::look_at_queues(ps_t time) {
    iommu_stats st;

    if (accounts && host.stats(st))
        queues.look(st, time);
}

void IommuParts::withdraw_dmi(const iommu_scope *scope) {
    for (auto &t : tbus)
        t->withdraw_dmi(scope);
}

void IommuParts::memory_moved() {
    walk.forget();
    withdraw_dmi(nullptr);
}

/* What has been translated already goes on; what was on its way to software or to an endpoint is forgotten. */
void IommuParts::reset(ps_t time) {
    auto forget = [this] {
        ledger.forget();
        records.clear();
        queues.forget();
        host.forget();
        ats.forget();
    };

    tcu.settle(time);
    tcu.abandon(time);
    forget();
    host.now = time;
    host.cls->reset(host.hw); // aborts what is stalled, and lets what waits try again
    forget();
    look_at_queues(time);
    withdraw_dmi(nullptr);
    ats.tell_reset(time);
    host.changed();
    scheduler.kernel_changed();
}

} // namespace faultline
