// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Boards made by hand become platforms: who is in, where each sits, what had to be assumed; and what comes of them. */
#include "board_stall.h"
#include "stall_scene.h"

/* Indices of the board below. */
enum { SMMU, OTHER, VIRTIO, IOMMUS };
enum { GPU, UFS, DISPLAY, ETHERNET, HOST, MASTERS };

struct scene {
	struct board b;
	struct board_iommu iommu[IOMMUS];
	struct board_master master[MASTERS];
	struct board_stream stream[MASTERS];
	struct board_tbu tbu[2];
	struct board_map map;
};

static void put(struct scene *s, u32 i, const char *path, enum board_role role, u32 iommu)
{
	struct board_master *m = &s->master[i];

	s->stream[i] = (struct board_stream){ .iommu = iommu, .id = 0x10 * i };
	*m = (struct board_master){ .at = { .path = path }, .compatible = "", .role = role, .enabled = true };
	m->stream = &s->stream[i];
	m->n_streams = 1;
	m->parent = m->rid = m->tbu = m->outstanding = m->pasid_bits = m->segment = BOARD_NONE;
}

/* A GPU that may stall, storage, a display and a PCI host behind one SMMUv3; the Ethernet has another SMMU. */
static void make(struct scene *s)
{
	static const char *const names[] = { "/soc/iommu@1", "/soc/iommu@2", "/soc/iommu@3" };
	static const enum board_model models[] = { BOARD_SMMUV3, BOARD_SMMUV3, BOARD_VIRTIO };
	u32 i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < IOMMUS; i++)
		s->iommu[i] = (struct board_iommu){ .at = { .path = names[i] },
						    .model = models[i],
						    .enabled = true,
						    .stall = BOARD_STALL_BOTH,
						    .stall_max = 64 };
	put(s, GPU, "/soc/gpu@5000", BOARD_ROLE_GPU, SMMU);
	s->master[GPU].can_stall = true;
	put(s, UFS, "/soc/ufs@6000", BOARD_ROLE_STORAGE, SMMU);
	put(s, DISPLAY, "/soc/display@7000", BOARD_ROLE_DISPLAY, SMMU);
	put(s, ETHERNET, "/soc/ethernet@8000", BOARD_ROLE_NETWORK, OTHER);
	put(s, HOST, "/soc/pcie@9000", BOARD_ROLE_PCIE, SMMU);
	s->master[HOST].host = s->master[HOST].has_map = true;
	s->master[HOST].n_streams = 0;
	s->map = (struct board_map){ .length = 0x10000, .iommu = SMMU };
	s->master[HOST].map = &s->map;
	s->master[HOST].n_maps = 1;
	s->tbu[0] = (struct board_tbu){ .name = "left", .iommu = SMMU, .slots = 16 };
	s->tbu[1] = (struct board_tbu){ .name = "right", .iommu = SMMU, .slots = BOARD_NONE };
	s->b = (struct board){ .file = "by hand", .source = "device tree" };
	s->b.iommu = s->iommu;
	s->b.n_iommus = IOMMUS;
	s->b.master = s->master;
	s->b.n_masters = MASTERS;
	s->b.tbu = s->tbu;
	s->b.n_tbus = 2;
}

static void platform(const struct scene *s, struct stall_board *out)
{
	struct board_error err;

	ck_assert_msg(!board_stall_platform(&s->b, NULL, out, &err), "%s", err.text);
}

static bool assumed(const struct stall_board *s, const char *what)
{
	u32 i;

	for (i = 0; i < s->n_assumptions; i++)
		if (strstr(s->assumption[i], what))
			return true;
	return false;
}

TEST(who_is_in)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	platform(&s, &out);
	ck_assert(out.needed);
	/* Nobody behind the second SMMU stalls. */
	ck_assert_uint_eq(out.platform.n_smmus, 1);
	ck_assert_str_eq(out.platform.smmu[0].name, "iommu@1");
	ck_assert_str_eq(out.platform.smmu[0].kind, "smmuv3");
	ck_assert_uint_eq(out.platform.smmu[0].stall_max, 64);
	ck_assert_uint_eq(out.platform.n_masters, 4);
	ck_assert_uint_eq(out.master_of[3], HOST);
	ck_assert_int_eq(out.platform.master[0].mode, STALL_STALLS);
	ck_assert_int_eq(out.platform.master[1].mode, STALL_PINNED);
	ck_assert(out.platform.master[3].pcie && !out.platform.master[2].pcie);
	ck_assert_uint_eq(out.platform.pager.storage, 2);
	/* No TBU is given: one for all. */
	ck_assert_uint_eq(out.platform.n_tbus, 1);
	ck_assert(assumed(&out, "one TBU of iommu@1 has 32 slots"));
	ck_assert(assumed(&out, "gpu@5000 can have as many transactions outstanding as its TBU has slots, 32"));
	ck_assert(assumed(&out, "every page comes back by a read of ufs@6000"));
	ck_assert(assumed(&out, "display@7000 waits 14.8 us at most, a line of 1080p60"));
	ck_assert_uint_eq(out.platform.master[3].deadline_ns, 50000);
	ck_assert_int_eq(out.platform.master[3].limits, STALL_ACCESS);
}

