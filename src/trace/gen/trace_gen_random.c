// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Accesses of several independent streams, each over its own pages and with a
 * clock of its own. What a trace may ask about faults (how many at once, how
 * often, how far an access waits for the one before) is under control by keys.
 */
#include "trace_gen_priv.h"

#define PAGE	   4096ULL
#define FIRST_IOVA 0x10000000ULL
/* A dependent access is recorded so long after the one before it, for its place among other streams' records. */
#define ASSUMED_NS 100

enum {
	ACCESSES,
	STREAMS,
	PAGES,
	PATTERN,
	MAPS,
	WRITE_PERCENT,
	SIZE,
	INTERVAL,
	SPACING,
	BURST,
	BURST_GAP,
	DEPENDENT,
	THINK,
	FRESH_PPM,
	FRESH_RUN,
	REVISIT,
	PASIDS,
	UNMAP_EVERY
};

enum { UNIFORM, SEQUENTIAL, HOT, ZIPF, FRESH };
enum { MAPS_FRONT, MAPS_TOUCH };
enum { SPACING_RANDOM, SPACING_FIXED };
enum { REVISIT_UNIFORM, REVISIT_ZIPF };

static const char *const patterns[] = { "uniform", "sequential", "hot", "zipf", "fresh", NULL };
static const char *const map_times[] = { "front", "touch", NULL };
static const char *const spacings[] = { "random", "fixed", NULL };
static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const revisits[] = { "uniform", "zipf", NULL };

static const struct trace_gen_key keys[] = {
	[ACCESSES] = { "accesses", 100000, 1, 1000000000, "accesses", "of all streams together, shared out evenly",
		       NULL },
	[STREAMS] = { "streams", 4, 1, 65536, "streams", "StreamIDs 1, 2, ...", NULL },
	[PAGES] = { "pages", 1024, 1, 1 << 24, "4 KiB", "working set of each stream (and of each PASID of it)", NULL },
	[PATTERN] = { "pattern", UNIFORM, UNIFORM, FRESH, "-",
		      "uniform, sequential, hot (nine of ten accesses to a tenth), zipf, or fresh (see fresh_ppm)",
		      patterns },
	[MAPS] = { "maps", MAPS_FRONT, MAPS_FRONT, MAPS_TOUCH, "-",
		   "front: all pages before the first access; touch: each just before its first use", map_times },
	[WRITE_PERCENT] = { "write_percent", 50, 0, 100, "%", "share of writes", NULL },
	[SIZE] = { "size_bytes", 64, 1, 1 << 20, "bytes", "length of each access; over 4096 it crosses pages", NULL },
	[INTERVAL] = { "interval_ns", 400, 0, 1000000000, "ns",
		       "mean time from one access of a stream to its next (within a burst)", NULL },
	[SPACING] = { "spacing", SPACING_RANDOM, SPACING_RANDOM, SPACING_FIXED, "-",
		      "random: times are exponentially distributed; fixed: always the mean", spacings },
	[BURST] = { "burst", 0, 0, 1000000, "accesses", "of a stream in one burst; 0: no bursts", NULL },
	[BURST_GAP] = { "burst_gap_ns", 10000, 0, 1000000000, "ns",
			"mean time from the last access of a burst to the first of the next", NULL },
	[DEPENDENT] = { "dependent", 0, 0, 1, "-",
			"yes: an access waits for the end of the one before of its stream, a pointer chase", no_yes },
	[THINK] = { "think_ns", 0, 0, 1000000000, "ns",
		    "mean time from that end to the access; with dependent=yes, in place of interval_ns", NULL },
	[FRESH_PPM] = { "fresh_ppm", 10000, 1, 1000000, "1/1000000",
			"share of accesses to pages never touched before, in order of address; pattern=fresh", NULL },
	[FRESH_RUN] = { "fresh_run", 1, 1, 1000000, "pages",
			"fresh pages touched at one time: faults that overlap; pattern=fresh", NULL },
	[REVISIT] = { "revisit", REVISIT_UNIFORM, REVISIT_UNIFORM, REVISIT_ZIPF, "-",
		      "the other accesses: uniform or zipf over the pages touched; pattern=fresh", revisits },
	[PASIDS] = { "pasids", 0, 0, 1024, "spaces",
		     "address spaces with a PASID that each stream has; 0: none, no PASID", NULL },
	[UNMAP_EVERY] = { "unmap_every", 0, 0, 1000000000, "accesses",
			  "after so many of all streams, the page accessed last is unmapped (and mapped again); 0: "
			  "never",
			  NULL },
	{ 0 },
};

