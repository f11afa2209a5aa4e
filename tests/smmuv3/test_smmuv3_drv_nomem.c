// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The n-th allocation fails, for each n: an error comes out, and nothing is left behind. */
#include "fake_smmu.h"
#include "suite.h"

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;
static u32 callocs, calloc_fails;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	if (calloc_fails && ++callocs == calloc_fails)
		return NULL;
	return __real_calloc(n, size);
}

static int use_device(struct fault_dev *dev)
{
	struct fault_domain *dom, *sva;
	int r = c->domain_alloc(f.drv, dev, DRV_DOMAIN_PAGING, &dom);

	if (r)
		return r;
	r = c->domain_alloc(f.drv, dev, DRV_DOMAIN_SVA, &sva);
	if (!r)
		r = c->attach(f.drv, dev, DRV_NO_PASID, dom, 0);
	if (!r)
		r = c->attach(f.drv, dev, 0x45, sva, 0);
	if (!r)
		r = c->attach(f.drv, dev, 0x85, dom, 0);
	if (!r)
		r = c->attach(f.drv, dev, 0x85, sva, 0);
	if (!r)
		r = c->map(f.drv, dom, 0x123456000, 0x1000, 0x1000, DRV_PROT_READ);
	if (!r)
		r = c->map(f.drv, sva, 0x7fff00000000, 0x1000, 0x1000, DRV_PROT_READ);
	return r;
}

/* Everything that allocates, with two levels of everything. */
static int scenario(void)
{
	struct drv_device_cfg cfg = { .sids = { 0x105, 0x207 }, .n_sids = 2, .can_stall = true, .pasid_bits = 8 };
	struct fault_dev *dev;
	int r = fake_probe(&f);

	if (r)
		return r;
	r = c->device_add(f.drv, &cfg, &dev);
	if (!r)
		r = use_device(dev);
	fake_remove(&f);
	return r;
}

static void setup(bool nested)
{
	fake_init(&f);
	fake_set_reg(&f, 0x00, 0x0809141b); /* two levels, PRI, ATS, both stages */
	fake_set_reg(&f, 0x04, 0x09074290);
	f.cfg.common.nested = nested;
	f.cfg.sid_bits = 16;
}

/* Without stage 2, and over it. */
TEST_TIMES(memory_for_the_smmu, 2)
{
	u32 n;
	int r = -ENOMEM;

	for (n = 1; r; n++) {
		setup(_i);
		f.fail_alloc = n;
		r = scenario();
		ck_assert(!r || r == -ENOMEM);
		f.fail_alloc = 0;
		fake_exit(&f);
	}
	ck_assert_uint_gt(n, 15);
}

TEST_TIMES(memory_for_the_driver, 2)
{
	u32 n;
	int r = -ENOMEM;

	for (n = 1; n < 100; n++) {
		setup(_i);
		callocs = 0;
		calloc_fails = n;
		r = scenario();
		calloc_fails = 0;
		fake_exit(&f);
		if (!r && callocs < n)
			break;
	}
	ck_assert_uint_gt(n, 8);
	ck_assert_int_eq(r, 0);
}

SUITE("smmuv3_drv_nomem")
