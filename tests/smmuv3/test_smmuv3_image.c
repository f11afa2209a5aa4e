// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reset, save and restore at every step of a busy hour: stalls, held records, a
 * blocked CMD_SYNC, ATS invalidations in flight, active errors. A restored SMMU
 * goes on as the saved one; an image that is not one does no harm.
 */
#include "points.h"
#include "engine_slots.h"
#include "image.h"
#include "suite.h"
#include "v3_fixture.h"

#define STEPS 400
#define PAGES 24
#define VA    0x12345000ULL
#define PA    0x77777000ULL

static struct v3_fixture f;
static struct pt_build s1[4], s2;
static u64 seed;
static u32 invs_done;

static u32 below(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(seed >> 33) % n;
}

/* LRU, and a policy whose next victim is part of the state. */
static struct smmuv3_cfg config(enum tcache_policy policy)
{
	return (struct smmuv3_cfg){ .stalls = 4,
				    .tlb = { 4, 2, policy, 7 },
				    .walk_cache = { 2, 2, policy, 7 },
				    .walk_cache_s2 = { 2, 2, policy, 7 },
				    .ste_cache = { 2, 1, policy, 7 },
				    .cd_cache = { 2, 2, policy, 7 } };
}

/* Streams 1 and 2 stall at stage 1; 3 is nested and stalls at stage 2; 4 bypasses; 1 has ATS. */
static void start(const struct smmuv3_cfg *cfg)
{
	u32 i;

	ck_assert_int_eq(fx_init(&f, cfg), 0);
	seed = 1;
	invs_done = 0;
	fx_s1_stream(&f, 1, FX_CD_A | FX_CD_R | FX_CD_S, &s1[1]);
	fx_ste(&f, 1, FX_STE_S1 | (FX_CDTAB + 64), 1ULL << 28, 0, 0);
	fx_s1_stream(&f, 2, FX_CD_A | FX_CD_R | FX_CD_S, &s1[2]);
	fx_nested_stream(&f, 3, FX_CD_A | FX_CD_R, FX_STE2_S2R | FX_STE2_S2S, &s1[3], &s2);
	fx_ste(&f, 4, 9, 0, 0, 0);
	for (i = 0; i < PAGES; i++)
		fx_map(&s1[3], VA + i * 0x1000, PA + i * 0x1000, 0x1000, FX_RW);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_EVENTQ_BASE, FX_EVENTQ | 2); /* four records */
	fx_w64(&f, SMMUV3_PRIQ_BASE, FX_PRIQ | 1);
	fx_w32(&f, SMMUV3_CR0, 0xf);
}

static void access(void)
{
	struct xlat_result r;

	fx_xlat(&f, 1 + below(5), VA + below(PAGES) * 0x1000ULL, below(2) ? DMA_WRITE : 0, &r);
}

static void map_a_page(void)
{
	u32 page = below(PAGES), sid = 1 + below(3);
	struct pt_build *t = sid == 3 ? &s2 : &s1[sid];
	u64 at = (sid == 3 ? PA : VA) + page * 0x1000ULL;

	if (pt_entry(t, at, NULL, NULL))
		fx_map(t, at, PA + page * 0x1000ULL, 0x1000, FX_RW);
	else
		pt_unmap(t, at, 0x1000, false);
	fx_cmd(&f, 0x30, 0);
}

/* Take the oldest record; answer it if it is a stall. */
static void take_an_event(void)
{
	u32 prod = fx_r32(&f, SMMUV3_EVENTQ_PROD), cons = fx_r32(&f, SMMUV3_EVENTQ_CONS);
	u64 w[2], at = FX_EVENTQ + (cons & 3) * 32;

	if (!((prod ^ cons) & 7))
		return;
	w[0] = fx_m64(&f, at);
	w[1] = fx_m64(&f, at + 8);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, (prod & 0x80000000) | ((cons + 1) & 7));
	if (w[1] & BIT_ULL(31))
		fx_cmd(&f, (w[0] >> 32 << 32) | below(2) << 12 | 1 << 13 | 0x44, w[1] & 0xffff);
}

static void complete_an_invalidation(void)
{
	const struct ats_inv *inv;

	if (invs_done == f.n_invs)
		return;
	inv = &f.invs[invs_done++];
	smmuv3_class.ats_inv_done(&f.smmu, inv->sid, inv->itag, below(8));
	if (below(4))
		smmuv3_class.step(&f.smmu);
}

