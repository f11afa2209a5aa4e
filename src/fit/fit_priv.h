/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the search for latencies and that for bandwidths share. */
#ifndef FIT_PRIV_H
#define FIT_PRIV_H

#include "fit.h"

/* So much more makes a fit another one: one window is off by half of a tolerance more. */
#define FIT_NOTICEABLE	      0.25
#define FIT_NEVER	      1e30
#define FIT_LATENCY_TOLERANCE 5.0 /* % */

/* Half of a TLB's ways up to all that the configuration allows: steps of 1.5 to 3 %. */
#define FIT_FINE_WAYS  33
#define FIT_MOST_WAYS  64
#define FIT_MOST_SETS  65536
#define FIT_GEOMETRIES (FIT_FINE_WAYS - 1 + (FIT_MOST_WAYS - FIT_FINE_WAYS + 1) * 17)

struct fit_search_state {
	const struct fit_data *d;
	const struct fl_config *base;
	struct fit_result best;
	double cost, walks_a_us;
	double latency_cost, hit_ns, miss_ns; /* of the latencies alone, at best */
	u64 entries;
	u32 size; /* of the latency tables */
};

/* How bad it is that a figure is off by @difference where @tolerance is no matter. */
double fit_badness(double difference, double tolerance);
u64 fit_pages_of(const struct fit_point *p);
/* The time that a transfer of the table spends on the link. */
u64 fit_wire_ps(const struct fit_search_state *s, const struct fit_result *r, bool write, u32 size);
/* Geometry @number of the TLB, with the latencies that fit it; what that costs. */
double fit_take_tlb(const struct fit_search_state *s, struct fit_result *r, unsigned int number);
/* What latency tables tell; 0 or -errno with @error. */
int fit_find_latencies(struct fit_search_state *s, unsigned int *number, char error[FIT_ERROR]);
/* No table tells the walk: it is the preset's. */
void fit_assume_walk(struct fit_search_state *s);

#endif /* FIT_PRIV_H */
