// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The contract of iommu.h as this engine keeps it: what happens within which call, reset, and the scopes of events. */
#include "v2_rig.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CB    3
#define CB_B  5
#define SID   0x10
#define SID_B 0x20
#define GOOD  0x1000
#define BAD   0x9000

#define M     0x01
#define CFRE  0x20
#define CFIE  0x40
#define CFCFG 0x80
#define HUPCF 0x100

#define SCTLR	  0x0
#define RESUME	  0x8
#define FSR	  0x58
#define TLBIALL	  0x618
#define TLBSYNC	  0x7f0
#define TLBSTATUS 0x7f4
#define GSYNC	  0x70
#define GSTATUS	  0x74

#define TF 0x402

static struct rig r;

static void up_with(const struct smmuv2_cfg *cfg, u32 sctlr)
{
	rig_up(&r, cfg);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	map_stream(&r, 0, SID, CB);
	map_stream(&r, 1, SID_B, CB_B);
	bank_s1(&r, CB);
	bank_s1(&r, CB_B);
	page(&r, CB, GOOD, 0x80001000, PAGE_RW);
	page(&r, CB_B, GOOD, 0x80002000, PAGE_RW);
	cb_wr(&r, CB, SCTLR, M | CFIE | sctlr);
	cb_wr(&r, CB_B, SCTLR, M | CFRE | CFIE);
}

static void up(u32 sctlr, u16 slots)
{
	struct smmuv2_cfg cfg = { .n_tbus = 2, .stall_slots = { slots, slots } };

	up_with(&cfg, sctlr);
}

static void begin(struct iommu_walk *w, u64 iova, u64 id)
{
	struct dma_txn t = { .iova = iova, .id = id, .sid = SID, .len = 4 };
	struct xlat_result res;

	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &t, w);
}

/* ---- Acts happen in step ---- */

/* Both syncs wait for a stale walk; its end makes their end possible, and step brings it. */
static void check_sync(bool give_up)
{
	struct iommu_walk w;

	up(0, 16);
	begin(&w, GOOD, 50);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	wr(&r, GSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_uint_eq(rd(&r, GSTATUS), 1);
	/* Nothing has ended: nothing to do. */
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(r.syncs, 0);
	if (give_up)
		smmuv2_class.cancel(&r.hw, &w);
	else
		ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_uint_eq(rd(&r, GSTATUS), 1);
	ck_assert_uint_eq(r.syncs, 0);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	ck_assert_uint_eq(rd(&r, GSTATUS), 0);
	ck_assert_uint_eq(r.syncs, 2);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(r.syncs, 2);
	rig_down(&r);
}

TEST(sync_ends_in_step)
{
	check_sync(false);
	check_sync(true);
}

/* A register write between fill and step may see to it, too: step then has nothing left. */
TEST(a_write_before_the_step)
{
	struct iommu_walk w;

	up(0, 16);
	begin(&w, GOOD, 50);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	cb_wr(&r, CB_B, TLBSYNC, 0);
	ck_assert_uint_eq(r.syncs, 2);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(r.syncs, 2);
	rig_down(&r);
}

/* Two stale walks: the first one's end is not enough. */
TEST(sync_waits_for_the_last_walk)
{
	struct iommu_walk a, b;

	up(0, 16);
	begin(&a, GOOD, 50);
	begin(&b, GOOD, 51);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &a), XLAT_OK);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	smmuv2_class.cancel(&r.hw, &b);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	rig_down(&r);
}

/* Every slot is taken while a walk is under way: its fault finds none. RESUME tells it once, after XLAT_WAIT. */
/* The bank's operation overtook the walk, and so did a later one of the global space: the bank's sync still waits. */
TEST(sync_waits_for_a_walk_overtaken_twice)
{
	struct iommu_walk w;

	up(0, 16);
	begin(&w, GOOD, 50);
	cb_wr(&r, CB, TLBIALL, 0);
	wr(&r, SMMUV2_GR0_TLBIALLNSNH, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	rig_down(&r);
}

TEST(a_waiting_access_is_told_once)
{
	struct iommu_walk w;

	up(CFCFG | HUPCF, 1);
	begin(&w, BAD + 0x1000, 50);
	ck_assert_int_eq(get(&r, SID, BAD), XLAT_STALL);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_WAIT);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	ck_assert_uint_eq(r.n_ended, 0);
	cb_wr(&r, CB, FSR, TF);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	cb_wr(&r, CB, RESUME, 0);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	ck_assert_uint_eq(r.slot_frees[1], 0);
	ck_assert_uint_eq(r.n_ended, 1);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	/* Presented again, it finds the slot. */
	ck_assert_int_eq(get(&r, SID, BAD + 0x1000), XLAT_STALL);
	rig_down(&r);
}

/* ---- The guard ---- */

static void write_again(struct rig *rig)
{
	wr(rig, SMMUV2_GR0_sCR0, SCR0_ON);
}

