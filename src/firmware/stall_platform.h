/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A platform as far as it matters to stalled transactions: which SMMUs, who sits behind which TBU, what stalls, and what
 * the pager needs before it can answer. Numbers that name something else of the platform count from 1; 0: none.
 */
#ifndef STALL_PLATFORM_H
#define STALL_PLATFORM_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STALL_NAME	   64
#define STALL_MAX_SMMUS	   16
#define STALL_MAX_TBUS	   64
#define STALL_MAX_MASTERS  128
#define STALL_MAX_PORTS	   32
#define STALL_MAX_WORKERS  32
#define STALL_MAX_SLOTS	   4096
#define STALL_MAX_ACCESSES 100000 /* of a master */

/**
 * struct stall_smmu - an SMMU
 * @name: for people
 * @kind: "smmuv2" or "smmuv3", as the registry of IOMMUs has them
 * @stall_max: SMMUv3: IDR5.STALL_MAX; SMMUv2: stalled transactions that each of its TBUs holds; 0: 64 and 32
 * @hupcf: SMMUv2: SCTLR.HUPCF of every bank
 */
struct stall_smmu {
	char name[STALL_NAME];
	char kind[16];
	u32 stall_max;
	bool hupcf;
};

/**
 * struct stall_tbu - a TBU
 * @name: for people
 * @smmu: number of its SMMU, from 1
 * @slots: transactions that it has under way at once, stalled ones among them; 0: 32
 */
struct stall_tbu {
	char name[STALL_NAME];
	u32 smmu;
	u32 slots;
};

/**
 * struct stall_port - input buffers that several masters share on their way to TBUs
 * @name: for people
 * @slots: accesses that wait in it at once; 0: 16
 *
 * An access leaves its buffer when its TBU takes it.
 */
struct stall_port {
	char name[STALL_NAME];
	u32 slots;
};

/**
 * enum stall_mode - what becomes of an access to a page that is not there
 * @STALL_PINNED: there is none: the master's pages are mapped all the time
 * @STALL_STALLS: it waits in the SMMU (dma-can-stall)
 * @STALL_TERMINATES: it is terminated; nobody maps the page for it
 * @STALL_PRI: the device asks for the page (PRI) and holds nothing of the SMMU's meanwhile
 * @STALL_MODES: number of the modes
 */
enum stall_mode { STALL_PINNED, STALL_STALLS, STALL_TERMINATES, STALL_PRI, STALL_MODES };

/* As text: "pinned", "stall", "terminate", "pri" */
extern const char *const stall_mode_names[STALL_MODES];

/**
 * enum stall_deadline - what a deadline limits
 * @STALL_GAP: the longest time without a completed access while one is wanted: a display's line, an audio period
 * @STALL_ACCESS: the longest time from an access, or a read for the pager, to its end: a storage time-out, PCIe's
 *	Completion Timeout
 * @STALL_DEADLINES: number of the kinds
 */
enum stall_deadline { STALL_GAP, STALL_ACCESS, STALL_DEADLINES };

/* As text: "gap", "access" */
extern const char *const stall_deadline_names[STALL_DEADLINES];

/**
 * struct stall_master - a device
 * @name: for people
 * @tbu: number of its TBU, from 1
 * @port: number of the input buffer in front of it, from 1; 0: none
 * @domain: masters of one SMMU with the same number share an address space; 0: one of its own
 * @mode: enum stall_mode
 * @pcie: a PCIe host or function: it must never wait for software
 * @outstanding: accesses under way at once; 0: 8
 * @accesses: that it makes on its own; 0: none: it works for the pager only
 * @first_ns: its first access
 * @period_ns: from one access to the next; 0: as fast as it can
 * @page_accesses: accesses to each page before it goes on to the next, which is not there; 0: 1. Not of STALL_PINNED
 * @backing: number of the master whose reads bring its pages back, from 1; 0: pager.storage. With @zero_fill none
 * @zero_fill: the handler needs no storage for its pages
 * @limits: enum stall_deadline
 * @deadline_ns: longest tolerable time; 0: none
 */
struct stall_master {
	char name[STALL_NAME];
	u32 tbu, port, domain;
	enum stall_mode mode;
	bool pcie;
	u32 outstanding;
	u32 accesses;
	u64 first_ns, period_ns;
	u32 page_accesses;
	u32 backing;
	bool zero_fill;
	enum stall_deadline limits;
	u64 deadline_ns;
};

/**
 * struct stall_pager - the software that answers faults
 * @workers: threads that handle faults, of all SMMUs; 0: 1
 * @p50_ns: median of the handler's own time, without storage; 0: 5 us
 * @p999_ns: its 99.9th percentile; 0: 100 us, or @p50_ns if that is more
 * @storage: number of the master whose reads bring pages back, from 1; 0: no handler waits for storage
 * @pressure_ppm: share of faults whose handler waits for storage, millionths; 1000000: memory pressure, all
 * @read_accesses: DMA accesses of a read; 0: 1
 * @read_ns: from the handler's request to the first of them
 */
struct stall_pager {
	u32 workers;
	u64 p50_ns, p999_ns;
	u32 storage;
	u32 pressure_ppm;
	u32 read_accesses;
	u64 read_ns;
};

/**
 * struct stall_times - what the rest takes
 * @memory_ns: from a translated access's start to its end; 0: 200
 * @notify_ns: from a fault to the driver's report of it; 0: 2000
 * @resume_ns: from an answer to the retry; 0: 500
 */
struct stall_times {
	u64 memory_ns, notify_ns, resume_ns;
};

/**
 * struct stall_platform - the platform
 * @smmu: SMMUs
 * @tbu: TBUs
 * @port: shared input buffers
 * @master: devices
 * @n_smmus: number of @smmu
 * @n_tbus: number of @tbu
 * @n_ports: number of @port
 * @n_masters: number of @master
 * @pager: who answers
 * @times: what the rest takes
 */
struct stall_platform {
	struct stall_smmu smmu[STALL_MAX_SMMUS];
	struct stall_tbu tbu[STALL_MAX_TBUS];
	struct stall_port port[STALL_MAX_PORTS];
	struct stall_master master[STALL_MAX_MASTERS];
	u32 n_smmus, n_tbus, n_ports, n_masters;
	struct stall_pager pager;
	struct stall_times times;
};

#ifdef __cplusplus
}
#endif

#endif /* STALL_PLATFORM_H */
