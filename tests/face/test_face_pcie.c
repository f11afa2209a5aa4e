// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * PCIe functions through faultline/pcie.h, on the platform's SMMUv3. Words of queues and commands are written
 * by hand: IHI 0070 G.b 8 (PRI queue entries), 4.5.1 CMD_ATC_INV, 4.5.2 CMD_PRI_RESP, 4.7.3 CMD_SYNC.
 */
#include "suite.h"
#include "face_function.h"
#include <faultline/bug.h>
#include <faultline/smmuv2.h>

#include <errno.h>
#include <setjmp.h>
#include <string.h>

#define PRIQ  0x22000u
#define READ  (1ull << 60)
#define WRITE (1ull << 61)
#define LAST  (1ull << 62)
#define SSV   (1ull << 63)

#define PAGE(n) (PLATFORM_IOVA + (n)*0x1000u)

enum answer { FAILURE, INVALID, SUCCESS }; /* of CMD_PRI_RESP */

static uint64_t request_word(unsigned int n, unsigned int word)
{
	return platform_get64(&p, PRIQ + n * 16 + word * 8);
}

static uint32_t requests(void)
{
	return (uint32_t)fl_iommu_mmio_read(p.smmu, 0x100c8, 4); /* PRIQ_PROD */
}

static void respond(unsigned int group, enum answer answer)
{
	platform_command(&p, 0x41 | (uint64_t)PLATFORM_STREAM << 32, group | (uint64_t)answer << 12);
}

static void sync(void)
{
	platform_command(&p, 0x46 | 1 << 12, 0);
}

/* ---- life ---- */

static int created(struct fl_iommu *iommu, const struct fl_pcie_params *params, const struct fl_pcie_host *h)
{
	struct fl_pcie *made = NULL;
	int err = fl_pcie_create(iommu, params, h, &told, &made);

	fl_pcie_destroy(made);
	return err;
}

TEST(parameters)
{
	struct fl_pcie_host h = function_host;
	struct fl_pcie_params q = { .size = sizeof(q), .requester = 5 };
	struct fl_iommu *v2;

	function_start((struct fl_pcie_params){ .no_pri = true });
	ck_assert_int_eq(created(p.smmu, &q, &function_host), -EEXIST);
	q.requester = 6;
	ck_assert_int_eq(created(p.smmu, &q, &function_host), 0);
	q.capacity = 513;
	ck_assert_int_eq(created(p.smmu, &q, &function_host), -EINVAL);
	q.capacity = 4;
	q.group = 5;
	ck_assert_int_eq(created(p.smmu, &q, &function_host), -EINVAL);
	q.group = 4;
	q.atc.sets = 3;
	ck_assert_int_eq(created(p.smmu, &q, &function_host), -EINVAL);
	q.atc.sets = 0;
	q.size = 0;
	ck_assert_int_eq(created(p.smmu, &q, &function_host), -EINVAL);
	q.size = sizeof(q);
	/* What the messages of a function without an IOMMU go to is mandatory as far as there are such. */
	h.page_request = NULL;
	ck_assert_int_eq(created(p.smmu, &q, &h), 0);
	ck_assert_int_eq(created(NULL, &q, &h), -EINVAL);
	q.no_pri = true;
	ck_assert_int_eq(created(NULL, &q, &h), 0);
	h.invalidated = NULL;
	ck_assert_int_eq(created(NULL, &q, &h), -EINVAL);
	q.no_ats = true;
	ck_assert_int_eq(created(NULL, &q, &h), 0);
	ck_assert_int_eq(fl_smmuv2_create(NULL, &platform_host, &p, &v2), 0);
	ck_assert_int_eq(created(v2, &q, &function_host), -EOPNOTSUPP);
	fl_iommu_destroy(v2);
	function_end();
}

