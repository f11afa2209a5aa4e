/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core: what software does with a fault of an I/O device.
 *
 * It knows no IOMMU, no operating system and no clock. An IOMMU driver reports faults and provides
 * the operations that answer them; a host runs the work. The core never sleeps by itself, never
 * allocates while it reports, handles, answers or expires, and starts no thread. Time is an
 * argument (`now`, in ns, monotonic; any origin).
 *
 * Law: every recoverable fault is answered exactly once, by the answer to its
 * group; a group is answered when, and only when, its LAST request was seen.
 *
 * The layout of every structure in this header is the same in all hosts, so
 * that a driver compiled once links with any of them.
 */
#ifndef FAULT_CORE_H
#define FAULT_CORE_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fault_core;   /* one IOMMU instance: lookup table, run queue */
struct fault_dev;    /* one master: StreamIDs or requester IDs, slots, credits */
struct fault_domain; /* who handles faults, attached to (device, PASID) */
struct fault_group;  /* the requests that one response answers */
struct fault_queue;  /* a bounded queue to a guest or user-space owner */

/**
 * enum fault_type - what the hardware reported
 * @FAULT_PAGE_REQUEST: recoverable, one request of a page request group (PRI)
 * @FAULT_STALL: recoverable, one stalled transaction; always a group of one
 * @FAULT_UNRECOVERABLE: already terminated by the hardware; no response is owed
 */
enum fault_type {
	FAULT_PAGE_REQUEST,
	FAULT_STALL,
	FAULT_UNRECOVERABLE,
};

/* fault_record.flags */
#define FAULT_PASID_VALID 0x1u /* pasid holds a PASID or SubstreamID */
#define FAULT_LAST	  0x2u /* last request of its group; implied for FAULT_STALL */

/* fault_record.perm: what the access wanted */
#define FAULT_READ  0x1u
#define FAULT_WRITE 0x2u
#define FAULT_EXEC  0x4u
#define FAULT_PRIV  0x8u

/* fault_record.pasid of a fault without PASID, and the key of its attachment */
#define FAULT_NO_PASID 0xffffffffu

/**
 * struct fault_record - one fault as a driver reports it
 * @addr: input address, bytes
 * @cookie: the driver's; comes back unchanged in the response
 * @hw_time: ns at which the hardware detected the fault, 0 if not known
 * @sid: StreamID or requester ID of this very fault; the answer goes to it
 * @pasid: PASID; looked at only with FAULT_PASID_VALID
 * @index: PRGIndex (9 bits) or STAG (16 bits) or whatever names a stalled bank
 * @reason: event or reason code of the back-end, for people
 * @type: enum fault_type
 * @perm: FAULT_READ | FAULT_WRITE | FAULT_EXEC | FAULT_PRIV
 * @flags: FAULT_PASID_VALID | FAULT_LAST
 */
struct fault_record {
	u64 addr;
	u64 cookie;
	u64 hw_time;
	u32 sid;
	u32 pasid;
	u32 index;
	u32 reason;
	u8 type;
	u8 perm;
	u8 flags;
};

/**
 * enum fault_code - an answer
 * @FAULT_DEFAULT: in a configuration: the documented default
 * @FAULT_RETRY: try again (PRI Success, RESUME retry)
 * @FAULT_TERMINATE: end this access, do not try it again (PRI Invalid Request, RESUME terminate or
 *	abort)
 * @FAULT_FAILURE: stop sending page requests (PRI Response Failure); a stall is terminated
 * @FAULT_LATER: a handler's: it keeps the group and answers later
 */
enum fault_code {
	FAULT_DEFAULT,
	FAULT_RETRY,
	FAULT_TERMINATE,
	FAULT_FAILURE,
	FAULT_LATER,
};

#define FAULT_CODES 5

/**
 * struct fault_response - one answer, as the driver has to bring it to the hardware
 * @cookie: of the LAST record of the group
 * @sid: StreamID or requester ID of the LAST record
 * @pasid: PASID or FAULT_NO_PASID
 * @index: PRGIndex or STAG
 * @hw_code: fault_driver.hw_code[@code]
 * @code: FAULT_RETRY, FAULT_TERMINATE or FAULT_FAILURE
 * @type: FAULT_PAGE_REQUEST or FAULT_STALL
 * @orphan: true if no device is known under @sid, or the device's faults are off
 */
struct fault_response {
	u64 cookie;
	u32 sid;
	u32 pasid;
	u32 index;
	u32 hw_code;
	enum fault_code code;
	enum fault_type type;
	bool orphan;
};

