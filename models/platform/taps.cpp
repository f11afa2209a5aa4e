/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "taps.h"

namespace faultline {

std::unique_ptr<Taps> Taps::make(const replay_options &opt, const std::vector<u32> &streams) {
    std::unique_ptr<Taps> taps(new Taps);

    if (opt.watch) {
        taps->series_.reset(new Series(streams, opt.series));
        taps->slow_.reset(new SlowFaults);
        taps->all_ = {taps->series_.get(), taps->slow_.get()};
    }
    return taps->all_.empty() ? nullptr : std::move(taps);
}

void Taps::attach(const std::vector<const Usage *> &resources) {
    for (const Usage *u : resources) {
        listeners_.emplace_back(new Listener(*this, unsigned(listeners_.size())));
        u->watch(listeners_.back().get());
    }
}

void Taps::name(unsigned gauge, const replay_resource &r) {
    if (series_)
        series_->name(gauge, r);
}

void Taps::tell(json_t *watch) {
    if (!series_)
        return;
    json_object_set_new(watch, "series", series_->json());
    json_object_set_new(watch, "slowest_faults", slow_->json());
}

} // namespace faultline
