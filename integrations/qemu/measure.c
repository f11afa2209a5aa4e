// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a translation costs, in cycles of the host: QEMU's own IOMMUs and ours, by one measure. Loaded beside a device or alone,
 * it times each call of an IOMMU region's translate() and says at the end how many there were, the median and the mean. The
 * median says more: a host's other work is in the mean.
 */
#include "flq.h"

#include "qemu/error-report.h"
#include "qemu/timer.h"

#define BIN  8
#define BINS 8192 /* the last holds all that took longer */
#define MOST 4

typedef IOMMUTLBEntry translate_function(IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index);

static const char *const regions[MOST] = { "smmuv3-iommu-memory-region", "intel-iommu-iommu-memory-region",
					   FLQ_REGION };
static translate_function *theirs[MOST];
static uint64_t bin[BINS], calls, cycles;

static void count(uint64_t took)
{
	qatomic_inc(&bin[MIN(took / BIN, BINS - 1)]);
	qatomic_inc(&calls);
	qatomic_add(&cycles, took);
}

static IOMMUTLBEntry timed(unsigned int which, IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index)
{
	uint64_t begin = cpu_get_host_ticks();
	IOMMUTLBEntry entry = theirs[which](mr, addr, flag, index);

	count(cpu_get_host_ticks() - begin);
	return entry;
}

#define TIMED(n)                                                                                             \
	static IOMMUTLBEntry timed_##n(IOMMUMemoryRegion *mr, hwaddr addr, IOMMUAccessFlags flag, int index) \
	{                                                                                                    \
		return timed(n, mr, addr, flag, index);                                                      \
	}
TIMED(0)
TIMED(1)
TIMED(2)
static translate_function *const ours[MOST] = { timed_0, timed_1, timed_2 };

static void at_exit(Notifier *notifier, void *data)
{
	uint64_t seen = 0;
	unsigned int i;

	if (!calls)
		return;
	for (i = 0; i < BINS && (seen += bin[i]) * 2 < calls; i++)
		;
	info_report("translate(): %" PRIu64 " calls, median %u cycles, mean %" PRIu64, calls, i * BIN + BIN / 2,
		    cycles / calls);
}

static Notifier exit_notifier = { .notify = at_exit };

static void take_place(void)
{
	unsigned int i;

	for (i = 0; i < MOST && regions[i]; i++) {
		ObjectClass *klass = object_class_by_name(regions[i]);

		if (!klass)
			continue;
		theirs[i] = IOMMU_MEMORY_REGION_CLASS(klass)->translate;
		IOMMU_MEMORY_REGION_CLASS(klass)->translate = ours[i];
	}
	qemu_add_exit_notifier(&exit_notifier);
}

/* When all types have been registered: at the end of the list. */
static void register_late(void)
{
	register_module_init(take_place, MODULE_INIT_QOM);
}

type_init(register_late)
