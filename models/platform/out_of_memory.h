/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program does when C++ is out of memory. */
#ifndef FAULTLINE_OUT_OF_MEMORY_H
#define FAULTLINE_OUT_OF_MEMORY_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out_of_memory_in_cpp() - have no std::bad_alloc: call a function instead
 * @end: ends the process
 *
 * For a program: a std::bad_alloc that meets a C function on its way up ends in abort(). A library leaves it alone.
 */
void out_of_memory_in_cpp(void (*end)(void));

/**
 * out_of_memory_of_child() - the same after fork(): the process ends in silence, and its parent tells why
 */
void out_of_memory_of_child(void);

/* The status it ends with then. */
#define OUT_OF_MEMORY_STATUS 12

#ifdef __cplusplus
}
#endif

#endif // FAULTLINE_OUT_OF_MEMORY_H
