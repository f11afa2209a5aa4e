// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A GPU that renders frames: a command processor reads its buffer from front to
 * back, texture units read tiles with locality, colour units write the tiles of
 * the frame in order. Surfaces of a frame are unmapped after so many frames, so
 * that memory paged in on demand keeps faulting.
 */
#include "trace_gen_priv.h"

#define PAGE	 4096ULL
#define SID	 0x100
#define COMMANDS 0x1000000ULL
#define TEXTURES 0x10000000ULL
#define SURFACES 0x100000000ULL
#define TILE	 256ULL

enum { FRAMES, TILES, TEXTURE_PAGES, READS, CONTEXTS, INTERVAL, RECYCLE };

static const struct trace_gen_key keys[] = {
	[FRAMES] = { "frames", 20, 1, 1000000, "frames to render", NULL },
	[TILES] = { "tiles", 1024, 16, 1 << 20, "tiles of 256 bytes that a frame has", NULL },
	[TEXTURE_PAGES] = { "texture_pages", 512, 1, 1 << 20, "4 KiB pages of textures that a context has", NULL },
	[READS] = { "reads", 4, 0, 64, "texture reads for each tile", NULL },
	[CONTEXTS] = { "contexts", 1, 1, 1024, "contexts that take turns, each with its PASID; 1: without PASID",
		       NULL },
	[INTERVAL] = { "interval_ns", 20, 0, 1000000000, "mean time from one access to the next", NULL },
	[RECYCLE] = { "recycle_frames", 3, 0, 1000, "a surface is unmapped after so many frames; 0: never", NULL },
	{ 0 },
};

static int dma(struct trace_gen *gen, u64 context, u32 engine, u8 dir, u64 iova, u64 size)
{
	struct trace_gen_access a = {
		.sid = SID, .domain = context + 1, .dir = dir, .iova = iova, .size = size, .tag = engine
	};

	if (gen->value[CONTEXTS] > 1) {
		a.pasid_valid = true;
		a.pasid = context + 1;
	}
	trace_gen_wait(gen, gen->value[INTERVAL]);
	return trace_gen_access(gen, &a);
}

static int frame(struct trace_gen *gen, u64 number)
{
	u64 context = number % gen->value[CONTEXTS], bytes = gen->value[TILES] * TILE, tile, i;
	u64 span = (bytes + PAGE - 1) / PAGE * PAGE, old;
	u64 texture = trace_gen_below(gen, gen->value[TEXTURE_PAGES]);
	int ret = 0;

	for (tile = 0; !ret && tile < gen->value[TILES]; tile++) {
		if (tile % 16 == 0)
			ret = dma(gen, context, 1, DMAT_F_R, COMMANDS + tile / 16 * 64, 64);
		for (i = 0; !ret && i < gen->value[READS]; i++) {
			/* Mostly the neighbourhood, now and then another texture. */
			if (!trace_gen_below(gen, 64))
				texture = trace_gen_below(gen, gen->value[TEXTURE_PAGES]);
			ret = dma(gen, context, 2, DMAT_F_R,
				  TEXTURES + texture * PAGE + trace_gen_below(gen, PAGE / 64) * 64, 64);
		}
		if (!ret)
			ret = dma(gen, context, 3, DMAT_F_W, SURFACES + number * span + tile * TILE, TILE);
	}
	if (ret || !gen->value[RECYCLE] || number < gen->value[RECYCLE])
		return ret;
	old = number - gen->value[RECYCLE];
	return trace_gen_unmap(gen, old % gen->value[CONTEXTS] + 1, SURFACES + old * span, span);
}

static int run(struct trace_gen *gen)
{
	u64 i;
	int ret = 0;

	for (i = 0; !ret && i < gen->value[CONTEXTS]; i++)
		ret = trace_gen_attach(gen, SID, gen->value[CONTEXTS] > 1, gen->value[CONTEXTS] > 1 ? i + 1 : 0, i + 1);
	for (i = 0; !ret && i < gen->value[FRAMES]; i++)
		ret = frame(gen, i);
	return ret;
}

const struct trace_generator trace_gen_gpu = {
	.name = "gpu",
	.summary = "a GPU: command, texture and colour units over frames",
	.key = keys,
	.run = run,
};
