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
 * @p999: 99.9 %
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
 *
 * The counts are exact. Up to 15 each value has a bucket of its own; from there on an octave has eight.
 */
struct stats_histogram {
	u64 count[STATS_BUCKETS];
};

/* Number of @value's bucket, and the least value of a bucket. */
u32 stats_bucket(u64 value);
u64 stats_bucket_floor(u32 bucket);

/* 0, or -ENOMEM: the sample is not taken. */
int stats_add(struct stats *s, u64 sample);
/* Add @from's samples to @into. 0 or -ENOMEM: none is added. */
int stats_merge(struct stats *into, const struct stats *from);
/*
 * The least sample that at least @per_100000 of 100000 samples do not exceed (50000: the median); 0 if there is none.
 * @per_100000: 0 (the minimum) to 100000 (the maximum). Sorts when first asked after a sample was added.
 */
u64 stats_percentile(struct stats *s, u32 per_100000);
u64 stats_mean(const struct stats *s);
struct stats_summary stats_summarize(struct stats *s);
/* Back to empty, memory freed. */
void stats_free(struct stats *s);

#ifdef __cplusplus
}
#endif

#endif /* STATS_H */
