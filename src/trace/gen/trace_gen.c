// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbers and records for the generators. Integers only: the same trace on every machine. */
#include "trace_gen_priv.h"
#include "grow.h"

#define PAGE   4096ULL
#define DIR_RW (DMAT_F_R | DMAT_F_W)

#define ROW(name) &trace_gen_##name,
const struct trace_generator *const trace_generators[] = {
	TRACE_GENERATORS(ROW) NULL,
};

const struct trace_generator *trace_generator_find(const char *name)
{
	unsigned int i;

	for (i = 0; trace_generators[i]; i++) {
		if (!strcmp(trace_generators[i]->name, name))
			return trace_generators[i];
	}
	return NULL;
}

/* ---- numbers ---- */

/* splitmix64 */
static u64 next_random(struct trace_gen *gen)
{
	u64 z = gen->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u64 trace_gen_below(struct trace_gen *gen, u64 n)
{
	return (u64)((unsigned __int128)next_random(gen) * n >> 64);
}

u64 trace_gen_zipf(struct trace_gen *gen, u64 n)
{
	unsigned int octaves = 64 - __builtin_clzll(n);
	u64 low, r;

	/* Every octave is equally likely; within one, r is taken with probability low / r. */
	do {
		low = 1ULL << trace_gen_below(gen, octaves);
		r = low + trace_gen_below(gen, low);
	} while (r > n || trace_gen_below(gen, r) >= low);
	return r;
}

#define FRACTION 20 /* bits of a logarithm after the point */

/* -log2(r / 2^64), with 32 bits after the point; the logarithm of a number from 1 to 2 is found by squaring. */
static u64 minus_log2(u64 r)
{
	unsigned int whole = __builtin_clzll(r), bit;
	u64 x = r << whole, log = 0;

	for (bit = 1; bit <= FRACTION; bit++) {
		unsigned __int128 square = (unsigned __int128)x * x;
		bool over = square >> 127;

		x = square >> (over ? 64 : 63);
		log |= (u64)over << (32 - bit);
	}
	return ((u64)whole << 32) + (1ULL << 32) - log;
}

u64 trace_gen_exponential(struct trace_gen *gen, u64 mean_ns)
{
	const u64 ln2 = 2977044472ULL; /* 32 bits after the point */

	if (!mean_ns)
		return 0;
	return ((unsigned __int128)mean_ns * minus_log2(next_random(gen) | 1) * ln2 + (1ULL << 63)) >> 64;
}

void trace_gen_wait(struct trace_gen *gen, u64 mean_ns)
{
	gen->time_ns += trace_gen_exponential(gen, mean_ns);
}

/* ---- records ---- */

static int enqueue(struct trace_gen *gen, const struct dmat_record *rec)
{
	if (gen->queue_first == gen->queue_end)
		gen->queue_first = gen->queue_end = 0;
	if (!GROW(gen->queue, gen->queue_end, gen->queue_room, 64))
		return -ENOMEM;
	gen->queue[gen->queue_end++] = *rec;
	return 0;
}

static int put(struct trace_gen *gen, const struct dmat_record *rec)
{
	return gen->queued ? enqueue(gen, rec) : dmat_writer_append(gen->writer, rec);
}

int trace_gen_attach(struct trace_gen *gen, u32 sid, bool pasid_valid, u32 pasid, u32 domain)
{
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_ATTACH, gen->time_ns);
	rec.sid = sid;
	rec.domain = domain;
	if (pasid_valid) {
		rec.flags = DMAT_F_PASID;
		rec.pasid = pasid;
	}
	return put(gen, &rec);
}

static int put_map(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u64 pa, u8 perm)
{
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_MAP, gen->time_ns);
	rec.domain = domain;
	rec.iova = iova;
	rec.size = size;
	rec.pa = pa;
	rec.perm = perm;
	return put(gen, &rec);
}

int trace_gen_map_at(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u64 pa)
{
	return put_map(gen, domain, iova, size, pa, DIR_RW);
}

