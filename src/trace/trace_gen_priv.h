/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the generators share. */
#ifndef TRACE_GEN_PRIV_H
#define TRACE_GEN_PRIV_H

#include "trace_gen.h"
#include "trace_pages.h"

struct trace_gen {
	struct dmat_writer *writer;
	struct trace_pages *mapped;
	u64 value[TRACE_GEN_KEYS];
	u64 random; /* state of the generator of numbers */
	u64 time_ns;
	u64 next_pa; /* physical pages are given out in order of first use */
	u64 accesses;
};

extern const struct trace_generator trace_gen_random, trace_gen_nic, trace_gen_nvme, trace_gen_gpu;

/* A number below @n (n over 0). */
u64 trace_gen_below(struct trace_gen *gen, u64 n);
/* Let time pass: on average @mean_ns, at least 1 ns unless @mean_ns is 0, at most about ten times as much. */
void trace_gen_wait(struct trace_gen *gen, u64 mean_ns);
/* Stream @sid uses @domain from now on. */
int trace_gen_attach(struct trace_gen *gen, u32 sid, bool pasid_valid, u32 pasid, u32 domain);
/* Map the pages of the range to fresh memory. */
int trace_gen_map(struct trace_gen *gen, u32 domain, u64 iova, u64 size, u8 perm);
int trace_gen_unmap(struct trace_gen *gen, u32 domain, u64 iova, u64 size);

struct trace_gen_access {
	u32 sid, pasid, domain, tag;
	bool pasid_valid;
	u8 dir;
	u64 iova, size;
};

/* One access; pages of it that no map showed yet are mapped first, readable and writable. */
int trace_gen_access(struct trace_gen *gen, const struct trace_gen_access *a);

#endif /* TRACE_GEN_PRIV_H */
