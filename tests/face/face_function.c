// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_function.h"

#include <check.h>
#include <string.h>

struct platform p;
struct fl_pcie *fn;
struct fl_pcie_dma *dma[4];
struct told told;

static void wake(void *ctx, uint64_t token, enum fl_pcie_wake why)
{
	struct fl_access out;

	ck_assert_ptr_eq(ctx, &told);
	told.token = token;
	told.why = why;
	told.times++;
	if (told.again)
		told.outcome = fl_pcie_translate(dma[token], NULL, &out);
}

static void page_request(void *ctx, const struct fl_page_request *request)
{
	ck_assert_ptr_eq(ctx, &told);
	told.request = *request;
	told.requests++;
}

static void invalidated(void *ctx, uint32_t requester, uint8_t tag)
{
	ck_assert_ptr_eq(ctx, &told);
	ck_assert_uint_eq(requester, PLATFORM_STREAM);
	told.tag = tag;
	told.completions++;
}

const struct fl_pcie_host function_host = { sizeof(function_host), wake, page_request, invalidated };

void function_make(struct fl_iommu *iommu, struct fl_pcie_params params)
{
	size_t i;

	memset(&told, 0, sizeof(told));
	params.size = sizeof(params);
	params.requester = PLATFORM_STREAM;
	ck_assert_int_eq(fl_pcie_create(iommu, &params, &function_host, &told, &fn), 0);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(fl_pcie_dma_create(fn, &dma[i]), 0);
}

void function_start(struct fl_pcie_params params)
{
	platform_start(&p, NULL, NULL);
	function_make(p.smmu, params);
}

void function_end(void)
{
	size_t i;

	for (i = 0; i < 4; i++)
		fl_pcie_dma_destroy(dma[i]);
	fl_pcie_destroy(fn);
	fl_iommu_destroy(p.smmu);
}

enum fl_pcie_outcome function_access(unsigned int n, uint64_t addr, uint16_t flags, struct fl_access *out)
{
	const struct fl_access a = { .addr = addr, .token = n, .bytes = 8, .flags = flags, .stream = 77 };

	return fl_pcie_translate(dma[n], &a, out);
}

struct fl_pcie_stats function_stats(void)
{
	struct fl_pcie_stats s;

	fl_pcie_get_stats(fn, &s, sizeof(s));
	return s;
}
