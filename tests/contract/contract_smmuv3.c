// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The software of an SMMUv3. Layouts are those of IHI 0070: commands 4.1.3,
 * STE 5.2, CD 5.4, event records 7.3, page requests 8.1, registers 6.3.
 *
 * Streams: 0 and 1 stall, 2 and 3 terminate, 3 has ATS; 4 bypasses, 5 has no STE.
 */
#include "contract.h"
#include "smmuv3.h"

#define CMDQ	0x1000
#define EVENTQ	0x2000
#define PRIQ	0x3000
#define STRTAB	0x4000
#define CDS	0x5000
#define LOG2CMD 5
#define LOG2EVT 3
#define LOG2PRI 3

#define CR0	    0x20
#define CR0_ALL	    0x0f /* SMMUEN, PRIQEN, EVENTQEN, CMDQEN */
#define GBPA	    0x44
#define IRQ_CTRL    0x50
#define GERROR	    0x60
#define GERRORN	    0x64
#define CMDQ_PROD   0x98
#define CMDQ_CONS   0x9c
#define EVENTQ_PROD 0x100a8
#define EVENTQ_CONS 0x100ac
#define PRIQ_PROD   0x100c8
#define PRIQ_CONS   0x100cc

enum {
	PREFETCH_CONFIG = 0x01,
	CFGI_STE = 0x03,
	CFGI_ALL = 0x04,
	CFGI_CD = 0x05,
	CFGI_CD_ALL = 0x06,
	TLBI_NH_ALL = 0x10,
	TLBI_NH_ASID = 0x11,
	TLBI_NH_VA = 0x12,
	TLBI_NSNH_ALL = 0x30,
	ATC_INV = 0x40,
	PRI_RESP = 0x41,
	RESUME = 0x44,
	STALL_TERM = 0x45,
	SYNC = 0x46,
	ILLEGAL = 0xff,
};

static u32 room(struct ct *c)
{
	u32 cons = (u32)ct_read(c, CMDQ_CONS, 4);

	return (1U << LOG2CMD) - ((c->s.prod - cons) & ((2U << LOG2CMD) - 1));
}

static void put(struct ct *c, u64 w0, u64 w1)
{
	u64 pa = CMDQ + (c->s.prod & ((1U << LOG2CMD) - 1)) * 16;

	ct_poke(c, pa, w0);
	ct_poke(c, pa + 8, w1);
	c->s.prod = (c->s.prod + 1) & ((2U << LOG2CMD) - 1);
}

static void ring(struct ct *c)
{
	ct_write(c, CMDQ_PROD, c->s.prod, 4);
}

static void lay_out(struct ct *c)
{
	u32 sid;

	for (sid = 0; sid < 4; sid++) {
		/* T0SZ 16, 4 KiB, EPD1, V, IPS 48 bits, AA64; A = 1 and R = 1; S for streams 0 and 1; ASID */
		u64 cd = 0x00006205c0000010ULL | (sid < 2 ? BIT_ULL(44) : 0) | (u64)sid << 48;

		ct_poke(c, CDS + sid * 64, cd);
		ct_poke(c, CDS + sid * 64 + 8, c->s.root[sid]);
		ct_poke(c, STRTAB + sid * 64, 0xb | (CDS + sid * 64));	      /* V, Config 101 */
		ct_poke(c, STRTAB + sid * 64 + 8, sid == 3 ? 1ULL << 28 : 0); /* EATS 01 */
	}
	ct_poke(c, STRTAB + 4 * 64, 0x9); /* V, Config 100 */
}

static void bring_up(struct ct *c)
{
	ct_write(c, 0x28, 0xd75, 4);
	ct_write(c, 0x2c, 0x2, 4); /* RECINVSID */
	ct_write(c, 0x80, STRTAB, 8);
	ct_write(c, 0x88, 3, 4);
	ct_write(c, 0x90, CMDQ | LOG2CMD, 8);
	ct_write(c, 0xa0, EVENTQ | LOG2EVT, 8);
	ct_write(c, 0xc0, PRIQ | LOG2PRI, 8);
	ct_write(c, IRQ_CTRL, 7, 4);
	c->s.enables = CR0_ALL;
	ct_write(c, CR0, CR0_ALL, 4);
}

