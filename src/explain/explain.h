/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why did it fault? What a trace tells about the page, the stream and the time of each recorded fault. The trace is read
 * twice, and only a bounded number of stories and mappings is held, whatever its length.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXPLAIN_STORIES	 1000	    /* told at once; the others can be asked for by number */
#define EXPLAIN_MAPPINGS (1U << 20) /* that are live at once and known by their neighbours */
#define EXPLAIN_OTHERS	 4
#define EXPLAIN_NEXT	 6
#define EXPLAIN_TEXT	 280

/**
 * struct explain_range - a range of an address space, and the record that tells of it
 * @known: there is one; else nothing here is valid
 * @record: number of the record
 * @time_ns: its time
 * @iova: first address
 * @size: bytes; 0: the whole address space
 * @pa: of a map: where @iova leads
 * @domain: address space
 * @perm: of a map: DMAT_F_R, W, X, PRIV
 */
struct explain_range {
	bool known;
	u64 record, time_ns, iova, size, pa;
	u32 domain;
	u8 perm;
};

/**
 * struct explain_use - an access to the page, or a fault of it
 * @known: there is one
 * @faulted: it was refused
 * @has_pasid: @pasid is valid
 * @sid: by which stream
 * @pasid: by which PASID of it
 * @record: number of the record
 * @time_ns: its time
 */
struct explain_use {
	bool known, faulted, has_pasid;
	u32 sid, pasid;
	u64 record, time_ns;
};

/**
 * struct explain_story - a fault, or several equal ones, and what the trace tells of it
 * @fault: number of the first of them among the faults of the trace, from 1
 * @record: number of its record
 * @rec: the record
 * @domain: address space of its stream at that time, or DMAT_DOMAIN_NONE
 * @map: the last map of the page in that space before it
 * @unmap: the last unmap of it, if that came after @map or there was no map
 * @invalidate: the last invalidation of the page that no map followed
 * @later: the first map of the page after the fault
 * @elsewhere: a map of the page in another space, before the fault and not undone
 * @physical: a map that leads to the address that faulted, taken as a physical one
 * @cut: a map of an address over 4 GiB whose low half is the address that faulted
 * @below: the mapping that ends nearest below the address when it faults
 * @above: the mapping that begins nearest above
 * @own: last translated access of the stream to the page before the fault
 * @other: last accesses or faults of other streams there
 * @n_other: number of @other in use
 * @page_faults: faults of the page before this one
 * @stream_faults: faults of the stream before this one
 * @stream_first: the first of these, with @stream_faults over 0
 * @run: faults of the stream at pages that follow each other, up to this one
 * @repeats: equal faults after this one: same kind, stream and page
 * @last: the last of these, with @repeats over 0
 */
struct explain_story {
	u64 fault, record;
	struct dmat_record rec;
	u32 domain;
	struct explain_range map, unmap, invalidate, later, elsewhere, physical, cut, below, above;
	struct explain_use own, other[EXPLAIN_OTHERS], stream_first, last;
	u32 n_other;
	u64 page_faults, stream_faults, run, repeats;
};

/**
 * struct explain_next - something to look at next, which the facts suggest
 * @key: for programs
 * @text: for people
 */
struct explain_next {
	const char *key;
	char text[EXPLAIN_TEXT];
};

/**
 * struct explain - the stories of a trace
 * @story: in the order of the faults
 * @stories: number of @story
 * @faults: faults and page requests of the trace
 * @untold: faults that are in no story, because there are too many kinds of them, or another was asked for
 * @maps: map records of the trace
 * @suppressed: lines that the log's rate limit swallowed
 * @lost: overflows of an event or page request queue
 * @crowded: more mappings were live than are held: the nearest are not known
 */
struct explain {
	struct explain_story *story;
	u32 stories;
	u64 faults, untold, maps, suppressed, lost;
	bool crowded;
};

/**
 * explain_trace() - read a trace and gather what it tells of its faults
 * @e: filled in; explain_exit() ends it, also after an error
 * @path: the trace
 * @fault: number of the only fault of interest, from 1; 0: all, equal ones as one
 * @err: filled on error
 *
 * Return: 0, or -errno.
 */
int explain_trace(struct explain *e, const char *path, u64 fault, struct dmat_error *err);

/**
 * explain_exit() - free the stories
 * @e: the stories
 */
void explain_exit(struct explain *e);

/**
 * explain_mapped() - whether the page was mapped in the stream's space when it faulted, as far as the trace tells
 * @s: the story
 *
 * Return: true if it was.
 */
bool explain_mapped(const struct explain_story *s);

/**
 * explain_next() - what to look at next
 * @e: the stories
 * @s: one of them
 * @next: filled in, the most telling first
 *
 * Return: Number of @next in use.
 */
u32 explain_next(const struct explain *e, const struct explain_story *s, struct explain_next next[EXPLAIN_NEXT]);

/* ---- the mappings of the moment ---- */

struct explain_maps;

/**
 * explain_maps_new() - no mapping yet
 * @limit: most of them that are held
 *
 * Return: The set, or NULL if out of memory.
 */
struct explain_maps *explain_maps_new(u32 limit);

/**
 * explain_maps_free() - free the set
 * @m: the set; may be NULL
 */
void explain_maps_free(struct explain_maps *m);

/**
 * explain_maps_add() - a range is mapped; what it overlaps is replaced
 * @m: the set
 * @r: the mapping
 *
 * Return: 0; -ENOSPC if the limit is reached: the mapping is not held; -ENOMEM.
 */
int explain_maps_add(struct explain_maps *m, const struct explain_range *r);

/**
 * explain_maps_remove() - a range is not mapped any more
 * @m: the set
 * @domain: address space; DMAT_DOMAIN_NONE: every one
 * @iova: first address
 * @size: bytes; 0: the whole space
 *
 * Return: 0; -ENOSPC or -ENOMEM if what is left of a mapping on both sides cannot be held.
 */
int explain_maps_remove(struct explain_maps *m, u32 domain, u64 iova, u64 size);

/**
 * explain_maps_near() - the mappings next to an address
 * @m: the set
 * @domain: address space
 * @iova: the address
 * @below: receives the one that begins at it or below
 * @above: receives the one that begins above
 */
void explain_maps_near(const struct explain_maps *m, u32 domain, u64 iova, struct explain_range *below,
		       struct explain_range *above);

#ifdef __cplusplus
}
#endif

#endif /* EXPLAIN_H */
