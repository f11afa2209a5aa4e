// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Our drivers through faultline/driver.h: somebody's memory and interrupts, each of the three IOMMUs. */
#include "suite.h"
#include <faultline/driver.h>
#include <faultline/pcie.h>
#include <faultline/smmuv2.h>
#include <faultline/smmuv3.h>
#include <faultline/vtd.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MEM_BYTES 0x2000000u
#define STREAM	  9u
#define IOVA	  0x40000000u
#define TARGET	  0x1000000u /* behind the driver's memory */

enum kind { SMMUV2, SMMUV3, VTD, KINDS };

struct system {
	unsigned char *mem;
	struct fl_iommu *iommu;
	struct fl_driver *driver;
	struct fl_device *device;
	struct fl_domain *domain;
	enum fl_fault_code answer;
	uint64_t cookie;
	unsigned int handled, events, resumes, responses;
	enum fl_resume how;
	struct fl_page_response response;
	struct fl_pcie *fn;
};

static struct system sys;
static bool pcie; /* its device has ATS and PRI */

static int mem_read(void *ctx, uint64_t pa, void *buf, uint32_t bytes)
{
	struct system *s = ctx;

	if (pa >= MEM_BYTES || bytes > MEM_BYTES - pa)
		return -1;
	memcpy(buf, s->mem + pa, bytes);
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, uint32_t bytes)
{
	struct system *s = ctx;

	if (pa >= MEM_BYTES || bytes > MEM_BYTES - pa)
		return -1;
	memcpy(s->mem + pa, buf, bytes);
	return 0;
}

static void irq(void *ctx, uint32_t line, bool level)
{
	fl_driver_irq(((struct system *)ctx)->driver, line, level);
}

static int msi(void *ctx, uint64_t pa, uint32_t data)
{
	return fl_driver_msi(((struct system *)ctx)->driver, pa, data) ? 0 : -1;
}

static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	struct system *s = ctx;

	ck_assert_uint_eq(token, 5);
	s->resumes++;
	s->how = how;
}

static void page_response(void *ctx, const struct fl_page_response *response)
{
	struct system *s = ctx;

	s->responses++;
	s->response = *response;
}

/* The policy: the page is mapped, if the answer is to be "retry". */
static enum fl_fault_code handle(void *ctx, struct fl_fault_group *group, const struct fl_fault_record *record)
{
	struct system *s = ctx;

	s->handled++;
	s->cookie = fl_fault_group_cookie(group);
	if (s->answer == FL_FAULT_RETRY)
		ck_assert_int_eq(fl_domain_map(s->driver, s->domain, record->addr & ~0xfffull,
					       TARGET + (record->addr & 0xff000), 0x1000, FL_MAP_READ | FL_MAP_WRITE),
				 0);
	return s->answer;
}

static void event(void *ctx, const struct fl_fault_record *record, uint64_t now)
{
	(void)now;
	ck_assert_uint_eq(record->stream, STREAM);
	((struct system *)ctx)->events++;
}

static void make_iommu(enum kind kind)
{
	struct fl_host host = { .size = sizeof(host),
				.mem_read = mem_read,
				.mem_write = mem_write,
				.irq = irq,
				.txn_resume = txn_resume,
				.page_response = page_response };
	int err;

	memset(&sys, 0, sizeof(sys));
	sys.mem = calloc(1, MEM_BYTES);
	sys.answer = FL_FAULT_RETRY;
	if (kind == VTD)
		host.msi = msi;
	err = kind == SMMUV2   ? fl_smmuv2_create(NULL, &host, &sys, &sys.iommu)
	      : kind == SMMUV3 ? fl_smmuv3_create(NULL, &host, &sys, &sys.iommu)
			       : fl_vtd_create(NULL, &host, &sys, &sys.iommu);
	ck_assert_int_eq(err, 0);
}

static void start(enum kind kind, const struct fl_fault_dev_params *policy)
{
	const struct fl_fault_domain_ops ops = { .size = sizeof(ops), .handle = handle, .event = event };
	struct fl_driver_params params = { .size = sizeof(params), .mem_base = 0x100000, .mem_bytes = 0x800000 };
	struct fl_device_params device = { .size = sizeof(device), .streams = { STREAM }, .n_streams = 1 };

	make_iommu(kind);
	params.policy = policy;
	ck_assert_int_eq(fl_driver_create(sys.iommu, &params, &sys.driver), 0);
	device.can_stall = kind != VTD && !pcie;
	device.pri = kind == VTD || pcie;
	device.ats = pcie;
	ck_assert_int_eq(fl_device_add(sys.driver, &device, &sys.device), 0);
	ck_assert_int_eq(fl_domain_create(sys.driver, sys.device, FL_DOMAIN_PAGING, &ops, &sys, &sys.domain), 0);
	ck_assert_int_eq(fl_device_attach(sys.driver, sys.device, UINT32_MAX, sys.domain), 0);
	ck_assert_int_eq(fl_domain_map(sys.driver, sys.domain, IOVA, TARGET, 0x1000, FL_MAP_READ | FL_MAP_WRITE), 0);
}

