/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prices are in ps, the kernel counts in its own time resolution: 1 ps unless the program says something else before it
 * makes its first sc_time. The models count as the kernel does.
 */
#ifndef FAULTLINE_TICKS_H
#define FAULTLINE_TICKS_H

#include "c_api.h"

namespace faultline {

/// A ps is mul / div of the kernel's resolution; one of them is 1.
struct Ticks {
    u64 mul, div;

    /// Of the kernel; from then on its resolution stays as it is.
    static Ticks of_kernel();
    /// @p ps in ticks, to the nearest.
    u64 count(u64 ps) const { return (ps * mul + div / 2) / div; }
};

/// @p config with all its times in ticks of the kernel. A time that is no whole number of them is rounded, and a
/// warning names it.
fl_config in_ticks(const fl_config &config);

} // namespace faultline

#endif // FAULTLINE_TICKS_H
