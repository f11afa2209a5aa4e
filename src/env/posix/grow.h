/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that get twice the room when they are full. */
#ifndef FL_GROW_H
#define FL_GROW_H

#include "fl_env.h"

/*
 * Room for an element @n of @array, which has @room elements and @first when it is new; all but @first are lvalues.
 * False: out of memory, and nothing has changed.
 */
#define GROW(array, n, room, first)                                            \
	((n) < (room) || ({                                                    \
		 size_t room_ = (room) ? 2 * (size_t)(room) : (size_t)(first); \
		 typeof(array) more_ = realloc(array, room_ * sizeof(*more_)); \
		 if (more_) {                                                  \
			 (array) = more_;                                      \
			 (room) = room_;                                       \
		 }                                                             \
		 more_ != NULL;                                                \
	 }))

#endif /* FL_GROW_H */
