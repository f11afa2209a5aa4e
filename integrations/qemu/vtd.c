// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultline-vtd: Intel VT-d as the IOMMU of a q35 machine.
 *
 * The type is a child of intel-iommu, so that what asks the machine for one (the DMAR table, the list of what a user may add)
 * finds it, and intel-iommu's properties are its own: aw-bits, caching-mode, x-scalable-mode, x-pasid-mode, snoop-control,
 * dma-drain, device-iotlb, pt, version. Nothing of intel-iommu's runs. Interrupt remapping is not modelled and not advertised.
 */
#include "flq.h"

#include "hw/i386/intel_iommu.h"
#include "hw/i386/pc.h"
#include "hw/i386/x86-iommu.h"
#include "hw/pci-host/q35.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/error-report.h"

#include <faultline/vtd.h>

#define TYPE_FLQ_VTD "faultline-vtd"
OBJECT_DECLARE_SIMPLE_TYPE(FlqVtd, FLQ_VTD)

struct FlqVtd {
	IntelIOMMUState parent;
	struct flq q;
	uint64_t cap, ecap;
};

#define BIT_AT(n)	   (1ULL << (n))
#define FIELD_AT(n, value) ((uint64_t)(value) << (n))

/* CAP_REG, 11.4.2 */
#define CAP_ND_16BITS FIELD_AT(0, 6)
#define CAP_CM	      BIT_AT(7)
#define CAP_SAGAW(n)  FIELD_AT(8, n)
#define CAP_MGAW(n)   FIELD_AT(16, (n)-1)
#define CAP_ZLR	      BIT_AT(22)
#define CAP_FRO(at)   FIELD_AT(24, (at) / 16)
#define CAP_SSLPS     FIELD_AT(34, 3)
#define CAP_PSI	      BIT_AT(39)
#define CAP_NFR(n)    FIELD_AT(40, (n)-1)
#define CAP_MAMV(n)   FIELD_AT(48, n)
#define CAP_DWD	      BIT_AT(54)
#define CAP_DRD	      BIT_AT(55)
#define CAP_FS1GP     BIT_AT(56)
#define CAP_FS5LP     BIT_AT(60)

/* ECAP_REG, 11.4.3 */
#define ECAP_C	     BIT_AT(0)
#define ECAP_QI	     BIT_AT(1)
#define ECAP_DT	     BIT_AT(2)
#define ECAP_PT	     BIT_AT(6)
#define ECAP_SC	     BIT_AT(7)
#define ECAP_IRO(at) FIELD_AT(8, (at) / 16)
#define ECAP_NEST    BIT_AT(26)
#define ECAP_SRS     BIT_AT(31)
#define ECAP_PSS(n)  FIELD_AT(35, (n)-1)
#define ECAP_PASID   BIT_AT(40)
#define ECAP_SMTS    BIT_AT(43)
#define ECAP_SSADS   BIT_AT(45)
#define ECAP_SSTS    BIT_AT(46)
#define ECAP_FSTS    BIT_AT(47)
#define ECAP_SMPWCS  BIT_AT(48)
#define ECAP_RPS     BIT_AT(49)

static uint64_t cap_of(const IntelIOMMUState *s)
{
	uint64_t cap = CAP_ND_16BITS | CAP_ZLR | CAP_FRO(0x400) | CAP_SSLPS | CAP_PSI | CAP_NFR(8) | CAP_MAMV(18) |
		       CAP_FS1GP | CAP_MGAW(s->aw_bits);

	/* 39 bits are three levels, bit 1 of SAGAW; each level more is the next bit. */
	cap |= CAP_SAGAW(s->aw_bits == 57 ? 0xe : s->aw_bits == 48 ? 0x6 : 0x2);
	if (s->aw_bits == 57)
		cap |= CAP_FS5LP;
	if (s->caching_mode)
		cap |= CAP_CM;
	if (s->dma_drain)
		cap |= CAP_DWD | CAP_DRD;
	return cap;
}

static uint64_t ecap_of(const IntelIOMMUState *s)
{
	const X86IOMMUState *x86 = &s->x86_iommu;
	uint64_t ecap = ECAP_C | ECAP_QI | ECAP_IRO(0x500);

	if (x86->dt_supported)
		ecap |= ECAP_DT;
	if (x86->pt_supported)
		ecap |= ECAP_PT;
	if (s->snoop_control)
		ecap |= ECAP_SC;
	if (s->scalable_mode)
		ecap |= ECAP_SMTS | ECAP_SSTS | ECAP_SRS | ECAP_SSADS | ECAP_SMPWCS | ECAP_RPS;
	if (s->scalable_mode && s->aw_bits >= 48) /* the first stage has four levels or more (3.6) */
		ecap |= ECAP_FSTS | ECAP_NEST;
	if (s->scalable_mode && s->pasid)
		ecap |= ECAP_PASID | ECAP_PSS(20);
	return ecap;
}

