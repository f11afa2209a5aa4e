/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One IOMMU put together, without time: memory, interrupt lines, engine, driver
 * and fault core, and the pump that lets hardware and software run until both
 * rest. Several of them stand on one board and share its memory and its clock.
 *
 * A holder embeds struct machine as the first member of its own structure: the
 * ctx of all services is the machine's address. It replaces a service
 * that it needs to see or to refuse in hw_ops or drv_ops, before anybody is made
 * that uses them; machine_hw_ops and machine_drv_ops do the rest.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "ats_endpoint.h"
#include "fault_core.h"
#include "frames.h"
#include "iommu.h"
#include "iommu_driver.h"
#include "physmem.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct machine_board - what the machines of a system share
 * @mem: memory; the holder's
 * @frames: the part of it that drivers allocate from; of machine_board_init()
 * @now: ns
 * @held: bytes that drivers hold
 * @poison: freed memory reads as ones, so that whoever still walks there is found out
 * @work: a fault core wants a worker (machine_kick())
 * @hold_lines: nobody serves interrupts
 * @hold_work: nobody works
 * @machines: all of them; the board's own
 */
struct machine_board {
	struct physmem *mem;
	struct frames frames;
	u64 now;
	u64 held;
	bool poison;
	bool work;
	bool hold_lines, hold_work;
	struct machine *machines;
};

#define MACHINE_POLLS 64u

/**
 * struct machine - one IOMMU
 * @board: what it shares with others
 * @cls: the engine's class
 * @hw: the engine
 * @drv_cls: the driver's class
 * @drv: the driver; of machine_start(), or the holder's
 * @core: its fault core; as @drv
 * @hw_ops: services of the engine; the holder makes it with them and with the machine as their ctx
 * @drv_ops: services of the driver
 * @ats_invalidate: an ATS invalidation has arrived at its endpoint, and the engine's call is over; ends with
 *	machine_inv_done(). NULL: completed at once
 * @served: the handlers of a line have run; may be NULL
 * @edges: lines that were asserted and not served since
 * @level: lines that are asserted
 * @level_irq: a line is served as long as it is asserted; else once for each assertion
 * @doorbell: address of MSIs
 * @first_line: the datum of line 0's MSI
 * @n_lines: number of lines that software listens to, at most 64; wired or by MSI
 * @late: endpoints complete ATS invalidations while the driver polls, and in the pump; else before a register write
 *	returns
 * @inv: ATS invalidations on their way; the machine's own
 * @n_inv: number of @inv in use
 * @next: on the same board
 */
struct machine {
	struct machine_board *board;
	const struct iommu_class *cls;
	void *hw;
	const struct drv_class *drv_cls;
	void *drv;
	struct fault_core *core;
	struct iommu_ops hw_ops;
	struct drv_ops drv_ops;
	void (*ats_invalidate)(void *ctx, const struct ats_inv *inv);
	void (*served)(void *ctx);
	u64 edges, level;
	bool level_irq;
	u64 doorbell;
	u32 first_line, n_lines;
	bool late;
	struct ats_inv inv[ATS_MAX_ITAGS];
	u32 n_inv;
	struct machine *next;
};

/* What hw_ops and drv_ops are at first. Nobody hears of resumed transactions and page responses. */
extern const struct iommu_ops machine_hw_ops;
extern const struct drv_ops machine_drv_ops;

/**
 * machine_board_init() - an empty board
 * @b: filled in; machine_board_exit() ends it
 * @mem: its memory, which outlives it
 * @base: first byte that drivers may allocate, a multiple of 4 KiB
 * @bytes: length, a multiple of 4 KiB
 */
void machine_board_init(struct machine_board *b, struct physmem *mem, u64 base, u64 bytes);

/**
 * machine_board_exit() - free what machine_board_init() has made
 * @b: the board; nobody uses its machines any more
 */
void machine_board_exit(struct machine_board *b);

/**
 * machine_init() - put a machine on a board
 * @m: filled in; the holder sets @hw once it is made, and what else it has
 * @b: the board
 * @cls: the engine's class
 */
void machine_init(struct machine *m, struct machine_board *b, const struct iommu_class *cls);

/**
 * machine_start() - a fault core, if the holder has set none, and a driver for it
 * @m: the machine, with its engine
 * @cls: the driver's class
 * @cfg: for drv_class.probe
 *
 * Return: 0 or -errno; there is no driver then, but machine_stop() ends the core.
 */
int machine_start(struct machine *m, const struct drv_class *cls, const void *cfg);

/**
 * machine_stop() - remove the driver, let workers end what they do, and end the core
 * @m: the machine
 *
 * Return: 0; -EBUSY: somebody still holds something of the core's.
 */
int machine_stop(struct machine *m);

/**
 * machine_kick() - fault_host_ops.kick
 * @board: the board
 */
void machine_kick(void *board);

/**
 * machine_raise() - assert or release a line
 * @m: the machine
 * @line: the line; nothing happens if nobody listens to it
 * @level: assert it
 */
void machine_raise(struct machine *m, u32 line, bool level);

/**
 * machine_inv_done() - an endpoint's completion of an ATS invalidation
 * @m: the machine
 * @sid: the endpoint
 * @itag: of the invalidation
 * @ok: false after a time-out. Without a clock the time-out of a completion that was not seen passes at once.
 */
void machine_inv_done(struct machine *m, u32 sid, u8 itag, bool ok);

/**
 * machine_carry() - let the ATS invalidations on their way arrive
 * @m: the machine
 *
 * Return: Whether there were any.
 */
bool machine_carry(struct machine *m);

/**
 * machine_serve() - run the handlers of the lines that wait, once each, until their threads find no more
 * @m: the machine
 * @lines: how many were served is added
 *
 * Return: NULL, or a sentence about what never ends.
 */
const char *machine_serve(struct machine *m, u32 *lines);

/**
 * machine_pump() - let hardware and software run until both rest
 * @b: the board
 *
 * Return: NULL, or a sentence about what never ends.
 */
const char *machine_pump(struct machine_board *b);

#ifdef __cplusplus
}
#endif

#endif /* MACHINE_H */
