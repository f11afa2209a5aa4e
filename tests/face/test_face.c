// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* libfaultline.so through its public headers alone: handles, services, contract. Sections are those of Arm IHI 0070. */
#include "suite.h"
#include "face_platform.h"
#include <faultline/bug.h>
#include <faultline/fault.h>
#include <faultline/pcie.h>
#include <faultline/smmuv2.h>
#include <faultline/version.h>
#include <faultline/vtd.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define F_TRANSLATION 0x10 /* 7.3 */

static struct platform p, q;

/* ---- what is asked for, and what cannot be had ---- */

TEST(version)
{
	ck_assert_str_eq(fl_version(), FAULTLINE_VERSION);
}

/* What a program was compiled with: a size that changes within a major version breaks it. 64-bit hosts. */
TEST(layout)
{
	static const struct {
		size_t is, was;
	} sizes[] = {
		{ sizeof(struct fl_access), 32 },
		{ sizeof(struct fl_result), 16 },
		{ sizeof(struct fl_page_request), 24 },
		{ sizeof(struct fl_page_response), 16 },
		{ sizeof(struct fl_ats_invalidation), 24 },
		{ sizeof(struct fl_scope), 48 },
		{ sizeof(struct fl_event), 56 },
		{ sizeof(struct fl_walk_access), 16 },
		{ sizeof(struct fl_cache), 16 },
		{ sizeof(struct fl_cache_stats), 96 },
		{ offsetof(struct fl_host, mem_read), 8 },
		{ offsetof(struct fl_host, quiet_lookup), 88 },
		{ offsetof(struct fl_host, sync_write), 96 },
		{ sizeof(struct fl_register), 64 },
		{ sizeof(struct fl_register_event), 48 },
		{ offsetof(struct fl_pcie_params, global_invalidate), 38 },
		{ offsetof(struct fl_pcie_host, invalidated), 24 },
		{ offsetof(struct fl_pcie_stats, pri), 112 },
		{ sizeof(struct fl_fault_record), 48 },
		{ sizeof(struct fl_fault_response), 40 },
		{ offsetof(struct fl_fault_stats, lost_irqs), 168 },
		{ offsetof(struct fl_iommu_stats, automatic), 528 },
	};
	size_t i;

	for (i = 0; sizeof(void *) == 8 && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		ck_assert_msg(sizes[i].is == sizes[i].was, "row %zu: %zu", i, sizes[i].is);
}

TEST(parameters)
{
	struct {
		struct fl_smmuv3_params params;
		uint64_t newer;
	} own = { .params = { .size = sizeof(own) } };
	struct fl_host host = platform_host;
	struct fl_iommu *i = NULL;

	own.params.stalls = 4097;
	ck_assert_int_eq(fl_smmuv3_create(&own.params, &host, &p, &i), -EINVAL);
	own.params.stalls = 0;
	own.newer = 1; /* what this version does not know is not ignored */
	ck_assert_int_eq(fl_smmuv3_create(&own.params, &host, &p, &i), -E2BIG);
	own.newer = 0;
	ck_assert_int_eq(fl_smmuv3_create(&own.params, &host, &p, &i), 0);
	fl_iommu_destroy(i);
	own.params.size = 0;
	ck_assert_int_eq(fl_smmuv3_create(&own.params, &host, &p, &i), -EINVAL);
	host.txn_resume = NULL;
	ck_assert_int_eq(fl_smmuv3_create(NULL, &host, &p, &i), -EINVAL);
	host = platform_host;
	host.mem_read = NULL;
	ck_assert_int_eq(fl_vtd_create(NULL, &host, &p, &i), -EINVAL);
	fl_iommu_destroy(NULL);
}

/* An older header's host: what it lacks is not read. */
TEST(older_host)
{
	struct fl_host host = platform_host;

	host.size = offsetof(struct fl_host, event);
	platform_start(&p, NULL, &host);
	platform_command(&p, 0x46, 0);
	ck_assert_uint_eq(p.events[FL_EVENT_COMMAND], 0);
	fl_iommu_destroy(p.smmu);
	platform_start(&p, NULL, NULL);
	platform_command(&p, 0x46, 0);
	ck_assert_uint_eq(p.events[FL_EVENT_COMMAND], 1);
	fl_iommu_destroy(p.smmu);
}

/* IDR0..IDR5 and AIDR are settable each (6.3.1 to 6.3.8). */
TEST(identification)
{
	struct fl_smmuv3_params params = { .size = sizeof(params), .aidr = 2, .iidr = 0x1234043b };
	struct fl_iommu *i;

	params.idr[1] = fl_smmuv3_default_idr(1) & ~0x3fu; /* SIDSIZE = 0 */
	params.idr[1] |= 9;
	ck_assert_int_eq(fl_smmuv3_create(&params, &platform_host, &p, &i), 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 4, 4) & 0x3f, 9);
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 0x18, 4), 0x1234043b);
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 0x1c, 4), 2);
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 1, 4), 0);
	ck_assert_uint_eq(fl_iommu_mmio_bytes(i), 0x20000);
	ck_assert_str_eq(fl_iommu_kind(i), "smmuv3");
	ck_assert_str_eq(fl_iommu_fault_name(i, F_TRANSLATION), "F_TRANSLATION");
	fl_iommu_destroy(i);
}

