// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Registers by name, watches, and completions: faultline/register.h, fl_host.sync_write. Numbers as in test_face.c. */
#include "suite.h"
#include "face_platform.h"
#include <faultline/driver.h>
#include <faultline/smmuv2.h>
#include <faultline/vtd.h>

#include <errno.h>
#include <string.h>

static struct platform p;

/* What a watcher has heard, the last event whole. */
struct heard {
	struct fl_register_event last;
	char name[FL_REGISTER_NAME];
	unsigned int times;
};

static void hear(void *ctx, const struct fl_register_event *e)
{
	struct heard *h = ctx;

	h->last = *e;
	strcpy(h->name, e->reg->name);
	h->times++;
}

static struct fl_watch *watch(const char *name, uint32_t what, struct heard *h)
{
	struct fl_watch *w = NULL;

	memset(h, 0, sizeof(*h));
	ck_assert_int_eq(fl_iommu_watch(p.smmu, name, what, hear, h, &w), 0);
	return w;
}

static void same(const struct heard *h, uint32_t how, uint64_t before, uint64_t now)
{
	ck_assert_uint_eq(h->last.how, how);
	ck_assert_uint_eq(h->last.before, before);
	ck_assert_uint_eq(h->last.now, now);
}

/* ---- by name ---- */

TEST(by_name)
{
	struct fl_register r;
	uint64_t v = 1;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_register_read(p.smmu, "SMMU_CR0ACK", &v), 0);
	ck_assert_uint_eq(v, 0x1f);
	ck_assert_int_eq(fl_iommu_register_read(p.smmu, "SMMU_CR0NAK", &v), -ENOENT);
	ck_assert_int_eq(fl_iommu_register_write(p.smmu, "SMMU_CR0NAK", 0), -ENOENT);
	ck_assert_int_eq(fl_iommu_register_write(p.smmu, "SMMU_CR0", 0), 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x24, 4), 0);
	/* PRIQ_BASE of 64 bits: PRIQEN is 0 now, so that it can be written (6.3.33). */
	ck_assert_int_eq(fl_iommu_register_write(p.smmu, "SMMU_PRIQ_BASE", 0x0000001234560005), 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0xc4, 4), 0x12);
	/* The upper half of it; page 1's index, and its alias in page 0 (6.2.1); nothing. */
	ck_assert_int_eq(fl_iommu_register_of(p.smmu, 0xc4, &r, sizeof(r)), 0);
	ck_assert_str_eq(r.name, "SMMU_PRIQ_BASE");
	ck_assert_uint_eq(r.offset, 0xc0);
	ck_assert_int_eq(fl_iommu_register_of(p.smmu, 0x100a8, &r, sizeof(r)), 0);
	ck_assert_str_eq(r.name, "SMMU_EVENTQ_PROD");
	ck_assert_int_eq(fl_iommu_register_of(p.smmu, 0xa8, &r, sizeof(r)), 0);
	ck_assert_str_eq(r.name, "SMMU_EVENTQ_PROD");
	ck_assert_int_eq(fl_iommu_register_of(p.smmu, 0x1fffc, &r, sizeof(r)), -ENOENT);
	fl_iommu_destroy(p.smmu);
}

/* ---- watches ---- */

TEST(parameters)
{
	struct fl_watch *w;
	struct heard h;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_watch(p.smmu, "SMMU_NONE", FL_WATCH_READ, hear, &h, &w), -ENOENT);
	ck_assert_int_eq(fl_iommu_watch(p.smmu, "SMMU_CR0", 0, hear, &h, &w), -EINVAL);
	ck_assert_int_eq(fl_iommu_watch(p.smmu, "SMMU_CR0", 8, hear, &h, &w), -EINVAL);
	ck_assert_int_eq(fl_iommu_watch(p.smmu, "SMMU_CR0", FL_WATCH_READ, NULL, &h, &w), -EINVAL);
	ck_assert_int_eq(fl_iommu_watch_offset(p.smmu, 0x1fffc, FL_WATCH_READ, hear, &h, &w), -ENOENT);
	fl_iommu_unwatch(NULL);
	fl_iommu_destroy(p.smmu);
}

