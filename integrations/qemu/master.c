// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultline-master: a DMA master on the virt machine that uses PASIDs and waits for a stalled access as hardware does:
 *
 *	-device faultline-master[,index=N][,pasid-bits=N][,queues=N]
 *
 * QEMU's helpers for DMA carry no PASID and cannot wait, so it asks the SMMU itself, and moves data at the address that it
 * gets. It stands at fixed places that the machine leaves free, and writes its own node into the machine's device tree:
 * the machine's list of devices that may be added on its platform bus is closed. The registers: master_regs.h.
 */
#include "flq.h"

#include "exec/address-spaces.h"
#include "hw/boards.h"
#include "hw/irq.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/error-report.h"
#include "qemu/host-utils.h"
#include "qom/object.h"
#include "sysemu/device_tree.h"
#include "sysemu/reset.h"
#include "sysemu/sysemu.h"

#include "master_regs.h"

#define TYPE_FAULTLINE_MASTER "faultline-master"
OBJECT_DECLARE_SIMPLE_TYPE(FaultlineMaster, FAULTLINE_MASTER)

/* Between the virtio transports and the platform bus of the virt machine; shared interrupts above the platform bus's. */
#define BASE	     0x0b000000
#define FIRST_LINE   200
#define FIRST_STREAM 0x10000 /* behind all PCI functions */
#define MOST_MASTERS 8
/* Accesses of a queue in one turn of the main loop. */
#define TURN	     64

/* An access on its way. */
enum slot_state { SLOT_FREE, SLOT_READY, SLOT_HELD, SLOT_ABORTED, SLOT_WAITS };

struct slot {
	uint64_t addr, number;
	uint32_t state; /* enum slot_state; also changed within the engine's calls */
};

struct job {
	uint64_t pasid, addr, length, bytes, count, op, seed, depth;
};

struct queue {
	struct job asked, job; /* as the registers say; as it runs */
	struct slot slot[MASTER_MOST_DEPTH];
	uint64_t status, sum, done, stalled, fault;
	uint64_t begun, next; /* accesses; address of a chase's next */
	bool busy, ending;
};

struct FaultlineMaster {
	DeviceState parent_obj;
	struct flq *q;
	struct flq_client client;
	MemoryRegion mmio;
	QEMUBH *bh;
	qemu_irq line;
	Notifier exit;
	uint32_t index, queues, pasid_bits;
	uint32_t freed; /* how often there was room again to stall an access */
	uint64_t pending, accesses, stalls, retries, aborted, waits, terminated;
	struct queue queue[MASTER_MOST_QUEUES];
};

/* ---- what the IOMMU tells ---- */

static void resume(struct flq_client *client, uint32_t slot, enum fl_resume how)
{
	FaultlineMaster *m = container_of(client, FaultlineMaster, client);
	struct queue *queue = &m->queue[slot / MASTER_MOST_DEPTH % MASTER_MOST_QUEUES];

	if (how == FL_RESUME_RETRY)
		m->retries++;
	else
		m->aborted++;
	qatomic_set(&queue->slot[slot % MASTER_MOST_DEPTH].state, how == FL_RESUME_RETRY ? SLOT_READY : SLOT_ABORTED);
	qemu_bh_schedule(m->bh);
}

static void stall_free(struct flq_client *client)
{
	FaultlineMaster *m = container_of(client, FaultlineMaster, client);
	unsigned int i, k;

	qatomic_set(&m->freed, m->freed + 1);
	for (i = 0; i < m->queues; i++)
		for (k = 0; k < MASTER_MOST_DEPTH; k++)
			if (qatomic_read(&m->queue[i].slot[k].state) == SLOT_WAITS)
				qatomic_set(&m->queue[i].slot[k].state, SLOT_READY);
	qemu_bh_schedule(m->bh);
}

/* ---- an access ---- */

static uint64_t op_of(const struct job *job)
{
	return job->op & 0xf;
}

static uint16_t flags_of(const struct job *job)
{
	uint16_t flags = 0;

	if (op_of(job) == MASTER_WRITE || op_of(job) == MASTER_ADD)
		flags |= FL_WRITE;
	if (op_of(job) == MASTER_EXEC)
		flags |= FL_EXEC;
	if (job->op & MASTER_PRIV)
		flags |= FL_PRIV;
	if (job->pasid & MASTER_PASID_VALID)
		flags |= FL_PASID;
	return flags;
}

