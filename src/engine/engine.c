// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The calls that all engines make alike, and the parts of an engine's state that they share. */
#include "engine_class.h"
#include "engine_slots.h"
#include "image.h"

/* ---- the guard ---- */

static const char *const names[CALL_COUNT] = {
	[CALL_NONE] = "no call",
	[CALL_LOOKUP] = "lookup",
	[CALL_WALK] = "walk",
	[CALL_FILL] = "fill",
	[CALL_CANCEL] = "cancel",
	[CALL_TRANSLATE] = "translate",
	[CALL_MMIO_READ] = "mmio_read",
	[CALL_MMIO_WRITE] = "mmio_write",
	[CALL_PAGE_REQUEST] = "page_request",
	[CALL_ATS_INV_DONE] = "ats_inv_done",
	[CALL_STEP] = "step",
	[CALL_RESET] = "reset",
	[CALL_SAVE] = "save",
	[CALL_RESTORE] = "restore",
	[CALL_CONCERNS] = "concerns",
};

fl_rare void engine_bad_call(const struct engine *e, enum engine_call call)
{
	fl_bug_call(names[call], names[e->call]);
}

fl_rare void engine_bad_callback(const struct engine *e, const char *callback)
{
	fl_bug_call(callback, names[e->call]);
}

/* ---- life ---- */

void engine_init(struct engine *e, const struct engine_hooks *hooks, const struct iommu_ops *ops, void *ctx,
		 void *counters, size_t bytes)
{
	e->hooks = hooks;
	e->ops = ops;
	e->ctx = ctx;
	e->loud = ops->event && !ops->quiet_lookup;
	e->n_itags = ENGINE_ITAGS;
	e->counters = counters;
	e->n_counters = (u32)(bytes / sizeof(u64));
	fl_assert(e->n_counters <= ENGINE_MAX_COUNTERS);
}

int engine_init_cache(struct engine *e, enum iommu_unit unit, struct tcache_cfg *cfg, u32 sets, u32 ways)
{
	if (!cfg->sets && !cfg->ways) {
		cfg->sets = sets;
		cfg->ways = ways;
	}
	e->n_caches = (u8)(unit + 1);
	return tcache_init(&e->cache[unit], cfg);
}

int engine_init_slots(struct engine *e, u32 n)
{
	e->n_slots = n;
	e->slot_next = fl_zalloc((n + 1) * sizeof(*e->slot_next));
	return e->slot_next ? 0 : -ENOMEM;
}

void engine_exit(struct engine *e)
{
	u32 i;

	for (i = 0; i < e->n_caches; i++)
		tcache_exit(&e->cache[i]);
	fl_free(e->slot_next);
	e->slot_next = NULL;
}

void engine_start(struct engine *e)
{
	u32 i;

	for (i = 0; i < e->n_caches; i++)
		tcache_invalidate_all(&e->cache[i]);
	memset(e->itags, 0, sizeof(e->itags));
	e->seq = 0;
	e->owed = false;
	e->slots_used = e->n_slots;
	e->free_slots = (struct engine_list){ 0 };
	for (i = 0; i < e->n_slots; i++)
		engine_free_slot(e, i);
	e->hooks->power_on(e);
}

/* ---- calls ---- */

enum xlat engine_walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	struct engine *e = hw;
	enum xlat x;

	engine_enter_access(e, CALL_WALK);
	x = e->hooks->walk(hw, t, w);
	engine_leave_access(e);
	return x;
}

enum xlat engine_fill(void *hw, struct iommu_walk *w)
{
	struct engine *e = hw;
	enum xlat x;

	engine_enter_access(e, CALL_FILL);
	x = e->hooks->fill(hw, w);
	engine_leave_access(e);
	return x;
}

void engine_cancel(void *hw, struct iommu_walk *w)
{
	struct engine *e = hw;

	engine_enter_access(e, CALL_CANCEL);
	engine_unlink(e, w);
	engine_leave_access(e);
}

