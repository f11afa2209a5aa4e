/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core: what software does with the faults of I/O devices. It knows no IOMMU: whoever reads fault records
 * reports them, and carries out the answers.
 *
 * Law: every recoverable fault is answered exactly once, by the answer to its group; a group is answered when, and only
 * when, its last request was seen.
 *
 * The usual order: fl_fault_core_create() with the operations of an IOMMU's driver; a device, its StreamIDs, a domain
 * with a handler; fl_fault_domain_enable(), fl_fault_dev_attach(), fl_fault_dev_enable(). Then fl_fault_report() for each
 * record, fl_fault_run() when fl_fault_ops.kick has asked for it, fl_fault_expire() now and then. To end it:
 * fl_fault_dev_off(), detach, destroy device, domain and core.
 *
 * Time is an argument (now: ns, monotonic, any origin). Calls may come from any thread at once, except where a function
 * says otherwise.
 */
#ifndef FAULTLINE_FAULT_H
#define FAULTLINE_FAULT_H

#include <faultline/export.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

FAULTLINE_BEGIN

struct fl_fault_core;	/* one IOMMU's */
struct fl_fault_dev;	/* one master: its StreamIDs or requester IDs, and the faults that it may have open */
struct fl_fault_domain; /* who handles faults; attached to a PASID of a device */
struct fl_fault_group;	/* the requests that one response answers */

/* fl_fault_record.type: one request of a page request group; a stalled access, a group of one; terminated already */
enum fl_fault_type { FL_FAULT_PAGE_REQUEST, FL_FAULT_STALL, FL_FAULT_UNRECOVERABLE };

/* fl_fault_record.flags */
enum {
	FL_FAULT_PASID_VALID = 1 << 0,
	FL_FAULT_LAST = 1 << 1 /* last request of its group; implied for FL_FAULT_STALL */
};

/* fl_fault_record.perm: what the access wanted */
enum { FL_FAULT_READ = 1 << 0, FL_FAULT_WRITE = 1 << 1, FL_FAULT_EXEC = 1 << 2, FL_FAULT_PRIV = 1 << 3 };

/**
 * struct fl_fault_record - one fault as it is reported
 * @addr: input address, bytes
 * @cookie: the reporter's; comes back in the response
 * @hw_time: ns at which hardware detected it; 0: not known
 * @stream: StreamID or requester ID of this very fault; the answer goes to it
 * @pasid: looked at only with FL_FAULT_PASID_VALID
 * @index: PRGIndex (9 bits), STAG (16 bits), or whatever names a stalled bank
 * @reason: event or reason code, for people
 * @type: enum fl_fault_type
 * @perm: FL_FAULT_READ and the like
 * @flags: FL_FAULT_PASID_VALID, FL_FAULT_LAST
 */
struct fl_fault_record {
	uint64_t addr;
	uint64_t cookie;
	uint64_t hw_time;
	uint32_t stream;
	uint32_t pasid;
	uint32_t index;
	uint32_t reason;
	uint8_t type;
	uint8_t perm;
	uint8_t flags;
};

/**
 * enum fl_fault_code - an answer
 * @FL_FAULT_DEFAULT: in parameters: the documented default
 * @FL_FAULT_RETRY: try again (PRI Success, RESUME retry)
 * @FL_FAULT_TERMINATE: end this access (PRI Invalid Request, RESUME terminate)
 * @FL_FAULT_FAILURE: stop sending page requests (PRI Response Failure); a stall is terminated
 * @FL_FAULT_LATER: a handler's: it keeps the group and answers later
 */
enum fl_fault_code { FL_FAULT_DEFAULT, FL_FAULT_RETRY, FL_FAULT_TERMINATE, FL_FAULT_FAILURE, FL_FAULT_LATER };

/* Number of them */
enum { FL_FAULT_CODES = 5 };