/**
 * enum fault_fence - what fault_ops.fence has to bring to an end
 * @FAULT_FENCE_REPORTS: everything that the hardware recorded for the device before the call has
 *	been passed to fault_core_report() when it returns
 * @FAULT_FENCE_RESPONSES: the hardware has taken every response sent before the call
 */
enum fault_fence {
	FAULT_FENCE_REPORTS,
	FAULT_FENCE_RESPONSES,
};

/**
 * enum fault_point - a step in the life of a group, for fault_ops.observe
 * @FAULT_AT_SET_ASIDE: a request was set aside: not the last of its group
 * @FAULT_AT_QUEUED: the LAST arrived, the group waits for a worker
 * @FAULT_AT_HANDLE: a worker took it
 * @FAULT_AT_HANDLED: its handler has returned
 * @FAULT_AT_RESPONSE: it was answered
 */
enum fault_point {
	FAULT_AT_SET_ASIDE,
	FAULT_AT_QUEUED,
	FAULT_AT_HANDLE,
	FAULT_AT_HANDLED,
	FAULT_AT_RESPONSE,
};

/**
 * struct fault_ops - what an IOMMU driver does for the core
 * @respond: bring one answer to the hardware. Called from any context, also from within
 *	fault_core_report(), and by several threads at once: it must not sleep, and serialises
 *	itself. 0, or -errno if the hardware did not take it (then the core sends it again later).
 *	@dev_ctx is NULL for an answer to an unknown stream. Mandatory.
 * @fence: see enum fault_fence. Process context, may sleep. It may call fault_core_report(). 0 or
 *	-errno. Mandatory.
 * @enable: let this device fault recoverably (CD.S, PRI enable, CFCFG). Process context, may sleep.
 *	0 or -errno. Mandatory.
 * @disable: end it. The device has no unanswered fault. Process context. 0 or -errno. Mandatory.
 * @clear_stale: forget status that an earlier user left and that would swallow the next interrupt
 *	(VT-d: PPR, PRO). Called before @enable. May be NULL.
 * @throttle: storm policy: end (@on = true) or resume (@on = false) stalling for the device. Called
 *	by fault_core_run() and fault_core_expire(). May be NULL.
 * @hw_pending: true if the hardware has records that no one has read. Called by
 *	fault_core_expire(). May be NULL: no watchdog.
 * @hw_drain: do what the interrupt handler does, its interrupt was lost. Needed with @hw_pending.
 * @sva_handle: handler of FAULT_DOMAIN_SVA: resolve @f in @mm. Worker context, may sleep. May be
 *	NULL: SVA domains are not supported.
 * @observe: called when a group has reached @point at @now; no lock is held. May be NULL.
 *
 * No lock of the core is held across any of them.
 */
struct fault_ops {
	int (*respond)(void *ctx, void *dev_ctx, const struct fault_response *r);
	int (*fence)(void *ctx, void *dev_ctx, enum fault_fence what);
	int (*enable)(void *ctx, void *dev_ctx);
	int (*disable)(void *ctx, void *dev_ctx);
	void (*clear_stale)(void *ctx, void *dev_ctx);
	void (*throttle)(void *ctx, void *dev_ctx, bool on);
	bool (*hw_pending)(void *ctx);
	void (*hw_drain)(void *ctx);
	enum fault_code (*sva_handle)(void *mm, struct fault_group *g,
				      const struct fault_record *f);
	void (*observe)(void *ctx, struct fault_group *g, enum fault_point point, u64 now);
};

/**
 * struct fault_host_ops - what the host does for the core
 * @kick: ask for a call of fault_core_run() (or a take) soon. Any context, no lock held; must not
 *	call back into the core. Mandatory.
 * @alloc: @bytes of zeroed storage, or NULL. Only from fault_core_create(), fault_dev_create(),
 *	fault_domain_alloc(), fault_dev_attach(), fault_dev_replace() and fault_queue_create(). May
 *	be NULL: kvzalloc().
 * @free: of @alloc. Any context. May be NULL: kvfree().
 */
struct fault_host_ops {
	void (*kick)(void *host);
	void *(*alloc)(void *host, size_t bytes, gfp_t gfp);
	void (*free)(void *host, void *p);
};

/**
 * struct fault_core_cfg - a fault core
 * @host_ops: of the host
 * @host: their first argument
 * @watchdog_ns: hardware records that stay unread so long while nothing is reported have lost their
 *	interrupt; 8 times as long if something else is; 0: 10 ms
 */
