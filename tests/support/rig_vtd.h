/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A VT-d on a test bench: memory, an interrupt counter and the device side of
 * ATS and PRI, which keeps what it is sent until the test looks.
 */
#ifndef RIG_VTD_H
#define RIG_VTD_H

#include "machine.h"
#include "vtd.h"

#define RIG_LOG 4096

/* MSI addresses that rig_vtd_msi_setup() programs: one for each event register group */
#define RIG_MSI_ADDR(line) (0xfee00000u + ((line) << 12))
#define RIG_MSI_DATA(line) (0x40u + (line))

struct rig_vtd {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct vtd hw;
	struct physmem mem;
	u32 msis[VTD_LINES]; /* messages per group */
	u32 stray_msis;
	struct page_response responses[RIG_LOG];
	u32 n_responses;
	struct ats_inv invs[RIG_LOG];
	u32 n_invs;
	u64 reads, writes; /* memory accesses by the hardware */
	u64 fail_at;	   /* the n-th of them fails; 0: none */
	u64 next_page;	   /* rig_vtd_page() */
	u64 root;	   /* of rig_vtd_mode() */
	bool ats_auto;	   /* rig_vtd_settle() completes ATS invalidations */
	u32 inv_done;	   /* of @invs, those that were completed */
	u32 events[16];	   /* by enum iommu_event_kind */
	bool listen;	   /* count events */
};

/* Hardware with @cfg (NULL: defaults), 2^52 bytes of memory, nothing programmed. */
void rig_vtd_init(struct rig_vtd *r, const struct vtd_cfg *cfg);
void rig_vtd_exit(struct rig_vtd *r);

u64 rig_vtd_read(struct rig_vtd *r, u32 offset, unsigned int size);
void rig_vtd_write(struct rig_vtd *r, u32 offset, u64 value, unsigned int size);

/* The CPU's view of memory. */
u64 rig_vtd_peek(struct rig_vtd *r, u64 pa);
void rig_vtd_poke(struct rig_vtd *r, u64 pa, u64 word);
/* A zeroed page that was not used before. */
u64 rig_vtd_page(struct rig_vtd *r);

/* Program the three event groups and unmask them. */
void rig_vtd_msi_setup(struct rig_vtd *r);
/* One GCMD bit, keeping the others. */
void rig_vtd_command(struct rig_vtd *r, u32 bit, bool on);
/* RTADDR = @value, SRTP. */
void rig_vtd_root(struct rig_vtd *r, u64 value);

/* An invalidation queue of one page; @wide: 256-bit descriptors. Returns its address. */
u64 rig_vtd_queue(struct rig_vtd *r, bool wide);
/* Append one descriptor (@d: four words, the last two only if wide) and move the tail. */
void rig_vtd_submit(struct rig_vtd *r, const u64 *d);

/* Complete every ATS invalidation that has arrived and was not completed. */
void rig_vtd_settle(struct rig_vtd *r);

/*
 * Address of the entry of @level (1: 4 KiB) that maps @iova in the table at
 * @root of @levels levels; tables on the way are made, pointed to with @link.
 */
#define RIG_FS_LINK 0x27 /* P, R/W, U/S, A */
#define RIG_SS_LINK 0x3	 /* R, W */
u64 rig_vtd_slot(struct rig_vtd *r, u64 root, u32 levels, u64 iova, u32 level, u64 link);

/* A root table in the mode @ttm, in effect; translation enabled. */
void rig_vtd_mode(struct rig_vtd *r, enum vtd_ttm ttm);
/* Legacy context entry of @sid. */
void rig_vtd_context(struct rig_vtd *r, u32 sid, u64 low, u64 high);
/* Scalable-mode context entry: @low without the pointer to the (new) PASID directory. Returns that. */
u64 rig_vtd_device(struct rig_vtd *r, u32 sid, u64 low, u64 high);
/* Words 0..2 of a PASID-table entry, found through the tables. */
void rig_vtd_pasid(struct rig_vtd *r, u32 sid, u32 pasid, u64 w0, u64 w1, u64 w2);

/* A completion (or time-out) of an ATS invalidation, and the step after it. */
void rig_vtd_inv_done(struct rig_vtd *r, u32 sid, u8 itag, bool ok);

enum xlat rig_vtd_access(struct rig_vtd *r, u32 sid, u64 iova, u16 flags, u32 pasid, struct xlat_result *res);

#endif /* RIG_VTD_H */