/**
 * struct fl_fault_response - one answer, as it has to be brought to the hardware
 * @cookie: of the last record of the group
 * @stream: StreamID or requester ID of the last record
 * @pasid: PASID; UINT32_MAX: none
 * @index: PRGIndex or STAG
 * @hw_code: fl_fault_ops.hw_code[@code]
 * @code: enum fl_fault_code: retry, terminate or failure
 * @type: enum fl_fault_type: page request or stall
 * @orphan: no device is known under @stream, or the device's faults are off
 */
struct fl_fault_response {
	uint64_t cookie;
	uint32_t stream;
	uint32_t pasid;
	uint32_t index;
	uint32_t hw_code;
	enum fl_fault_code code;
	enum fl_fault_type type;
	bool orphan;
};

/* What fl_fault_ops.fence brings to an end: records before the call are reported; responses before it are taken */
enum fl_fault_fence { FL_FAULT_FENCE_REPORTS, FL_FAULT_FENCE_RESPONSES };

/**
 * struct fl_fault_ops - what an IOMMU's software does for a core
 * @size: sizeof(struct fl_fault_ops): members may be added at the end
 * @respond: brings one answer to the hardware; 0, or negative: not taken, the core sends it again later. @dev_ctx is NULL
 *	for an answer to an unknown stream. From any context, also from within fl_fault_report(), and by several threads at
 *	once. Mandatory
 * @kick: asks for a call of fl_fault_run() soon; must not call back into the core. Mandatory
 * @fence: see enum fl_fault_fence; 0 or negative. It may report. NULL: both are so at any time
 * @enable: lets this device fault recoverably (CD.S, PRI enable, CFCFG); 0 or negative. NULL: it can always
 * @disable: ends that; the device has no unanswered fault. NULL: nothing is to be done
 * @throttle: a storm of faults ends (@on) or allows stalling for the device; may be NULL
 * @pending: whether the hardware has records that nobody has read, whose interrupt may be lost; NULL: nobody watches
 * @drain: reads and reports them, as an interrupt's handler does; mandatory with @pending
 * @hw_code: the hardware's code for each enum fl_fault_code
 *
 * The ctx of fl_fault_core_create() comes first. No lock of the core is held across any of them.
 */
struct fl_fault_ops {
	size_t size;
	int (*respond)(void *ctx, void *dev_ctx, const struct fl_fault_response *response);
	void (*kick)(void *ctx);
	int (*fence)(void *ctx, void *dev_ctx, enum fl_fault_fence what);
	int (*enable)(void *ctx, void *dev_ctx);
	int (*disable)(void *ctx, void *dev_ctx);
	void (*throttle)(void *ctx, void *dev_ctx, bool on);
	bool (*pending)(void *ctx);
	void (*drain)(void *ctx);
	uint32_t hw_code[FL_FAULT_CODES];
};

/**
 * fl_fault_core_create() - make a fault core for one IOMMU
 * @ops: copied
 * @ctx: first argument of @ops' functions
 * @out: the core
 *
 * Return: 0; -EINVAL: a mandatory function is missing; -E2BIG: @ops has functions that this version does not know; -ENOMEM.
 */
FAULTLINE_API int fl_fault_core_create(const struct fl_fault_ops *ops, void *ctx, struct fl_fault_core **out);

/**
 * fl_fault_core_destroy() - free a fault core
 * @core: no device or domain is left
 *
 * Return: 0, and @core is gone; -EBUSY.
 */
FAULTLINE_API int fl_fault_core_destroy(struct fl_fault_core *core);

/* What a device can do: fl_fault_dev_params.caps */
enum { FL_FAULT_CAN_STALL = 1 << 0, FL_FAULT_CAN_PRI = 1 << 1 };

