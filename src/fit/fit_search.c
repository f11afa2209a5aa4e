// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The search. Latencies alone give three things in closed form: a transfer
 * that hits, what a miss adds, and how many pages the TLB holds. Bandwidths
 * give the rest: how many walks a second there are at most, what waits at the
 * TBU, and how the card does transfers of each size. Where one value leaves
 * another some room, the sum over all tables decides, one value at a time.
 */
#include "find.h"
#include "fit_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE_TOLERANCE	 8.0 /* points of the bandwidth without the IOMMU */
#define GUESS_ACCESSES	 6000
#define ROUNDS		 3
#define MOST_OUTSTANDING 1024

/* ---- the tables ---- */

/* Of outliers the first tolerance counts most, so that one window does not pull all others along. */
double fit_badness(double difference, double tolerance)
{
	double e = difference / tolerance;

	return e * e / (1 + e * e / 4);
}

const struct fit_card *fit_card_of(const struct fit_result *r, bool write, u32 size)
{
	size_t at = FIND(i, r->cards, r->card[i].write == write && r->card[i].size == size);

	return at < r->cards ? &r->card[at] : NULL;
}

double fit_difference(const struct fit_result *r, const struct fit_point *p)
{
	const struct fit_card *card = p->kind == FIT_LATENCY ? NULL : fit_card_of(r, p->kind == FIT_WRITE, p->size);

	return 100 * (p->model - p->measured) / (card ? card->off : p->measured);
}

void fit_rate(const struct fit_result *r, const struct fit_data *d, bool latency, bool off, struct fit_score *s)
{
	double difference;

	memset(s, 0, sizeof(*s));
	for_each_of(p, d->point, d->points) {
		if ((p->kind == FIT_LATENCY) != latency || p->off != off)
			continue;
		difference = fabs(fit_difference(r, p));
		s->points++;
		s->good += difference <= (latency ? FIT_LATENCY_TOLERANCE : RATE_TOLERANCE);
		s->worst = fmax(s->worst, difference);
	}
}

u64 fit_pages_of(const struct fit_point *p)
{
	return (p->window + FIT_PAGE - 1) / FIT_PAGE;
}

/* Every size that has a bandwidth, with what it reaches without the IOMMU: or, where nobody measured that, at best. */
static int list_cards(struct fit_search_state *s, char error[FIT_ERROR])
{
	const struct fit_data *d = s->d;
	struct fit_result *r = &s->best;
	double sum, most;
	size_t j, off;

	for_each_of(p, d->point, d->points) {
		if (p->kind == FIT_LATENCY || fit_card_of(r, p->kind == FIT_WRITE, p->size))
			continue;
		if (r->cards == FIT_CARDS) {
			snprintf(error, FIT_ERROR, "more than %d sizes of transfers", FIT_CARDS);
			return -EINVAL;
		}
		for (j = off = 0, sum = most = 0; j < d->points; j++) {
			if (d->point[j].kind != p->kind || d->point[j].size != p->size)
				continue;
			most = fmax(most, d->point[j].measured);
			off += d->point[j].off;
			sum += d->point[j].off ? d->point[j].measured : 0;
		}
		r->card[r->cards++] = (struct fit_card){ .write = p->kind == FIT_WRITE,
							 .size = p->size,
							 .off = off ? sum / (double)off : most };
	}
	return 0;
}

/* ---- the link ---- */

static double wire_rate(const struct fit_search_state *s, const struct fit_card *c)
{
	u64 bytes = c->write ? fit_bytes_up(s->base, true, c->size) : fit_bytes_down(s->base, false, c->size);

	return c->off * (double)bytes / c->size;
}

/*
 * The fastest size tells what the link carries; it may carry more, but nobody has seen that. If one size alone comes so
 * far, the card may be what limits it.
 */
static void find_link(struct fit_search_state *s)
{
	struct fit_result *r = &s->best;
	double most = 0;
	size_t i, n;

	for (i = 0; i < r->cards; i++)
		most = fmax(most, wire_rate(s, &r->card[i]));
	for (i = n = 0; i < r->cards; i++)
		n += wire_rate(s, &r->card[i]) > 0.95 * most;
	r->have_link = most >= 1;
	r->known_link = r->have_link && n > 1;
	r->link_mb_s = r->have_link ? (u64)(most + 0.5) : s->base->pcie.bandwidth_mb_s;
}