/**
 * struct stream - a stream between two accesses
 * @time: of the next
 * @owed: of the run that is going on: time that passes when it is over
 * @think: of the next, if it is dependent
 * @left: accesses to come
 * @issued: accesses that were
 * @next: sequential: the next slot
 * @touched: pages that were fresh once: 0 to @touched - 1
 * @runs, @run_left: runs of fresh pages to come; pages to come of the one that is going on
 * @in_burst: accesses of the burst
 * @heap: of the entry number i: the stream that is at place i of the heap
 */
struct stream {
	u64 time, owed, think, left, issued, next, touched, runs, run_left, in_burst;
	u32 heap;
};

struct state {
	u32 streams; /* in the heap */
	struct stream stream[];
};

static u64 spaces_of_stream(const struct trace_gen *gen)
{
	return max(gen->value[PASIDS], 1ULL);
}

/* Bytes of each address space. */
static u64 region(const struct trace_gen *gen)
{
	u64 size = (gen->value[SIZE] + PAGE - 1) / PAGE * PAGE;

	return max(gen->value[PAGES] * PAGE, size);
}

static void count(const struct trace_gen *gen, u64 *streams, u64 *spaces)
{
	*streams = gen->value[STREAMS];
	*spaces = gen->value[STREAMS] * spaces_of_stream(gen);
}

static u64 share(const struct trace_gen *gen, u64 stream)
{
	return gen->value[ACCESSES] / gen->value[STREAMS] + (stream < gen->value[ACCESSES] % gen->value[STREAMS]);
}

static u64 fresh_runs(const struct trace_gen *gen, u64 accesses)
{
	u64 runs = accesses * gen->value[FRESH_PPM] / 1000000 / gen->value[FRESH_RUN];

	return max(runs, 1ULL);
}

/* ---- what does not go together ---- */

static int check_fresh(const struct trace_gen *gen, struct dmat_error *err)
{
	u64 least = share(gen, gen->value[STREAMS] - 1), pages = fresh_runs(gen, share(gen, 0)) * gen->value[FRESH_RUN];

	if (gen->value[SIZE] > PAGE)
		return dmat_fail(err, EINVAL, "%ssize_bytes: at most 4096 with pattern=fresh", gen->prefix);
	if (gen->value[UNMAP_EVERY])
		return dmat_fail(err, EINVAL, "%sunmap_every: 0 with pattern=fresh", gen->prefix);
	if (gen->value[DEPENDENT] && gen->value[FRESH_RUN] > 1)
		return dmat_fail(err, EINVAL, "%sfresh_run: 1 with dependent=yes", gen->prefix);
	if (gen->value[FRESH_RUN] > least)
		return dmat_fail(err, EINVAL, "%sfresh_run: %llu, but a stream has %llu accesses", gen->prefix,
				 gen->value[FRESH_RUN], least);
	if (pages > gen->value[PAGES])
		return dmat_fail(err, EINVAL, "%spages: %llu, but a stream touches %llu fresh ones", gen->prefix,
				 gen->value[PAGES], pages);
	return 0;
}

static int check(const struct trace_gen *gen, struct dmat_error *err)
{
	static const u8 of_fresh[] = { FRESH_PPM, FRESH_RUN, REVISIT };
	u64 streams, spaces;
	unsigned int i;

	count(gen, &streams, &spaces);
	if (gen->value[MAPS] == MAPS_FRONT && spaces > TRACE_GEN_MEMORY / region(gen))
		return dmat_fail(err, EINVAL, "%spages: all address spaces together have more than 4 TiB; maps=touch",
				 gen->prefix);
	if (gen->value[THINK] && !gen->value[DEPENDENT])
		return dmat_fail(err, EINVAL, "%sthink_ns: needs dependent=yes", gen->prefix);
	if (gen->value[PATTERN] == FRESH)
		return check_fresh(gen, err);
	for (i = 0; i < ARRAY_SIZE(of_fresh); i++) {
		if (gen->value[of_fresh[i]] != keys[of_fresh[i]].standard)
			return dmat_fail(err, EINVAL, "%s%s: needs pattern=fresh", gen->prefix, keys[of_fresh[i]].name);
	}
	return 0;
}

