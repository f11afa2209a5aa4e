// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A network card with a receive and a transmit ring: descriptor, data, write-back,
 * and a buffer that lives for one packet when the driver unmaps strictly. The rings
 * are mapped in front, and so are the buffers if they live on.
 */
#include "trace_gen_priv.h"

#define PAGE	4096ULL
#define RX_RING 0xfff00000ULL
#define TX_RING 0xfff80000ULL
#define RX_POOL 0xe0000000ULL
#define TX_POOL 0xd0000000ULL
#define DESC	16ULL
#define STEPS	8 /* from one access of a packet to the next: this part of the time from packet to packet */

enum { PACKETS, BYTES, RX_PERCENT, RING, INTERVAL, STRICT };

static const char *const yes_no[] = { "no", "yes", NULL };

static const struct trace_gen_key keys[] = {
	[PACKETS] = { "packets", 20000, 1, 100000000, "packets", "received and sent", NULL },
	[BYTES] = { "packet_bytes", 1500, 60, 9000, "bytes", "length of each", NULL },
	[RX_PERCENT] = { "rx_percent", 50, 0, 100, "%", "share of received packets", NULL },
	[RING] = { "ring_entries", 256, 8, 4096, "entries", "descriptors of each ring", NULL },
	[INTERVAL] = { "interval_ns", 1200, 0, 1000000000, "ns", "mean time from one packet to the next", NULL },
	[STRICT] = { "unmap", 1, 0, 1, "-", "whether a buffer is unmapped after its packet", yes_no },
	{ 0 },
};

static u64 buffer_iova(const struct trace_gen *gen, bool rx, u64 number)
{
	u64 pages = (gen->value[BYTES] + PAGE - 1) / PAGE;

	return (rx ? RX_POOL : TX_POOL) + number % gen->value[RING] * pages * PAGE;
}

static int map_buffer(struct trace_gen *gen, bool rx, u64 number)
{
	/* The device writes what it receives and reads what it sends. */
	return trace_gen_map(gen, gen->domain, buffer_iova(gen, rx, number), gen->value[BYTES],
			     rx ? DMAT_F_W : DMAT_F_R);
}

static int unmap_buffer(struct trace_gen *gen, bool rx, u64 number)
{
	u64 bytes = (gen->value[BYTES] + PAGE - 1) / PAGE * PAGE;

	return trace_gen_unmap(gen, gen->domain, buffer_iova(gen, rx, number), bytes);
}

static int dma(struct trace_gen *gen, u8 dir, u64 iova, u64 size, u32 tag)
{
	struct trace_gen_access a = {
		.sid = gen->sid, .domain = gen->domain, .dir = dir, .iova = iova, .size = size, .tag = tag
	};

	return trace_gen_access(gen, &a);
}

static int packet(struct trace_gen *gen, bool rx, u64 number)
{
	u64 desc = (rx ? RX_RING : TX_RING) + number % gen->value[RING] * DESC;
	u64 data = buffer_iova(gen, rx, number);
	u32 tag = rx ? 1 : 2;
	int ret = 0;

	/* A receive buffer is posted a whole ring ahead, a transmit buffer just before it is sent. */
	if (!rx && gen->value[STRICT])
		ret = map_buffer(gen, rx, number);
	if (!ret)
		ret = dma(gen, DMAT_F_R, desc, DESC, tag);
	gen->time_ns += gen->value[INTERVAL] / STEPS;
	if (!ret)
		ret = dma(gen, rx ? DMAT_F_W : DMAT_F_R, data, gen->value[BYTES], tag);
	gen->time_ns += gen->value[INTERVAL] / STEPS;
	if (!ret)
		ret = dma(gen, DMAT_F_W, desc, DESC, tag);
	if (ret || !gen->value[STRICT])
		return ret;
	ret = unmap_buffer(gen, rx, number);
	return !ret && rx ? map_buffer(gen, rx, number) : ret;
}

struct state {
	u64 rx, tx; /* packets so far */
};

static int start(struct trace_gen *gen)
{
	u64 ring = (gen->value[RING] * DESC + PAGE - 1) / PAGE * PAGE, i;
	int ret = trace_gen_attach(gen, gen->sid, false, 0, gen->domain);

	if (!ret)
		ret = trace_gen_map(gen, gen->domain, RX_RING, ring, DMAT_F_R | DMAT_F_W);
	if (!ret)
		ret = trace_gen_map(gen, gen->domain, TX_RING, ring, DMAT_F_R | DMAT_F_W);
	for (i = 0; !ret && i < gen->value[RING]; i++)
		ret = map_buffer(gen, true, i);
	for (i = 0; !ret && !gen->value[STRICT] && i < gen->value[RING]; i++)
		ret = map_buffer(gen, false, i);
	return ret;
}

static int step(struct trace_gen *gen)
{
	struct state *s = gen->state;
	bool receive = trace_gen_below(gen, 100) < gen->value[RX_PERCENT];
	int ret;

	/* The packet itself takes two steps. */
	trace_gen_wait(gen, gen->value[INTERVAL] - 2 * (gen->value[INTERVAL] / STEPS));
	ret = packet(gen, receive, receive ? s->rx++ : s->tx++);
	return ret ? ret : s->rx + s->tx < gen->value[PACKETS];
}

const struct trace_generator trace_gen_nic = {
	.name = "nic",
	.summary = "a network card: two rings, one buffer a packet",
	.key = keys,
	.sid = 0x10,
	.state_bytes = sizeof(struct state),
	.start = start,
	.step = step,
};
