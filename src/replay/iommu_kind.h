/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The IOMMUs that a platform can have: engine and driver under the name that --iommu takes. */
#ifndef IOMMU_KIND_H
#define IOMMU_KIND_H

#include "fault_core.h"
#include "fl_config.h"
#include "iommu.h"
#include "drv_cfg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where MSIs of an IOMMU without wired interrupts go; the datum is the line, counted through all IOMMUs. */
#define KIND_MSI_DOORBELL 0xfee00000ULL

/**
 * struct kind_request - what a driver is configured for
 * @cfg: sizes and prices
 * @devices: masters that will be added
 * @first_line: number of its first interrupt line among those of all IOMMUs (KIND_MSI_DOORBELL)
 * @common: what every driver is told
 */
struct kind_request {
	const struct fl_config *cfg;
	u32 devices;
	u32 first_line;
	struct drv_cfg common;
};

/**
 * struct iommu_kind - one of them
 * @name: as --iommu takes it
 * @cls: the engine
 * @drv: the driver
 * @irq_lines: number of interrupt lines
 * @level_irq: lines stay asserted until the cause is gone; else each assertion is an edge
 * @stall: faults can stall
 * @pri: page requests are possible
 * @bypass: it translates nothing and never faults; there is no driver (@drv, @driver_cfg and @fault_name are NULL)
 * @create: make the engine, in the state after reset; 0, -EINVAL, -ENOMEM
 * @destroy: frees the engine of @create
 * @driver_cfg: what drv_class.probe gets; valid until @driver_cfg_free
 * @driver_cfg_free: frees what @driver_cfg returned
 * @fault_name: the specification's name of a fault number
 */
struct iommu_kind {
	const char *name;
	const struct iommu_class *cls;
	const struct drv_class *drv;
	u32 irq_lines;
	bool level_irq;
	bool stall, pri;
	bool bypass;
	int (*create)(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw);
	void (*destroy)(void *hw);
	void *(*driver_cfg)(const struct kind_request *req);
	void (*driver_cfg_free)(void *driver_cfg);
	const char *(*fault_name)(u16 fault);
};

/**
 * iommu_kind_find() - find an IOMMU by name
 * @name: as --iommu takes it; "none" is the platform without an IOMMU
 *
 * Return: The kind, or NULL.
 */
const struct iommu_kind *iommu_kind_find(const char *name);
/* Every IOMMU; a NULL ends the list. */
extern const struct iommu_kind *const iommu_kinds[];

/* One translation unit each. */
extern const struct iommu_kind iommu_kind_none, iommu_kind_smmuv2, iommu_kind_smmuv3, iommu_kind_vtd;

#ifdef __cplusplus
}
#endif

#endif /* IOMMU_KIND_H */