static void ask_for_a_page(void)
{
	struct page_request pr = {
		.sid = 1 + below(4), .addr = VA, .prgi = (u16)below(8), .perm = PERM_R, .last = true
	};

	if (f.n_responses < 60)
		smmuv3_class.page_request(&f.smmu, &pr);
	if (!below(4))
		fx_w32(&f, SMMUV3_PRIQ_CONS, fx_r32(&f, SMMUV3_PRIQ_PROD));
}

/* Behind an error the queue stands still until it is acknowledged and the command replaced. */
static void mend_errors(void)
{
	u32 cons = fx_r32(&f, SMMUV3_CMDQ_CONS);

	if ((fx_r32(&f, SMMUV3_GERROR) ^ fx_r32(&f, SMMUV3_GERRORN)) & 1)
		fx_words(&f, FX_CMDQ + (cons & 0xff) * 16, (u64[2]){ 0x46, 0 }, 2);
	fx_w32(&f, SMMUV3_GERRORN, fx_r32(&f, SMMUV3_GERROR));
}

static void move(void)
{
	switch (below(16)) {
	case 0:
		map_a_page();
		break;
	case 1:
	case 2:
		take_an_event();
		break;
	case 3:
		if (f.n_invs < 50)
			fx_cmd(&f, 1ULL << 32 | 0x40, 52);
		break;
	case 4:
		fx_cmd(&f, 1 << 12 | 0x46, 0);
		break;
	case 5:
	case 6:
		complete_an_invalidation();
		break;
	case 7:
		ask_for_a_page();
		break;
	case 8:
		if (!below(4))
			fx_cmd(&f, 0xff, 0);
		break;
	case 9:
		mend_errors();
		break;
	case 10:
		if (!below(4))
			fx_w32(&f, SMMUV3_CR0, fx_r32(&f, SMMUV3_CR0) ^ 4);
		break;
	case 11:
		fx_cmd(&f, (u64)(1 + below(4)) << 32 | 0x03, 1);
		break;
	default:
		access();
	}
}

/* ---- what can be seen ---- */

static u64 mix(u64 d, u64 word)
{
	return image_digest(d, &word, sizeof(word));
}

static u64 registers(struct smmuv3 *s)
{
	u64 d = 0;
	u32 i;

	for (i = 0; i < 0x20000; i += 4)
		d = mix(d, smmuv3_class.mmio_read(s, i, 4));
	return d;
}

static u64 callbacks(void)
{
	u64 d = 0;
	u32 i;

	for (i = 0; i < f.n_resumed; i++)
		d = mix(d, f.resumed[i].id << 8 | f.resumed[i].how);
	for (i = 0; i < f.n_responses; i++)
		d = mix(d, (u64)f.responses[i].sid << 32 | f.responses[i].prgi << 8 | f.responses[i].code);
	for (i = 0; i < f.n_invs; i++)
		d = mix(d, (u64)f.invs[i].sid << 32 | f.invs[i].itag);
	for (i = 0; i < SMMUV3_IRQ_LINES; i++)
		d = mix(d, f.irqs[i]);
	for (i = 0; i < ARRAY_SIZE(f.events); i++)
		d = mix(d, f.events[i]);
	return mix(d, f.stall_frees);
}

static u64 memory(void)
{
	u64 d = 0;
	u32 i;

	for (i = 0; i < 4 * 32; i += 8)
		d = mix(d, fx_m64(&f, FX_EVENTQ + i));
	for (i = 0; i < 2 * 16; i += 8)
		d = mix(d, fx_m64(&f, FX_PRIQ + i));
	return d;
}

/* Replace the SMMU by a new one that is given the state of the old. */
static void swap(const struct smmuv3_cfg *cfg)
{
	struct iommu_image saved, loaded;

	image_to_save(&saved);
	ck_assert_int_eq(smmuv3_class.save(&f.smmu, &saved), 0);
	smmuv3_exit(&f.smmu);
	ck_assert_int_eq(smmuv3_init(&f.smmu, cfg, &f.m.hw_ops, &f), 0);
	image_to_load(&loaded, saved.bytes, saved.len);
	ck_assert_int_eq(smmuv3_class.restore(&f.smmu, &loaded), 0);
	image_free(&saved);
}

