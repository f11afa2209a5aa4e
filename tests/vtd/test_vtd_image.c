// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Saving and restoring the hardware in the midst of everything, and images that nobody saved. */
#include "points.h"
#include "suite.h"
#include "image.h"
#include "rig_vtd.h"

#define DEV   0x0108
#define STEPS 240 /* a multiple of 16 */

/* Small caches: replacement matters, and an image has more of the rest. */
static const struct vtd_cfg cfg = {
	.itags = 4,
	.cap = (VTD_DEFAULT_CAP & ~VTD_CAP_NFR) | FIELD_PREP(VTD_CAP_NFR, 3) | VTD_CAP_PLMR,
	.ecap = VTD_DEFAULT_ECAP,
	.iotlb = { .sets = 2, .ways = 4, .policy = TCACHE_PLRU },
	.context = { .sets = 2, .ways = 2 },
	.pasid = { .sets = 2, .ways = 2, .policy = TCACHE_RANDOM, .seed = 7 },
	.first = { .sets = 2, .ways = 2, .policy = TCACHE_FIFO },
	.second = { .sets = 2, .ways = 2 },
};

static struct rig_vtd one, two;
static u64 state_at;

static void map(struct rig_vtd *r, u64 root, u64 link, u64 leaf)
{
	u64 i;

	for (i = 0; i < 8; i++)
		rig_vtd_poke(r, rig_vtd_slot(r, root, 4, i << 12, 1, link), (0x9000 + (i << 12)) | leaf);
}

/* Two devices; PASIDs 1 first stage, 2 second stage, 3 nested through an identical mapping of the tables. */
static void start(struct rig_vtd *r)
{
	u64 fs, ss, nest, i;
	u32 d;

	rig_vtd_init(r, &cfg);
	rig_vtd_msi_setup(r);
	rig_vtd_queue(r, true);
	rig_vtd_write(r, VTD_PQA, rig_vtd_page(r), 8);
	state_at = rig_vtd_page(r);
	rig_vtd_mode(r, VTD_TTM_SCALABLE);
	fs = rig_vtd_page(r);
	ss = rig_vtd_page(r);
	nest = rig_vtd_page(r);
	map(r, fs, 0x07, 0x07);
	map(r, ss, RIG_SS_LINK, 3);
	for (i = 0; i < 0x180; i++)
		rig_vtd_poke(r, rig_vtd_slot(r, nest, 4, i << 12, 1, RIG_SS_LINK), i << 12 | 3);
	for (d = DEV; d < DEV + 2; d++) {
		rig_vtd_device(r, d, VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PASIDE | VTD_SCE_PRE, 0);
		rig_vtd_pasid(r, d, 0, VTD_PE_P | 4 << 6, 1, 0);
		rig_vtd_pasid(r, d, 1, VTD_PE_P | 1 << 6, 20 | VTD_PE1_PWSNP, fs);
		rig_vtd_pasid(r, d, 2, VTD_PE_P | 2 << 6 | 2 << 2 | ss, 10, 0);
		rig_vtd_pasid(r, d, 3, VTD_PE_P | 3 << 6 | 2 << 2 | nest, 30 | VTD_PE1_PWSNP, fs);
	}
}

static void finish(struct rig_vtd *r)
{
	rig_vtd_exit(r);
}

static void submit(struct rig_vtd *r, u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	rig_vtd_submit(r, d);
}

static u64 hash(u64 n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15ULL;
	n ^= n >> 29;
	n *= 0xbf58476d1ce4e5b9ULL;
	return n ^ n >> 32;
}

static void request(struct rig_vtd *r, u64 h)
{
	struct page_request pr = { .sid = DEV + (h >> 8 & 1),
				   .pasid = (u32)(h >> 9) % 5,
				   .pasid_valid = h >> 12 & 1,
				   .addr = h >> 20 << 12 & 0xf000,
				   .perm = h >> 24 & 3,
				   .prgi = h >> 26 & 0x1ff,
				   .last = h >> 36 & 1 };
	u32 i;

	for (i = 0; i < (h >> 40 & 7) * 8; i++)
		vtd_class.page_request(&r->hw, &pr);
}

