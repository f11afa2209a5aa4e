/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an IOMMU tells its holder beside its answers: fl_host.event of faultline/iommu.h. */
#ifndef FAULTLINE_EVENT_H
#define FAULTLINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Caches, queues and other parts that events and counters name. */
enum fl_unit {
	FL_UNIT_TLB,
	FL_UNIT_WALK_CACHE,    /* stage 1 / first-stage tables */
	FL_UNIT_WALK_CACHE_S2, /* stage 2 / second-stage tables */
	FL_UNIT_CONFIG_CACHE,  /* STE, context entry */
	FL_UNIT_CD_CACHE,      /* CD, PASID entry */
	FL_UNIT_COMMANDS,      /* command or invalidation queue */
	FL_UNIT_EVENTS,	       /* event queue or fault records */
	FL_UNIT_REQUESTS       /* page request queue */
};

/* What happened: fl_event.kind, and which members of struct fl_event go with it */
enum fl_event_kind {
	FL_EVENT_HIT,	      /* unit */
	FL_EVENT_MISS,	      /* unit */
	FL_EVENT_MEM_READ,    /* addr, bytes: outside a walk (queue entries, ...) */
	FL_EVENT_MEM_WRITE,   /* addr, bytes */
	FL_EVENT_RECORD,      /* unit, code: a record was written; addr, bytes; token if it belongs to an access */
	FL_EVENT_RECORD_LOST, /* unit, code: the queue was full */
	FL_EVENT_RECORD_HELD, /* unit, code: it waits until the queue is writable */
	FL_EVENT_COMMAND,     /* code: opcode or descriptor type; words: all of it */
	/* A SYNC, wait descriptor or TLBSYNC has completed. VT-d: addr, data: the status; SMMUv2: data: bank, 0xff: all */
	FL_EVENT_SYNC,
	FL_EVENT_INVALIDATION, /* unit, scope; data: entries dropped */
	FL_EVENT_CHANGED,      /* scope: a register changed what translates */
	FL_EVENT_STALL,	       /* token, stream, code: fault, data: STAG or bank */
	FL_EVENT_RESUME,       /* token, data: STAG or bank, code: enum fl_resume */
	FL_EVENT_IRQ,	       /* code: line */
	FL_EVENT_MSI,	       /* addr, data */
	FL_EVENT_FAULT	       /* token, stream, code: fault, addr: input address: terminated */
};

/* Which members of a scope limit it: fl_scope.by. Without any: everything. */
enum {
	FL_SCOPE_STREAM = 1 << 0, /* stream_first..stream_last */
	FL_SCOPE_PASID = 1 << 1,
	FL_SCOPE_ASID = 1 << 2, /* global entries are concerned only with fl_scope.global */
	FL_SCOPE_VMID = 1 << 3, /* VMID or domain ID */
	FL_SCOPE_ADDR = 1 << 4, /* first..last */
	FL_SCOPE_LEAF = 1 << 5, /* last-level entries only */
	FL_SCOPE_BANK = 1 << 6	/* SMMUv2 context bank */
};

/**
 * struct fl_scope - what an invalidation, or a change of a register, concerns
 * @by: FL_SCOPE_*
 * @stages: bit 0: translations through stage 1; bit 1: through stage 2
 * @global: entries that hold for every ASID or PASID are concerned, too
 * @regime: the architecture's translation regime; 0: the only one, or all
 * @bank: SMMUv2 context bank; with FL_SCOPE_BANK
 * @stream_first: first StreamID or requester ID; with FL_SCOPE_STREAM
 * @stream_last: last one, inclusive
 * @pasid: PASID or SubstreamID; with FL_SCOPE_PASID
 * @asid: with FL_SCOPE_ASID
 * @vmid: VMID or domain ID; with FL_SCOPE_VMID
 * @vmid_mask: bits of @vmid that are ignored in the comparison
 * @first: first input address of the stage, bytes; with FL_SCOPE_ADDR
 * @last: last one, inclusive
 */
struct fl_scope {
	uint8_t by;
	uint8_t stages;
	bool global;
	uint8_t regime;
	uint16_t bank;
	uint32_t stream_first, stream_last;
	uint32_t pasid;
	uint32_t asid;
	uint32_t vmid, vmid_mask;
	uint64_t first, last;
};

/**
 * struct fl_event - what an IOMMU tells its holder; enum fl_event_kind says which members are used
 * @kind: enum fl_event_kind
 * @unit: enum fl_unit
 * @code: opcode, fault or line, by kind
 * @bytes: length
 * @stream: StreamID or requester ID
 * @addr: address, bytes
 * @data: by kind
 * @token: of the access, if the event belongs to one
 * @scope: FL_EVENT_INVALIDATION, FL_EVENT_CHANGED: what is concerned, else NULL
 * @words: FL_EVENT_COMMAND: all of the command, else NULL
 */
struct fl_event {
	uint8_t kind;
	uint8_t unit;
	uint16_t code;
	uint32_t bytes;
	uint32_t stream;
	uint64_t addr;
	uint64_t data;
	uint64_t token;
	const struct fl_scope *scope;
	const uint64_t *words;
};

#endif /* FAULTLINE_EVENT_H */