TEST(nobody_stalls)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	s.master[GPU].can_stall = false;
	platform(&s, &out);
	ck_assert(!out.needed);
	make(&s);
	s.iommu[SMMU].stall = BOARD_STALL_NONE;
	platform(&s, &out);
	ck_assert(!out.needed);
	make(&s);
	s.master[GPU].enabled = false;
	platform(&s, &out);
	ck_assert(!out.needed);
	make(&s);
	s.stream[GPU].iommu = VIRTIO;
	platform(&s, &out);
	ck_assert(!out.needed);
}

/* What the board says is taken as it is. */
TEST(what_is_known)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	s.master[GPU].tbu = 0;
	s.master[GPU].outstanding = 12;
	s.master[UFS].tbu = 1;
	s.master[DISPLAY].tbu = 0;
	s.master[DISPLAY].deadline_ns = 8000;
	s.b.fault_p999_ns = 200000;
	platform(&s, &out);
	ck_assert_uint_eq(out.platform.n_tbus, 3);
	ck_assert_str_eq(out.platform.tbu[0].name, "left");
	ck_assert_uint_eq(out.platform.tbu[0].slots, 16);
	ck_assert(assumed(&out, "TBU right has 32 slots"));
	ck_assert(!assumed(&out, "TBU left"));
	ck_assert_uint_eq(out.platform.master[0].outstanding, 12);
	ck_assert_uint_eq(out.platform.master[0].accesses, 24);
	ck_assert_uint_eq(out.platform.master[2].deadline_ns, 8000);
	/* All of a fault: notification, handler, read and its DMA, answer, memory. */
	ck_assert_uint_eq(out.platform.pager.read_ns, 80000);
	ck_assert_uint_eq(out.platform.pager.p999_ns, 200000 - 5020 - 80000 - 277 - 121 - 277);
	ck_assert(!assumed(&out, "a handler takes"));
	/* Who has no TBU has one for those who have none. */
	ck_assert_uint_eq(out.platform.master[3].tbu, 3);
}

static void simulate(const struct scene *s, struct stall_board *out, struct stall_result *r)
{
	platform(s, out);
	scene_run(&out->platform, NULL, r);
}

/*
 * A fault whose time was measured takes that long in all, with a read in it where storage is in reach, and a display behind
 * the TBU waits that long and for its own access. Below what the prices come to nothing is left for the handler.
 */
TEST(a_measured_fault)
{
	static const u64 total[] = { 40000, 185695, 300000, 5000 };
	static struct stall_board out;
	static struct stall_result r;
	struct scene s;
	u32 i, where;

	for (i = 0; i < ARRAY_SIZE(total); i++)
		for (where = 0; where < 3; where++) {
			make(&s);
			s.b.fault_p999_ns = total[i];
			s.master[UFS].tbu = 1;
			s.master[UFS].enabled = where != 1;
			s.stream[UFS].iommu = where == 2 ? OTHER : SMMU;
			simulate(&s, &out, &r);
			ck_assert_uint_eq(out.platform.pager.storage, where ? 0 : 2);
			ck_assert_int_eq(out.platform.master[where ? 1 : 2].limits, STALL_GAP);
			if (total[i] > 5020 + 121 + 277)
				ck_assert_uint_eq(r.master[where ? 1 : 2].gap_ns, total[i] + 277);
			else
				ck_assert(assumed(&out, "a fault takes longer than 5 us, fault_p999_ns"));
			stall_result_free(&r);
		}
}

/* Where storage is does not make a read of it shorter. */
TEST(storage_elsewhere)
{
	static const char *const said[] = { "by a read of ufs@6000, 4 transactions 80 us after the request",
					    "by a read of storage behind none of these SMMUs: 80.277 us more",
					    "by a read of /soc/ufs@6000, which is behind none of these SMMUs",
					    "by a read of /soc/ethernet@8000, which is behind none of these SMMUs" };
	static struct stall_board out;
	static struct stall_result r;
	struct scene s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		make(&s);
		s.master[UFS].tbu = 1;
		s.master[UFS].enabled = i != 1;
		s.stream[UFS].iommu = i == 2 ? OTHER : SMMU;
		s.b.pager = i == 3 ? ETHERNET + 1 : 0;
		simulate(&s, &out, &r);
		ck_assert_msg(assumed(&out, said[i]), "%s", said[i]);
		/* 100 us of the handler, 80 us and 277 ns of the read; then a slot is free, and memory answers the display. */
		ck_assert_uint_eq(r.master[i == 1 || i == 2 ? 1 : 2].gap_ns, 5020 + 180277 + 121 + 277 + 277);
		stall_result_free(&r);
	}
}

/* A bus that is no PCI has a map, too, but no Completion Timeout: Tegra's host1x. */
TEST(another_bus)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	s.master[HOST].role = BOARD_ROLE_OTHER;
	platform(&s, &out);
	ck_assert_uint_eq(out.platform.n_masters, 4);
	ck_assert(!out.platform.master[3].pcie);
	ck_assert_uint_eq(out.platform.master[3].deadline_ns, 0);
	ck_assert(!assumed(&out, "pcie@9000 waits"));
}

