// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The model in small: accesses of one stream at random pages. An access goes
 * out when one of the outstanding has ended and the interval is over, enters
 * the TBU, and hits; or takes a translation slot (without a free one the input
 * waits), and then the walk of somebody else or one of its own. docs/timing.md
 * describes the same way; here it takes some 50 ns an access.
 */
#include "fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE (~0ULL)

struct span {
	u64 begin, end;
};

struct state {
	const struct fit_sketch *s;
	u64 random;
	/* Pages in the TLB, a list a set, the latest first; index pages + set is the list's head. */
	u32 *next, *before, *held;
	bool *cached;
	u64 *walked;	  /* by page: when the walk in flight ends */
	u64 *end;	  /* of the outstanding */
	u64 *slot, *walk; /* when each is free */
	u32 *filled;	  /* pages whose walk is in flight, in order of its end */
	u64 fill_at, fills;
	struct span *link; /* what is reserved of the way down, in order */
	u32 links;
	u64 input, ready, up;
};

static u64 draw(struct state *t)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return t->random;
}

static u32 set_of(const struct state *t, u32 page)
{
	u64 log2 = t->s->sets ? (u64)__builtin_ctzll(t->s->sets) : 0;

	return (u32)((page ^ page >> log2) & (t->s->sets - 1));
}

static void unlink_page(struct state *t, u32 page)
{
	t->next[t->before[page]] = t->next[page];
	t->before[t->next[page]] = t->before[page];
}

static void put_first(struct state *t, u32 page)
{
	u32 head = (u32)t->s->pages + set_of(t, page);

	t->next[page] = t->next[head];
	t->before[page] = head;
	t->before[t->next[head]] = page;
	t->next[head] = page;
}

static void install(struct state *t, u32 page)
{
	u32 set = set_of(t, page), last;

	if (t->cached[page]) {
		unlink_page(t, page);
		put_first(t, page);
		return;
	}
	if (t->held[set] == t->s->ways) {
		last = t->before[t->s->pages + set];
		unlink_page(t, last);
		t->cached[last] = false;
		t->held[set]--;
	}
	t->cached[page] = true;
	t->held[set]++;
	put_first(t, page);
}

/* Walks end in the order in which they began. */
static void settle(struct state *t, u64 time)
{
	u64 room = t->s->tbu_slots + t->s->outstanding;
	u32 page;

	while (t->fills) {
		page = t->filled[t->fill_at % room];
		if (t->walked[page] > time)
			break;
		if (t->s->sets)
			install(t, page);
		t->walked[page] = NONE;
		t->fill_at++;
		t->fills--;
	}
}

static u64 *earliest(u64 *from, u64 n)
{
	u64 *best = from, i;

	for (i = 1; i < n; i++)
		if (from[i] < *best)
			best = &from[i];
	return best;
}

/* The first gap on the way down, as the link's timetable finds it. What lies before @now is over. */
static u64 reserve(struct state *t, u64 now, u64 time, u64 length)
{
	u32 i, gone = 0;

	while (gone < t->links && t->link[gone].end <= now)
		gone++;
	t->links -= gone;
	memmove(t->link, t->link + gone, t->links * sizeof(*t->link));
	for (i = 0; i < t->links; i++) {
		if (time + length <= t->link[i].begin)
			break;
		if (t->link[i].end > time)
			time = t->link[i].end;
	}
	memmove(t->link + i + 1, t->link + i, (t->links - i) * sizeof(*t->link));
	t->link[i] = (struct span){ time, time + length };
	t->links++;
	return time + length;
}

/* When the translation of @page is there, for an access whose lookup ended at @time. */
static u64 translate(struct state *t, u32 page, u64 time)
{
	const struct fit_sketch *s = t->s;
	u64 *slot = earliest(t->slot, s->tbu_slots), *walk, begin, arrival;

	if (*slot > time) {
		time = *slot;
		t->input = t->input > time ? t->input : time;
	}
	if (t->walked[page] != NONE) {
		time = (time > t->walked[page] ? time : t->walked[page]) + s->lookup_ps;
	} else {
		walk = earliest(t->walk, s->walk_slots);
		arrival = time + s->before_walk_ps;
		begin = *walk > arrival ? *walk : arrival;
		*walk = begin + s->walk_ps;
		time = *walk + s->after_walk_ps;
		t->walked[page] = time;
		t->filled[(t->fill_at + t->fills++) % (s->tbu_slots + s->outstanding)] = page;
	}
	*slot = time;
	return time;
}

