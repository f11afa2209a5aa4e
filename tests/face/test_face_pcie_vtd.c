// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PCIe functions on VT-d. Words by hand, sections of VT-d 5.10. */
#include "suite.h"
#include "face_function.h"
#include <faultline/vtd.h>

#include <string.h>

#define REQUESTS 0x22000u

static void put(uint32_t pa, uint64_t word0, uint64_t word1)
{
	const uint64_t words[2] = { word0, word1 };

	memcpy(p.mem + pa, words, sizeof(words)); /* on a little-endian host */
}

/* Scalable mode (9.1 to 9.9): root, context (P, DTE, PRE), PASID directory, RID_PASID: second stage, four levels. */
static void start_vtd(void)
{
	uint32_t level;

	memset(&p, 0, sizeof(p));
	ck_assert_int_eq(fl_vtd_create(NULL, &platform_host, &p, &p.smmu), 0);
	put(0x10000, 0x11000 | 1, 0);
	put(0x11000 + PLATFORM_STREAM * 32, 0x12000 | 1 << 4 | 1 << 2 | 1, 0);
	put(0x12000, 0x13000 | 1, 0);
	put(0x13000, 0x14000 | 2 << 6 | 2 << 2 | 1, 1);
	for (level = 0; level < 3; level++)
		put(0x14000 + level * 0x1000, (0x15000 + level * 0x1000) | 3, 0);
	fl_iommu_mmio_write(p.smmu, 0x20, 0x10000 | 1 << 10, 8);	    /* RTADDR: scalable mode */
	fl_iommu_mmio_write(p.smmu, 0x18, 1u << 30, 4);			    /* GCMD.SRTP */
	fl_iommu_mmio_write(p.smmu, 0xd0, REQUESTS, 8);			    /* PQA: 128 requests */
	fl_iommu_mmio_write(p.smmu, 0xe0, 0, 4);			    /* PECTL: not masked */
	fl_iommu_mmio_write(p.smmu, 0x90, 0x20000 | 1 << 11, 8);	    /* IQA: of 256 bits */
	fl_iommu_mmio_write(p.smmu, 0x18, 1u << 26, 4);			    /* QIE */
	fl_iommu_mmio_write(p.smmu, 0x18, 1u << 31 | 1u << 26, 4);	    /* TE */
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x1c, 4), 0xc4000000); /* GSTS: TES, RTPS, QIES */
}

/* Page request descriptor 7.4.1.1, page group response descriptor 7.6.1, its PRGI from bit 67 on. */
TEST(vtd_page_in)
{
	struct fl_access out;
	struct fl_result r;

	start_vtd();
	function_make(p.smmu, (struct fl_pcie_params){ .group = 2 });
	ck_assert_int_eq(function_access(0, 0x5008, FL_WRITE, &out), FL_PCIE_WAIT);
	ck_assert_uint_eq(p.irqs[FL_VTD_PAGE_REQUEST], 1);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0xc8, 8), 64); /* PQT */
	ck_assert_uint_eq(platform_get64(&p, REQUESTS), 1 | PLATFORM_STREAM << 16);
	ck_assert_uint_eq(platform_get64(&p, REQUESTS + 8), 0x5000 | 2);      /* WRR */
	ck_assert_uint_eq(platform_get64(&p, REQUESTS + 40), 0x6000 | 4 | 2); /* and LPIG */
	put(0x17000 + 5 * 8, 0x40000 | 3, 0);
	put(0x20000, 9 | PLATFORM_STREAM << 16, 0);
	fl_iommu_mmio_write(p.smmu, 0x88, 32, 8); /* IQT */
	ck_assert_uint_eq(told.times, 1);
	ck_assert_int_eq(told.why, FL_PCIE_RETRY);
	ck_assert_int_eq(fl_pcie_translate(dma[0], NULL, &out), FL_PCIE_SEND);
	ck_assert_int_eq(fl_iommu_translate(p.smmu, &out, &r), FL_OK);
	ck_assert_uint_eq(r.addr, 0x40008);
	/* Another one, refused: RC, bits 15:12, is 1. */
	function_access(1, 0x7000, 0, &out);
	ck_assert_uint_eq(platform_get64(&p, REQUESTS + 72), 0x7000 | 1 << 3 | 1); /* PRGI 1, RDR */
	put(0x20020, 9 | 1 << 12 | PLATFORM_STREAM << 16, 1 << 3);
	fl_iommu_mmio_write(p.smmu, 0x88, 64, 8);
	ck_assert_int_eq(told.why, FL_PCIE_RETRY); /* of two pages: asked for alone next time */
	ck_assert_uint_eq(function_stats().invalid, 1);
	function_end();
}

/* Device-TLB invalidation (6.5.2), and a wait descriptor, whose status says that the function has completed it. */
TEST(vtd_invalidation)
{
	struct fl_access out;

	start_vtd();
	put(0x17000 + 5 * 8, 0x40000 | 3, 0);
	function_make(p.smmu, (struct fl_pcie_params){ .no_pri = true });
	ck_assert_int_eq(function_access(0, 0x5000, 0, &out), FL_PCIE_SEND);
	fl_pcie_begin(dma[0]);
	put(0x20000, 3 | (uint64_t)PLATFORM_STREAM << 32, 0x5000);
	put(0x20020, 5 | 1 << 5 | 0x600dull << 32, 0x50000);
	fl_iommu_mmio_write(p.smmu, 0x88, 64, 8);
	ck_assert_uint_eq(platform_get64(&p, 0x50000), 0);
	fl_pcie_end(dma[0]);
	ck_assert_uint_eq(platform_get64(&p, 0x50000), 0x600d);
	ck_assert_int_eq(function_access(0, 0x5000, 0, &out), FL_PCIE_SEND);
	ck_assert_uint_eq(function_stats().misses, 2);
	function_end();
}

/*
 * Translation is off after reset, and a translation request is an Unsupported Request (4.2.1). So is a completion, which
 * is why the invalidation times out: FSTS.ITE, bit 6 (11.4.7.1).
 */
TEST(vtd_translation_off)
{
	/* Device-TLB invalidation (6.5.2): type 3, SID 47:32; everything: S with address bits 62:12 set. */
	struct fl_access out;

	memset(&p, 0, sizeof(p));
	ck_assert_int_eq(fl_vtd_create(NULL, &platform_host, &p, &p.smmu), 0);
	function_make(p.smmu, (struct fl_pcie_params){ .requester = 0 });
	ck_assert_int_eq(function_access(0, 0x1000, 0, &out), FL_PCIE_ABORT);
	put(0x20000, 3 | (uint64_t)PLATFORM_STREAM << 32, 0x7ffffffffffff001);
	fl_iommu_mmio_write(p.smmu, 0x90, 0x20000, 8);
	fl_iommu_mmio_write(p.smmu, 0x18, 1u << 26, 4); /* GCMD.QIE */
	fl_iommu_mmio_write(p.smmu, 0x88, 16, 8);	/* IQT */
	ck_assert_uint_eq(function_stats().invalidations, 1);
	ck_assert_uint_eq(p.invalidations, 0);
	ck_assert_uint_eq(fl_iommu_mmio_read(p.smmu, 0x34, 4) >> 6 & 1, 1);
	function_end();
}

SUITE("face_pcie_vtd")
