/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one table of keys. The numbers' origins are in docs/calibration.md and in the presets. */
#include "fl_config.h"

#define AT(section, field) offsetof(struct fl_config, section.field)
/* A row of the table, so that its macros read as calls. */
#define ROW(...)            \
	{                   \
		__VA_ARGS__ \
	}
#define COUNT(section, field, unit, lo, hi, def, help, source) \
	ROW(#section "." #field, FL_COUNT, unit, AT(section, field), lo, hi, def, NULL, false, help, source)
#define POWER(section, field, unit, lo, hi, def, help, source) \
	ROW(#section "." #field, FL_COUNT, unit, AT(section, field), lo, hi, def, NULL, true, help, source)
#define TIME(section, field, hi_ns, def, help, source)                                                               \
	ROW(#section "." #field "_ns", FL_TIME, "ns", AT(section, field##_ps), 0, (hi_ns)*1000ULL, def, NULL, false, \
	    help, source)
#define CHOICE(section, field, names, def, help, source)                                                               \
	ROW(#section "." #field, FL_CHOICE, "", AT(section, field), 0, ARRAY_SIZE(names) - 2, def, names, false, help, \
	    source)

static const char *const masters[] = { "trace", "gpu", NULL };
static const char *const on_faults[] = { "map", "dump", NULL };
static const char *const arrivals[] = { "trace", "back-to-back", NULL };
static const char *const orderings[] = { "none", "stream", "total", NULL };
static const char *const buses[] = { "auto", "platform", "pcie", NULL };
static const char *const ats_choices[] = { "auto", "yes", "no", NULL };
static const char *const transfer_rates[] = { "2.5", "5", "8", "16", "32", NULL };
static const char *const walk_ports[] = { "priced", "issued", NULL };
static const char *const handlers[] = {
	"constant", "uniform", "exponential", "lognormal", "recorded", "histogram", NULL
};
static const char *const map_wheres[] = { "ahead", "around", NULL };
static const char *const stall_models[] = { "stall-and-terminate", "terminate", "stall", NULL };

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const s2_pages[] = { "4096", "2097152", "1073741824", NULL };
static const char *const smmuv2_behaviours[] = { "mmu500", "smmu-v2", NULL };
static const char *const bits[] = { "0", "1", NULL };
/* In the order of enum fault_code. */
static const char *const answers[] = { "default", "retry", "terminate", "failure", NULL };
static const char *const cfcfgs[] = { "faults", "0", "1", NULL };

/* A price that is drawn, whose constant is @def ns; what it is paid for. */
#define DRAWN(section, field, def, what)                                                                            \
	CHOICE(section, field, handlers, "constant", what ": how it is drawn, as cpu.handler", OURS),               \
		TIME(section, field, SEC, def, what ": as cpu.handler_ns", OURS),                                   \
		TIME(section, field##_max, SEC, "0", what ": the maximum (uniform)", OURS),                         \
		COUNT(section, field##_sigma_permille, "1/1000", 0, 4000, "500", what ": sigma (lognormal)", OURS), \
		ROW(#section "." #field "_file", FL_TEXT, "", AT(section, field##_file), 0, FL_TEXT_MAX, "", NULL,  \
		    false, what ": as cpu.handler_file", "")

#define TEXT(section, field, what)                                                                                   \
	ROW(#section "." #field, FL_TEXT, "", AT(section, field), 0, sizeof(((struct fl_config *)0)->section.field), \
	    "", NULL, false, what, "")

#define OURS "assumption"
#define SEC  1000000000ULL

const struct fl_key fl_config_keys[] = {
	COUNT(memory, size_bytes, "bytes", 1 << 20, 1ULL << 52, "0x1000000000000", "physical address space",
	      "48 bits, the usual OAS"),
	TIME(memory, latency, 1000000, "50", "one access, first byte", "HyperSIO's DRAM, 50 ns"),
	COUNT(memory, bandwidth_mb_s, "MB/s", 0, 10000000, "0", "all accesses together; 0: unlimited", OURS),
	CHOICE(memory, latency, handlers, "constant", "how latency_ns is drawn for each access, as cpu.handler", OURS),
	TIME(memory, latency_max, 1000000, "0", "the maximum (uniform)", OURS),
	COUNT(memory, latency_sigma_permille, "1/1000", 0, 4000, "500", "sigma (lognormal)", OURS),
	TEXT(memory, latency_file, "as cpu.handler_file"),
	COUNT(memory, banks, "", 0, 256, "0",
	      "banks of all channels together, each serves one access at a time; 0: as many as the accesses need",
	      OURS),
	POWER(memory, interleave_bytes, "bytes", 64, 1 << 20, "256", "so many bytes of a bank, then the next bank",
	      OURS),
	TIME(memory, bank, 1000000, "45", "an access keeps its bank busy so long", "DDR4: row cycle about 45 ns"),
	POWER(memory, row_bytes, "bytes", 0, 1 << 20, "0",
	      "a bank keeps its last row of so many bytes open (banks not 0); 0: rows do not matter", OURS),
	TIME(memory, row_hit, 1000000, "30", "an access to an open row, in place of latency_ns", OURS),
	TIME(memory, bank_hit, 1000000, "5", "it keeps its bank busy so long, in place of bank_ns",
	     "DDR4: burst to burst of a bank group about 5 ns"),

	COUNT(tbu, count, "", 1, 64, "1",
	      "TBUs of an IOMMU; a stream belongs to TBU (StreamID mod count), if tbu.map says nothing", OURS),
	TEXT(tbu, map, "TBUs of single streams: SID=TBU, separated by commas"),
	COUNT(tbu, slots, "", 1, 4096, "32",
	      "translation slots of a TBU: misses, merged waiters and stalled accesses hold one; without a free one "
	      "its "
	      "input waits",
	      "MMU-700 TRM: 2-512"),
	TIME(tbu, lookup, 100000, "2", "TLB lookup of an access", "HyperSIO's IOTLB hit, 2 ns"),
	TIME(tbu, interval, 100000, "1", "time between two accesses entering one TBU", "one a cycle at 1 GHz"),
	TIME(tbu, link, 1000000, "8", "TBU to TCU, one way", "gem5: 8 + 8 cycles"),

	TIME(tcu, lookup, 100000, "2", "arrival of a miss at the TCU to its start", OURS),
	TIME(tcu, config_cache, 100000, "3", "lookup of the configuration caches (STE, CD), once a walk",
	     "gem5: 3 cycles"),
	TIME(tcu, walk_cache, 100000, "4", "lookup of the walk caches, once a walk", "gem5: 4 cycles"),
	COUNT(tcu, walk_slots, "", 1, 4096, "64", "walks in flight", "MMU-600 product: 64 TCU slots"),
	CHOICE(tcu, walk_port, walk_ports, "priced",
	       "priced: a table access costs walk_latency_ns; issued: it goes out of the walk port and costs what is "
	       "annotated there",
	       OURS),
	TIME(tcu, walk_latency, 1000000, "50", "one table access (walk_port: priced)", "HyperSIO's DRAM, 50 ns"),

	COUNT(iommu, count, "", 1, FL_MAX_IOMMUS, "1",
	      "IOMMUs of the kind, each with TBUs, caches, queues, interrupts and a driver of its own", OURS),
	TEXT(iommu, map, "IOMMUs of single streams: SID=IOMMU, separated by commas; all others are behind IOMMU 0"),
	POWER(iommu, tlb_sets, "", 0, 65536, "512", "TLB sets; 0: no TLB", "gem5: 2048 entries, 4 ways"),
	COUNT(iommu, tlb_ways, "", 1, 64, "4", "TLB ways", "gem5"),
	POWER(iommu, walk_cache_sets, "", 0, 65536, "256", "walk cache sets", "MMU-600 product: 256 a level and stage"),
	COUNT(iommu, walk_cache_ways, "", 1, 64, "4", "walk cache ways", "gem5"),
	POWER(iommu, config_cache_sets, "", 0, 65536, "64", "configuration cache sets (STE, CD)",
	      "MMU-600 product: 256 entries"),
	COUNT(iommu, config_cache_ways, "", 1, 64, "4", "configuration cache ways", "MMU-600 product"),
	COUNT(iommu, cmdq_log2, "log2 entries", 1, 19, "8", "command queue the driver makes", OURS),
	COUNT(iommu, eventq_log2, "log2 entries", 1, 19, "7", "event queue the driver makes", OURS),
	COUNT(iommu, priq_log2, "log2 entries", 1, 19, "9", "page request queue the driver makes",
	      "Linux VT-d: 512 entries"),
	COUNT(iommu, address_bits, "bits", 32, 52, "48",
	      "host address width of a VT-d (HAW); os.table_base lies below it", OURS),

	CHOICE(driver, nested, no_yes, "no",
	       "yes: the driver is a guest's: its tables, and what they map, lie under a stage 2 that maps every "
	       "address "
	       "to itself",
	       OURS),
	CHOICE(driver, s2_page_bytes, s2_pages, "4096", "pages of that stage 2",
	       "the smallest; hypervisors take larger ones"),
	TIME(driver, trap, SEC, "0",
	     "nested: each register write of the driver traps to the hypervisor and takes so much longer", OURS),

	CHOICE(smmuv3, stall_model, stall_models, "stall-and-terminate", "IDR0.STALL_MODEL", "IHI 0070 6.3.1"),
	COUNT(smmuv3, stall_max, "", 1, 4096, "64",
	      "IDR5.STALL_MAX: stalled transactions; the model holds 4096 at most", OURS),

	CHOICE(smmuv2, behaviour, smmuv2_behaviours, "mmu500",
	       "further faults of a bank with a stalled transaction: mmu500: they stall, too; smmu-v2: they terminate",
	       "docs/smmuv2-stall.md"),
	COUNT(smmuv2, banks, "", 1, 128, "32", "context banks", "MMU-500: up to 128"),
	COUNT(smmuv2, stall_slots, "", 1, 1024, "32", "stalled transactions that a TBU holds", OURS),
	CHOICE(smmuv2, hupcf, bits, "0", "SCTLR.HUPCF: other transactions of a bank go on beside a fault",
	       "reset value"),
	CHOICE(smmuv2, cfre, bits, "1", "SCTLR.CFRE: terminated transactions are aborted; 0: they read zero", "Linux"),
	CHOICE(smmuv2, cfcfg, cfcfgs, "faults", "SCTLR.CFCFG: faults: as --faults says; 0, 1: in every bank",
	       "dma-can-stall"),

	COUNT(fault, credits, "", 0, 65536, "0",
	      "recoverable faults of a device that may wait for an answer, at most; 0: as many as its IOMMU can hold",
	      OURS),
	TIME(fault, partial, 1000 * SEC, "100000000",
	     "a group of page requests has its last within this time of its first", OURS),
	TIME(fault, pending, 1000 * SEC, "10000000000", "a whole group is answered within this time", OURS),
	CHOICE(fault, expire_code, answers, "terminate", "the answer to a group that was not", OURS),
	CHOICE(fault, no_slot_code, answers, "retry", "the answer where no credit is left, or a request was lost",
	       OURS),
	CHOICE(fault, no_domain_code, answers, "default",
	       "the answer where nobody handles faults; default: terminate on an SMMUv2, else retry", OURS),
	TIME(fault, watchdog, 1000 * SEC, "10000000",
	     "records unread for so long while nothing is reported have lost their interrupt", OURS),
	COUNT(fault, storm_limit, "", 0, 1000000, "0",
	      "faults in a window that end a device's recoverable faults; 0: no back-off", "drm/msm: 1"),
	TIME(fault, storm_window, 10 * SEC, "10000000", "the window", OURS),
	TIME(fault, storm_off, 100 * SEC, "500000000", "they stay off so long after the first storm",
	     "drm/msm: 500 ms"),
	TIME(fault, storm_off_max, 1000 * SEC, "8000000000",
	     "each storm that follows at once doubles that, up to this time", OURS),

	TIME(notify, record_write, 1000000, "50", "one event or fault record; one at a time", "MMU-600AE: serialised"),
	TIME(notify, pri_write, 1000000, "50", "one page request record; one at a time", "MMU-600AE: serialised"),
	TIME(notify, wire, 1000000, "20", "wired interrupt to the CPU's interrupt controller", OURS),
	TIME(notify, msi, 1000000, "100", "message-signalled interrupt; one at a time", OURS),
	TIME(notify, moderation, SEC, "0", "moderation: at most one interrupt of a line, wired or message, in so long",
	     OURS),

	TIME(command, fetch, 1000000, "50", "fetch of one command or descriptor", "one memory access"),
	TIME(command, execute, 1000000, "5", "one command or descriptor", OURS),
	TIME(command, sync, 1000000, "50", "completion of a SYNC or wait", "one memory access"),
	TIME(command, resume, 1000000, "16", "an answer's way from the command to the stalled access",
	     "gem5: link 8 + 8 cycles"),

	COUNT(cpu, count, "", 0, 1024, "0",
	      "processors that interrupt handlers, threads and workers share; 0: as many as they need", OURS),
	TIME(cpu, irq_entry, SEC, "1000", "interrupt controller to the first line of the handler", OURS),
	TIME(cpu, irq_handler, SEC, "200", "the hard handler, its register accesses apart", OURS),
	TIME(cpu, thread_wake, SEC, "2000", "wake-up of the interrupt's thread", OURS),
	COUNT(cpu, workers, "", 1, 1024, "4", "workers that handle faults", OURS),
	COUNT(cpu, workers_per_device, "", 0, 1024, "0",
	      "workers of each device for its faults alone; 0: all devices share cpu.workers", OURS),
	TIME(cpu, worker_wake, SEC, "1500", "wake-up of a worker", OURS),
	TIME(cpu, mmio_read, SEC, "150", "register read", OURS),
	TIME(cpu, mmio_write, SEC, "50", "register write (posted)", OURS),
	TIME(cpu, memory, SEC, "5", "access to queues and tables", "mostly cached"),
	CHOICE(cpu, handler, handlers, "constant", "how the handler's time is drawn",
	       "lognormal: QEMU's VT-d PRQ figures have a long tail"),
	TIME(cpu, handler, SEC, "1600",
	     "handler's time, once a call: the value, the minimum (uniform), the mean (exponential) or the median "
	     "(lognormal)",
	     "1.6 us VFIO, RFC v2 IOPF for VFIO, 2021"),
	TIME(cpu, handler_max, SEC, "3200", "handler's time: the maximum (uniform)", OURS),
	COUNT(cpu, handler_sigma_permille, "1/1000", 0, 4000, "500", "sigma of the logarithm (lognormal)", OURS),
	TEXT(cpu, handler_file,
	     "recorded: whole ns, one a line, used in turn; histogram: a value in ns and a count a line, or the "
	     "name of one that is compiled in"),
	COUNT(cpu, batch_faults, "", 1, 4096, "1",
	      "most fault groups that one call of the handler serves; the answers go out together", "UVM: up to 256"),
	DRAWN(cpu, fault, "0", "time for each fault of a call, besides cpu.handler_ns for the call"),
	DRAWN(cpu, page, "0", "time for each page that a call maps"),

	CHOICE(master, kind, masters, "trace",
	       "trace: the accesses of the trace as they are; gpu: engines of a GPU make them (docs/gpu.md)", OURS),
	COUNT(master, outstanding, "", 1, 65536, "64", "accesses in flight, all streams together", OURS),
	COUNT(master, outstanding_per_stream, "", 1, 65536, "64", "accesses in flight of one stream", OURS),
	CHOICE(master, ordering, orderings, "none",
	       "none: accesses complete in any order; stream: the next of a stream (of a tag, where the trace has "
	       "tags) "
	       "waits for the one before; total: the next of any",
	       OURS),
	CHOICE(master, arrival, arrivals, "trace",
	       "trace: not before the recorded time; back-to-back: as soon as possible", OURS),
	TIME(master, interval, SEC, "1", "time between two accesses of one stream", "one a cycle at 1 GHz"),
	TEXT(master, transfers,
	     "what the device does with reads (w: writes) of at least so many bytes: "
	     "BYTES[w]=OUTSTANDING[/INTERVAL_NS], separated by commas; in place of outstanding_per_stream and "
	     "interval_ns"),
	CHOICE(master, bus, buses, "auto",
	       "platform: masters beside the IOMMU; pcie: behind a link; auto: pcie where they ask for pages", OURS),
	TEXT(master, streams,
	     "single streams: SID=platform, pcie or pcie-ats, each with :terminate, :stall or :pri, separated by "
	     "commas"),

	COUNT(gpu, prefetch_bytes, "bytes", 64, 1 << 20, "4096", "how far ahead the command processor fetches", OURS),
	COUNT(gpu, command_outstanding, "", 1, 4096, "16", "fetches in flight of the command processor", OURS),
	COUNT(gpu, texture_outstanding, "", 1, 4096, "64", "reads in flight of the texture unit", OURS),
	COUNT(gpu, colour_outstanding, "", 1, 4096, "32", "writes in flight of the colour unit", OURS),
	POWER(gpu, burst_bytes, "bytes", 64, 4096, "256", "longest access of a unit, and its alignment", OURS),
	TIME(gpu, interval, SEC, "4", "time between two accesses of one engine", OURS),
	TIME(gpu, packet, SEC, "20", "the command processor decodes one packet", OURS),
	TIME(gpu, management_period, SEC, "10000", "time between two accesses of the management unit", OURS),
	TIME(gpu, watchdog, SEC, "100000", "an access of the management unit that takes longer fires its watchdog",
	     OURS),
	TIME(gpu, hang, 100 * SEC, "500000000", "without progress for so long a job is lost", "drm/msm: 500 ms"),
	CHOICE(gpu, on_fault, on_faults, "map",
	       "what the handler of a stalled fault does: map: the page, and retry; dump: the GPU's state, and "
	       "terminate",
	       "drm/msm: a dump"),

	TIME(pcie, link, 1000000, "450", "link to the root port, one way", "HyperSIO: PCIe 450 ns one way"),
	COUNT(pcie, bandwidth_mb_s, "MB/s", 0, 10000000, "0",
	      "of each direction of the link, for packets with their headers; 0: what lanes and gts give", OURS),
	COUNT(pcie, lanes, "", 0, 32, "0", "lanes of the link; 0: its bandwidth is unlimited", OURS),
	CHOICE(pcie, gts, transfer_rates, "8", "GT/s of a lane: 8b/10b up to 5, 128b/130b from 8 on",
	       "PCIe 3.0, the first with 128b/130b"),
	COUNT(pcie, dllp_permille, "1/1000", 0, 500, "82",
	      "share of the lanes that flow control and acknowledgements take",
	      "pcie-bench, 2018: 57.9 of 63.0 Gb/s are left"),
	COUNT(pcie, framing_bytes, "bytes", 0, 32, "8", "of a packet beside header and payload",
	      "PCIe 4.0, 4.2.2.3: token with sequence number 4, LCRC 4; 4.2.1: 1 + 2 + 4 + 1"),
	POWER(pcie, max_payload, "bytes", 128, 4096, "256", "largest payload of a packet", "usual; PCIe 4.0, 7.5.3.4"),
	POWER(pcie, max_read_request, "bytes", 128, 4096, "512", "largest read of one request",
	      "reset value, PCIe 4.0, 7.5.3.4"),
	POWER(pcie, rcb, "bytes", 64, 128, "64", "read completion boundary: where completions are split",
	      "PCIe 4.0, 2.3.1.1: root complexes 64 or 128"),
	COUNT(pcie, tags, "", 1, 1024, "256", "read requests that a function can have outstanding",
	      "PCIe 4.0, 2.2.6.2: 8-bit tags"),
	CHOICE(pcie, ats, ats_choices, "auto", "functions ask for translations; auto: where they ask for pages", OURS),
	POWER(pcie, atc_sets, "", 0, 65536, "16", "sets of a function's translation cache; 0: none", OURS),
	COUNT(pcie, atc_ways, "", 1, 64, "4", "ways of it", OURS),
	TIME(pcie, atc_lookup, 100000, "2", "its lookup", "HyperSIO's IOTLB hit, 2 ns"),
	COUNT(pcie, credits, "", 1, 512, "32",
	      "page requests a function can have outstanding, its capacity; the driver allots it its share of the "
	      "queue where that is less",
	      "Linux VT-d, 2021: 32 a device"),
	COUNT(pcie, group_pages, "pages", 1, 16, "1",
	      "most pages asked for in one group; never more than pcie.credits, nor than the function is allotted",
	      OURS),

	COUNT(os, table_base, "address", 0, 1ULL << 52, "0x800000000000",
	      "where tables and queues are allocated; a trace must not map it", "above any recorded address"),
	COUNT(os, table_bytes, "bytes", 1 << 20, 1ULL << 46, "0x100000000", "room for tables and queues", OURS),
	COUNT(os, map_pages, "pages", 1, 512, "1", "pages that a handler maps at a time, if the trace has them", OURS),
	CHOICE(os, map_where, map_wheres, "ahead",
	       "ahead: the faulting page and those behind it, up to the first that is mapped or unknown; around: the "
	       "aligned block of so many pages that the faulting page lies in",
	       "around: Linux's fault-around"),
	TIME(os, job, SEC, "0",
	     "software before the first access of a job; a stream's next job begins when the one before has ended, and "
	     "at each user mark of the trace",
	     OURS),
	COUNT(os, job_accesses, "", 0, 1ULL << 40, "0", "accesses of one stream that are one job; 0: all of them",
	      OURS),
};

const size_t fl_config_n_keys = ARRAY_SIZE(fl_config_keys);
