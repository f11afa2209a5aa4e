/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Replaying a trace: what is asked for, and what came out. The functional
 * replay (here) and the timed one (models/) take the same options, run the same
 * operating-system side (replay_os.h) and fill the same result.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "dmat.h"
#include "iommu_kind.h"
#include "owners.h"
#include "stats.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum replay_faults - what an access to a page that is not mapped does
 * @REPLAY_TERMINATE: it is aborted; the operating system maps the page for the next one
 * @REPLAY_STALL: it waits in the IOMMU until the page is mapped
 * @REPLAY_PRI: the device asks for the page and tries again
 * @REPLAY_FAULTS: number of the kinds
 */
enum replay_faults { REPLAY_TERMINATE, REPLAY_STALL, REPLAY_PRI, REPLAY_FAULTS };

/* As --faults takes them. */
extern const char *const replay_fault_names[REPLAY_FAULTS];

/**
 * replay_faults_find() - look a kind of fault up
 * @name: as replay_fault_names has it
 * @faults: set if there is such a kind
 *
 * Return: Whether there is.
 */
bool replay_faults_find(const char *name, enum replay_faults *faults);

/* replay_options.resident: parts per million of the pages that are mapped at once */
#define REPLAY_RESIDENT_NONE 0u
#define REPLAY_RESIDENT_ALL  1000000u

#define REPLAY_MAX_STREAMS 256

/**
 * struct replay_record - a fault or page request that a driver has taken from its hardware
 * @time_ns: when it did
 * @iommu: which of the IOMMUs (iommu.count)
 * @bank: SMMUv2: the context bank, else 0
 * @format: how @words are laid out, of the specification's records
 * @words: as the hardware wrote them
 */
struct replay_record {
	u64 time_ns;
	u32 iommu, bank;
	const struct spec_record *format;
	u64 words[4];
};

/**
 * struct replay_options - one run
 * @trace: path of a .dmat file
 * @scanned: what replay_scan() has found in it, for several runs; or NULL
 * @kind: the IOMMU
 * @faults: what an access to a page that is not mapped does
 * @resident: pages mapped where the trace maps them, ppm; chosen by @seed. The others fault on first touch and the
 *	fault handler maps them.
 * @seed: of everything random
 * @one_paged: only the pages of stream @paged fault, those of the others are resident
 * @paged: StreamID; with @one_paged
 * @repeat: play the trace so many times, one after the other; 0: once
 * @warmup: so many accesses are played first and not counted
 * @cfg: sizes and prices; the functional replay uses the sizes
 * @account: an object that a master with a life of its own (master.kind) adds its account to; may be NULL
 * @series: what happened over time, in at most so many steps; 0: not asked for. Timed replays only
 * @watch: an object that "series" and "slowest_faults" are added to; NULL without @series
 * @timeline: file for a trace of the run that Perfetto reads, or NULL. Timed replays only
 * @vcd: file for the waveforms of the run, or NULL. Timed replays only
 * @answers: an array that each fault with its answer is added to, in the order of the answers; may be NULL
 * @record: called for each fault and page request, in the order in which drivers take them; may be NULL
 * @record_ctx: first argument of @record and @recorded
 * @recorded: called for each fault and page request of the trace before it is played, with its number there, and
 *	whether its access stands just before it; not 0 ends the run with that. May be NULL
 * @progress: called now and then with accesses done and all; may be NULL
 * @progress_ctx: first argument of @progress
 */
struct replay_options {
	const char *trace;
	const struct replay_scan *scanned;
	const struct iommu_kind *kind;
	enum replay_faults faults;
	u32 resident;
	u64 seed;
	bool one_paged;
	u32 paged;
	u64 repeat;
	u64 warmup;
	const struct fl_config *cfg;
	json_t *account;
	u32 series;
	json_t *watch;
	const char *timeline, *vcd;
	json_t *answers;
	void (*record)(void *ctx, const struct replay_record *r);
	int (*recorded)(void *ctx, const struct dmat_record *rec, u64 number, bool accessed);
	void *record_ctx;
	void (*progress)(void *ctx, u64 done, u64 all);
	void *progress_ctx;
};

#define REPLAY_MAX_TYPES 32

/**
 * struct replay_type - how often a kind of fault occurred
 * @code: fault number of the architecture
 * @count: faults
 */
struct replay_type {
	u16 code;
	u64 count;
};

