/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the C library's own linux/kernel.h has comes first. */
#ifndef FL_LINUX_KERNEL_H
#define FL_LINUX_KERNEL_H

#include_next <linux/kernel.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#endif /* FL_LINUX_KERNEL_H */