/* The data of an access, at its physical address. False: nothing answers there. */
static bool move(struct queue *queue, const struct slot *slot, uint64_t pa)
{
	const struct job *job = &queue->job;
	uint64_t word[512], words = job->bytes / 8, first = slot->number * words, i;

	if (op_of(job) != MASTER_WRITE &&
	    address_space_read(&address_space_memory, pa, MEMTXATTRS_UNSPECIFIED, word, job->bytes))
		return false;
	for (i = 0; i < words; i++) {
		uint64_t value = op_of(job) == MASTER_WRITE ? master_word(job->seed, first + i) : le64_to_cpu(word[i]);

		queue->sum += value * (2 * (first + i) + 1);
		if (!i && (job->op & 0xf0) == MASTER_CHASE)
			queue->next = value;
		if (op_of(job) == MASTER_ADD)
			value += job->seed;
		word[i] = cpu_to_le64(value);
	}
	return !(flags_of(job) & FL_WRITE) ||
	       !address_space_write(&address_space_memory, pa, MEMTXATTRS_UNSPECIFIED, word, job->bytes);
}

static void fail(struct queue *queue, const struct slot *slot, uint64_t status)
{
	if (queue->status == MASTER_OK) {
		queue->status = status;
		queue->fault = slot->addr;
	}
	queue->ending = true;
}

static void present(FaultlineMaster *m, unsigned int n, unsigned int k)
{
	struct queue *queue = &m->queue[n];
	struct slot *slot = &queue->slot[k];
	struct fl_access access = {
		.addr = slot->addr,
		.stream = FIRST_STREAM + m->index,
		.pasid = queue->job.pasid & 0xfffff,
		.bytes = (uint32_t)queue->job.bytes,
		.flags = flags_of(&queue->job),
	};
	uint32_t freed = qatomic_read(&m->freed);
	struct fl_result result;

	m->accesses++;
	qatomic_set(&slot->state, SLOT_HELD); /* it may be resumed before flq_client_access() has returned */
	switch (flq_client_access(m->q, &m->client, n * MASTER_MOST_DEPTH + k, &access, &result)) {
	case FL_OK:
		if (move(queue, slot, result.addr))
			queue->done++;
		else
			fail(queue, slot, MASTER_BUS_ERROR);
		qatomic_set(&slot->state, SLOT_FREE);
		break;
	case FL_STALL:
		m->stalls++;
		queue->stalled++;
		break;
	case FL_WAIT:
		m->waits++;
		qatomic_set(&slot->state, SLOT_WAITS);
		if (freed != qatomic_read(&m->freed))
			qatomic_set(&slot->state, SLOT_READY);
		break;
	default:
		m->terminated++;
		fail(queue, slot, MASTER_FAULTED);
		qatomic_set(&slot->state, SLOT_FREE);
		break;
	}
}

/* ---- a job ---- */

static bool job_is_good(const struct job *job, uint32_t pasid_bits)
{
	return job->bytes >= 8 && job->bytes <= 4096 && is_power_of_2(job->bytes) && !(job->addr & (job->bytes - 1)) &&
	       job->length >= job->bytes && !(job->length & (job->bytes - 1)) && job->length <= 1ULL << 40 &&
	       job->count <= 1ULL << 40 && job->depth >= 1 && job->depth <= MASTER_MOST_DEPTH &&
	       op_of(job) <= MASTER_EXEC && (job->op & 0xf0) <= MASTER_CHASE && !((job->pasid & 0xfffff) >> pasid_bits);
}

/* Where the next access goes; false: a chase has left the region, or goes where no access of its size can. */
static bool next_address(struct queue *queue, uint64_t *addr)
{
	const struct job *job = &queue->job;
	uint64_t places = job->length / job->bytes;

	switch (job->op & 0xf0) {
	case MASTER_STREAM:
		*addr = job->addr + queue->begun % places * job->bytes;
		return true;
	case MASTER_RANDOM:
		*addr = job->addr + master_word(job->seed, queue->begun) % places * job->bytes;
		return true;
	default:
		*addr = queue->next;
		return queue->next - job->addr < job->length && !(queue->next & (job->bytes - 1));
	}
}

