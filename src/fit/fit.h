/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a measured machine to a preset: tables of windows against latency and
 * bandwidth come in, the sizes and prices that explain them go out.
 *
 * The search needs thousands of guesses, so it asks a sketch of the model: one
 * stream of random accesses behind one TBU, without SystemC. What it finds is a
 * struct fl_config; whoever called then plays it in the model itself, and only
 * those figures are printed.
 */
#ifndef FIT_H
#define FIT_H

#include "fl_config.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FIT_PAGE     4096ULL
#define FIT_CARDS    16
#define FIT_TABLES   64
#define FIT_ERROR    640
#define FIT_ACCESSES 40000   /* of a point, in the model */
#define FIT_WARMUP   2000000 /* most that come before them and do not count */

enum fit_kind { FIT_LATENCY, FIT_READ, FIT_WRITE };

/**
 * struct fit_point - one row of a table
 * @kind: what was measured
 * @off: measured without the IOMMU
 * @size: of a transfer, bytes
 * @window: bytes that the transfers are spread over
 * @measured: mean latency in ns, or bandwidth in bytes of payload per microsecond
 * @model: the same quantity of the model, once it has been run
 */
struct fit_point {
	enum fit_kind kind;
	bool off;
	u32 size;
	u64 window;
	double measured, model;
};

/**
 * struct fit_data - what was measured
 * @point: the rows of all tables
 * @points: number of @point in use
 * @room: number of @point allocated
 * @table: names of the tables, as on the command line
 * @table_off: the table was measured without the IOMMU
 * @tables: number of tables
 */
struct fit_data {
	struct fit_point *point;
	size_t points, room;
	const char *table[FIT_TABLES];
	bool table_off[FIT_TABLES];
	size_t tables;
};

/**
 * fit_read() - the rows of a CSV file, or of every *.csv file of a folder
 * @d: zeroed, or filled by earlier calls; fit_free() ends it
 * @path: a file or a folder; @d keeps the pointer
 * @off: the tables were measured without the IOMMU
 * @error: filled on error
 *
 * Columns are those of pcie-bench, others are passed over; docs/calibration.md lists them.
 *
 * Return: 0 or -errno.
 */
int fit_read(struct fit_data *d, const char *path, bool off, char error[FIT_ERROR]);

/**
 * fit_free() - free the points
 * @d: the data
 */
void fit_free(struct fit_data *d);

/**
 * struct fit_card - what the card does with transfers of one size
 * @write: writes, else reads
 * @size: bytes of a transfer
 * @outstanding: transfers in flight
 * @interval_ps: ps between two transfers; 0: only the link limits them
 * @off: bandwidth without the IOMMU, bytes per microsecond: the base of percentages
 * @known: half as many more or fewer in flight would show in the tables
 */
struct fit_card {
	bool write, known;
	u32 size;
	u64 outstanding, interval_ps;
	double off;
};

/**
 * struct fit_result - what was found
 * @base_ps: a transfer whose translation is cached, link and memory
 * @miss_ps: what a miss adds
 * @walk_ps: part of @miss_ps during which the miss holds a walk slot
 * @sets: sets of the TLB
 * @ways: ways of the TLB
 * @walk_slots: walks at once
 * @tbu_slots: translations at once in the TBU
 * @link_mb_s: bandwidth of the link, MB/s
 * @have_walk: the tables show misses; else the prices of a walk are those of the preset
 * @have_rate: the tables show what misses do to bandwidth; else walk slots and the TBU's slots are the preset's
 * @have_link: the tables show the link's bandwidth; else it is the preset's
 * @known_hit: another @base_ps would show in the tables
 * @known_miss: another @miss_ps would
 * @known_tlb: other entries would
 * @known_walks: twice or half the walks at once would
 * @known_slots: twice or half the @tbu_slots would
 * @known_rate: twice or half the walks a second would, whichever of the two limits them
 * @known_link: several sizes of transfers take as much of the link
 * @card: what the card does, by size and direction
 * @cards: number of @card in use
 *
 * What a table gives (have) need not be the only value that fits (known).
 */
struct fit_result {
	u64 base_ps, miss_ps, walk_ps;
	u64 sets, ways, walk_slots, tbu_slots;
	u64 link_mb_s;
	bool have_walk, have_rate, have_link;
	bool known_hit, known_miss, known_tlb, known_walks, known_slots, known_rate, known_link;
	struct fit_card card[FIT_CARDS];
	size_t cards;
};

/**
 * fit_search() - find what explains the measurements
 * @d: the measurements
 * @base: configuration to start from
 * @r: filled in
 * @error: filled on error
 *
 * Return: 0; -EINVAL if the tables do not say enough.
 */
int fit_search(const struct fit_data *d, const struct fl_config *base, struct fit_result *r, char error[FIT_ERROR]);

/**
 * fit_card_of() - find what the card does with transfers of one size and direction
 * @r: result of fit_search()
 * @write: a write, else a read
 * @size: bytes of a transfer
 *
 * Return: The entry of @r, or NULL.
 */
const struct fit_card *fit_card_of(const struct fit_result *r, bool write, u32 size);

/**
 * fit_apply() - put the result into a configuration
 * @r: result of fit_search()
 * @base: configuration to start from
 * @cfg: filled in: @base with what was found
 */
void fit_apply(const struct fit_result *r, const struct fl_config *base, struct fl_config *cfg);

