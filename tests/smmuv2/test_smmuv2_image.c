// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Save, restore and reset, at every step of a life full of faults. */
#include "points.h"
#include "v2_rig.h"

#define CB    3
#define CB_B  5
#define SID   0x10
#define SID_2 0x11
#define SID_B 0x20
#define STEPS 500

#define SCTLR	0x0
#define RESUME	0x8
#define FSR	0x58
#define TLBIALL 0x618
#define TLBSYNC 0x7f0

struct world {
	struct rig r;
	struct iommu_walk w;
	bool walking;
};

static struct world one, two;

struct life {
	struct smmuv2_cfg cfg;
	u32 scr0, sctlr;
};

/* Few slots and small caches: all of them get full. */
#define SMALL                                                                              \
	.num_cb = 6, .log2_pages = 4, .sid_bits = 8, .n_tbus = 2, .stall_slots = { 3, 2 }, \
	.tlb = { .sets = 4, .ways = 2 }, .wc1 = { .sets = 2, .ways = 2 }, .wc2 = { .sets = 2, .ways = 2 }

static const struct life lives[] = {
	{ { SMALL }, SCR0_ON, 0xe1 },							/* HUPCF = 0, stalls */
	{ { SMALL }, SCR0_ON, 0x1e1 },							/* HUPCF = 1 */
	{ { SMALL, .behaviour = SMMUV2_QCOM, .num_irpt = 2 }, SCR0_ON | 0x200, 0x1e1 }, /* GSE, shared lines */
};

