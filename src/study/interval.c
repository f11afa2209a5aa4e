// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define ONE_SIDE 0.975 /* 95 % between two of these */

/* Of a[i] - b[i]; @b may be NULL. The deviations are of a mean that is known, so that large samples lose no digits. */
static struct study_interval interval(const double *a, const double *b, u32 n)
{
	struct study_interval out = { .n = n };
	double squares = 0;
	u32 i;

	for (i = 0; i < n; i++)
		out.mean += (a[i] - (b ? b[i] : 0)) / n;
	for (i = 0; i < n; i++) {
		double off = a[i] - (b ? b[i] : 0) - out.mean;

		squares += off * off;
	}
	if (n > 1)
		out.half = gsl_cdf_tdist_Pinv(ONE_SIDE, n - 1) * sqrt(squares / (n - 1) / n);
	return out;
}

struct study_interval study_interval(const double *sample, u32 n)
{
	return interval(sample, NULL, n);
}

struct study_interval study_interval_paired(const double *a, const double *b, u32 n)
{
	return interval(a, b, n);
}
