// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a simulation of stalls takes from the configuration: the times of models/, each at its worst, summed up to the three
 * that such a simulation knows.
 */
#include "board_stall_priv.h"
#include "find.h"

#define LEVELS	 4 /* of a walk: pages of 4 KiB, 48 bits of address */
#define V2_READS 6 /* FSR, FAR, FSYNR0, FSYNR1, CBFRSYNRA, and FSR again by the thread */
#define V3_READS 1 /* EVENTQ_PROD; the record is in memory */

static u64 ns(u64 ps)
{
	return (ps + 999) / 1000;
}

/* No TLB has the page: the way to the TCU and back, a walk, and the access itself. The STE and CD are cached. */
static u64 access_ps(const struct fl_config *c)
{
	u64 table = c->tcu.walk_port ? c->memory.latency_ps : c->tcu.walk_latency_ps;

	return c->tbu.lookup_ps + 2 * c->tbu.link_ps + c->tcu.lookup_ps + c->tcu.config_cache_ps +
	       c->tcu.walk_cache_ps + LEVELS * table + c->memory.latency_ps;
}

/* From the fault to the worker that handles it: record, interrupt, hard handler, thread, worker. */
static u64 notify_ps(const struct fl_config *c, bool v2)
{
	u64 trap = c->driver.nested ? c->driver.trap_ps : 0;

	return c->notify.record_write_ps + (v2 ? c->notify.wire_ps : max(c->notify.wire_ps, c->notify.msi_ps)) +
	       c->notify.moderation_ps + c->cpu.irq_entry_ps + c->cpu.irq_handler_ps + c->cpu.thread_wake_ps +
	       (v2 ? V2_READS : V3_READS) * (c->cpu.mmio_read_ps + trap) + (v2 ? 0 : 4 * c->cpu.memory_ps) +
	       c->cpu.worker_wake_ps;
}

/* From the answer to the access that starts again: RESUME is a register of an SMMUv2, and a command of an SMMUv3. */
static u64 resume_ps(const struct fl_config *c, bool v2)
{
	u64 trap = c->driver.nested ? c->driver.trap_ps : 0;

	return c->cpu.mmio_write_ps + trap + (v2 ? 0 : c->command.fetch_ps + c->command.execute_ps) +
	       c->command.resume_ps;
}

void board_prices(struct stall_platform *p, const struct fl_config *c)
{
	p->times = (struct stall_times){ .memory_ns = ns(access_ps(c)) };
	for_each_of(s, p->smmu, p->n_smmus) {
		bool v2 = !strcmp(s->kind, "smmuv2");

		s->hupcf = v2 && c->smmuv2.hupcf;
		p->times.notify_ns = max(p->times.notify_ns, ns(notify_ps(c, v2)));
		p->times.resume_ns = max(p->times.resume_ns, ns(resume_ps(c, v2)));
	}
}
