/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The registry of IOMMUs: everything that goes by the name that --iommu takes. Commands, replays, models and tests ask
 * it and know no IOMMU by name. Another one is a translation unit with its row, kind_NAME.c, and a name in the list.
 */
#ifndef IOMMU_KIND_H
#define IOMMU_KIND_H

#include "fault_core.h"
#include "fl_config.h"
#include "iommu.h"
#include "drv_cfg.h"
#include "tcache.h"

#ifdef __cplusplus
extern "C" {
#endif

struct iommu_dump;
struct spec_iommu;

/* Where MSIs of an IOMMU without wired interrupts go; the datum is the line, counted through all IOMMUs. */
#define KIND_MSI_DOORBELL 0xfee00000ULL

struct spec_record;

/**
 * struct kind_observer - who wants to see each fault and request that a driver takes, as the hardware recorded it
 * @record: called in the context of the driver's thread, once for each. @format: how @words are laid out, one of the
 *	IOMMU's records; @bank: SMMUv2: the context bank, else 0
 *
 * It is the drv_cfg.observer, too: its holder puts it first.
 */
struct kind_observer {
	void (*record)(struct kind_observer *o, const struct spec_record *format, const u64 words[4], u32 bank);
};

/**
 * struct kind_request - what a driver is configured for
 * @cfg: sizes and prices
 * @devices: masters that will be added
 * @first_line: number of its first interrupt line among those of all IOMMUs (KIND_MSI_DOORBELL)
 * @common: what every driver is told
 * @recorded: code of a fault that was recorded on the machine that is to be resembled; 0: none. VT-d: legacy or scalable
 *	mode follow from it
 * @records: @common.observer is a struct kind_observer that wants the records
 */
struct kind_request {
	const struct fl_config *cfg;
	u32 devices;
	u32 first_line;
	struct drv_cfg common;
	u32 recorded;
	bool records;
};

/**
 * struct iommu_kind - one of them
 * @name: as --iommu takes it
 * @cls: the engine
 * @drv: the driver
 * @irq_lines: number of interrupt lines
 * @max_tbus: TBUs that it can have at most; 0: any number
 * @level_irq: lines stay asserted until the cause is gone; else each assertion is an edge
 * @msi: there are no wired interrupts, messages raise the lines (KIND_MSI_DOORBELL)
 * @stall: faults can stall
 * @pri: page requests are possible
 * @bypass: it translates nothing and never faults; all that follows but @create and @destroy is NULL, as is @drv
 * @spec: what its specification says: registers, records, commands
 * @dump: reads it out of a dump of registers and memory
 * @stalls: for iommu_kind_stalls(); NULL without @stall
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
	u32 irq_lines, max_tbus;
	bool level_irq, msi;
	bool stall, pri;
	bool bypass;
	const struct spec_iommu *spec;
	const struct iommu_dump *dump;
	u64 (*stalls)(const struct fl_config *cfg);
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
/**
 * iommu_kind_stalls() - transactions that can be stalled at once
 * @kind: the IOMMU
 * @cfg: its sizes
 *
 * Return: The number; 0 where faults cannot stall.
 */
static inline u64 iommu_kind_stalls(const struct iommu_kind *kind, const struct fl_config *cfg)
{
	return kind->stalls ? kind->stalls(cfg) : 0;
}

/* Every IOMMU; a NULL ends the list. */
extern const struct iommu_kind *const iommu_kinds[];

/* The list. */
#define IOMMU_KINDS(first, next) first(smmuv2) next(smmuv3) next(vtd)

#define IOMMU_KIND_DECLARE(name) extern const struct iommu_kind iommu_kind_##name;
IOMMU_KINDS(IOMMU_KIND_DECLARE, IOMMU_KIND_DECLARE)
IOMMU_KIND_DECLARE(none)

/* All their names, for people: "smmuv2|smmuv3|vtd" */
#define IOMMU_KIND_FIRST(name) #name
#define IOMMU_KIND_NEXT(name)  "|" #name
#define IOMMU_KIND_NAMES       IOMMU_KINDS(IOMMU_KIND_FIRST, IOMMU_KIND_NEXT)

#ifdef __cplusplus
}
#endif

#endif /* IOMMU_KIND_H */