struct fault_core_cfg {
	const struct fault_host_ops *host_ops;
	void *host;
	u64 watchdog_ns;
};

/**
 * fault_core_create() - make a fault core for one IOMMU
 * @cfg: copied; the table it points to must outlive the core
 * @out: the core
 *
 * Process context. The host creates it and hands it to the driver, which calls fault_core_bind().
 *
 * Return: 0, -EINVAL if a mandatory operation is missing, -ENOMEM.
 */
int fault_core_create(const struct fault_core_cfg *cfg, struct fault_core **out);

/**
 * struct fault_driver - the IOMMU's side of a core
 * @ops: of the IOMMU driver
 * @ctx: their first argument
 * @hw_code: the back-end's response code of each enum fault_code
 */
struct fault_driver {
	const struct fault_ops *ops;
	void *ctx;
	u32 hw_code[FAULT_CODES];
};

/**
 * fault_core_bind() - the driver has found its IOMMU
 * @core: without devices
 * @drv: copied; the table must outlive the core; NULL: the driver leaves
 *
 * Process context.
 *
 * Return: 0; -EINVAL if a mandatory operation is missing; -EBUSY while devices are not released yet
 *	(a handler may still run), or while the watchdog is within an operation of the driver: then
 *	the caller tries again soon.
 */
int fault_core_bind(struct fault_core *core, const struct fault_driver *drv);

/**
 * fault_core_destroy() - free a fault core
 * @core: has no device, domain or queue left: every one was destroyed and is released
 *
 * Process context. In a real host it waits for deferred frees.
 *
 * Return: 0 or -EBUSY.
 */
int fault_core_destroy(struct fault_core *core);

/* ---- Devices ---- */

/* fault_dev_cfg.caps: what the firmware and the device's capabilities say */
#define FAULT_DEV_CAN_STALL 0x1u /* dma-can-stall, or a forced-stall SMMU */
#define FAULT_DEV_PRI	    0x2u /* PRI capability */

struct fault_storm;

/**
 * struct fault_dev_cfg - a device
 * @dev_ctx: passed to the driver's operations
 * @caps: FAULT_DEV_CAN_STALL | FAULT_DEV_PRI
 * @compat: devices with the same value may share a domain
 * @credits: unanswered recoverable faults it may have: STALL_MAX's share, or its Outstanding Page
 *	Request Allocation; that many slots are reserved. 1..65536; 0: 32
 * @partial_ns: a group must have its LAST within this time of its first request; 0: 100 ms
 * @pending_ns: a whole group must be answered within this time; 0: 10 s
 * @expire_code: the answer to a group that was not; FAULT_DEFAULT: FAULT_TERMINATE
 * @no_slot_code: the answer to a LAST that finds no slot, or ends a poisoned group; FAULT_DEFAULT:
 *	FAULT_RETRY
 * @no_domain_code: the answer where no fault-handling domain is attached; FAULT_DEFAULT:
 *	FAULT_RETRY
 * @storm: back-off policy, owned by the caller until @release, or NULL
 * @release: the device's storage goes away: no operation names @dev_ctx any more. May be NULL.
 */
struct fault_dev_cfg {
	void *dev_ctx;
	u32 caps;
	u64 compat;
	u32 credits;
	u64 partial_ns;
	u64 pending_ns;
	enum fault_code expire_code;
	enum fault_code no_slot_code;
	enum fault_code no_domain_code;
	struct fault_storm *storm;
	void (*release)(void *dev_ctx);
};

/**
 * fault_dev_create() - make a device, with its slots reserved and its faults off
 * @core: of the IOMMU it sits behind
 * @cfg: copied
 * @out: the device; the caller owns one reference, see fault_dev_destroy()
 *
 * Process context.
 *
 * Return: 0; -EINVAL, also while no driver is bound; -ENOMEM.
 */
int fault_dev_create(struct fault_core *core, const struct fault_dev_cfg *cfg,
		     struct fault_dev **out);

/**
 * fault_dev_add_sid() - let faults of a StreamID or requester ID find the device
 * @dev: may have several
 * @sid: unknown so far
 *
 * Process context.
 *
 * Return: 0, -EEXIST, -ENOMEM.
 */
int fault_dev_add_sid(struct fault_dev *dev, u32 sid);

