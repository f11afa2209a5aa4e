/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reset input: the engine as after power-on, and everybody who waits for
 * it given an end. What has been translated already goes on; what was on its
 * way to software or to an endpoint is forgotten.
 */
#include "iommu_model_priv.h"
#include <set>

namespace faultline {

/* A port that may stay unbound cannot be in a static sensitivity before it is known whether it is. */
void IommuModel::end_of_elaboration() {
    SC_HAS_PROCESS(IommuModel);
    if (!reset_in.size())
        return;
    SC_METHOD(reset);
    sensitive << reset_in->posedge_event();
    dont_initialize();
}

/* Walks in flight vanish; the accesses that wait for them end with an abort. */
void IommuModel::abandon_walks(ps_t time) {
    while (!due_.empty()) {
        Walk *w = due_.pop().walk;
        Access *waiter = w->waiters;
        if (Access *a = w->access) {
            a->walk = nullptr;
            a->drop_fault(); // nobody has heard of it
            abort_at(*a, time);
        }
        while (waiter) {
            Access *next = waiter->next;
            waiter->next = nullptr;
            abort_at(*waiter, time);
            waiter = next;
        }
        w->waiters = nullptr;
        cls_->cancel(hw_, &w->w);
        remove_walk(w);
    }
    next_due_ = kNever;
    walk_slots_ = SortedRing<ps_t>(config_.tcu.walk_slots, 0);
}

void IommuModel::forget_messages() {
    epoch_++;
    records_.clear();
    page_requests_.clear();
    page_records_.clear();
    invalidations_.clear();
    record_free_ = command_free_ = sync_done_ = 0;
    answer_ = {};
}

void IommuModel::reset() {
    ps_t now = scheduler_.now();
    std::set<AtsSink *> sinks;

    settle(now);
    abandon_walks(now);
    forget_messages();
    cur_ = now;
    cls_->reset(hw_); // aborts what is stalled, and lets what waits try again
    forget_messages();
    look_at_queues(now);
    drop_dmi();
    for (auto &[requester, sink] : endpoints_)
        if (sinks.insert(sink).second)
            sink->iommu_reset(now);
    scheduler_.kernel_changed();
}

} // namespace faultline
