/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_KERNEL_H
#define FREESTANDING_KERNEL_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif /* FREESTANDING_KERNEL_H */