/* ---- whose turn it is: a heap by time; of one time, those that had fewer accesses come first ---- */

static bool before(const struct state *s, u32 a, u32 b)
{
	const struct stream *x = &s->stream[a], *y = &s->stream[b];

	if (x->time != y->time)
		return x->time < y->time;
	return x->issued != y->issued ? x->issued < y->issued : a < b;
}

static void sift_down(struct state *s, u32 at)
{
	u32 moving = s->stream[at].heap, child;

	for (; (child = 2 * at + 1) < s->streams; at = child) {
		if (child + 1 < s->streams && before(s, s->stream[child + 1].heap, s->stream[child].heap))
			child++;
		if (!before(s, s->stream[child].heap, moving))
			break;
		s->stream[at].heap = s->stream[child].heap;
	}
	s->stream[at].heap = moving;
}

/* ---- when ---- */

static u64 pause_mean(const struct trace_gen *gen)
{
	return gen->value[gen->value[DEPENDENT] ? THINK : INTERVAL];
}

/* From an access of @s to its next. */
static u64 next_pause(struct trace_gen *gen, struct stream *s)
{
	u64 mean = pause_mean(gen);

	if (gen->value[BURST] && ++s->in_burst == gen->value[BURST]) {
		s->in_burst = 0;
		mean = gen->value[BURST_GAP];
	}
	return gen->value[SPACING] == SPACING_FIXED ? mean : trace_gen_exponential(gen, mean);
}

static void advance(struct trace_gen *gen, struct stream *s)
{
	u64 pause = next_pause(gen, s);

	if (gen->value[DEPENDENT]) {
		s->think = pause;
		s->time += pause + ASSUMED_NS;
	} else if (s->run_left) {
		s->owed += pause;
	} else {
		s->time += s->owed + pause;
		s->owed = 0;
	}
}

/* Streams begin anywhere in their period, so that fixed ones do not march in step. */
static u64 phase(struct trace_gen *gen)
{
	u64 period = pause_mean(gen);

	if (gen->value[BURST])
		period = period * (gen->value[BURST] - 1) + gen->value[BURST_GAP];
	return trace_gen_below(gen, period + 1);
}

/* ---- where ---- */

/* Runs are spread at random over the accesses, and their number is exact: each choice has the share that is left. */
static u64 fresh_page(struct trace_gen *gen, struct stream *s)
{
	u64 choices;

	if (!s->run_left) {
		choices = s->left - s->runs * gen->value[FRESH_RUN] + s->runs;
		if (!s->touched || trace_gen_below(gen, choices) < s->runs) {
			s->runs--;
			s->run_left = gen->value[FRESH_RUN];
		}
	}
	if (s->run_left) {
		s->run_left--;
		return s->touched++;
	}
	return gen->value[REVISIT] == REVISIT_ZIPF ? trace_gen_zipf(gen, s->touched) - 1
						   : trace_gen_below(gen, s->touched);
}

/* An offset into the region; *@space: which of the stream's. */
static u64 pick_offset(struct trace_gen *gen, struct stream *s, u64 *space)
{
	u64 bytes = gen->value[PAGES] * PAGE, size = gen->value[SIZE], slots, hot, page;

	if (gen->value[PATTERN] == FRESH) {
		page = fresh_page(gen, s);
		*space = page % spaces_of_stream(gen);
		return page * PAGE + trace_gen_below(gen, PAGE / size) * size;
	}
	*space = gen->value[PASIDS] ? trace_gen_below(gen, gen->value[PASIDS]) : 0;
	slots = bytes > size ? bytes / size : 1;
	switch (gen->value[PATTERN]) {
	case SEQUENTIAL:
		return s->next++ % slots * size;
	case HOT:
		hot = slots > 10 ? slots / 10 : 1;
		return trace_gen_below(gen, trace_gen_below(gen, 10) ? hot : slots) * size;
	case ZIPF:
		return (trace_gen_zipf(gen, slots) - 1) * size;
	default:
		return trace_gen_below(gen, slots) * size;
	}
}

