/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sparse physical memory: pages appear when they are first written. Serves the
 * functional replay, the tests, the SystemC memory and the kernel self-test.
 */
#ifndef PHYSMEM_H
#define PHYSMEM_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PHYSMEM_PAGE_SHIFT 12
#define PHYSMEM_PAGE_SIZE  (1U << PHYSMEM_PAGE_SHIFT)

struct physmem_range {
	u64 first, last; /* inclusive */
};

#define PHYSMEM_MAX_HOLES 16

/**
 * struct physmem - the memory
 * @size: bytes of the physical address space that exist; accesses beyond fail
 * @holes: ranges where every access fails (bus error)
 * @absent_fails: reading a page that was never written fails (a memory dump)
 *                instead of returning zeros
 */
struct physmem {
	u64 size;
	bool absent_fails;
	u32 n_holes;
	struct physmem_range holes[PHYSMEM_MAX_HOLES];
	/* private: open-addressing hash of pages */
	u64 *keys; /* page number + 1; 0: free */
	u8 **pages;
	u32 slots, used;
	u64 last_key;
	u8 *last_page;
};

int physmem_init(struct physmem *m, u64 size);
void physmem_exit(struct physmem *m);

/* 0; -EIO outside memory, in a hole, or absent with @absent_fails. */
int physmem_read(struct physmem *m, u64 pa, void *buf, u32 len);
/* 0; -EIO outside memory or in a hole; -ENOMEM. */
int physmem_write(struct physmem *m, u64 pa, const void *buf, u32 len);
/* Compare-and-swap one aligned little-endian word; *old is set to what was there. */
int physmem_cas64(struct physmem *m, u64 pa, u64 *old, u64 new_value);
int physmem_add_hole(struct physmem *m, u64 first, u64 last);

/* Host address of the page at @pa, made if it is absent (NULL: outside memory, hole or no memory). */
u8 *physmem_page(struct physmem *m, u64 pa);
/* Host address of the page at @pa if it exists, else NULL; holes are not looked at. */
u8 *physmem_find(struct physmem *m, u64 pa);

#ifdef __cplusplus
}
#endif

#endif /* PHYSMEM_H */