static u64 wire_ps(const struct fit_result *r, u64 bytes)
{
	return r->link_mb_s ? bytes * 1000000 / r->link_mb_s : 0;
}

u64 fit_wire_ps(const struct fit_search_state *s, const struct fit_result *r, bool write, u32 size)
{
	return wire_ps(r, fit_bytes_up(s->base, write, size)) + wire_ps(r, fit_bytes_down(s->base, write, size));
}

/* ---- bandwidths ---- */

/* As many slots as can be held for all of a miss, or nearly; how long each is held gives the rate. */
static void take_rate(struct fit_result *r, double walks_a_us)
{
	double in_flight = walks_a_us * (double)r->miss_ps / 1e6;

	r->walk_slots = in_flight < 1 ? 1 : (u64)fmin(in_flight, 512);
	r->walk_ps = (u64)((double)r->walk_slots * 1e6 / walks_a_us);
	if (r->walk_ps > r->miss_ps)
		r->walk_ps = r->miss_ps;
}

static void sketch_of(const struct fit_search_state *s, const struct fit_result *r, const struct fit_card *c, u64 pages,
		      struct fit_sketch *k)
{
	u64 rest = r->miss_ps - r->walk_ps, way = s->base->tbu.link_ps;

	*k = (struct fit_sketch){ .pages = pages,
				  .sets = r->sets,
				  .ways = r->ways,
				  .outstanding = c->outstanding,
				  .interval_ps = c->interval_ps,
				  .input_ps = s->base->tbu.interval_ps,
				  .lookup_ps = s->base->tbu.lookup_ps,
				  .fixed_ps = r->base_ps,
				  .up_ps = wire_ps(r, fit_bytes_up(s->base, c->write, c->size)),
				  .down_ps = wire_ps(r, fit_bytes_down(s->base, c->write, c->size)),
				  .tbu_slots = r->tbu_slots,
				  .walk_slots = r->walk_slots,
				  .walk_ps = r->walk_ps,
				  .accesses = GUESS_ACCESSES };
	k->after_walk_ps = way < rest / 2 ? way : rest / 2;
	k->before_walk_ps = rest - k->after_walk_ps;
}

static double sketch_rate(const struct fit_search_state *s, const struct fit_result *r, const struct fit_card *c,
			  u64 pages)
{
	struct fit_sketch_result out;
	struct fit_sketch k;

	sketch_of(s, r, c, pages, &k);
	if (fit_sketch_run(&k, &out) || !out.duration_ps)
		return 0;
	return (double)out.accesses * c->size * 1e6 / (double)out.duration_ps;
}

/* What one size costs. Windows that fit into the TLB are all alike. */
static double card_cost(const struct fit_search_state *s, const struct fit_result *r, const struct fit_card *c)
{
	double alike = -1, rate, cost = 0;

	for_each_of(p, s->d->point, s->d->points) {
		if (p->kind != (c->write ? FIT_WRITE : FIT_READ) || p->size != c->size)
			continue;
		if (p->off || fit_miss_share(fit_pages_of(p), r->sets, r->ways) == 0) {
			alike = alike < 0 ? sketch_rate(s, r, c, 1) : alike;
			rate = alike;
		} else {
			rate = sketch_rate(s, r, c, fit_pages_of(p));
		}
		cost += fit_badness(100 * (rate - p->measured) / c->off, RATE_TOLERANCE);
	}
	return cost;
}

/* So many in flight; faster than without the IOMMU the card never is. */
static void take_outstanding(const struct fit_search_state *s, const struct fit_result *r, struct fit_card *c,
			     u64 outstanding)
{
	double each = c->size * 1e6 / c->off; /* ps between two */
	double alone = (double)(r->base_ps + s->base->tbu.lookup_ps + fit_wire_ps(s, r, c->write, c->size));
	u64 up = fit_bytes_up(s->base, c->write, c->size), down = fit_bytes_down(s->base, c->write, c->size);
	double wire = (double)wire_ps(r, up > down ? up : down);

	c->outstanding = outstanding;
	c->interval_ps = alone / (double)outstanding < each && wire < 0.99 * each ? (u64)(each + 0.5) : 0;
}

