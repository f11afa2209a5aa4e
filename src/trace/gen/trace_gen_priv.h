/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the generators share. */
#ifndef TRACE_GEN_PRIV_H
#define TRACE_GEN_PRIV_H

#include "trace_gen.h"
#include "trace_pages.h"

#define TRACE_GEN_NAME	 32
#define TRACE_GEN_MEMORY (1ULL << 42) /* physical memory of a part: eight leave the upper half of 48 bits alone */

/* A generator at work, alone or as a part of a mix. */
struct trace_gen {
	const struct trace_generator *generator;
	char name[TRACE_GEN_NAME];	 /* of the part */
	char prefix[TRACE_GEN_NAME + 1]; /* of its keys: "NAME." in a mix, else "" */
	struct dmat_writer *writer;
	struct trace_pages *mapped;
	u64 value[TRACE_GEN_KEYS];
	u64 random; /* state of the generator of numbers */
	u64 time_ns;
	u64 next_pa; /* physical pages are given out in order */
	u64 accesses;
	u32 sid, domain; /* the first of its own */
	void *state;	 /* the generator's; free() is enough */
	/* A part of a mix writes here; the merge takes it from here. */
	bool queued, ended;
	struct dmat_record *queue;
	size_t queue_first, queue_end, queue_room;
};

/* The generators. */
#define TRACE_GENERATORS(row) row(random) row(nic) row(nvme) row(gpu)

#define TRACE_GENERATOR_DECLARE(name) extern const struct trace_generator trace_gen_##name;
TRACE_GENERATORS(TRACE_GENERATOR_DECLARE)

/* A number below @n (n over 0). */
u64 trace_gen_below(struct trace_gen *gen, u64 n);
/* A number from 1 to @n, r with a probability proportional to 1/r (Zipf's law, exponent 1). */
u64 trace_gen_zipf(struct trace_gen *gen, u64 n);
/* A time with an exponential distribution, rounded to ns. */
u64 trace_gen_exponential(struct trace_gen *gen, u64 mean_ns);
/* Let such a time pass. */
void trace_gen_wait(struct trace_gen *gen, u64 mean_ns);
/* Stream @sid uses @domain from now on. */
int trace_gen_attach(struct trace_gen *gen, u32 sid, bool pasid_valid, u32 pasid, u32 domain);
/* Map the pages of the range, in one record, to memory that nothing else uses. */
int trace_gen_map(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u8 perm);
/* One map to a place that the caller has chosen; trace_gen_access() has to be told of it by its @pa. */
int trace_gen_map_at(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u64 pa);
int trace_gen_unmap(struct trace_gen *gen, u32 domain, u64 iova, u64 size);

/* @pa: where it goes, by trace_gen_map_at(); 0: where trace_gen_map() has put it. @think_ns: with @dependent. */
struct trace_gen_access {
	u32 sid, pasid, domain, tag;
	bool pasid_valid, dependent;
	u8 dir;
	u64 iova, size, pa, think_ns;
};

/* One access; without @pa, pages of it that no map showed yet are mapped first, readable and writable. */
int trace_gen_access(struct trace_gen *gen, const struct trace_gen_access *a);

/* ---- keys, parts ---- */

/* The parts of a trace, from its name and keys. Their number, or -errno; trace_gen_free() each of them, even then. */
int trace_gen_parse(const char *name, const char *const *set, size_t sets, u64 seed,
		    struct trace_gen part[TRACE_GEN_PARTS], struct dmat_error *err);
void trace_gen_free(struct trace_gen *gen);
/* The keys go into the metadata, so that the trace says how it was made. */
int trace_gen_put_meta(struct dmat_writer *writer, const struct trace_gen *part, unsigned int parts, u64 seed);
/* Write the accesses of the parts, which have started. */
int trace_gen_merge(struct dmat_writer *writer, struct trace_gen *part, unsigned int parts);

#endif /* TRACE_GEN_PRIV_H */
