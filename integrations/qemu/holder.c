// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stands for a backend that keeps translations, as vhost does, and holds the IOMMU to its word. Loaded beside a device it keeps
 * what each translation answered until a notifier takes it away. A later answer that differs from what is still kept means
 * that a backend would have used a page that is no longer the guest's. At the end it says how many answers were kept, taken away, and
 * out of date. It also asks to be told of mappings, as vfio does, which must be refused.
 */
#include "flq.h"

#include "qapi/error.h"
#include "qemu/error-report.h"

#define PAGE 4096ULL

struct holder {
	IOMMUMemoryRegion *mr;
	IOMMUNotifier notifier, maps;
	GHashTable *pages; /* by number: struct page */
};

struct page {
	uint64_t number, to;
};

static IOMMUTLBEntry (*theirs)(IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index);
static QemuMutex lock;
static GHashTable *holders; /* by region */
static uint64_t kept, taken, told, stale, refused, maps;

static gboolean within(gpointer key, gpointer value, gpointer entry)
{
	const IOMMUTLBEntry *gone = entry;
	uint64_t at = ((struct page *)value)->number * PAGE;

	return at >= (gone->iova & ~(PAGE - 1)) && at <= gone->iova + gone->addr_mask;
}

static void gone(IOMMUNotifier *n, IOMMUTLBEntry *entry)
{
	struct holder *h = container_of(n, struct holder, notifier);

	qemu_mutex_lock(&lock);
	told++;
	taken += g_hash_table_foreach_remove(h->pages, within, entry);
	qemu_mutex_unlock(&lock);
}

static void never(IOMMUNotifier *n, IOMMUTLBEntry *entry)
{
	maps++;
}

/* The first translation that comes with the big lock; until then nothing is kept. */
static struct holder *begin(IOMMUMemoryRegion *mr)
{
	struct holder *h = g_new0(struct holder, 1);
	Error *why = NULL;

	h->mr = mr;
	h->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	iommu_notifier_init(&h->maps, never, IOMMU_NOTIFIER_MAP, 0, HWADDR_MAX, 0);
	if (memory_region_register_iommu_notifier(MEMORY_REGION(mr), &h->maps, &why)) {
		refused++;
		error_free(why);
	}
	iommu_notifier_init(&h->notifier, gone, IOMMU_NOTIFIER_UNMAP, 0, HWADDR_MAX, 0);
	memory_region_register_iommu_notifier(MEMORY_REGION(mr), &h->notifier, &error_abort);
	g_hash_table_insert(holders, mr, h);
	return h;
}

static void keep(struct holder *h, hwaddr addr, const IOMMUTLBEntry *entry)
{
	uint64_t number = addr / PAGE, to = (entry->translated_addr | (addr & entry->addr_mask)) & ~(PAGE - 1);
	struct page *page = g_hash_table_lookup(h->pages, &number);

	if (page && page->to == to && entry->perm != IOMMU_NONE) {
		kept++;
		return;
	}
	if (page)
		stale++;
	if (entry->perm == IOMMU_NONE)
		return;
	page = g_new(struct page, 1);
	*page = (struct page){ .number = number, .to = to };
	g_hash_table_replace(h->pages, &page->number, page);
}

static IOMMUTLBEntry translate(IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index)
{
	struct holder *h;
	IOMMUTLBEntry entry;

	qemu_mutex_lock(&lock);
	h = g_hash_table_lookup(holders, mr);
	if (!h && flq_bql_held())
		h = begin(mr);
	qemu_mutex_unlock(&lock);
	entry = theirs(mr, addr, flag, index);
	qemu_mutex_lock(&lock);
	if (h)
		keep(h, addr, &entry);
	qemu_mutex_unlock(&lock);
	return entry;
}

static void at_exit(Notifier *notifier, void *data)
{
	info_report("holder: %" PRIu64 " answers as kept, %" PRIu64 " out of date; told %" PRIu64 " times, %" PRIu64
		    " pages taken away; maps: refused to %" PRIu64 " of %u",
		    kept, stale, told, taken, refused, g_hash_table_size(holders));
}

static Notifier exit_notifier = { .notify = at_exit };

static void take_place(void)
{
	IOMMUMemoryRegionClass *imrc = IOMMU_MEMORY_REGION_CLASS(object_class_by_name(FLQ_REGION));

	qemu_mutex_init(&lock);
	holders = g_hash_table_new(NULL, NULL);
	theirs = imrc->translate;
	imrc->translate = translate;
	qemu_add_exit_notifier(&exit_notifier);
}

/* When all types have been registered: at the end of the list. */
static void register_late(void)
{
	register_module_init(take_place, MODULE_INIT_QOM);
}

type_init(register_late)