/* A write of CR0 by software, what it reads, and CR0ACK, which hardware changes (6.3.9, 6.3.10). */
TEST(write_read_change)
{
	struct heard cr0, ack, read;
	struct fl_watch *w;

	platform_start(&p, NULL, NULL);
	watch("SMMU_CR0", FL_WATCH_WRITE | FL_WATCH_CHANGE, &cr0);
	w = watch("SMMU_CR0ACK", FL_WATCH_CHANGE, &ack);
	watch("SMMU_CR0ACK", FL_WATCH_READ, &read);
	fl_iommu_mmio_write(p.smmu, 0x20, 0x8000000d, 4); /* bit 31 is reserved; PRIQEN and ATSCHK go off */
	ck_assert_uint_eq(cr0.times, 1);
	same(&cr0, FL_WATCH_WRITE | FL_WATCH_CHANGE, 0x1f, 0xd);
	ck_assert_str_eq(cr0.name, "SMMU_CR0");
	ck_assert_uint_eq(cr0.last.value, 0x8000000d);
	ck_assert_uint_eq(cr0.last.offset, 0x20);
	ck_assert_uint_eq(cr0.last.bytes, 4);
	ck_assert_uint_eq(ack.times, 1);
	same(&ack, FL_WATCH_CHANGE, 0x1f, 0xd);
	ck_assert_uint_eq(read.times, 0);
	fl_iommu_mmio_read(p.smmu, 0x24, 4);
	ck_assert_uint_eq(read.times, 1);
	same(&read, FL_WATCH_READ, 0xd, 0xd);
	ck_assert_uint_eq(read.last.value, 0xd);
	/* A write that changes nothing; one that is not aligned, which the SMMU ignores; one of another register. */
	fl_iommu_mmio_write(p.smmu, 0x20, 0xd, 4);
	ck_assert_uint_eq(cr0.times, 2);
	same(&cr0, FL_WATCH_WRITE, 0xd, 0xd);
	fl_iommu_mmio_write(p.smmu, 0x22, 0, 4);
	fl_iommu_mmio_write(p.smmu, 0x2c, 0, 4);
	ck_assert_uint_eq(cr0.times, 2);
	fl_iommu_unwatch(w);
	fl_iommu_reset(p.smmu); /* all of them 0 */
	ck_assert_uint_eq(ack.times, 1);
	ck_assert_uint_eq(cr0.times, 3);
	same(&cr0, FL_WATCH_CHANGE, 0xd, 0);
	fl_iommu_destroy(p.smmu);
}

/* By offset: half of a register of 64 bits, and an index by its alias. */
TEST(by_offset)
{
	struct heard base = { .times = 0 }, cons = { .times = 0 };
	struct fl_watch *w;

	platform_start(&p, NULL, NULL);
	fl_iommu_mmio_write(p.smmu, 0x20, 0, 4);
	ck_assert_int_eq(fl_iommu_watch_offset(p.smmu, 0xa4, FL_WATCH_WRITE, hear, &base, &w), 0);
	ck_assert_int_eq(fl_iommu_watch_offset(p.smmu, 0xac, FL_WATCH_READ, hear, &cons, &w), 0);
	fl_iommu_mmio_write(p.smmu, 0xa4, 3, 4);
	ck_assert_str_eq(base.name, "SMMU_EVENTQ_BASE");
	same(&base, FL_WATCH_WRITE, 0x21004, 0x300021004);
	ck_assert_uint_eq(base.last.value, 3);
	ck_assert_uint_eq(base.last.offset, 0xa4);
	fl_iommu_mmio_read(p.smmu, 0x100ac, 4);
	fl_iommu_mmio_read(p.smmu, 0xac, 4);
	ck_assert_str_eq(cons.name, "SMMU_EVENTQ_CONS");
	ck_assert_uint_eq(cons.times, 2);
	ck_assert_uint_eq(cons.last.offset, 0xac);
	fl_iommu_destroy(p.smmu);
}

