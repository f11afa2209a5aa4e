// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rig_vtd.h"

static bool fails(struct rig_vtd *r)
{
	return r->fail_at && r->reads + r->writes == r->fail_at;
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct rig_vtd *r = ctx;

	r->reads++;
	return fails(r) ? -EIO : machine_hw_ops.mem_read(r, pa, buf, len);
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct rig_vtd *r = ctx;

	r->writes++;
	return fails(r) ? -EIO : machine_hw_ops.mem_write(r, pa, buf, len);
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	struct rig_vtd *r = ctx;

	r->writes++;
	return fails(r) ? -EIO : machine_hw_ops.mem_cas64(r, pa, old, new_value);
}

static int msi(void *ctx, u64 pa, u32 data)
{
	struct rig_vtd *r = ctx;
	u32 line;

	for (line = 0; line < VTD_LINES; line++) {
		if (pa != RIG_MSI_ADDR(line) || data != RIG_MSI_DATA(line))
			continue;
		r->msis[line]++;
		return 0;
	}
	r->stray_msis++;
	return 0;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct rig_vtd *r = ctx;

	r->responses[r->n_responses++ % RIG_LOG] = *resp;
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct rig_vtd *r = ctx;

	r->invs[r->n_invs++ % RIG_LOG] = *inv;
}

static void event(void *ctx, const struct iommu_event *ev)
{
	struct rig_vtd *r = ctx;

	r->events[ev->kind]++;
}

void rig_vtd_init(struct rig_vtd *r, const struct vtd_cfg *cfg)
{
	int err;

	memset(r, 0, sizeof(*r));
	err = physmem_init(&r->mem, BIT_ULL(52));
	fl_assert(!err);
	machine_board_init(&r->board, &r->mem, BIT_ULL(32), BIT_ULL(32));
	machine_init(&r->m, &r->board, &vtd_class);
	r->m.hw = &r->hw;
	r->m.hw_ops.mem_read = mem_read;
	r->m.hw_ops.mem_write = mem_write;
	r->m.hw_ops.mem_cas64 = mem_cas64;
	r->m.hw_ops.msi = msi;
	r->m.hw_ops.page_response = page_response;
	r->m.hw_ops.ats_invalidate = ats_invalidate;
	r->m.hw_ops.event = event;
	err = vtd_init(&r->hw, cfg, &r->m.hw_ops, r);
	fl_assert(!err);
	r->next_page = 0x100000;
}

void rig_vtd_exit(struct rig_vtd *r)
{
	vtd_exit(&r->hw);
	machine_board_exit(&r->board);
	physmem_exit(&r->mem);
}

u64 rig_vtd_read(struct rig_vtd *r, u32 offset, unsigned int size)
{
	return vtd_class.mmio_read(&r->hw, offset, size);
}

void rig_vtd_write(struct rig_vtd *r, u32 offset, u64 value, unsigned int size)
{
	vtd_class.mmio_write(&r->hw, offset, value, size);
}

u64 rig_vtd_peek(struct rig_vtd *r, u64 pa)
{
	u8 raw[8] = { 0 }; /* what lies outside the memory reads as zero */

	physmem_read(&r->mem, pa, raw, sizeof(raw));
	return fl_get_le64(raw);
}

void rig_vtd_poke(struct rig_vtd *r, u64 pa, u64 word)
{
	u8 raw[8];

	fl_put_le64(raw, word);
	physmem_write(&r->mem, pa, raw, sizeof(raw));
}

u64 rig_vtd_page(struct rig_vtd *r)
{
	u64 pa = r->next_page;

	r->next_page += 4096;
	return pa;
}

void rig_vtd_msi_setup(struct rig_vtd *r)
{
	static const u32 ctl[VTD_LINES] = { VTD_FECTL, VTD_IECTL, VTD_PECTL };
	u32 line;

	for (line = 0; line < VTD_LINES; line++) {
		rig_vtd_write(r, ctl[line] + 4, RIG_MSI_DATA(line), 4);
		rig_vtd_write(r, ctl[line] + 8, RIG_MSI_ADDR(line), 4);
		rig_vtd_write(r, ctl[line] + 12, 0, 4);
		rig_vtd_write(r, ctl[line], 0, 4);
	}
}

void rig_vtd_command(struct rig_vtd *r, u32 bit, bool on)
{
	u32 status = (u32)rig_vtd_read(r, VTD_GSTS, 4) & 0x96ffffffu;

	rig_vtd_write(r, VTD_GCMD, on ? status | bit : status & ~bit, 4);
}

