/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exact statistics of latencies: every sample is kept, percentiles are samples
 * (nearest rank), everything is an integer. The same samples give the same
 * numbers in whatever order they came.
 */
#ifndef STATS_H
#define STATS_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct stats - samples of one quantity, usually ns
 * @sample: the samples
 * @samples: number of samples
 * @room: number of samples allocated
 * @sorted: the samples are in ascending order
 *
 * All zero is empty and ready. 8 bytes a sample.
 */
struct stats {
	u64 *sample;
	size_t samples, room;
	bool sorted;
};

/**
 * struct stats_summary - what reports show
 * @count: number of samples
 * @min: smallest sample
 * @p50: median
 * @p90: 90 %
 * @p99: 99 %
 * @p999: 99.9 %
 * @max: largest sample
 * @mean: rounded to the nearest, half up
 *
 * All 0 if there is no sample.
 */
struct stats_summary {
	u64 count, min, p50, p90, p99, p999, max, mean;
};

#define STATS_BUCKETS 496

/**
 * struct stats_histogram - how many samples in each bucket
 * @count: samples by bucket
 *
 * The counts are exact. Up to 15 each value has a bucket of its own; from there on an octave has eight.
 */
struct stats_histogram {
	u64 count[STATS_BUCKETS];
};

/**
 * stats_bucket() - the bucket of a value
 * @value: the value
 *
 * Return: Number of the bucket, below STATS_BUCKETS.
 */
u32 stats_bucket(u64 value);

/**
 * stats_bucket_floor() - the smallest value of a bucket
 * @bucket: number of the bucket
 *
 * Return: The value.
 */
u64 stats_bucket_floor(u32 bucket);

/**
 * stats_add() - add a sample
 * @s: the samples
 * @sample: the sample
 *
 * Return: 0; -ENOMEM: the sample is not taken.
 */
int stats_add(struct stats *s, u64 sample);

/**
 * stats_merge() - add all samples of another set
 * @into: what they are added to
 * @from: the other set
 *
 * Return: 0; -ENOMEM: none is added.
 */
int stats_merge(struct stats *into, const struct stats *from);

/**
 * stats_percentile() - the smallest sample that a given share of the samples does not exceed
 * @s: the samples
 * @per_100000: the share in units of 1/100000: 0 (the minimum) to 100000 (the maximum); 50000: the median
 *
 * Sorts when first called after a sample was added.
 *
 * Return: The sample; 0 if there is none.
 */
u64 stats_percentile(struct stats *s, u32 per_100000);

/**
 * stats_mean() - mean of the samples
 * @s: the samples
 *
 * Return: The mean, rounded to the nearest, half up; 0 without samples.
 */
u64 stats_mean(const struct stats *s);

/**
 * stats_summarize() - the figures that reports show
 * @s: the samples
 *
 * Return: The summary; all 0 without samples.
 */
struct stats_summary stats_summarize(struct stats *s);

/**
 * stats_free() - free the samples; the set is empty and ready again
 * @s: the samples
 */
void stats_free(struct stats *s);

#ifdef __cplusplus
}
#endif

#endif /* STATS_H */
