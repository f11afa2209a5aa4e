/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMU with memory around it, for tests that see only what a driver and a
 * device see: registers, memory, interrupts, resumed transactions, messages.
 */
#ifndef V3_FIXTURE_H
#define V3_FIXTURE_H

#include "machine.h"
#include "pt_build.h"
#include "smmuv3.h"

#define FX_MAX 4096

struct v3_fixture {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct smmuv3 smmu;
	struct physmem mem;
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
	bool fail_writes;
	u64 accesses; /* to memory, by the SMMU */
};

/* Addresses that the fixture uses; tests put tables elsewhere. */
#define FX_CMDQ	     0x00100000ULL
#define FX_EVENTQ    0x00200000ULL
#define FX_PRIQ	     0x00300000ULL
#define FX_STRTAB    0x00400000ULL
#define FX_CDTAB     0x00500000ULL
#define FX_TABLES    0x80000000ULL
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

/*
 * Structures, written out from chapter 5. CD: VMSAv8-64, T0SZ 16, 4K, EPD1, IPS
 * 48 bits, A and R. Stage 2: T0SZ 20, SL0 2 (level 0), 4K, PS 48 bits, R.
 */
#define FX_STE_S1     0x000000000000000bULL /* V, Config 101 */
#define FX_STE_S2     0x000000000000000dULL
#define FX_STE_NESTED 0x000000000000000fULL
#define FX_CD_0	      0x00006205c0000010ULL
#define FX_CD_S	      0x0000100000000000ULL
#define FX_CD_R	      0x0000200000000000ULL
#define FX_CD_A	      0x0000400000000000ULL
#define FX_STE2_S2    0x040d009400000000ULL
#define FX_STE2_S2S   0x0200000000000000ULL
#define FX_STE2_S2R   0x0400000000000000ULL

void fx_ste(struct v3_fixture *f, u32 sid, u64 w0, u64 w1, u64 w2, u64 w3);
void fx_cd(struct v3_fixture *f, u32 index, u64 w0, u64 ttb0);

/* An empty table of stage 1 (48 bits) or stage 2 (44 bits); granule 4K. */
void fx_table(struct v3_fixture *f, struct pt_build *t, bool stage2);
void fx_map(struct pt_build *t, u64 iova, u64 pa, u64 bytes, u32 prot);

/* Stream @sid: stage 1 by CD @sid of FX_CDTAB with ASID @sid; returns with the table in @t. */
void fx_s1_stream(struct v3_fixture *f, u32 sid, u64 cd_flags, struct pt_build *t);
/* Stream @sid, nested, VMID @sid. Stage 2 maps FX_CDTAB and FX_TABLES one to one. */
void fx_nested_stream(struct v3_fixture *f, u32 sid, u64 cd_flags, u64 s2_flags, struct pt_build *s1,
		      struct pt_build *s2);

#define FX_RW (DRV_PROT_READ | DRV_PROT_WRITE)

/* The four words of the next record. */
#define ck_event(f, w0, w1, w2, w3)                          \
	do {                                                 \
		u64 ev_[4] = { 0 };                          \
		ck_assert_msg(fx_event(f, ev_), "no event"); \
		ck_assert_uint_eq(ev_[0], w0);               \
		ck_assert_uint_eq(ev_[1], w1);               \
		ck_assert_uint_eq(ev_[2], w2);               \
		ck_assert_uint_eq(ev_[3], w3);               \
	} while (0)

#endif /* V3_FIXTURE_H */