/**
 * fault_dev_enable() - turn recoverable faults on: fault_ops.clear_stale, then fault_ops.enable
 * @dev: with stall or PRI among its capabilities
 *
 * Process context.
 *
 * Return: 0; -ENODEV without the capability; -EBUSY if faults are on already; or the -errno of the
 *	driver's operation.
 */
int fault_dev_enable(struct fault_dev *dev);

/**
 * fault_off() - the one procedure that turns stalling or PRI off
 * @dev: in any state
 * @now: ns
 *
 * The caller has given the device a translation that does not fault recoverably (or stopped it).
 * From here on, faults are answered as if no domain were attached. The reports are fenced; every
 * unanswered group is answered with FAULT_RETRY in order of arrival and marked, so that a later
 * response does nothing; the responses are fenced; fault_ops.disable is called.
 *
 * Process context. Handlers may still run; their answers come too late.
 *
 * Return: 0 if every answer is with the hardware; or the -errno of a driver's operation: then
 *	fault_off() may be called again.
 */
int fault_off(struct fault_dev *dev, u64 now);

/**
 * fault_dev_destroy() - forget a device
 * @dev: off, nothing attached; the caller's reference ends with success
 *
 * Its StreamIDs are unknown from here on. fault_dev_cfg.release is called when the last worker,
 * owner and reader has dropped its reference.
 *
 * Process context.
 *
 * Return: 0, or -EBUSY: its faults are on, something is attached, or the hardware has not yet taken
 *	every answer; fault_off() takes care of the last.
 */
int fault_dev_destroy(struct fault_dev *dev);

/**
 * fault_dev_lookup() - find the device of a StreamID; takes no lock
 * @core: the core
 * @sid: StreamID or requester ID
 *
 * Any context.
 *
 * Return: the device with a reference (fault_dev_put()), or NULL.
 */
struct fault_dev *fault_dev_lookup(struct fault_core *core, u32 sid);

/**
 * fault_dev_put() - give back a reference of fault_dev_lookup()
 * @dev: the device
 */
void fault_dev_put(struct fault_dev *dev);

/**
 * fault_dev_ctx() - the driver's object of a device
 * @dev: the device
 *
 * Return: fault_dev_cfg.dev_ctx.
 */
void *fault_dev_ctx(const struct fault_dev *dev);

/* ---- Domains ---- */

/**
 * enum fault_domain_type - the types of the one allocation call
 * @FAULT_DOMAIN_HANDLER: faults go to a handler
 * @FAULT_DOMAIN_SVA: faults are resolved in an address space (fault_ops.sva_handle)
 * @FAULT_DOMAIN_FORWARD: faults go to a guest's or user-space owner's queue
 */
enum fault_domain_type {
	FAULT_DOMAIN_HANDLER,
	FAULT_DOMAIN_SVA,
	FAULT_DOMAIN_FORWARD,
};

/**
 * struct fault_domain_ops - a domain's owner
 * @handle: one request of a group, in order of arrival. May look, map, or both. FAULT_RETRY: go on
 *	with the next request. FAULT_TERMINATE, FAULT_FAILURE: sticky, the rest of the group is not
 *	handled. FAULT_LATER: the handler keeps the whole group: it has noted fault_group_cookie()
 *	or taken fault_group_get(), and answers with fault_group_respond() or fault_core_respond().
 *	Worker context, may sleep.
 * @event: an unrecoverable fault of an attached device. Report context, must not sleep. May be
 *	NULL.
 */
struct fault_domain_ops {
	enum fault_code (*handle)(void *ctx, struct fault_group *g, const struct fault_record *f);
	void (*event)(void *ctx, const struct fault_record *f, u64 now);
};

/**
 * union fault_owner - who resolves the faults of a domain; the domain's type tells which
 * @handler: FAULT_DOMAIN_HANDLER: an owner
 * @handler.ops: its operations; NULL: there is no owner yet
 * @handler.ctx: first argument of @handler.ops
 * @mm: FAULT_DOMAIN_SVA: an address space, NULL: none yet
 * @queue: FAULT_DOMAIN_FORWARD: where faults go, NULL: none yet
 */
union fault_owner {
	struct {
		const struct fault_domain_ops *ops;
		void *ctx;
	} handler;
	void *mm;
	struct fault_queue *queue;
};

/**
 * struct fault_domain_cfg - a domain
 * @type: enum fault_domain_type
 * @owner: may come later, with fault_domain_set_owner()
 * @drv_ctx: the driver's own, see fault_domain_ctx()
 * @release: no worker uses the domain any more, its storage goes away. Any context. May be NULL.
 * @release_ctx: argument of @release
 */
