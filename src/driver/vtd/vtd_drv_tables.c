// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Root, context and PASID tables, and the invalidations that their changes
 * demand (6.5.3.3, table 28).
 *
 * An entry of more than 64 bits is never changed while the hardware may read it: a
 * copy of its table is changed, and the one word that points to the table is
 * switched over. So the hardware sees either the old entry or the new one at any moment.
 */
#include "vtd_drv_priv.h"

#define EVERYTHING 0x7ffffffffffff000ULL /* with S: global device-TLB invalidation (6.5.3.3) */

int vdrv_tables_init(struct vtd_drv *d)
{
	return vdrv_page(d, &d->root);
}

void vdrv_tables_exit(struct vtd_drv *d)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(d->contexts); i++)
		if (d->contexts[i])
			drv_mem_free(&d->h, d->contexts[i], 4096);
	if (d->root)
		drv_mem_free(&d->h, d->root, 4096);
}

/* ---- invalidations ---- */

static u64 gran(u32 g)
{
	return FIELD_PREP(VTD_DESC_G, (u64)g);
}

static u64 did_field(u16 did)
{
	return FIELD_PREP(VTD_DESC_DID, (u64)did);
}

int vdrv_invalidate_all(struct vtd_drv *d)
{
	struct vdrv_batch b = { .n = 0 };

	vdrv_add(d, &b, VTD_DESC_CONTEXT | gran(VTD_GRAN_GLOBAL), 0);
	if (d->scalable)
		vdrv_add(d, &b, VTD_DESC_PASID | gran(VTD_PC_GLOBAL), 0);
	vdrv_add(d, &b, VTD_DESC_IOTLB | VTD_IOTLB_DR | VTD_IOTLB_DW | gran(VTD_GRAN_GLOBAL), 0);
	return vdrv_sync(d, &b, 0);
}

/*
 * The smallest aligned power of two that covers [addr, last], for every
 * requester of @dev. With S set the lowest zero bit tells the size (4.3).
 */
void vdrv_add_device_tlb(struct vdrv_dev *dev, struct vdrv_batch *b, u32 pasid, u64 addr, u64 last)
{
	u64 differ = (addr ^ last) >> 12;
	u32 size = differ ? 64 - (u32)__builtin_clzll(differ) : 0, i;
	bool with_pasid = pasid != FAULT_NO_PASID;
	u64 where = addr & VTD_DESC_ADDR;

	if (!dev->base.ats)
		return;
	if (size >= 51)
		where = EVERYTHING;
	else if (size)
		where = (addr >> (12 + size) << (12 + size)) | ((BIT_ULL(size - 1) - 1) << 12);
	for (i = 0; i < dev->base.n_sids; i++) {
		if (with_pasid)
			vdrv_add(vdrv_of(dev->base.host), b,
				 VTD_DESC_P_DEV_TLB | FIELD_PREP(VTD_PDEV_SID, (u64)dev->base.sids[i]) |
					 FIELD_PREP(VTD_DESC_PASID20, (u64)pasid),
				 where | (size ? VTD_PDEV_S : 0));
		else
			vdrv_add(vdrv_of(dev->base.host), b,
				 VTD_DESC_DEV_TLB | FIELD_PREP(VTD_DEV_SID, (u64)dev->base.sids[i]),
				 where | (size ? VTD_DEV_S : 0));
	}
}

/* After a PASID-table entry of @did and type @pgtt was changed or has gone. */
static int pasid_invalidate(struct vdrv_dev *dev, u32 pasid, u16 did, u32 pgtt)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	struct vdrv_batch b = { .n = 0 };
	u64 number = FIELD_PREP(VTD_DESC_PASID20, (u64)vdrv_pasid(pasid));

	vdrv_add(d, &b, VTD_DESC_PASID | gran(VTD_PC_SELECTIVE) | did_field(did) | number, 0);
	if (pgtt == VTD_PGTT_FIRST || pgtt == VTD_PGTT_PASS_THROUGH)
		vdrv_add(d, &b, VTD_DESC_P_IOTLB | gran(VTD_GRAN_DOMAIN) | did_field(did) | number, 0);
	else
		vdrv_add(d, &b, VTD_DESC_IOTLB | gran(VTD_GRAN_DOMAIN) | did_field(did), 0);
	vdrv_add_device_tlb(dev, &b, pasid, 0, ~0ULL);
	return vdrv_sync(d, &b, 0);
}

/* After a context entry was changed. */
static int context_invalidate(struct vdrv_dev *dev, u32 sid, u16 did)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	struct vdrv_batch b = { .n = 0 };

	vdrv_add(d, &b, VTD_DESC_CONTEXT | gran(VTD_GRAN_SELECTIVE) | did_field(did) | FIELD_PREP(VTD_CC_SID, (u64)sid),
		 0);
	if (d->scalable) {
		vdrv_add(d, &b, VTD_DESC_PASID | gran(VTD_PC_GLOBAL), 0);
		vdrv_add(d, &b, VTD_DESC_IOTLB | gran(VTD_GRAN_GLOBAL), 0);
	} else {
		vdrv_add(d, &b, VTD_DESC_IOTLB | gran(VTD_GRAN_DOMAIN) | did_field(did), 0);
	}
	vdrv_add_device_tlb(dev, &b, FAULT_NO_PASID, 0, ~0ULL);
	return vdrv_sync(d, &b, 0);
}