static void queue_work(struct rig_vtd *r, u64 h)
{
	switch (h >> 8 & 7) {
	case 0:
	case 1:
		submit(r, 0x3 | (u64)(DEV + (h >> 12 & 1)) << 32, h & 0xf000); /* device TLB */
		break;
	case 2:
	case 3:
		submit(r, 0x35 | (h >> 16 & 1) << 6 | (h & 0xffff) << 32, state_at); /* wait, IF, SW, sometimes FN */
		break;
	case 4:
		submit(r, 0x32 | 10 << 16, h & 0xf000);
		break;
	case 5:
		submit(r, 0x17 | 20 << 16 | 1ULL << 32, 0);
		break;
	case 6:
		submit(r, 0x9 | 1 << 4 | DEV << 16 | 1ULL << 32, 3 << 3); /* page group response */
		break;
	default:
		submit(r, h >> 20 & 7 ? 0x26 | 30 << 16 | 3ULL << 32 : 0xe, 0); /* or an unknown type: IQE */
		break;
	}
}

static void software(struct rig_vtd *r, u64 h)
{
	u64 head = (rig_vtd_read(r, VTD_IQA, 8) & ~0xfffULL) + rig_vtd_read(r, VTD_IQH, 8);

	switch (h >> 8 & 7) {
	case 0:
	case 1:
		/* A bad descriptor is made a good one before the error is cleared (6.5.2.11). */
		if (rig_vtd_peek(r, head) == 0xe)
			rig_vtd_poke(r, head, 0x12);
		rig_vtd_write(r, VTD_FSTS, ~0U, 4);
		rig_vtd_write(r, 0x408 + (h >> 12 & 3) * 16, 1ULL << 63, 8);
		break;
	case 2:
		rig_vtd_write(r, VTD_PRS, VTD_PRS_PRO | VTD_PRS_PPR, 4);
		rig_vtd_write(r, VTD_PQH, rig_vtd_read(r, VTD_PQT, 8), 8);
		break;
	case 3:
		rig_vtd_write(r, VTD_FECTL, h >> 12 & 1 ? VTD_ECTL_IM : 0, 4);
		break;
	case 4:
		rig_vtd_write(r, VTD_ICS, 1, 4);
		break;
	case 5:
		rig_vtd_write(r, VTD_PECTL, h >> 12 & 1 ? VTD_ECTL_IM : 0, 4);
		break;
	case 6:
		rig_vtd_write(r, VTD_PMEN, h >> 12 & 1 ? VTD_PMEN_EPM : 0, 4);
		break;
	default:
		rig_vtd_command(r, VTD_GCMD_TE, h >> 12 & 3);
		break;
	}
}

/* One step of a busy life, decided by @n alone. Without @step what an ATS completion has made possible stays owed. */
static void live(struct rig_vtd *r, u64 n)
{
	static const u16 flags[] = { 0, DMA_PASID, DMA_PASID | DMA_WRITE, DMA_PASID | DMA_ATS_REQ };
	u64 h = hash(n);
	struct xlat_result res;

	switch (h & 7) {
	case 0:
		request(r, h);
		break;
	case 1:
	case 2:
	case 3:
		queue_work(r, h);
		break;
	case 4:
		if (r->inv_done < r->n_invs) {
			const struct ats_inv *inv = &r->invs[r->inv_done++ % RIG_LOG];

			vtd_class.ats_inv_done(&r->hw, inv->sid, inv->itag, h >> 8 & 15);
		}
		break;
	case 5:
		software(r, h);
		break;
	case 6:
		vtd_class.step(&r->hw);
		break;
	default:
		rig_vtd_access(r, DEV + (h >> 8 & 1), h >> 16 & 0xf000, flags[h >> 9 & 3], (u32)(h >> 11) % 5, &res);
		break;
	}
}