static void txn(struct ct *c, struct dma_txn *t)
{
	t->sid = ct_one_in(c, 12) ? 4 + ct_rand(c, 2) : ct_rand(c, 4);
	t->tbu = (u16)ct_rand(c, 2);
	if (t->sid == 3 && ct_one_in(c, 2))
		t->flags |= DMA_ATS_REQ;
}

static void random_command(struct ct *c)
{
	u64 sid = ct_rand(c, 4);

	switch (ct_rand(c, 16)) {
	case 0:
	case 1:
		put(c, TLBI_NSNH_ALL, 0);
		break;
	case 2:
		put(c, TLBI_NH_ALL, 0);
		break;
	case 3:
		put(c, TLBI_NH_ASID | sid << 48, 0);
		break;
	case 4:
		put(c, TLBI_NH_VA | sid << 48, (u64)ct_rand(c, CT_PAGES) << 12 | ct_rand(c, 2));
		break;
	case 5:
		put(c, CFGI_STE | sid << 32, ct_rand(c, 2));
		break;
	case 6:
		put(c, CFGI_ALL, 31);
		break;
	case 7:
		put(c, (ct_one_in(c, 2) ? CFGI_CD : CFGI_CD_ALL) | sid << 32, 1);
		break;
	case 8:
		put(c, STALL_TERM | (u64)ct_rand(c, 2) << 32, 0);
		break;
	case 9:
	case 10:
		put(c, ATC_INV | 3ULL << 32, (u64)ct_rand(c, CT_PAGES) << 12);
		break;
	case 11:
		put(c, ct_one_in(c, 24) ? ILLEGAL : PREFETCH_CONFIG, 0);
		break;
	case 12:
		put(c, RESUME | (u64)ct_rand(c, 3) << 12 | (u64)ct_rand(c, 2) << 32, ct_rand(c, 3));
		break;
	default:
		put(c, SYNC | (u64)ct_rand(c, 3) << 12, 0);
	}
}

static void command(struct ct *c)
{
	u32 n = 1 + ct_rand(c, 6);

	if (room(c) < n)
		return;
	while (n--)
		random_command(c);
	ring(c);
}

static void invalidate(struct ct *c, u32 sid, u64 iova)
{
	if (room(c) < 3)
		return;
	if (iova == CT_EVERYWHERE)
		put(c, TLBI_NSNH_ALL, 0);
	else
		put(c, TLBI_NH_VA | (u64)sid << 48, (iova & ~0xfffULL) | 1);
	if (sid == 3)
		put(c, ATC_INV | (u64)sid << 32, iova & ~0xfffULL);
	put(c, SYNC, 0);
	ring(c);
}

/* ---- records and answers ---- */

static void read_events(struct ct *c, u32 n)
{
	u32 prod = (u32)ct_read(c, EVENTQ_PROD, 4), cons = (u32)ct_read(c, EVENTQ_CONS, 4);
	u32 mask = (2U << LOG2EVT) - 1;

	for (; n && ((prod ^ cons) & mask) && c->s.n_record < CT_RECORDS; n--) {
		u64 pa = EVENTQ + (cons & (mask >> 1)) * 32;

		if (ct_peek(c, pa + 8) >> 31 & 1) /* Stall */
			c->s.record[c->s.n_record++] = (struct ct_record){ .sid = (u32)(ct_peek(c, pa) >> 32),
									   .tag = (u32)ct_peek(c, pa + 8) & 0xffff,
									   .addr = ct_peek(c, pa + 16) };
		cons = (cons & ~mask) | ((cons + 1) & mask);
	}
	/* OVACKFLG */
	ct_write(c, EVENTQ_CONS, (cons & mask) | (prod & BIT(31)), 4);
}

