// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The software of a VT-d in scalable mode. Layouts are those of revision 5.10:
 * chapter 9, descriptors 6.5.2 and 7.4.1, responses 7.6.1, registers 11.4.
 *
 * Devices: 0 first stage, 1 second stage, 2 second stage and 3 first stage with
 * ATS and PRI; 4 passes through, 5 has no context entry.
 */
#include "contract.h"
#include "vtd.h"

#define PQ     0x3000
#define ROOT   0x4000
#define CTX    0x5000
#define IQ     0x7000
#define STATUS 0x2000 /* where wait descriptors write */
#define DIRS   0x8000 /* a page of PASID directory and a page of PASID table for each device */

#define IQ_ENTRIES 128 /* of 32 bytes */
#define PQ_ENTRIES 128
#define PQ_FREE	   7 /* the software leaves the hardware no more */

#define GCMD   0x18
#define GSTS   0x1c
#define FSTS   0x34
#define IQH    0x80
#define IQT    0x88
#define IQERCD 0xb0
#define PQH    0xc0
#define PQT    0xc8
#define PRS    0xdc
#define FRCD   0x400
#define TE     BIT(31)
#define SRTP   BIT(30)
#define QIE    BIT(26)
#define ONCE   0x96ffffffU /* GSTS without the bits that act once */

static u32 room(struct ct *c)
{
	u32 head = (u32)ct_read(c, IQH, 8) / 32;

	return IQ_ENTRIES - 1 - (c->s.prod - head) % IQ_ENTRIES;
}

static void put(struct ct *c, u64 w0, u64 w1)
{
	u64 pa = IQ + c->s.prod * 32;

	ct_poke(c, pa, w0);
	ct_poke(c, pa + 8, w1);
	ct_poke(c, pa + 16, 0);
	ct_poke(c, pa + 24, 0);
	c->s.prod = (c->s.prod + 1) % IQ_ENTRIES;
}

static void ring(struct ct *c)
{
	ct_write(c, IQT, c->s.prod * 32, 8);
}

static void lay_out(struct ct *c)
{
	u32 sid;

	ct_poke(c, ROOT, CTX | 1);
	for (sid = 0; sid < 5; sid++) {
		u64 dir = DIRS + sid * 0x2000;

		/* P, and DTE and PRE of those with ATS */
		ct_poke(c, CTX + sid * 32, dir | 1 | (sid == 2 || sid == 3 ? 0x14 : 0));
		ct_poke(c, dir, (dir + 0x1000) | 1);
		if (sid == 4) {
			ct_poke(c, dir + 0x1000, 1 | 4 << 6); /* PGTT 100: pass-through */
		} else if (sid == 1 || sid == 2) {
			ct_poke(c, dir + 0x1000, c->s.root[sid] | 1 | 2 << 2 | 2 << 6); /* AW 48 bits, PGTT 010 */
		} else {
			ct_poke(c, dir + 0x1000, 1 | 1 << 6);	  /* PGTT 001 */
			ct_poke(c, dir + 0x1010, c->s.root[sid]); /* FSPM 4 levels */
		}
		ct_poke(c, dir + 0x1008, 10 + sid); /* DID */
	}
}

static void command_bit(struct ct *c, u32 bit, bool on)
{
	u32 status = (u32)ct_read(c, GSTS, 4) & ONCE;

	c->s.invs++;
	ct_write(c, GCMD, on ? status | bit : status & ~bit, 4);
}

/* The head stays so far ahead of what has been read that only PQ_FREE entries are free. */
static void publish_head(struct ct *c)
{
	ct_write(c, PQH, (c->s.head + PQ_FREE + 1) % PQ_ENTRIES * 32, 8);
}

static void start_queue(struct ct *c)
{
	ct_write(c, IQT, 0, 8);
	ct_write(c, 0x90, IQ | BIT(11), 8); /* IQA: 256-bit descriptors, 4 KiB */
	command_bit(c, QIE, true);
}

static void bring_up(struct ct *c)
{
	static const u32 ctl[] = { 0x38, 0xa0, 0xe0 };
	u32 i;

	for (i = 0; i < 3; i++) {
		ct_write(c, ctl[i] + 8, 0xfee00000, 4);
		ct_write(c, ctl[i], 0, 4);
	}
	ct_write(c, 0x20, ROOT | 1 << 10, 8); /* TTM 01: scalable */
	command_bit(c, SRTP, true);
	start_queue(c);
	ct_write(c, 0xd0, PQ, 8);
	publish_head(c);
	command_bit(c, TE, true);
}

static void txn(struct ct *c, struct dma_txn *t)
{
	t->sid = ct_one_in(c, 12) ? 4 + ct_rand(c, 2) : ct_rand(c, 4);
	if ((t->sid == 2 || t->sid == 3) && !ct_one_in(c, 3))
		t->flags |= DMA_ATS_REQ;
}