static void save(struct rig_vtd *r, struct iommu_image *img)
{
	image_to_save(img);
	ck_assert_int_eq(vtd_class.save(&r->hw, img), 0);
}

static void check_alike(u32 at, u32 now)
{
	struct iommu_image a, b;
	u32 i;

	save(&one, &a);
	save(&two, &b);
	ck_assert_msg(a.len == b.len && !memcmp(a.bytes, b.bytes, a.len), "restored at %u: step %u differs", at, now);
	image_free(&a);
	image_free(&b);
	for (i = 0; i < VTD_LINES; i++)
		ck_assert_uint_eq(one.msis[i], two.msis[i]);
	ck_assert_uint_eq(one.n_invs, two.n_invs);
	ck_assert_uint_eq(one.n_responses, two.n_responses);
	for (i = 0; i < one.n_invs; i++) {
		const struct ats_inv *x = &one.invs[i], *y = &two.invs[i];

		ck_assert(x->sid == y->sid && x->pasid == y->pasid && x->addr == y->addr && x->shift == y->shift);
		ck_assert(x->itag == y->itag && x->pasid_valid == y->pasid_valid && x->global == y->global);
	}
	for (i = 0; i < one.n_responses; i++) {
		const struct page_response *x = &one.responses[i], *y = &two.responses[i];

		ck_assert(x->sid == y->sid && x->pasid == y->pasid && x->prgi == y->prgi && x->code == y->code);
		ck_assert(x->pasid_valid == y->pasid_valid && x->automatic == y->automatic);
	}
	ck_assert_uint_eq(rig_vtd_peek(&one, state_at), rig_vtd_peek(&two, state_at));
}

/* What the scenario must have passed through, or it shows nothing. */
struct variety {
	u32 waits, fences, tags, pro, pfo, ite, iqe, owed, disabled;
};

static void observe(struct rig_vtd *r, struct variety *v)
{
	u32 fsts = (u32)rig_vtd_read(r, VTD_FSTS, 4), i;

	v->waits += r->hw.n_waits > 0;
	for (i = 0; i < r->hw.n_waits; i++)
		v->fences += !!(r->hw.waits[i].flags & VTD_WAIT_FN);
	for (i = 0; i < r->hw.eng.n_itags; i++)
		v->tags += r->hw.eng.itags[i].seq != 0;
	v->pro += !!(rig_vtd_read(r, VTD_PRS, 4) & VTD_PRS_PRO);
	v->pfo += !!(fsts & VTD_FSTS_PFO);
	v->ite += !!(fsts & VTD_FSTS_ITE);
	v->iqe += !!(fsts & VTD_FSTS_IQE);
	v->owed += r->hw.eng.owed;
	v->disabled += !r->hw.tes;
}

/* Restored at a step into a new engine with the same memory, everything goes on as if nothing had been. */
TEST_TIMES(save_at_every_step, STEPS / POINTS)
{
	struct iommu_image img, in;
	u32 at = (u32)_i * POINTS, i;

	start(&one);
	start(&two);
	for (i = 0; i < at; i++) {
		live(&one, i);
		live(&two, i);
	}
	save(&one, &img);
	vtd_exit(&two.hw);
	ck_assert_int_eq(vtd_init(&two.hw, &cfg, &two.m.hw_ops, &two), 0);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(vtd_class.restore(&two.hw, &in), 0);
	image_free(&img);
	check_alike(at, at);
	for (; i < STEPS; i++) {
		live(&one, i);
		live(&two, i);
		if (i % 16 == 15)
			check_alike(at, i);
	}
	finish(&one);
	finish(&two);
}

TEST(the_scenario_is_busy)
{
	struct variety v = { 0 };
	u32 i;

	start(&one);
	for (i = 0; i < STEPS; i++) {
		live(&one, i);
		observe(&one, &v);
	}
	ck_assert_uint_gt(v.waits, 5);
	ck_assert_uint_gt(v.fences, 0);
	ck_assert_uint_gt(v.tags, 20);
	ck_assert_uint_gt(v.pro, 5);
	ck_assert_uint_gt(v.pfo, 5);
	ck_assert_uint_gt(v.ite, 0);
	ck_assert_uint_gt(v.iqe, 0);
	ck_assert_uint_gt(v.owed, 0);
	ck_assert_uint_gt(v.disabled, 0);
	ck_assert_uint_gt(one.hw.eng.cache[UNIT_TLB].evictions + one.hw.eng.cache[UNIT_CD_CACHE].evictions, 0);
	finish(&one);
}

