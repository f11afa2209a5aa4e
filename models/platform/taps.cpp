/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "taps.h"
#include "timeline.h"
#include "waves.h"

namespace faultline {

Taps::Taps() = default;
Taps::~Taps() = default;

std::unique_ptr<Taps> Taps::make(const replay_options &opt, const std::vector<u32> &streams) {
    std::unique_ptr<Taps> taps(new Taps);

    if (opt.watch) {
        taps->series_.reset(new Series(streams, opt.series));
        taps->slow_.reset(new SlowFaults);
        taps->all_ = {taps->series_.get(), taps->slow_.get()};
    }
    if (opt.timeline) {
        taps->timeline_.reset(new Timeline(opt, streams));
        taps->all_.push_back(taps->timeline_.get());
    }
    if (opt.vcd) {
        taps->waves_.reset(new Waves(opt, streams));
        taps->all_.push_back(taps->waves_.get());
    }
    return taps->all_.empty() ? nullptr : std::move(taps);
}

void Taps::attach(const std::vector<const Usage *> &resources) {
    for (const Usage *u : resources) {
        listeners_.emplace_back(new Listener(*this, unsigned(listeners_.size())));
        u->watch(listeners_.back().get());
    }
    if (timeline_)
        timeline_->resources(resources);
    if (waves_)
        waves_->resources(resources);
}

void Taps::name(unsigned gauge, const replay_resource &r) {
    if (series_)
        series_->name(gauge, r);
}

int Taps::finish(json_t *watch, dmat_error *err) {
    int ret = 0;

    if (series_) {
        json_object_set_new(watch, "series", series_->json());
        json_object_set_new(watch, "slowest_faults", slow_->json());
    }
    if (timeline_)
        ret = timeline_->finish(err);
    if (!ret && waves_)
        ret = waves_->finish(err);
    if (ret)
        err->file[0] = '\0'; // it is of what is drawn, not of the trace
    return ret;
}

} // namespace faultline
