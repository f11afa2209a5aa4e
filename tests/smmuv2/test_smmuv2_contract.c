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
#define SS 0x40000000

static struct rig r;

static void up_with(const struct smmuv2_cfg *cfg, u32 sctlr)
{
	rig_up(&r, cfg);
	wr(&r, 0x0, SCR0_ON);
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

	ck_assert_int_eq(smmuv2_lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_walk(&r.hw, &t, w);
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
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(r.syncs, 0);
	if (give_up)
		smmuv2_cancel(&r.hw, &w);
	else
		ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_OK);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	ck_assert_uint_eq(rd(&r, GSTATUS), 1);
	ck_assert_uint_eq(r.syncs, 0);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	ck_assert_uint_eq(rd(&r, GSTATUS), 0);
	ck_assert_uint_eq(r.syncs, 2);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(r.syncs, 2);
	rig_down(&r);
}

START_TEST(sync_ends_in_step)
{
	check_sync(false);
	check_sync(true);
}
END_TEST

/* A register write between fill and step may see to it, too: step then has nothing left. */
START_TEST(a_write_before_the_step)
{
	struct iommu_walk w;

	up(0, 16);
	begin(&w, GOOD, 50);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_OK);
	cb_wr(&r, CB_B, TLBSYNC, 0);
	ck_assert_uint_eq(r.syncs, 2);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(r.syncs, 2);
	rig_down(&r);
}
END_TEST

/* Two stale walks: the first one's end is not enough. */
START_TEST(sync_waits_for_the_last_walk)
{
	struct iommu_walk a, b;

	up(0, 16);
	begin(&a, GOOD, 50);
	begin(&b, GOOD, 51);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &a), XLAT_OK);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 1);
	smmuv2_cancel(&r.hw, &b);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, TLBSTATUS), 0);
	rig_down(&r);
}
END_TEST

/* Every slot is taken while a walk is under way: its fault finds none. RESUME tells it once, after XLAT_WAIT. */
START_TEST(a_waiting_access_is_told_once)
{
	struct iommu_walk w;

	up(CFCFG | HUPCF, 1);
	begin(&w, BAD + 0x1000, 50);
	ck_assert_int_eq(get(&r, SID, BAD), XLAT_STALL);
	cb_wr(&r, CB, TLBIALL, 0);
	cb_wr(&r, CB, TLBSYNC, 0);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_WAIT);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	ck_assert_uint_eq(r.n_ended, 0);
	cb_wr(&r, CB, FSR, TF);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	cb_wr(&r, CB, RESUME, 0);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	ck_assert_uint_eq(r.slot_frees[1], 0);
	ck_assert_uint_eq(r.n_ended, 1);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	/* Presented again, it finds the slot. */
	ck_assert_int_eq(get(&r, SID, BAD + 0x1000), XLAT_STALL);
	rig_down(&r);
}
END_TEST

/* ---- The guard ---- */

static void write_again(struct rig *rig)
{
	wr(rig, 0x0, SCR0_ON);
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
	smmuv2_reset(&r.hw);
}

START_TEST(re_entry_is_named)
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
END_TEST

SUITE_MAIN("smmuv2_contract", sync_ends_in_step, a_write_before_the_step, sync_waits_for_the_last_walk,
	   a_waiting_access_is_told_once, re_entry_is_named)