/**
 * struct replay_stream - what one stream of the trace had
 * @sid: StreamID or requester ID
 * @accesses: its accesses
 * @bytes: bytes of its accesses
 * @faults: its faults
 * @active_ns: from its first access to the end of its last
 * @latency: of its accesses, ns
 */
struct replay_stream {
	u32 sid;
	u64 accesses, bytes, faults;
	u64 active_ns;
	struct stats_summary latency;
};

/*
 * One IOMMU has two for each of 64 TBUs and seven of the TCU and its queues; there are a link's two directions for each
 * TBU, tags and credits of each stream, 256 banks, and the software's four: 1035.
 */
#define REPLAY_MAX_RESOURCES 4096

/**
 * struct replay_resource - what a resource did from the first access to the end of the last
 * @name: with "@" and its number if it belongs to one of several IOMMUs
 * @index: several have the name: which
 * @capacity: units; 0: no limit is known
 * @peak: units in use at once
 * @utilisation_ppm: share of the capacity that was in use, 0 if no limit is known
 * @uses: uses of one unit each
 * @busy_ns: units in use, summed over time
 * @waited_ns: by all that waited for a unit
 * @full_ns: time with every unit in use
 */
struct replay_resource {
	char name[24];
	u32 index, capacity, peak, utilisation_ppm;
	u64 uses, busy_ns, waited_ns, full_ns;
};

/**
 * struct replay_counters - from the first access that counts to the end of the last
 * @hw: what the engine counts; how full its queues were is among the resources
 * @atc: the devices' translation caches together
 * @held: records that waited for room in their queue
 * @walks: misses for which a walk of their own was made
 * @walks_merged: misses that waited for another miss's walk of the same page
 * @table_accesses: accesses of walks to tables of both stages
 * @config_accesses: accesses of walks to what leads to the tables: STE, CD, context and PASID entries, and through
 *	stage 2 to them
 * @stalled: transactions held for an answer
 * @commands: commands that software issued
 * @syncs: SYNCs that software issued
 * @sync_wait_ns: from the register write that issued a SYNC to its completion, for which software waits; sum over all
 *	@syncs
 * @interrupts: hard handlers entered
 * @thread_wakes: wake-ups of the driver's threads
 * @worker_wakes: wake-ups of sleeping workers
 *
 * All but @hw and @atc are counted by timed replays only.
 */
struct replay_counters {
	struct iommu_stats hw;
	struct iommu_cache_stats atc;
	u64 held, walks, walks_merged, table_accesses, config_accesses, stalled;
	u64 commands, syncs, sync_wait_ns;
	u64 interrupts, thread_wakes, worker_wakes;
};

/**
 * struct replay_difference - the first access whose outcome is not the recorded one
 * @record: number of its record in the trace
 * @sid: StreamID or requester ID
 * @iova: input address
 * @recorded_pa: output address as recorded
 * @pa: output address of the replay
 * @recorded_ok: the recorded access was translated
 * @ok: the replayed access was translated
 */
struct replay_difference {
	u64 record;
	u32 sid;
	u64 iova;
	u64 recorded_pa, pa;
	bool recorded_ok, ok;
};

/**
 * struct replay_recorded - recorded faults and page requests beside those of the replay
 * @known: the caller has compared them; else nothing here is valid
 * @equal: made, and equal in all that was recorded
 * @different: made at the same place, and not equal
 * @missing: not made
 * @not_compared: the others
 * @first: the first that is different or missing, in words
 */
struct replay_recorded {
	bool known;
	u64 equal, different, missing, not_compared;
	char first[160];
};

