/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What QEMU 7.2 and later versions name differently. */
#ifndef FLQ_COMPAT_H
#define FLQ_COMPAT_H

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "hw/pci/pci.h"
#include "hw/pci/pci_bus.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties.h"
#include "exec/memory.h"

#if FLQ_QEMU >= 1000
#include "system/dma.h"
#include "system/system.h"
#else
#include "sysemu/dma.h"
#include "sysemu/sysemu.h"
#endif

/* FLQ_QEMU: major * 100 + minor, told by the build */
#if FLQ_QEMU >= 900
#define flq_bql_held() bql_locked()
#else
#define flq_bql_held() qemu_mutex_iothread_locked()
#endif

#if FLQ_QEMU >= 902
#define flq_class_reset(dc, function) device_class_set_legacy_reset(dc, function)
#else
#define flq_class_reset(dc, function) ((dc)->reset = (function))
#endif

/* The end of a list of properties; later versions count them. */
#if FLQ_QEMU >= 1000
#define FLQ_PROPERTIES_END
#else
#define FLQ_PROPERTIES_END DEFINE_PROP_END_OF_LIST(),
#endif

#if FLQ_QEMU >= 900
#define FLQ_CONST const
#else
#define FLQ_CONST
#endif

#if FLQ_QEMU >= 1001
#define FLQ_CLASS_DATA const
#else
#define FLQ_CLASS_DATA
#endif

static inline bool flq_access_is_direct(MemoryRegion *mr, bool write)
{
#if FLQ_QEMU >= 1000
	return memory_access_is_direct(mr, write, MEMTXATTRS_UNSPECIFIED);
#else
	return memory_access_is_direct(mr, write);
#endif
}

typedef AddressSpace *flq_address_space(PCIBus *bus, void *opaque, int devfn);

static inline void flq_setup_iommu(PCIBus *bus, flq_address_space *find, void *opaque)
{
#if FLQ_QEMU >= 900
	PCIIOMMUOps *ops = g_new0(PCIIOMMUOps, 1);

	ops->get_address_space = find;
	pci_setup_iommu(bus, ops, opaque);
#else
	pci_setup_iommu(bus, find, opaque);
#endif
}

#endif /* FLQ_COMPAT_H */