struct outcome {
	u64 registers, callbacks, memory, image;
};

static u64 whole_state(struct smmuv3 *s)
{
	struct iommu_image img;
	u64 d;

	image_to_save(&img);
	ck_assert_int_eq(smmuv3_class.save(s, &img), 0);
	d = image_digest(0, img.bytes, img.len);
	image_free(&img);
	return d;
}

/* All steps, with a swap before step @at. */
static struct outcome play(const struct smmuv3_cfg *cfg, u32 at)
{
	struct outcome o;
	u32 i;

	start(cfg);
	f.cmd_prod = 0;
	for (i = 0; i < STEPS; i++) {
		if (i == at)
			swap(cfg);
		move();
	}
	o = (struct outcome){ registers(&f.smmu), callbacks(), memory(), whole_state(&f.smmu) };
	fx_exit(&f);
	return o;
}

static void swap_everywhere(enum tcache_policy policy)
{
	struct smmuv3_cfg cfg = config(policy);
	struct outcome undisturbed = play(&cfg, STEPS), o;
	u32 at;

	for (at = 0; at < STEPS; at += POINTS) {
		o = play(&cfg, at);
		ck_assert_msg(o.registers == undisturbed.registers, "registers, swapped at %u", at);
		ck_assert_msg(o.callbacks == undisturbed.callbacks, "callbacks, swapped at %u", at);
		ck_assert_msg(o.memory == undisturbed.memory, "memory, swapped at %u", at);
		ck_assert_msg(o.image == undisturbed.image, "state, swapped at %u", at);
	}
}

TEST(test_restored_goes_on_as_saved)
{
	swap_everywhere(TCACHE_LRU);
	swap_everywhere(TCACHE_RANDOM);
	swap_everywhere(TCACHE_PLRU);
}

/* The hour is busy enough: each kind of state is there at some steps. */
TEST(test_every_state_is_met)
{
	struct smmuv3_cfg cfg = config(TCACHE_LRU);
	u32 i, stalls = 0, held = 0, blocked = 0, tags = 0, errors = 0, waiting = 0, full = 0;

	start(&cfg);
	for (i = 0; i < STEPS; i++) {
		move();
		stalls += f.smmu.eng.slots_used > 0;
		full += f.smmu.eng.slots_used == 4;
		held += f.smmu.held.head != f.smmu.held.tail;
		blocked += f.smmu.sync_blocked;
		tags += engine_itags_open(&f.smmu.eng, ~0ULL);
		waiting += f.smmu.waiting_tbus != 0;
		errors += fx_r32(&f, SMMUV3_GERROR) != fx_r32(&f, SMMUV3_GERRORN);
	}
	ck_assert_uint_gt(stalls, 0);
	ck_assert_uint_gt(full, 0);
	ck_assert_uint_gt(held, 0);
	ck_assert_uint_gt(blocked, 0);
	ck_assert_uint_gt(tags, 0);
	ck_assert_uint_gt(waiting, 0);
	ck_assert_uint_gt(errors, 0);
}

/* ---- reset ---- */

/* Every register is as in a new SMMU, and each stalled transaction has ended once, with an abort. */
TEST(test_reset_everywhere)
{
	static struct smmuv3 fresh;
	struct smmuv3_cfg cfg = config(TCACHE_LRU);
	u32 at, i, stalled, before, waiting, frees;
	u64 regs;

	start(&cfg);
	ck_assert_int_eq(smmuv3_init(&fresh, &cfg, &f.m.hw_ops, &f), 0);
	regs = registers(&fresh);
	smmuv3_exit(&fresh);
	fx_exit(&f);
	for (at = 0; at < STEPS; at += 3) {
		start(&cfg);
		f.cmd_prod = 0;
		for (i = 0; i < at; i++)
			move();
		stalled = f.smmu.eng.slots_used;
		before = f.n_resumed;
		waiting = f.smmu.waiting_tbus != 0;
		frees = f.stall_frees;
		smmuv3_class.reset(&f.smmu);
		ck_assert_uint_eq(registers(&f.smmu), regs);
		ck_assert_uint_eq(f.n_resumed - before, stalled);
		for (i = before; i < f.n_resumed; i++)
			ck_assert_int_eq(f.resumed[i].how, RESUME_ABORT);
		ck_assert_uint_eq(f.stall_frees - frees, waiting);
		for (i = 0; i < f.n_invs; i++) /* forgotten: no completion does anything */
			smmuv3_class.ats_inv_done(&f.smmu, f.invs[i].sid, f.invs[i].itag, false);
		smmuv3_class.step(&f.smmu);
		ck_assert_uint_eq(registers(&f.smmu), regs);
		fx_exit(&f);
	}
}