/* A child breaks the contract by @act; what it says goes to @said. */
static void check_abort(void (*act)(void), const char *said)
{
	char text[512] = "";
	size_t at = 0;
	ssize_t n;
	int fd[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		dup2(fd[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		act();
		_exit(0);
	}
	close(fd[1]);
	while ((n = read(fd[0], text + at, sizeof(text) - 1 - at)) > 0)
		at += (size_t)n;
	close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert_msg(strstr(text, said), "it said: %s", text);
}

static void by_resume(void)
{
	cb_wr(&r, CB, FSR, TF);
	cb_wr(&r, CB, RESUME, 0);
}

static void by_reset(void)
{
	smmuv2_class.reset(&r.hw);
}

TEST(re_entry_is_named)
{
	up(CFCFG, 16);
	ck_assert_int_eq(get(&r, SID, BAD), XLAT_STALL);
	r.on_resume = write_again;
	check_abort(by_resume, "mmio_write called from within mmio_write");
	check_abort(by_reset, "mmio_write called from within reset");
	r.on_resume = NULL;
	by_resume();
	ck_assert_uint_eq(r.n_ended, 1);
	rig_down(&r);
}

/* ---- Walks that have no entry ---- */

/* A walk that met a fault, and one whose mapping had gone, fill in no entry: maintenance does not look for one. */
TEST(maintenance_meets_a_walk_that_faulted)
{
	struct iommu_walk faulted, again;
	struct dma_txn t = { .iova = GOOD, .id = 51, .sid = SID_B, .len = 4 };
	struct xlat_result res;

	up(CFRE, 16);
	/* What a holder's storage may hold: as a size of a page it has no meaning. */
	memset(&faulted, 0xff, sizeof(faulted));
	memset(&again, 0xff, sizeof(again));
	begin(&faulted, BAD, 50);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	wr(&r, SMMUV2_GR0_S2CR(1), 0x20000); /* fault */
	smmuv2_class.walk(&r.hw, &t, &again);
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, (u64)(CB + 1) << 48 | BAD >> 12);
	cb_wr(&r, CB, TLBIALL, 0);
	wr(&r, SMMUV2_GR0_TLBIALLNSNH, 0);
	/* The one has read tables that the operation concerns: software that has synchronised meets no old fault. */
	ck_assert(faulted.stale && !again.stale);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &again), XLAT_ABORT);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &faulted), XLAT_ABORT);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	rig_down(&r);
}

/* ---- Reset ---- */

TEST(reset_gives_everything_back)
{
	struct iommu_walk w, v;

	up(CFCFG | HUPCF, 1);
	begin(&w, GOOD, 50);
	begin(&v, BAD, 51);
	ck_assert_int_eq(get(&r, SID, BAD), XLAT_STALL);
	ck_assert_int_eq(get(&r, SID_B, GOOD), XLAT_WAIT);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert(r.irq[SMMUV2_IRQ_CONTEXT + CB]);
	smmuv2_class.reset(&r.hw);
	ck_assert(!r.irq[SMMUV2_IRQ_CONTEXT + CB]);
	ck_assert_uint_eq(r.n_ended, 1);
	ck_assert_int_eq(r.ended[0].how, RESUME_ABORT);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	ck_assert_uint_eq(r.slot_frees[1], 0);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sCR0), 0x00200001); /* CLIENTPD, SMCFCFG */
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_ABORT);
	smmuv2_class.cancel(&r.hw, &v);
	smmuv2_class.step(&r.hw);
	/* A sync that reset has forgotten does not end. */
	ck_assert_uint_eq(r.syncs, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	rig_down(&r);
}

/* ---- Whom an event concerns ---- */

#define S2_BANK	  1
#define SID_N	  0x30 /* bank 4: nested over S2_BANK */
#define SID_S2	  0x31 /* S2_BANK alone */
#define SID_OTHER 0x40 /* bypasses */

static void up_scopes(void)
{
	struct smmuv2_cfg cfg = { 0 };

	up_with(&cfg, 0);
	map_stream(&r, 2, SID_N, 4);
	map_stream(&r, 3, SID_S2, S2_BANK);
	bank_s1(&r, 4);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(S2_BANK), 1);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(S2_BANK), 9);		       /* stage 2, VMID 9 */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(4), 0x30009 | S2_BANK << 8); /* nested, VMID 9 */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB_B), 0x10007);	       /* stage 1, VMID 7 */
	cb_wr(&r, S2_BANK, SCTLR, M);
	cb_wr(&r, 4, SCTLR, M);
	wr(&r, SMMUV2_GR0_SMR(4), 0x80000000 | SID_OTHER);
	wr(&r, SMMUV2_GR0_S2CR(4), 0x10000);
	r.n_scopes = 0;
}

/* The one event since the last look, and which of the five streams it concerns, in the order of @sids. */
static const struct iommu_scope *expect_scope(u8 by, const char *whom)
{
	static const u32 sids[] = { SID, SID_B, SID_N, SID_S2, SID_OTHER };
	const struct iommu_scope *scope = &r.scopes[0];
	char got[6] = "";
	u32 i;

	ck_assert_uint_eq(r.n_scopes, 1);
	r.n_scopes = 0;
	ck_assert_uint_eq(scope->by, by);
	for (i = 0; i < 5; i++)
		got[i] = smmuv2_class.concerns(&r.hw, scope, sids[i], IOMMU_NO_PASID) ? 'x' : '-';
	ck_assert_str_eq(got, whom);
	return scope;
}

