/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The C side as C++ sees it. Standard headers come first so that they keep
 * their own linkage, and SystemC, because fl_env.h's macros are short words.
 */
#ifndef FAULTLINE_C_API_H
#define FAULTLINE_C_API_H

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

// Its types are the same in every library of a program.
#pragma GCC visibility push(default)
#include <systemc>
#include <tlm>
#pragma GCC visibility pop

extern "C" {
#include "fl_config.h"
#include "iommu.h"
#include "physmem.h"
}

#endif // FAULTLINE_C_API_H