TEST(capability_registers)
{
	function_start((struct fl_pcie_params){ .no_pri = true });
	ck_assert_int_eq(fl_pcie_set_pri(fn, true), -EOPNOTSUPP);
	ck_assert_int_eq(fl_pcie_stop_pasid(fn, 1), -EOPNOTSUPP);
	ck_assert(!function_stats().pri);
	function_end();
	function_start((struct fl_pcie_params){ .capacity = 8 });
	ck_assert(function_stats().pri && function_stats().capacity == 8 && function_stats().allocation == 8);
	ck_assert_uint_eq(fl_pcie_allocate(fn, 0), 0);
	ck_assert_uint_eq(fl_pcie_allocate(fn, 3), 3);
	ck_assert_uint_eq(function_stats().allocation, 3);
	ck_assert_uint_eq(fl_pcie_allocate(fn, 9), 8);
	ck_assert_int_eq(fl_pcie_stop_pasid(fn, 1 << 20), -EINVAL);
	function_end();
}

/* ---- translations ---- */

TEST(translate)
{
	struct fl_access out;
	struct fl_result r;

	function_start((struct fl_pcie_params){ .requester = 0 });
	ck_assert_int_eq(function_access(0, PAGE(0) + 0xff8, FL_WRITE, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PLATFORM_BUFFER + 0xff8);
	ck_assert_uint_eq(out.flags, FL_WRITE | FL_TRANSLATED);
	ck_assert_uint_eq(out.stream, PLATFORM_STREAM);
	ck_assert_uint_eq(out.bytes, 8);
	ck_assert_uint_eq(out.token, 0);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &out, &r), FL_OK); /* EATS allows it (3.9.1) */
	ck_assert_uint_eq(r.addr, PLATFORM_BUFFER + 0xff8);
	/* The ATC has it: the SMMU hears of nothing, though its table says otherwise by now. */
	platform_map(&p, PAGE(0), PLATFORM_BUFFER + 0x1000);
	ck_assert_int_eq(function_access(1, PAGE(0), 0, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PLATFORM_BUFFER);
	ck_assert_uint_eq(out.flags, FL_TRANSLATED);
	ck_assert_uint_eq(function_stats().hits, 1);
	ck_assert_uint_eq(function_stats().misses, 1);
	function_end();
}

/* A function without ATS asks for nothing; one without an ATC each time; SMMUEN = 0 is Unsupported Request (3.9.1). */
TEST(other_functions)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .no_ats = true });
	ck_assert_int_eq(function_access(0, PAGE(0), FL_WRITE | FL_PRIV, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PAGE(0));
	ck_assert_uint_eq(out.flags, FL_WRITE | FL_PRIV);
	ck_assert_uint_eq(out.stream, PLATFORM_STREAM);
	function_end();
	function_start((struct fl_pcie_params){ .atc = { .ways = 1 }, .no_pri = true });
	ck_assert_int_eq(function_access(0, PAGE(0), 0, &out), FL_PCIE_SEND);
	platform_map(&p, PAGE(0), PLATFORM_BUFFER + 0x1000);
	platform_command(&p, 0x30, 0); /* CMD_TLBI_NSNH_ALL */
	ck_assert_int_eq(function_access(0, PAGE(0), 0, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PLATFORM_BUFFER + 0x1000);
	ck_assert_int_eq(function_access(0, PAGE(1), 0, &out), FL_PCIE_ABORT); /* no permission, no PRI */
	fl_iommu_mmio_write(p.smmu, 0x20, 0, 4);
	ck_assert_int_eq(function_access(0, PAGE(0), 0, &out), FL_PCIE_ABORT);
	ck_assert_uint_eq(told.times, 0);
	function_end();
}

/* ---- page requests ---- */

TEST(page_in)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	ck_assert_int_eq(function_access(2, PAGE(1) + 0x10, FL_WRITE, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_PRIQ], 1);
	ck_assert_uint_eq(requests(), 1);
	ck_assert_uint_eq(request_word(0, 0), PLATFORM_STREAM | WRITE | LAST);
	ck_assert_uint_eq(request_word(0, 1), PAGE(1) | 0);
	ck_assert_uint_eq(function_stats().outstanding, 1);
	ck_assert_uint_eq(fl_pcie_allocate(fn, 4), 0); /* not now */
	ck_assert_uint_eq(told.times, 0);
	platform_map(&p, PAGE(1), PLATFORM_BUFFER + 0x1000);
	respond(0, SUCCESS);
	ck_assert_uint_eq(told.times, 1);
	ck_assert_uint_eq(told.token, 2);
	ck_assert_int_eq(told.why, FL_PCIE_RETRY);
	ck_assert_uint_eq(p.responses, 0); /* it was the function's, not the holder's */
	ck_assert_int_eq(fl_pcie_translate(dma[2], NULL, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PLATFORM_BUFFER + 0x1010);
	ck_assert(function_stats().success == 1 && function_stats().outstanding == 0 &&
		  function_stats().page_requests == 1);
	function_end();
}

/* From within wake the access may go on at once. */
TEST(again_from_within_wake)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	told.again = true;
	ck_assert_int_eq(function_access(0, PAGE(1), FL_WRITE, &out), FL_PCIE_WAIT);
	respond(0, SUCCESS); /* but nothing was mapped */
	ck_assert_int_eq(told.outcome, FL_PCIE_WAIT);
	ck_assert_uint_eq(requests(), 2);
	ck_assert_uint_eq(request_word(1, 1), PAGE(1) | 1); /* indices are used in turn */
	platform_map(&p, PAGE(1), PLATFORM_BUFFER + 0x1000);
	respond(1, SUCCESS);
	ck_assert_int_eq(told.outcome, FL_PCIE_SEND);
	ck_assert_uint_eq(told.times, 2);
	function_end();
}

