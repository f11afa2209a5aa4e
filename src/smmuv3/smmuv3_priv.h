/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the SMMUv3 hardware share among themselves. */
#ifndef SMMUV3_PRIV_H
#define SMMUV3_PRIV_H

#include "smmuv3.h"
#include "pt.h"
#include "engine_slots.h"
#include "pt_cache.h"
#include "pt_vmsa64.h"
#include "ring.h"

#define V3_STREAMS 128 /* resolved stream contexts kept */
#define V3_NO_SSID 0xffffffffU
#define V3_NO_SLOT 0xffffffffU

/*
 * tcache_tag.world. A translation regime, and of which stages the entry was
 * made. Stage 2 on its own has another input address space than the rest.
 */
#define WORLD_EL1     SMMUV3_EL1
#define WORLD_EL2     SMMUV3_EL2
#define WORLD_EL2_E2H SMMUV3_EL2_E2H
#define WORLD_REGIME  GENMASK(1, 0)
#define WORLD_ANY_EL2 BIT(1)
#define WORLD_S2      BIT(2) /* stage 2 translates, too */
#define WORLD_IPA     BIT(3) /* stage 2 only: keyed by IPA */
#define WORLD_ASET    BIT(4)
#define WORLD_GRANULE GENMASK(6, 5) /* walk caches: (log2(granule) - 12) / 2 */

/* tcache_entry.data of a TLB entry, between TLB_PA and TLB_ANSWER */
#define TLB_FLAGS     1
#define TLB_USER_PERM GENMASK_ULL(7, 0)
#define TLB_PRIV_PERM GENMASK_ULL(15, 8)
#define TLB_ATTR      GENMASK_ULL(23, 16)
#define TLB_CLEAN     BIT_ULL(24) /* not usable for writes: the dirty state is not set */

/* An STE or CD as it was in memory, next to its tag in ste_cache or cd_cache. */
struct smmuv3_raw {
	u64 w[SMMUV3_STE_WORDS];
};

/* smmuv3_stream.action */
enum v3_action {
	V3_TRANSLATE,
	V3_BYPASS, /* no stage translates */
	V3_SILENT_ABORT,
	V3_EVENT, /* terminated with @event */
};

/**
 * struct smmuv3_stream - STE and CD of one stream and substream, resolved
 * @sid, @ssid: key; V3_NO_SSID without SubstreamID
 * @gen: smmuv3.config_gen when it was made; 0: empty
 * @ste_slot, @cd_slot: entries of the configuration caches it stands for
 * @tag: of its translations
 * @flags_keep, @flags_set: INSTCFG and PRIVCFG as a change of dma_txn.flags
 * @plain: both stages see address and flags as the client gives them
 * @tt: roots of stage 1; @two: both exist
 * @event_ssid: SubstreamID to record if it differs from the transaction's (7.3.9)
 */
struct smmuv3_stream {
	u32 sid, ssid, gen;
	u32 ste_slot, cd_slot;
	u8 action;
	u8 event;
	bool s1, s2, two, tbi, e0pd, plain, ssid_override;
	u16 flags_keep, flags_set;
	u8 cd_ars; /* bit 0 S, bit 1 R, bit 2 A */
	bool s2s, s2r;
	u8 config, eats;
	bool ppar;
	struct tcache_tag tag;
	struct tcache_tag s2_tag;
	u32 event_ssid;
	struct vmsa64_stage tt[2];
	struct vmsa64_stage s2_stage;
};

#define CD_S BIT(0)
#define CD_R BIT(1)
#define CD_A BIT(2)

/* v3_walk.have */
#define HAVE_STE BIT(0)
#define HAVE_CD	 BIT(1)
#define HAVE_TLB BIT(2)

/* What a walk leaves for fill, in iommu_walk.priv. */
struct v3_walk {
	u8 have;
	bool record; /* rec[] goes to the event queue */
	u32 cd_index;
	u64 rec[SMMUV3_EVT_WORDS];
	struct tcache_entry tlb; /* with HAVE_TLB; else only its tag and page are valid */
	struct tcache_tag s1_tag, s2_tag;
	u64 ste[SMMUV3_STE_WORDS];
	u64 cd[SMMUV3_CD_WORDS];
	struct pt_steps steps;
};

static_assert(sizeof(struct v3_walk) <= WALK_PRIV_WORDS * sizeof(u64), "WALK_PRIV_WORDS");

static inline struct v3_walk *v3_walk_of(struct iommu_walk *w)
{
	return (struct v3_walk *)w->priv;
}