TEST(other_kinds)
{
	const struct fl_smmuv2_params v2 = { .size = sizeof(v2), .num_cb = 8, .page_64k = true };
	const struct fl_vtd_params vtd = { .size = sizeof(vtd), .ver = 0x60 };
	const struct fl_page_request request = { .addr = 0x1000, .perm = FL_PERM_READ, .last = true };
	struct fl_result r;
	const struct fl_access a = platform_access(0x1234, 0, 1);
	struct fl_iommu *i;

	ck_assert_int_eq(fl_smmuv2_create(&v2, &platform_host, &p, &i), 0);
	ck_assert_str_eq(fl_iommu_kind(i), "smmuv2");
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 0x24, 4) & 0xff, 8); /* IDR1.NUMCB */
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 0x24, 4) >> 31, 1);  /* IDR1.PAGESIZE */
	ck_assert_uint_eq(fl_iommu_mmio_bytes(i), 2 * 8 * 0x10000);  /* two halves of 8 pages */
	ck_assert_int_eq(fl_iommu_translate(i, &a, &r), FL_OK);	     /* CLIENTPD after reset: bypass */
	ck_assert_uint_eq(r.addr, 0x1234);
	ck_assert_uint_eq(r.flags & FL_RESULT_BYPASS, FL_RESULT_BYPASS);
	ck_assert_int_eq(fl_iommu_page_request(i, &request), -EOPNOTSUPP);
	ck_assert_int_eq(fl_smmuv3_unsupported(i, &a, 0), -EINVAL);
	fl_iommu_destroy(i);
	ck_assert_int_eq(fl_vtd_create(&vtd, &platform_host, &p, &i), 0);
	ck_assert_str_eq(fl_iommu_kind(i), "vtd");
	ck_assert_uint_eq(fl_iommu_mmio_read(i, 0, 4), 0x60);
	ck_assert_int_eq(fl_iommu_translate(i, &a, &r), FL_OK); /* GSTS.TES = 0 */
	fl_iommu_destroy(i);
}

/* Offsets: IHI 0070 6.2, VT-d 11.4, IHI 0062 chapter 9: CB_SCTLR at 0, CB_FAR at 0x60 of a bank's page. */
TEST(registers)
{
	const struct fl_smmuv2_params v2 = { .size = sizeof(v2), .num_cb = 8, .page_64k = true };
	struct fl_register r;
	struct fl_iommu *i;
	size_t n, last;

	ck_assert_int_eq(fl_smmuv3_create(NULL, &platform_host, &p, &i), 0);
	ck_assert_int_eq(fl_iommu_register_find(i, "SMMU_CR0", &r, sizeof(r)), 0);
	ck_assert_uint_eq(r.offset, 0x20);
	ck_assert_uint_eq(r.bytes, 4);
	ck_assert_int_eq(fl_iommu_register_find(i, "SMMU_CMDQ_BASE", &r, sizeof(r)), 0);
	ck_assert_uint_eq(r.offset, 0x90);
	ck_assert_uint_eq(r.bytes, 8);
	ck_assert_int_eq(fl_iommu_register_find(i, "SMMU_CR9", &r, sizeof(r)), -ENOENT);
	for (n = 0; !fl_iommu_register_at(i, n, &r, sizeof(r)); n++) {
		struct fl_register same;

		ck_assert_int_eq(fl_iommu_register_find(i, r.name, &same, sizeof(same)), 0);
		ck_assert_uint_eq(same.offset, r.offset);
		ck_assert_uint_lt(r.offset, fl_iommu_mmio_bytes(i));
	}
	ck_assert_uint_gt(n, 30);
	fl_iommu_destroy(i);
	ck_assert_int_eq(fl_vtd_create(NULL, &platform_host, &p, &i), 0);
	ck_assert_int_eq(fl_iommu_register_find(i, "GSTS_REG", &r, sizeof(r)), 0);
	ck_assert_uint_eq(r.offset, 0x1c);
	fl_iommu_destroy(i);
	ck_assert_int_eq(fl_smmuv2_create(&v2, &platform_host, &p, &i), 0);
	ck_assert_int_eq(fl_iommu_register_find(i, "CB7_SCTLR", &r, sizeof(r)), 0);
	ck_assert_uint_eq(r.offset, (8 + 7) * 0x10000);
	ck_assert_int_eq(fl_iommu_register_find(i, "CB8_SCTLR", &r, sizeof(r)), -ENOENT);
	for (n = last = 0; !fl_iommu_register_at(i, n, &r, sizeof(r)); n++)
		last += !strncmp(r.name, "CB7_", 4);
	ck_assert_uint_gt(last, 10);
	fl_iommu_destroy(i);
}