TEST(not_while_a_walk_is_in_flight)
{
	struct dma_txn t = { .iova = 0x1000, .sid = DEV, .pasid = 2, .len = 8, .flags = DMA_PASID };
	static struct iommu_walk walk;
	struct iommu_image img, in;

	start(&one);
	save(&one, &img);
	ck_assert_int_eq(vtd_class.walk(&one.hw, &t, &walk), XLAT_OK);
	image_to_save(&in);
	ck_assert_int_eq(vtd_class.save(&one.hw, &in), -EBUSY);
	image_free(&in);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(vtd_class.restore(&one.hw, &in), -EBUSY);
	/* Nothing was touched. */
	ck_assert_int_eq(vtd_class.fill(&one.hw, &walk), XLAT_OK);
	ck_assert_uint_eq(walk.res.pa, 0xa000);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(vtd_class.restore(&one.hw, &in), 0);
	image_free(&img);
	finish(&one);
}

/*
 * Without ESRTPS software should leave TTM alone while translation is on
 * (11.4.5). If it does not, what a walk from before has read is of the old mode:
 * it answers nobody in the new one, and the image can be taken back.
 */
TEST(walk_across_a_change_of_mode)
{
	struct dma_txn t = { .iova = 0x1000, .sid = DEV, .len = 8 };
	static struct iommu_walk walk;
	struct iommu_image img, in;
	struct xlat_result res;
	u64 ss;

	rig_vtd_init(&one, &cfg);
	rig_vtd_mode(&one, VTD_TTM_LEGACY);
	ss = rig_vtd_page(&one);
	map(&one, ss, RIG_SS_LINK, 3);
	rig_vtd_context(&one, DEV, VTD_CE_P | ss, 2 | 5 << 8);
	ck_assert_int_eq(vtd_class.walk(&one.hw, &t, &walk), XLAT_OK);
	rig_vtd_mode(&one, VTD_TTM_SCALABLE);
	ck_assert_int_eq(vtd_class.fill(&one.hw, &walk), XLAT_OK);
	vtd_class.step(&one.hw);
	ck_assert_uint_eq(walk.res.pa, 0xa000);
	/* The root table of the new mode is empty: SRT.2. */
	ck_assert_int_eq(rig_vtd_access(&one, DEV, 0x40000000, 0, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SRT_2);
	save(&one, &img);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(vtd_class.restore(&one.hw, &in), 0);
	/* Back in the old mode it is still there. */
	rig_vtd_mode(&one, VTD_TTM_LEGACY);
	ck_assert_int_eq(rig_vtd_access(&one, DEV, 0x2000, 0, 0, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0xb000);
	image_free(&img);
	finish(&one);
}

/* Each value of the configuration that says what the image's parts mean */
TEST(another_configuration)
{
	struct vtd_cfg other[] = { cfg, cfg, cfg, cfg, cfg, cfg, cfg, cfg };
	struct iommu_image img, in;
	u32 i;

	other[0].haw = 46;
	other[1].itags = 5;
	other[2].collapse_faults = true;
	other[3].ver = 0x60;
	other[4].ecap &= ~VTD_ECAP_NWFS;
	other[5].cap &= ~VTD_CAP_ZLR;
	other[6].iotlb.policy = TCACHE_LRU;
	other[7].second = (struct tcache_cfg){ .sets = 1, .ways = 4 };
	start(&one);
	save(&one, &img);
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		rig_vtd_init(&two, &other[i]);
		image_to_load(&in, img.bytes, img.len);
		ck_assert_msg(vtd_class.restore(&two.hw, &in) == -EINVAL, "configuration %u", i);
		finish(&two);
	}
	image_free(&img);
	finish(&one);
}

static void fix_digest(u8 *bytes, size_t len)
{
	fl_put_le64(bytes + len - 8, image_digest(0, bytes, len - 8));
}

static void check_as_after_reset(struct rig_vtd *r, struct rig_vtd *fresh)
{
	u32 i;

	for (i = 0; i < r->hw.regs.span; i += 4)
		ck_assert_uint_eq(rig_vtd_read(r, i, 4), rig_vtd_read(fresh, i, 4));
	ck_assert(!r->hw.eng.cache[UNIT_TLB].sizes && !r->hw.eng.cache[UNIT_WALK_CACHE].sizes &&
		  !r->hw.eng.cache[UNIT_WALK_CACHE_S2].sizes);
	ck_assert(!r->hw.eng.cache[UNIT_CONFIG_CACHE].count[64] && !r->hw.eng.cache[UNIT_CD_CACHE].count[64]);
	ck_assert(!r->hw.tes && !r->hw.n_waits);
}

static void busy_image(struct iommu_image *img)
{
	u32 i;

	start(&one);
	for (i = 0; i < STEPS && (i < 100 || !one.hw.n_waits || !one.hw.eng.cache[UNIT_TLB].sizes); i++)
		live(&one, i);
	ck_assert_uint_gt(one.hw.n_waits, 0);
	save(&one, img);
}

/* Cut off anywhere, with a digest that is right: refused, and the engine is as after reset. */
TEST(truncated)
{
	static struct rig_vtd fresh;
	struct iommu_image img, in;
	size_t len;
	u8 *part;

	busy_image(&img);
	rig_vtd_init(&fresh, &cfg);
	rig_vtd_init(&two, &cfg);
	for (len = 0; len < img.len; len++) {
		/* a copy of its own size, for the sanitizer */
		part = malloc(len ? len : 1);
		ck_assert_ptr_nonnull(part);
		memcpy(part, img.bytes, len);
		if (len >= 8)
			fix_digest(part, len);
		image_to_load(&in, part, len);
		ck_assert_int_eq(vtd_class.restore(&two.hw, &in), -EINVAL);
		check_as_after_reset(&two, &fresh);
		free(part);
	}
	image_free(&img);
	finish(&fresh);
	finish(&one);
	finish(&two);
}

/* Random changes, with a digest that is right: refused, or an engine that lives. */
TEST_TIMES(flipped, 10)
{
	static struct rig_vtd fresh;
	struct iommu_image img, in;
	u64 seed = hash((u64)_i + 1000), taken = 0, refused = 0;
	u32 round, i;
	u8 *bytes;

	busy_image(&img);
	bytes = malloc(img.len);
	ck_assert_ptr_nonnull(bytes);
	rig_vtd_init(&fresh, &cfg);
	for (round = 0; round < 150; round++) {
		int err;

		start(&two);
		memcpy(bytes, img.bytes, img.len);
		for (i = 0; i <= round % 3; i++) {
			u64 at;

			seed = hash(seed);
			at = 24 + seed % (img.len - 32);
			bytes[at] = seed >> 40 & 1 ? bytes[at] ^ (u8)(1 << (seed >> 48 & 7)) : (u8)(seed >> 56);
		}
		fix_digest(bytes, img.len);
		image_to_load(&in, bytes, img.len);
		err = vtd_class.restore(&two.hw, &in);
		ck_assert(!err || err == -EINVAL);
		if (err) {
			refused++;
			check_as_after_reset(&two, &fresh);
		} else {
			taken++;
		}
		for (i = 0; i < 40; i++)
			live(&two, seed + i);
		ck_assert_uint_lt(two.reads + two.writes, 200000);
		finish(&two);
	}
	ck_assert_uint_gt(taken, 10);
	ck_assert_uint_gt(refused, 10);
	free(bytes);
	image_free(&img);
	finish(&fresh);
	finish(&one);
}

SUITE("vtd_image")
