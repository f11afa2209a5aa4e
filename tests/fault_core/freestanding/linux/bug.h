/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_BUG_H
#define FREESTANDING_BUG_H

#include <linux/types.h>

bool host_warn(bool condition);

#define WARN_ON_ONCE(condition) host_warn(condition)

#endif /* FREESTANDING_BUG_H */
