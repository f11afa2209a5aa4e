// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Address spaces of PCI functions: translations, and who is told that one has gone. */
#include "flq.h"

#include "qapi/error.h"
#include "qemu/host-utils.h"

/* A translation answers for no more than this: regions of QEMU end somewhere. */
#define MOST_SHIFT 47

static uint32_t stream_of(const struct flq_space *space)
{
	if (space->stream >= 0)
		return (uint32_t)space->stream;
	return (uint32_t)(pci_bus_num(space->bus) << 8 | space->devfn);
}

static IOMMUAccessFlags permission(const struct fl_result *result)
{
	IOMMUAccessFlags perm = IOMMU_NONE;

	if (result->perm & FL_PERM_READ)
		perm |= IOMMU_RO;
	if (result->perm & FL_PERM_WRITE)
		perm |= IOMMU_WO;
	return perm;
}

/* What becomes of an access, with the lock held. Nobody is faulted who only asks (IOMMU_NONE). */
static enum fl_outcome ask(struct flq *q, const struct fl_access *access, IOMMUAccessFlags flag,
			   struct fl_result *result)
{
	enum fl_outcome outcome;

	if (flag != IOMMU_NONE)
		return flq_ask(q, access, result);
	outcome = fl_iommu_walk(q->iommu, access, q->walk);
	fl_iommu_cancel(q->iommu, q->walk);
	fl_iommu_step(q->iommu);
	return outcome == FL_OK ? fl_iommu_translate(q->iommu, access, result) : FL_ABORT;
}

static IOMMUTLBEntry translate(IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index)
{
	struct flq_space *space = container_of(mr, struct flq_space, iommu);
	struct flq *q = space->q;
	struct fl_access access = { .addr = addr, .bytes = 1, .stream = stream_of(space) };
	IOMMUTLBEntry entry = {
		.target_as = &address_space_memory, .iova = addr & ~0xfffULL, .addr_mask = 0xfff, .perm = IOMMU_NONE
	};
	struct fl_result result;
	enum fl_outcome outcome;

	access.flags = flag & IOMMU_WO ? FL_WRITE : 0;
	if (!flq_enter(q))
		return entry;
	outcome = ask(q, &access, flag, &result);
	flq_leave(q);
	if (outcome != FL_OK)
		return entry;
	if (result.flags & FL_RESULT_GLOBAL)
		space->globals = true;
	entry.addr_mask = (1ULL << MIN(result.shift, MOST_SHIFT)) - 1;
	entry.iova = addr & ~entry.addr_mask;
	entry.translated_addr = result.addr & ~entry.addr_mask;
	entry.perm = permission(&result);
	return entry;
}

/* ---- notifiers ---- */

static void tell(struct flq_space *space, uint64_t first, uint64_t last)
{
	IOMMUNotifier *n;

	IOMMU_NOTIFIER_FOREACH(n, &space->iommu)
	{
		uint64_t at = MAX(first, n->start), end = MIN(last, n->end), mask;

		while (at <= end) {
			IOMMUTLBEvent event = { .entry = { .target_as = &address_space_memory, .iova = at } };

			mask = dma_aligned_pow2_mask(at, end, 63);
			event.type = n->notifier_flags & IOMMU_NOTIFIER_UNMAP ? IOMMU_NOTIFIER_UNMAP
									      : IOMMU_NOTIFIER_DEVIOTLB_UNMAP;
			event.entry.addr_mask = mask;
			memory_region_notify_iommu_one(n, &event);
			if (mask >= end - at)
				break;
			at += mask + 1;
		}
	}
}

/* An invalidation by address and ASID is of global entries as well: of any stream's, unless it has none. */
bool flq_concerns(struct flq *q, const struct fl_scope *scope, uint32_t stream, bool globals)
{
	struct fl_scope narrow = *scope;

	narrow.global = scope->global && globals;
	return fl_iommu_concerns(q->iommu, &narrow, stream, UINT32_MAX);
}