static u32 dice(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void begin_life(struct world *w, const struct life *l)
{
	struct rig *r = &w->r;

	rig_up(r, &l->cfg);
	w->walking = false;
	wr(r, SMMUV2_GR0_sCR0, l->scr0);
	map_stream(r, 0, SID, CB);
	map_stream(r, 1, SID_2, CB);
	map_stream(r, 2, SID_B, CB_B);
	bank_s1(r, CB);
	bank_s1(r, CB_B);
	page(r, CB, 0x1000, 0x80001000, PAGE_RW);
	page(r, CB_B, 0x1000, 0x80002000, PAGE_RW);
	cb_wr(r, CB, SCTLR, l->sctlr);
	cb_wr(r, CB_B, SCTLR, l->sctlr ^ 0x100);
}

static void access_once(struct world *w, u32 x)
{
	static const u32 sids[] = { SID, SID_2, SID_B, SID, SID_2, SID_B, SID, 0x99 };
	struct xlat_result res;
	enum xlat how;

	how = go(&w->r, sids[x >> 4 & 7], 0x1000 * (1 + (x >> 8 & 3)), x >> 10 & DMA_WRITE, x >> 12 & 1, &res);
	rig_log(&w->r, how, how == XLAT_OK ? res.pa : 0, res.fault);
}

static void begin_walk(struct world *w, u32 x)
{
	struct dma_txn t = { .iova = 0x1000 * (1 + (x >> 8 & 3)), .id = w->r.next_id++, .sid = SID_B, .len = 4 };
	struct xlat_result res;

	if (w->walking || smmuv2_class.lookup(&w->r.hw, &t, &res) != XLAT_MISS)
		return;
	smmuv2_class.walk(&w->r.hw, &t, &w->w);
	w->walking = true;
}

static void end_walk(struct world *w, bool give_up)
{
	if (!w->walking)
		return;
	if (give_up)
		smmuv2_class.cancel(&w->r.hw, &w->w);
	else
		rig_log(&w->r, smmuv2_class.fill(&w->r.hw, &w->w), w->w.res.fault, 0);
	w->walking = false;
}

static void maintain(struct world *w, u32 x, unsigned int cb)
{
	switch (x >> 8 & 3) {
	case 0:
		cb_wr(&w->r, cb, TLBIALL, 0);
		break;
	case 1:
		cb_wr64(&w->r, cb, SMMUV2_CB_TLBIVA, (u64)(cb + 1) << 48 | 1);
		break;
	case 2:
		cb_wr(&w->r, cb, TLBSYNC, 0);
		break;
	default:
		wr(&w->r, SMMUV2_GR0_sTLBGSYNC, 0);
	}
}

static void live(struct world *w, u32 x)
{
	struct rig *r = &w->r;
	unsigned int cb = x >> 16 & 1 ? CB_B : CB;

	r->n_ended = 0;
	switch (x & 15) {
	case 6:
	case 7:
		maintain(w, x, cb);
		break;
	case 8:
		cb_wr(r, cb, FSR, 0xffffffff);
		break;
	case 9:
		cb_wr(r, cb, RESUME, x >> 8 & 1);
		break;
	case 10:
		cb_wr(r, cb, SCTLR, cb_rd(r, cb, SCTLR) ^ (x >> 8 & 3 ? 0 : 0x100));
		break;
	case 11:
		begin_walk(w, x);
		break;
	case 12:
		end_walk(w, x >> 8 & 1);
		break;
	case 13:
		smmuv2_class.step(&r->hw);
		break;
	case 14:
		page(r, cb, 0x2000, 0x80003000, x >> 8 & 1 ? PAGE_RW : 0);
		break;
	case 15:
		wr(r, SMMUV2_GR0_sGFSR, 0xffffffff);
		break;
	default:
		access_once(w, x);
	}
}

static void save(struct world *w, struct iommu_image *img)
{
	image_to_save(img);
	ck_assert_int_eq(smmuv2_class.save(&w->r.hw, img), 0);
}

static void copy_memory(struct world *to, struct world *from)
{
	static u8 tables[0x3000];
	unsigned int cb;

	for (cb = CB; cb <= CB_B; cb += CB_B - CB) {
		ck_assert_int_eq(physmem_read(&from->r.mem, TABLES(cb), tables, sizeof(tables)), 0);
		ck_assert_int_eq(physmem_write(&to->r.mem, TABLES(cb), tables, sizeof(tables)), 0);
	}
}

static u32 stalled(const struct world *w)
{
	return w->r.hw.tbu[0].used + w->r.hw.tbu[1].used;
}

/* What the saved states had in them, so that the test cannot pass on an idle SMMU. */
struct seen {
	unsigned int saved, busy, many, multi, syncing, waited, due;
};

static void note(const struct world *w, struct seen *n)
{
	n->saved++;
	n->many += stalled(w) >= 3;
	n->multi += !!(w->r.hw.bank[CB].fsr & SMMUV2_FSR_MULTI);
	n->syncing += !!w->r.hw.syncs;
	n->waited += w->r.hw.tbu[0].waited;
	n->due += w->r.hw.eng.owed;
}

/* After step @at the second world takes over the first one's state; both go on to the end. */
static void fork_life(const struct life *l, u32 seed, unsigned int at, struct seen *n)
{
	struct iommu_image img, in, last;
	unsigned int i;

	begin_life(&one, l);
	for (i = 0; i < at; i++)
		live(&one, dice(&seed));
	image_to_save(&img);
	if (one.walking) {
		n->busy++;
		ck_assert_int_eq(smmuv2_class.save(&one.r.hw, &img), -EBUSY);
		image_free(&img);
		rig_down(&one.r);
		return;
	}
	note(&one, n);
	save(&one, &img);
	rig_up(&two.r, &l->cfg);
	two.walking = false;
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(smmuv2_class.restore(&two.r.hw, &in), 0);
	copy_memory(&two, &one);
	two.r.next_id = one.r.next_id;
	ck_assert_mem_eq(two.r.irq, one.r.irq, sizeof(one.r.irq));
	one.r.log = 0;
	two.r.log = 0;
	for (; i < STEPS; i++) {
		u32 x = dice(&seed);

		live(&one, x);
		live(&two, x);
		if (two.r.log != one.r.log)
			ck_abort_msg("saved after step %u: step %u differs", at, i);
	}
	image_free(&img);
	end_walk(&one, true);
	end_walk(&two, true);
	save(&one, &img);
	save(&two, &last);
	ck_assert_uint_eq(last.len, img.len);
	ck_assert_mem_eq(last.bytes, img.bytes, img.len);
	image_free(&img);
	image_free(&last);
	rig_down(&one.r);
	rig_down(&two.r);
}

TEST(both_go_on_alike)
{
	struct seen n = { 0 };
	unsigned int at, l;

	for (l = 0; l < ARRAY_SIZE(lives); l++)
		for (at = 0; at < STEPS; at += POINTS)
			fork_life(&lives[l], 0x1234567 + l, at, &n);
	ck_assert_uint_gt(n.saved, STEPS / POINTS);
	ck_assert(n.busy && n.many && n.multi && n.syncing && n.waited && n.due);
}

/* Every register file as that of an SMMU that was never used. */
static void check_fresh(struct rig *r, const struct smmuv2_cfg *cfg)
{
	struct rig *fresh = &two.r;
	u64 at;
	u32 n;

	rig_up(fresh, cfg);
	for (at = 0; at < smmuv2_mmio_bytes(&r->hw); at += 4)
		/* Check writes a line for each assertion. */
		if (smmuv2_class.mmio_read(&r->hw, at, 4) != smmuv2_class.mmio_read(&fresh->hw, at, 4))
			ck_abort_msg("register 0x%llx differs after reset", at);
	ck_assert_mem_eq(r->hw.gr0.values, fresh->hw.gr0.values, r->hw.gr0.n_values * 8);
	ck_assert_mem_eq(r->hw.gr1.values, fresh->hw.gr1.values, r->hw.gr1.n_values * 8);
	for (n = 0; n < cfg->num_cb; n++)
		ck_assert_mem_eq(r->hw.bank[n].regs.values, fresh->hw.bank[n].regs.values,
				 r->hw.bank[n].regs.n_values * 8);
	ck_assert_ptr_null(memchr(r->irq, true, sizeof(r->irq)));
	rig_down(fresh);
}

/* Reset after step @at: who was stalled is aborted, once; who waited is told; a walk in flight is an abort. */
static void reset_life(const struct life *l, u32 seed, unsigned int at)
{
	bool waited[2];
	u32 held, i;
	u64 lookups, faults;

	begin_life(&one, l);
	for (i = 0; i < at; i++)
		live(&one, dice(&seed));
	held = stalled(&one);
	lookups = one.r.hw.stats.lookups;
	faults = one.r.hw.stats.context_faults;
	for (i = 0; i < 2; i++) {
		waited[i] = one.r.hw.tbu[i].waited;
		one.r.slot_frees[i] = 0;
	}
	one.r.n_ended = 0;
	one.r.n_scopes = 0;
	smmuv2_class.reset(&one.r.hw);
	ck_assert_uint_eq(one.r.n_ended, held);
	for (i = 0; i < held; i++)
		ck_assert_int_eq(one.r.ended[i].how, RESUME_ABORT);
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(one.r.slot_frees[i], waited[i]);
	ck_assert_uint_eq(one.r.n_scopes, 1);
	ck_assert_uint_eq(one.r.scopes[0].by, 0);
	if (one.walking) {
		if (at & 1)
			ck_assert_int_eq(smmuv2_class.fill(&one.r.hw, &one.w), XLAT_ABORT);
		else
			smmuv2_class.cancel(&one.r.hw, &one.w);
		ck_assert(!one.w.res.fault && !one.w.res.recorded);
		one.walking = false;
	}
	smmuv2_class.step(&one.r.hw);
	ck_assert_uint_eq(one.r.hw.stats.lookups, lookups);
	ck_assert_uint_eq(one.r.hw.stats.context_faults, faults);
	check_fresh(&one.r, &l->cfg);
	/* It bypasses, as after power-on. */
	ck_assert_int_eq(get(&one.r, SID, 0x2000), XLAT_OK);
	rig_down(&one.r);
}

TEST(reset_at_every_step)
{
	unsigned int at, l;

	for (l = 0; l < ARRAY_SIZE(lives); l++)
		for (at = 0; at < STEPS; at += 11 * POINTS)
			reset_life(&lives[l], 0x1234567 + l, at);
}

/* The digest at the end made right again: only the parts themselves can be wrong. */
static void seal(u8 *bytes, size_t len)
{
	fl_put_le64(bytes + len - 8, image_digest(0, bytes, len - 8));
}

/* Takes the image, or refuses it and is as new; whatever it took, it lives on and can be reset. */
static void try_image(const struct life *l, const u8 *bytes, size_t len, u32 seed, unsigned int *taken)
{
	struct iommu_image in;
	unsigned int i;
	int err;

	rig_up(&one.r, &l->cfg);
	one.walking = false;
	image_to_load(&in, bytes, len);
	err = smmuv2_class.restore(&one.r.hw, &in);
	if (err) {
		ck_assert_int_eq(err, -EINVAL);
		if (dice(&seed) % 16 == 0)
			check_fresh(&one.r, &l->cfg);
	} else {
		++*taken;
		for (i = 0; i < 40; i++)
			live(&one, dice(&seed));
		one.r.n_ended = 0;
		smmuv2_class.reset(&one.r.hw);
	}
	rig_down(&one.r);
}

static size_t busy_image(const struct life *l, u8 **bytes)
{
	u32 seed = 0x7654321;
	struct iommu_image img;
	unsigned int i;
	size_t len;

	begin_life(&one, l);
	for (i = 0; i < 100 * STEPS && (i < STEPS || one.walking || stalled(&one) < 2); i++)
		live(&one, dice(&seed));
	ck_assert_uint_ge(stalled(&one), 1);
	save(&one, &img);
	len = img.len;
	*bytes = malloc(len);
	ck_assert_ptr_nonnull(*bytes);
	memcpy(*bytes, img.bytes, len);
	image_free(&img);
	one.r.n_ended = 0;
	rig_down(&one.r);
	return len;
}

TEST(hostile_images_do_no_harm)
{
	u32 seed = 99, l, i, j;
	u8 *bytes, *bad;
	size_t len;

	for (l = 0; l < ARRAY_SIZE(lives); l++) {
		unsigned int taken = 0;

		len = busy_image(&lives[l], &bytes);
		bad = malloc(len);
		ck_assert_ptr_nonnull(bad);
		for (i = 0; i < 1000; i++) {
			memcpy(bad, bytes, len);
			for (j = 0; j <= i % 4; j++)
				bad[24 + dice(&seed) % (len - 32)] ^= 1U << dice(&seed) % 8;
			seal(bad, len);
			try_image(&lives[l], bad, len, seed, &taken);
		}
		ck_assert(taken && taken < 1000);
		taken = 0;
		for (i = 8; i < len; i += 1 + i % 29) {
			memcpy(bad, bytes, i);
			seal(bad, i);
			try_image(&lives[l], bad, i, seed, &taken);
		}
		ck_assert_uint_eq(taken, 0);
		free(bad);
		free(bytes);
	}
}

/* One field of the configuration at a time. */
TEST(another_configuration_is_refused)
{
	struct smmuv2_cfg base = lives[0].cfg, cfg;
	struct iommu_image in;
	unsigned int taken = 0, i;
	u8 *bytes;
	size_t len = busy_image(&lives[0], &bytes);

	for (i = 0; i < 8; i++) {
		struct life l = lives[0];

		cfg = base;
		cfg.behaviour = i == 0 ? SMMUV2_QCOM : base.behaviour;
		cfg.stall_slots[1] = i == 1 ? 4 : base.stall_slots[1];
		cfg.wc2.policy = i == 2 ? TCACHE_FIFO : base.wc2.policy;
		cfg.fsynr1 = i == 3;
		cfg.oas_bits = i == 4 ? 40 : 0;
		cfg.num_irpt = i == 5;
		cfg.no_atos = i == 6;
		l.cfg = cfg;
		try_image(&l, bytes, len, 1, &taken);
		ck_assert_uint_eq(taken, i == 7);
	}
	/* A stalled transaction is in the way: reset first. */
	begin_life(&one, &lives[0]);
	ck_assert_int_eq(get(&one.r, SID, 0x4000), XLAT_STALL);
	image_to_load(&in, bytes, len);
	ck_assert_int_eq(smmuv2_class.restore(&one.r.hw, &in), -EBUSY);
	ck_assert_uint_eq(cb_rd(&one.r, CB, FSR), 0x40000402);
	smmuv2_class.reset(&one.r.hw);
	image_to_load(&in, bytes, len);
	ck_assert_int_eq(smmuv2_class.restore(&one.r.hw, &in), 0);
	ck_assert_uint_ge(stalled(&one), 2);
	rig_down(&one.r);
	free(bytes);
}

SUITE("smmuv2_image")
