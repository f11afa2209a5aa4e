// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An NVMe drive: it reads the command, then the PRP list of a longer transfer,
 * moves the data page by page, and writes the completion. Commands in flight take
 * turns at random. Queues and lists are mapped in front, and so is the data if it
 * stays mapped.
 */
#include "trace_gen_priv.h"

#define PAGE	4096ULL
#define SQ	0xffffe000ULL
#define CQ	0xfffff000ULL
#define LISTS	0xffe00000ULL
#define POOL	0xc0000000ULL
#define ENTRIES 64ULL

enum { COMMANDS, PAGES, READ_PERCENT, DEPTH, INTERVAL, STRICT };

static const char *const yes_no[] = { "no", "yes", NULL };

static const struct trace_gen_key keys[] = {
	[COMMANDS] = { "commands", 5000, 1, 100000000, "commands", "reads and writes of the drive", NULL },
	[PAGES] = { "pages", 8, 1, 256, "4 KiB", "data of each", NULL },
	[READ_PERCENT] = { "read_percent", 70, 0, 100, "%", "share of commands that read the drive (write memory)",
			   NULL },
	[DEPTH] = { "queue_depth", 8, 1, ENTRIES, "commands", "in flight", NULL },
	[INTERVAL] = { "interval_ns", 400, 0, 1000000000, "ns", "mean time from one access to the next", NULL },
	[STRICT] = { "unmap", 1, 0, 1, "-", "whether the data is unmapped after its command", yes_no },
	{ 0 },
};

struct command {
	u64 number;
	u64 step; /* 0 command, 1 list, 2.. data, then completion */
	bool busy, reads;
};

static int dma(struct trace_gen *gen, u8 dir, u64 iova, u64 size, u32 tag)
{
	struct trace_gen_access a = {
		.sid = gen->sid, .domain = gen->domain, .dir = dir, .iova = iova, .size = size, .tag = tag
	};

	return trace_gen_access(gen, &a);
}

static u64 data_iova(const struct trace_gen *gen, unsigned int slot)
{
	return POOL + slot * gen->value[PAGES] * PAGE;
}

static int begin(struct trace_gen *gen, struct command *c, unsigned int slot, u64 number)
{
	*c = (struct command){ .number = number,
			       .busy = true,
			       .reads = trace_gen_below(gen, 100) < gen->value[READ_PERCENT] };
	if (!gen->value[STRICT])
		return 0;
	return trace_gen_map(gen, gen->domain, data_iova(gen, slot), gen->value[PAGES] * PAGE,
			     c->reads ? DMAT_F_W : DMAT_F_R);
}

static int finish(struct trace_gen *gen, struct command *c, unsigned int slot)
{
	int ret = dma(gen, DMAT_F_W, CQ + c->number % ENTRIES * 16, 16, slot + 1);

	c->busy = false;
	if (ret || !gen->value[STRICT])
		return ret;
	return trace_gen_unmap(gen, gen->domain, data_iova(gen, slot), gen->value[PAGES] * PAGE);
}

static int advance(struct trace_gen *gen, struct command *c, unsigned int slot)
{
	u64 step = c->step++;

	if (step == 0) {
		/* One or two pages fit into the command itself. */
		c->step += gen->value[PAGES] <= 2;
		return dma(gen, DMAT_F_R, SQ + c->number % ENTRIES * 64, 64, slot + 1);
	}
	if (step == 1)
		return dma(gen, DMAT_F_R, LISTS + slot * PAGE, (gen->value[PAGES] - 1) * 8, slot + 1);
	if (step < 2 + gen->value[PAGES])
		return dma(gen, c->reads ? DMAT_F_W : DMAT_F_R, data_iova(gen, slot) + (step - 2) * PAGE, PAGE,
			   slot + 1);
	return finish(gen, c, slot);
}

struct state {
	struct command command[ENTRIES];
	u64 started, busy;
};

static int start(struct trace_gen *gen)
{
	const u8 rw = DMAT_F_R | DMAT_F_W;
	int ret = trace_gen_attach(gen, gen->sid, false, 0, gen->domain);

	if (!ret)
		ret = trace_gen_map(gen, gen->domain, SQ, PAGE, rw);
	if (!ret)
		ret = trace_gen_map(gen, gen->domain, CQ, PAGE, rw);
	if (!ret && gen->value[PAGES] > 2)
		ret = trace_gen_map(gen, gen->domain, LISTS, gen->value[DEPTH] * PAGE, rw);
	if (!ret && !gen->value[STRICT])
		ret = trace_gen_map(gen, gen->domain, POOL, gen->value[DEPTH] * gen->value[PAGES] * PAGE, rw);
	return ret;
}

/* What one slot does next: an access, or a new command. */
static int step(struct trace_gen *gen)
{
	unsigned int slot = trace_gen_below(gen, gen->value[DEPTH]);
	struct state *s = gen->state;
	struct command *c = &s->command[slot];
	int ret = 0;

	if (c->busy) {
		trace_gen_wait(gen, gen->value[INTERVAL]);
		ret = advance(gen, c, slot);
		s->busy -= !c->busy;
	} else if (s->started < gen->value[COMMANDS]) {
		ret = begin(gen, c, slot, s->started++);
		s->busy++;
	}
	return ret ? ret : s->started < gen->value[COMMANDS] || s->busy;
}

const struct trace_generator trace_gen_nvme = {
	.name = "nvme",
	.summary = "an NVMe drive: queues, PRP lists and data pages",
	.key = keys,
	.sid = 0x8,
	.state_bytes = sizeof(struct state),
	.start = start,
	.step = step,
};
