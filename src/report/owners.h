/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who owns the time of an access: what it waits for, or what serves it. Each
 * nanosecond between the issue of an access and its end belongs to one owner.
 * And the parts of a fault's latency, each of which ends where the next begins.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

enum owner {
	OWNER_INPUT,	     /* the TBU's input: accesses before it, and what holds them */
	OWNER_LOOKUP,	     /* lookups in the TBU */
	OWNER_SLOT,	     /* no translation slot is free */
	OWNER_TCU,	     /* way to the TCU and back, its lookups */
	OWNER_WALK_SLOT,     /* no walk slot is free */
	OWNER_TABLE,	     /* table accesses of its own walk */
	OWNER_MERGE,	     /* another's walk of the same page */
	OWNER_STALL_SLOT,    /* no stall slot is free */
	OWNER_RECORD_PORT,   /* other records are being written */
	OWNER_RECORD,	     /* its record is written */
	OWNER_QUEUE_FULL,    /* its record is held because the queue is full */
	OWNER_INTERRUPT,     /* wire or message, entry, hard handler */
	OWNER_WAKE,	     /* the driver's thread wakes up */
	OWNER_DRIVER,	     /* the driver's thread reads records: this one and those before it */
	OWNER_WORKER_WAKE,   /* a worker wakes up */
	OWNER_WORKER,	     /* every worker is busy */
	OWNER_HANDLER,	     /* the handler, and the mapping that it makes */
	OWNER_CPU,	     /* every processor has something else to do */
	OWNER_COMMAND_QUEUE, /* commands before it */
	OWNER_COMMAND,	     /* the command that carries the answer */
	OWNER_LINK_BUSY,     /* packets on the link: those before it and its own bytes */
	OWNER_LINK,	     /* flight over the link */
	OWNER_TAG,	     /* no tag for a read request is free */
	OWNER_CREDIT,	     /* no page request credit is free */
	OWNER_TRY_AGAIN,     /* tries that the queue's overflow sent back */
	OWNER_ATC,	     /* lookups in the device's translation cache; a tag for the request */
	OWNER_MEMORY,	     /* the memory behind the IOMMU */
	OWNER_BANK,	     /* a bank of the memory serves others */
	OWNERS
};

/**
 * struct owner_info - an owner for people and programs
 * @name: of the key in JSON, without a unit
 * @says: completes "so much of its time is ..."
 * @keys: configuration keys that change it
 * @resource: name of the resource that is waited for (replay_resource.name), or NULL
 */
struct owner_info {
	const char *name;
	const char *says;
	const char *keys;
	const char *resource;
};

extern const struct owner_info owner_table[OWNERS];

/* The parts of each fault add up to its latency. */
enum fault_part {
	PART_DETECT,   /* access at the TBU -> fault decided */
	PART_RECORD,   /* -> record readable (event queue, syndrome), interrupt raised */
	PART_NOTIFY,   /* -> software reads the record: interrupt, entry, wake-up of its thread */
	PART_SOFTWARE, /* -> the fault core answers: the rest of the thread, a worker, the handler */
	PART_RESPOND,  /* -> the answer reaches the stalled access */
	PART_RETRY,    /* -> the access is translated anew (or meets its next fault, or ends) */
	FAULT_PARTS
};

extern const char *const fault_part_names[FAULT_PARTS];

/* What they are made of over PCIe: translation is detect, request and queue are record. */
enum page_part {
	PAGE_PART_TRANSLATION, /* access -> translation completion without permission */
	PAGE_PART_REQUEST,     /* -> Page Request Message at the IOMMU */
	PAGE_PART_QUEUE,       /* -> its record is in the queue */
	PAGE_PART_NOTIFY,      /* -> software reads the record */
	PAGE_PART_SOFTWARE,    /* -> the fault core answers */
	PAGE_PART_RESPONSE,    /* -> the response is back at the endpoint */
	PAGE_PART_RETRY,       /* -> the page is translated anew, or the access ends */
	PAGE_PARTS
};

extern const char *const page_part_names[PAGE_PARTS];

#ifdef __cplusplus
}
#endif

#endif /* OWNERS_H */
