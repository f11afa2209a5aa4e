/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An IOMMU of Faultline as a part of a machine of QEMU: what all IOMMUs have in common. A device embeds struct flq, fills
 * its first members, says what is its own in struct flq_class, and calls flq_realize() and flq_attach().
 *
 * Locks. The engine takes one call at a time: flq.lock. Registers are reached with QEMU's big lock, translations from
 * any thread, also without it. So nothing that wants the big lock happens with flq.lock held: interrupts and messages to other
 * devices are noted, and go out once the call is over, or, without the big lock, from the main loop. Tables and queues are
 * read and written in RAM only; anywhere else they meet a bus error, as a guest can aim them at any device, this one included.
 */
#ifndef FLQ_H
#define FLQ_H

#include "flq_compat.h"

#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "qemu/notify.h"
#include "qemu/thread.h"

#include <faultline/iommu.h>
#include <faultline/trace.h>

#define FLQ_REGION "faultline-iommu-memory-region"

struct flq;
struct flq_recorder;

/**
 * struct flq_space - what a PCI function sees of memory
 * @iommu: translates; it stands in @root at 0
 * @root: what @as is made of; flq_class.space may lay more over @iommu
 * @as: the function's address space
 * @q: the IOMMU
 * @bus: of the function
 * @devfn: of the function
 * @stream: its StreamID or requester ID; negative: the guest numbers the bus, and may do so anew
 * @globals: a translation was seen that holds for every ASID
 * @next: among those with notifiers
 */
struct flq_space {
	IOMMUMemoryRegion iommu;
	MemoryRegion root;
	AddressSpace as;
	struct flq *q;
	PCIBus *bus;
	int devfn;
	int64_t stream;
	bool globals;
	QLIST_ENTRY(flq_space) next;
};

/**
 * struct flq_class - what one IOMMU has of its own
 * @name: of the device's type, for messages
 * @model: FL_TRACE_MODEL_*, of faults
 * @create: makes the engine, with @host and @ctx; -errno
 * @irq: pulses a wired interrupt line, with the big lock held; NULL: there are none
 * @space: may be NULL; called once for each new space, with @space->iommu in place
 * @record: may be NULL; makes a trace record of an event, with what a queue entry holds in @words (at least 4, of
 *	FL_EVENT_RECORD; NULL for one that is not in memory) or the command's words: true if @record is to be written. @record
 *	is of kind FL_TRACE_MARK at first
 */
struct flq_class {
	const char *name;
	uint8_t model;
	int (*create)(struct flq *q, const struct fl_host *host, void *ctx, struct fl_iommu **out);
	void (*irq)(struct flq *q, unsigned int line);
	void (*space)(struct flq *q, struct flq_space *space);
	bool (*record)(struct flq *q, const struct fl_event *event, const uint64_t *words,
		       struct fl_trace_record *record);
};

/**
 * struct flq_client - a master that speaks with the IOMMU itself: with PASID and privilege, and it waits where it must
 * @resume: the stalled access of a slot ends. Within the engine's call, on any thread: the client notes it, no more
 * @stall_free: room that FL_WAIT waited for is free; likewise
 * @number: from flq_client_add()
 */
struct flq_client {
	void (*resume)(struct flq_client *client, uint32_t slot, enum fl_resume how);
	void (*stall_free)(struct flq_client *client);
	uint32_t number;
};

/* Something for other devices that is done once the engine's call is over. */
enum flq_action_kind { FLQ_MESSAGE, FLQ_REGISTER, FLQ_ATS_DONE };

struct flq_action {
	uint8_t kind;
	uint8_t bytes;	 /* of a register write */
	uint32_t stream; /* FLQ_ATS_DONE */
	uint64_t at, value;
};

/* Bytes of the last entry that was written to a queue. */
enum { FLQ_ENTRY = 32 };