/* Walks in flight become aborts without a record, whatever is enabled when they end. */
TEST(test_reset_with_walks_in_flight)
{
	static struct iommu_walk w[4];
	struct smmuv3_cfg cfg = config(TCACHE_LRU);
	struct dma_txn t;
	u32 i;

	start(&cfg);
	fx_map(&s1[1], VA, PA, 0x1000, FX_RW);
	for (i = 0; i < 4; i++) {
		t = fx_txn(&f, i == 1 ? 6 : 1, VA + i * 0x1000ULL, 0); /* mapped; a bad STE; two that would stall */
		smmuv3_class.walk(&f.smmu, &t, &w[i]);
	}
	fx_cmd(&f, 1ULL << 32 | 0x03, 1); /* stale */
	fx_sync(&f);
	smmuv3_class.reset(&f.smmu);
	f.cmd_prod = 0;
	fx_enable(&f, 0xf);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w[2]), XLAT_ABORT);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w[0]), XLAT_ABORT);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w[1]), XLAT_ABORT);
	smmuv3_class.cancel(&f.smmu, &w[3]);
	smmuv3_class.step(&f.smmu);
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(w[i].res.fault, 0);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
	ck_assert_uint_eq(f.smmu.eng.slots_used, 0);
	t = fx_txn(&f, 1, VA, 0);
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &w[0].res), XLAT_MISS); /* nothing was installed */
	fx_sync(&f);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
}

/* ---- images that are refused ---- */

static int load(const u8 *bytes, size_t len)
{
	struct iommu_image img;

	image_to_load(&img, bytes, len);
	return smmuv3_class.restore(&f.smmu, &img);
}

/* An image of a busy moment; the fixture's SMMU then is one after reset. */
static void busy_image(struct iommu_image *img)
{
	struct smmuv3_cfg cfg = config(TCACHE_LRU);
	u32 i;

	start(&cfg);
	f.cmd_prod = 0;
	for (i = 0; i < STEPS && !(f.smmu.sync_blocked && f.smmu.eng.slots_used > 2 && f.smmu.held.head); i++)
		move();
	ck_assert_uint_lt(i, STEPS);
	image_to_save(img);
	ck_assert_int_eq(smmuv3_class.save(&f.smmu, img), 0);
	smmuv3_class.reset(&f.smmu);
}

TEST(test_busy)
{
	static struct iommu_walk w;
	struct iommu_image img, busy;
	struct dma_txn t;

	busy_image(&busy);
	fx_enable(&f, 0xf);
	t = fx_txn(&f, 4, VA, 0);
	smmuv3_class.walk(&f.smmu, &t, &w);
	image_to_save(&img);
	ck_assert_int_eq(smmuv3_class.save(&f.smmu, &img), -EBUSY);
	ck_assert_int_eq(load(busy.bytes, busy.len), -EBUSY);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_OK);
	ck_assert_int_eq(load(busy.bytes, busy.len), 0);
	ck_assert_int_eq(load(busy.bytes, busy.len), -EBUSY); /* stalled transactions */
	smmuv3_class.reset(&f.smmu);
	ck_assert_int_eq(load(busy.bytes, busy.len), 0);
	image_free(&img);
	image_free(&busy);
}

/* Another configuration, part by part. */
TEST(test_other_configuration)
{
	struct smmuv3_cfg other[12], good = config(TCACHE_LRU);
	struct iommu_image img;
	u32 i;

	busy_image(&img);
	for (i = 0; i < ARRAY_SIZE(other); i++)
		other[i] = good;
	other[0].stalls = 5;
	other[1].tlb.sets = 8;
	other[2].walk_cache.ways = 1;
	other[3].walk_cache_s2.policy = TCACHE_FIFO;
	other[4].ste_cache.seed = 8;
	other[5].cd_cache.ways = 1;
	other[6].idr[0] = 0x08cd361b;
	other[7].idr[1] = 0x0e739d10;
	other[8].idr[3] = 0x00000034;
	other[9].idr[5] = 0x01000074;
	other[10].gbpa = 0x00100000;
	other[11].no_wired_irq = true;
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		smmuv3_exit(&f.smmu);
		ck_assert_int_eq(smmuv3_init(&f.smmu, &other[i], &f.m.hw_ops, &f), 0);
		ck_assert_msg(load(img.bytes, img.len) == -EINVAL, "case %u", i);
	}
	smmuv3_exit(&f.smmu);
	ck_assert_int_eq(smmuv3_init(&f.smmu, &good, &f.m.hw_ops, &f), 0);
	ck_assert_int_eq(load(img.bytes, img.len), 0);
	image_free(&img);
}