/* ---- descriptors ---- */

static void put_wait(struct ct *c, u64 flags)
{
	put(c, 0x5 | flags | (u64)c->s.prod << 32, STATUS + c->s.prod * 4);
}

static void dev_tlb(struct ct *c, u32 sid, u64 addr)
{
	put(c, 0x3 | (u64)sid << 32, addr);
}

static void random_descriptor(struct ct *c)
{
	u64 sid = ct_rand(c, 4), did = (10 + sid) << 16;

	switch (ct_rand(c, 14)) {
	case 0:
	case 1:
		put(c, 0x2 | 1 << 4, 0); /* IOTLB, global */
		break;
	case 2:
		put(c, 0x2 | 2 << 4 | did, 0);
		break;
	case 3:
		put(c, 0x2 | 3 << 4 | did, (u64)ct_rand(c, CT_PAGES) << 12 | ct_rand(c, 3));
		break;
	case 4:
		put(c, 0x6 | 2 << 4 | did, 0); /* PASID-based IOTLB, PASID 0 */
		break;
	case 5:
		put(c, 0x6 | 3 << 4 | did, (u64)ct_rand(c, CT_PAGES) << 12);
		break;
	case 6:
		put(c, 0x1 | 1 << 4, 0); /* context-cache, global */
		break;
	case 7:
		put(c, 0x7 | ct_rand(c, 2) << 4 | did, 0); /* PASID-cache */
		break;
	case 8:
	case 9:
		dev_tlb(c, 2 + ct_rand(c, 2), (u64)ct_rand(c, CT_PAGES) << 12);
		break;
	case 10:
		/* Reserved type */
		put(c, ct_one_in(c, 24) ? 0xf : 0x2 | 1 << 4, 0);
		break;
	default:
		put_wait(c, BIT_ULL(5) | (ct_one_in(c, 2) ? BIT_ULL(4) : 0) | (ct_one_in(c, 4) ? BIT_ULL(6) : 0));
	}
}

static void command(struct ct *c)
{
	u32 n = 1 + ct_rand(c, 6);

	if (room(c) < n)
		return;
	while (n--)
		random_descriptor(c);
	ring(c);
}

static void invalidate(struct ct *c, u32 sid, u64 iova)
{
	u64 did = (10 + (u64)sid) << 16;

	if (room(c) < 3)
		return;
	if (iova == CT_EVERYWHERE)
		put(c, 0x2 | 1 << 4, 0);
	else if (sid == 1 || sid == 2)
		put(c, 0x2 | 3 << 4 | did, iova & ~0xfffULL);
	else
		put(c, 0x6 | 3 << 4 | did, iova & ~0xfffULL);
	if (sid == 2 || sid == 3)
		dev_tlb(c, sid, iova == CT_EVERYWHERE ? 0 : iova & ~0xfffULL);
	put_wait(c, BIT_ULL(5));
	ring(c);
}

/* ---- records and answers ---- */

/* Requester ID 31:16 of word 0; of word 1: LPIG bit 2, index 11:3, address. Response: type 9 is bits 11:9 = 0, 3:0 = 9.
 */
static void answer_page(struct ct *c, u64 w0, u64 w1, u32 how)
{
	u64 sid = w0 >> 16 & 0xffff, code = how == 1 ? 0 : how == 2 ? 1 : ct_rand(c, 2);

	if (!code)
		ct_map(c, (u32)sid, w1, PERM_R | PERM_W);
	if (w1 >> 2 & 1) {
		put(c, 0x9 | code << 12 | sid << 16, w1 & 0xff8);
		ring(c);
	}
}

static void answer_pages(struct ct *c, u32 n, u32 how)
{
	u32 tail = (u32)ct_read(c, PQT, 8) / 32;

	for (; n && c->s.head != tail && room(c) > 1; n--) {
		u64 pa = PQ + c->s.head * 32;

		c->s.head = (c->s.head + 1) % PQ_ENTRIES;
		answer_page(c, ct_peek(c, pa), ct_peek(c, pa + 8), how);
	}
	publish_head(c);
	/* PRO may be cleared once there is room, PPR at any time. */
	ct_write(c, PRS, 3, 4);
}

static void clear_faults(struct ct *c)
{
	u32 i;

	for (i = 0; i < 8; i++)
		ct_write(c, FRCD + i * 16 + 12, BIT(31), 4);
	ct_write(c, FSTS, BIT(0) | BIT(5), 4);
}

static void service(struct ct *c, u32 n, u32 how)
{
	if (how || ct_one_in(c, 4))
		clear_faults(c);
	answer_pages(c, n, how);
}

/* ---- registers ---- */