/* ---- tables ---- */

static int duplicate(struct vtd_drv *d, u64 from, u64 to)
{
	u8 chunk[512];
	u32 at;
	int r = 0;

	for (at = 0; at < 4096 && !r; at += sizeof(chunk)) {
		r = drv_mem_read(&d->h, from + at, chunk, sizeof(chunk));
		if (!r)
			r = drv_mem_write(&d->h, to + at, chunk, sizeof(chunk));
	}
	return r;
}

static int write_entry(struct vtd_drv *d, u64 pa, const u64 *entry, u32 words)
{
	u32 i;
	int r = 0;

	for (i = 0; i < words && !r; i++)
		r = drv_write_word(&d->h, pa + i * 8, entry[i]);
	return r;
}

/*
 * A copy of the table at @old (0: an empty one) with @entry at @offset, to which
 * the word at @pointer then points. Return: the new table's address in *@table.
 */
static int switch_table(struct vtd_drv *d, u64 old, u64 pointer, u64 present, u32 offset, const u64 *entry, u32 words,
			u64 *table)
{
	u64 copy;
	int r = vdrv_page(d, &copy);

	if (r)
		return r;
	r = old ? duplicate(d, old, copy) : 0;
	if (!r)
		r = write_entry(d, copy + offset, entry, words);
	if (!r)
		r = drv_write_word(&d->h, pointer, copy | present);
	if (r)
		drv_mem_free(&d->h, copy, 4096);
	else
		*table = copy;
	return r;
}

struct context_place {
	u32 index;  /* of d->contexts */
	u64 root;   /* where the root entry's word lies */
	u32 offset; /* in the context table */
};

static struct context_place context_place(const struct vtd_drv *d, u32 sid)
{
	u32 bus = sid >> 8 & 0xff, devfn = sid & 0xff;
	struct context_place p;

	if (d->scalable) {
		p.index = bus * 2 + (devfn >> 7);
		p.root = d->root + bus * 16 + (devfn >> 7) * 8;
		p.offset = (devfn & 0x7f) * 32;
	} else {
		p.index = bus;
		p.root = d->root + bus * 16;
		p.offset = devfn * 16;
	}
	return p;
}

/* A context table for the bus of @sid. A root entry that was not present needs no invalidation but with CM. */
int vdrv_context_reach(struct vtd_drv *d, u32 sid)
{
	struct context_place p = context_place(d, sid);
	u64 table;
	int r;

	if (d->contexts[p.index])
		return 0;
	r = vdrv_page(d, &table);
	if (r)
		return r;
	r = drv_write_word(&d->h, p.root, table | VTD_RE_P);
	if (r) {
		drv_mem_free(&d->h, table, 4096);
		return r;
	}
	d->contexts[p.index] = table;
	return d->cap & VTD_CAP_CM ? vdrv_invalidate_all(d) : 0;
}

/**
 * vdrv_context_write() - replace a context entry in one step
 * @entry: two words in legacy mode, four in scalable mode
 * @old_did: of the entry that goes, for the caches that know it
 */
int vdrv_context_write(struct vdrv_dev *dev, u32 sid, const u64 *entry, u16 old_did)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	struct context_place p = context_place(d, sid);
	u64 old = d->contexts[p.index], table;
	int r = switch_table(d, old, p.root, VTD_RE_P, p.offset, entry, d->scalable ? 4 : 2, &table);

	if (r)
		return r;
	d->contexts[p.index] = table;
	r = context_invalidate(dev, sid, old_did);
	drv_mem_free(&d->h, old, 4096);
	return r;
}

/*
 * Make the entry of @bytes at @pa not present. One word decides, so this needs
 * no memory. What else it holds stays until the caches have dropped it, and so
 * tells a later try which invalidation is still owed. 1: there is something to
 * invalidate, words 0 and 1 of it are in @was; 0; -EIO.
 */
static int clear_present(struct vtd_drv *d, u64 pa, u32 words, u64 *was)
{
	u64 entry[8];
	u32 i;
	int r = drv_read_words(&d->h, pa, entry, words);

	if (r)
		return r;
	for (i = 0; i < words && !entry[i]; i++)
		;
	if (i == words)
		return 0;
	was[0] = entry[0];
	was[1] = entry[1];
	r = drv_write_word(&d->h, pa, entry[0] & ~1ULL);
	return r ? r : 1;
}

static int clear_rest(struct vtd_drv *d, u64 pa, u32 words)
{
	static const u64 nothing[8];

	return write_entry(d, pa, nothing, words);
}

