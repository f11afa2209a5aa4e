// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_driver_priv.h"
#include "face_priv.h"
#include "faultline/driver.h"
#include "machine.h"

SAME_VALUE(DRV_MAX_SIDS, FL_DEVICE_STREAMS);
SAME_VALUE(DRV_PROT_READ, FL_MAP_READ);
SAME_VALUE(DRV_PROT_WRITE, FL_MAP_WRITE);
SAME_VALUE(DRV_PROT_EXEC, FL_MAP_EXEC);
SAME_VALUE(DRV_PROT_PRIV, FL_MAP_PRIV);

/* FACE_DRIVERS: row(KIND) for each kind that is built. */
#define row(kind) extern const struct face_driver face_driver_##kind;
FACE_DRIVERS
#undef row

static const struct face_driver *const rows[] = {
#define row(kind) &face_driver_##kind,
	FACE_DRIVERS
#undef row
};

/**
 * struct fl_driver - a machine whose hardware and memory are the embedder's
 * @m: driver and fault core; the first member, because services get its address
 * @board: what it allocates from, and the time
 * @iommu: the hardware
 * @params: the embedder's
 * @faults: policies of every device
 * @storm: likewise
 * @cfg: what the driver was probed with
 */
struct fl_driver {
	struct machine m;
	struct machine_board board;
	struct fl_iommu *iommu;
	struct fl_driver_params params;
	struct fault_dev_cfg faults;
	struct fault_storm storm;
	void *cfg;
};

struct fl_domain {
	struct fault_domain *domain;
	struct fl_fault_domain_ops ops;
	void *ctx;
};

/* ---- memory is the host's, as the IOMMU sees it ---- */

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	const struct fl_iommu *i = ((struct fl_driver *)ctx)->iommu;

	return i->host.mem_read(i->ctx, pa, buf, len) ? -EIO : 0;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	const struct fl_iommu *i = ((struct fl_driver *)ctx)->iommu;

	return i->host.mem_write(i->ctx, pa, buf, len) ? -EIO : 0;
}

/* As somebody's software, so that watches and PCIe functions hear of it. */
static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	return fl_iommu_mmio_read(((struct fl_driver *)ctx)->iommu, offset, size);
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	fl_iommu_mmio_write(((struct fl_driver *)ctx)->iommu, offset, value, size);
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	static const u8 zeros[4096];
	struct fl_driver *d = ctx;
	int err = frames_alloc(&d->board.frames, bytes, align, pa);
	u64 at;

	for (at = 0; !err && at < bytes; at += sizeof(zeros))
		err = mem_write(ctx, *pa + at, zeros, (u32)min(bytes - at, (u64)sizeof(zeros)));
	return err ? -ENOMEM : 0;
}

static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	frames_free(&((struct fl_driver *)ctx)->board.frames, pa, bytes);
}

static bool poll(void *ctx, u32 tries)
{
	const struct fl_driver_params *p = &((struct fl_driver *)ctx)->params;

	return p->poll ? p->poll(p->poll_ctx, tries) : tries < MACHINE_POLLS;
}

/* ---- life ---- */

static const struct face_driver *row_of(const struct fl_iommu *i)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(rows); n++)
		if (!strcmp(rows[n]->name, i->cls->name))
			return rows[n];
	return NULL;
}

static int take_policy(struct fl_driver *d, struct drv_cfg *common)
{
	struct fl_fault_dev_params p;
	int err = face_take(&p, sizeof(p), d->params.policy);

	if (err || !d->params.policy)
		return err;
	d->faults = (struct fault_dev_cfg){ .credits = p.credits,
					    .partial_ns = p.partial_ns,
					    .pending_ns = p.pending_ns,
					    .expire_code = (enum fault_code)p.expire_code,
					    .no_slot_code = (enum fault_code)p.no_slot_code,
					    .no_domain_code = (enum fault_code)p.no_domain_code };
	d->storm = (struct fault_storm){ .limit = p.storm_limit,
					 .window_ns = p.storm_window_ns,
					 .off_ns = p.storm_off_ns,
					 .off_max_ns = p.storm_off_max_ns };
	common->faults = &d->faults;
	common->storm = p.storm_limit ? &d->storm : NULL;
	d->params.policy = NULL;
	return 0;
}

