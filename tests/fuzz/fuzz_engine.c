// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An engine (FUZZ_KIND) whose software writes anything anywhere: registers of any width, memory, transactions split into
 * lookup, walk and fill, page requests, completions of ATS invalidations, resets, save and restore. Each call makes a bounded
 * number of accesses, a transaction ends once, and after a reset the registers are a new engine's.
 */
#include "fuzz.h"
#include "image.h"
#include "iommu_kind.h"

#define MEM	 (1U << 16)
#define ACCESSES (1U << 22) /* of one call: a full command queue of the largest size, each entry some accesses */
#define SLOTS	 64
#define WALKS	 4

static struct world {
	const struct iommu_kind *kind;
	void *hw;
	struct fl_config cfg;
	u32 accesses;
	bool stalled[SLOTS], waiting;
	struct ats_inv inv[16];
	u32 n_inv;
	u64 next_id;
	struct iommu_walk walk[WALKS];
	bool walking[WALKS];
	u8 mem[MEM];
} w;

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	fuzz_holds(++w.accesses < ACCESSES);
	if (pa >= MEM || len > MEM - pa)
		return -EIO;
	memcpy(buf, w.mem + pa, len);
	return 0;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	fuzz_holds(++w.accesses < ACCESSES);
	if (pa >= MEM || len > MEM - pa)
		return -EIO;
	memcpy(w.mem + pa, buf, len);
	return 0;
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	u64 is;

	fuzz_holds(++w.accesses < ACCESSES);
	if (pa > MEM - 8)
		return -EIO;
	is = fl_get_le64(w.mem + pa);
	if (is == *old)
		fl_put_le64(w.mem + pa, new_value);
	*old = is;
	return 0;
}

static void irq(void *ctx, u32 line, bool level)
{
	fuzz_holds(line < w.kind->irq_lines);
}

static int msi(void *ctx, u64 pa, u32 data)
{
	return mem_write(ctx, pa, &data, 4);
}

/* Resumed exactly once, and only if stalled. */
static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
	fuzz_holds(id < w.next_id && w.stalled[id % SLOTS]);
	w.stalled[id % SLOTS] = false;
}

static void stall_free(void *ctx, u32 tbu)
{
	w.waiting = false;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	fuzz_holds(resp->prgi < 512);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	if (w.n_inv < ARRAY_SIZE(w.inv))
		w.inv[w.n_inv++] = *inv;
}

static const struct iommu_ops ops = {
	.mem_read = mem_read,
	.mem_write = mem_write,
	.mem_cas64 = mem_cas64,
	.irq = irq,
	.msi = msi,
	.txn_resume = txn_resume,
	.stall_free = stall_free,
	.page_response = page_response,
	.ats_invalidate = ats_invalidate,
};

static void ended(const struct dma_txn *t, enum xlat x)
{
	fuzz_holds(x != XLAT_MISS);
	if (x == XLAT_STALL)
		w.stalled[t->id % SLOTS] = true;
	w.waiting = w.waiting || x == XLAT_WAIT;
}

static void transaction(struct fuzz_input *in, bool at_once)
{
	struct dma_txn t = { .id = w.next_id, .sid = (u32)fuzz_take(in, 1), .flags = (u16)fuzz_take(in, 1) };
	struct xlat_result r;
	enum xlat x;
	u32 i;

	t.iova = fuzz_take(in, 1) & 0x80 ? fuzz_take(in, 8) : fuzz_take(in, 3);
	t.pasid = t.flags & DMA_PASID ? (u32)fuzz_take(in, 1) : 0;
	t.len = 1 + (u32)(fuzz_take(in, 1) % (4096 - (t.iova & 4095)));
	if (t.flags & DMA_EXEC)
		t.flags &= (u16)~DMA_WRITE;
	if ((t.flags & (DMA_ATS_REQ | DMA_TRANSLATED)) == (DMA_ATS_REQ | DMA_TRANSLATED))
		t.flags &= (u16)~DMA_TRANSLATED;
	if (w.stalled[t.id % SLOTS])
		return;
	w.next_id++;
	if (at_once) {
		ended(&t, w.kind->cls->translate(w.hw, &t, &r));
		return;
	}
	x = w.kind->cls->lookup(w.hw, &t, &r);
	for (i = 0; i < WALKS && w.walking[i]; i++)
		;
	if (x != XLAT_MISS) {
		ended(&t, x);
	} else if (i < WALKS) {
		w.kind->cls->walk(w.hw, &t, &w.walk[i]);
		w.walking[i] = true;
	}
}

static void end_walk(u32 i, bool cancel)
{
	struct dma_txn t = w.walk[i].txn;

	if (!w.walking[i])
		return;
	w.walking[i] = false;
	if (cancel)
		w.kind->cls->cancel(w.hw, &w.walk[i]);
	else
		ended(&t, w.kind->cls->fill(w.hw, &w.walk[i]));
}

static void poke(struct fuzz_input *in)
{
	u32 at = (u32)fuzz_take(in, 3) % MEM, n = (u32)fuzz_take(in, 1) % 65;

	for (; n && at < MEM; n--)
		w.mem[at++] = (u8)fuzz_take(in, 1);
}