/* ---- records ---- */

static u64 place_of(const struct trace_gen *gen, u64 space)
{
	return gen->next_pa + space * region(gen);
}

static int start_spaces(struct trace_gen *gen)
{
	u64 pasids = gen->value[PASIDS], n = spaces_of_stream(gen), s, p;
	int ret = 0;

	for (s = 0; !ret && s < gen->value[STREAMS]; s++) {
		for (p = 0; !ret && p < n; p++)
			ret = trace_gen_attach(gen, gen->sid + s, pasids, pasids ? p + 1 : 0, gen->domain + s * n + p);
	}
	for (s = 0; !ret && gen->value[MAPS] == MAPS_FRONT && s < gen->value[STREAMS] * n; s++)
		ret = trace_gen_map_at(gen, gen->domain + s, FIRST_IOVA, region(gen), place_of(gen, s));
	return ret;
}

static int start(struct trace_gen *gen)
{
	u64 n = gen->value[STREAMS], i;
	struct state *s = calloc(1, sizeof(*s) + n * sizeof(s->stream[0]));

	gen->state = s;
	if (!s)
		return -ENOMEM;
	s->streams = min(n, gen->value[ACCESSES]); /* those that have accesses at all */
	for (i = 0; i < s->streams; i++) {
		s->stream[i].heap = i;
		s->stream[i].time = phase(gen);
		s->stream[i].left = share(gen, i);
		s->stream[i].runs = fresh_runs(gen, s->stream[i].left);
	}
	for (i = s->streams / 2; i-- > 0;)
		sift_down(s, i);
	return start_spaces(gen);
}

/* With maps in front the page is there again before anybody asks; that its access faults anew is what was wanted. */
static int renew(struct trace_gen *gen, const struct trace_gen_access *a)
{
	u64 page = a->iova & ~(PAGE - 1);
	int ret = trace_gen_unmap(gen, a->domain, page, PAGE);

	if (ret || !a->pa)
		return ret;
	return trace_gen_map_at(gen, a->domain, page, PAGE, a->pa & ~(PAGE - 1));
}

static int one_access(struct trace_gen *gen, struct stream *s, u32 number)
{
	struct trace_gen_access a = { .sid = gen->sid + number,
				      .size = gen->value[SIZE],
				      .pasid_valid = gen->value[PASIDS],
				      .dependent = gen->value[DEPENDENT] && s->issued,
				      .think_ns = s->think };
	u64 space, offset = pick_offset(gen, s, &space);
	int ret;

	a.dir = trace_gen_below(gen, 100) < gen->value[WRITE_PERCENT] ? DMAT_F_W : DMAT_F_R;
	a.pasid = gen->value[PASIDS] ? space + 1 : 0;
	space += number * spaces_of_stream(gen);
	a.domain = gen->domain + space;
	/* The spaces begin at the same address, as those of real devices do. */
	a.iova = FIRST_IOVA + offset;
	a.pa = gen->value[MAPS] == MAPS_FRONT ? place_of(gen, space) + offset : 0;
	gen->time_ns = s->time;
	ret = trace_gen_access(gen, &a);
	if (!ret && gen->value[UNMAP_EVERY] && gen->accesses % gen->value[UNMAP_EVERY] == 0)
		ret = renew(gen, &a);
	return ret;
}

static int step(struct trace_gen *gen)
{
	struct state *state = gen->state;
	u32 number = state->stream[0].heap;
	struct stream *s = &state->stream[number];
	int ret = one_access(gen, s, number);

	if (ret)
		return ret;
	s->issued++;
	if (--s->left)
		advance(gen, s);
	else
		state->stream[0].heap = state->stream[--state->streams].heap;
	if (state->streams)
		sift_down(state, 0);
	return state->streams > 0;
}

const struct trace_generator trace_gen_random = {
	.name = "random",
	.summary = "independent streams with random or regular addresses",
	.key = keys,
	.sid = 1,
	.count = count,
	.check = check,
	.start = start,
	.step = step,
};
