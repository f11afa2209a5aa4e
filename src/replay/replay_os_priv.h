/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of a replay's operating system share. */
#ifndef REPLAY_OS_PRIV_H
#define REPLAY_OS_PRIV_H

#include "fault_policy.h"
#include "page_map.h"
#include "replay_streams.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1ULL << PAGE_SHIFT)

/* One IOMMU as its driver and the driver's fault core know it. */
struct os_iommu {
	struct kind_observer seen; /* first: it is the observer */
	struct replay_os *os;
	void *drv, *drv_cfg;
	struct fault_core *core;
	struct fault_policy policy;
};

/* One address space of the trace. */
struct os_space {
	struct replay_os *os;
	struct os_space *next;
	struct fault_domain *doms[FL_MAX_IOMMUS]; /* NULL until a stream behind that IOMMU is attached */
	bool used;				  /* there is one */
	u32 id;
	u32 sid;   /* of the first stream attached */
	u32 pages; /* its list in the page map */
	struct page_extent
		*extents; /* large maps, in order; a page of one is in the page map from when it is asked for */
	u32 n_extents, extent_room;
};

/* @pages pages from @first lead to @pa. */
struct page_extent {
	u64 first, pages, pa;
	u8 perm;
};

/* What a stream's PASID is attached to. */
struct os_use {
	u32 pasid; /* or DRV_NO_PASID */
	struct os_space *space;
};

struct os_stream {
	u32 sid;
	u32 iommu;
	struct stream_kind kind;
	struct fault_dev *dev;
	struct os_use *uses;
	u32 n_uses;
};

/* A terminated access whose page is to be mapped. */
struct os_deferred {
	struct os_space *space;
	u64 page;
	u8 perm;
};

struct replay_os {
	struct replay_os_cfg cfg;
	const struct drv_class *cls;
	struct os_iommu iommus[FL_MAX_IOMMUS];
	u32 n_iommus;
	struct page_map map;
	struct os_space *spaces, *last_space;
	struct os_stream streams[REPLAY_MAX_STREAMS];
	u32 n_streams;
	struct os_deferred *deferred;
	u32 n_deferred, deferred_room;
	u32 count;     /* replay_os_load() */
	u64 untouched; /* pages that are neither resident nor touched */
	struct replay_result counts;
};

extern const struct fault_domain_ops replay_os_fault_ops;

/* replay_os.c: by number; NULL: there is none. The second makes one, or returns NULL: out of memory. */
struct os_space *replay_os_find_space(struct replay_os *os, u32 id);
struct os_space *replay_os_get_space(struct replay_os *os, u32 id);
struct os_stream *replay_os_find_stream(struct replay_os *os, u32 sid);
struct os_use *replay_os_find_use(const struct os_stream *st, u32 pasid);

/* replay_os_pages.c: 0 or -errno. A page, those of --resident in all IOMMUs, and what is resident already in one more. */
int replay_os_make_resident(struct replay_os *os, struct os_space *s, struct page_entry *e);
int replay_os_map_chosen(struct replay_os *os, struct os_space *s);
int replay_os_map_resident(struct replay_os *os, struct os_space *s, u32 iommu);
/* A page that the trace has mapped, or NULL: it has not, or (rarely) there is no memory for it. */
struct page_entry *replay_os_page(struct replay_os *os, struct os_space *s, u64 page);
/* What a record of the trace maps and unmaps. */
u64 replay_os_pages_of(const struct dmat_record *rec);
int replay_os_map(struct replay_os *os, const struct dmat_record *rec);
int replay_os_unmap(struct replay_os *os, const struct dmat_record *rec);

#endif /* REPLAY_OS_PRIV_H */