/* The number in flight that explains a size best, from where it is up and down until it gets worse. */
static double find_outstanding(const struct fit_search_state *s, const struct fit_result *r, struct fit_card *c)
{
	double alone = (double)(r->base_ps + s->base->tbu.lookup_ps + fit_wire_ps(s, r, c->write, c->size));
	struct fit_card guess = *c;
	double best, cost;
	int worse, way;
	u64 n, step;

	n = c->outstanding ? c->outstanding : (u64)(alone * c->off / (c->size * 1e6) + 0.5);
	take_outstanding(s, r, c, n ? n : 1);
	best = card_cost(s, r, c);
	for (way = 0; way < 2; way++) {
		n = c->outstanding;
		for (worse = 0; worse < 2;) {
			step = n / 16 + 1;
			if ((way && n <= step) || n + step > MOST_OUTSTANDING)
				break;
			n = way ? n - step : n + step;
			take_outstanding(s, r, &guess, n);
			cost = card_cost(s, r, &guess);
			worse = cost < best * (1 - 1e-6) ? 0 : worse + 1;
			if (worse)
				continue;
			best = cost;
			*c = guess;
		}
	}
	return best;
}

static double total_cost(const struct fit_search_state *s, struct fit_result *r, double cost)
{
	for_each_of(e, r->card, r->cards)
		cost += find_outstanding(s, r, e);
	return cost;
}

static bool better(struct fit_search_state *s, struct fit_result *guess, double latency_cost)
{
	double cost = total_cost(s, guess, latency_cost);

	if (cost >= s->cost * (1 - 1e-6))
		return false;
	s->cost = cost;
	s->best = *guess;
	return true;
}

/* More walks than anybody has seen at once the walker cannot do much better than. */
static double most_walks(const struct fit_search_state *s)
{
	double most = 0;

	for_each_of(p, s->d->point, s->d->points) {
		if (p->kind != FIT_LATENCY && !p->off)
			most = fmax(most, p->measured / p->size *
						  fit_miss_share(fit_pages_of(p), s->best.sets, s->best.ways));
	}
	return most;
}

static bool misses_slow_down(const struct fit_search_state *s)
{
	for_each_of(p, s->d->point, s->d->points) {
		const struct fit_card *c = fit_card_of(&s->best, p->kind == FIT_WRITE, p->size);

		if (p->kind != FIT_LATENCY && !p->off && c && p->measured < 0.9 * c->off)
			return true;
	}
	return false;
}

static const u64 slots[] = { 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64, 128 };

/* One value after the other, each with the others as they are best so far. */
static void improve(struct fit_search_state *s, unsigned int *tlb)
{
	static const int permille[] = { 850, 900, 940, 970, 990, 1010, 1030, 1060, 1100, 1150 };
	double latency = fit_take_tlb(s, &(struct fit_result){ .link_mb_s = s->best.link_mb_s }, *tlb), cost;
	double walks = s->walks_a_us;
	struct fit_result guess;
	unsigned int i, from = *tlb;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		guess = s->best;
		guess.tbu_slots = slots[i];
		better(s, &guess, latency);
	}
	for (i = 0; i < ARRAY_SIZE(permille); i++) {
		guess = s->best;
		take_rate(&guess, walks * permille[i] / 1000);
		if (better(s, &guess, latency))
			s->walks_a_us = walks * permille[i] / 1000;
	}
	for (i = from < 4 ? 0 : from - 4; i <= from + 4 && i < FIT_GEOMETRIES; i++) {
		guess = s->best;
		cost = fit_take_tlb(s, &guess, i);
		take_rate(&guess, s->walks_a_us);
		if (guess.miss_ps && better(s, &guess, cost))
			*tlb = i;
	}
}

static bool as_good(const struct fit_search_state *s, struct fit_result guess, double best)
{
	return total_cost(s, &guess, 0) < best + FIT_NOTICEABLE;
}

