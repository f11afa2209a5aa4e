/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ticks.h"
#include "reports.h"
#include <cmath>

namespace faultline {

Ticks Ticks::of_kernel() {
    double seconds = sc_core::sc_get_time_resolution().to_seconds();

    if (seconds <= 1.5e-12)
        return {u64(std::llround(1e-12 / seconds)), 1};
    return {1, u64(std::llround(seconds / 1e-12))};
}

static u64 &time_of(fl_config &c, const fl_key &key) {
    return *reinterpret_cast<u64 *>(reinterpret_cast<char *>(&c) + key.offset);
}

/* Those of the models; the others are for software and masters of ours. */
static bool of_models(const fl_key &key) {
    for (const char *section : {"tbu.", "tcu.", "notify.", "command.", "pcie."})
        if (!std::strncmp(key.name, section, std::strlen(section)))
            return true;
    return false;
}

fl_config in_ticks(const fl_config &config) {
    const Ticks ticks = Ticks::of_kernel();
    fl_config c = config;
    std::string rounded;

    for (std::size_t i = 0; i < fl_config_n_keys; i++) {
        const fl_key &key = fl_config_keys[i];
        if (key.type != FL_TIME)
            continue;
        u64 &time = time_of(c, key);
        if (of_models(key) && time * ticks.mul % ticks.div)
            rounded += std::string(rounded.empty() ? "" : ", ") + key.name;
        time = ticks.count(time);
    }
    if (!rounded.empty())
        SC_REPORT_WARNING(kReportSetup, ("rounded to the kernel's time resolution: " + rounded).c_str());
    return c;
}

} // namespace faultline
