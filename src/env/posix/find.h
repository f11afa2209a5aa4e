/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays: searches as expressions, and loops. */
#ifndef FL_FIND_H
#define FL_FIND_H

#include "fl_env.h"

/* The first @i below @n for which @found is true; @n if there is none. */
#define FIND(i, n, found)                  \
	({                                 \
		size_t i = 0, n_ = (n);    \
                                           \
		while (i < n_ && !(found)) \
			i++;               \
		i;                         \
	})

/* Whether @found is true for any @i below @n. */
#define ANY(i, n, found)                     \
	({                                   \
		size_t all_ = (n);           \
                                             \
		FIND(i, all_, found) < all_; \
	})

/* The same in ascending order: the first @i for which @below is false. */
#define FIND_SORTED(i, n, below)                       \
	({                                             \
		size_t low_ = 0, high_ = (n);          \
                                                       \
		while (low_ < high_) {                 \
			size_t i = (low_ + high_) / 2; \
                                                       \
			if (below)                     \
				low_ = i + 1;          \
			else                           \
				high_ = i;             \
		}                                      \
		low_;                                  \
	})

/*
 * A loop over the @n elements of @array, which stays where it is meanwhile; @p points to each in turn. An array without
 * elements may be a null pointer, to which nothing is added.
 */
#define for_each_of(p, array, n) for (__auto_type p = (n) ? &(array)[0] : NULL; p && p < (array) + (n); p++)

#endif /* FL_FIND_H */