/* Twice the walks are no better where the TBU's slots may be the limit in their place; fewer are always slower. */
static bool tells_walks(const struct fit_search_state *s, double best)
{
	struct fit_result guess = s->best;
	unsigned int i;

	guess.walk_slots = s->best.walk_slots / 2;
	if (guess.walk_slots && as_good(s, guess, best))
		return false;
	guess.walk_slots = s->best.walk_slots * 2;
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		guess.tbu_slots = slots[i];
		if (as_good(s, guess, best))
			return false;
	}
	return true;
}

static bool tells_slots(const struct fit_search_state *s, double best)
{
	static const int permille[] = { 1000, 850, 700, 500 };
	struct fit_result guess = s->best;
	unsigned int i;

	guess.tbu_slots = s->best.tbu_slots / 2;
	if (guess.tbu_slots && as_good(s, guess, best))
		return false;
	guess.tbu_slots = s->best.tbu_slots * 2;
	for (i = 0; i < ARRAY_SIZE(permille); i++) {
		take_rate(&guess, s->walks_a_us * permille[i] / 1000);
		if (as_good(s, guess, best))
			return false;
	}
	return true;
}

/* Either may be what limits the walks: half of the one and twice of both are others than what was measured. */
static bool tells_rate(const struct fit_search_state *s, double best)
{
	struct fit_result guess = s->best;

	guess.walk_slots *= 2;
	guess.tbu_slots *= 2;
	if (as_good(s, guess, best))
		return false;
	guess = s->best;
	guess.walk_slots /= 2;
	return !guess.walk_slots || !as_good(s, guess, best);
}

static bool tells_card(const struct fit_search_state *s, const struct fit_card *c)
{
	double best = card_cost(s, &s->best, c);
	struct fit_card guess = *c;

	take_outstanding(s, &s->best, &guess, c->outstanding * 3 / 2 + 1);
	if (card_cost(s, &s->best, &guess) < best + FIT_NOTICEABLE)
		return false;
	take_outstanding(s, &s->best, &guess, c->outstanding * 2 / 3);
	return c->outstanding < 2 || card_cost(s, &s->best, &guess) >= best + FIT_NOTICEABLE;
}

static void judge_rates(struct fit_search_state *s)
{
	struct fit_result guess = s->best;
	double best = total_cost(s, &guess, 0);

	s->best.known_walks = s->best.have_rate && tells_walks(s, best);
	s->best.known_slots = s->best.have_rate && tells_slots(s, best);
	s->best.known_rate = s->best.have_rate && tells_rate(s, best);
	for_each_of(e, s->best.card, s->best.cards)
		e->known = tells_card(s, e);
}

static void find_rates(struct fit_search_state *s, unsigned int tlb)
{
	struct fit_result *r = &s->best, guess;
	double before;
	int round;

	s->walks_a_us = most_walks(s);
	r->have_rate = s->walks_a_us > 0 && misses_slow_down(s);
	r->tbu_slots = s->base->tbu.slots;
	if (!r->have_rate) {
		r->walk_slots = s->base->tcu.walk_slots;
		r->walk_ps = r->miss_ps > 2 * s->base->tbu.link_ps + s->base->tcu.lookup_ps
				     ? r->miss_ps - 2 * s->base->tbu.link_ps - s->base->tcu.lookup_ps
				     : r->miss_ps;
		total_cost(s, r, 0);
		return;
	}
	take_rate(r, s->walks_a_us);
	guess = *r;
	s->cost = FIT_NEVER;
	better(s, &guess, fit_take_tlb(s, &(struct fit_result){ .link_mb_s = r->link_mb_s }, tlb));
	for (round = 0; round < ROUNDS; round++) {
		before = s->cost;
		improve(s, &tlb);
		if (s->cost > before * 0.999)
			break;
	}
}

int fit_search(const struct fit_data *d, const struct fl_config *base, struct fit_result *r, char error[FIT_ERROR])
{
	struct fit_search_state s = { .d = d, .base = base };
	unsigned int tlb = 0;
	int ret = list_cards(&s, error);

	find_link(&s);
	if (!ret)
		ret = fit_find_latencies(&s, &tlb, error);
	if (ret)
		return ret;
	if (s.best.have_walk) {
		find_rates(&s, tlb);
	} else {
		fit_assume_walk(&s);
		s.best.tbu_slots = base->tbu.slots;
		total_cost(&s, &s.best, 0);
	}
	judge_rates(&s);
	*r = s.best;
	return 0;
}
