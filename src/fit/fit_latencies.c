// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Latencies alone: a transfer that hits, what a miss adds, and how many pages the TLB holds. */
#include "find.h"
#include "fit_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Latencies are of one access at a time and tell the TLB and the walk exactly; they should not give way to much. */
#define LATENCY_SEARCH 1.5

static u64 geometry(unsigned int number, u64 *sets, u64 *ways)
{
	if (number < FIT_FINE_WAYS - 1) {
		*sets = 1;
		*ways = number + 1;
	} else {
		number -= FIT_FINE_WAYS - 1;
		*sets = 1ULL << number / (FIT_MOST_WAYS - FIT_FINE_WAYS + 1);
		*ways = FIT_FINE_WAYS + number % (FIT_MOST_WAYS - FIT_FINE_WAYS + 1);
	}
	return *sets * *ways;
}

/* Sums of the weights that least squares of relative errors need: measured = hit + x, the share of misses, * miss. */
struct sums {
	double w, wx, wxx, wm, wxm;
};

static double share_of(const struct fit_point *p, u64 sets, u64 ways)
{
	return p->off ? 0 : fit_miss_share(fit_pages_of(p), sets, ways);
}

static struct sums add_up(const struct fit_search_state *s, u64 sets, u64 ways)
{
	struct sums sum = { 0 };
	double w, x;

	for_each_of(p, s->d->point, s->d->points) {
		if (p->kind != FIT_LATENCY || p->size != s->size)
			continue;
		x = share_of(p, sets, ways);
		w = 1 / (p->measured * p->measured);
		sum.w += w;
		sum.wx += w * x;
		sum.wxx += w * x * x;
		sum.wm += w * p->measured;
		sum.wxm += w * x * p->measured;
	}
	return sum;
}

static double latency_cost(const struct fit_search_state *s, u64 sets, u64 ways, double hit, double miss)
{
	double x, cost = 0;

	for_each_of(p, s->d->point, s->d->points) {
		if (p->kind != FIT_LATENCY || p->size != s->size)
			continue;
		x = share_of(p, sets, ways);
		cost += fit_badness(100 * (hit + x * miss - p->measured) / p->measured, LATENCY_SEARCH);
	}
	return cost;
}

static double fit_latencies(const struct fit_search_state *s, u64 sets, u64 ways, double *hit, double *miss)
{
	struct sums sum = add_up(s, sets, ways);
	double det = sum.w * sum.wxx - sum.wx * sum.wx;

	*miss = det > 1e-9 * sum.w * sum.w ? (sum.w * sum.wxm - sum.wx * sum.wm) / det : 0;
	if (*miss < 0)
		*miss = 0;
	*hit = (sum.wm - *miss * sum.wx) / sum.w;
	return latency_cost(s, sets, ways, *hit, *miss);
}

enum latency_value { HIT, MISS, ENTRIES };

/* The cost with one value a fourth more or less than the best, and the others as they fit best then. */
static double cost_beside(const struct fit_search_state *s, enum latency_value which, unsigned int number,
			  double factor)
{
	u64 sets, ways;
	double hit, miss, cost = s->latency_cost;
	struct sums sum;

	geometry(number, &sets, &ways);
	if (which == ENTRIES)
		return fit_latencies(s, sets, ways, &hit, &miss);
	sum = add_up(s, sets, ways);
	if (which == HIT) {
		hit = s->hit_ns * factor;
		miss = sum.wxx > 0 ? fmax((sum.wxm - hit * sum.wx) / sum.wxx, 0) : 0;
	} else {
		miss = s->miss_ns * factor;
		hit = (sum.wm - miss * sum.wx) / sum.w;
	}
	cost = latency_cost(s, sets, ways, hit, miss);
	return hit > 0 ? cost : FIT_NEVER;
}

