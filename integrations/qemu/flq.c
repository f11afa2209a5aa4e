// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The engine in its device: registers, the lock, what is done after a call, reset, state, counters. */
#include "flq.h"

#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/error-report.h"

#include <faultline/config.h>

/* Messages that go out before the guest's processor, or QEMU's main loop, has its turn again: a message may lead to others. */
#define ROUNDS 64

static __thread char self;
static struct flq *of_machine;

struct flq *flq_of_machine(void)
{
	return of_machine;
}

bool flq_enter(struct flq *q)
{
	if (qatomic_read(&q->owner) == &self)
		return false;
	qemu_mutex_lock(&q->lock);
	qatomic_set(&q->owner, &self);
	return true;
}

static void carry_out(struct flq *q, const struct flq_action *action)
{
	switch (action->kind) {
	case FLQ_MESSAGE:
		address_space_stl_le(&address_space_memory, action->at, (uint32_t)action->value, MEMTXATTRS_UNSPECIFIED,
				     NULL);
		break;
	case FLQ_REGISTER:
		qemu_mutex_lock(&q->lock);
		qatomic_set(&q->owner, &self);
		fl_iommu_mmio_write(q->iommu, action->at, action->value, action->bytes);
		qatomic_set(&q->owner, NULL);
		qemu_mutex_unlock(&q->lock);
		break;
	case FLQ_ATS_DONE:
		qemu_mutex_lock(&q->lock);
		qatomic_set(&q->owner, &self);
		fl_iommu_ats_done(q->iommu, action->stream, (uint8_t)action->value, true);
		fl_iommu_step(q->iommu);
		qatomic_set(&q->owner, NULL);
		qemu_mutex_unlock(&q->lock);
		break;
	}
}

/* One round of what is due; false: nothing was. */
static bool settle_once(struct flq *q)
{
	uint32_t lines, line, i;
	GArray *actions = NULL;

	qemu_mutex_lock(&q->lock);
	lines = q->lines;
	q->lines = 0;
	if (q->actions->len) {
		actions = q->actions;
		q->actions = g_array_new(false, false, sizeof(struct flq_action));
	}
	qemu_mutex_unlock(&q->lock);
	for (i = 0; actions && i < actions->len; i++)
		carry_out(q, &g_array_index(actions, struct flq_action, i));
	for (line = 0; lines >> line; line++)
		if (lines >> line & 1 && q->cls->irq)
			q->cls->irq(q, line);
	if (actions)
		g_array_free(actions, true);
	return lines || actions;
}

/* With the big lock held. What a message leads to is done by the outer call. */
static void settle(struct flq *q)
{
	unsigned int round;

	if (q->settling)
		return;
	q->settling = true;
	for (round = 0; round < ROUNDS && settle_once(q); round++)
		;
	q->settling = false;
	if (round == ROUNDS)
		qemu_bh_schedule(q->bh);
}

static void settle_later(void *opaque)
{
	settle(opaque);
}

void flq_leave(struct flq *q)
{
	bool due = q->lines || q->actions->len;

	qatomic_set(&q->owner, NULL);
	qemu_mutex_unlock(&q->lock);
	if (!due)
		return;
	if (flq_bql_held())
		settle(q);
	else
		qemu_bh_schedule(q->bh);
}

/* ---- registers ---- */

static uint64_t mmio_read(void *opaque, hwaddr offset, unsigned int bytes)
{
	struct flq *q = opaque;
	uint64_t value;

	if (!flq_enter(q))
		return 0;
	value = fl_iommu_mmio_read(q->iommu, offset, bytes);
	flq_leave(q);
	return value;
}

static void mmio_write(void *opaque, hwaddr offset, uint64_t value, unsigned int bytes)
{
	struct flq_action action = { .kind = FLQ_REGISTER, .at = offset, .value = value, .bytes = (uint8_t)bytes };
	struct flq *q = opaque;

	if (!flq_enter(q)) { /* from within a call: this thread holds the lock */
		g_array_append_vals(q->actions, &action, 1);
		return;
	}
	fl_iommu_mmio_write(q->iommu, offset, value, bytes);
	flq_leave(q);
}

static const MemoryRegionOps mmio_ops = {
	.read = mmio_read,
	.write = mmio_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = { .min_access_size = 4, .max_access_size = 8 },
	.impl = { .min_access_size = 4, .max_access_size = 8 },
};

/* ---- translation ---- */

enum fl_outcome flq_ask(struct flq *q, const struct fl_access *access, struct fl_result *result)
{
	enum fl_outcome outcome;

	q->translating = true;
	outcome = fl_iommu_translate(q->iommu, access, result);
	q->translating = false;
	q->translations++;
	if (outcome != FL_OK)
		q->refused++;
	if (outcome == FL_STALL)
		q->stalled++;
	if (q->recorder)
		flq_record_access(q, access, outcome, result);
	return outcome;
}

/* ---- life ---- */

void flq_reset(struct flq *q)
{
	if (!flq_enter(q))
		return;
	fl_iommu_reset(q->iommu);
	q->lines = 0;
	g_array_set_size(q->actions, 0);
	flq_leave(q);
	flq_forget_all(q);
}