TEST(maintenance_has_a_scope)
{
	const struct iommu_scope *sc;

	up_scopes();
	/* TLBIVA: ASID CB + 1, one page; global entries, too, so of any bank with VMID 0 */
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, (u64)(CB + 1) << 48 | GOOD >> 12);
	sc = expect_scope(SCOPE_VMID | SCOPE_ASID | SCOPE_ADDR, "x----");
	ck_assert(sc->global && sc->regime == SMMUV2_NSNH && sc->stages == SCOPE_S1);
	ck_assert(sc->vmid == 0 && sc->asid == CB + 1 && sc->first == GOOD && sc->last == GOOD + 0xfff);
	/* TLBIVAAL: any ASID, last level */
	cb_wr64(&r, CB_B, SMMUV2_CB_TLBIVAAL, GOOD >> 12);
	sc = expect_scope(SCOPE_VMID | SCOPE_ADDR | SCOPE_LEAF, "-x---");
	ck_assert(sc->global && sc->vmid == 7);
	/* TLBIASID: of that ASID alone, and not global entries */
	cb_wr(&r, 4, SMMUV2_CB_TLBIASID, 5);
	sc = expect_scope(SCOPE_VMID | SCOPE_ASID, "--x--");
	ck_assert(!sc->global && sc->asid == 5 && sc->vmid == 9);
	cb_wr(&r, 4, SMMUV2_CB_TLBIASID, 6);
	expect_scope(SCOPE_VMID | SCOPE_ASID, "-----");
	/* TLBIIPAS2: an IPA of VMID 9: those that translate by that stage 2, nested or alone */
	cb_wr64(&r, S2_BANK, SMMUV2_CB_TLBIIPAS2, 0x5);
	sc = expect_scope(SCOPE_VMID | SCOPE_ADDR, "--xx-");
	ck_assert(sc->stages == SCOPE_S2 && sc->regime == SMMUV2_S2 && sc->first == 0x5000 && sc->last == 0x5fff);
	/* TLBIVMIDS1, VMID 9 */
	wr(&r, SMMUV2_GR0_TLBIVMIDS1, 9);
	expect_scope(SCOPE_VMID, "--x--");
	/* TLBIALLH: there is no hypervisor context */
	wr(&r, SMMUV2_GR0_TLBIALLH, 0);
	sc = expect_scope(0, "-----");
	ck_assert_uint_eq(sc->regime, SMMUV2_HYP);
	rig_down(&r);
}

TEST(registers_have_a_scope)
{
	const struct iommu_scope *sc;

	up_scopes();
	cb_wr(&r, CB, SCTLR, M);
	sc = expect_scope(SCOPE_BANK, "x----");
	ck_assert_uint_eq(sc->bank, CB);
	/* Stage 2 is the nested bank's, too. */
	cb_wr64(&r, S2_BANK, SMMUV2_CB_TTBR0, TABLES(9));
	expect_scope(SCOPE_BANK, "--xx-");
	cb_wr(&r, 4, SMMUV2_CB_TCR, 0x803519);
	expect_scope(SCOPE_BANK, "--x--");
	cb_wr(&r, 4, SMMUV2_CB_TTBR0 + 4, 5 << 16); /* the upper half of TTBR0 */
	expect_scope(SCOPE_BANK, "--x--");
	/* A stage 2 bank that is none any more still concerns the one nested over it. */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(S2_BANK), 0x10009);
	expect_scope(SCOPE_BANK, "--xx-");
	/* Mapping groups: their StreamIDs */
	wr(&r, SMMUV2_GR0_S2CR(0), 0x10000);
	sc = expect_scope(SCOPE_SID, "x----");
	ck_assert(sc->sid_first == SID && sc->sid_last == SID);
	wr(&r, SMMUV2_GR0_SMR(6), 0x0); /* SMR6 is not valid, before and after */
	ck_assert_uint_eq(r.n_scopes, 0);
	wr(&r, SMMUV2_GR0_SMR(6), 0x800f0040); /* SMR6: 0x40 - 0x4f */
	sc = expect_scope(SCOPE_SID, "----x");
	ck_assert(sc->sid_first == 0x40 && sc->sid_last == 0x4f);
	/* Moved: those of before, and those of now */
	wr(&r, SMMUV2_GR0_SMR(6), 0x80000020);
	ck_assert_uint_eq(r.n_scopes, 2);
	ck_assert(r.scopes[0].sid_first == 0x20 && r.scopes[0].sid_last == 0x20);
	ck_assert(r.scopes[1].sid_first == 0x40 && r.scopes[1].sid_last == 0x4f);
	r.n_scopes = 0;
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON | 1);
	expect_scope(0, "xxxxx");
	/* Records change nothing that translates. */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(CB), 0);
	cb_wr64(&r, CB, SMMUV2_CB_FAR, 0);
	ck_assert_uint_eq(r.n_scopes, 0);
	rig_down(&r);
}

SUITE("smmuv2_contract")
