/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scheduler.h"
#include "reports.h"
#include <algorithm>

namespace faultline {

Scheduler::Scheduler(sc_core::sc_module_name name, ps_t quantum) : sc_module(name), quantum_(quantum) {
    SC_HAS_PROCESS(Scheduler);
    SC_METHOD(run);
    sensitive << event_;
    dont_initialize();
    context_ = sc_core::sc_get_curr_simcontext();
    heap_.reserve(1024);
    if (to_sc(12345) != sc_core::sc_time::from_value(12345))
        SC_REPORT_FATAL(kReportSetup, "this SystemC keeps something else than a number in an sc_time");
}

void Scheduler::at(ps_t time, Fn fn, void *object, u64 argument) {
    ps_t earliest = running_ ? base_ : kernel_now();

    push({time > earliest ? time : earliest, seq_++, fn, object, argument});
    if (!running_)
        arm();
}

/* Time and number order actions completely, so that every heap gives the same sequence. */
void Scheduler::push(const Action &a) {
    heap_.push_back(a);
    std::push_heap(heap_.begin(), heap_.end());
}

Scheduler::Action Scheduler::pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    Action top = heap_.back();
    heap_.pop_back();
    return top;
}

ps_t Scheduler::kernel_limit() const {
    ps_t kernel = kernel_now(), idle = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()).value();

    return kernel + (idle < quantum_ ? idle : quantum_);
}

/* One pending notification at most: the earliest. */
void Scheduler::arm() {
    ps_t kernel = kernel_now();
    ps_t wanted = heap_.empty() ? reached_ : heap_.front().time;

    if (heap_.empty() && reached_ <= kernel)
        return;
    if (wanted < kernel)
        wanted = kernel;
    if (wanted > kLongest) { // the kernel would count as far as it can, and then no further
        overrun_ = true;
        return;
    }
    if (armed_ != kNever && armed_ <= wanted && armed_ >= kernel)
        return;
    event_.cancel();
    event_.notify(to_sc(wanted - kernel));
    armed_ = wanted;
}

void Scheduler::run() {
    ps_t kernel = kernel_now();

    armed_ = kNever;
    running_ = true;
    limit_ = kernel_limit();
    while (!heap_.empty() && (heap_.front().time <= kernel || heap_.front().time < limit_)) {
        Action a = pop();
        base_ = a.time;
        spent_ = 0;
        actions_++;
        a.fn(a.object, a.argument);
        if (base_ > reached_)
            reached_ = base_;
        limit_ = kernel_limit();
    }
    running_ = false;
    arm();
}

} // namespace faultline