/* Hardware changes a register within a translation, and within the parts of one. */
TEST(change_by_hardware)
{
	const struct fl_access a = { .stream = 6, .bytes = 8 };
	struct fl_result r;
	struct fl_walk *walk;
	struct heard prod;

	platform_start(&p, NULL, NULL);
	watch("SMMU_EVENTQ_PROD", FL_WATCH_CHANGE, &prod);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &a, &r), FL_ABORT); /* C_BAD_STE */
	ck_assert_uint_eq(prod.times, 1);
	same(&prod, FL_WATCH_CHANGE, 0, 1);
	ck_assert_int_eq(fl_walk_create(&walk), 0);
	fl_iommu_walk(p.smmu, &a, walk);
	ck_assert_uint_eq(prod.times, 1);
	ck_assert_int_eq(fl_iommu_fill(p.smmu, walk, &r), FL_ABORT);
	ck_assert_uint_eq(prod.times, 2);
	same(&prod, FL_WATCH_CHANGE, 1, 2);
	fl_walk_destroy(walk);
	fl_iommu_destroy(p.smmu);
}

/* A watcher is software: it takes the record at once, which another hears of; and ends its own watch. */
struct taker {
	struct fl_watch *own;
	unsigned int times;
};

static void take(void *ctx, const struct fl_register_event *e)
{
	struct taker *t = ctx;

	t->times++;
	fl_iommu_mmio_write(p.smmu, 0x100ac, e->now, 4); /* EVENTQ_CONS */
	fl_iommu_unwatch(t->own);
}

TEST(watcher_makes_calls)
{
	const struct fl_access a = { .stream = 6, .bytes = 8 };
	struct taker t = { .times = 0 };
	struct heard cons;
	struct fl_result r;

	platform_start(&p, NULL, NULL);
	ck_assert_int_eq(fl_iommu_watch(p.smmu, "SMMU_EVENTQ_PROD", FL_WATCH_CHANGE, take, &t, &t.own), 0);
	watch("SMMU_EVENTQ_CONS", FL_WATCH_CHANGE | FL_WATCH_WRITE, &cons);
	fl_iommu_translate(p.smmu, &a, &r);
	ck_assert_uint_eq(t.times, 1);
	ck_assert_uint_eq(cons.times, 1);
	same(&cons, FL_WATCH_CHANGE, 0, 1);
	fl_iommu_translate(p.smmu, &a, &r);
	ck_assert_uint_eq(t.times, 1);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x100a8, 4), 2);
	fl_iommu_destroy(p.smmu);
}

/* Our driver is software like any other. */
TEST(driver_is_software)
{
	const struct fl_driver_params params = { .size = sizeof(params), .mem_base = 0x10000, .mem_bytes = 0xf0000 };
	struct fl_driver *d;
	struct heard cr0;

	memset(&p, 0, sizeof(p));
	ck_assert_int_eq(fl_smmuv3_create(NULL, &platform_host, &p, &p.smmu), 0);
	watch("SMMU_CR0", FL_WATCH_WRITE, &cr0);
	ck_assert_int_eq(fl_driver_create(p.smmu, &params, &d), 0);
	ck_assert_uint_gt(cr0.times, 0);
	ck_assert_uint_eq(cr0.last.now & 1, 1); /* SMMUEN at last */
	ck_assert_int_eq(fl_driver_destroy(d), 0);
	fl_iommu_destroy(p.smmu);
}

/* ---- completions ---- */

static unsigned int syncs, messages;
static uint64_t sync_pa;
static uint32_t sync_data;
static int sync_answer;

