/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The set of pages, per address space, that a trace has shown to be mapped or touched. */
#ifndef TRACE_PAGES_H
#define TRACE_PAGES_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_pages;

/**
 * trace_pages_new() - make an empty set
 *
 * Return: The set, or NULL if out of memory.
 */
struct trace_pages *trace_pages_new(void);

/**
 * trace_pages_free() - free the set
 * @pages: the set
 */
void trace_pages_free(struct trace_pages *pages);

/**
 * trace_pages_set() - note that a page leads somewhere
 * @pages: the set
 * @domain: address space
 * @iova: input address, bytes
 * @page_size: bytes, a power of two of at least 4096
 * @pa: physical address to which the page leads
 * @perm: DMAT_F_R, W, X, PRIV
 *
 * Return: 1 if that is new, 0 if it was known, -ENOMEM.
 */
int trace_pages_set(struct trace_pages *pages, u32 domain, u64 iova, u64 page_size, u64 pa, u8 perm);

/**
 * trace_pages_get() - whether a page is in the set
 * @pages: the set
 * @domain: address space
 * @iova: input address, bytes
 * @pa: where @iova itself leads
 * @perm: DMAT_F_R, W, X, PRIV
 *
 * Return: true if it is.
 */
bool trace_pages_get(const struct trace_pages *pages, u32 domain, u64 iova, u64 *pa, u8 *perm);

/**
 * trace_pages_clear() - remove a range
 * @pages: the set
 * @domain: address space; DMAT_DOMAIN_NONE: every one
 * @iova: input address, bytes
 * @size: bytes
 *
 * Return: true if anything was in the range.
 */
bool trace_pages_clear(struct trace_pages *pages, u32 domain, u64 iova, u64 size);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_PAGES_H */