/**
 * struct flq - one IOMMU
 * @dev: the device; with @cls filled in before flq_realize()
 * @cls: its class
 * @preset: property: a preset of Faultline's, or a file, whose cache sizes hold; or NULL
 * @record_path: property: a trace that is written; or NULL
 * @record_length: property: bytes that a recorded access is said to have
 * @counters: property: what was counted is printed at the end
 * @one_stage: no translation goes through both stages, so that addresses of an invalidation are the functions' own whatever
 *	the stage
 * @mmio: the registers
 *
 * The rest is the layer's own.
 */
struct flq {
	DeviceState *dev;
	const struct flq_class *cls;
	char *preset;
	char *record_path;
	uint32_t record_length;
	bool counters;
	bool one_stage;
	MemoryRegion mmio;

	struct fl_iommu *iommu;
	struct fl_walk *walk;
	QemuMutex lock;
	void *owner; /* whose call is under way */
	QEMUBH *bh;
	GHashTable *buses; /* PCIBus: an array of 256 struct flq_space * */
	QLIST_HEAD(, flq_space) notified;
	GPtrArray *clients; /* struct flq_client; those of functions behind flq_space have none */
	Notifier exit;

	uint32_t lines;	 /* wired interrupts that are due */
	GArray *actions; /* struct flq_action */
	bool settling;	 /* under the big lock */

	struct flq_recorder *recorder;
	uint64_t entry[FLQ_ENTRY / 8];
	uint64_t entry_at;

	bool translating; /* events are of the access that is asked for */
	uint64_t translations, refused, stalled;

	uint32_t image_bytes;
	uint8_t *image;
};

#define FLQ_PROPERTIES(state, q)                                                                           \
	DEFINE_PROP_STRING("preset", state, q.preset), DEFINE_PROP_STRING("record", state, q.record_path), \
		DEFINE_PROP_UINT32("record-length", state, q.record_length, 64),                           \
		DEFINE_PROP_BOOL("counters", state, q.counters, false)

/* The state of a struct flq: VMSTATE_STRUCT(q, STATE, 1, flq_vmstate, struct flq) */
extern const VMStateDescription flq_vmstate;

/* Make the engine, its registers and what else the properties ask for. False: @errp says why not. */
bool flq_realize(struct flq *q, Error **errp);
/* Let the engine translate for all functions of a root bus. */
void flq_attach(struct flq *q, PCIBus *bus);
void flq_reset(struct flq *q);

/* The IOMMU that was realized first; NULL: the machine has none of ours. */
struct flq *flq_of_machine(void);
/* Before the machine runs. */
void flq_client_add(struct flq *q, struct flq_client *client);
/* One access of a client: fl_iommu_translate(), which ends with flq_client.resume of @slot where it is FL_STALL. */
enum fl_outcome flq_client_access(struct flq *q, struct flq_client *client, uint32_t slot, struct fl_access *access,
				  struct fl_result *result);

/* Sizes that a preset has for caches; without a preset nothing changes. */
struct flq_caches {
	struct fl_cache tlb, walk, config;
};
bool flq_preset(struct flq *q, struct flq_caches *caches, Error **errp);

/* The layer's own, from file to file. */
bool flq_enter(struct flq *q); /* false: called from within the engine's own call */
void flq_leave(struct flq *q);
enum fl_outcome flq_ask(struct flq *q, const struct fl_access *access,
			struct fl_result *result); /* lock held; counts */
void flq_host_services(struct fl_host *host);
/* Whether a scope may concern a stream's translations, of which some hold for every ASID, or none. */
bool flq_concerns(struct flq *q, const struct fl_scope *scope, uint32_t stream, bool globals);
void flq_forget(struct flq *q, const struct fl_scope *scope);
void flq_forget_all(struct flq *q);
void flq_record_event(struct flq *q, const struct fl_event *event);
void flq_record_access(struct flq *q, const struct fl_access *access, enum fl_outcome outcome,
		       const struct fl_result *result);
bool flq_record_open(struct flq *q, Error **errp);
void flq_record_close(struct flq *q);

#endif /* FLQ_H */
