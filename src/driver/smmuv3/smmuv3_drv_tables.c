// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stream table and CD tables (3.3, 5.1 - 5.4), and how an entry changes while
 * the SMMU may read it (3.21.3).
 */
#include "smmuv3_drv_priv.h"

#define L1STD_BYTES    8
#define L1CD_BYTES     8
#define ALL_BUT_WORD_0 0xfeU
#define CD_L2_BITS     6 /* 64 CDs: the 4 KiB leaf of S1Fmt 1 */
#define CD_L2_BYTES    4096

/* ---- An entry of eight words ---- */

/* Which bits the SMMU looks at in an STE like @e (5.2.1). */
static void ste_used(const u64 *e, u64 used[8])
{
	memset(used, 0, 8 * sizeof(*used));
	used[0] = SMMUV3_STE_0_V;
	if (!(e[0] & SMMUV3_STE_0_V))
		return;
	used[0] |= SMMUV3_STE_0_CONFIG;
	switch (FIELD_GET(SMMUV3_STE_0_CONFIG, e[0])) {
	case SMMUV3_STE_CONFIG_BYPASS:
		used[1] = SMMUV3_STE_1_MEMATTR | SMMUV3_STE_1_MTCFG | SMMUV3_STE_1_ALLOCCFG | SMMUV3_STE_1_SHCFG |
			  SMMUV3_STE_1_NSCFG | SMMUV3_STE_1_PRIVCFG | SMMUV3_STE_1_INSTCFG;
		break;
	case SMMUV3_STE_CONFIG_S1:
		used[0] = ~0ULL;
		used[1] = ~0ULL;
		used[2] = SMMUV3_STE_2_S2VMID;
		break;
	case SMMUV3_STE_CONFIG_NESTED:
		memset(used, 0xff, 4 * sizeof(*used));
		break;
	default:
		break;
	}
}

static void cd_used(const u64 *e, u64 used[8])
{
	memset(used, e[0] & SMMUV3_CD_0_V ? 0xff : 0, 8 * sizeof(*used));
	used[0] |= SMMUV3_CD_0_V;
}

/**
 * struct drv_entry - an STE or CD to be changed
 * @pa: where it lies
 * @valid: V in word 0
 * @used: which bits count
 * @sync: make the SMMU forget what it has cached of the entry, and wait
 * @d: the driver
 * @dev: of a CD: the device
 * @id: StreamID or SubstreamID
 */
struct drv_entry {
	u64 pa;
	u64 valid;
	void (*used)(const u64 *e, u64 used[8]);
	int (*sync)(const struct drv_entry *e);
	struct smmuv3_drv *d;
	struct v3d_dev *dev;
	u32 id;
};

/* Write the words of @to that @now lacks, but for those of @skip. The SMMU is notified if there were any. */
static int write_words(const struct drv_entry *e, u64 *now, const u64 *to, u32 skip)
{
	bool any = false;
	u32 i;
	int r;

	for (i = 0; i < 8; i++) {
		if (skip & BIT(i) || now[i] == to[i])
			continue;
		r = drv_write_word(&e->d->h, e->pa + i * 8, to[i]);
		if (r)
			return r;
		now[i] = to[i];
		any = true;
	}
	r = any ? e->sync(e) : 0;
	if (r)
		e->d->stale = true;
	return r;
}

/* A repeated update finds the words already written, and must not assume that the SMMU has seen them. */
static int make_good(struct smmuv3_drv *d)
{
	struct drv_cmds c;
	int r;

	if (!d->stale)
		return 0;
	c.n = 0;
	c.error = 0;
	v3d_cmd_add(d, &c, SMMUV3_CMD_CFGI_STE_RANGE, SMMUV3_CFGI_RANGE_ALL);
	r = v3d_cmd_sync(d, &c);
	d->stale = r;
	return r;
}

/*
 * Change an entry so that the SMMU, which reads its words one by one in any
 * order and caches what it finds, never uses a mixture: what the present state
 * ignores is prepared first, one word then switches over. If it takes more than
 * one word, the entry is made invalid in between (3.21.3.1).
 */