static void make_machine(struct fl_driver *d, const struct face_driver *kind)
{
	struct machine *m = &d->m;

	machine_board_init(&d->board, NULL, d->params.mem_base, d->params.mem_bytes);
	machine_init(m, &d->board, d->iommu->cls);
	m->hw = d->iommu->hw;
	m->n_lines = kind->lines;
	m->level_irq = kind->level_irq;
	m->doorbell = d->params.doorbell ? d->params.doorbell : 0xfee00000;
	m->drv_ops.mmio_read = mmio_read;
	m->drv_ops.mmio_write = mmio_write;
	m->drv_ops.mem_read = mem_read;
	m->drv_ops.mem_write = mem_write;
	m->drv_ops.mem_alloc = mem_alloc;
	m->drv_ops.mem_free = mem_free;
	m->drv_ops.poll = poll;
}

static void release(struct fl_driver *d)
{
	machine_board_exit(&d->board);
	fl_free(d->cfg);
	fl_free(d);
}

int fl_driver_create(struct fl_iommu *iommu, const struct fl_driver_params *params, struct fl_driver **out)
{
	const struct face_driver *kind = row_of(iommu);
	struct fl_driver *d;
	int err;

	if (!kind)
		return -EOPNOTSUPP;
	d = fl_zalloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->iommu = iommu;
	err = face_take(&d->params, sizeof(d->params), params);
	if (!err &&
	    (!d->params.mem_bytes || (d->params.mem_base | d->params.mem_bytes) & 4095 || !iommu->host.mem_write))
		err = -EINVAL;
	make_machine(d, kind);
	d->cfg = fl_zalloc(kind->cfg_bytes);
	if (!err && !d->cfg)
		err = -ENOMEM;
	if (!err)
		err = take_policy(d, d->cfg);
	if (!err) {
		((struct drv_cfg *)d->cfg)->nested = d->params.nested;
		if (kind->set_doorbell)
			kind->set_doorbell(d->cfg, d->m.doorbell);
		err = machine_start(&d->m, kind->cls, d->cfg);
		if (err)
			machine_stop(&d->m);
	}
	if (err) {
		release(d);
		return err;
	}
	*out = d;
	return 0;
}

int fl_driver_destroy(struct fl_driver *d)
{
	int err = d ? machine_stop(&d->m) : 0;

	if (d && !err)
		release(d);
	return err;
}

void fl_driver_irq(struct fl_driver *d, uint32_t line, bool level)
{
	machine_raise(&d->m, line, level);
}

bool fl_driver_msi(struct fl_driver *d, uint64_t pa, uint32_t data)
{
	if (pa != d->m.doorbell || data >= d->m.n_lines)
		return false;
	d->m.edges |= BIT_ULL(data);
	return true;
}

int fl_driver_run(struct fl_driver *d, uint64_t now)
{
	d->board.now = now;
	return machine_pump(&d->board) ? -ELOOP : 0;
}

unsigned int fl_driver_expire(struct fl_driver *d, uint64_t now)
{
	d->board.now = now;
	return fault_core_expire(d->m.core, now);
}

int fl_driver_respond(struct fl_driver *d, uint64_t cookie, enum fl_fault_code code)
{
	return fault_core_respond(d->m.core, cookie, (enum fault_code)code, d->board.now);
}

/* ---- devices: the fault core's ---- */

