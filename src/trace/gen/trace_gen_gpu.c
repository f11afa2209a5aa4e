// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A GPU that renders frames: a command processor reads its buffer from front to
 * back, texture units read tiles with locality, colour units write the tiles of
 * the frame in order. Commands and textures are mapped in front, the surface of a
 * frame when the frame begins; it is unmapped after so many frames, so that memory
 * paged in on demand keeps faulting.
 */
#include "trace_gen_priv.h"

#define PAGE	 4096ULL
#define COMMANDS 0x1000000ULL
#define TEXTURES 0x10000000ULL
#define SURFACES 0x200000000ULL /* above the most textures that there can be */
#define LINE	 64ULL

enum { FRAMES, TILES, TEXTURE_PAGES, READS, CONTEXTS, INTERVAL, RECYCLE, TILE, RUN, TILED, BURST };

static const struct trace_gen_key keys[] = {
	[FRAMES] = { "frames", 20, 1, 1000000, "frames", "to render", NULL },
	[TILES] = { "tiles", 1024, 16, 1 << 20, "tile_bytes", "tiles that a frame has", NULL },
	[TEXTURE_PAGES] = { "texture_pages", 512, 1, 1 << 20, "4 KiB", "textures that a context has", NULL },
	[READS] = { "reads", 4, 0, 64, "reads", "of textures for each tile", NULL },
	[CONTEXTS] = { "contexts", 1, 1, 1024, "contexts", "that take turns, each with its PASID; 1: without PASID",
		       NULL },
	[INTERVAL] = { "interval_ns", 20, 0, 1000000000, "ns", "mean time from one access to the next", NULL },
	[RECYCLE] = { "recycle_frames", 3, 0, 1000, "frames", "a surface is unmapped after so many; 0: never", NULL },
	[TILE] = { "tile_bytes", 256, 64, 65536, "bytes", "of a tile; 1024: 16 by 16 pixels of 4 bytes (docs/gpu.md)",
		   NULL },
	[RUN] = { "texture_run", 64, 1, 1 << 20, "reads", "mean number of reads of one page of textures in a row",
		  NULL },
	[TILED] = { "texture_tiled", 0, 0, 1, "",
		    "1: they go through its lines in order, as through tiles; 0: anywhere", NULL },
	[BURST] = { "burst", 1, 1, 4096, "accesses",
		    "that are made at once, as by units in step: faults come in batches", NULL },
	{ 0 },
};

struct state {
	u64 frame, tile; /* what comes next */
	u64 texture;	 /* the one that is being read */
	u64 line;	 /* of it, where they are read in order */
	u64 issued;	 /* accesses */
};

static int dma(struct trace_gen *gen, u64 context, u32 engine, u8 dir, u64 iova, u64 size)
{
	struct state *s = gen->state;
	struct trace_gen_access a = {
		.sid = gen->sid, .domain = gen->domain + context, .dir = dir, .iova = iova, .size = size, .tag = engine
	};

	if (gen->value[CONTEXTS] > 1) {
		a.pasid_valid = true;
		a.pasid = context + 1;
	}
	if (!(s->issued++ % gen->value[BURST]))
		trace_gen_wait(gen, gen->value[INTERVAL] * gen->value[BURST]);
	return trace_gen_access(gen, &a);
}

static u64 span(const struct trace_gen *gen)
{
	return (gen->value[TILES] * gen->value[TILE] + PAGE - 1) / PAGE * PAGE;
}

static int start_frame(struct trace_gen *gen, struct state *s, u64 context)
{
	s->texture = trace_gen_below(gen, gen->value[TEXTURE_PAGES]);
	return trace_gen_map(gen, gen->domain + context, SURFACES + s->frame * span(gen), span(gen),
			     DMAT_F_R | DMAT_F_W);
}

static int one_tile(struct trace_gen *gen, struct state *s, u64 context)
{
	u64 size = gen->value[TILE], i, line;
	int ret = 0;

	if (s->tile % 16 == 0)
		ret = dma(gen, context, 1, DMAT_F_R, COMMANDS + s->tile / 16 * 64, 64);
	for (i = 0; !ret && i < gen->value[READS]; i++) {
		/* Mostly the neighbourhood, now and then another texture. */
		if (!trace_gen_below(gen, gen->value[RUN]))
			s->texture = trace_gen_below(gen, gen->value[TEXTURE_PAGES]);
		line = gen->value[TILED] ? s->line++ % (PAGE / LINE) : trace_gen_below(gen, PAGE / LINE);
		ret = dma(gen, context, 2, DMAT_F_R, TEXTURES + s->texture * PAGE + line * LINE, LINE);
	}
	return ret ? ret : dma(gen, context, 3, DMAT_F_W, SURFACES + s->frame * span(gen) + s->tile * size, size);
}

static int end_frame(struct trace_gen *gen, struct state *s)
{
	u64 number = s->frame++, old;

	s->tile = 0;
	if (!gen->value[RECYCLE] || number < gen->value[RECYCLE])
		return 0;
	old = number - gen->value[RECYCLE];
	return trace_gen_unmap(gen, gen->domain + old % gen->value[CONTEXTS], SURFACES + old * span(gen), span(gen));
}

static int step(struct trace_gen *gen)
{
	struct state *s = gen->state;
	u64 context = s->frame % gen->value[CONTEXTS];
	int ret = s->tile ? 0 : start_frame(gen, s, context);

	if (!ret)
		ret = one_tile(gen, s, context);
	if (!ret && ++s->tile == gen->value[TILES])
		ret = end_frame(gen, s);
	return ret ? ret : s->frame < gen->value[FRAMES];
}

static int start(struct trace_gen *gen)
{
	u64 n = gen->value[CONTEXTS], i;
	int ret = 0;

	for (i = 0; !ret && i < n; i++)
		ret = trace_gen_attach(gen, gen->sid, n > 1, n > 1 ? i + 1 : 0, gen->domain + i);
	for (i = 0; !ret && i < n; i++) {
		ret = trace_gen_map(gen, gen->domain + i, COMMANDS, (gen->value[TILES] + 15) / 16 * 64, DMAT_F_R);
		if (!ret)
			ret = trace_gen_map(gen, gen->domain + i, TEXTURES, gen->value[TEXTURE_PAGES] * PAGE, DMAT_F_R);
	}
	return ret;
}

static void count(const struct trace_gen *gen, u64 *streams, u64 *spaces)
{
	*streams = 1;
	*spaces = gen->value[CONTEXTS];
}

const struct trace_generator trace_gen_gpu = {
	.name = "gpu",
	.summary = "a GPU: command, texture and colour units over frames",
	.key = keys,
	.sid = 0x100,
	.count = count,
	.state_bytes = sizeof(struct state),
	.start = start,
	.step = step,
};