struct fault_domain_cfg {
	enum fault_domain_type type;
	union fault_owner owner;
	void *drv_ctx;
	void (*release)(void *release_ctx);
	void *release_ctx;
};

/**
 * fault_domain_alloc() - allocate a domain of any type, for a device
 * @dev: device whose IOMMU and kind the domain fits
 * @cfg: copied
 * @out: the domain, stalls disabled
 *
 * Process context.
 *
 * Return: 0, -EINVAL, -EOPNOTSUPP if the type is not supported, -ENOMEM.
 */
int fault_domain_alloc(struct fault_dev *dev, const struct fault_domain_cfg *cfg,
		       struct fault_domain **out);

/**
 * fault_domain_set_owner() - name who resolves the domain's faults
 * @domain: stalls disabled and nothing pending, so that no fault can race with it
 * @owner: copied
 *
 * Process context.
 *
 * Return: 0 or -EBUSY.
 */
int fault_domain_set_owner(struct fault_domain *domain, const union fault_owner *owner);

/**
 * fault_domain_ctx() - the driver's object of a domain
 * @domain: the domain
 *
 * Return: fault_domain_cfg.drv_ctx.
 */
void *fault_domain_ctx(const struct fault_domain *domain);

/**
 * fault_domain_free() - free a domain of any type
 * @domain: attached nowhere
 *
 * fault_domain_cfg.release is called when the last pending fault is finished, perhaps within this
 * call.
 *
 * Return: 0, or -EBUSY while attached.
 */
int fault_domain_free(struct fault_domain *domain);

/**
 * fault_domain_can_stall() - whether the IOMMU lets this domain's device wait for software
 * @domain: the domain
 *
 * Return: true if enabling is possible.
 */
bool fault_domain_can_stall(const struct fault_domain *domain);

/**
 * fault_domain_enable_stalls() - hand this domain's recoverable faults to its handler
 * @domain: attached or not
 *
 * From here on a reported fault is queued, its handler may block, and the core
 * answers with what the handler says.
 *
 * Return: 0; -ENODEV if the IOMMU cannot; -EINVAL without an owner.
 */
int fault_domain_enable_stalls(struct fault_domain *domain);

/**
 * fault_domain_disable_stalls() - stop handing this domain's recoverable faults to its handler
 * @domain: the domain
 * @now: ns
 *
 * What is queued or kept is answered with FAULT_RETRY before it returns; an
 * answer that the hardware does not take is sent again later. Process context.
 */
void fault_domain_disable_stalls(struct fault_domain *domain, u64 now);

/**
 * fault_dev_attach() - attach a domain to a PASID of a device
 * @dev: the device
 * @pasid: PASID, or FAULT_NO_PASID
 * @domain: the domain
 *
 * Process context.
 *
 * Return: 0; -EBUSY if the PASID has a domain; -EINVAL if the device belongs to another IOMMU or is
 *	of another kind (then allocate another domain); -ENOMEM.
 */
int fault_dev_attach(struct fault_dev *dev, u32 pasid, struct fault_domain *domain);

/**
 * fault_dev_replace() - replace the domain of a PASID in one step
 * @dev: the device
 * @pasid: PASID with a domain
 * @domain: the new one
 * @now: ns
 *
 * There is no moment without a domain. Groups pending on the old one are answered with FAULT_RETRY:
 * the device meets the new translation. The driver has changed the hardware's tables before.
 *
 * Process context.
 *
 * Return: 0, -ENOENT, -EINVAL, -ENOMEM; on error nothing has changed.
 */
int fault_dev_replace(struct fault_dev *dev, u32 pasid, struct fault_domain *domain, u64 now);

/**
 * fault_dev_detach() - detach the domain of a PASID
 * @dev: the device
 * @pasid: PASID with a domain
 * @now: ns
 *
 * The driver has made the hardware's table entry non-faulting before. The call fences the reports,
 * then answers what is pending with FAULT_RETRY: on success, the hardware has every answer that
 * this PASID was owed.
 *
 * Process context.
 *
 * Return: 0, -ENOENT, or the -errno of the driver's fence or response; then the domain is still
 *	attached, and the call may be repeated.
 */
int fault_dev_detach(struct fault_dev *dev, u32 pasid, u64 now);

/**
 * fault_dev_flush() - the light flush: groups queued so far will be answered with FAULT_RETRY, not
 *	handled
 * @dev: the device
 * @pasid: PASID with a domain
 *
 * Starts a new generation of this attachment and touches no other. Any context.
 *
 * Return: 0 or -ENOENT.
 */