/* Make a context entry not present. */
int vdrv_context_clear(struct vdrv_dev *dev, u32 sid, u16 old_did)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	struct context_place p = context_place(d, sid);
	u64 pa = d->contexts[p.index] + p.offset, was[2] = { 0 };
	u32 words = d->scalable ? 4 : 2;
	int r = d->contexts[p.index] ? clear_present(d, pa, words, was) : 0;

	if (r <= 0)
		return r;
	r = context_invalidate(dev, sid, old_did);
	return r ? r : clear_rest(d, pa, words);
}

/* Change the first word alone (PRE): atomic where it lies. */
int vdrv_context_word0(struct vdrv_dev *dev, u32 sid, u64 word0)
{
	struct context_place p = context_place(vdrv_of(dev->base.host), sid);
	int r = drv_write_word(&vdrv_of(dev->base.host)->h, vdrv_of(dev->base.host)->contexts[p.index] + p.offset,
			       word0);

	return r ? r : context_invalidate(dev, sid, 0);
}

/* ---- PASID tables ---- */

/* The directory of 2^(PDTS+7) entries, 64 PASIDs each. */
int vdrv_pasids_init(struct vdrv_dev *dev, u8 pasid_bits)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	u32 most = d->ecap & VTD_ECAP_PASID ? (u32)FIELD_GET(VTD_ECAP_PSS, d->ecap) + 1 : 0;

	dev->pasid_bits = (u8)min((u32)pasid_bits, min(most, 20U));
	dev->pdts = dev->pasid_bits > 13 ? dev->pasid_bits - 13 : 0;
	dev->n_tables = 1U << (dev->pdts + 7);
	dev->tables = fl_zalloc(dev->n_tables * sizeof(*dev->tables));
	if (!dev->tables)
		return -ENOMEM;
	return drv_mem_alloc(&d->h, max(dev->n_tables * 8ULL, 4096ULL), 4096, &dev->dir);
}

void vdrv_pasids_exit(struct vdrv_dev *dev)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	u32 i;

	for (i = 0; i < dev->n_tables && dev->tables; i++)
		if (dev->tables[i])
			drv_mem_free(&d->h, dev->tables[i], 4096);
	if (dev->dir)
		drv_mem_free(&d->h, dev->dir, max(dev->n_tables * 8ULL, 4096ULL));
	fl_free(dev->tables);
	dev->tables = NULL;
	dev->dir = 0;
}

static int read_pasid_entry(struct vdrv_dev *dev, u32 pasid, u64 *entry)
{
	u64 table = dev->tables[pasid >> 6];

	entry[0] = entry[1] = 0;
	return table ? drv_read_words(&vdrv_of(dev->base.host)->h, table + (pasid & 63) * 64, entry, 2) : 0;
}

/**
 * vdrv_pasid_write() - replace a PASID-table entry in one step
 * @pasid: or FAULT_NO_PASID
 * @entry: eight words
 */
int vdrv_pasid_write(struct vdrv_dev *dev, u32 pasid, const u64 *entry)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	u32 index = vdrv_pasid(pasid);
	u64 old = dev->tables[index >> 6], was[2], table;
	bool stale;
	int r = read_pasid_entry(dev, index, was);

	if (!r)
		r = switch_table(d, old, dev->dir + (index >> 6) * 8, VTD_PDE_P, (index & 63) * 64, entry, 8, &table);
	if (r)
		return r;
	dev->tables[index >> 6] = table;
	/*
	 * An entry that was not present is cached only with CM (6.1), under domain-id 0. A cleared entry may still be
	 * cached.
	 */
	stale = was[0] | was[1];
	if (stale)
		r = pasid_invalidate(dev, pasid, (u16)FIELD_GET(VTD_PE1_DID, was[1]),
				     (u32)FIELD_GET(VTD_PE_PGTT, was[0]));
	else if (d->cap & VTD_CAP_CM)
		r = pasid_invalidate(dev, pasid, 0, VTD_PGTT_SECOND);
	/* Requests of any PASID may be reading the old table: all have ended when a wait descriptor completes. */
	if (old) {
		struct vdrv_batch b = { .n = 0 };

		vdrv_add(d, &b, VTD_DESC_PASID | gran(VTD_PC_GLOBAL), 0);
		vdrv_sync(d, &b, 0);
	}
	if (old)
		drv_mem_free(&d->h, old, 4096);
	return r;
}

/* Make a PASID not present. */
int vdrv_pasid_clear(struct vdrv_dev *dev, u32 pasid)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	u32 index = vdrv_pasid(pasid);
	u64 pa = dev->tables[index >> 6] + (index & 63) * 64, was[2] = { 0 };
	int r = dev->tables[index >> 6] ? clear_present(d, pa, 8, was) : 0;

	if (r <= 0)
		return r;
	r = pasid_invalidate(dev, pasid, (u16)FIELD_GET(VTD_PE1_DID, was[1]), (u32)FIELD_GET(VTD_PE_PGTT, was[0]));
	return r ? r : clear_rest(d, pa, 8);
}
