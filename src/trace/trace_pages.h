/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The set of pages, per address space, that a trace has shown to be mapped or touched. */
#ifndef TRACE_PAGES_H
#define TRACE_PAGES_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_pages;

/* NULL if out of memory. */
struct trace_pages *trace_pages_new(void);
void trace_pages_free(struct trace_pages *pages);
/*
 * Note that @iova's page (@page_size bytes, a power of two of at least 4096) of @domain leads to
 * @pa with @perm. Return: 1 if that is news, 0 if it was known, -ENOMEM.
 */
int trace_pages_set(struct trace_pages *pages, u32 domain, u64 iova, u64 page_size, u64 pa, u8 perm);
/* Whether the page of @iova is in the set; @pa: where @iova itself leads. */
bool trace_pages_get(const struct trace_pages *pages, u32 domain, u64 iova, u64 *pa, u8 *perm);
/* Forget the range (of every space, if @domain is DMAT_DOMAIN_NONE); returns whether anything was in it. */
bool trace_pages_clear(struct trace_pages *pages, u32 domain, u64 iova, u64 size);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_PAGES_H */