/* Whether the latencies tell a value, or would do as well with another one. */
static bool latencies_tell(const struct fit_search_state *s, enum latency_value which)
{
	u64 sets, ways, entries;
	unsigned int i;

	for (i = 0; i < FIT_GEOMETRIES; i++) {
		entries = geometry(i, &sets, &ways);
		if (which == ENTRIES && entries * 3 > s->entries * 2 && entries * 2 < s->entries * 3)
			continue;
		if (cost_beside(s, which, i, 0.8) < s->latency_cost + FIT_NOTICEABLE ||
		    cost_beside(s, which, i, 1.25) < s->latency_cost + FIT_NOTICEABLE)
			return false;
	}
	return true;
}

static void judge_latencies(struct fit_search_state *s)
{
	struct fit_result *r = &s->best;

	r->known_hit = latencies_tell(s, HIT);
	r->known_miss = r->have_walk && latencies_tell(s, MISS);
	r->known_tlb = r->have_walk && latencies_tell(s, ENTRIES);
}

/* Take @number's TLB, and the two prices that go with it. */
double fit_take_tlb(const struct fit_search_state *s, struct fit_result *r, unsigned int number)
{
	double hit, miss, cost;

	geometry(number, &r->sets, &r->ways);
	cost = fit_latencies(s, r->sets, r->ways, &hit, &miss);
	r->miss_ps = (u64)(miss * 1000 + 0.5);
	r->base_ps = (u64)(hit * 1000 + 0.5);
	hit = (double)(s->base->tbu.lookup_ps + fit_wire_ps(s, r, false, s->size));
	r->base_ps = (double)r->base_ps > hit ? r->base_ps - (u64)hit : 0;
	return cost;
}

int fit_find_latencies(struct fit_search_state *s, unsigned int *number, char error[FIT_ERROR])
{
	struct fit_result *r = &s->best, guess = *r;
	unsigned int n = 0, i;
	double cost, best = FIT_NEVER;
	size_t j;

	for (j = 0; j < s->d->points; j++) {
		if (s->d->point[j].kind != FIT_LATENCY)
			continue;
		s->size = n++ && s->size < s->d->point[j].size ? s->size : s->d->point[j].size;
	}
	if (!n) {
		snprintf(error, FIT_ERROR, "no latencies: a table with the column Avg(ns) or latency_ns is needed");
		return -EINVAL;
	}
	for (i = 0; i < FIT_GEOMETRIES; i++) {
		cost = fit_take_tlb(s, &guess, i);
		if (cost >= best * (1 - 1e-9))
			continue;
		best = cost;
		*number = i;
		*r = guess;
	}
	r->have_walk = r->miss_ps * 50 > r->base_ps; /* less is noise */
	s->entries = r->sets * r->ways;
	s->latency_cost = fit_latencies(s, r->sets, r->ways, &s->hit_ns, &s->miss_ns);
	judge_latencies(s);
	return 0;
}

/* Nobody has seen a miss (the pages may have been large ones): the TLB holds every window, its prices are the preset's. */
void fit_assume_walk(struct fit_search_state *s)
{
	const struct fl_config *b = s->base;
	struct fit_result *r = &s->best;
	double hit, miss;

	r->sets = b->iommu.tlb_sets;
	r->ways = b->iommu.tlb_ways;
	for_each_of(p, s->d->point, s->d->points)
		while (!p->off && r->sets && r->sets < FIT_MOST_SETS && r->sets * r->ways < fit_pages_of(p))
			r->sets *= 2;
	r->walk_ps = b->tcu.config_cache_ps + b->tcu.walk_cache_ps + b->tcu.walk_latency_ps;
	r->miss_ps = r->walk_ps + 2 * b->tbu.link_ps + b->tcu.lookup_ps;
	r->walk_slots = b->tcu.walk_slots;
	fit_latencies(s, FIT_MOST_SETS, FIT_MOST_WAYS, &hit, &miss);
	r->base_ps = (u64)(hit * 1000 + 0.5);
	hit = (double)(b->tbu.lookup_ps + fit_wire_ps(s, r, false, s->size));
	r->base_ps = (double)r->base_ps > hit ? r->base_ps - (u64)hit : 0;
}