/**
 * struct replay_result - what came out
 * @trace_records: records of the trace, played once
 * @trace_accesses: accesses of the trace, played once
 * @trace_faults: faults and page requests recorded in the trace
 * @recorded: what became of them, if the caller has compared them (replay_options.recorded)
 * @accesses: of the trace; one that crosses pages counts once
 * @bytes: bytes of the accesses
 * @translated: accesses that were translated
 * @aborted: accesses that were aborted
 * @faults: reported by the driver, duplicates included
 * @unhandled: faults that the fault core answered or dropped without a handler
 * @duplicates: faults on a page whose fault was being handled
 * @first_touches: accesses to pages that the trace had mapped but were not resident
 * @types: faults by the architecture's number, in ascending order
 * @n_types: number of @types in use
 * @responses: answers by enum fault_code
 * @maps: pages that were mapped by the driver
 * @unmaps: pages that were unmapped by the driver
 * @compared: accesses whose outcome and address were compared with the recorded ones
 * @different: those that differ
 * @first_difference: the first of them
 * @counters: of hardware and software
 * @timed: the fields after it are valid
 * @duration_ns: from the first access to the end of the last
 * @in_flight_ns: accesses under way, summed over that time; 0: the master does not count them
 * @in_flight_peak: most accesses under way at once
 * @latency: of faults, ns, from the access's acceptance to its end
 * @parts: what they are made of
 * @access: latency of all accesses
 * @page_parts: the same in the parts of a PCIe page fault (REPLAY_PRI)
 * @latency_histogram: the samples of @latency
 * @access_histogram: the samples of @access
 * @part_histograms: the samples of @parts
 * @page_part_histograms: the samples of @page_parts
 * @merged: page faults that joined a page request on its way (REPLAY_PRI)
 * @tries: page requests that a full queue sent back, and that were made again (REPLAY_PRI)
 * @fault_bills: faults whose time has owners; 0: the master carries no bills
 * @access_bills: accesses whose time has owners; 0: the master carries no bills
 * @fault_owner_ns: by enum owner, summed over all faults
 * @access_owner_ns: by enum owner, summed over all accesses
 * @resources: what each resource did
 * @n_resources: number of @resources in use
 * @streams: each stream on its own, in order of appearance
 * @n_streams: number of @streams in use
 */
struct replay_result {
	u64 trace_records, trace_accesses, trace_faults;
	struct replay_recorded recorded;
	u64 accesses, bytes, translated, aborted;
	u64 faults, unhandled, duplicates, first_touches;
	struct replay_type types[REPLAY_MAX_TYPES];
	u32 n_types;
	u64 responses[FAULT_CODES];
	u64 maps, unmaps;
	u64 compared, different;
	struct replay_difference first_difference;
	struct replay_counters counters;
	bool timed;
	u64 duration_ns;
	u64 in_flight_ns, in_flight_peak;
	struct stats_summary latency, parts[FAULT_PARTS], access;
	struct stats_summary page_parts[PAGE_PARTS];
	struct stats_histogram latency_histogram, access_histogram;
	struct stats_histogram part_histograms[FAULT_PARTS], page_part_histograms[PAGE_PARTS];
	u64 merged, tries;
	u64 fault_bills, access_bills;
	u64 fault_owner_ns[OWNERS], access_owner_ns[OWNERS];
	struct replay_resource resources[REPLAY_MAX_RESOURCES];
	u32 n_resources;
	struct replay_stream streams[REPLAY_MAX_STREAMS];
	u32 n_streams;
};

/**
 * replay_functional() - replay without SystemC and without time: each access is over before the next begins
 * @opt: options of the run
 * @res: result of the run
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int replay_functional(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err);

/**
 * replay_type_name() - name of a kind of fault; a page request has no number of its own
 * @opt: options of the run
 * @t: the kind
 *
 * Return: The name.
 */
const char *replay_type_name(const struct replay_options *opt, const struct replay_type *t);

/**
 * replay_queue_ppm() - mean number of waiters for a unit of a resource
 * @res: result of the run
 * @r: the resource
 *
 * Return: Millionths; 0 without a duration.
 */
static inline u64 replay_queue_ppm(const struct replay_result *res, const struct replay_resource *r)
{
	return res->duration_ns ? (u64)((unsigned __int128)r->waited_ns * 1000000 / res->duration_ns) : 0;
}

/**
 * replay_json() - the result as one JSON object, with the keys that docs/user-guide.md lists
 * @opt: options of the run
 * @res: result of the run
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *replay_json(const struct replay_options *opt, const struct replay_result *res);

/**
 * replay_account_table() - print the account of a master with a life of its own as a table
 * @account: replay_options.account; an empty one prints nothing
 * @out: where to
 */
void replay_account_table(const json_t *account, FILE *out);

/**
 * replay_counters_table() - print who owned the time, what the resources did, and histograms of latencies, of a timed
 *	replay
 * @res: result of the run
 * @out: where to
 */
void replay_counters_table(const struct replay_result *res, FILE *out);

/**
 * replay_table() - print the result as a table for people, with the reason why a fault takes as long as it does
 * @opt: options of the run
 * @res: result of the run
 * @out: where to
 */
void replay_table(const struct replay_options *opt, const struct replay_result *res, FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_H */
