/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A trace through an engine and its driver, in the kernel with threads or in
 * user space without. No page is resident at first: each first touch stalls
 * (SMMUv3) or sends a page request (VT-d), the fault core's handler maps the
 * page, and the access is tried again; a page that the trace never mapped is
 * refused.
 */
#ifndef ENGINE_REPLAY_H
#define ENGINE_REPLAY_H

#include "fault_core.h"
#include "iommu_driver.h"

#define REPLAY_STREAMS 2

enum trace_op { TRACE_MAP, TRACE_UNMAP, TRACE_ACCESS };

/**
 * struct trace_record - one line of the trace
 * @iova: bytes
 * @pa: of TRACE_MAP
 * @op: enum trace_op
 * @stream: 0 .. REPLAY_STREAMS - 1
 * @perm: DRV_PROT_READ and DRV_PROT_WRITE of a map; DRV_PROT_WRITE for an access that writes
 */
struct trace_record {
	u64 iova;
	u64 pa;
	u8 op;
	u8 stream;
	u8 perm;
};

extern const struct trace_record trace_records[];
extern const u32 trace_n_records;
extern const u32 trace_sids[REPLAY_STREAMS];

/* What became of a fault. */
struct replay_answer {
	u64 iova;
	u8 stream;
	u8 code; /* enum fault_code */
};

/**
 * struct replay_host - what the harness brings; @ctx first
 * @irq: an interrupt line rose; any context. Then call replay_irq() in a thread.
 * @resumed: an access of @stream that stalled goes on; any context
 * @wait: by replay_stream(): until @resumed was called for @stream
 * @now: ns
 */
struct replay_host {
	void *ctx;
	void (*irq)(void *ctx);
	void (*resumed)(void *ctx, u32 stream);
	void (*wait)(void *ctx, u32 stream);
	u64 (*now)(void *ctx);
};

struct engine_replay;

enum replay_kind { REPLAY_SMMUV3_STALL, REPLAY_VTD_PRI };

/* @core without a driver. NULL if anything fails. */
struct engine_replay *replay_new(struct fault_core *core, const struct replay_host *host, enum replay_kind kind);
/* All records of one stream, in order; one access at a time. True if every access ended as it must. A thread each. */
bool replay_stream(struct engine_replay *r, u32 stream);
/* The interrupt threads; one caller at a time. Returns the number of records handled. */
u32 replay_irq(struct engine_replay *r);
/* The faults and their answers so far, in the order of the handler's calls. */
const struct replay_answer *replay_answers(const struct engine_replay *r, u32 *n);
/* Unmap, detach, remove; the core is without a driver afterwards. True if nothing went wrong. */
bool replay_end(struct engine_replay *r);

#endif /* ENGINE_REPLAY_H */
