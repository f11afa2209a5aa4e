/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Our own bug ends a program in user space, while a kernel warns and goes on. */
#ifndef FL_LINUX_BUG_H
#define FL_LINUX_BUG_H

#include "fl_bug.h"
#include <linux/compiler.h>
#include <linux/types.h>

#define WARN_ON_ONCE(condition)               \
	({                                    \
		bool warn_ = !!(condition);   \
		fl_check(!warn_, #condition); \
		unlikely(warn_);              \
	})

#endif /* FL_LINUX_BUG_H */