static void stop(void)
{
	ck_assert_int_eq(fl_device_detach(sys.driver, sys.device, UINT32_MAX), 0);
	fl_domain_destroy(sys.driver, sys.domain);
	fl_device_remove(sys.driver, sys.device);
	ck_assert_int_eq(fl_driver_destroy(sys.driver), 0);
	fl_pcie_destroy(sys.fn); /* detaching invalidates its cache: it is there until then */
	fl_iommu_destroy(sys.iommu);
	free(sys.mem);
}

static enum fl_outcome access_at(uint64_t addr, struct fl_result *r)
{
	const struct fl_access a = { .addr = addr, .token = 5, .stream = STREAM, .bytes = 8 };

	return fl_iommu_translate(sys.iommu, &a, r);
}

TEST_TIMES(map, KINDS)
{
	struct fl_result r;

	start((enum kind)_i, NULL);
	ck_assert_int_eq(access_at(IOVA + 0x10, &r), FL_OK);
	ck_assert_uint_eq(r.addr, TARGET + 0x10);
	ck_assert_int_eq(fl_domain_map(sys.driver, sys.domain, IOVA, TARGET, 0x1000, FL_MAP_READ), -EEXIST);
	ck_assert_int_eq(fl_domain_unmap(sys.driver, sys.domain, IOVA, 0x1000), 0x1000);
	if (_i == VTD) {
		ck_assert_int_eq(access_at(IOVA + 0x10, &r), FL_ABORT);
		ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
		ck_assert_uint_eq(sys.events, 1);
	} else {
		ck_assert_int_eq(access_at(IOVA + 0x10, &r), FL_STALL);
		ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
		ck_assert_uint_eq(sys.resumes, 1);
	}
	stop();
}

/* SMMUv2 and SMMUv3: a stall is served by the policy. */
TEST_TIMES(stall, VTD)
{
	struct fl_result r;

	start((enum kind)_i, NULL);
	ck_assert_int_eq(access_at(IOVA + 0x1000, &r), FL_STALL);
	ck_assert_uint_eq(sys.handled, 0); /* nothing behind the holder's back */
	ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
	ck_assert_uint_eq(sys.handled, 1);
	ck_assert_uint_eq(sys.resumes, 1);
	ck_assert_int_eq(sys.how, FL_RESUME_RETRY);
	ck_assert_int_eq(access_at(IOVA + 0x1000, &r), FL_OK);
	ck_assert_uint_eq(r.addr, TARGET + 0x1000);
	sys.answer = FL_FAULT_TERMINATE;
	ck_assert_int_eq(access_at(IOVA + 0x2000, &r), FL_STALL);
	ck_assert_int_eq(fl_driver_run(sys.driver, 2000), 0);
	ck_assert_int_eq(sys.how, FL_RESUME_ABORT);
	/* Kept, and answered later */
	sys.answer = FL_FAULT_LATER;
	ck_assert_int_eq(access_at(IOVA + 0x3000, &r), FL_STALL);
	ck_assert_int_eq(fl_driver_run(sys.driver, 3000), 0);
	ck_assert_uint_eq(sys.resumes, 2);
	ck_assert_int_eq(fl_driver_respond(sys.driver, sys.cookie, FL_FAULT_RETRY), 0);
	ck_assert_uint_eq(sys.resumes, 3);
	ck_assert_int_eq(sys.how, FL_RESUME_RETRY);
	stop();
}

/* The policy of the parameters holds for the driver's devices: what nobody answers, the core does after 1 ms. */
TEST(policy)
{
	const struct fl_fault_dev_params policy = { .size = sizeof(policy),
						    .pending_ns = 1000000,
						    .expire_code = FL_FAULT_RETRY };
	struct fl_result r;

	start(SMMUV3, &policy);
	sys.answer = FL_FAULT_LATER;
	ck_assert_int_eq(access_at(IOVA + 0x1000, &r), FL_STALL);
	ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
	ck_assert_uint_eq(fl_driver_expire(sys.driver, 900000), 0);
	ck_assert_uint_eq(fl_driver_expire(sys.driver, 1100000), 1);
	ck_assert_uint_eq(sys.resumes, 1);
	ck_assert_int_eq(sys.how, FL_RESUME_RETRY);
	stop();
}