static void at_exit(Notifier *notifier, void *data)
{
	struct flq *q = container_of(notifier, struct flq, exit);

	qemu_mutex_lock(&q->lock);
	flq_record_close(q);
	if (q->counters) {
		info_report("%s: translations %" PRIu64 ", refused %" PRIu64 ", stalled %" PRIu64, q->cls->name,
			    q->translations, q->refused, q->stalled);
	}
	qemu_mutex_unlock(&q->lock);
}

bool flq_realize(struct flq *q, Error **errp)
{
	struct fl_host host;
	int err;

	flq_host_services(&host);
	q->actions = g_array_new(false, false, sizeof(struct flq_action));
	q->buses = g_hash_table_new(NULL, NULL);
	q->clients = g_ptr_array_new();
	QLIST_INIT(&q->notified);
	qemu_mutex_init(&q->lock);
	err = q->cls->create(q, &host, q, &q->iommu);
	if (!err)
		err = fl_walk_create(&q->walk);
	if (err) {
		if (errp && !*errp)
			error_setg_errno(errp, -err, "%s: the properties do not go together", q->cls->name);
		return false;
	}
	if (q->record_path && !flq_record_open(q, errp))
		return false;
	q->bh = qemu_bh_new(settle_later, q);
	memory_region_init_io(&q->mmio, OBJECT(q->dev), &mmio_ops, q, q->cls->name, fl_iommu_mmio_bytes(q->iommu));
	q->exit.notify = at_exit;
	qemu_add_exit_notifier(&q->exit);
	if (!of_machine)
		of_machine = q;
	return true;
}

void flq_client_add(struct flq *q, struct flq_client *client)
{
	g_ptr_array_add(q->clients, client);
	client->number = q->clients->len;
}

enum fl_outcome flq_client_access(struct flq *q, struct flq_client *client, uint32_t slot, struct fl_access *access,
				  struct fl_result *result)
{
	enum fl_outcome outcome;

	access->token = (uint64_t)client->number << 32 | slot;
	if (!flq_enter(q))
		return FL_WAIT;
	outcome = flq_ask(q, access, result);
	flq_leave(q);
	return outcome;
}

static bool cache_of(const struct fl_cfg *cfg, const char *sets, const char *ways, struct fl_cache *cache)
{
	uint64_t number_of_sets, number_of_ways;

	if (fl_cfg_get_number(cfg, sets, &number_of_sets) || fl_cfg_get_number(cfg, ways, &number_of_ways))
		return false;
	cache->sets = (uint32_t)number_of_sets;
	cache->ways = number_of_sets ? (uint32_t)number_of_ways : 1;
	return true;
}

bool flq_preset(struct flq *q, struct flq_caches *caches, Error **errp)
{
	struct fl_error why;
	struct fl_cfg *cfg;
	bool ok;

	if (!q->preset)
		return true;
	if (fl_cfg_create(&cfg)) {
		error_setg(errp, "%s: out of memory", q->cls->name);
		return false;
	}
	ok = !fl_cfg_load(cfg, q->preset, &why);
	if (!ok)
		error_setg(errp, "%s: preset %s: %s", q->cls->name, q->preset, why.text);
	else
		ok = cache_of(cfg, "iommu.tlb_sets", "iommu.tlb_ways", &caches->tlb) &&
		     cache_of(cfg, "iommu.walk_cache_sets", "iommu.walk_cache_ways", &caches->walk) &&
		     cache_of(cfg, "iommu.config_cache_sets", "iommu.config_cache_ways", &caches->config);
	fl_cfg_destroy(cfg);
	return ok;
}

/* ---- state ---- */

static int pre_save(void *opaque)
{
	struct flq *q = opaque;
	void *image;
	size_t bytes;
	int err;

	settle(q);
	qemu_mutex_lock(&q->lock);
	err = fl_iommu_save(q->iommu, &image, &bytes);
	qemu_mutex_unlock(&q->lock);
	if (err)
		return err;
	g_free(q->image);
	q->image_bytes = (uint32_t)bytes;
	q->image = g_malloc(bytes);
	memcpy(q->image, image, bytes);
	fl_image_free(image);
	return 0;
}

static int post_load(void *opaque, int version)
{
	struct flq *q = opaque;
	int err;

	qemu_mutex_lock(&q->lock);
	fl_iommu_reset(q->iommu);
	err = fl_iommu_restore(q->iommu, q->image, q->image_bytes);
	q->lines = 0;
	g_array_set_size(q->actions, 0);
	qemu_mutex_unlock(&q->lock);
	g_free(q->image);
	q->image = NULL;
	if (err) {
		error_report("%s: the saved state is damaged, or of an IOMMU with other properties", q->cls->name);
		return err;
	}
	flq_forget_all(q);
	return 0;
}

static FLQ_CONST VMStateField fields[] = {
	VMSTATE_UINT32(image_bytes, struct flq),
	VMSTATE_VBUFFER_ALLOC_UINT32(image, struct flq, 1, NULL, image_bytes),
	VMSTATE_END_OF_LIST(),
};

const VMStateDescription flq_vmstate = {
	.name = "faultline",
	.version_id = 1,
	.minimum_version_id = 1,
	.pre_save = pre_save,
	.post_load = post_load,
	.fields = fields,
};
