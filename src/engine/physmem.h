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

/**
 * struct physmem_range - a range of physical addresses
 * @first: first byte
 * @last: last byte, inclusive
 */
struct physmem_range {
	u64 first, last;
};

#define PHYSMEM_MAX_HOLES 16

/**
 * struct physmem - the memory
 * @size: bytes of the physical address space that exist; accesses beyond fail
 * @absent_fails: reading a page that was never written fails (a memory dump) instead of returning zeros
 * @n_holes: number of @holes in use
 * @holes: ranges where every access fails (bus error)
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

/**
 * physmem_init() - make an empty memory
 * @m: filled in; the caller owns the storage and ends it with physmem_exit()
 * @size: bytes of the physical address space, from address 0
 *
 * Return: 0 or -ENOMEM.
 */
int physmem_init(struct physmem *m, u64 size);

/**
 * physmem_exit() - free every page
 * @m: the memory
 */
void physmem_exit(struct physmem *m);

/**
 * physmem_read() - read from memory
 * @m: the memory
 * @pa: physical address, bytes
 * @buf: receives @len bytes
 * @len: bytes; the range may cross pages
 *
 * Return: 0; -EIO outside memory, in a hole, or absent with @absent_fails.
 */
int physmem_read(struct physmem *m, u64 pa, void *buf, u32 len);

/**
 * physmem_write() - write to memory; pages appear as needed
 * @m: the memory
 * @pa: physical address, bytes
 * @buf: @len bytes to write
 * @len: bytes; the range may cross pages
 *
 * Return: 0; -EIO outside memory or in a hole; -ENOMEM.
 */
int physmem_write(struct physmem *m, u64 pa, const void *buf, u32 len);

/**
 * physmem_cas64() - compare-and-swap one little-endian word
 * @m: the memory
 * @pa: physical address, a multiple of 8
 * @old: the expected value; receives the value that was there
 * @new_value: written if @old is what memory holds
 *
 * Return: 0, also if the values differ; -EIO outside memory, in a hole, or misaligned; -ENOMEM.
 */
int physmem_cas64(struct physmem *m, u64 pa, u64 *old, u64 new_value);

/**
 * physmem_add_hole() - make every access to a range fail
 * @m: the memory
 * @first: first byte of the range
 * @last: last byte of the range
 *
 * Return: 0; -EINVAL if there are PHYSMEM_MAX_HOLES already or the range is empty.
 */
int physmem_add_hole(struct physmem *m, u64 first, u64 last);

/**
 * physmem_page() - host address of a page, which is created if it is absent
 * @m: the memory
 * @pa: physical address, bytes
 *
 * Return: The page's PHYSMEM_PAGE_SIZE bytes, valid until physmem_exit(); NULL outside memory, in a hole or out of
 *	memory.
 */
u8 *physmem_page(struct physmem *m, u64 pa);

/**
 * physmem_find() - host address of a page that exists; holes are not considered
 * @m: the memory
 * @pa: physical address, bytes
 *
 * Return: The page's PHYSMEM_PAGE_SIZE bytes, valid until physmem_exit(), or NULL.
 */
u8 *physmem_find(struct physmem *m, u64 pa);

#ifdef __cplusplus
}
#endif

#endif /* PHYSMEM_H */