int fl_device_add(struct fl_driver *d, const struct fl_device_params *params, struct fl_device **out)
{
	struct drv_device_cfg cfg = { 0 };
	struct fl_device_params p;
	struct fault_dev *dev;
	int err = face_take(&p, sizeof(p), params);

	if (err)
		return err;
	if (!p.n_streams || p.n_streams > DRV_MAX_SIDS || p.pasid_bits > 20)
		return -EINVAL;
	memcpy(cfg.sids, p.streams, sizeof(cfg.sids));
	cfg.n_sids = (u8)p.n_streams;
	cfg.pasid_bits = (u8)p.pasid_bits;
	cfg.can_stall = p.can_stall;
	cfg.pri = p.pri;
	cfg.ats = p.ats;
	cfg.credits = p.credits;
	err = d->m.drv_cls->device_add(d->m.drv, &cfg, &dev);
	if (!err)
		*out = (struct fl_device *)dev;
	return err;
}

void fl_device_remove(struct fl_driver *d, struct fl_device *device)
{
	d->m.drv_cls->device_remove(d->m.drv, (struct fault_dev *)device, d->board.now);
}

int fl_device_attach(struct fl_driver *d, struct fl_device *device, uint32_t pasid, struct fl_domain *domain)
{
	return d->m.drv_cls->attach(d->m.drv, (struct fault_dev *)device, pasid, domain->domain, d->board.now);
}

int fl_device_detach(struct fl_driver *d, struct fl_device *device, uint32_t pasid)
{
	return d->m.drv_cls->detach(d->m.drv, (struct fault_dev *)device, pasid, d->board.now);
}

/* ---- domains ---- */

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	const struct fl_domain *d = ctx;

	return (enum fault_code)d->ops.handle(d->ctx, (struct fl_fault_group *)g, (const struct fl_fault_record *)f);
}

static void event(void *ctx, const struct fault_record *f, u64 now)
{
	const struct fl_domain *d = ctx;

	if (d->ops.event)
		d->ops.event(d->ctx, (const struct fl_fault_record *)f, now);
}

/* A device that neither stalls nor has PRI has no faults to wait for; its events are told all the same. */
static int own(struct fl_domain *dom)
{
	static const struct fault_domain_ops inner = { .handle = handle, .event = event };
	const union fault_owner owner = { .handler = { &inner, dom } };
	int err = fault_domain_set_owner(dom->domain, &owner);

	if (!err && fault_domain_can_stall(dom->domain))
		err = fault_domain_enable_stalls(dom->domain);
	return err;
}

int fl_domain_create(struct fl_driver *d, struct fl_device *device, enum fl_domain_type type,
		     const struct fl_fault_domain_ops *ops, void *ctx, struct fl_domain **out)
{
	static const enum drv_domain_type types[] = { DRV_DOMAIN_PAGING, DRV_DOMAIN_IDENTITY, DRV_DOMAIN_BLOCKED };
	struct fl_domain *dom = fl_zalloc(sizeof(*dom));
	int err;

	if (!dom)
		return -ENOMEM;
	dom->ctx = ctx;
	err = face_take(&dom->ops, sizeof(dom->ops), ops);
	if (!err && ((u32)type >= ARRAY_SIZE(types) || (ops && !dom->ops.handle)))
		err = -EINVAL;
	if (!err)
		err = d->m.drv_cls->domain_alloc(d->m.drv, (struct fault_dev *)device, types[type], &dom->domain);
	if (!err && ops) {
		err = own(dom);
		if (err)
			d->m.drv_cls->domain_free(d->m.drv, dom->domain);
	}
	if (err) {
		fl_free(dom);
		return err;
	}
	*out = dom;
	return 0;
}

void fl_domain_destroy(struct fl_driver *d, struct fl_domain *domain)
{
	d->m.drv_cls->domain_free(d->m.drv, domain->domain);
	fl_free(domain);
}

int fl_domain_map(struct fl_driver *d, struct fl_domain *domain, uint64_t iova, uint64_t pa, uint64_t bytes,
		  uint32_t perm)
{
	return d->m.drv_cls->map(d->m.drv, domain->domain, iova, pa, bytes, perm);
}

int64_t fl_domain_unmap(struct fl_driver *d, struct fl_domain *domain, uint64_t iova, uint64_t bytes)
{
	return d->m.drv_cls->unmap(d->m.drv, domain->domain, iova, bytes);
}