static void access_one(struct state *t, struct fit_sketch_result *r, u64 number)
{
	const struct fit_sketch *s = t->s;
	u64 *end = earliest(t->end, s->outstanding);
	u64 from = *end > t->ready ? *end : t->ready, time = from;
	u32 page = (u32)(draw(t) % s->pages);

	t->ready = from + s->interval_ps;
	t->up = (t->up > time ? t->up : time) + s->up_ps;
	time = t->up > t->input ? t->up : t->input;
	t->input = time + s->input_ps;
	settle(t, time);
	time += s->lookup_ps;
	if (t->cached[page]) {
		unlink_page(t, page);
		put_first(t, page);
	} else {
		r->misses += number >= s->accesses / 5;
		time = translate(t, page, time);
	}
	time += s->fixed_ps;
	if (s->down_ps)
		time = reserve(t, from, time, s->down_ps);
	*end = time;
	if (number < s->accesses / 5) {
		r->duration_ps = from;
		return;
	}
	r->latency_ps += time - from;
	r->accesses++;
}

static bool prepare(struct state *t, const struct fit_sketch *s)
{
	u64 lists = s->pages + (s->sets ? s->sets : 1), i;

	memset(t, 0, sizeof(*t));
	t->s = s;
	t->random = 88172645463325252ULL;
	t->next = malloc(lists * sizeof(*t->next));
	t->before = malloc(lists * sizeof(*t->before));
	t->held = calloc(lists, sizeof(*t->held));
	t->cached = calloc(s->pages, sizeof(*t->cached));
	t->walked = malloc(s->pages * sizeof(*t->walked));
	t->end = calloc(s->outstanding, sizeof(*t->end));
	t->slot = calloc(s->tbu_slots, sizeof(*t->slot));
	t->walk = calloc(s->walk_slots, sizeof(*t->walk));
	t->filled = calloc(s->tbu_slots + s->outstanding, sizeof(*t->filled));
	t->link = calloc(s->outstanding + 2, sizeof(*t->link));
	if (!t->next || !t->before || !t->held || !t->cached || !t->walked || !t->end || !t->slot || !t->walk ||
	    !t->filled || !t->link)
		return false;
	for (i = 0; i < lists; i++)
		t->next[i] = t->before[i] = (u32)i;
	for (i = 0; i < s->pages; i++)
		t->walked[i] = NONE;
	return true;
}

static void forget(struct state *t)
{
	free(t->next);
	free(t->before);
	free(t->held);
	free(t->cached);
	free(t->walked);
	free(t->end);
	free(t->slot);
	free(t->walk);
	free(t->filled);
	free(t->link);
}

int fit_sketch_run(const struct fit_sketch *s, struct fit_sketch_result *r)
{
	struct state t;
	u64 i, last = 0;
	bool ok = prepare(&t, s);

	memset(r, 0, sizeof(*r));
	for (i = 0; ok && i < s->accesses; i++)
		access_one(&t, r, i);
	for (i = 0; ok && i < s->outstanding; i++)
		last = t.end[i] > last ? t.end[i] : last;
	forget(&t);
	r->duration_ps = last - r->duration_ps;
	r->latency_ps = r->accesses ? r->latency_ps / r->accesses : 0;
	return ok ? 0 : -ENOMEM;
}

double fit_miss_share(u64 pages, u64 sets, u64 ways)
{
	u64 each, full, missing;

	if (!sets)
		return 1;
	each = pages / sets; /* so many of a set, and of @full sets one more */
	full = pages % sets;
	missing = full * (each + 1 > ways ? each + 1 - ways : 0) + (sets - full) * (each > ways ? each - ways : 0);
	return (double)missing / (double)pages;
}