/* ---- translation ---- */

TEST(translate)
{
	struct fl_access a = platform_access(PLATFORM_IOVA + 0x18, FL_WRITE, 1);
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_OK);
	ck_assert_uint_eq(r.addr, PLATFORM_BUFFER + 0x18);
	ck_assert_uint_eq(r.flags, FL_RESULT_GLOBAL); /* nG = 0 */
	ck_assert_uint_eq(r.shift, 12);
	ck_assert_uint_eq(r.perm, FL_PERM_READ | FL_PERM_WRITE | FL_PERM_EXEC);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_OK);
	ck_assert_uint_eq(r.flags, FL_RESULT_HIT | FL_RESULT_GLOBAL);
	/* A stream without an STE that is valid: C_BAD_STE (7.3.5), recorded, never stalled */
	a.stream = 6;
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_ABORT);
	ck_assert_uint_eq(r.fault, 4);
	ck_assert_uint_eq(r.flags, FL_RESULT_RECORDED);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_EVENTQ], 1);
	ck_assert_uint_eq(platform_get64(&p, platform_event(0)), 4 | 6ull << 32);
	fl_iommu_destroy(p.smmu);
}

TEST(stall_and_resume)
{
	struct fl_access a = platform_access(PLATFORM_IOVA + 0x1000, 0, 77);
	struct fl_result r;
	uint64_t stag;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_STALL);
	ck_assert_uint_eq(r.fault, F_TRANSLATION);
	ck_assert_uint_eq(p.events[FL_EVENT_STALL], 1);
	stag = platform_get64(&p, platform_event(0) + 8) & 0xffff;
	ck_assert_uint_eq(p.resumes, 0);
	platform_map(&p, PLATFORM_IOVA + 0x1000, PLATFORM_BUFFER + 0x1000);
	platform_command(&p, 0x44 | 1 << 12 | (uint64_t)PLATFORM_STREAM << 32, stag);
	ck_assert_uint_eq(p.resumes, 1);
	ck_assert_uint_eq(p.token, 77);
	ck_assert_int_eq(p.how, FL_RESUME_RETRY);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_OK);
	/* A reset ends what is stalled. */
	a = platform_access(PLATFORM_IOVA + 0x2000, 0, 78);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_STALL);
	fl_iommu_reset(p.smmu);
	ck_assert_uint_eq(p.resumes, 2);
	ck_assert_int_eq(p.how, FL_RESUME_ABORT);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x20, 4), 0);
	fl_iommu_destroy(p.smmu);
}

/* A walk of three tables, STE and CD before it; an invalidation on the way leaves nothing behind. */
TEST(parts)
{
	const struct fl_access a = platform_access(PLATFORM_IOVA, 0, 1);
	const struct fl_walk_access *first;
	struct fl_walk *w;
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_walk_create(&w), 0);
	ck_assert_int_eq(fl_iommu_lookup(p.smmu, &a, &r), FL_MISS);
	ck_assert_int_eq(fl_iommu_walk(p.smmu, &a, w), FL_OK);
	ck_assert_uint_eq(fl_walk_accesses(w, &first), 5);
	ck_assert_uint_eq(first[0].what, FL_WALK_CONFIG);
	ck_assert_uint_eq(first[0].addr, 0x10000 + PLATFORM_STREAM * 64);
	ck_assert_uint_eq(first[0].bytes, 64);
	ck_assert_uint_eq(first[4].what, FL_WALK_S1);
	ck_assert_int_eq(first[4].level, 3);
	ck_assert_uint_eq(first[4].bytes, 8);
	platform_command(&p, 0x30, 0); /* CMD_TLBI_NSNH_ALL */
	ck_assert_int_eq(fl_iommu_fill(p.smmu, w, &r), FL_OK);
	fl_iommu_step(p.smmu);
	ck_assert_int_eq(fl_iommu_lookup(p.smmu, &a, &r), FL_MISS);
	ck_assert_int_eq(fl_iommu_walk(p.smmu, &a, w), FL_OK);
	ck_assert_int_eq(fl_iommu_fill(p.smmu, w, &r), FL_OK);
	ck_assert_uint_eq(r.addr, PLATFORM_BUFFER);
	fl_iommu_step(p.smmu);
	ck_assert_int_eq(fl_iommu_lookup(p.smmu, &a, &r), FL_OK);
	fl_walk_destroy(w);
	fl_iommu_destroy(p.smmu);
}

