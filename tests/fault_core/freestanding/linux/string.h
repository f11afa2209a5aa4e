/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_STRING_H
#define FREESTANDING_STRING_H

#define memset __builtin_memset

#endif /* FREESTANDING_STRING_H */