/* RESUME: Ac is bit 12, Ab bit 13. */
static void answer_stall(struct ct *c, const struct ct_record *r, u32 how)
{
	u64 act = how == 1 ? 1 : how == 2 ? 2 : ct_rand(c, 3);

	if (act == 1 && r->sid < 4 && (how == 1 || ct_one_in(c, 2)))
		ct_map(c, r->sid, r->addr, PERM_R | PERM_W);
	put(c, RESUME | act << 12 | (u64)r->sid << 32, r->tag);
}

static void answer_stalls(struct ct *c, u32 n, u32 how)
{
	bool any = false;

	while (n-- && c->s.n_record && room(c) > 1) {
		u32 i = how ? 0 : ct_rand(c, c->s.n_record);
		struct ct_record r = c->s.record[i];

		c->s.n_record--;
		memmove(&c->s.record[i], &c->s.record[i + 1], (c->s.n_record - i) * sizeof(r));
		answer_stall(c, &r, how);
		any = true;
	}
	if (any)
		ring(c);
}

/* Word 0: StreamID 31:0, Last is bit 62. Word 1: PRGIndex 8:0, address. */
static void answer_pages(struct ct *c, u32 n, u32 how)
{
	u32 prod = (u32)ct_read(c, PRIQ_PROD, 4), cons = (u32)ct_read(c, PRIQ_CONS, 4);
	u32 mask = (2U << LOG2PRI) - 1;

	for (; n && ((prod ^ cons) & mask) && room(c) > 1; n--) {
		u64 pa = PRIQ + (cons & (mask >> 1)) * 16, w0 = ct_peek(c, pa), w1 = ct_peek(c, pa + 8);
		u64 sid = w0 & 0xffffffff, code = how == 1 ? 2 : how == 2 ? 1 : ct_rand(c, 3);

		cons = (cons & ~mask) | ((cons + 1) & mask);
		if (code == 2)
			ct_map(c, (u32)sid, w1, PERM_R | PERM_W);
		if (w0 >> 62 & 1) {
			put(c, PRI_RESP | sid << 32, (w1 & 0x1ff) | code << 12);
			ring(c);
		}
	}
	ct_write(c, PRIQ_CONS, (cons & mask) | (prod & BIT(31)), 4);
}

static void service(struct ct *c, u32 n, u32 how)
{
	read_events(c, n);
	answer_stalls(c, n, how);
	answer_pages(c, n, how);
}

/* ---- registers ---- */

static bool cmdq_error(struct ct *c)
{
	return (ct_read(c, GERROR, 4) ^ ct_read(c, GERRORN, 4)) & 1;
}

/* As a driver does: what is illegal is replaced, what failed with an ATS time-out is tried again (7.1). */
static void clear_error(struct ct *c)
{
	u32 cons = (u32)ct_read(c, CMDQ_CONS, 4), at = cons & ((2U << LOG2CMD) - 1);

	if (!cmdq_error(c))
		return;
	if ((cons >> 24 & 0x7f) == 1)
		ct_poke(c, CMDQ + (at & ((1U << LOG2CMD) - 1)) * 16, PREFETCH_CONFIG);
	if ((cons >> 24 & 0x7f) == 3) /* CERROR_ATC_INV_SYNC */
		c->s.timed_out = false;
	c->s.executed = at;
	ct_write(c, GERRORN, ct_read(c, GERROR, 4), 4);
}

static void write_cr0(struct ct *c, u32 value)
{
	c->s.invs++;
	/* A command that waited when the queue was disabled is fetched anew. */
	if (~c->s.enables & value & BIT(3))
		c->s.executed = (u32)ct_read(c, CMDQ_CONS, 4);
	c->s.enables = value;
	ct_write(c, CR0, value, 4);
}