enum v3_stall_state { STALL_FREE, STALL_HELD, STALL_RECORDED };

/**
 * struct smmuv3_stall - a stalled transaction; its index is its STAG
 * @rec: its record, while STALL_HELD
 * @retry: an invalidation hit what it faulted on: retried instead of recorded
 *	   once the queue is writable (7.2.1)
 */
struct smmuv3_stall {
	u64 id;
	u64 rec[SMMUV3_EVT_WORDS];
	u32 sid;
	u16 tbu;
	u8 state;
	bool retry;
	struct tcache_entry key;
};

static inline u32 v3_reg(const struct smmuv3 *s, u32 offset)
{
	return (u32)reg_get(&s->regs, offset);
}

/* Where a CD lies in its cache: the tag holds both names, the address only spreads the sets. */
static inline u64 v3_cd_key(u32 sid, u32 index)
{
	return (u64)(u32)(sid + index) << 12;
}

static inline u32 v3_stream_slot(u32 sid, u32 ssid)
{
	return (sid ^ (sid >> 7) ^ (ssid * 13)) & (V3_STREAMS - 1);
}

bool v3_peek_stream(struct smmuv3 *s, u32 sid, u32 ssid, struct smmuv3_stream *st);
struct smmuv3_stream *v3_cached_stream_slow(struct smmuv3 *s, u32 sid, u32 ssid);

/*
 * The resolved context of a stream if both its structures are cached, else
 * NULL. It stands for entries of the two caches and is valid only as long as they are.
 */
static inline struct smmuv3_stream *v3_cached_stream(struct smmuv3 *s, u32 sid, u32 ssid)
{
	struct smmuv3_stream *st = &s->streams[v3_stream_slot(sid, ssid)];

	if (unlikely(st->gen != s->config_gen || st->sid != sid || st->ssid != ssid || s->eng.loud))
		return v3_cached_stream_slow(s, sid, ssid);
	tcache_use(&s->eng.cache[UNIT_CONFIG_CACHE], st->ste_slot);
	if (likely(st->cd_slot != V3_NO_SLOT))
		tcache_use(&s->eng.cache[UNIT_CD_CACHE], st->cd_slot);
	return st;
}

/* smmuv3.c */
void v3_power_on(void *hw);
void v3_stats(const void *hw, struct iommu_stats *st);

/* smmuv3_image.c */
u64 v3_config(const void *hw);
void v3_exchange(void *hw, struct iommu_image *img);
bool v3_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e);

/* smmuv3_mmio.c */
u64 v3_mmio_read(void *hw, u64 offset, unsigned int size);
void v3_mmio_write(void *hw, u64 offset, u64 value, unsigned int size);
u64 v3_reg_present(const struct smmuv3 *s, u32 offset);

/* smmuv3_config.c */
void v3_resolve_ste(const struct smmuv3 *s, const u64 *ste, struct smmuv3_stream *st);
void v3_resolve_cd(const struct smmuv3 *s, const u64 *ste, const u64 *cd, struct smmuv3_stream *st);
/* Which CD the transaction uses: an index, or V3_NO_SSID; or an action other than V3_TRANSLATE in @st. */
u32 v3_select_cd(const struct smmuv3 *s, const u64 *ste, u32 ssid, struct smmuv3_stream *st);

/* smmuv3_fetch.c */
u8 v3_fetch_ste(struct smmuv3 *s, struct iommu_walk *w, u32 sid, u64 *ste);
u8 v3_fetch_cd(struct smmuv3 *s, struct iommu_walk *w, const u64 *ste, struct smmuv3_stream *st, u32 index, u64 *cd,
	       struct pt_result *r);

/* smmuv3_xlat.c */
extern const struct engine_hooks v3_hooks;
/* The first two words of a record: whom it is about; what the access was, with @flags DMA_*. */
u64 v3_record_word0(const struct dma_txn *t, u8 event);
u64 v3_record_attributes(u16 flags);
bool v3_s2_start(void *arg, u64 ipa, struct pt_start *start);
struct smmuv3_stream *v3_walk_stream(struct smmuv3 *s, struct iommu_walk *w, bool ste_only);
u8 v3_walk_tables(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u64 va, u32 access,
		  struct pt_result *r);
void v3_walk_ok(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u64 va, u16 flags,
		const struct pt_result *r);
void v3_translate_walk(struct smmuv3 *s, struct iommu_walk *w, struct smmuv3_stream *st);
void v3_config_fault(struct smmuv3 *s, struct iommu_walk *w, u8 event, u64 fetch_addr);
void v3_walk_fault(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, const struct pt_result *r,
		   u8 evt_class);