static void write_register(struct fuzz_input *in)
{
	unsigned int size = 1U << fuzz_take(in, 1) % 4;
	u64 offset = fuzz_take(in, 3), value = fuzz_take(in, size);

	w.kind->cls->mmio_write(w.hw, offset, value, size);
}

static void request(struct fuzz_input *in)
{
	struct page_request pr = { .sid = (u32)fuzz_take(in, 1), .prgi = (u16)(fuzz_take(in, 2) % 512) };
	u8 bits = (u8)fuzz_take(in, 1);

	pr.addr = fuzz_take(in, 3) << 12;
	pr.perm = bits & 7;
	pr.last = bits & 8;
	pr.priv = bits & 16;
	pr.pasid_valid = bits & 32;
	pr.pasid = pr.pasid_valid ? (u32)fuzz_take(in, 1) : 0;
	if (w.kind->cls->page_request)
		w.kind->cls->page_request(w.hw, &pr);
}

static void reset(void)
{
	u32 i;

	w.kind->cls->reset(w.hw);
	w.n_inv = 0;
	for (i = 0; i < SLOTS; i++)
		fuzz_holds(!w.stalled[i]);
}

/* A saved engine restored into a new one saves the same, and goes on in its place. */
static void move(void)
{
	struct iommu_image out, in, again;
	void *other;

	image_to_save(&out);
	if (w.kind->cls->save(w.hw, &out)) {
		image_free(&out);
		return;
	}
	fuzz_holds(!w.kind->create(&w.cfg, &ops, NULL, &other));
	image_to_load(&in, out.bytes, out.len);
	fuzz_holds(!w.kind->cls->restore(other, &in));
	image_to_save(&again);
	fuzz_holds(!w.kind->cls->save(other, &again));
	fuzz_holds(again.len == out.len && !memcmp(again.bytes, out.bytes, out.len));
	image_free(&again);
	image_free(&out);
	w.kind->destroy(w.hw);
	w.hw = other;
}

static void act(struct fuzz_input *in)
{
	u8 what = (u8)fuzz_take(in, 1);

	switch (what % 16) {
	default:
		write_register(in);
		break;
	case 5:
		w.kind->cls->mmio_read(w.hw, fuzz_take(in, 3), 1U << what / 16 % 4);
		break;
	case 6:
	case 7:
	case 8:
		poke(in);
		break;
	case 9:
	case 10:
		transaction(in, what & 16);
		break;
	case 11:
	case 12:
		end_walk(what / 16 % WALKS, what & 128);
		break;
	case 13:
		request(in);
		break;
	case 14:
		if (w.n_inv) {
			w.n_inv--;
			w.kind->cls->ats_inv_done(w.hw, w.inv[w.n_inv].sid, w.inv[w.n_inv].itag, what & 16);
		}
		break;
	case 15:
		if (what & 16)
			move();
		else if (what & 32)
			reset();
		break;
	}
	w.accesses = 0;
	w.kind->cls->step(w.hw);
	w.accesses = 0;
}

#define REGISTERS 0x400

/* What a new engine's registers are, read once. */
static const u64 *registers_of_new(void)
{
	static u64 value[REGISTERS];
	static bool known;
	void *new;
	u64 i;

	if (known)
		return value;
	fuzz_holds(!w.kind->create(&w.cfg, &ops, NULL, &new));
	for (i = 0; i < REGISTERS; i++)
		value[i] = w.kind->cls->mmio_read(new, 4 * i, 4);
	w.kind->destroy(new);
	known = true;
	return value;
}

static void like_new(void)
{
	const u64 *value = registers_of_new();
	u64 i;

	for (i = 0; i < REGISTERS; i++)
		fuzz_holds(w.kind->cls->mmio_read(w.hw, 4 * i, 4) == value[i]);
}

/* Small caches fill, and cost little. */
static void small(struct fl_config *cfg)
{
	static const char *const sizes[] = { "iommu.tlb_sets=4",	  "iommu.tlb_ways=2",
					     "iommu.walk_cache_sets=2",	  "iommu.walk_cache_ways=2",
					     "iommu.config_cache_sets=2", "iommu.config_cache_ways=2" };
	struct fl_config_error err;
	size_t i;

	fl_config_init(cfg);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		fuzz_holds(!fl_config_set(cfg, sizes[i], &err));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fl_config cfg;
	static bool sized;
	struct fuzz_input in = { data, data + size };
	u32 i;

	if (!sized)
		small(&cfg);
	sized = true;
	memset(&w, 0, sizeof(w));
	w.kind = iommu_kind_find(FUZZ_KIND);
	w.cfg = cfg;
	fuzz_holds(!w.kind->create(&w.cfg, &ops, NULL, &w.hw));
	while (in.at < in.end)
		act(&in);
	for (i = 0; i < WALKS; i++)
		end_walk(i, false);
	w.kind->cls->step(w.hw);
	reset();
	like_new();
	w.kind->destroy(w.hw);
	return 0;
}