u64 engine_mmio_read(void *hw, u64 offset, unsigned int size)
{
	struct engine *e = hw;
	u64 value;

	engine_enter(e, CALL_MMIO_READ);
	value = e->hooks->mmio_read(hw, offset, size);
	engine_leave(e);
	return value;
}

void engine_mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	struct engine *e = hw;

	engine_enter(e, CALL_MMIO_WRITE);
	e->hooks->mmio_write(hw, offset, value, size);
	engine_leave(e);
}

void engine_page_request(void *hw, const struct page_request *pr)
{
	struct engine *e = hw;

	engine_enter(e, CALL_PAGE_REQUEST);
	e->hooks->page_request(hw, pr);
	engine_leave(e);
}

bool engine_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok)
{
	struct engine *e = hw;
	bool seen;

	engine_enter(e, CALL_ATS_INV_DONE);
	seen = e->hooks->ats_inv_done(hw, sid, itag, ok);
	engine_leave(e);
	return seen;
}

void engine_step(void *hw)
{
	struct engine *e = hw;

	engine_enter(e, CALL_STEP);
	if (e->owed)
		e->hooks->step(hw);
	engine_leave(e);
}

/*
 * Take the walks that began before the reset off the list, with nothing to install or to record: whoever still holds
 * one gets an abort.
 */
static void disown_walks(struct engine *e)
{
	struct iommu_walk *w;

	while ((w = e->walks)) {
		e->walks = w->next;
		w->next = NULL;
		w->pprev = &w->next;
		w->stale = false;
		w->kind = XLAT_ABORT;
		w->res = (struct xlat_result){ 0 };
		memset(w->priv, 0, sizeof(w->priv));
	}
	e->stale_in_flight = 0;
}

void engine_reset(void *hw)
{
	struct engine *e = hw;

	engine_enter(e, CALL_RESET);
	disown_walks(e);
	if (e->hooks->end_transactions)
		e->hooks->end_transactions(hw);
	engine_start(e);
	engine_changed(e, NULL);
	engine_leave(e);
}

void engine_stats(void *hw, struct iommu_stats *st)
{
	const struct engine *e = hw;
	u32 i;

	memset(st, 0, sizeof(*st));
	for (i = 0; i < e->n_caches; i++) {
		const struct tcache *c = &e->cache[i];

		st->cache[i] = (struct iommu_cache_stats){
			.present = true, .hits = c->hits, .misses = c->misses, .evictions = c->evictions
		};
	}
	for (i = 0; i < 2; i++)
		memcpy(st->cache[UNIT_WALK_CACHE + i].at_level, e->step_levels[i], sizeof(e->step_levels[i]));
	e->hooks->stats(hw, st);
}

/* ---- images ---- */

/* Of the configuration: everything that decides what the parts of an image mean. */
static u64 config_digest(struct engine *e)
{
	u64 digest = e->hooks->config(e);
	u32 i;

	for (i = 0; i < e->n_caches; i++) {
		const struct tcache *c = &e->cache[i];
		u64 words[] = { c->sets, c->ways, c->policy, c->seed };

		digest = image_digest_words(digest, words, ARRAY_SIZE(words));
	}
	return digest;
}

static void exchange_cache(struct engine *e, struct iommu_image *img, enum iommu_unit unit)
{
	struct tcache *c = &e->cache[unit];
	size_t n = (size_t)c->sets * c->ways, i;

	image_tcache(img, c);
	for (i = 0; img->loading && i < n && !img->err; i++)
		if (c->signs[i])
			image_check(img, e->hooks->entry_ok(e, unit, &c->entries[i]));
}

static void exchange_itags(struct engine *e, struct iommu_image *img)
{
	u32 i;

	for (i = 0; i < e->n_itags; i++) {
		image_part(img, &e->itags[i].seq);
		image_part(img, &e->itags[i].sid);
		image_check(img, e->itags[i].seq <= e->seq);
	}
}

