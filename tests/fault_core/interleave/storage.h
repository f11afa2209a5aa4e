/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The core's storage: overwritten when it is given back, and looked at again at the end of the run. */
#ifndef FAULT_STORAGE_H
#define FAULT_STORAGE_H

#include <linux/types.h>

/* struct fault_host_ops */
void *storage_alloc(void *host, size_t bytes, gfp_t gfp);
void storage_free(void *host, void *p);

/* End of a run: nothing is left, and nobody wrote to what was given back. */
void storage_end(void);

#endif /* FAULT_STORAGE_H */