TEST(walk_holds_a_sync)
{
	const struct fl_access a = platform_access(PLATFORM_IOVA, 0, 1);
	struct fl_walk *w;
	void *image;
	size_t bytes;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_walk_create(&w), 0);
	ck_assert_int_eq(fl_iommu_walk(p.smmu, &a, w), FL_OK);
	platform_command(&p, 0x30, 0);
	platform_command(&p, 0x46 | 1 << 12, 0); /* CMD_SYNC with an interrupt */
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x9c, 4), 1);
	ck_assert_int_eq(fl_iommu_save(p.smmu, &image, &bytes), -EBUSY);
	fl_iommu_cancel(p.smmu, w);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 0);
	fl_iommu_step(p.smmu);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 1);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x9c, 4), 2);
	fl_walk_destroy(w);
	fl_iommu_destroy(p.smmu);
}

/* CMD_CFGI_STE (4.3.1) concerns its stream and no other. */
TEST(scope)
{
	platform_start(&p, NULL, NULL);
	platform_command(&p, 0x03 | (uint64_t)PLATFORM_STREAM << 32, 1);
	ck_assert_uint_gt(p.events[FL_EVENT_INVALIDATION], 0);
	ck_assert(p.concerned && !p.unconcerned);
	fl_iommu_destroy(p.smmu);
}

/* ---- PCIe ---- */

/* A Translation Request, CMD_ATC_INV (4.5.1), a SYNC that waits for its completion. */
TEST(ats)
{
	struct fl_access a = platform_access(PLATFORM_IOVA, FL_ATS_REQUEST, 0);
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_OK);
	ck_assert_uint_eq(r.addr, PLATFORM_BUFFER);
	ck_assert_uint_eq(r.perm & (FL_PERM_READ | FL_PERM_WRITE), FL_PERM_READ | FL_PERM_WRITE);
	platform_command(&p, 0x40 | (uint64_t)PLATFORM_STREAM << 32, PLATFORM_IOVA | 1); /* 8 KiB */
	ck_assert_uint_eq(p.invalidations, 1);
	ck_assert_uint_eq(p.invalidation.stream, PLATFORM_STREAM);
	ck_assert_uint_eq(p.invalidation.addr, PLATFORM_IOVA);
	ck_assert_uint_eq(p.invalidation.shift, 13);
	platform_command(&p, 0x46 | 1 << 12, 0);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 0);
	ck_assert(fl_iommu_ats_done(p.smmu, PLATFORM_STREAM, p.invalidation.tag, true));
	fl_iommu_step(p.smmu);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 1);
	fl_iommu_destroy(p.smmu);
}

/* A page request, its entry in the PRI queue (8.1), CMD_PRI_RESP (4.6.1). */
TEST(page_request)
{
	const struct fl_page_request request = {
		.stream = PLATFORM_STREAM, .addr = 0x7000, .group = 3, .perm = FL_PERM_READ, .last = true
	};

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_page_request(p.smmu, &request), 0);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_PRIQ], 1);
	ck_assert_uint_eq(platform_get64(&p, 0x22000) & 0xffffffff, PLATFORM_STREAM);
	ck_assert_uint_eq(platform_get64(&p, 0x22008), 0x7000 | 3);
	ck_assert_uint_eq(p.responses, 0);
	platform_command(&p, 0x41 | (uint64_t)PLATFORM_STREAM << 32, 2 << 12 | 3);
	ck_assert_uint_eq(p.responses, 1);
	ck_assert_uint_eq(p.response.stream, PLATFORM_STREAM);
	ck_assert_uint_eq(p.response.group, 3);
	ck_assert_uint_eq(p.response.code, FL_PAGE_SUCCESS);
	ck_assert(!p.response.automatic);
	fl_iommu_destroy(p.smmu);
}