static void end(FaultlineMaster *m, unsigned int n)
{
	struct queue *queue = &m->queue[n];

	queue->busy = false;
	m->pending |= 1ULL << n;
	qemu_set_irq(m->line, 1);
}

/* Begin an access in a free slot, if there is one left to begin. */
static bool begin(struct queue *queue, struct slot *slot)
{
	if (queue->ending || queue->begun == queue->job.count)
		return false;
	if (!next_address(queue, &slot->addr)) {
		slot->addr = queue->next;
		fail(queue, slot, MASTER_BAD_JOB);
		return false;
	}
	slot->number = queue->begun++;
	qatomic_set(&slot->state, SLOT_READY);
	return true;
}

/* A turn of a queue; true: it has more to do at once. */
static bool turn(FaultlineMaster *m, unsigned int n)
{
	struct queue *queue = &m->queue[n];
	unsigned int k, depth = (queue->job.op & 0xf0) == MASTER_CHASE ? 1 : (unsigned int)queue->job.depth;
	unsigned int budget = TURN, used = 0;
	bool more = true;

	while (more && budget) {
		more = false;
		for (used = 0, k = 0; k < depth; k++) {
			struct slot *slot = &queue->slot[k];
			uint32_t state = qatomic_read(&slot->state);

			if (state == SLOT_ABORTED) {
				fail(queue, slot, MASTER_FAULTED);
				qatomic_set(&slot->state, state = SLOT_FREE);
			}
			if (state == SLOT_READY && budget) {
				budget--;
				present(m, n, k);
				more = true;
			} else if (state == SLOT_FREE && begin(queue, slot)) {
				more = true;
			}
			used += qatomic_read(&slot->state) != SLOT_FREE;
		}
	}
	if (!used && (queue->ending || queue->begun == queue->job.count))
		end(m, n);
	return queue->busy && more;
}

static void work(void *opaque)
{
	FaultlineMaster *m = opaque;
	bool more = false;
	unsigned int n;

	for (n = 0; n < m->queues; n++)
		if (m->queue[n].busy)
			more |= turn(m, n);
	if (more)
		qemu_bh_schedule(m->bh);
}

static void control(FaultlineMaster *m, unsigned int n, uint64_t value)
{
	struct queue *queue = &m->queue[n];

	if (value & MASTER_START && !queue->busy) {
		memset(queue->slot, 0, sizeof(queue->slot));
		queue->job = queue->asked;
		queue->status = queue->sum = queue->done = queue->stalled = queue->fault = queue->begun = 0;
		queue->next = queue->job.addr;
		queue->busy = true;
		queue->ending = false;
		if (!job_is_good(&queue->job, m->pasid_bits)) {
			queue->job.depth = 1;
			queue->status = MASTER_BAD_JOB;
			queue->ending = true;
		}
		qemu_bh_schedule(m->bh);
	}
	if (value & MASTER_STOP && queue->busy && !queue->ending) {
		if (queue->status == MASTER_OK)
			queue->status = MASTER_STOPPED;
		queue->ending = true;
		qemu_bh_schedule(m->bh);
	}
}

/* ---- registers ---- */

/* The register of a queue that can be written; NULL: another, or none. */
static uint64_t *writable(struct queue *queue, uint64_t offset)
{
	uint64_t *registers[] = {
		NULL,
		&queue->asked.pasid,
		&queue->asked.addr,
		&queue->asked.length,
		&queue->asked.bytes,
		&queue->asked.count,
		&queue->asked.op,
		&queue->asked.seed,
		&queue->asked.depth,
	};

	return offset / 8 < ARRAY_SIZE(registers) ? registers[offset / 8] : NULL;
}

static uint64_t queue_read(struct queue *queue, uint64_t offset)
{
	uint64_t *there = writable(queue, offset);

	if (there)
		return *there;
	switch (offset) {
	case MASTER_CONTROL:
		return queue->busy ? MASTER_BUSY : 0;
	case MASTER_STATUS:
		return queue->status;
	case MASTER_SUM:
		return queue->sum;
	case MASTER_DONE:
		return queue->done;
	case MASTER_STALLED:
		return queue->stalled;
	case MASTER_FAULT:
		return queue->fault;
	default:
		return 0;
	}
}

