// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the engine asks of the machine: memory, interrupts, messages. */
#include "flq.h"

#include "qemu/error-report.h"
#include "qemu/rcu.h"

/* Messages that may be due at once: more than one full command queue. */
#define MOST_ACTIONS (1U << 20)

/* The RAM (or, to read, ROM) at an address; NULL if there are not all @bytes. Within an RCU section. */
static MemoryRegion *ram_at(uint64_t pa, hwaddr bytes, bool write, hwaddr *offset)
{
	hwaddr length = bytes;
	MemoryRegion *mr =
		address_space_translate(&address_space_memory, pa, offset, &length, write, MEMTXATTRS_UNSPECIFIED);

	return length >= bytes && flq_access_is_direct(mr, write) ? mr : NULL;
}

static int mem_read(void *ctx, uint64_t pa, void *buf, uint32_t bytes)
{
	hwaddr offset;
	MemoryRegion *mr;
	uint8_t *at;

	RCU_READ_LOCK_GUARD();
	mr = ram_at(pa, bytes, false, &offset);
	if (!mr)
		return -EIO;
	at = (uint8_t *)memory_region_get_ram_ptr(mr) + offset;
	if (bytes == 8 && !((uintptr_t)at & 7)) { /* a descriptor, which a processor may be changing */
		uint64_t word = qatomic_read((uint64_t *)at);

		memcpy(buf, &word, 8);
	} else {
		memcpy(buf, at, bytes);
	}
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, uint32_t bytes)
{
	struct flq *q = ctx;
	hwaddr offset;

	RCU_READ_LOCK_GUARD();
	if (!ram_at(pa, bytes, true, &offset))
		return -EIO;
	if (q->recorder && bytes <= FLQ_ENTRY) {
		memcpy(q->entry, buf, bytes);
		q->entry_at = pa;
	}
	smp_wmb(); /* an entry is there before its index */
	return address_space_write(&address_space_memory, pa, MEMTXATTRS_UNSPECIFIED, buf, bytes) ? -EIO : 0;
}

static int mem_cas64(void *ctx, uint64_t pa, uint64_t *old, uint64_t value)
{
	hwaddr offset, length = 8;
	uint64_t seen, *at;

	RCU_READ_LOCK_GUARD();
	if (!ram_at(pa, 8, true, &offset))
		return -EIO;
	at = address_space_map(&address_space_memory, pa, &length, true, MEMTXATTRS_UNSPECIFIED);
	if (!at)
		return -EIO;
	if (length < 8) {
		address_space_unmap(&address_space_memory, at, length, true, 0);
		return -EIO;
	}
	seen = qatomic_cmpxchg(at, cpu_to_le64(*old), cpu_to_le64(value));
	address_space_unmap(&address_space_memory, at, 8, true, 8);
	*old = le64_to_cpu(seen);
	return 0;
}

static void due(struct flq *q, const struct flq_action *action)
{
	if (q->actions->len >= MOST_ACTIONS) {
		warn_report_once("%s: too many messages at once; some are lost", q->cls->name);
		return;
	}
	g_array_append_vals(q->actions, action, 1);
}

static void irq(void *ctx, uint32_t line, bool level)
{
	struct flq *q = ctx;

	if (level && line < 32)
		q->lines |= 1U << line;
}

static int msi(void *ctx, uint64_t pa, uint32_t data)
{
	struct flq_action action = { .kind = FLQ_MESSAGE, .at = pa, .value = data };
	uint32_t word = cpu_to_le32(data);

	if (!mem_write(ctx, pa, &word, 4)) /* software polls it */
		return 0;
	if (flq_bql_held() && !address_space_access_valid(&address_space_memory, pa, 4, true, MEMTXATTRS_UNSPECIFIED))
		return -EIO;
	due(ctx, &action);
	return 0;
}

static void ats_invalidate(void *ctx, const struct fl_ats_invalidation *invalidation)
{
	struct flq_action action = { .kind = FLQ_ATS_DONE, .stream = invalidation->stream, .value = invalidation->tag };
	uint64_t first = invalidation->shift < 64 ? invalidation->addr : 0;
	uint64_t size = invalidation->shift < 64 ? 1ULL << invalidation->shift : 0;
	struct fl_scope scope = {
		.by = FL_SCOPE_STREAM | FL_SCOPE_ADDR,
		.stages = 1,
		.stream_first = invalidation->stream,
		.stream_last = invalidation->stream,
		.first = first,
		.last = first + size - 1,
	};

	flq_forget(ctx, &scope);
	due(ctx, &action);
}

/* An access that was stalled ends. QEMU's own devices cannot wait: they were told of an abort when it began. */
static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	uint64_t number = token >> 32;
	struct flq_client *client;
	struct flq *q = ctx;

	if (!number || number > q->clients->len)
		return;
	client = g_ptr_array_index(q->clients, number - 1);
	client->resume(client, (uint32_t)token, how);
}

static void stall_free(void *ctx, uint32_t port)
{
	struct flq *q = ctx;
	unsigned int i;

	for (i = 0; i < q->clients->len; i++) {
		struct flq_client *client = g_ptr_array_index(q->clients, i);

		client->stall_free(client);
	}
}

static void event(void *ctx, const struct fl_event *event)
{
	struct flq *q = ctx;

	if (event->scope && (event->kind == FL_EVENT_INVALIDATION || event->kind == FL_EVENT_CHANGED) &&
	    !QLIST_EMPTY(&q->notified))
		flq_forget(q, event->scope);
	if (q->recorder)
		flq_record_event(q, event);
}

void flq_host_services(struct fl_host *host)
{
	*host = (struct fl_host){
		.size = sizeof(*host),
		.mem_read = mem_read,
		.mem_write = mem_write,
		.mem_cas64 = mem_cas64,
		.irq = irq,
		.msi = msi,
		.txn_resume = txn_resume,
		.stall_free = stall_free,
		.ats_invalidate = ats_invalidate,
		.event = event,
		.quiet_lookup = true,
	};
}