int fault_dev_flush(struct fault_dev *dev, u32 pasid);

/**
 * fault_dev_pending() - count complete groups of one attachment whose answer is not yet with the
 *	hardware
 * @dev: the device
 * @pasid: PASID
 *
 * Return: their number, 0 without a domain.
 */
u32 fault_dev_pending(struct fault_dev *dev, u32 pasid);

/* ---- Faults ---- */

/**
 * fault_core_report() - report a fault that the hardware has recorded
 * @core: of the IOMMU
 * @f: copied
 * @now: ns
 *
 * Any context, interrupts included. A request that is not LAST is set aside.
 * A LAST or a stall makes its group complete and asks for a worker, or is
 * answered at once if it cannot be handled: unknown stream, no domain, no slot,
 * poisoned group, storm.
 *
 * Return: 0: the core takes care of it. -EAGAIN: nothing has happened, the driver keeps the record
 *	and reports it again later (the answer could not be sent and there is no slot to keep it).
 *	-EINVAL: @f is malformed.
 */
int fault_core_report(struct fault_core *core, const struct fault_record *f, u64 now);

/**
 * fault_dev_report() - fault_core_report() for a driver that holds the device
 * @dev: the device, which owns @f->sid
 * @f: copied
 * @now: ns
 *
 * Return: as fault_core_report().
 */
int fault_dev_report(struct fault_dev *dev, const struct fault_record *f, u64 now);

/**
 * fault_dev_overflow() - the hardware's queue has lost requests
 * @dev: a device that may have lost some
 * @now: ns
 *
 * Poisons the groups that are incomplete at this moment: a later LAST of such a group
 * is answered with fault_dev_cfg.no_slot_code and not handled.
 */
void fault_dev_overflow(struct fault_dev *dev, u64 now);

/**
 * fault_core_overflow() - fault_dev_overflow() for every device
 * @core: the core
 * @now: ns
 */
void fault_core_overflow(struct fault_core *core, u64 now);

/**
 * fault_core_run() - handle queued groups
 * @core: the core
 * @now: ns
 * @budget: groups at most; then the host should yield and call again
 *
 * Worker context: handlers may sleep. Devices take turns.
 *
 * Return: Groups handled; fewer than @budget means that nothing is left to do.
 */
unsigned int fault_core_run(struct fault_core *core, u64 now, unsigned int budget);

/**
 * fault_core_take() - first of run's three parts: take the next group
 * @core: the core
 * @now: ns
 *
 * For hosts that let time pass between the parts: take, fault_group_handle(),
 * fault_group_complete().
 *
 * Return: The group with a reference, or NULL if no group is queued.
 */
struct fault_group *fault_core_take(struct fault_core *core, u64 now);

/**
 * fault_group_handle() - second part: call the domain's handler for each request, in order
 * @g: taken
 * @now: ns
 *
 * Return: the group's answer, or FAULT_LATER.
 */
enum fault_code fault_group_handle(struct fault_group *g, u64 now);

/**
 * fault_group_complete() - third part: answer, unless the code is FAULT_LATER, and drop the
 *	reference of fault_core_take()
 * @g: taken
 * @code: of fault_group_handle()
 * @now: ns
 */
void fault_group_complete(struct fault_group *g, enum fault_code code, u64 now);

/**
 * fault_group_respond() - answer a group that a handler kept
 * @g: the caller holds a reference
 * @code: FAULT_RETRY, FAULT_TERMINATE or FAULT_FAILURE
 * @now: ns
 *
 * Any context.
 *
 * Return: 0; -EALREADY if it has been answered already (expired, turned off, detached, answered
 *	twice), which does no harm; -EINVAL.
 */
int fault_group_respond(struct fault_group *g, enum fault_code code, u64 now);

/**
 * fault_core_respond() - answer a group by its cookie
 * @core: the core
 * @cookie: of fault_group_cookie()
 * @code: FAULT_RETRY, FAULT_TERMINATE or FAULT_FAILURE
 * @now: ns
 *
 * For owners that cannot be trusted with a pointer. Any context.
 *
 * Return: 0; -ENOENT if the cookie names no unanswered group (it never existed, has expired or was
 *	reused: the cookie's generation tells); -EALREADY; -EINVAL.
 */
int fault_core_respond(struct fault_core *core, u64 cookie, enum fault_code code, u64 now);