/**
 * enum fit_origin - where a value of the preset comes from
 * @FIT_FITTED: the tables
 * @FIT_ASSUMED: no table tells; the preset to start from, or an assumption
 * @FIT_FOLLOWS: from values that were fitted
 */
enum fit_origin { FIT_FITTED, FIT_ASSUMED, FIT_FOLLOWS };

/**
 * struct fit_value - a value of the preset
 * @key: key of the configuration
 * @origin: where the value comes from
 * @why: the same in words, for the preset's comment
 */
struct fit_value {
	const char *key;
	enum fit_origin origin;
	const char *why;
};

/**
 * struct fit_values - the values of a preset
 * @n: number of @value in use
 * @value: in the order of the file
 */
struct fit_values {
	size_t n;
	struct fit_value value[24];
};

/**
 * fit_list() - list every key that the preset sets, in the order of the file
 * @r: result of fit_search()
 * @v: filled in
 */
void fit_list(const struct fit_result *r, struct fit_values *v);

/**
 * fit_value_text() - write a value of the preset as YAML reads it
 * @cfg: the configuration
 * @v: the value
 * @text: receives the text
 * @size: room in @text, bytes
 *
 * Return: @text.
 */
const char *fit_value_text(const struct fl_config *cfg, const struct fit_value *v, char *text, size_t size);

/**
 * fit_write() - write the preset as YAML; each value says where it comes from
 * @r: result of fit_search()
 * @d: the measurements, with the model's figures
 * @base: name of the preset to start from
 * @cfg: the configuration
 * @out: where to
 */
void fit_write(const struct fit_result *r, const struct fit_data *d, const char *base, const struct fl_config *cfg,
	       FILE *out);

/**
 * struct fit_score - how good a fit is
 * @points: points that were compared
 * @good: points within the tolerance (5 % of a latency; 8 points of the bandwidth without the IOMMU)
 * @worst: largest difference, %
 */
struct fit_score {
	unsigned int points, good;
	double worst;
};

/**
 * fit_difference() - difference between the model and a measurement
 * @r: result of fit_search()
 * @p: a point with the model's figure
 *
 * Return: % of the measured latency, or of the bandwidth without the IOMMU.
 */
double fit_difference(const struct fit_result *r, const struct fit_point *p);

/**
 * fit_rate() - rate a fit
 * @r: result of fit_search()
 * @d: the measurements, with the model's figures
 * @latency: compare latencies, else bandwidths
 * @off: compare points without the IOMMU, else with it
 * @s: filled in
 */
void fit_rate(const struct fit_result *r, const struct fit_data *d, bool latency, bool off, struct fit_score *s);

/* ---- the sketch ---- */

/**
 * struct fit_sketch - one stream of random accesses behind one TBU
 * @pages: pages that are accessed at random
 * @sets: sets of the TLB
 * @ways: ways of the TLB
 * @outstanding: accesses in flight
 * @interval_ps: ps from one access to the next
 * @input_ps: ps for which an access occupies the TBU's input
 * @lookup_ps: ps of a lookup
 * @fixed_ps: ps of an access without waiting: lookup, both ways of the link, memory
 * @up_ps: ps for which an access's packets towards memory occupy the link
 * @down_ps: ps for which an access's packets towards the device occupy the link
 * @tbu_slots: translations at once in the TBU
 * @walk_slots: walks at once
 * @before_walk_ps: ps of a miss before it takes a walk slot
 * @walk_ps: ps for which a walk holds its slot
 * @after_walk_ps: ps of a miss after its walk
 * @accesses: accesses to run
 */
struct fit_sketch {
	u64 pages, sets, ways;
	u64 outstanding, interval_ps, input_ps, lookup_ps;
	u64 fixed_ps, up_ps, down_ps;
	u64 tbu_slots, walk_slots, before_walk_ps, walk_ps, after_walk_ps;
	u64 accesses;
};

/**
 * struct fit_sketch_result - what the sketch has measured
 * @duration_ps: ps of all but the first fifth of the accesses
 * @latency_ps: mean latency of those, ps
 * @misses: misses among those
 * @accesses: accesses among those
 */
struct fit_sketch_result {
	u64 duration_ps, latency_ps;
	u64 misses, accesses;
};

/**
 * fit_sketch_run() - run the sketch
 * @s: what to run
 * @r: filled in
 *
 * Return: 0 or -ENOMEM.
 */
int fit_sketch_run(const struct fit_sketch *s, struct fit_sketch_result *r);

/**
 * fit_miss_share() - share of accesses that miss when contiguous pages are used at random, with LRU and nothing else
 *	in the TLB
 * @pages: number of pages
 * @sets: sets of the TLB
 * @ways: ways of the TLB
 *
 * Return: 0 to 1.
 */
double fit_miss_share(u64 pages, u64 sets, u64 ways);

/**
 * fit_bytes_up() - bytes that a transfer sends towards memory over the link: its request, a write's with the data
 * @cfg: the configuration
 * @write: a write, else a read
 * @size: bytes of a transfer
 *
 * Return: Bytes.
 */
u64 fit_bytes_up(const struct fl_config *cfg, bool write, u32 size);

/**
 * fit_bytes_down() - bytes that a transfer sends towards the device over the link: its completions
 * @cfg: the configuration
 * @write: a write, else a read
 * @size: bytes of a transfer
 *
 * Return: Bytes.
 */
u64 fit_bytes_down(const struct fl_config *cfg, bool write, u32 size);

#ifdef __cplusplus
}
#endif

#endif /* FIT_H */
