/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FL_LINUX_CONTAINER_OF_H
#define FL_LINUX_CONTAINER_OF_H

#include <linux/types.h>

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

#endif /* FL_LINUX_CONTAINER_OF_H */