/**
 * fault_core_expire() - handle deadlines, answers that could not be sent, ends of storms, and lost
 *	interrupts
 * @core: the core
 * @now: ns
 *
 * The host calls it periodically (every 10 ms is often enough). Process context because of
 * fault_ops.hw_drain and throttle.
 *
 * Return: Groups that expired.
 */
unsigned int fault_core_expire(struct fault_core *core, u64 now);

/* ---- Groups, for handlers and models ---- */

/**
 * fault_group_get() - take a reference
 * @g: the caller holds one, or is its handler
 */
void fault_group_get(struct fault_group *g);

/**
 * fault_group_put() - drop a reference
 * @g: the group
 */
void fault_group_put(struct fault_group *g);

/**
 * fault_group_cookie() - its name for others: device, slot and generation; not used again soon
 * @g: the group
 *
 * Return: never 0.
 */
u64 fault_group_cookie(const struct fault_group *g);

/**
 * fault_group_next() - the requests of a group, in order
 * @g: the group
 * @prev: the one before, NULL for the first
 *
 * Return: the next request, NULL after the LAST.
 */
const struct fault_record *fault_group_next(const struct fault_group *g,
					    const struct fault_record *prev);

/**
 * struct fault_group_info - what is known of a group
 * @cookie: see fault_group_cookie()
 * @dev_ctx: fault_dev_cfg.dev_ctx
 * @pasid: PASID or FAULT_NO_PASID
 * @index: PRGIndex or STAG
 * @sid: of the LAST record
 * @count: requests
 * @answer: FAULT_DEFAULT while unanswered
 * @t_first: ns, first request reported
 * @t_last: ns, LAST reported
 * @t_take: ns, a worker took it; 0 if none did
 * @t_handled: ns, fault_group_complete() was called; 0 if it was not
 * @t_respond: ns, answered; 0 while unanswered
 */
struct fault_group_info {
	u64 cookie;
	void *dev_ctx;
	u32 pasid;
	u32 index;
	u32 sid;
	u32 count;
	enum fault_code answer;
	u64 t_first;
	u64 t_last;
	u64 t_take;
	u64 t_handled;
	u64 t_respond;
};

/**
 * fault_group_info() - copy what is known of a group
 * @g: the group
 * @out: filled
 */
void fault_group_info(const struct fault_group *g, struct fault_group_info *out);

/* ---- Counters ---- */

/**
 * struct fault_stats - what has happened; never reset
 * @reported: records passed to report, all types
 * @unrecoverable: reported records to which no response is owed
 * @set_aside: requests without LAST
 * @owed: LAST requests and stalls: answers owed
 * @answered: answers that the hardware took, by enum fault_code
 * @groups: groups that were queued for a worker
 * @handled: handlers called (requests)
 * @poisoned: LAST requests that ended a poisoned group
 * @no_slot: LAST requests and stalls that found no slot
 * @dropped: set-aside requests that were dropped (no slot, overflow, detach, deadline)
 * @no_domain: LAST requests and stalls without a fault domain
 * @orphans: LAST requests and stalls of unknown streams, or of devices that are off
 * @flushed: groups answered by replace, detach, flush, disable_stalls or fault_off
 * @expired: groups answered by their deadline
 * @late: responses that came too late and did nothing
 * @unsent: times the driver did not take an answer
 * @storms: times the storm policy ended stalling
 * @lost_irqs: times the watchdog found records without interrupt
 */
struct fault_stats {
	u64 reported;
	u64 unrecoverable;
	u64 set_aside;
	u64 owed;
	u64 answered[FAULT_CODES];
	u64 groups;
	u64 handled;
	u64 poisoned;
	u64 no_slot;
	u64 dropped;
	u64 no_domain;
	u64 orphans;
	u64 flushed;
	u64 expired;
	u64 late;
	u64 unsent;
	u64 storms;
	u64 lost_irqs;
};

/**
 * fault_dev_stats() - counters of a device
 * @dev: the device
 * @out: filled
 */
void fault_dev_stats(struct fault_dev *dev, struct fault_stats *out);

/**
 * fault_core_stats() - counters of a core: orphans, devices, and devices that were released
 * @core: the core
 * @out: filled
 */
void fault_core_stats(struct fault_core *core, struct fault_stats *out);

/* ---- Forwarding to a guest or to user space ---- */

/* fault_message.flags */
#define FAULT_MSG_LAST	    0x1u /* last message of its group: a response to the cookie is owed */
#define FAULT_MSG_LOST	    0x2u /* events before this one were lost; @lost is their number */
#define FAULT_MSG_NO_ANSWER 0x4u /* unrecoverable: no response is owed */

