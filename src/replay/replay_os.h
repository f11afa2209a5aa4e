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
 * @ops: the host's services for the drivers
 * @drv_ctx: first argument of @ops, for each of the IOMMUs (iommu.count)
 * @ctx: first argument of @kick and @observe
 * @kick: a fault core needs a worker; called in any context, and must only take note
 * @observe: fault_ops.observe; may be NULL
 * @look: a handler calls it before it maps; true: it terminates the access instead of mapping. May be NULL
 * @looker: first argument of @look
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
 * @records: records of the trace
 * @accesses: accesses of the trace
 * @faults: faults and page requests that were recorded
 * @first_ns: time of the first record
 * @last_ns: time of the last record
 * @max_pa: end of the highest physical range of the trace, exclusive; 0: none is given
 * @sids: streams, in order of appearance
 * @sid_accesses: accesses of each stream
 * @n_sids: number of @sids in use
 * @pasid_bits: bits of the largest PASID, 0 if there is none
 * @fault_code: by enum dmat_model, code of the first fault that was recorded; 0: none
 * @dependent: some access waits for the one before it (DMAT_F_AFTER)
 */
struct replay_scan {
	u64 records, accesses, faults;
	u64 first_ns, last_ns;
	u64 max_pa;
	u32 sids[REPLAY_MAX_STREAMS];
	u64 sid_accesses[REPLAY_MAX_STREAMS];
	u32 n_sids;
	u8 pasid_bits;
	u32 fault_code[DMAT_MODELS];
	bool dependent;
};

/**
 * replay_scan() - read the whole trace once, so that a damaged one is refused before anything is done
 * @path: path of the trace
 * @scan: filled in
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int replay_scan(const char *path, struct replay_scan *scan, struct dmat_error *err);

/**
 * replay_scan_run() - replay_scan() of the trace of a run, unless that is done
 * @opt: the run
 * @scan: filled in
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int replay_scan_run(const struct replay_options *opt, struct replay_scan *scan, struct dmat_error *err);

/**
 * replay_os_create() - probe the drivers, and add a device for each stream
 * @cfg: copied; what it points to outlives the operating system
 * @out: receives the operating system; replay_os_destroy() ends it
 * @err: filled on error (file: the trace)
 *
 * Return: 0 or -errno.
 */
int replay_os_create(const struct replay_os_cfg *cfg, struct replay_os **out, struct dmat_error *err);

/**
 * replay_os_destroy() - remove the drivers; whatever is pending is answered
 * @os: the operating system
 * @now: ns
 */
void replay_os_destroy(struct replay_os *os, u64 now);

/**
 * replay_os_core() - the fault core of an IOMMU
 * @os: the operating system
 * @iommu: index of the IOMMU
 *
 * Return: The fault core.
 */
struct fault_core *replay_os_core(struct replay_os *os, u32 iommu);

/**
 * replay_os_driver() - the driver object of an IOMMU
 * @os: the operating system
 * @iommu: index of the IOMMU
 *
 * Return: The driver object.
 */
void *replay_os_driver(struct replay_os *os, u32 iommu);

/**
 * replay_os_record() - carry out a record other than an access: attach, detach, map, unmap
 * @os: the operating system
 * @rec: the record
 * @now: ns
 * @err: filled on error
 *
 * Faults, responses and marks of the recording say what happened then; they are ignored.
 *
 * Return: 0 or -errno with @err filled.
 */
int replay_os_record(struct replay_os *os, const struct dmat_record *rec, u64 now, struct dmat_error *err);

/**
 * replay_os_touch() - note that an access is about to reach its stream's address space
 * @os: the operating system
 * @access: record of the access
 *
 * Counts pages that the trace has mapped, that are not resident and that were not touched before: they will fault.
 */
void replay_os_touch(struct replay_os *os, const struct dmat_record *access);

/**
 * replay_os_deferred() - map the pages of terminated accesses
 * @os: the operating system
 * @now: ns
 *
 * Called in thread context after the driver's threaded handler has run.
 *
 * Return: Number of pages mapped.
 */
u32 replay_os_deferred(struct replay_os *os, u64 now);

/**
 * struct replay_load - what a call of the handler has to do
 * @faults: faults that it looks at
 * @pages: pages that it will map, each once, if nobody else maps them before
 */
struct replay_load {
	u32 faults, pages;
};

/**
 * replay_os_load() - what the handler of some groups has to do
 * @os: the operating system
 * @groups: the groups
 * @n: number of groups; 0: replay_os_deferred()
 * @load: filled in
 */
void replay_os_load(struct replay_os *os, struct fault_group *const *groups, u32 n, struct replay_load *load);

/**
 * replay_os_result() - copy what the operating system has counted into the result
 * @os: the operating system
 * @res: the result
 */
void replay_os_result(struct replay_os *os, struct replay_result *res);

/**
 * replay_os_subtract() - subtract what replay_os_result() had reported at an earlier time
 * @res: result now; what has happened since remains
 * @before: result then
 */
void replay_os_subtract(struct replay_result *res, const struct replay_result *before);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_OS_H */
