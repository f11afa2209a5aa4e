// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultline-smmuv3: an Arm SMMUv3 for the virt machine.
 *
 * The machine makes an "arm-smmuv3" by name (-M virt,iommu=smmuv3), describes it in its device tree and ACPI tables, and
 * wires it. That device keeps its name and place; with this file in the program, its realize makes a faultline-smmuv3 and hands
 * out that one's registers and interrupt lines.
 */
#include "flq.h"

#include "hw/irq.h"
#include "hw/sysbus.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qom/object.h"

#include <faultline/smmuv3.h>

#define TYPE_FAULTLINE_SMMUV3 "faultline-smmuv3"
OBJECT_DECLARE_SIMPLE_TYPE(FaultlineSmmuv3, FAULTLINE_SMMUV3)

/* evtq, priq, cmdq-sync, gerror: the order of enum fl_smmuv3_line, and of the machine. */
#define LINES 4

struct FaultlineSmmuv3 {
	SysBusDevice parent_obj;
	struct flq q;
	PCIBus *primary_bus;
	qemu_irq line[LINES];
	uint32_t idr[6], aidr, iidr, gbpa, stalls;
};

static int create(struct flq *q, const struct fl_host *host, void *ctx, struct fl_iommu **out)
{
	FaultlineSmmuv3 *s = container_of(q, FaultlineSmmuv3, q);
	struct fl_smmuv3_params params = {
		.size = sizeof(params),
		.idr_given = 0x3f,
		.aidr = s->aidr,
		.iidr = s->iidr,
		.gbpa = s->gbpa,
		.stalls = s->stalls,
	};
	struct flq_caches caches = { 0 };
	Error *err = NULL;

	if (!flq_preset(q, &caches, &err)) {
		error_report_err(err);
		return -EINVAL;
	}
	params.tlb = caches.tlb;
	params.walk_cache = params.walk_cache_s2 = caches.walk;
	params.ste_cache = params.cd_cache = caches.config;
	memcpy(params.idr, s->idr, sizeof(params.idr));
	q->one_stage = (s->idr[0] & 3) != 3; /* S2P, S1P (6.3.1) */
	return fl_smmuv3_create(&params, host, ctx, out);
}

static void irq(struct flq *q, unsigned int line)
{
	FaultlineSmmuv3 *s = container_of(q, FaultlineSmmuv3, q);

	if (line < LINES)
		qemu_irq_pulse(s->line[line]);
}

/* ---- recording: the specification's words (IHI 0070, 4.5.2, 4.7.1, 7.3) ---- */

/* Events with an input address and its attributes: F_UUT, F_TRANSL_FORBIDDEN, F_WALK_EABT, 0x10 to 0x13, conflicts. */
static bool has_address(uint8_t event)
{
	return event == 0x01 || event == 0x07 || event == 0x0b || (event >= 0x10 && event <= 0x13) || event == 0x20 ||
	       event == 0x21;
}

static void fault(const uint64_t *words, struct fl_trace_record *record)
{
	uint64_t time_ns = record->time_ns;
	uint8_t event = words[0] & 0xff;

	fl_trace_record_init(record, FL_TRACE_FAULT, time_ns);
	record->model = FL_TRACE_MODEL_SMMUV3;
	record->code = event;
	record->stream = (uint32_t)(words[0] >> 32);
	record->flags = FL_TRACE_WORDS;
	if (words[0] & 1 << 11) {
		record->flags |= FL_TRACE_PASID;
		record->pasid = words[0] >> 12 & 0xfffff;
	}
	memcpy(record->word, words, sizeof(record->word));
	if (!has_address(event)) {
		record->flags |= FL_TRACE_NO_IOVA;
		return;
	}
	record->iova = words[2];
	record->flags |= words[1] >> 35 & 1 ? FL_TRACE_READ : FL_TRACE_WRITE;
	if (words[1] >> 34 & 1)
		record->flags |= FL_TRACE_EXEC;
	if (words[1] >> 33 & 1)
		record->flags |= FL_TRACE_PRIV;
	if (event >= 0x10 && words[1] >> 31 & 1) {
		record->flags |= FL_TRACE_STALLED;
		record->tag = words[1] & 0xffff;
	}
}

static bool answer(const uint64_t *words, struct fl_trace_record *record)
{
	static const uint8_t pri[4] = { FL_TRACE_FAILURE, FL_TRACE_INVALID, FL_TRACE_SUCCESS, FL_TRACE_FAILURE };
	uint64_t time_ns = record->time_ns;
	uint8_t opcode = words[0] & 0xff;

	if (opcode != 0x41 && opcode != 0x44)
		return false;
	fl_trace_record_init(record, FL_TRACE_RESPONSE, time_ns);
	record->model = FL_TRACE_MODEL_SMMUV3;
	record->stream = (uint32_t)(words[0] >> 32);
	if (opcode == 0x44) { /* CMD_RESUME */
		record->tag = words[1] & 0xffff;
		record->code = words[0] & 1 << 12 ? FL_TRACE_SUCCESS : FL_TRACE_INVALID;
		return true;
	}
	record->tag = words[1] & 0x1ff;
	record->code = pri[words[1] >> 12 & 3];
	if (words[0] & 1 << 11) {
		record->flags |= FL_TRACE_PASID;
		record->pasid = words[0] >> 12 & 0xfffff;
	}
	return true;
}