/* Each part of the state once. */
static int exchange(struct engine *e, struct iommu_image *img)
{
	u32 i;

	if (image_begin(img, e->hooks->kind, e->hooks->version, config_digest(e)))
		return img->err;
	image_words(img, e->counters, e->n_counters);
	image_part(img, &e->seq);
	image_check(img, e->seq < BIT_ULL(63)); /* it never wraps */
	image_bool(img, &e->owed);
	exchange_itags(e, img);
	for (i = 0; i < e->n_caches; i++)
		exchange_cache(e, img, (enum iommu_unit)i);
	e->hooks->exchange(e, img);
	return image_end(img);
}

int engine_save(void *hw, struct iommu_image *img)
{
	struct engine *e = hw;
	int err = -EBUSY;

	engine_enter(e, CALL_SAVE);
	if (!e->walks)
		err = exchange(e, img);
	engine_leave(e);
	return err;
}

static int restore(struct engine *e, struct iommu_image *img)
{
	u64 counted[ENGINE_MAX_COUNTERS];
	size_t bytes = e->n_counters * sizeof(u64);

	if (e->walks || e->slots_used)
		return -EBUSY;
	memcpy(counted, e->counters, bytes);
	engine_start(e);
	if (exchange(e, img)) {
		engine_start(e);
		memcpy(e->counters, counted, bytes);
		return -EINVAL;
	}
	if (e->hooks->restored)
		e->hooks->restored(e);
	return 0;
}

int engine_restore(void *hw, struct iommu_image *img)
{
	struct engine *e = hw;
	int err;

	engine_enter(e, CALL_RESTORE);
	err = restore(e, img);
	engine_leave(e);
	return err;
}

/* ---- services of the holder ---- */

void engine_cache_event(struct engine *e, enum iommu_unit unit, bool hit, u32 sid, u64 addr, u64 id)
{
	struct iommu_event ev = {
		.kind = hit ? IOMMU_EV_HIT : IOMMU_EV_MISS, .unit = unit, .sid = sid, .addr = addr, .id = id
	};

	engine_event(e, &ev);
}

void engine_dropped(struct engine *e, enum iommu_unit unit, u32 n, const struct iommu_scope *scope)
{
	struct iommu_event ev = { .kind = IOMMU_EV_INVALIDATE, .unit = unit, .data = n, .scope = scope };

	engine_event(e, &ev);
}

void engine_changed(struct engine *e, const struct iommu_scope *scope)
{
	static const struct iommu_scope everything = { .stages = SCOPE_S1 | SCOPE_S2, .global = true };
	struct iommu_event ev = { .kind = IOMMU_EV_CHANGED, .scope = scope ? scope : &everything };

	engine_event(e, &ev);
}

int engine_read_words(struct engine *e, struct iommu_walk *w, u64 pa, u64 *words, u32 n)
{
	int err = engine_mem_read(e, pa, words, n * sizeof(u64));
	u32 i;

	if (w)
		iommu_walk_note(w, pa, n * sizeof(u64), WALK_CONFIG, -1, false, err);
	for (i = 0; !err && i < n; i++)
		words[i] = fl_get_le64(&words[i]);
	return err;
}

void engine_respond(struct engine *e, const struct page_response *resp)
{
	engine_calls_back(e, CALLS_THAT_ACT | BIT(CALL_PAGE_REQUEST), "page_response");
	if (e->ops->page_response)
		e->ops->page_response(e->ctx, resp);
}

void engine_auto_respond(struct engine *e, const struct page_request *pr, enum prg_code code, bool pasid)
{
	struct page_response resp = { .sid = pr->sid,
				      .pasid = pasid ? pr->pasid : 0,
				      .prgi = pr->prgi,
				      .code = code,
				      .pasid_valid = pasid,
				      .automatic = true };

	engine_respond(e, &resp);
}

bool engine_tlb_entry_ok(const struct tcache_entry *x, u8 max_shift, u64 pa_mask, struct xlat_result *r)
{
	xlat_set_answer(r, x->data[TLB_ANSWER]);
	return x->shift <= max_shift && r->shift == x->shift && !r->fault &&
	       !(x->data[TLB_PA] & (~pa_mask | (BIT_ULL(x->shift) - 1)));
}
