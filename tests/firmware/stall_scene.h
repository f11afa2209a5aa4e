/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Platforms for the tests of stall_simulate(), a line each. */
#ifndef STALL_SCENE_H
#define STALL_SCENE_H

#include "stall_simulate.h"
#include "suite.h"

#include <stdio.h>

static inline void scene_init(struct stall_platform *p)
{
	memset(p, 0, sizeof(*p));
}

/* Each returns the number of what it has added. */
static inline u32 scene_smmu(struct stall_platform *p, const char *kind, u32 stall_max)
{
	struct stall_smmu *s = &p->smmu[p->n_smmus];

	snprintf(s->name, sizeof(s->name), "smmu%u", p->n_smmus);
	snprintf(s->kind, sizeof(s->kind), "%s", kind);
	s->stall_max = stall_max;
	return ++p->n_smmus;
}

static inline u32 scene_tbu(struct stall_platform *p, u32 smmu, u32 slots)
{
	struct stall_tbu *t = &p->tbu[p->n_tbus];

	snprintf(t->name, sizeof(t->name), "tbu%u", p->n_tbus);
	t->smmu = smmu;
	t->slots = slots;
	return ++p->n_tbus;
}

static inline u32 scene_port(struct stall_platform *p, u32 slots)
{
	struct stall_port *t = &p->port[p->n_ports];

	snprintf(t->name, sizeof(t->name), "port%u", p->n_ports);
	t->slots = slots;
	return ++p->n_ports;
}

static inline struct stall_master *scene_master(struct stall_platform *p, const char *name, u32 tbu,
						enum stall_mode mode, u32 outstanding, u32 accesses)
{
	struct stall_master *m = &p->master[p->n_masters++];

	snprintf(m->name, sizeof(m->name), "%s", name);
	m->tbu = tbu;
	m->mode = mode;
	m->outstanding = outstanding;
	m->accesses = accesses;
	return m;
}

static inline u32 scene_number(const struct stall_platform *p, const struct stall_master *m)
{
	return (u32)(m - p->master) + 1;
}

static inline void scene_run(const struct stall_platform *p, const struct stall_options *opt, struct stall_result *res)
{
	int err = stall_simulate(p, opt, res);

	ck_assert_msg(!err, "%d: %s", err, res->error);
}

#endif /* STALL_SCENE_H */