static void put_digest(u8 *bytes, size_t body)
{
	fl_put_le64(bytes + body, image_digest(0, bytes, body));
}

/* Cut anywhere, even with a digest that fits: refused, and then the state is that after reset. */
TEST(test_truncated)
{
	struct iommu_image img;
	u64 regs;
	size_t n;
	u8 *cut;

	busy_image(&img);
	regs = registers(&f.smmu);
	cut = malloc(img.len + 8);
	for (n = 0; n < img.len; n++) {
		ck_assert_int_eq(load(img.bytes, n), -EINVAL);
		if (n >= img.len - 8)
			continue;
		memcpy(cut, img.bytes, n);
		put_digest(cut, n);
		ck_assert_msg(load(cut, n + 8) == -EINVAL, "cut at %zu", n);
		ck_assert_uint_eq(f.smmu.eng.slots_used, 0);
	}
	ck_assert_uint_eq(registers(&f.smmu), regs);
	memcpy(cut, img.bytes, img.len - 8); /* something more */
	cut[img.len - 8] = 0;
	memcpy(cut + img.len - 7, img.bytes, 7);
	put_digest(cut, img.len - 1);
	ck_assert_int_eq(load(cut, img.len + 7), -EINVAL);
	ck_assert_int_eq(load(img.bytes, img.len), 0);
	free(cut);
	image_free(&img);
}

/* Whatever was accepted: use it, take it apart. */
static void use(void)
{
	struct iommu_image img;
	u32 i;

	f.n_resumed = f.n_responses = f.n_invs = invs_done = 0;
	f.n_msis = 0;
	for (i = 0; i < 60; i++)
		move();
	image_to_save(&img);
	ck_assert_int_eq(smmuv3_class.save(&f.smmu, &img), 0);
	image_free(&img);
	smmuv3_class.reset(&f.smmu);
	ck_assert_uint_eq(f.smmu.eng.slots_used, 0);
}

/* Bits turned over, and a digest that fits: refused or harmless. */
TEST(test_damaged)
{
	struct iommu_image img;
	u32 i, k, refused = 0, rounds = 20000;
	u8 *bad;

	busy_image(&img);
	bad = malloc(img.len);
	for (i = 0; i < rounds; i++) {
		memcpy(bad, img.bytes, img.len);
		seed = i + 1;
		for (k = 1 + below(3); k; k--)
			bad[28 + below((u32)img.len - 36)] ^= (u8)(1 << below(8));
		if (memcmp(bad, img.bytes, img.len) != 0)
			ck_assert_int_eq(load(bad, img.len), -EINVAL);
		smmuv3_class.reset(&f.smmu);
		put_digest(bad, img.len - 8);
		if (load(bad, img.len))
			refused++;
		else
			use();
		smmuv3_class.reset(&f.smmu);
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_lt(refused, rounds);
	free(bad);
	image_free(&img);
}

/* Every byte of the image in turn set to its extremes. */
TEST(test_extreme_bytes)
{
	static const u8 values[] = { 0x00, 0x7f, 0x80, 0xff };
	struct iommu_image img;
	size_t at;
	u8 *bad;
	u32 i;

	busy_image(&img);
	bad = malloc(img.len);
	memcpy(bad, img.bytes, img.len);
	for (at = 0; at < img.len - 8; at++) {
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			bad[at] = values[i];
			put_digest(bad, img.len - 8);
			seed = at;
			if (!load(bad, img.len))
				use();
			smmuv3_class.reset(&f.smmu);
		}
		bad[at] = img.bytes[at];
	}
	free(bad);
	image_free(&img);
}

SUITE("smmuv3 images")