int trace_gen_map(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u8 perm)
{
	u64 first = iova & ~(PAGE - 1), end = (iova + size + PAGE - 1) & ~(PAGE - 1), pa = gen->next_pa, page;

	for (page = first; page < end; page += PAGE) {
		int ret = trace_pages_set(gen->mapped, domain, page, PAGE, pa + (page - first), perm);

		if (ret < 0)
			return ret;
	}
	gen->next_pa += end - first;
	return put_map(gen, domain, first, end - first, pa, perm);
}

int trace_gen_unmap(struct trace_gen *gen, u32 domain, u64 iova, u64 size)
{
	struct dmat_record rec;

	trace_pages_clear(gen->mapped, domain, iova, size);
	dmat_record_init(&rec, DMAT_UNMAP, gen->time_ns);
	rec.domain = domain;
	rec.iova = iova;
	rec.size = size;
	return put(gen, &rec);
}

static int map_missing(struct trace_gen *gen, const struct trace_gen_access *a)
{
	u64 page, pa;
	int ret = 0;
	u8 perm;

	for (page = a->iova & ~(PAGE - 1); !ret && page < a->iova + a->size; page += PAGE) {
		if (!trace_pages_get(gen->mapped, a->domain, page, &pa, &perm))
			ret = trace_gen_map(gen, a->domain, page, PAGE, DIR_RW);
	}
	return ret;
}

int trace_gen_access(struct trace_gen *gen, const struct trace_gen_access *a)
{
	struct dmat_record rec;
	int ret = a->pa ? 0 : map_missing(gen, a);

	if (ret)
		return ret;
	dmat_record_init(&rec, DMAT_ACCESS, gen->time_ns);
	rec.sid = a->sid;
	rec.domain = a->domain;
	rec.iova = a->iova;
	rec.size = a->size;
	rec.flags = a->dir;
	rec.tag = a->tag;
	rec.outcome = DMAT_OUT_OK;
	rec.pa = a->pa;
	rec.perm = DIR_RW;
	if (!a->pa)
		trace_pages_get(gen->mapped, a->domain, a->iova, &rec.pa, &rec.perm);
	if (a->pasid_valid) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = a->pasid;
	}
	if (a->dependent) {
		rec.flags |= DMAT_F_AFTER;
		rec.word[0] = a->think_ns;
	}
	gen->accesses++;
	return put(gen, &rec);
}

/* ---- the trace ---- */

static int write_parts(struct dmat_writer *writer, struct trace_gen *part, unsigned int parts, u64 seed)
{
	unsigned int i;
	int ret = trace_gen_put_meta(writer, part, parts, seed);

	for (i = 0; !ret && i < parts; i++) {
		part[i].writer = writer;
		part[i].mapped = trace_pages_new();
		if (part[i].generator->state_bytes)
			part[i].state = calloc(1, part[i].generator->state_bytes);
		if (!part[i].mapped || (part[i].generator->state_bytes && !part[i].state))
			ret = -ENOMEM;
		else
			ret = part[i].generator->start(&part[i]);
	}
	return ret ? ret : trace_gen_merge(writer, part, parts);
}

static int write_trace(struct trace_gen *part, unsigned int parts, u64 seed, const char *out_path,
		       struct dmat_error *err)
{
	struct dmat_writer *writer;
	int ret = dmat_writer_open(&writer, out_path, err);

	if (ret)
		return ret;
	ret = write_parts(writer, part, parts, seed);
	if (!ret)
		return dmat_writer_close(writer);
	dmat_writer_abort(writer);
	if (ret == -ENOMEM)
		dmat_fail(err, ENOMEM, "out of memory");
	return ret;
}

int trace_generate(const char *name, const char *const *set, size_t sets, u64 seed, const char *out_path,
		   struct dmat_error *err)
{
	struct trace_gen *part = calloc(TRACE_GEN_PARTS, sizeof(*part));
	unsigned int i;
	int ret;

	memset(err, 0, sizeof(*err));
	snprintf(err->file, sizeof(err->file), "gen %s", name);
	if (!part)
		return dmat_fail(err, ENOMEM, "out of memory");
	ret = trace_gen_parse(name, set, sets, seed, part, err);
	if (ret > 0)
		ret = write_trace(part, ret, seed, out_path, err);
	for (i = 0; i < TRACE_GEN_PARTS; i++)
		trace_gen_free(&part[i]);
	free(part);
	return ret;
}
