/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The operating system of a replay: it does with the driver what the trace says
 * was done, decides which pages are resident, and handles faults.
 *
 * It owns the address spaces and, for each IOMMU, the driver object and the fault
 * core (single-threaded host). An address space has a domain in each IOMMU that a
 * stream has been attached to it behind; pages are mapped and unmapped in all of
 * them. It has no time of its own: @now is an argument, and whoever
 * holds it decides when interrupt handlers and workers run.
 */
#ifndef REPLAY_OS_H
#define REPLAY_OS_H

#include "replay.h"

#ifdef __cplusplus
extern "C" {
#endif

struct replay_os;

/**
 * struct replay_os_cfg - an operating system
 * @opt: of the run; outlives it
 * @trace: what replay_scan() found
 * @ops: the host's services for the drivers, @drv_ctx: their first argument, for each of the IOMMUs (iommu.count)
 * @kick: a fault core wants a worker; any context, just take note; with @ctx
 * @observe: fault_ops.observe; may be NULL; with @ctx
 * @look: a handler looks before it maps; true: it terminates the access instead of mapping. May be NULL; with @looker
 */
struct replay_os_cfg {
	const struct replay_options *opt;
	const struct replay_scan *trace;
	const struct drv_ops *ops;
	void *drv_ctx[FL_MAX_IOMMUS];
	void *ctx;
	void (*kick)(void *ctx);
	void (*observe)(void *ctx, struct fault_group *g, enum fault_point point, u64 now);
	bool (*look)(void *looker, const struct fault_record *f);
	void *looker;
};

/**
 * struct replay_scan - a trace at a glance
 * @sids: streams, in order of appearance; @sid_accesses: accesses of each
 * @pasid_bits: bits of the largest PASID, 0 if there is none
 */
struct replay_scan {
	u64 records, accesses;
	u64 first_ns, last_ns;
	u64 max_pa;
	u32 sids[REPLAY_MAX_STREAMS];
	u64 sid_accesses[REPLAY_MAX_STREAMS];
	u32 n_sids;
	u8 pasid_bits;
	bool dependent; /* some access waits for the one before it (DMAT_F_AFTER) */
};

/* Read the whole trace once, so that a damaged one is refused before anything is done. 0 or -errno. */
int replay_scan(const char *path, struct replay_scan *scan, struct dmat_error *err);

/**
 * replay_os_create() - probe the drivers, add a device for each stream
 * @err: filled on error (file: the trace)
 */
int replay_os_create(const struct replay_os_cfg *cfg, struct replay_os **os, struct dmat_error *err);
/* Remove the drivers; whatever is pending is answered. */
void replay_os_destroy(struct replay_os *os, u64 now);

/* Of one IOMMU. */
struct fault_core *replay_os_core(struct replay_os *os, u32 iommu);
void *replay_os_driver(struct replay_os *os, u32 iommu);

/**
 * replay_os_record() - do what a record other than an access says: attach, detach, map, unmap
 * Return: 0 or -errno with @err filled. Faults, responses and marks of the recording are no orders: ignored.
 */
int replay_os_record(struct replay_os *os, const struct dmat_record *rec, u64 now, struct dmat_error *err);

/**
 * replay_os_touch() - an access is about to reach [iova, iova + size) of its stream's address space
 * Counts pages that are mapped by the trace, not resident, and not touched before: they will fault.
 */
void replay_os_touch(struct replay_os *os, const struct dmat_record *access);

/**
 * replay_os_deferred() - map the pages of terminated accesses
 * To be called in thread context after the driver's threaded handler ran. Returns the number of pages mapped.
 */
u32 replay_os_deferred(struct replay_os *os, u64 now);

/**
 * struct replay_load - what a call of the handler has to do
 * @faults: that it looks at
 * @pages: that it will map, each once, if nobody else maps them before
 */
struct replay_load {
	u32 faults, pages;
};

/* What the handler of @n groups has to do; @n 0: replay_os_deferred(). */
void replay_os_load(struct replay_os *os, struct fault_group *const *groups, u32 n, struct replay_load *load);

/* Put what the operating system has counted into the result. */
void replay_os_result(struct replay_os *os, struct replay_result *res);

/* Take away what replay_os_result() had put into @before: what happened since remains. */
void replay_os_subtract(struct replay_result *res, const struct replay_result *before);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_OS_H */
