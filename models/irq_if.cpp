/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "irq_if.h"
#include "ticks.h"
#include <algorithm>

namespace faultline {

IrqSignals::IrqSignals(sc_core::sc_module_name name, unsigned lines, bool edges)
    : sc_module(name), in("in"), out("out", lines), edges_(edges) {
    SC_HAS_PROCESS(IrqSignals);
    SC_METHOD(drive);
    sensitive << event_;
    dont_initialize();
    in.bind(*this);
}

void IrqSignals::insert(const Change &c) {
    auto later = [](const Change &a, const Change &b) { return a.time > b.time; };

    // Before those of the same time: they are taken from the end, and the first that was told of comes first.
    changes_.insert(std::lower_bound(changes_.begin(), changes_.end(), c, later), c);
}

void IrqSignals::irq(unsigned line, bool level, const sc_core::sc_time &delay) {
    ps_t time = Scheduler::absolute(delay);

    insert({time, line, level});
    if (edges_ && level)
        insert({time + Ticks::of_kernel().count(1000), line, false});
    event_.cancel();
    event_.notify(Scheduler::delay_to(changes_.back().time));
}

void IrqSignals::drive() {
    ps_t now = Scheduler::kernel_now();

    while (!changes_.empty() && changes_.back().time <= now) {
        if (auto &line = out[changes_.back().line]; line.size())
            line->write(changes_.back().level);
        changes_.pop_back();
    }
    if (!changes_.empty())
        event_.notify(to_sc(changes_.back().time - now));
}

} // namespace faultline
