/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An embedder's platform, made of the public headers alone: memory, an SMMUv3 with one stream, and what it was told. */
#ifndef FACE_PLATFORM_H
#define FACE_PLATFORM_H

#include <faultline/smmuv3.h>

#define PLATFORM_BYTES	0x100000u
#define PLATFORM_STREAM 5u
#define PLATFORM_IOVA	0x10000000u
#define PLATFORM_BUFFER 0x40000u

struct platform {
	unsigned char mem[PLATFORM_BYTES];
	struct fl_iommu *smmu;
	uint32_t cmdq_prod;
	unsigned int irqs[5];	     /* by enum fl_smmuv3_line */
	unsigned int events[16];     /* by enum fl_event_kind */
	bool concerned, unconcerned; /* by the last scope: the platform's stream, another stream */
	uint64_t token;
	enum fl_resume how;
	unsigned int resumes;
	struct fl_page_response response;
	unsigned int responses;
	struct fl_ats_invalidation invalidation;
	unsigned int invalidations;
	bool break_contract; /* a register is read from within irq */
};

/* What every test of it starts from. */
extern const struct fl_host platform_host;

/* Makes and enables the SMMU; the page at PLATFORM_IOVA is mapped to PLATFORM_BUFFER. @host: NULL: platform_host. */
void platform_start(struct platform *p, const struct fl_smmuv3_params *params, const struct fl_host *host);
void platform_command(struct platform *p, uint64_t word0, uint64_t word1);
void platform_map(struct platform *p, uint32_t iova, uint32_t pa);
uint64_t platform_get64(const struct platform *p, uint32_t pa);
struct fl_access platform_access(uint64_t addr, uint16_t flags, uint64_t token);
uint32_t platform_event(uint32_t n); /* address of the n-th record */

#endif /* FACE_PLATFORM_H */