static int entry_update(const struct drv_entry *e, const u64 to[8])
{
	u64 now[8], prepared[8], now_used[8], to_used[8];
	u32 critical = 0;
	u32 i;
	int r = make_good(e->d);

	if (!r)
		r = drv_read_words(&e->d->h, e->pa, now, 8);
	if (r)
		return r;
	e->used(now, now_used);
	e->used(to, to_used);
	for (i = 0; i < 8; i++) {
		prepared[i] = (now[i] & now_used[i]) | (to[i] & ~now_used[i]);
		if ((prepared[i] ^ to[i]) & to_used[i])
			critical |= BIT(i);
	}
	if (critical & (critical - 1)) {
		prepared[0] = now[0] & ~e->valid;
		r = write_words(e, now, prepared, ALL_BUT_WORD_0);
		critical = BIT(0);
		memcpy(prepared, to, sizeof(prepared));
	}
	if (!r)
		r = write_words(e, now, prepared, critical);
	if (!r && critical)
		r = write_words(e, now, to, ~critical);
	return r ? r : write_words(e, now, to, 0);
}

/* ---- Stream table ---- */

static int preset_strtab(struct smmuv3_drv *d)
{
	u32 cfg = drv_read32(&d->h, SMMUV3_STRTAB_BASE_CFG);

	if (FIELD_GET(SMMUV3_STRTAB_BASE_CFG_FMT, cfg) != SMMUV3_STRTAB_FMT_LINEAR)
		return -ENODEV;
	d->f.st_two_levels = false;
	d->f.sid_bits = (u8)min((u32)d->f.sid_bits, (u32)FIELD_GET(SMMUV3_STRTAB_BASE_CFG_LOG2SIZE, cfg));
	d->strtab = drv_read64(&d->h, SMMUV3_STRTAB_BASE) & SMMUV3_STRTAB_BASE_ADDR;
	return 0;
}

int v3d_strtab_init(struct smmuv3_drv *d)
{
	u32 l1 = d->f.sid_bits - STRTAB_SPLIT;
	int r;

	if (d->f.tables_preset)
		return preset_strtab(d);
	if (d->f.st_two_levels) {
		d->strtab_l2 = fl_zalloc(sizeof(u64) << l1);
		if (!d->strtab_l2)
			return -ENOMEM;
		d->strtab_bytes = (u64)L1STD_BYTES << l1;
	} else {
		d->strtab_bytes = (u64)SMMUV3_STE_BYTES << d->f.sid_bits;
	}
	r = v3d_alloc(d, d->strtab_bytes, &d->strtab);
	if (r)
		d->strtab_bytes = 0;
	return r;
}

void v3d_strtab_program(struct smmuv3_drv *d)
{
	u32 cfg = FIELD_PREP(SMMUV3_STRTAB_BASE_CFG_LOG2SIZE, d->f.sid_bits);

	if (d->f.tables_preset)
		return;
	if (d->f.st_two_levels)
		cfg |= FIELD_PREP(SMMUV3_STRTAB_BASE_CFG_FMT, SMMUV3_STRTAB_FMT_2LVL) |
		       FIELD_PREP(SMMUV3_STRTAB_BASE_CFG_SPLIT, STRTAB_SPLIT);
	drv_write64(&d->h, SMMUV3_STRTAB_BASE, d->strtab | SMMUV3_STRTAB_BASE_RA);
	drv_write32(&d->h, SMMUV3_STRTAB_BASE_CFG, cfg);
}

void v3d_strtab_exit(struct smmuv3_drv *d)
{
	u32 i;

	for (i = 0; d->strtab_l2 && i < 1U << (d->f.sid_bits - STRTAB_SPLIT); i++)
		if (d->strtab_l2[i])
			drv_mem_free(&d->h, d->strtab_l2[i], (u64)SMMUV3_STE_BYTES << STRTAB_SPLIT);
	fl_free(d->strtab_l2);
	d->strtab_l2 = NULL;
	if (d->strtab_bytes)
		drv_mem_free(&d->h, d->strtab, d->strtab_bytes);
}