/* IQE: the descriptor at the head is replaced by a harmless one; ITE: what was aborted is not tried again. */
static void clear_error(struct ct *c)
{
	u32 fsts = (u32)ct_read(c, FSTS, 4), head = (u32)ct_read(c, IQH, 8);

	if (!(fsts & (BIT(4) | BIT(6))))
		return;
	if (fsts & BIT(4))
		ct_poke(c, IQ + head, 0x2 | 1 << 4);
	c->s.executed = head / 32;
	ct_write(c, FSTS, BIT(4) | BIT(6), 4);
}

/* Disabling the queue ends it, and every wait in it: commands that were not executed are lost with it. */
static void restart_queue(struct ct *c)
{
	if (c->s.n_inv || (u32)ct_read(c, IQH, 8) / 32 != c->s.prod || c->s.n_wait)
		return;
	command_bit(c, QIE, false);
	c->s.prod = c->s.executed = 0;
	start_queue(c);
}

static void poke(struct ct *c)
{
	static const u32 ctl[] = { 0x38, 0xa0, 0xe0 };

	switch (ct_rand(c, 6)) {
	case 0:
		ct_write(c, ctl[ct_rand(c, 3)], ct_rand(c, 2) << 31, 4);
		break;
	case 1:
		/* A completion that arrives while translation is off is refused (4.2.1): none is on its way. */
		if (!c->s.n_inv && (u32)ct_read(c, IQH, 8) / 32 == c->s.prod) {
			command_bit(c, TE, false);
			command_bit(c, TE, true);
		}
		break;
	case 2:
		restart_queue(c);
		break;
	case 3:
		ct_write(c, 0x9c, 1, 4); /* ICS.IWC */
		break;
	default:
		clear_error(c);
	}
}

static void sane(struct ct *c)
{
	clear_error(c);
}

/* IOTLB (02h) and PASID-based IOTLB (06h), which is taken for the first stage alone here; domain 10 + n is device n's. */
static void invalidated(struct ct *c, u64 w0, u64 w1)
{
	u32 gran = w0 >> 4 & 3, sid = (u32)(w0 >> 16 & 0xffff) - 10;
	bool first = sid == 0 || sid == 3;

	if ((w0 & 0xf) == 0x2 && gran == 1)
		ct_invalidated(c, 0, ~0U, CT_EVERYWHERE);
	else if ((w0 & 0xf) == (first ? 0x6 : 0x2))
		ct_invalidated(c, 0, sid, gran == 2 ? CT_EVERYWHERE : w1 & ~0xfffULL);
}

static void command_done(struct ct *c, const struct iommu_event *ev)
{
	u64 pa = IQ + c->s.executed * 32, w0 = ct_peek(c, pa);
	u32 type = w0 & 0xf;

	if (type != ev->code)
		ct_fail(c, "descriptor %x is executed, software wrote %x", ev->code, type);
	c->s.executed = (c->s.executed + 1) % IQ_ENTRIES;
	c->s.commands++;
	c->s.counts[CT_N_COMMANDS]++;
	c->s.invs += type != 0x5;
	invalidated(c, w0, ct_peek(c, pa + 8));
	if (type == 0x2 && (w0 >> 4 & 3) == 1)
		ct_overtake(c, 0, ~0U);
	if (type == 0x5)
		ct_wait_begin(c, 0, true);
}

static void event(struct ct *c, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_COMMAND)
		command_done(c, ev);
	else if (ev->kind == IOMMU_EV_SYNC)
		ct_wait_done(c, 0);
}

static enum ct_open held(struct ct *c)
{
	if ((u32)ct_read(c, IQH, 8) / 32 == c->s.prod && !c->s.n_wait)
		return CT_NONE_OPEN;
	return ct_read(c, FSTS, 4) & (BIT(4) | BIT(6)) ? CT_STOPPED : CT_OPEN;
}

/* Second stage: R, W. First stage: P, R/W, U/S, A, D. */
static u64 leaf(u32 sid, u8 perm)
{
	if (sid == 1 || sid == 2)
		return perm & PERM_W ? 3 : 1;
	return perm & PERM_W ? 0x67 : 0x65;
}

static int init(void *hw, const struct iommu_ops *ops, void *ctx, u64 variant)
{
	struct vtd_cfg cfg = {
		.itags = 4,
		.iotlb = { .sets = 4, .ways = 2 },
		.context = { .sets = 2, .ways = 2 },
		.pasid = { .sets = 2, .ways = 2 },
		.first = { .sets = 2, .ways = 2 },
		.second = { .sets = 2, .ways = 2 },
	};

	if (variant % 3 == 2)
		cfg.iotlb = (struct tcache_cfg){ .ways = 1 };
	return vtd_init(hw, &cfg, ops, ctx);
}

CT_CALLS(vtd)

/* A link of either stage: present, writable, for users, accessed; the second stage ignores bits 2 and 5 here. */
const struct ct_engine ct_vtd = {
	CT_ENGINE(vtd),
	.link = 0x27,
	.timeout_ends_waits = true,
	.regs = { { 0, 0x200 }, { 0x400, 0x600 } },
};