void rig_vtd_root(struct rig_vtd *r, u64 value)
{
	rig_vtd_write(r, VTD_RTADDR, value, 8);
	rig_vtd_command(r, VTD_GCMD_SRTP, true);
}

u64 rig_vtd_queue(struct rig_vtd *r, bool wide)
{
	u64 pa = rig_vtd_page(r);

	rig_vtd_write(r, VTD_IQT, 0, 8);
	rig_vtd_write(r, VTD_IQA, pa | (wide ? VTD_IQA_DW : 0), 8);
	rig_vtd_command(r, VTD_GCMD_QIE, true);
	return pa;
}

void rig_vtd_submit(struct rig_vtd *r, const u64 *d)
{
	u64 iqa = rig_vtd_read(r, VTD_IQA, 8), tail = rig_vtd_read(r, VTD_IQT, 8);
	u32 words = iqa & VTD_IQA_DW ? 4 : 2, i;

	for (i = 0; i < words; i++)
		rig_vtd_poke(r, (iqa & VTD_IQA_IQA) + tail + i * 8, d[i]);
	rig_vtd_write(r, VTD_IQT, (tail + words * 8) & ((4096ULL << (iqa & 7)) - 1), 8);
}

void rig_vtd_inv_done(struct rig_vtd *r, u32 sid, u8 itag, bool ok)
{
	vtd_class.ats_inv_done(&r->hw, sid, itag, ok);
	vtd_class.step(&r->hw);
}

void rig_vtd_settle(struct rig_vtd *r)
{
	while (r->inv_done < r->n_invs) {
		const struct ats_inv *inv = &r->invs[r->inv_done++ % RIG_LOG];

		rig_vtd_inv_done(r, inv->sid, inv->itag, true);
	}
}

u64 rig_vtd_slot(struct rig_vtd *r, u64 root, u32 levels, u64 iova, u32 level, u64 link)
{
	u64 table = root, entry, at;
	u32 l;

	for (l = levels;; l--) {
		at = table + (iova >> (12 + 9 * (l - 1)) & 511) * 8;
		if (l == level)
			return at;
		entry = rig_vtd_peek(r, at);
		if (!entry) {
			entry = rig_vtd_page(r) | link;
			rig_vtd_poke(r, at, entry);
		}
		table = entry & 0xffffffffff000ULL;
	}
}

void rig_vtd_mode(struct rig_vtd *r, enum vtd_ttm ttm)
{
	r->root = rig_vtd_page(r);
	rig_vtd_root(r, r->root | FIELD_PREP(VTD_RTADDR_TTM, (u64)ttm));
	rig_vtd_command(r, VTD_GCMD_TE, true);
}

/* The table that the word at @at points to, made if it is not there. */
static u64 reach(struct rig_vtd *r, u64 at)
{
	u64 word = rig_vtd_peek(r, at);

	if (!(word & 1)) {
		word = rig_vtd_page(r) | 1;
		rig_vtd_poke(r, at, word);
	}
	return word & ~0xfffULL;
}

void rig_vtd_context(struct rig_vtd *r, u32 sid, u64 low, u64 high)
{
	u64 table = reach(r, r->root + (sid >> 8) * 16);

	rig_vtd_poke(r, table + (sid & 0xff) * 16, low);
	rig_vtd_poke(r, table + (sid & 0xff) * 16 + 8, high);
}

static u64 device_entry(struct rig_vtd *r, u32 sid)
{
	return reach(r, r->root + (sid >> 8) * 16 + (sid >> 7 & 1) * 8) + (sid & 0x7f) * 32;
}

u64 rig_vtd_device(struct rig_vtd *r, u32 sid, u64 low, u64 high)
{
	u64 at = device_entry(r, sid), dir = rig_vtd_page(r);

	rig_vtd_poke(r, at, low | dir);
	rig_vtd_poke(r, at + 8, high);
	return dir;
}

void rig_vtd_pasid(struct rig_vtd *r, u32 sid, u32 pasid, u64 w0, u64 w1, u64 w2)
{
	u64 dir = rig_vtd_peek(r, device_entry(r, sid)) & ~0xfffULL;
	u64 at = reach(r, dir + (pasid >> 6) * 8) + (pasid & 63) * 64;

	rig_vtd_poke(r, at, w0);
	rig_vtd_poke(r, at + 8, w1);
	rig_vtd_poke(r, at + 16, w2);
}

enum xlat rig_vtd_access(struct rig_vtd *r, u32 sid, u64 iova, u16 flags, u32 pasid, struct xlat_result *res)
{
	struct dma_txn t = { .iova = iova, .sid = sid, .pasid = pasid, .len = 1, .flags = flags };

	return vtd_class.translate(&r->hw, &t, res);
}