/* smmuv3_ats.c */
void v3_ats_request(struct smmuv3 *s, struct iommu_walk *w);
void v3_translated(struct smmuv3 *s, struct iommu_walk *w);
enum xlat v3_translated_lookup(struct smmuv3 *s, const struct dma_txn *t, struct xlat_result *r);
bool v3_atc_inv(struct smmuv3 *s, const u64 *cmd);
bool v3_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok);

/* smmuv3_inv.c */
u8 v3_cmd_cfgi(struct smmuv3 *s, const u64 *cmd);
u8 v3_cmd_tlbi(struct smmuv3 *s, const u64 *cmd);
bool v3_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid);

/* smmuv3_cmdq.c */
void v3_cmdq_look(struct smmuv3 *s);
void v3_cmdq_run(struct smmuv3 *s);
void v3_step(void *hw);

/**
 * struct v3_queue - one of the three queues
 * @base, @prod, @cons: offsets of its registers
 * @own: @prod or @cons: the index that the hardware writes
 * @max: field of IDR1
 * @enable: bit of CR0
 * @aborted: bit of GERROR: a write of an entry was aborted
 * @entry: bytes of an entry
 * @unit: enum iommu_unit
 */
struct v3_queue {
	u32 base, prod, cons, own, max, enable, aborted;
	u8 entry, unit;
};

extern const struct v3_queue v3_queues[3]; /* by unit from UNIT_CMDQ on */
#define v3_cmdq v3_queues[0]
#define v3_evtq v3_queues[1]
#define v3_priq v3_queues[2]

static inline u8 v3_queue_log2size(const struct smmuv3 *s, const struct v3_queue *q)
{
	return s->log2size[q->unit - UNIT_CMDQ];
}

/* smmuv3_queue.c */
/* The bases have changed. */
void v3_queue_sizes(struct smmuv3 *s);
static inline u32 v3_queue_used(const struct smmuv3 *s, const struct v3_queue *q)
{
	return ring_used(v3_reg(s, q->prod), v3_reg(s, q->cons), v3_queue_log2size(s, q));
}

/* Full, or indices that no queue can have (3.5.1). */
static inline bool v3_queue_full(const struct smmuv3 *s, const struct v3_queue *q)
{
	return v3_queue_used(s, q) >= 1U << v3_queue_log2size(s, q);
}

/* How full it is; one that is off is left alone. */
void v3_queue_level(const struct smmuv3 *s, const struct v3_queue *q, struct iommu_queue_level *level);
u64 v3_queue_entry(const struct smmuv3 *s, const struct v3_queue *q, u32 ptr);
/*
 * Write a record or request (a word array of a record's size) into a writable queue, and report it. Returns whether the queue was empty; -EIO: the write
 * was aborted, PROD stays (7.2.2).
 */
int v3_queue_write(struct smmuv3 *s, const struct v3_queue *q, const u64 *words, u16 code, u32 sid, u64 id);

/* smmuv3_evtq.c */
bool v3_evtq_writable(const struct smmuv3 *s);
bool v3_evtq_record(struct smmuv3 *s, const u64 *rec, u64 id);
bool v3_evtq_write(struct smmuv3 *s, const u64 *rec, u64 id);

/* smmuv3_stall.c */
bool v3_stall(struct smmuv3 *s, struct iommu_walk *w);
void v3_stall_flush(struct smmuv3 *s);
void v3_stall_resume(struct smmuv3 *s, u32 sid, u32 stag, enum iommu_resume how);
void v3_stall_term(struct smmuv3 *s, u32 sid);
void v3_stall_term_all(void *hw);
void v3_stall_image(struct iommu_image *img, struct smmuv3 *s);

/* smmuv3_pri.c */
void v3_page_request(void *hw, const struct page_request *pr);
void v3_pri_resp(struct smmuv3 *s, const u64 *cmd);

/* smmuv3_irq.c */
void v3_irq(struct smmuv3 *s, u32 enable, u32 line, u32 cfg0, u32 abort_bit);
void v3_gerror(struct smmuv3 *s, u32 bit);
bool v3_gerror_active(const struct smmuv3 *s, u32 bit);
void v3_pulse(struct smmuv3 *s, u32 line);
int v3_msi(struct smmuv3 *s, u64 pa, u32 data, int (*send)(void *ctx, u64 pa, u32 data));

#endif /* SMMUV3_PRIV_H */