static int cfgi_ste(struct smmuv3_drv *d, u32 sid, bool leaf)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, SMMUV3_CMD_CFGI_STE | FIELD_PREP(SMMUV3_CMD_0_STREAMID, sid),
		    leaf ? SMMUV3_CMD_CFGI_1_LEAF : 0);
	return v3d_cmd_sync(d, &c);
}

/* Make sure that there is an STE for @sid; its second-level table starts with invalid STEs. */
int v3d_strtab_reach(struct smmuv3_drv *d, u32 sid)
{
	u32 i = sid >> STRTAB_SPLIT;
	u64 pa;
	int r;

	if ((u64)sid >> d->f.sid_bits)
		return -ERANGE;
	if (!d->f.st_two_levels || d->strtab_l2[i])
		return 0;
	r = v3d_alloc(d, (u64)SMMUV3_STE_BYTES << STRTAB_SPLIT, &pa);
	if (r)
		return r;
	r = drv_write_word(&d->h, d->strtab + (u64)i * L1STD_BYTES,
			   pa | FIELD_PREP(SMMUV3_L1STD_SPAN, STRTAB_SPLIT + 1));
	if (r) {
		drv_mem_free(&d->h, pa, (u64)SMMUV3_STE_BYTES << STRTAB_SPLIT);
		return r;
	}
	d->strtab_l2[i] = pa;
	return cfgi_ste(d, sid, false);
}

static u64 ste_pa(const struct smmuv3_drv *d, u32 sid)
{
	if (!d->f.st_two_levels)
		return d->strtab + (u64)sid * SMMUV3_STE_BYTES;
	return d->strtab_l2[sid >> STRTAB_SPLIT] + (u64)(sid & ((1U << STRTAB_SPLIT) - 1)) * SMMUV3_STE_BYTES;
}

static int ste_sync(const struct drv_entry *e)
{
	return cfgi_ste(e->d, e->id, true);
}

int v3d_ste_write(struct smmuv3_drv *d, u32 sid, const u64 ste[SMMUV3_STE_WORDS])
{
	struct drv_entry e = {
		.pa = ste_pa(d, sid), .valid = SMMUV3_STE_0_V, .used = ste_used, .sync = ste_sync, .d = d, .id = sid
	};

	return entry_update(&e, ste);
}

/* ---- CD tables ---- */

/* One CD, a linear table, or two levels if there are more than one leaf table holds. */
int v3d_cdtab_init(struct v3d_dev *dev, u8 bits)
{
	struct smmuv3_drv *d = v3d_of(dev->base.host);
	u64 bytes = (u64)SMMUV3_CD_BYTES << bits;
	int r;

	dev->cd_bits = bits;
	dev->cd_two_levels = d->f.cd_two_levels && bits > CD_L2_BITS;
	if (dev->cd_two_levels) {
		dev->cd_l2 = fl_zalloc(sizeof(u64) << (bits - CD_L2_BITS));
		if (!dev->cd_l2)
			return -ENOMEM;
		bytes = (u64)L1CD_BYTES << (bits - CD_L2_BITS);
	}
	r = v3d_table_alloc(d, bytes, &dev->cd_table);
	if (!r)
		dev->cd_bytes = bytes;
	return r;
}

void v3d_cdtab_exit(struct v3d_dev *dev)
{
	struct drv_host *h = dev->base.host;
	u32 i;

	for (i = 0; dev->cd_l2 && i < 1U << (dev->cd_bits - CD_L2_BITS); i++)
		if (dev->cd_l2[i])
			drv_mem_free(h, dev->cd_l2[i], CD_L2_BYTES);
	fl_free(dev->cd_l2);
	dev->cd_l2 = NULL;
	if (dev->cd_bytes)
		drv_mem_free(h, dev->cd_table, dev->cd_bytes);
	dev->cd_bytes = 0;
}