static bool record(struct flq *q, const struct fl_event *event, const uint64_t *words, struct fl_trace_record *record)
{
	switch (event->kind) {
	case FL_EVENT_COMMAND:
		return answer(words, record);
	case FL_EVENT_RECORD:
		if (event->unit != FL_UNIT_EVENTS || !words)
			return false;
		fault(words, record);
		return true;
	case FL_EVENT_RECORD_LOST:
		record->code = event->unit == FL_UNIT_EVENTS ? FL_TRACE_MARK_EVTQ_LOST : FL_TRACE_MARK_PRIQ_LOST;
		record->size = 1;
		return true;
	default:
		return false;
	}
}

static const struct flq_class smmuv3 = {
	.name = TYPE_FAULTLINE_SMMUV3,
	.model = FL_TRACE_MODEL_SMMUV3,
	.create = create,
	.irq = irq,
	.record = record,
};

/* ---- the device ---- */

static void realize(DeviceState *dev, Error **errp)
{
	FaultlineSmmuv3 *s = FAULTLINE_SMMUV3(dev);
	unsigned int i;

	if (!s->primary_bus) {
		error_setg(errp, "%s: primary-bus is not set", TYPE_FAULTLINE_SMMUV3);
		return;
	}
	s->q.dev = dev;
	s->q.cls = &smmuv3;
	if (!flq_realize(&s->q, errp))
		return;
	sysbus_init_mmio(SYS_BUS_DEVICE(dev), &s->q.mmio);
	for (i = 0; i < LINES; i++)
		sysbus_init_irq(SYS_BUS_DEVICE(dev), &s->line[i]);
	flq_attach(&s->q, s->primary_bus);
}

static void reset(DeviceState *dev)
{
	flq_reset(&FAULTLINE_SMMUV3(dev)->q);
}

static void instance_init(Object *obj)
{
	FaultlineSmmuv3 *s = FAULTLINE_SMMUV3(obj);
	unsigned int i;

	for (i = 0; i < 6; i++)
		s->idr[i] = fl_smmuv3_default_idr(i);
}

#define REGISTER(name, member) DEFINE_PROP_UNSIGNED_NODEFAULT(name, FaultlineSmmuv3, member, qdev_prop_uint32, uint32_t)

static FLQ_CONST Property properties[] = { FLQ_PROPERTIES(FaultlineSmmuv3, q),
					   REGISTER("idr0", idr[0]),
					   REGISTER("idr1", idr[1]),
					   REGISTER("idr2", idr[2]),
					   REGISTER("idr3", idr[3]),
					   REGISTER("idr4", idr[4]),
					   REGISTER("idr5", idr[5]),
					   DEFINE_PROP_UINT32("aidr", FaultlineSmmuv3, aidr, 0),
					   DEFINE_PROP_UINT32("iidr", FaultlineSmmuv3, iidr, 0),
					   DEFINE_PROP_UINT32("gbpa", FaultlineSmmuv3, gbpa, 0),
					   DEFINE_PROP_UINT32("stalls", FaultlineSmmuv3, stalls, 0),
					   DEFINE_PROP_LINK("primary-bus", FaultlineSmmuv3, primary_bus, TYPE_PCI_BUS,
							    PCIBus *),
					   FLQ_PROPERTIES_END };

static FLQ_CONST VMStateField fields[] = {
	VMSTATE_STRUCT(q, FaultlineSmmuv3, 1, flq_vmstate, struct flq),
	VMSTATE_END_OF_LIST(),
};

static const VMStateDescription vmstate = {
	.name = TYPE_FAULTLINE_SMMUV3,
	.version_id = 1,
	.minimum_version_id = 1,
	.priority = MIG_PRI_IOMMU,
	.fields = fields,
};

static void class_init(ObjectClass *klass, FLQ_CLASS_DATA void *data)
{
	DeviceClass *dc = DEVICE_CLASS(klass);

	dc->desc = "Arm SMMUv3 of Faultline";
	dc->realize = realize;
	dc->vmsd = &vmstate;
	dc->user_creatable = false;
	dc->hotpluggable = false;
	flq_class_reset(dc, reset);
	device_class_set_props(dc, properties);
}

static const TypeInfo info = {
	.name = TYPE_FAULTLINE_SMMUV3,
	.parent = TYPE_SYS_BUS_DEVICE,
	.instance_size = sizeof(FaultlineSmmuv3),
	.instance_init = instance_init,
	.class_init = class_init,
};

/* ---- in the place of the machine's own ---- */

static void stand_in_realize(DeviceState *dev, Error **errp)
{
	Object *bus = object_property_get_link(OBJECT(dev), "primary-bus", &error_abort);
	DeviceState *ours = qdev_new(TYPE_FAULTLINE_SMMUV3);

	object_property_add_child(OBJECT(dev), "faultline", OBJECT(ours));
	object_property_set_link(OBJECT(ours), "primary-bus", bus, &error_abort);
	if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(ours), errp))
		return;
	sysbus_init_mmio(SYS_BUS_DEVICE(dev), sysbus_mmio_get_region(SYS_BUS_DEVICE(ours), 0));
	sysbus_pass_irq(SYS_BUS_DEVICE(dev), SYS_BUS_DEVICE(ours));
}

static void stand_in_reset(DeviceState *dev)
{
}

static void take_place(void)
{
	ObjectClass *klass = object_class_by_name("arm-smmuv3");
	DeviceClass *dc;

	if (!klass) /* a program for other machines */
		return;
	dc = DEVICE_CLASS(klass);
	dc->realize = stand_in_realize;
	dc->vmsd = NULL;
	flq_class_reset(dc, stand_in_reset);
}

/* The machine's type is there when all have been registered: once more at the end of the list. */
static void register_types(void)
{
	type_register_static(&info);
	register_module_init(take_place, MODULE_INIT_QOM);
}

type_init(register_types)
