/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMU with memory around it, for tests that see only what a driver and a
 * device see: registers, memory, interrupts, resumed transactions, messages.
 */
#ifndef V3_FIXTURE_H
#define V3_FIXTURE_H

#include "physmem.h"
#include "smmuv3.h"

#define FX_MAX 4096

struct v3_fixture {
	struct smmuv3 smmu;
	struct physmem mem;
	struct iommu_ops ops;
	u32 irqs[SMMUV3_IRQ_LINES];
	struct {
		u64 id;
		enum iommu_resume how;
	} resumed[FX_MAX];
	u32 n_resumed;
	u32 stall_frees;
	struct page_response responses[64];
	u32 n_responses;
	struct ats_inv invs[64];
	u32 n_invs;
	struct {
		u64 pa;
		u32 data;
	} msis[64];
	u32 n_msis;
	u32 cmd_prod;
	u32 events[32]; /* by enum iommu_event_kind */
	u64 next_id;
};

/* Addresses that the fixture uses; tests put tables elsewhere. */
#define FX_CMDQ	     0x00100000ULL
#define FX_EVENTQ    0x00200000ULL
#define FX_PRIQ	     0x00300000ULL
#define FX_STRTAB    0x00400000ULL
#define FX_LOG2CMDQ  8
#define FX_LOG2EVTQ  7
#define FX_LOG2PRIQ  5
#define FX_MEM_BYTES (1ULL << 48)

int fx_init(struct v3_fixture *f, const struct smmuv3_cfg *cfg);
void fx_exit(struct v3_fixture *f);
/* Queues, linear stream table of 64 entries, interrupts; then SMMUEN. */
void fx_enable(struct v3_fixture *f, u32 cr0);

u32 fx_r32(struct v3_fixture *f, u32 offset);
void fx_w32(struct v3_fixture *f, u32 offset, u32 value);
void fx_w64(struct v3_fixture *f, u32 offset, u64 value);
u64 fx_m64(struct v3_fixture *f, u64 pa);
void fx_put(struct v3_fixture *f, u64 pa, u64 value);
void fx_words(struct v3_fixture *f, u64 pa, const u64 *w, u32 n);

/* Queue a command and ring the bell. */
void fx_cmd(struct v3_fixture *f, u64 w0, u64 w1);
void fx_sync(struct v3_fixture *f);

/* Take the oldest event record off the queue; false: it is empty. */
bool fx_event(struct v3_fixture *f, u64 *w);
bool fx_pri(struct v3_fixture *f, u64 *w);
u32 fx_events_pending(struct v3_fixture *f);

struct dma_txn fx_txn(struct v3_fixture *f, u32 sid, u64 iova, u16 flags);
enum xlat fx_xlat(struct v3_fixture *f, u32 sid, u64 iova, u16 flags, struct xlat_result *r);

#endif /* V3_FIXTURE_H */