/* Addresses of a scope are the functions' own where it concerns the first stage that they go through. */
void flq_forget(struct flq *q, const struct fl_scope *scope)
{
	bool exact = scope->by & FL_SCOPE_ADDR && (scope->stages & 1 || q->one_stage);
	struct flq_space *space;

	QLIST_FOREACH(space, &q->notified, next)
	if (flq_concerns(q, scope, stream_of(space), space->globals))
		tell(space, exact ? scope->first : 0, exact ? scope->last : UINT64_MAX);
}

void flq_forget_all(struct flq *q)
{
	struct flq_space *space;

	QLIST_FOREACH(space, &q->notified, next)
	tell(space, 0, UINT64_MAX);
}

static int notify_flag_changed(IOMMUMemoryRegion *mr, IOMMUNotifierFlag old, IOMMUNotifierFlag new, Error **errp)
{
	struct flq_space *space = container_of(mr, struct flq_space, iommu);

	if (new &IOMMU_NOTIFIER_MAP) {
		error_setg(
			errp,
			"%s: device %02x:%02x.%x asks to be told of each new mapping (vfio does); the guest's driver "
			"does not tell the IOMMU of them, so that device cannot stand behind it",
			space->q->cls->name, pci_bus_num(space->bus), PCI_SLOT(space->devfn), PCI_FUNC(space->devfn));
		return -EINVAL;
	}
	if (old == IOMMU_NOTIFIER_NONE)
		QLIST_INSERT_HEAD(&space->q->notified, space, next);
	else if (new == IOMMU_NOTIFIER_NONE)
		QLIST_REMOVE(space, next);
	return 0;
}

static void region_class_init(ObjectClass *klass, FLQ_CLASS_DATA void *data)
{
	IOMMUMemoryRegionClass *imrc = IOMMU_MEMORY_REGION_CLASS(klass);

	imrc->translate = translate;
	imrc->notify_flag_changed = notify_flag_changed;
}

static const TypeInfo region_info = {
	.parent = TYPE_IOMMU_MEMORY_REGION,
	.name = FLQ_REGION,
	.class_init = region_class_init,
};

static void register_types(void)
{
	type_register_static(&region_info);
}

type_init(register_types)

	/* ---- spaces ---- */

	static struct flq_space *make(struct flq *q, PCIBus *bus, int devfn)
{
	struct flq_space *space = g_new0(struct flq_space, 1);
	g_autofree char *name =
		g_strdup_printf("%s-%s-%02x.%x", q->cls->name, BUS(bus)->name, PCI_SLOT(devfn), PCI_FUNC(devfn));

	space->q = q;
	space->bus = bus;
	space->devfn = devfn;
	space->stream = pci_bus_is_root(bus) ? pci_bus_num(bus) << 8 | devfn : -1;
	memory_region_init(&space->root, OBJECT(q->dev), name, UINT64_MAX);
	memory_region_init_iommu(&space->iommu, sizeof(space->iommu), FLQ_REGION, OBJECT(q->dev), name, UINT64_MAX);
	memory_region_add_subregion_overlap(&space->root, 0, MEMORY_REGION(&space->iommu), 0);
	address_space_init(&space->as, &space->root, name);
	if (q->cls->space)
		q->cls->space(q, space);
	return space;
}

static AddressSpace *find(PCIBus *bus, void *opaque, int devfn)
{
	struct flq *q = opaque;
	struct flq_space **spaces = g_hash_table_lookup(q->buses, bus);

	if (!spaces) {
		spaces = g_new0(struct flq_space *, PCI_DEVFN_MAX);
		g_hash_table_insert(q->buses, bus, spaces);
	}
	if (!spaces[devfn])
		spaces[devfn] = make(q, bus, devfn);
	return &spaces[devfn]->as;
}

void flq_attach(struct flq *q, PCIBus *bus)
{
	flq_setup_iommu(bus, find, q);
}