static int create(struct flq *q, const struct fl_host *host, void *ctx, struct fl_iommu **out)
{
	FlqVtd *v = container_of(q, FlqVtd, q);
	const IntelIOMMUState *s = &v->parent;
	struct flq_caches caches = { 0 };
	struct fl_vtd_params params = {
		.size = sizeof(params),
		.cap = v->cap ? v->cap : cap_of(s),
		.ecap = v->ecap ? v->ecap : ecap_of(s),
		.ver = s->version,
	};
	Error *why = NULL;

	if (!flq_preset(q, &caches, &why)) {
		error_report_err(why);
		return -EINVAL;
	}
	q->one_stage = !(params.ecap & ECAP_NEST);
	params.iotlb = caches.tlb;
	params.first = caches.walk;
	params.second = caches.walk;
	params.context = caches.config;
	params.pasid = caches.config;
	return fl_vtd_create(&params, host, ctx, out);
}

/* ---- recording: a fault recording register, low half and high half (11.4.7.6) ---- */

static bool record_fault(struct flq *q, uint64_t at, struct fl_trace_record *record)
{
	uint64_t word[2], time_ns = record->time_ns;
	struct fl_register reg;
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (fl_iommu_register_of(q->iommu, at + 8 * i, &reg, sizeof(reg)) ||
		    fl_iommu_register_read(q->iommu, reg.name, &word[i]))
			return false;
	fl_trace_record_init(record, FL_TRACE_FAULT, time_ns);
	record->model = FL_TRACE_MODEL_VTD;
	record->code = word[1] >> 32 & 0xff;						       /* FR */
	record->stream = word[1] & 0xffff;						       /* SID */
	record->iova = word[0] & ~0xfffULL;						       /* FI */
	record->flags = FL_TRACE_WORDS | (word[1] >> 62 & 1 ? FL_TRACE_READ : FL_TRACE_WRITE); /* T1 */
	if (word[1] >> 31 & 1) {							       /* PP */
		record->flags |= FL_TRACE_PASID;
		record->pasid = word[1] >> 40 & 0xfffff;
	}
	memcpy(record->word, word, sizeof(word));
	return true;
}

static bool record(struct flq *q, const struct fl_event *event, const uint64_t *words, struct fl_trace_record *record)
{
	if (event->unit != FL_UNIT_EVENTS)
		return false;
	if (event->kind == FL_EVENT_RECORD)
		return record_fault(q, event->addr, record);
	if (event->kind != FL_EVENT_RECORD_LOST)
		return false;
	record->code = FL_TRACE_MARK_EVTQ_LOST;
	record->size = 1;
	return true;
}

/* ---- the interrupt address range ---- */

/*
 * 3.14: a write of four bytes to FEEx_xxxxh is an interrupt request, whatever else is translated. A translation of QEMU does not
 * know an access's length, so this range has a region of its own, which does.
 */
#define MESSAGES      0xfee00000ULL
#define MESSAGES_SIZE 0x100000ULL

struct messages {
	MemoryRegion mr;
	struct flq_space *space;
};

static MemTxResult message_access(struct messages *messages, hwaddr offset, uint64_t *data, unsigned int bytes,
				  bool write, MemTxAttrs attrs)
{
	struct flq_space *space = messages->space;
	struct fl_access access = {
		.addr = MESSAGES + offset,
		.bytes = bytes,
		.stream = (uint32_t)(pci_bus_num(space->bus) << 8 | space->devfn),
		.flags = write ? FL_WRITE : 0,
	};
	struct fl_result result;
	enum fl_outcome outcome;

	if (!flq_enter(space->q))
		return MEMTX_ERROR;
	outcome = fl_iommu_translate(space->q->iommu, &access, &result);
	flq_leave(space->q);
	if (outcome != FL_OK)
		return MEMTX_DECODE_ERROR;
	return address_space_rw(&address_space_memory, result.addr, attrs, data, bytes, write);
}