/**
 * struct fl_fault_dev_params - a device, and the policies for its faults; the configuration's keys fault.* set the same
 * @size: sizeof(struct fl_fault_dev_params): members may be added at the end
 * @ctx: the dev_ctx of fl_fault_ops
 * @caps: FL_FAULT_CAN_STALL, FL_FAULT_CAN_PRI
 * @credits: unanswered recoverable faults that it may have, 1..65536; 0: 32
 * @partial_ns: a group has its last request within this time of its first; 0: 100 ms
 * @pending_ns: a whole group is answered within this time; 0: 10 s
 * @expire_code: the answer to a group that was not; default: terminate
 * @no_slot_code: the answer where no credit is left, or a request was lost; default: retry
 * @no_domain_code: the answer where nobody handles faults; default: retry
 * @storm_limit: faults in @storm_window_ns that make a storm, which ends stalling for a while; 0: no back-off
 * @storm_window_ns: 0: 10 ms
 * @storm_off_ns: stalling stays off so long after the first storm; 0: 500 ms
 * @storm_off_max_ns: each storm that follows at once doubles that, up to this; 0: 8 s
 * @released: no function names @ctx any more; may be NULL
 */
struct fl_fault_dev_params {
	size_t size;
	void *ctx;
	uint32_t caps;
	uint32_t credits;
	uint64_t partial_ns;
	uint64_t pending_ns;
	enum fl_fault_code expire_code;
	enum fl_fault_code no_slot_code;
	enum fl_fault_code no_domain_code;
	uint64_t storm_limit;
	uint64_t storm_window_ns;
	uint64_t storm_off_ns;
	uint64_t storm_off_max_ns;
	void (*released)(void *ctx);
};

/**
 * fl_fault_dev_create() - make a device; its faults are off
 * @core: of the IOMMU that it sits behind
 * @params: copied
 * @out: the device
 *
 * Return: 0; -EINVAL; -E2BIG: @params asks for something that this version does not have; -ENOMEM.
 */
FAULTLINE_API int fl_fault_dev_create(struct fl_fault_core *core, const struct fl_fault_dev_params *params,
				      struct fl_fault_dev **out);

/**
 * fl_fault_dev_add_stream() - let faults of a stream find the device
 * @dev: may have several
 * @stream: StreamID or requester ID
 *
 * Return: 0, -EEXIST, -ENOMEM.
 */
FAULTLINE_API int fl_fault_dev_add_stream(struct fl_fault_dev *dev, uint32_t stream);

/**
 * fl_fault_dev_enable() - turn recoverable faults on
 * @dev: with stall or PRI among its capabilities
 *
 * Return: 0; -ENODEV without the capability; -EBUSY: they are on; or what fl_fault_ops.enable said.
 */
FAULTLINE_API int fl_fault_dev_enable(struct fl_fault_dev *dev);

/**
 * fl_fault_dev_off() - turn recoverable faults off: the one procedure
 * @dev: its translation no longer faults recoverably, or it is stopped
 * @now: ns
 *
 * Reports are fenced; what is unanswered is answered with retry, in order of arrival; responses are fenced;
 * fl_fault_ops.disable is called.
 *
 * Return: 0: the hardware has every answer; or what an operation said: then it may be called again.
 */
FAULTLINE_API int fl_fault_dev_off(struct fl_fault_dev *dev, uint64_t now);

/**
 * fl_fault_dev_destroy() - forget a device
 * @dev: off, nothing attached
 *
 * Return: 0; -EBUSY: it is on, something is attached, or the hardware has not taken every answer.
 */
FAULTLINE_API int fl_fault_dev_destroy(struct fl_fault_dev *dev);

/**
 * struct fl_fault_domain_ops - a policy: who answers the faults of a domain, and how
 * @size: sizeof(struct fl_fault_domain_ops): members may be added at the end
 * @handle: one request of a group, in order of arrival. FL_FAULT_RETRY: go on with the next one. FL_FAULT_TERMINATE,
 *	FL_FAULT_FAILURE: the rest of the group is not handled. FL_FAULT_LATER: the handler has noted
 *	fl_fault_group_cookie() and answers with fl_fault_respond(). From within fl_fault_run(); may take its time.
 *	Mandatory
 * @event: an unrecoverable fault of an attached device, from within fl_fault_report(); may be NULL
 */
