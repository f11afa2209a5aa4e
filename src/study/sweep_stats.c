// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sweep_stats.h"

#include <math.h>

/* P(|T| <= t), a finite sum for whole degrees of freedom: Abramowitz and Stegun, 26.7.3 and 26.7.4. */
static double t_within(double t, u32 freedom)
{
	double angle = atan(t / sqrt(freedom)), c2 = cos(angle) * cos(angle), sum = 0, term;
	bool odd = freedom & 1;
	u32 i;

	term = odd ? cos(angle) : 1;
	for (i = odd ? 3 : 2; i <= freedom; i += 2) {
		sum += term;
		term *= c2 * (i - 1) / i;
	}
	return odd ? M_2_PI * (angle + sin(angle) * sum) : sin(angle) * sum;
}

double sweep_t_quantile(double p, u32 freedom)
{
	double low = 0, high = 1;
	int i;

	while (t_within(high, freedom) < p)
		high *= 2;
	for (i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (t_within(middle, freedom) < p)
			low = middle;
		else
			high = middle;
	}
	return high;
}

struct sweep_interval sweep_interval(const double *value, u32 n)
{
	struct sweep_interval r = { .n = n };
	double squares = 0;
	u32 i;

	for (i = 0; i < n; i++)
		r.mean += value[i] / n;
	for (i = 0; i < n; i++)
		squares += (value[i] - r.mean) * (value[i] - r.mean);
	if (n > 1)
		r.half = sweep_t_quantile(0.95, n - 1) * sqrt(squares / (n - 1) / n);
	return r;
}