/**
 * struct fault_message - one entry of a queue
 * @fault: the record; its cookie is replaced by the group's
 * @flags: FAULT_MSG_*
 * @lost: unrecoverable events lost just before this one
 */
struct fault_message {
	struct fault_record fault;
	u32 flags;
	u32 lost;
};

/**
 * struct fault_queue_cfg - a bounded queue
 * @entries: messages, power of two, at least the largest group; 0: 256
 * @full_code: answer to a group that does not fit; FAULT_DEFAULT: FAULT_RETRY
 * @notify: the queue has become readable. Any context, must not sleep. May be NULL.
 * @ctx: of @notify
 */
struct fault_queue_cfg {
	u32 entries;
	enum fault_code full_code;
	void (*notify)(void *ctx);
	void *ctx;
};

/**
 * fault_queue_create() - make a queue, for domains of type FAULT_DOMAIN_FORWARD
 * @core: the core
 * @cfg: copied
 * @out: the queue
 *
 * Process context.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int fault_queue_create(struct fault_core *core, const struct fault_queue_cfg *cfg,
		       struct fault_queue **out);

/**
 * fault_queue_destroy() - free a queue whose owner is gone
 * @q: no domain uses it any more
 *
 * Return: 0 or -EBUSY.
 */
int fault_queue_destroy(struct fault_queue *q);

/**
 * fault_queue_read() - hand complete groups over to the owner
 * @q: the queue
 * @copy: bring one message to the owner; -errno stops the reading
 * @ctx: of @copy
 * @max: messages at most
 *
 * A group is handed over whole or stays in the queue: also if it does not fit
 * into what is left of @max, or if @copy fails in its midst (then it is handed
 * over again, from its start, by the next read). One reader at a time.
 * Process context, @copy may sleep.
 *
 * Return: messages handed over; -errno of @copy if there was none; -EMSGSIZE if @max is less than
 *	the first group.
 */
int fault_queue_read(struct fault_queue *q, int (*copy)(void *ctx, const struct fault_message *m),
		     void *ctx, u32 max);

/**
 * fault_queue_respond() - answer a group on behalf of the queue's owner
 * @q: the queue that handed the group over
 * @cookie: of the message
 * @code: FAULT_RETRY, FAULT_TERMINATE or FAULT_FAILURE
 * @now: ns
 *
 * Everything is checked: an owner can answer its own unanswered groups and nothing else.
 *
 * Return: 0, -EINVAL, -ENOENT (not its own, too late, or never existed), -EALREADY.
 */
int fault_queue_respond(struct fault_queue *q, u64 cookie, enum fault_code code, u64 now);

/* ---- Storm back-off: a policy for any driver ---- */

/**
 * struct fault_storm - stop stalling while faults come too fast
 * @limit: faults in a window that make a storm; 0: 1000
 * @window_ns: length of the window; 0: 10 ms
 * @off_ns: stalling stays off so long after the first storm; 0: 500 ms
 * @off_max_ns: it doubles with each storm that follows at once, up to this; 0: 8 s
 *
 * The caller fills these four before fault_storm_init(); the rest is private.
 * With fault_dev_cfg.storm the core does the calls (under the device's lock).
 */
struct fault_storm {
	u64 limit;
	u64 window_ns;
	u64 off_ns;
	u64 off_max_ns;
	/* private: */
	u64 window_start;
	u64 count;
	u64 off_until;
	u64 off_now;
	u64 calm_since;
	bool off;
};

/**
 * fault_storm_init() - initialise the policy and resolve its defaults
 * @s: with its four numbers
 */
void fault_storm_init(struct fault_storm *s);

/**
 * fault_storm_note() - note that a fault has come
 * @s: the policy
 * @now: ns
 *
 * Return: true if stalling has to end with this fault.
 */
bool fault_storm_note(struct fault_storm *s, u64 now);

/**
 * fault_storm_over() - note that time has passed
 * @s: the policy
 * @now: ns
 *
 * Return: true if stalling may start again now.
 */
bool fault_storm_over(struct fault_storm *s, u64 now);

/**
 * fault_storm_active() - whether stalling is off
 * @s: the policy
 *
 * Return: true from fault_storm_note()'s true to fault_storm_over()'s.
 */
bool fault_storm_active(const struct fault_storm *s);

#ifdef __cplusplus
}
#endif

#endif /* FAULT_CORE_H */