/* VT-d: a page request, whose interrupt is a message. */
TEST(page_request)
{
	const struct fl_page_request request = {
		.stream = STREAM, .addr = IOVA + 0x5000, .group = 2, .perm = FL_PERM_READ, .last = true
	};
	struct fl_result r;

	start(VTD, NULL);
	ck_assert_int_eq(fl_iommu_page_request(sys.iommu, &request), 0);
	ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
	ck_assert_uint_eq(sys.handled, 1);
	ck_assert_uint_eq(sys.responses, 1);
	ck_assert_uint_eq(sys.response.group, 2);
	ck_assert_uint_eq(sys.response.code, FL_PAGE_SUCCESS);
	ck_assert_int_eq(access_at(IOVA + 0x5000, &r), FL_OK);
	ck_assert_uint_eq(r.addr, TARGET + 0x5000);
	stop();
}

static void wake(void *ctx, uint64_t token, enum fl_pcie_wake why)
{
	ck_assert_uint_eq(token, 5);
	*(enum fl_pcie_wake *)ctx = why;
}

/* SMMUv3 and VT-d: a PCIe function pages in, loses the page by an unmap that waits for it, and is refused. */
TEST_TIMES(function, 2)
{
	const struct fl_pcie_params params = { .size = sizeof(params), .requester = STREAM };
	const struct fl_pcie_host host = { .size = sizeof(host), .wake = wake };
	const struct fl_access a = { .addr = IOVA + 0x1008, .token = 5, .bytes = 8 };
	enum fl_pcie_wake why = FL_PCIE_DISABLED;
	struct fl_pcie_stats stats;
	struct fl_pcie_dma *dma;
	struct fl_access out;

	pcie = true;
	start((enum kind)(SMMUV3 + _i), NULL);
	ck_assert_int_eq(fl_pcie_create(sys.iommu, &params, &host, &why, &sys.fn), 0);
	ck_assert_int_eq(fl_pcie_dma_create(sys.fn, &dma), 0);
	ck_assert_int_eq(fl_pcie_translate(dma, &a, &out), FL_PCIE_WAIT);
	ck_assert_int_eq(fl_driver_run(sys.driver, 1000), 0);
	ck_assert_uint_eq(sys.handled, 1);
	ck_assert_int_eq(why, FL_PCIE_RETRY);
	ck_assert_int_eq(fl_pcie_translate(dma, NULL, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(out.addr, TARGET + 0x1008);
	ck_assert_int_eq(fl_domain_unmap(sys.driver, sys.domain, IOVA + 0x1000, 0x1000), 0x1000);
	fl_pcie_get_stats(sys.fn, &stats, sizeof(stats));
	ck_assert_uint_ge(stats.invalidations, 1);
	sys.answer = FL_FAULT_TERMINATE;
	ck_assert_int_eq(fl_pcie_translate(dma, &a, &out), FL_PCIE_WAIT);
	ck_assert_int_eq(fl_driver_run(sys.driver, 2000), 0);
	ck_assert_int_eq(why, FL_PCIE_REFUSED);
	fl_pcie_dma_destroy(dma);
	stop();
}

TEST_TIMES(refused, KINDS)
{
	struct fl_driver_params params = { .size = sizeof(params), .mem_base = 0x100000, .mem_bytes = 0x1000 };
	const struct fl_device_params device = { .size = sizeof(device), .n_streams = 17 };
	struct fl_driver *d;
	struct fl_device *dev;

	make_iommu((enum kind)_i);
	ck_assert_int_eq(fl_driver_create(sys.iommu, &params, &d), _i == SMMUV2 ? 0 : -ENOMEM);
	if (_i == SMMUV2)
		fl_driver_destroy(d);
	params.mem_base = 0x100;
	ck_assert_int_eq(fl_driver_create(sys.iommu, &params, &d), -EINVAL);
	params.mem_base = 0x100000;
	params.mem_bytes = 0x800000;
	ck_assert_int_eq(fl_driver_create(sys.iommu, &params, &d), 0);
	ck_assert_int_eq(fl_device_add(d, &device, &dev), -EINVAL);
	ck_assert_int_eq(fl_driver_destroy(d), 0);
	fl_iommu_destroy(sys.iommu);
	free(sys.mem);
}

SUITE("face_driver")
