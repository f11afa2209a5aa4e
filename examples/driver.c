// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A platform without software: our driver programs the SMMUv3. A device's buffer is mapped page by page, when the device
 * gets there: its accesses stall until the policy has found a page.
 */
#include <faultline/driver.h>
#include <faultline/smmuv3.h>

#include "memory.h"

#include <inttypes.h>

#define STREAM 1u
#define BUFFER 0x10000000u /* as the device sees it */
#define PAGES  4u

struct platform {
	struct memory mem;
	struct fl_iommu *smmu;
	struct fl_driver *driver;
	struct fl_domain *domain;
	uint64_t next_page;
	unsigned int faults;
	bool retry;
};

static void irq(void *ctx, uint32_t line, bool level)
{
	const struct platform *p = ctx;

	fl_driver_irq(p->driver, line, level); /* noted; fl_driver_run() serves it */
}

static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	struct platform *p = ctx;

	(void)token;
	p->retry = how == FL_RESUME_RETRY;
}

static enum fl_fault_code handle(void *ctx, struct fl_fault_group *group, const struct fl_fault_record *record)
{
	struct platform *p = ctx;

	(void)group;
	p->faults++;
	if (record->addr - BUFFER >= PAGES * 4096)
		return FL_FAULT_TERMINATE;
	p->next_page += 4096;
	return fl_domain_map(p->driver, p->domain, record->addr & ~UINT64_C(4095), p->next_page, 4096,
			     FL_MAP_READ | FL_MAP_WRITE)
		       ? FL_FAULT_TERMINATE
		       : FL_FAULT_RETRY;
}

/* The device: whatever stalls waits until software has run. */
static bool write_at(struct platform *p, uint64_t addr, unsigned char byte, uint64_t now)
{
	const struct fl_access a = { .addr = addr, .token = 1, .stream = STREAM, .bytes = 1, .flags = FL_WRITE };
	struct fl_result r;
	enum fl_outcome out;

	while ((out = fl_iommu_translate(p->smmu, &a, &r)) == FL_STALL) {
		p->retry = false;
		check(!fl_driver_run(p->driver, now), "fl_driver_run");
		if (!p->retry)
			return false;
	}
	return out == FL_OK && !mem_write(&p->mem, r.addr, &byte, 1);
}

static void set_up(struct platform *p, struct fl_device **device)
{
	const struct fl_host host = {
		.size = sizeof(host), .mem_read = mem_read, .mem_write = mem_write, .irq = irq, .txn_resume = txn_resume
	};
	const struct fl_driver_params params = { .size = sizeof(params), .mem_base = 0x100000, .mem_bytes = 0x700000 };
	const struct fl_device_params dma = {
		.size = sizeof(dma), .streams = { STREAM }, .n_streams = 1, .can_stall = true
	};
	const struct fl_fault_domain_ops policy = { .size = sizeof(policy), .handle = handle };

	check(!fl_smmuv3_create(NULL, &host, p, &p->smmu), "fl_smmuv3_create");
	check(!fl_driver_create(p->smmu, &params, &p->driver), "fl_driver_create");
	check(!fl_device_add(p->driver, &dma, device), "fl_device_add");
	check(!fl_domain_create(p->driver, *device, FL_DOMAIN_PAGING, &policy, p, &p->domain), "fl_domain_create");
	check(!fl_device_attach(p->driver, *device, UINT32_MAX, p->domain), "fl_device_attach");
}

int main(void)
{
	static struct platform p = { .next_page = 0x800000 };
	struct fl_device *device;
	uint64_t at;

	set_up(&p, &device);
	for (at = 0; at < PAGES * 4096; at += 64)
		check(write_at(&p, BUFFER + at, 1, at), "a write into the buffer");
	check(!write_at(&p, BUFFER + at, 1, at), "a write behind the buffer");
	printf("%" PRIu64 " writes, %u faults\n", at / 64, p.faults);
	check(p.faults == PAGES + 1, "one fault a page");
	check(!fl_device_detach(p.driver, device, UINT32_MAX), "fl_device_detach");
	fl_domain_destroy(p.driver, p.domain);
	fl_device_remove(p.driver, device);
	check(!fl_driver_destroy(p.driver), "fl_driver_destroy");
	fl_iommu_destroy(p.smmu);
	return 0;
}
