/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FL_LINUX_EXPORT_H
#define FL_LINUX_EXPORT_H

/* Every external symbol is visible to a program that links statically. */
#define EXPORT_SYMBOL_GPL(sym) extern __typeof__(sym) sym

#endif /* FL_LINUX_EXPORT_H */
