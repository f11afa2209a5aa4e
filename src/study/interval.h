/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How sure a mean is that comes from a few samples, such as one run with each of several seeds. */
#ifndef INTERVAL_H
#define INTERVAL_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct study_interval - a mean, and its 95 % confidence interval by Student's t distribution
 * @n: number of samples
 * @mean: their mean
 * @half: the interval is @mean - @half to @mean + @half; 0 if there is none, with fewer than two samples
 */
struct study_interval {
	u32 n;
	double mean, half;
};

/**
 * study_interval() - mean and interval of samples
 * @sample: independent of each other
 * @n: how many; 0: the mean is 0
 *
 * Return: The interval.
 */
struct study_interval study_interval(const double *sample, u32 n);

/**
 * study_interval_paired() - mean and interval of differences of pairs, such as of two variants with the same seed
 * @a: one of each pair
 * @b: what is taken off it
 * @n: number of pairs
 *
 * What a seed does to both of its pair alike is no part of the interval.
 *
 * Return: The interval of @a - @b.
 */
struct study_interval study_interval_paired(const double *a, const double *b, u32 n);

/**
 * study_interval_sure() - whether an interval leaves no doubt of the mean's sign
 * @i: the interval
 *
 * Return: True if there is an interval, and 0 lies outside of it.
 */
static inline bool study_interval_sure(const struct study_interval *i)
{
	return i->n > 1 && (i->mean > i->half || -i->mean > i->half);
}

#ifdef __cplusplus
}
#endif

#endif /* INTERVAL_H */