struct fl_fault_domain_ops {
	size_t size;
	enum fl_fault_code (*handle)(void *ctx, struct fl_fault_group *group, const struct fl_fault_record *record);
	void (*event)(void *ctx, const struct fl_fault_record *record, uint64_t now);
};

/**
 * fl_fault_domain_create() - make a domain for a device
 * @dev: a device whose IOMMU it fits
 * @ops: copied
 * @ctx: first argument of @ops' functions
 * @out: the domain; faults do not reach its handler yet
 *
 * Return: 0; -EINVAL; -E2BIG: @ops has functions that this version does not know; -ENOMEM.
 */
FAULTLINE_API int fl_fault_domain_create(struct fl_fault_dev *dev, const struct fl_fault_domain_ops *ops, void *ctx,
					 struct fl_fault_domain **out);

/**
 * fl_fault_domain_destroy() - free a domain
 * @domain: attached nowhere
 *
 * Return: 0; -EBUSY.
 */
FAULTLINE_API int fl_fault_domain_destroy(struct fl_fault_domain *domain);

/**
 * fl_fault_domain_enable() - hand recoverable faults to the domain's handler from now on
 * @domain: attached or not
 *
 * Return: 0; -ENODEV: the device cannot.
 */
FAULTLINE_API int fl_fault_domain_enable(struct fl_fault_domain *domain);

/**
 * fl_fault_domain_disable() - stop that; what is queued or kept is answered with retry
 * @domain: the domain
 * @now: ns
 */
FAULTLINE_API void fl_fault_domain_disable(struct fl_fault_domain *domain, uint64_t now);

/**
 * fl_fault_dev_attach() - attach a domain to a PASID
 * @dev: the device
 * @pasid: PASID, or UINT32_MAX: accesses without one
 * @domain: the domain
 *
 * Return: 0; -EBUSY: the PASID has a domain; -EINVAL: of another core; -ENOMEM.
 */
FAULTLINE_API int fl_fault_dev_attach(struct fl_fault_dev *dev, uint32_t pasid, struct fl_fault_domain *domain);

/**
 * fl_fault_dev_replace() - replace the domain of a PASID in one step; what is pending is answered with retry
 * @dev: the device
 * @pasid: PASID with a domain, or UINT32_MAX
 * @domain: the new one
 * @now: ns
 *
 * Return: 0, -ENOENT, -EINVAL, -ENOMEM; on error nothing has changed.
 */
FAULTLINE_API int fl_fault_dev_replace(struct fl_fault_dev *dev, uint32_t pasid, struct fl_fault_domain *domain,
				       uint64_t now);

/**
 * fl_fault_dev_detach() - detach the domain of a PASID; what is pending is answered with retry
 * @dev: the device
 * @pasid: PASID with a domain, or UINT32_MAX
 * @now: ns
 *
 * Return: 0: the hardware has every answer that this PASID was owed; -ENOENT; or what an operation said: then it is still
 * attached, and the call may be repeated.
 */
FAULTLINE_API int fl_fault_dev_detach(struct fl_fault_dev *dev, uint32_t pasid, uint64_t now);

/**
 * fl_fault_report() - report a fault that the hardware has recorded
 * @core: of the IOMMU
 * @record: copied
 * @now: ns
 *
 * Return: 0: the core takes care of it; -EAGAIN: nothing has happened, report it again later (the answer was not taken, and
 * there is no room to keep it); -EINVAL: @record is malformed.
 */
FAULTLINE_API int fl_fault_report(struct fl_fault_core *core, const struct fl_fault_record *record, uint64_t now);

/**
 * fl_fault_overflow() - the hardware has lost requests: groups that are incomplete now will not be handled
 * @core: the core
 * @now: ns
 */
