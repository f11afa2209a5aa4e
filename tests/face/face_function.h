/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A PCIe function of an embedder's, with four DMA engines, and what it has told. */
#ifndef FACE_FUNCTION_H
#define FACE_FUNCTION_H

#include "face_platform.h"
#include <faultline/pcie.h>

struct told {
	uint64_t token;
	enum fl_pcie_wake why;
	unsigned int times;
	bool again; /* the access is presented again from within */
	enum fl_pcie_outcome outcome;
	struct fl_page_request request;
	unsigned int requests;
	uint8_t tag;
	unsigned int completions;
};

extern struct platform p;
extern struct fl_pcie *fn;
extern struct fl_pcie_dma *dma[4];
extern struct told told;
extern const struct fl_pcie_host function_host;

/* With the platform's stream as requester; @iommu: NULL: the test carries its messages. */
void function_make(struct fl_iommu *iommu, struct fl_pcie_params params);
/* Behind the platform's SMMUv3. */
void function_start(struct fl_pcie_params params);
/* And its IOMMU. */
void function_end(void);
/* 8 bytes by DMA engine @n, whose number is the token; a stream that is not the function's. */
enum fl_pcie_outcome function_access(unsigned int n, uint64_t addr, uint16_t flags, struct fl_access *out);
struct fl_pcie_stats function_stats(void);

#endif /* FACE_FUNCTION_H */