/* ---- state ---- */

TEST(image)
{
	const struct fl_access a = platform_access(PLATFORM_IOVA, 0, 1);
	struct fl_iommu *other;
	struct fl_result r;
	void *image;
	size_t bytes;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_OK);
	ck_assert_int_eq(fl_iommu_save(p.smmu, &image, &bytes), 0);
	memset(&q, 0, sizeof(q));
	ck_assert_int_eq(fl_smmuv3_create(NULL, &platform_host, &q, &q.smmu), 0);
	ck_assert_int_eq(fl_iommu_restore(q.smmu, image, bytes), 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(q.smmu, 0x24, 4), 0x1f);
	ck_assert_int_eq(fl_iommu_lookup(q.smmu, &a, &r), FL_OK); /* the TLB is part of it */
	ck_assert_uint_eq(r.addr, PLATFORM_BUFFER);
	ck_assert_int_eq(fl_vtd_create(NULL, &platform_host, &q, &other), 0);
	ck_assert_int_eq(fl_iommu_restore(other, image, bytes), -EINVAL);
	((unsigned char *)image)[bytes / 2] ^= 1;
	ck_assert_int_eq(fl_iommu_restore(q.smmu, image, bytes), -EINVAL);
	ck_assert_uint_eq(fl_iommu_mmio_read(q.smmu, 0x24, 4), 0);
	fl_image_free(image);
	fl_iommu_destroy(other);
	fl_iommu_destroy(q.smmu);
	fl_iommu_destroy(p.smmu);
}

TEST(stats)
{
	const struct fl_access a = platform_access(PLATFORM_IOVA, 0, 1);
	struct {
		struct fl_iommu_stats stats;
		uint64_t newer;
	} own = { .newer = ~0ull };
	struct fl_cache_stats tlb;
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	fl_iommu_translate(p.smmu, &a, &r);
	fl_iommu_translate(p.smmu, &a, &r);
	fl_iommu_translate(p.smmu, &a, &r);
	fl_iommu_get_stats(p.smmu, &own.stats, sizeof(own));
	ck_assert_uint_eq(own.stats.cache[FL_UNIT_TLB].hits, 2);
	ck_assert_uint_eq(own.stats.cache[FL_UNIT_TLB].misses, 1);
	ck_assert_uint_eq(own.stats.commands.size, 16);
	ck_assert_uint_eq(own.newer, 0);
	memset(&tlb, 0, sizeof(tlb));
	/* An older one gets as much as it has room for. */
	fl_iommu_get_stats(p.smmu, (struct fl_iommu_stats *)&tlb, sizeof(tlb));
	ck_assert_uint_eq(tlb.hits, 2);
	fl_iommu_destroy(p.smmu);
}

/* ---- bugs ---- */

struct caught {
	jmp_buf back;
	char what[128];
};

static void catch_bug(void *ctx, const struct fl_bug_report *report)
{
	struct caught *c = ctx;

	ck_assert_uint_gt(report->line, 0);
	ck_assert(report->file && report->function);
	strncpy(c->what, report->what, sizeof(c->what) - 1);
	longjmp(c->back, 1);
}

TEST(bug_hook)
{
	static struct caught c;
	struct fl_access a = platform_access(PLATFORM_IOVA + 4092, 0, 1);
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	fl_on_bug(catch_bug, &c);
	if (!setjmp(c.back)) {
		fl_iommu_translate(p.smmu, &a, &r);
		ck_abort_msg("an access of 8 bytes at 4092 went through");
	}
	ck_assert_str_eq(c.what, "an access crosses a 4 KiB page");
	p.break_contract = true;
	if (!setjmp(c.back)) {
		platform_command(&p, 0x46 | 1 << 12, 0);
		ck_abort_msg("a register was read from within irq");
	}
	ck_assert_str_eq(c.what, "mmio_read called from within mmio_write");
	fl_on_bug(NULL, NULL);
}

/* Without a handler, and if the handler returns, the process is aborted. */
static void note_bug(void *ctx, const struct fl_bug_report *report)
{
	*(const char **)ctx = report->what;
}

TEST_TIMES(bug_aborts, 2)
{
	const struct fl_access a = platform_access(PLATFORM_IOVA + 4092, 0, 1);
	const char *what = NULL;
	struct fl_result r;
	int status;
	pid_t child;

	platform_start(&p, NULL, NULL);
	if (_i)
		fl_on_bug(note_bug, &what);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		fl_iommu_translate(p.smmu, &a, &r);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}

SUITE("face")