static void poke(struct ct *c)
{
	switch (ct_rand(c, 8)) {
	case 0:
		ct_write(c, IRQ_CTRL, ct_rand(c, 8), 4);
		break;
	case 1:
		write_cr0(c, c->s.enables ^ BIT(2));
		break;
	case 2:
		write_cr0(c, c->s.enables ^ BIT(1));
		break;
	case 3:
		if (!c->s.gentle && ct_one_in(c, 3))
			write_cr0(c, c->s.enables ^ BIT(0));
		break;
	case 4:
		write_cr0(c, c->s.enables ^ BIT(3));
		break;
	case 5:
		/* Update, SHCFG = use incoming, ABORT */
		ct_write(c, GBPA, BIT(31) | BIT(12) | ct_rand(c, 2) << 20, 4);
		break;
	default:
		clear_error(c);
	}
}

static void sane(struct ct *c)
{
	if (c->s.enables != CR0_ALL)
		write_cr0(c, CR0_ALL);
	clear_error(c);
}

static void command_done(struct ct *c, const struct iommu_event *ev)
{
	u64 pa = CMDQ + (c->s.executed & ((1U << LOG2CMD) - 1)) * 16, w0 = ct_peek(c, pa), w1 = ct_peek(c, pa + 8);
	u32 op = w0 & 0xff;

	if (op != ev->code)
		ct_fail(c, "command %02x is executed, software wrote %02x", ev->code, op);
	c->s.executed++;
	c->s.commands++;
	c->s.counts[CT_N_COMMANDS]++;
	c->s.invs += op >= CFGI_STE && op <= TLBI_NSNH_ALL;
	if (op == TLBI_NSNH_ALL || op == TLBI_NH_ALL || (op == CFGI_ALL && (w1 & 31) == 31))
		ct_overtake(c, 0, ~0U);
	if (op == TLBI_NSNH_ALL || op == TLBI_NH_ALL)
		ct_invalidated(c, 0, ~0U, CT_EVERYWHERE);
	if (op == TLBI_NH_ASID || op == TLBI_NH_VA)
		ct_invalidated(c, 0, w0 >> 48, op == TLBI_NH_VA ? w1 & ~0xfffULL : CT_EVERYWHERE);
	if (op == SYNC)
		ct_wait_begin(c, 0, false);
	/* Ignored while translation is off (4.5): the endpoint gives up. */
	if (op == PRI_RESP && !(c->s.enables & 1)) {
		struct ct_group *g = &c->s.group[w1 & (CT_GROUPS - 1)];

		g->used = false;
		if (g->txn)
			c->s.txn[g->txn - 1].where = CT_READY;
	}
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
	u32 cons = (u32)ct_read(c, CMDQ_CONS, 4);

	if (!((cons ^ c->s.prod) & ((2U << LOG2CMD) - 1)))
		return CT_NONE_OPEN;
	return !(c->s.enables & BIT(3)) || cmdq_error(c) ? CT_STOPPED : CT_OPEN;
}

/* nG, AF, inner shareable, AP[1], page; AP[2]: read-only */
static u64 leaf(u32 sid, u8 perm)
{
	return perm & PERM_W ? 0xf43 : 0xfc3;
}

static int init(void *hw, const struct iommu_ops *ops, void *ctx, u64 variant)
{
	struct smmuv3_cfg cfg = {
		.stalls = 3,
		.tlb = { .sets = 4, .ways = 2 },
		.walk_cache = { .sets = 2, .ways = 2 },
		.walk_cache_s2 = { .sets = 2, .ways = 2 },
		.ste_cache = { .sets = 2, .ways = 2 },
		.cd_cache = { .sets = 2, .ways = 1 },
	};

	/* A third of the runs has no caches: every access walks. */
	if (variant % 3 == 2)
		cfg.tlb = (struct tcache_cfg){ .sets = 0, .ways = 1 };
	return smmuv3_init(hw, &cfg, ops, ctx);
}

CT_CALLS(smmuv3)

const struct ct_engine ct_smmuv3 = {
	CT_ENGINE(smmuv3),
	.slots = { 3, 3, 3, 3 },
	.link = 3,
	.regs = { { 0, 0x200 }, { 0x100a0, 0x100e0 } },
};
