/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exact statistics of latencies: percentiles are samples (nearest rank), everything is an integer. The same samples
 * give the same numbers in whatever order they came.
 */
#ifndef STATS_H
#define STATS_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif /* STATS_H */