static MemTxResult message_read(void *opaque, hwaddr offset, uint64_t *data, unsigned int bytes, MemTxAttrs attrs)
{
	uint64_t word = 0;
	MemTxResult res = message_access(opaque, offset, &word, bytes, false, attrs);

	*data = le64_to_cpu(word);
	return res;
}

static MemTxResult message_write(void *opaque, hwaddr offset, uint64_t data, unsigned int bytes, MemTxAttrs attrs)
{
	uint64_t word = cpu_to_le64(data);

	return message_access(opaque, offset, &word, bytes, true, attrs);
}

static const MemoryRegionOps message_ops = {
	.read_with_attrs = message_read,
	.write_with_attrs = message_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = { .min_access_size = 1, .max_access_size = 8 },
	.impl = { .min_access_size = 1, .max_access_size = 8 },
};

static void space_made(struct flq *q, struct flq_space *space)
{
	struct messages *messages = g_new0(struct messages, 1);

	messages->space = space;
	memory_region_init_io(&messages->mr, OBJECT(q->dev), &message_ops, messages, TYPE_FLQ_VTD "-messages",
			      MESSAGES_SIZE);
	memory_region_add_subregion_overlap(&space->root, MESSAGES, &messages->mr, 1);
}

static const struct flq_class vtd_class = {
	.name = TYPE_FLQ_VTD,
	.model = FL_TRACE_MODEL_VTD,
	.create = create,
	.space = space_made,
	.record = record,
};

/* ---- the device ---- */

static void realize(DeviceState *dev, Error **errp)
{
	FlqVtd *v = FLQ_VTD(dev);
	IntelIOMMUState *s = &v->parent;

	if (x86_iommu_ir_supported(&s->x86_iommu)) {
		error_setg(errp, TYPE_FLQ_VTD ": interrupt remapping is not modelled: no intremap=on");
		return;
	}
	if (s->aw_bits != 39 && s->aw_bits != 48 && s->aw_bits != 57) {
		error_setg(errp, TYPE_FLQ_VTD ": aw-bits=%u: 39, 48 or 57 (3, 4 or 5 levels)", s->aw_bits);
		return;
	}
	v->q.dev = dev;
	v->q.cls = &vtd_class;
	if (!flq_realize(&v->q, errp))
		return;
	sysbus_init_mmio(SYS_BUS_DEVICE(dev), &v->q.mmio);
	sysbus_mmio_map(SYS_BUS_DEVICE(dev), 0, Q35_HOST_BRIDGE_IOMMU_ADDR);
	flq_attach(&v->q, PC_MACHINE(qdev_get_machine())->bus);
}

static void reset(DeviceState *dev)
{
	flq_reset(&FLQ_VTD(dev)->q);
}

static void instance_init(Object *obj)
{
	X86_IOMMU_DEVICE(obj)->intr_supported = ON_OFF_AUTO_OFF;
}

static FLQ_CONST VMStateField fields[] = {
	VMSTATE_STRUCT(q, FlqVtd, 1, flq_vmstate, struct flq),
	VMSTATE_END_OF_LIST(),
};

static const VMStateDescription vmstate = {
	.name = TYPE_FLQ_VTD,
	.version_id = 1,
	.minimum_version_id = 1,
	.priority = MIG_PRI_IOMMU,
	.fields = fields,
};

static FLQ_CONST Property properties[] = { FLQ_PROPERTIES(FlqVtd, q), DEFINE_PROP_UINT64("cap", FlqVtd, cap, 0),
					   DEFINE_PROP_UINT64("ecap", FlqVtd, ecap, 0), FLQ_PROPERTIES_END };

static void class_init(ObjectClass *klass, FLQ_CLASS_DATA void *data)
{
	DeviceClass *dc = DEVICE_CLASS(klass);
	X86IOMMUClass *x86 = X86_IOMMU_DEVICE_CLASS(klass);

	x86->realize = realize;
	x86->int_remap = NULL;
	flq_class_reset(dc, reset);
	dc->vmsd = &vmstate;
	dc->hotpluggable = false;
	dc->user_creatable = true;
	dc->desc = "Intel VT-d DMA remapping of Faultline";
	device_class_set_props(dc, properties);
}

static const TypeInfo info = {
	.name = TYPE_FLQ_VTD,
	.parent = TYPE_INTEL_IOMMU_DEVICE,
	.instance_size = sizeof(FlqVtd),
	.instance_init = instance_init,
	.class_init = class_init,
};

static void register_types(void)
{
	type_register_static(&info);
}

type_init(register_types)