FAULTLINE_API void fl_fault_overflow(struct fl_fault_core *core, uint64_t now);

/**
 * fl_fault_run() - handle queued groups; devices take turns
 * @core: the core
 * @now: ns
 * @budget: groups at most
 *
 * Return: Groups handled; fewer than @budget: nothing is left to do.
 */
FAULTLINE_API unsigned int fl_fault_run(struct fl_fault_core *core, uint64_t now, unsigned int budget);

/**
 * fl_fault_expire() - deadlines, answers that were not taken, ends of storms; every 10 ms is often enough
 * @core: the core
 * @now: ns
 *
 * Return: Groups that expired.
 */
FAULTLINE_API unsigned int fl_fault_expire(struct fl_fault_core *core, uint64_t now);

/**
 * fl_fault_group_cookie() - the name of a group, for fl_fault_respond()
 * @group: a handler's
 *
 * Return: Never 0; not used again soon.
 */
FAULTLINE_API uint64_t fl_fault_group_cookie(const struct fl_fault_group *group);

/**
 * fl_fault_group_next() - the requests of a group, in order
 * @group: a handler's
 * @before: the one before; NULL for the first
 *
 * Return: The next request; NULL after the last.
 */
FAULTLINE_API const struct fl_fault_record *fl_fault_group_next(const struct fl_fault_group *group,
								const struct fl_fault_record *before);

/**
 * fl_fault_respond() - answer a group that a handler kept (FL_FAULT_LATER)
 * @core: the core
 * @cookie: of fl_fault_group_cookie()
 * @code: FL_FAULT_RETRY, FL_FAULT_TERMINATE or FL_FAULT_FAILURE
 * @now: ns
 *
 * Return: 0; -ENOENT: no unanswered group has this name (it has expired, or never existed); -EALREADY; -EINVAL.
 */
FAULTLINE_API int fl_fault_respond(struct fl_fault_core *core, uint64_t cookie, enum fl_fault_code code, uint64_t now);

/**
 * struct fl_fault_stats - what has happened; never reset
 * @reported: records, all types
 * @unrecoverable: of them those to which no response is owed
 * @set_aside: requests that were not the last of their group
 * @owed: last requests and stalls: answers owed
 * @answered: answers that the hardware took, by enum fl_fault_code
 * @groups: groups that were queued for fl_fault_run()
 * @handled: requests that handlers saw
 * @poisoned: last requests that ended a group which had lost some
 * @no_slot: last requests and stalls without a credit
 * @dropped: requests that were set aside and dropped
 * @no_domain: last requests and stalls that nobody handles
 * @orphans: those of unknown streams, or of devices that are off
 * @flushed: groups answered because something was replaced, detached, disabled or turned off
 * @expired: groups answered by their deadline
 * @late: responses that came too late and did nothing
 * @unsent: times that an answer was not taken
 * @storms: times that a storm ended stalling
 * @lost_irqs: times that records were found whose interrupt was lost
 */
struct fl_fault_stats {
	uint64_t reported;
	uint64_t unrecoverable;
	uint64_t set_aside;
	uint64_t owed;
	uint64_t answered[FL_FAULT_CODES];
	uint64_t groups;
	uint64_t handled;
	uint64_t poisoned;
	uint64_t no_slot;
	uint64_t dropped;
	uint64_t no_domain;
	uint64_t orphans;
	uint64_t flushed;
	uint64_t expired;
	uint64_t late;
	uint64_t unsent;
	uint64_t storms;
	uint64_t lost_irqs;
};

/**
 * fl_fault_get_stats() - read the counters of a core, with those of its devices
 * @core: the core
 * @stats: filled in
 * @bytes: sizeof(*@stats) of the caller, who may be older: so much is written
 */
FAULTLINE_API void fl_fault_get_stats(struct fl_fault_core *core, struct fl_fault_stats *stats, size_t bytes);

FAULTLINE_END

#endif /* FAULTLINE_FAULT_H */