static uint64_t device_read(FaultlineMaster *m, uint64_t offset)
{
	switch (offset) {
	case MASTER_ID:
		return MASTER_MAGIC;
	case MASTER_QUEUES:
		return m->queues;
	case MASTER_PENDING:
		return m->pending;
	case MASTER_ACCESSES:
		return m->accesses;
	case MASTER_STALLS:
		return m->stalls;
	case MASTER_RETRIES:
		return m->retries;
	case MASTER_ABORTED:
		return m->aborted;
	case MASTER_WAITS:
		return m->waits;
	case MASTER_TERMINATED:
		return m->terminated;
	default:
		return 0;
	}
}

/* The queue of a register, and its offset there; NULL: the device's own, or none. */
static struct queue *queue_at(FaultlineMaster *m, uint64_t *offset)
{
	uint64_t n = (*offset - MASTER_QUEUE(0)) / 0x100;

	if (*offset < MASTER_QUEUE(0) || n >= m->queues)
		return NULL;
	*offset -= MASTER_QUEUE(n);
	return &m->queue[n];
}

static uint64_t mmio_read(void *opaque, hwaddr offset, unsigned int bytes)
{
	FaultlineMaster *m = opaque;
	uint64_t at = offset & ~7ULL, value;
	struct queue *queue = queue_at(m, &at);

	value = queue ? queue_read(queue, at) : device_read(m, at);
	return value >> 8 * (offset & 7);
}

static void mmio_write(void *opaque, hwaddr offset, uint64_t value, unsigned int bytes)
{
	FaultlineMaster *m = opaque;
	uint64_t at = offset & ~7ULL, shift = 8 * (offset & 7), *there;
	struct queue *queue = queue_at(m, &at);

	if (!queue) {
		if (at == MASTER_PENDING)
			m->pending &= ~(value << shift);
		if (!m->pending)
			qemu_set_irq(m->line, 0);
		return;
	}
	if (at == MASTER_CONTROL && !shift)
		control(m, (unsigned int)(queue - m->queue), value);
	there = writable(queue, at);
	if (there && bytes == 8)
		*there = value;
	else if (there)
		*there = deposit64(*there, (int)shift, 32, value);
}

static const MemoryRegionOps ops = {
	.read = mmio_read,
	.write = mmio_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = { .min_access_size = 4, .max_access_size = 8 },
	.impl = { .min_access_size = 4, .max_access_size = 8 },
};

/* ---- the device ---- */

/* The node. False: this machine has no such tree. */
static bool describe(FaultlineMaster *m, uint64_t base, unsigned int line)
{
	static const char compatible[] = "faultline,master";
	void *fdt = MACHINE(qdev_get_machine())->fdt;
	g_autofree char *node = g_strdup_printf("/dma@%" PRIx64, base);
	g_auto(GStrv) smmu = fdt ? qemu_fdt_node_path(fdt, NULL, "arm,smmu-v3", NULL) : NULL;

	if (!smmu || !smmu[0])
		return false;
	qemu_fdt_add_subnode(fdt, node);
	qemu_fdt_setprop(fdt, node, "compatible", compatible, sizeof(compatible));
	qemu_fdt_setprop_sized_cells(fdt, node, "reg", 2, base, 2, MASTER_SIZE);
	qemu_fdt_setprop_cells(fdt, node, "interrupts", 0, line, 4); /* shared, level, high */
	qemu_fdt_setprop_cells(fdt, node, "iommus", qemu_fdt_get_phandle(fdt, smmu[0]), FIRST_STREAM + m->index);
	qemu_fdt_setprop(fdt, node, "dma-coherent", NULL, 0);
	qemu_fdt_setprop(fdt, node, "dma-can-stall", NULL, 0);
	if (m->pasid_bits)
		qemu_fdt_setprop_cell(fdt, node, "pasid-num-bits", m->pasid_bits);
	return true;
}