static int sync_write(void *ctx, uint64_t pa, uint32_t data)
{
	(void)ctx;
	syncs++;
	sync_pa = pa;
	sync_data = data;
	return sync_answer;
}

static int msi(void *ctx, uint64_t pa, uint32_t data)
{
	(void)ctx;
	messages++;
	sync_pa = pa;
	sync_data = data;
	return 0;
}

/* CMD_SYNC with CS = SIG_IRQ and a message (4.7.3): MSIData 63:32, MSIAddress in word 1. */
TEST(sync_of_smmuv3)
{
	struct fl_host host = platform_host;

	host.msi = msi;
	platform_start(&p, NULL, &host);
	platform_command(&p, 0x46 | 1 << 12 | 0xcafeull << 32, 0x50000);
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(p.events[FL_EVENT_SYNC], 1);
	fl_iommu_destroy(p.smmu);
	host.sync_write = sync_write;
	platform_start(&p, NULL, &host);
	platform_command(&p, 0x46 | 1 << 12 | 0xcafeull << 32, 0x50000);
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(syncs, 1);
	ck_assert_uint_eq(sync_pa, 0x50000);
	ck_assert_uint_eq(sync_data, 0xcafe);
	platform_command(&p, 0x46, 0); /* SIG_NONE: an event and nothing else */
	ck_assert_uint_eq(syncs, 1);
	ck_assert_uint_eq(p.events[FL_EVENT_SYNC], 2);
	/* One that is aborted is a global error: GERROR.MSI_CMDQ_ABT_ERR, bit 4 (6.3.19). */
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x60, 4), 0);
	sync_answer = -1;
	platform_command(&p, 0x46 | 1 << 12, 0x50000);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x60, 4), 1 << 4);
	fl_iommu_destroy(p.smmu);
}

/* A wait descriptor with SW (6.5.2): status data 63:32, address in word 1; queue registers 11.4.9. */
TEST_TIMES(sync_of_vtd, 2)
{
	const uint64_t wait = 5 | 1 << 5 | 0x600dull << 32;
	const uint64_t words[2] = { wait, 0x50000 };
	struct fl_host host = platform_host;

	memset(&p, 0, sizeof(p));
	host.sync_write = _i ? sync_write : NULL;
	ck_assert_int_eq(fl_vtd_create(NULL, &host, &p, &p.smmu), 0);
	memcpy(p.mem + 0x20000, words, sizeof(words));	/* on a little-endian host */
	fl_iommu_mmio_write(p.smmu, 0x90, 0x20000, 8);	/* IQA: 256 descriptors of 128 bits */
	fl_iommu_mmio_write(p.smmu, 0x18, 1u << 26, 4); /* GCMD.QIE */
	fl_iommu_mmio_write(p.smmu, 0x88, 16, 8);	/* IQT */
	ck_assert_uint_eq(p.events[FL_EVENT_SYNC], 1);
	ck_assert_uint_eq(syncs, _i);
	ck_assert_uint_eq(platform_get64(&p, 0x50000), _i ? 0 : 0x600d);
	if (_i)
		ck_assert_uint_eq(sync_data, 0x600d);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x80, 8),
			  16); /* IQH: done with it, whatever becomes of the write */
	fl_iommu_destroy(p.smmu);
}

/* sTLBGSYNC (IHI 0062, 10.6.22) with nothing in flight: complete at once, which writes nowhere. */
TEST(sync_of_smmuv2)
{
	struct fl_host host = platform_host;

	memset(&p, 0, sizeof(p));
	host.sync_write = sync_write;
	ck_assert_int_eq(fl_smmuv2_create(NULL, &host, &p, &p.smmu), 0);
	ck_assert_int_eq(fl_iommu_register_write(p.smmu, "sTLBGSYNC", 0), 0);
	ck_assert_uint_eq(p.events[FL_EVENT_SYNC], 1);
	ck_assert_uint_eq(syncs, 0);
	fl_iommu_destroy(p.smmu);
}

SUITE("face_watch")
