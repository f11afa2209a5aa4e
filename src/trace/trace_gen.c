// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keys, numbers and records for the generators. Integers only: the same trace on every machine. */
#include "trace_gen_priv.h"
#include "trace_import_priv.h"

#define PAGE	 4096ULL
#define FIRST_PA 0x100000000ULL
#define DIR_RW	 (DMAT_F_R | DMAT_F_W)

const struct trace_generator *const trace_generators[] = {
	&trace_gen_random, &trace_gen_nic, &trace_gen_nvme, &trace_gen_gpu, NULL,
};

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

void trace_gen_wait(struct trace_gen *gen, u64 mean_ns)
{
	unsigned int halvings = 0;

	if (!mean_ns)
		return;
	/* Nearly exponential: each further mean is half as likely; within one, even. */
	while (halvings < 9 && next_random(gen) & 1)
		halvings++;
	gen->time_ns += 1 + trace_gen_below(gen, mean_ns) * (halvings + 1) * 2 / 4;
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
	return dmat_writer_append(gen->writer, &rec);
}

int trace_gen_map(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u8 perm)
{
	u64 page = iova & ~(PAGE - 1), end = iova + size;
	struct dmat_record rec;
	int ret;

	for (; page < end; page += PAGE) {
		ret = trace_pages_set(gen->mapped, domain, page, PAGE, gen->next_pa, perm);
		if (ret < 0)
			return ret;
		dmat_record_init(&rec, DMAT_MAP, gen->time_ns);
		rec.domain = domain;
		rec.iova = page;
		rec.size = PAGE;
		rec.pa = gen->next_pa;
		rec.perm = perm;
		gen->next_pa += PAGE;
		ret = dmat_writer_append(gen->writer, &rec);
		if (ret)
			return ret;
	}
	return 0;
}

int trace_gen_unmap(struct trace_gen *gen, u32 domain, u64 iova, u64 size)
{
	struct dmat_record rec;

	trace_pages_clear(gen->mapped, domain, iova, size);
	dmat_record_init(&rec, DMAT_UNMAP, gen->time_ns);
	rec.domain = domain;
	rec.iova = iova;
	rec.size = size;
	return dmat_writer_append(gen->writer, &rec);
}

int trace_gen_access(struct trace_gen *gen, const struct trace_gen_access *a)
{
	struct dmat_record rec;
	u64 page, pa;
	u8 perm;
	int ret;

	for (page = a->iova & ~(PAGE - 1); page < a->iova + a->size; page += PAGE) {
		if (trace_pages_get(gen->mapped, a->domain, page, &pa, &perm))
			continue;
		ret = trace_gen_map(gen, a->domain, page, PAGE, DIR_RW);
		if (ret)
			return ret;
	}
	dmat_record_init(&rec, DMAT_ACCESS, gen->time_ns);
	rec.sid = a->sid;
	rec.domain = a->domain;
	rec.iova = a->iova;
	rec.size = a->size;
	rec.flags = a->dir;
	rec.tag = a->tag;
	if (a->pasid_valid) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = a->pasid;
	}
	if (trace_pages_get(gen->mapped, a->domain, a->iova, &pa, &perm)) {
		rec.outcome = DMAT_OUT_OK;
		rec.pa = pa;
		rec.perm = perm;
	}
	gen->accesses++;
	return dmat_writer_append(gen->writer, &rec);
}

static bool parse_value(const struct trace_gen_key *key, const char *text, u64 *value)
{
	const char *rest;
	u64 i;

	for (i = 0; key->choices && i <= key->most; i++) {
		if (!strcmp(key->choices[i], text)) {
			*value = i;
			return true;
		}
	}
	if (key->choices || text[0] == '-' || !trace_number(text, &rest, value) || *rest)
		return false;
	return *value >= key->least && *value <= key->most;
}

static int set_key(const struct trace_generator *g, struct trace_gen *gen, const char *set, struct dmat_error *err)
{
	const char *value = strchr(set, '=');
	unsigned int i;

	if (!value)
		return dmat_fail(err, EINVAL, "'%.80s' is not key=value", set);
	for (i = 0; g->key[i].name; i++) {
		const struct trace_gen_key *key = &g->key[i];

		if (strlen(key->name) != (size_t)(value - set) || strncmp(key->name, set, value - set))
			continue;
		if (parse_value(key, value + 1, &gen->value[i]))
			return 0;
		if (key->choices)
			return dmat_fail(err, EINVAL, "%s: unknown value '%.40s'", key->name, value + 1);
		return dmat_fail(err, EINVAL, "%s: '%.40s' is not a number from %llu to %llu", key->name, value + 1,
				 key->least, key->most);
	}
	return dmat_fail(err, EINVAL, "unknown key '%.*s'", (int)min(value - set, (ptrdiff_t)80), set);
}

/* The keys go into the metadata, so that the trace says how it was made. */
static int put_meta(const struct trace_generator *g, struct trace_gen *gen, u64 seed)
{
	char key[64], value[32];
	unsigned int i;
	int ret = dmat_writer_meta(gen->writer, "generator", g->name);

	snprintf(value, sizeof(value), "%llu", seed);
	if (!ret)
		ret = dmat_writer_meta(gen->writer, "seed", value);
	for (i = 0; !ret && g->key[i].name; i++) {
		snprintf(key, sizeof(key), "gen.%s", g->key[i].name);
		snprintf(value, sizeof(value), "%llu", gen->value[i]);
		ret = dmat_writer_meta(gen->writer, key, g->key[i].choices ? g->key[i].choices[gen->value[i]] : value);
	}
	return ret;
}

static int write_trace(const struct trace_generator *g, struct trace_gen *gen, u64 seed, const char *out_path,
		       struct dmat_error *err)
{
	int ret = dmat_writer_open(&gen->writer, out_path, err);

	if (ret)
		return ret;
	gen->mapped = trace_pages_new();
	ret = gen->mapped ? put_meta(g, gen, seed) : dmat_fail(err, ENOMEM, "out of memory");
	if (!ret)
		ret = g->run(gen);
	trace_pages_free(gen->mapped);
	if (!ret)
		return dmat_writer_close(gen->writer);
	dmat_writer_abort(gen->writer);
	if (ret == -ENOMEM)
		dmat_fail(err, ENOMEM, "out of memory");
	return ret;
}

int trace_generate(const char *name, const char *const *set, size_t sets, u64 seed, const char *out_path,
		   struct dmat_error *err)
{
	struct trace_gen gen = { .random = seed, .next_pa = FIRST_PA };
	const struct trace_generator *g = NULL;
	unsigned int i;
	size_t s;
	int ret;

	memset(err, 0, sizeof(*err));
	snprintf(err->file, sizeof(err->file), "gen %s", name);
	for (i = 0; trace_generators[i] && !g; i++) {
		if (!strcmp(trace_generators[i]->name, name))
			g = trace_generators[i];
	}
	if (!g)
		return dmat_fail(err, EINVAL, "no such generator");
	for (i = 0; g->key[i].name; i++)
		gen.value[i] = g->key[i].standard;
	for (s = 0; s < sets; s++) {
		ret = set_key(g, &gen, set[s], err);
		if (ret)
			return ret;
	}
	return write_trace(g, &gen, seed, out_path, err);
}