static void at_exit(Notifier *notifier, void *data)
{
	FaultlineMaster *m = container_of(notifier, FaultlineMaster, exit);

	if (m->q->counters)
		info_report("%s %u: accesses %" PRIu64 ", stalled %" PRIu64 ", presented again %" PRIu64
			    ", aborted %" PRIu64 ", no room to stall %" PRIu64 ", terminated %" PRIu64,
			    TYPE_FAULTLINE_MASTER, m->index, m->accesses, m->stalls, m->retries, m->aborted, m->waits,
			    m->terminated);
}

/* Accesses that are held end with the reset of the SMMU, which may come before this one or after. */
static void reset(void *opaque)
{
	FaultlineMaster *m = opaque;

	memset(m->queue, 0, sizeof(m->queue));
	m->pending = 0;
	qemu_set_irq(m->line, 0);
}

static void realize(DeviceState *dev, Error **errp)
{
	FaultlineMaster *m = FAULTLINE_MASTER(dev);
	Object *gic = object_resolve_path_type("", "arm-gicv3-common", NULL);
	uint64_t base = BASE + MASTER_SIZE * (uint64_t)m->index;
	unsigned int line = FIRST_LINE + m->index;

	m->q = flq_of_machine();
	if (!m->q || !gic) {
		error_setg(errp, "%s: it needs -M virt,gic-version=3,iommu=smmuv3 with faultline-smmuv3 in its place",
			   TYPE_FAULTLINE_MASTER);
		return;
	}
	if (m->q->record_path) {
		error_setg(
			errp,
			"%s: a recording keeps address spaces by StreamID, not by PASID: no record= with this device",
			TYPE_FAULTLINE_MASTER);
		return;
	}
	if (m->index >= MOST_MASTERS || !m->queues || m->queues > MASTER_MOST_QUEUES || m->pasid_bits > 20) {
		error_setg(errp, "%s: index is 0 to %u, queues 1 to %u, pasid-bits 0 to 20", TYPE_FAULTLINE_MASTER,
			   MOST_MASTERS - 1, MASTER_MOST_QUEUES);
		return;
	}
	if (memory_region_find(get_system_memory(), base, 1).mr) {
		error_setg(errp, "%s: index %u: there is a device at 0x%" PRIx64 " already", TYPE_FAULTLINE_MASTER,
			   m->index, base);
		return;
	}
	if (!describe(m, base, line)) {
		error_setg(errp, "%s: the machine's device tree has no arm,smmu-v3", TYPE_FAULTLINE_MASTER);
		return;
	}
	m->line = qdev_get_gpio_in(DEVICE(gic), (int)line);
	m->bh = qemu_bh_new(work, m);
	memory_region_init_io(&m->mmio, OBJECT(dev), &ops, m, TYPE_FAULTLINE_MASTER, MASTER_SIZE);
	memory_region_add_subregion(get_system_memory(), base, &m->mmio);
	m->client.resume = resume;
	m->client.stall_free = stall_free;
	flq_client_add(m->q, &m->client);
	m->exit.notify = at_exit;
	qemu_add_exit_notifier(&m->exit);
	qemu_register_reset(reset, m);
}

static FLQ_CONST Property properties[] = { DEFINE_PROP_UINT32("index", FaultlineMaster, index, 0),
					   DEFINE_PROP_UINT32("queues", FaultlineMaster, queues, MASTER_MOST_QUEUES),
					   DEFINE_PROP_UINT32("pasid-bits", FaultlineMaster, pasid_bits, 16),
					   FLQ_PROPERTIES_END };

static const VMStateDescription vmstate = { .name = TYPE_FAULTLINE_MASTER, .unmigratable = 1 };

static void class_init(ObjectClass *klass, FLQ_CLASS_DATA void *data)
{
	DeviceClass *dc = DEVICE_CLASS(klass);

	dc->desc = "DMA master with PASIDs that can be stalled";
	dc->realize = realize;
	dc->vmsd = &vmstate;
	dc->hotpluggable = false;
	device_class_set_props(dc, properties);
	set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo info = {
	.name = TYPE_FAULTLINE_MASTER,
	.parent = TYPE_DEVICE,
	.instance_size = sizeof(FaultlineMaster),
	.class_init = class_init,
};

static void register_types(void)
{
	type_register_static(&info);
}

type_init(register_types)