TEST(refused)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	function_access(0, PAGE(1), 0, &out);
	ck_assert_uint_eq(request_word(0, 0), PLATFORM_STREAM | READ | LAST);
	respond(0, INVALID);
	ck_assert_int_eq(told.why, FL_PCIE_REFUSED);
	/* Response Failure: the function asks no more (10.4.2.1), until software enables it again. */
	function_access(0, PAGE(1), 0, &out);
	respond(1, FAILURE);
	ck_assert_int_eq(told.why, FL_PCIE_DISABLED);
	ck_assert_int_eq(function_access(0, PAGE(1), 0, &out), FL_PCIE_ABORT);
	ck_assert(!function_stats().pri);
	ck_assert_int_eq(fl_pcie_set_pri(fn, true), 0);
	ck_assert_int_eq(function_access(0, PAGE(1), 0, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(requests(), 3);
	ck_assert_int_eq(fl_pcie_set_pri(fn, false), 0);
	ck_assert_uint_eq(told.times, 3);
	respond(2, SUCCESS); /* too late */
	ck_assert_uint_eq(function_stats().unexpected, 1);
	ck_assert(function_stats().invalid == 1 && function_stats().failure == 1);
	function_end();
}

/* PRIQEN = 0: the SMMU answers by itself with Response Failure (8.2), before the call returns. */
TEST(automatic_answer)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	fl_iommu_mmio_write(p.smmu, 0x20, 0x1d, 4);
	ck_assert_int_eq(function_access(3, PAGE(1), 0, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(told.times, 1);
	ck_assert_uint_eq(told.token, 3);
	ck_assert_int_eq(told.why, FL_PCIE_DISABLED);
	ck_assert_uint_eq(requests(), 0);
	function_end();
}

/* Two credits, four pages: an answer gives one back, and the next request follows within the same command. */
TEST(credits)
{
	struct fl_access out;
	unsigned int i;

	function_start((struct fl_pcie_params){ .capacity = 2 });
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(function_access(i, PAGE(1 + i), 0, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(requests(), 2);
	respond(1, SUCCESS);
	ck_assert_uint_eq(told.token, 1);
	ck_assert_uint_eq(requests(), 3);
	ck_assert_uint_eq(request_word(2, 1), PAGE(3) | 2);
	ck_assert_uint_eq(function_stats().most_outstanding, 2);
	fl_pcie_reset(fn);
	ck_assert_uint_eq(told.times, 4);
	ck_assert_int_eq(told.why, FL_PCIE_DISABLED);
	ck_assert(function_stats().pri && !function_stats().outstanding);
	function_end();
}

/* Four pages in a group: one index, the last says so; accesses to its pages join; refused, each is asked for alone. */
TEST(group)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .group = 4 });
	function_access(0, PAGE(1), FL_WRITE, &out);
	ck_assert_uint_eq(requests(), 4);
	ck_assert_uint_eq(request_word(2, 0), PLATFORM_STREAM | WRITE);
	ck_assert_uint_eq(request_word(2, 1), PAGE(3));
	ck_assert_uint_eq(request_word(3, 0), PLATFORM_STREAM | WRITE | LAST);
	function_access(1, PAGE(3), FL_WRITE, &out);
	ck_assert_uint_eq(function_stats().joined, 1);
	respond(0, INVALID);
	ck_assert_uint_eq(told.times, 2);
	ck_assert_int_eq(told.why, FL_PCIE_RETRY);
	ck_assert_int_eq(fl_pcie_translate(dma[1], NULL, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(requests(), 5);
	ck_assert_uint_eq(request_word(4, 0), PLATFORM_STREAM | WRITE | LAST);
	respond(1, INVALID);
	ck_assert_int_eq(told.why, FL_PCIE_REFUSED);
	function_end();
}

/* STE: S1CDMax = 2 (63:59 of word 0), S1DSS = 2 (1:0 of word 1): CDs of SubstreamIDs 0 to 3 (5.2). */
static void with_pasids(void)
{
	uint64_t ste[2];

	memcpy(ste, p.mem + 0x10000 + PLATFORM_STREAM * 64, sizeof(ste));
	ste[0] |= 2ull << 59;
	ste[1] |= 2;
	memcpy(p.mem + 0x10000 + PLATFORM_STREAM * 64, ste, sizeof(ste));
	memcpy(p.mem + 0x11000 + 3 * 64, p.mem + 0x11000, 64);
	p.mem[0x11000 + 3 * 64 + 6] = 2; /* ASID, 63:48 of word 0 */
	platform_command(&p, 0x04, 31);	 /* CMD_CFGI_ALL */
}

TEST(pasid)
{
	const struct fl_access a = { .addr = PAGE(1), .bytes = 8, .flags = FL_PASID | FL_PRIV | FL_WRITE, .pasid = 3 };
	struct fl_access out;

	function_start((struct fl_pcie_params){ .capacity = 1 });
	with_pasids();
	ck_assert_int_eq(fl_pcie_translate(dma[0], &a, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(request_word(0, 0), PLATFORM_STREAM | 3ull << 32 | 1ull << 58 | WRITE | LAST | SSV);
	/* Another of the PASID waits for the credit: it ends with the PASID, the stop marker follows (10.4.1.2.1). */
	ck_assert_int_eq(fl_pcie_translate(dma[1], &(struct fl_access){ PAGE(2), 1, 0, 3, 8, FL_PASID, 0 }, &out),
			 FL_PCIE_WAIT);
	ck_assert_int_eq(fl_pcie_stop_pasid(fn, 3), 0);
	ck_assert_uint_eq(told.times, 1);
	ck_assert_uint_eq(told.token, 1);
	ck_assert_int_eq(told.why, FL_PCIE_DISABLED);
	ck_assert_uint_eq(requests(), 2);
	ck_assert_uint_eq(request_word(1, 0), PLATFORM_STREAM | 3ull << 32 | LAST | SSV);
	ck_assert_uint_eq(request_word(1, 1), 0);
	/* The answer to the first: SSV is bit 11, SubstreamID 31:12. A translated access carries no PASID. */
	platform_map(&p, PAGE(1), PLATFORM_BUFFER);
	platform_command(&p, 0x41 | 1 << 11 | 3 << 12 | (uint64_t)PLATFORM_STREAM << 32, 2 << 12);
	ck_assert_int_eq(told.why, FL_PCIE_RETRY);
	ck_assert_int_eq(fl_pcie_translate(dma[0], NULL, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.flags, FL_WRITE | FL_TRANSLATED);
	ck_assert_uint_eq(out.pasid, 0);
	ck_assert_int_eq(function_access(0, PAGE(1), 0, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(function_stats().hits, 0); /* another address space */
	function_end();
}

/* ---- invalidations ---- */

TEST(invalidation)
{
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	function_access(0, PAGE(0), 0, &out);
	platform_command(&p, 0x40 | (uint64_t)PLATFORM_STREAM << 32, PAGE(0));
	sync();
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 1); /* the function has completed it */
	ck_assert_uint_eq(p.invalidations, 0);		  /* the holder was not bothered */
	function_access(0, PAGE(0), 0, &out);
	ck_assert(function_stats().hits == 0 && function_stats().misses == 2 && function_stats().invalidations == 1);
	/* With the access under way the completion waits for its end, and CMD_SYNC with it. */
	fl_pcie_begin(dma[0]);
	platform_command(&p, 0x40 | (uint64_t)PLATFORM_STREAM << 32, 52); /* all of it */
	sync();
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 1);
	fl_pcie_end(dma[0]);
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 2);
	function_end();
}

/* A requester that is not there: the holder's, or a time-out: CERROR_ATC_INV_SYNC, 3 in CMDQ_CONS.ERR (6.3.28). */
TEST(nobody_there)
{
	struct fl_host h = platform_host;

	function_start((struct fl_pcie_params){ .requester = 0 });
	platform_command(&p, 0x40 | 6ull << 32, PAGE(0));
	ck_assert_uint_eq(p.invalidations, 1);
	ck_assert_uint_eq(p.invalidation.stream, 6);
	function_end();
	h.ats_invalidate = NULL;
	h.page_response = NULL;
	platform_start(&p, NULL, &h);
	function_make(p.smmu, (struct fl_pcie_params){ .requester = 0 });
	platform_command(&p, 0x40 | 6ull << 32, PAGE(0));
	sync();
	ck_assert_uint_eq(p.irqs[FL_SMMUV3_CMD_SYNC], 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x9c, 4) >> 24, 3);
	platform_command(&p, 0x41 | 6ull << 32, 2 << 12); /* nobody minds */
	function_end();
}

/* The IOMMU is reset, or takes over another state: the function knows nothing any more. */
TEST_TIMES(reset, 2)
{
	struct fl_access out;
	size_t bytes;
	void *image;

	function_start((struct fl_pcie_params){ .requester = 0 });
	ck_assert_int_eq(fl_iommu_save(p.smmu, &image, &bytes), 0);
	function_access(0, PAGE(0), 0, &out);
	function_access(1, PAGE(1), 0, &out);
	if (_i)
		ck_assert_int_eq(fl_iommu_restore(p.smmu, image, bytes), 0);
	else
		fl_iommu_reset(p.smmu);
	fl_image_free(image);
	ck_assert_uint_eq(told.times, 1);
	ck_assert_uint_eq(told.token, 1);
	ck_assert_int_eq(told.why, FL_PCIE_DISABLED);
	ck_assert_int_eq(function_access(0, PAGE(0), 0, &out), _i ? FL_PCIE_SEND : FL_PCIE_ABORT);
	ck_assert_uint_eq(function_stats().hits, 0);
	function_end();
}

/* ---- messages that the holder carries ---- */

static void ask(unsigned int n, uint64_t addr, struct fl_access *request)
{
	const struct fl_access a = { .addr = addr, .token = n, .bytes = 4 };
	struct fl_access out;

	ck_assert_int_eq(fl_pcie_lookup(dma[n], &a, &out), FL_PCIE_MISS);
	ck_assert_int_eq(fl_pcie_request(dma[n], request), 0);
	ck_assert_uint_eq(request->addr, addr & ~0xfffull);
	ck_assert_uint_eq(request->flags, FL_ATS_REQUEST | FL_NO_WRITE);
	ck_assert_uint_eq(request->stream, PLATFORM_STREAM);
}

TEST(by_parts)
{
	const struct fl_page_response yes = { .stream = PLATFORM_STREAM };
	struct fl_access request, out;
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	function_make(NULL, (struct fl_pcie_params){ .requester = 0 });
	ask(0, PAGE(1) + 0xffc, &request);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &request, &r), FL_OK);
	ck_assert_uint_eq(r.perm, 0);
	ck_assert_int_eq(fl_pcie_complete(dma[0], FL_OK, &r, &out), FL_PCIE_FAULT);
	ck_assert_int_eq(fl_pcie_fault(dma[0]), FL_PCIE_WAIT);
	ck_assert_uint_eq(requests(), 0);
	ck_assert_uint_eq(told.requests, 1);
	ck_assert_uint_eq(told.request.addr, PAGE(1));
	ck_assert(told.request.last && told.request.perm == FL_PERM_READ && !told.request.pasid_valid);
	ck_assert_int_eq(fl_iommu_page_request(p.smmu, &told.request), 0);
	platform_map(&p, PAGE(1), PLATFORM_BUFFER);
	respond(0, SUCCESS);
	ck_assert_uint_eq(p.responses, 1);
	ck_assert_uint_eq(told.times, 0);
	fl_pcie_response(fn, &yes);
	ck_assert_uint_eq(told.times, 1);
	ck_assert_int_eq(fl_pcie_lookup(dma[0], NULL, &out), FL_PCIE_MISS);
	ck_assert_int_eq(fl_pcie_request(dma[0], &request), 0);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &request, &r), FL_OK);
	ck_assert_int_eq(fl_pcie_complete(dma[0], FL_OK, &r, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PLATFORM_BUFFER + 0xffc);
	ck_assert_int_eq(fl_pcie_lookup(dma[1], &(struct fl_access){ .addr = PAGE(1), .bytes = 4 }, &out),
			 FL_PCIE_SEND);
	function_end();
}

/* An invalidation is faster than the completion, which is of no use then; one with U asks for untranslated accesses. */
TEST(late_completions)
{
	const struct fl_ats_invalidation all = { .shift = 64, .tag = 9 };
	struct fl_result r = { .addr = PLATFORM_BUFFER, .shift = 12, .perm = FL_PERM_READ };
	struct fl_access request, out;

	platform_start(&p, NULL, NULL);
	function_make(NULL, (struct fl_pcie_params){ .requester = 0 });
	ask(0, PAGE(0), &request);
	fl_pcie_invalidate(fn, &all);
	ck_assert_uint_eq(told.completions, 1);
	ck_assert_uint_eq(told.tag, 9);
	ck_assert_int_eq(fl_pcie_complete(dma[0], FL_OK, &r, &out), FL_PCIE_STALE);
	ck_assert_uint_eq(function_stats().stale, 1);
	ck_assert_int_eq(fl_pcie_request(dma[0], &request), 0);
	r.flags = FL_RESULT_UNTRANSLATED;
	ck_assert_int_eq(fl_pcie_complete(dma[0], FL_OK, &r, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, PAGE(0));
	ck_assert_uint_eq(out.flags, 0);
	ask(0, PAGE(0), &request);
	ck_assert_int_eq(fl_pcie_complete(dma[0], FL_ABORT, &r, &out), FL_PCIE_ABORT);
	function_end();
}

/* ---- bugs ---- */

static char what[128];
static jmp_buf back;

static void catch_bug(void *ctx, const struct fl_bug_report *report)
{
	(void)ctx;
	strncpy(what, report->what, sizeof(what) - 1);
	longjmp(back, 1);
}

TEST_TIMES(bugs, 6)
{
	static const char *const expected[] = {
		"no access of a PCIe function has woken to be tried again",
		"an access of a PCIe function begins before the end of another",
		"an access of a PCIe function ends that has not begun",
		"an access of a PCIe function is destroyed before its end",
		"a PCIe function is destroyed before its accesses",
		"an IOMMU is destroyed before its PCIe functions",
	};
	struct fl_access out;

	function_start((struct fl_pcie_params){ .requester = 0 });
	function_access(1, PAGE(1), 0, &out); /* waits */
	fl_on_bug(catch_bug, NULL);
	if (!setjmp(back)) {
		switch (_i) {
		case 0:
			fl_pcie_translate(dma[0], NULL, &out);
			break;
		case 1:
			function_access(1, PAGE(2), 0, &out);
			break;
		case 2:
			fl_pcie_end(dma[0]);
			break;
		case 3:
			fl_pcie_dma_destroy(dma[1]);
			break;
		case 4:
			fl_pcie_destroy(fn);
			break;
		default:
			fl_iommu_destroy(p.smmu);
		}
		ck_abort_msg("nobody has minded");
	}
	ck_assert_str_eq(what, expected[_i]);
	fl_on_bug(NULL, NULL);
}

SUITE("face_pcie")