/* A CD may be cached for every StreamID that reaches it. */
static int cfgi_cd(struct v3d_dev *dev, u32 ssid, bool leaf)
{
	struct drv_cmds c;
	u32 i;

	v3d_cmd_begin(&c);
	for (i = 0; i < dev->base.n_sids; i++)
		v3d_cmd_add(v3d_of(dev->base.host), &c,
			    SMMUV3_CMD_CFGI_CD | FIELD_PREP(SMMUV3_CMD_0_SUBSTREAMID, ssid) |
				    FIELD_PREP(SMMUV3_CMD_0_STREAMID, dev->base.sids[i]),
			    leaf ? SMMUV3_CMD_CFGI_1_LEAF : 0);
	return v3d_cmd_sync(v3d_of(dev->base.host), &c);
}

/* Make sure that there is a CD for @ssid. */
int v3d_cdtab_reach(struct v3d_dev *dev, u32 ssid)
{
	struct smmuv3_drv *d = v3d_of(dev->base.host);
	u32 i = ssid >> CD_L2_BITS;
	u64 pa;
	int r;

	if (!dev->cd_two_levels || dev->cd_l2[i])
		return 0;
	r = v3d_table_alloc(d, CD_L2_BYTES, &pa);
	if (r)
		return r;
	r = drv_write_word(&d->h, dev->cd_table + (u64)i * L1CD_BYTES, pa | SMMUV3_L1CD_V);
	if (r) {
		drv_mem_free(&d->h, pa, CD_L2_BYTES);
		return r;
	}
	dev->cd_l2[i] = pa;
	return cfgi_cd(dev, ssid, false);
}

static u64 cd_pa(const struct v3d_dev *dev, u32 ssid)
{
	if (!dev->cd_two_levels)
		return dev->cd_table + (u64)ssid * SMMUV3_CD_BYTES;
	return dev->cd_l2[ssid >> CD_L2_BITS] + (u64)(ssid & ((1U << CD_L2_BITS) - 1)) * SMMUV3_CD_BYTES;
}

static int cd_sync(const struct drv_entry *e)
{
	return cfgi_cd(e->dev, e->id, true);
}

static int tlbi_swap(struct smmuv3_drv *d)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, SMMUV3_CMD_TLBI_NH_ASID | d->vmid | FIELD_PREP(SMMUV3_CMD_TLBI_0_ASID, DRV_ASID_SWAP), 0);
	return v3d_cmd_sync(d, &c);
}

/*
 * From one address space to another ASID and TTB0 change, in two words. With an
 * ASID of its own in between the entry stays valid: whichever table the SMMU
 * walks meanwhile, what it caches is tagged with an ASID that nobody else uses.
 */
static int cd_replace(const struct drv_entry *e, const u64 now[8], const u64 to[8])
{
	u64 step[8];
	int r;

	memcpy(step, now, sizeof(step));
	step[0] = (step[0] & ~SMMUV3_CD_0_ASID) | FIELD_PREP(SMMUV3_CD_0_ASID, DRV_ASID_SWAP);
	r = entry_update(e, step);
	step[1] = to[1];
	if (!r)
		r = entry_update(e, step);
	if (!r)
		r = entry_update(e, to);
	return r ? r : tlbi_swap(e->d);
}

int v3d_cd_write(struct v3d_dev *dev, u32 ssid, const u64 cd[SMMUV3_CD_WORDS])
{
	struct drv_entry e = { .pa = cd_pa(dev, ssid),
			       .valid = SMMUV3_CD_0_V,
			       .used = cd_used,
			       .sync = cd_sync,
			       .d = v3d_of(dev->base.host),
			       .dev = dev,
			       .id = ssid };
	u64 now[SMMUV3_CD_WORDS];
	int r = drv_read_words(dev->base.host, e.pa, now, SMMUV3_CD_WORDS);

	if (r)
		return r;
	if (now[0] & cd[0] & SMMUV3_CD_0_V && now[0] != cd[0] && now[1] != cd[1])
		return cd_replace(&e, now, cd);
	return entry_update(&e, cd);
}
