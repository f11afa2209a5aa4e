// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The software of an SMMUv2. Layouts are those of IHI 0062: chapters 10, 11, 15.
 *
 * Stream n goes to bank n, a stage 1 bank with AArch64 tables: 0 and 1 stall with
 * HUPCF, 2 stalls without it, 3 terminates; 4 bypasses, 5 matches no group.
 */
#include "contract.h"
#include "smmuv2.h"

#define BANKS	    4
#define GLOBAL	    4 /* ct_wait.sync of the global one */
#define SCR0	    0x000
#define TLBIALLNSNH 0x068
#define TLBGSYNC    0x070
#define TLBGSTATUS  0x074
#define GFSR	    0x048
#define CB(n)	    (0x10000 + 0x1000 * (n))
#define SCTLR	    0x000
#define RESUME	    0x008
#define FSR	    0x058
#define FAR	    0x060
#define TLBIVA	    0x600
#define TLBIALL	    0x618
#define TLBSYNC	    0x7f0
#define TLBSTATUS   0x7f4

/* GFRE, GFIE, USFCFG, SMCFCFG */
#define SCR0_ON 0x00200406
/* M, AFE, CFRE, CFIE; bit 7 CFCFG, bit 8 HUPCF */
static const u32 sctlr_on[BANKS] = { 0x1e5, 0x1e5, 0x0e5, 0x165 };

static void lay_out(struct ct *c)
{
}

static void bring_up(struct ct *c)
{
	u32 n;

	for (n = 0; n < BANKS; n++) {
		ct_write(c, 0x1800 + 4 * n, 1, 4);	 /* CBA2R.VA64 */
		ct_write(c, 0x1000 + 4 * n, 0x10000, 4); /* CBAR: stage 1, stage 2 bypass */
		ct_write(c, CB(n) + 0x10, 0x38015, 4);	 /* TCR2: SEP upstream, AS, 48 bits */
		ct_write(c, CB(n) + 0x30, 0x803510, 4);	 /* TCR: T0SZ 16, inner shareable WBWA, EPD1 */
		ct_write(c, CB(n) + 0x20, c->s.root[n] | (u64)(n + 1) << 48, 8);
		ct_write(c, CB(n) + SCTLR, sctlr_on[n], 4);
		ct_write(c, 0x800 + 4 * n, BIT(31) | n, 4);
		ct_write(c, 0xc00 + 4 * n, n, 4);
	}
	ct_write(c, 0x800 + 4 * n, BIT(31) | n, 4);
	ct_write(c, 0xc00 + 4 * n, 1 << 16, 4); /* bypass */
	ct_write(c, SCR0, SCR0_ON, 4);
}

static void txn(struct ct *c, struct dma_txn *t)
{
	t->sid = ct_one_in(c, 12) ? 4 + ct_rand(c, 2) : ct_rand(c, 4);
	t->tbu = (u16)ct_rand(c, 2);
}

/* ---- TLB maintenance ---- */

static bool active(struct ct *c, u32 sync)
{
	return (sync == GLOBAL ? ct_read(c, TLBGSTATUS, 4) : ct_read(c, CB(sync) + TLBSTATUS, 4)) & 1;
}

static void begin_sync(struct ct *c, u32 sync)
{
	/* Another one on top would wait for what both wait for; software waits for the first. */
	if (active(c, sync))
		return;
	c->s.commands++;
	ct_wait_begin(c, sync, false);
	ct_write(c, sync == GLOBAL ? TLBGSYNC : CB(sync) + TLBSYNC, 0, 4);
}

static void tlbi_all(struct ct *c)
{
	c->s.commands++;
	c->s.invs++;
	ct_overtake(c, GLOBAL, ~0U);
	ct_invalidated(c, GLOBAL, ~0U, CT_EVERYWHERE);
	ct_write(c, TLBIALLNSNH, 0, 4);
}

static void tlbi_bank(struct ct *c, u32 n)
{
	c->s.commands++;
	c->s.invs++;
	ct_overtake(c, n, n);
	ct_invalidated(c, n, n, CT_EVERYWHERE);
	ct_write(c, CB(n) + TLBIALL, 0, 4);
}

static void tlbi_va(struct ct *c, u32 n, u64 iova)
{
	c->s.commands++;
	c->s.invs++;
	ct_invalidated(c, n, n, iova);
	ct_write(c, CB(n) + TLBIVA, (u64)(n + 1) << 48 | iova >> 12, 8);
}

static void command(struct ct *c)
{
	u32 n = ct_rand(c, BANKS);

	c->s.counts[CT_N_COMMANDS]++;
	switch (ct_rand(c, 6)) {
	case 0:
		tlbi_all(c);
		begin_sync(c, GLOBAL);
		break;
	case 1:
		tlbi_bank(c, n);
		begin_sync(c, n);
		break;
	case 2:
		tlbi_va(c, n, (u64)ct_rand(c, CT_PAGES) << 12);
		begin_sync(c, n);
		break;
	case 3:
		tlbi_bank(c, n);
		break;
	case 4:
		tlbi_all(c);
		break;
	default:
		begin_sync(c, ct_rand(c, BANKS + 1));
	}
}

