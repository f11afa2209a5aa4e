/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a few runs that differ in their seed alone say about the mean. */
#ifndef SWEEP_STATS_H
#define SWEEP_STATS_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct sweep_interval - a mean, and where the true one is expected
 * @n: values
 * @mean: of the values
 * @half: half the width of the interval at 95 %, around @mean; with @n of 2 at least, else 0
 */
struct sweep_interval {
	u32 n;
	double mean, half;
};

/**
 * sweep_t_quantile() - the value that Student's t stays within, up or down, with a probability
 * @p: the probability, over 0 and below 1; 0.95 for an interval at 95 %
 * @freedom: degrees of freedom, 1 at least
 *
 * Return: The two-sided quantile.
 */
double sweep_t_quantile(double p, u32 freedom);

/**
 * sweep_interval() - mean and its interval at 95 % by Student's t
 * @value: the values
 * @n: their number, 1 at least
 *
 * Return: The interval.
 */
struct sweep_interval sweep_interval(const double *value, u32 n);

#ifdef __cplusplus
}
#endif

#endif /* SWEEP_STATS_H */
