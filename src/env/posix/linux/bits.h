/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FL_LINUX_BITS_H
#define FL_LINUX_BITS_H

#define BIT(n)		  (1U << (n))
#define BIT_ULL(n)	  (1ULL << (n))
#define GENMASK(h, l)	  ((~0U << (l)) & (~0U >> (31 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))

#endif /* FL_LINUX_BITS_H */
