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
#define FIT_ACCESSES 40000 /* of a point, in the model */

enum fit_kind { FIT_LATENCY, FIT_READ, FIT_WRITE };

/**
 * struct fit_point - one row of a table
 * @off: measured without the IOMMU
 * @size: of a transfer, bytes
 * @window: bytes that the transfers are spread over
 * @measured: mean latency in ns, or bytes of payload a microsecond
 * @model: the same of the model, when it has been asked
 */
struct fit_point {
	enum fit_kind kind;
	bool off;
	u32 size;
	u64 window;
	double measured, model;
};

struct fit_data {
	struct fit_point *point;
	size_t points, room;
	const char *table[FIT_TABLES]; /* as named on the command line */
	bool table_off[FIT_TABLES];
	size_t tables;
};

/**
 * fit_read() - the rows of a CSV file, or of every *.csv file of a folder
 * @error: filled on error
 *
 * Columns are those of pcie-bench, others are passed over; docs/calibration.md lists them.
 * Return: 0 or -errno.
 */
int fit_read(struct fit_data *d, const char *path, bool off, char error[FIT_ERROR]);
void fit_free(struct fit_data *d);

/**
 * struct fit_card - what the card does with transfers of one size
 * @outstanding: of them in flight
 * @interval_ps: between two of them; 0: nothing but the link limits them
 * @off: bytes a microsecond without the IOMMU: what percentages are of
 */
struct fit_card {
	bool write;
	u32 size;
	u64 outstanding, interval_ps;
	double off;
};

/**
 * struct fit_result - what was found
 * @base_ps: a transfer whose translation is cached, link and memory
 * @miss_ps: what a miss adds
 * @walk_ps: of them, how long it holds a walk slot
 * @have_walk: the tables show misses; else the prices of a walk are those of the preset
 * @have_rate: they show what misses do to bandwidth; else walk slots and the TBU's slots are the preset's
 */
struct fit_result {
	u64 base_ps, miss_ps, walk_ps;
	u64 sets, ways, walk_slots, tbu_slots;
	u64 link_mb_s;
	bool have_walk, have_rate, have_link;
	struct fit_card card[FIT_CARDS];
	size_t cards;
};

/* Find what explains @d, starting from @base. 0, or -EINVAL with @error filled: the tables do not say enough. */
int fit_search(const struct fit_data *d, const struct fl_config *base, struct fit_result *r, char error[FIT_ERROR]);

/* How @kind and @size are done, or NULL. */
const struct fit_card *fit_card_of(const struct fit_result *r, bool write, u32 size);

/* @base with what was found. */
void fit_apply(const struct fit_result *r, const struct fl_config *base, struct fl_config *cfg);

/**
 * enum fit_origin - where a value of the preset comes from
 * @FIT_FITTED: the tables
 * @FIT_ASSUMED: no table tells; the preset to start from, or an assumption
 * @FIT_FOLLOWS: from values that were fitted
 */
enum fit_origin { FIT_FITTED, FIT_ASSUMED, FIT_FOLLOWS };

struct fit_value {
	const char *key; /* of the configuration */
	enum fit_origin origin;
	const char *why;
};

struct fit_values {
	size_t n;
	struct fit_value value[24];
};

/* Every key that the preset sets, in the order of the file. */
void fit_list(const struct fit_result *r, struct fit_values *v);

/* Its value in @cfg as YAML would read it; returns @text. */
const char *fit_value_text(const struct fl_config *cfg, const struct fit_value *v, char *text, size_t size);

/* The same as YAML, each value with where it comes from. @base: its name; @points: with the model's figures. */
void fit_write(const struct fit_result *r, const struct fit_data *d, const char *base, const struct fl_config *cfg,
	       FILE *out);

/**
 * struct fit_score - how good a fit is
 * @points, @good: how many, and how many within the tolerance (5 % of a latency; 8 points of the bandwidth
 *	without the IOMMU)
 * @worst: largest difference, %
 */
struct fit_score {
	unsigned int points, good;
	double worst;
};

/* In % of the measured latency, or of the bandwidth without the IOMMU. */
double fit_difference(const struct fit_result *r, const struct fit_point *p);
void fit_rate(const struct fit_result *r, const struct fit_data *d, bool latency, bool off, struct fit_score *s);

/* ---- the sketch ---- */

/**
 * struct fit_sketch - one stream of random accesses behind one TBU
 * @fixed_ps: an access without waiting: lookup, both ways of the link, memory
 * @up_ps, @down_ps: bytes on the link
 * Times and sizes else as in struct fl_config.
 */
struct fit_sketch {
	u64 pages, sets, ways;
	u64 outstanding, interval_ps, input_ps, lookup_ps;
	u64 fixed_ps, up_ps, down_ps;
	u64 tbu_slots, walk_slots, before_walk_ps, walk_ps, after_walk_ps;
	u64 accesses;
};

struct fit_sketch_result {
	u64 duration_ps, latency_ps; /* of all but the first fifth; mean */
	u64 misses, accesses;
};

/* 0 or -ENOMEM. */
int fit_sketch_run(const struct fit_sketch *s, struct fit_sketch_result *r);

/* Share of the accesses that miss when @pages in a row are used at random, LRU, nothing else in the TLB. */
double fit_miss_share(u64 pages, u64 sets, u64 ways);

/* Bytes that a transfer takes on the link: request (a write's with its data), and completions. */
u64 fit_bytes_up(const struct fl_config *cfg, bool write, u32 size);
u64 fit_bytes_down(const struct fl_config *cfg, bool write, u32 size);

#ifdef __cplusplus
}
#endif

#endif /* FIT_H */