/* A component with the flag whose mapping is for a bus has no StreamID, and does not stall: the rules say so, too. */
TEST(a_map_is_no_stream)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	s.master[GPU].n_streams = 0;
	s.master[GPU].has_map = true;
	s.master[GPU].map = &s.map;
	s.master[GPU].n_maps = 1;
	platform(&s, &out);
	ck_assert(!out.needed);
}

/* As much of a path as tells devices apart. */
TEST(names)
{
	static struct stall_board out;
	struct scene s;

	make(&s);
	s.master[GPU].at.path = "/soc/dsp@1/compute-cb@3";
	s.master[UFS].at.path = "/soc/dsp@2/compute-cb@3";
	s.master[DISPLAY].at.path = "/soc@2/cb@3";
	s.master[HOST].at.path = "/cb@3";
	platform(&s, &out);
	ck_assert_str_eq(out.platform.master[0].name, "dsp@1/compute-cb@3");
	ck_assert_str_eq(out.platform.master[1].name, "dsp@2/compute-cb@3");
	ck_assert_str_eq(out.platform.master[2].name, "soc@2/cb@3");
	ck_assert_str_eq(out.platform.master[3].name, "/cb@3");
}

/* A function sits where its host does, and stands for it. */
TEST(functions)
{
	static struct stall_board out;
	struct board_master more[MASTERS + 1];
	struct scene s;

	make(&s);
	memcpy(more, s.master, sizeof(s.master));
	more[HOST].tbu = 1;
	more[MASTERS] = more[HOST];
	more[MASTERS].at.path = "0000:01:00.0";
	more[MASTERS].host = false;
	more[MASTERS].pci = true;
	more[MASTERS].n_maps = 0;
	more[MASTERS].tbu = BOARD_NONE;
	more[MASTERS].parent = HOST;
	more[MASTERS].rid = 0x100;
	more[MASTERS].ats = more[MASTERS].pri = true;
	s.b.master = more;
	s.b.n_masters = MASTERS + 1;
	platform(&s, &out);
	ck_assert_uint_eq(out.platform.n_masters, 4);
	ck_assert_uint_eq(out.master_of[3], MASTERS);
	ck_assert_int_eq(out.platform.master[3].mode, STALL_PRI);
	ck_assert_str_eq(out.platform.tbu[out.platform.master[3].tbu - 1].name, "right");
	ck_assert(out.platform.master[3].pcie);
}

/* Storage behind the GPU's TBU is a deadlock; with a TBU of its own it is none, and the display starves; then neither. */
TEST(textbook)
{
	static struct stall_board out;
	static struct stall_result r;
	struct scene s;

	make(&s);
	simulate(&s, &out, &r);
	ck_assert(r.deadlock);
	ck_assert_ptr_nonnull(strstr(r.story, "waits for ufs@6000's read 1\n"));
	stall_result_free(&r);
	s.master[UFS].tbu = 1;
	simulate(&s, &out, &r);
	ck_assert(!r.deadlock);
	ck_assert_msg(r.master[2].late && r.master[3].late, "the display and PCIe wait for %llu ns and %llu ns",
		      (unsigned long long)r.master[2].gap_ns, (unsigned long long)r.master[3].access_ns);
	ck_assert_uint_eq(r.late, 2);
	stall_result_free(&r);
	s.master[GPU].tbu = 0;
	simulate(&s, &out, &r);
	ck_assert(!r.deadlock);
	ck_assert_uint_eq(r.late, 0);
	stall_result_free(&r);
}

/*
 * The GPU's pages come back through an accelerator that nobody takes for storage, behind an SMMU of its own. Two workers
 * wait for it when its own accesses fault, and nobody is left; a fifth worker for four faults is.
 */
TEST(no_rule_sees_it)
{
	static struct stall_board out;
	static struct stall_result r;
	struct scene s;
	u32 workers;

	for (workers = 2; workers <= 5; workers += 3) {
		make(&s);
		s.master[GPU].outstanding = 4;
		s.master[UFS].enabled = s.master[DISPLAY].enabled = s.master[HOST].enabled = false;
		s.master[ETHERNET].at.path = "/soc/zip@8000";
		s.master[ETHERNET].can_stall = true;
		s.master[ETHERNET].outstanding = 4;
		s.b.pager = ETHERNET + 1;
		s.b.workers = workers;
		simulate(&s, &out, &r);
		ck_assert_uint_eq(out.platform.n_smmus, 2);
		ck_assert_uint_eq(out.platform.pager.workers, workers);
		ck_assert(assumed(&out, "pages of zip@8000 itself come without a read"));
		/* Its own traffic faults as well, as everything at its worst does. */
		out.platform.master[1].accesses = 0;
		stall_result_free(&r);
		scene_run(&out.platform, NULL, &r);
		ck_assert_int_eq(r.deadlock, workers == 2);
		if (r.deadlock)
			ck_assert_ptr_nonnull(strstr(r.story, "and no worker is free to take its fault"));
		stall_result_free(&r);
	}
}

SUITE("stall_board")
