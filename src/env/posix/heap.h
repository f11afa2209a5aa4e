/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of a process that makes a run. */
#ifndef HEAP_H
#define HEAP_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * heap_in_large_pages() - have the heap grow at once, in large pages, and not shrink
 *
 * A run takes some megabytes and ends: most of what the system does for it is to hand out pages, one by one. Where the
 * system has no large pages, or little room, nothing changes.
 */
void heap_in_large_pages(void);

/**
 * heap_of_child() - after fork(): go on in pages that are the child's alone
 *
 * What is left of a large page that the parent has begun is copied when it is written to, in small pages.
 */
void heap_of_child(void);

#ifdef __cplusplus
}
#endif

#endif /* HEAP_H */