static void invalidate(struct ct *c, u32 sid, u64 iova)
{
	if (iova == CT_EVERYWHERE)
		tlbi_bank(c, sid);
	else
		tlbi_va(c, sid, iova);
	begin_sync(c, sid);
}

/* ---- faults ---- */

static void answer_bank(struct ct *c, u32 n, u32 how)
{
	u32 fsr = (u32)ct_read(c, CB(n) + FSR, 4);
	u64 far = ct_read(c, CB(n) + FAR, 8);
	u32 act = how ? how : ct_rand(c, 4);

	c->s.invs++;
	if (!fsr)
		return;
	if (act == 1)
		ct_map(c, n, far & 0xffffffffffffULL, PERM_R | PERM_W);
	/* Linux clears first; others resume first, or do one of both now and the other some time. */
	if (how || !ct_one_in(c, 4))
		ct_write(c, CB(n) + FSR, fsr, 4);
	if ((fsr >> 30 & 1) && (how || !ct_one_in(c, 4)))
		ct_write(c, CB(n) + RESUME, act >= 2, 4);
	if (ct_one_in(c, 4))
		ct_write(c, CB(n) + FSR, fsr, 4);
}

static void service(struct ct *c, u32 n, u32 how)
{
	u32 i;

	for (i = 0; i < BANKS; i++)
		if (how == 2 || ct_one_in(c, 2))
			answer_bank(c, i, how);
	if (how || ct_one_in(c, 4))
		ct_write(c, GFSR, ct_read(c, GFSR, 4), 4);
}

/* ---- registers ---- */

static void poke(struct ct *c)
{
	u32 n = ct_rand(c, BANKS);

	c->s.invs++;
	switch (ct_rand(c, 5)) {
	case 0:
		/* HUPCF, CFCFG, CFIE, CFRE; M */
		ct_write(c, CB(n) + SCTLR, sctlr_on[n] ^ ct_rand(c, 16) << 5, 4);
		break;
	case 1:
		ct_write(c, CB(n) + SCTLR, sctlr_on[n], 4);
		break;
	case 2:
		/* STALLD, GSE: only older parts have them */
		ct_write(c, SCR0, SCR0_ON | ct_rand(c, 4) << 8, 4);
		break;
	case 3:
		ct_write(c, SCR0, SCR0_ON | (ct_one_in(c, 4) ? BIT(0) : 0), 4);
		break;
	default:
		ct_write(c, CB(n) + FSR, ~0U, 4);
	}
}

static void sane(struct ct *c)
{
	u32 n;

	c->s.invs++;
	ct_write(c, SCR0, SCR0_ON, 4);
	for (n = 0; n < BANKS; n++)
		ct_write(c, CB(n) + SCTLR, sctlr_on[n], 4);
}

static void event(struct ct *c, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_SYNC)
		ct_wait_done(c, ev->data < BANKS ? (u32)ev->data : GLOBAL);
}

static enum ct_open held(struct ct *c)
{
	u32 i;

	for (i = 0; i < c->s.n_wait; i++)
		if (!active(c, c->s.wait[i].sync))
			ct_fail(c, "a TLB sync has ended unseen");
	return c->s.n_wait ? CT_OPEN : CT_NONE_OPEN;
}

/* nG, AF, inner shareable, AP[1], page; AP[2]: read-only */
static u64 leaf(u32 sid, u8 perm)
{
	return perm & PERM_W ? 0xf43 : 0xfc3;
}

static int init(void *hw, const struct iommu_ops *ops, void *ctx, u64 variant)
{
	struct smmuv2_cfg cfg = {
		.behaviour = variant & 1 ? SMMUV2_QCOM : SMMUV2_MMU500,
		.num_cb = BANKS,
		.log2_pages = 4,
		.num_smrg = 8,
		.n_tbus = 2,
		.stall_slots = { 2, 3 },
		.tlb = { .sets = 4, .ways = 2 },
		.wc1 = { .sets = 2, .ways = 2 },
		.wc2 = { .sets = 2, .ways = 2 },
	};

	cfg.no_caches = variant % 3 == 2;
	return smmuv2_init(hw, &cfg, ops, ctx);
}

CT_CALLS(smmuv2)

const struct ct_engine ct_smmuv2 = {
	CT_ENGINE(smmuv2),
	.slots_by_tbu = true,
	.slots = { 2, 3 },
	.link = 3,
	.regs = { { 0, 0x2000 }, { 0x10000, 0x14000 } },
};
