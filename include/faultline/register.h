/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Registers of an IOMMU by name: list, read, write, watch. By offset, as software sees them: fl_iommu_mmio_read() and
 * fl_iommu_mmio_write() of faultline/iommu.h, which includes this.
 */
#ifndef FAULTLINE_REGISTER_H
#define FAULTLINE_REGISTER_H

#include <faultline/export.h>

#include <stddef.h>
#include <stdint.h>

FAULTLINE_BEGIN

struct fl_iommu;

/* Room for the name of a register, with its NUL */
enum { FL_REGISTER_NAME = 40 };

/**
 * struct fl_register - what is known of a register
 * @name: the specification's; an element of an array has its number behind it ("CBAR2"), one of SMMUv2's context bank 3
 *	"CB3_" before it
 * @section: where the specification defines it; static
 * @offset: bytes from the start of the register space
 * @bytes: its size, 4 or 8
 */
struct fl_register {
	char name[FL_REGISTER_NAME];
	const char *section;
	uint64_t offset;
	uint32_t bytes;
};

/**
 * fl_iommu_register_at() - the list of registers that this IOMMU has
 * @iommu: the IOMMU
 * @number: 0 is the first
 * @reg: filled in
 * @bytes: sizeof(*@reg) of the caller, who may be older: so much is written
 *
 * Return: 0; -ERANGE: there are not so many.
 */
FAULTLINE_API int fl_iommu_register_at(const struct fl_iommu *iommu, size_t number, struct fl_register *reg,
				       size_t bytes);

/**
 * fl_iommu_register_find() - a register by its name
 * @iommu: the IOMMU
 * @name: as fl_register.name
 * @reg: filled in
 * @bytes: sizeof(*@reg) of the caller
 *
 * Return: 0; -ENOENT: it has none of this name.
 */
FAULTLINE_API int fl_iommu_register_find(const struct fl_iommu *iommu, const char *name, struct fl_register *reg,
					 size_t bytes);

/**
 * fl_iommu_register_of() - the register that stands at an offset
 * @iommu: the IOMMU
 * @offset: bytes from the start of the register space; anywhere in the register, or in its alias (SMMUv3 6.2.1)
 * @reg: filled in
 * @bytes: sizeof(*@reg) of the caller
 *
 * Return: 0; -ENOENT: nothing does.
 */
FAULTLINE_API int fl_iommu_register_of(const struct fl_iommu *iommu, uint64_t offset, struct fl_register *reg,
				       size_t bytes);

/**
 * fl_iommu_register_read() - look at a register, without any effect
 * @iommu: the IOMMU
 * @name: as fl_register.name
 * @value: all of it, also what software may only write
 *
 * Callbacks of struct fl_host may call it, too; what the call that is under way will change may still be as before.
 *
 * Return: 0; -ENOENT: it has none of this name.
 */
FAULTLINE_API int fl_iommu_register_read(const struct fl_iommu *iommu, const char *name, uint64_t *value);

/**
 * fl_iommu_register_write() - write a register as software does: fl_iommu_mmio_write()
 * @iommu: the IOMMU
 * @name: as fl_register.name
 * @value: the value
 *
 * Return: 0; -ENOENT: it has none of this name.
 */
FAULTLINE_API int fl_iommu_register_write(struct fl_iommu *iommu, const char *name, uint64_t value);

/* What of a register is watched, or has happened to it: software has read it, or written it; it has another value. */
enum { FL_WATCH_READ = 1 << 0, FL_WATCH_WRITE = 1 << 1, FL_WATCH_CHANGE = 1 << 2 };

/* A register that is watched. */
struct fl_watch;

/**
 * struct fl_register_event - what has happened to a register
 * @reg: the register; valid during the call, as all of it
 * @how: FL_WATCH_*; a write that changes the register is one event
 * @bytes: with FL_WATCH_READ or FL_WATCH_WRITE: of the access, 4 or 8
 * @offset: likewise: where it began
 * @value: likewise: what was read or written, before the register made something of it
 * @before: the whole register as it was told last; at first: when the watch began
 * @now: the whole register as it is; after a write, with what hardware has done about it
 */
struct fl_register_event {
	const struct fl_register *reg;
	uint32_t how;
	uint32_t bytes;
	uint64_t offset;
	uint64_t value;
	uint64_t before, now;
};

/**
 * typedef fl_register_watcher - what an embedder does about an event
 * @ctx: of fl_iommu_watch()
 * @event: the event
 *
 * It is called when the call to the IOMMU that has caused the event is over, before that returns to its caller, and may
 * make calls itself. Changes that these lead to are told when it has returned, and so on until there are none: a watcher
 * that always changes what it watches does not end. Reads and writes of its own are not told.
 */
typedef void fl_register_watcher(void *ctx, const struct fl_register_event *event);

/**
 * fl_iommu_watch() - hear of what happens to a register
 * @iommu: the IOMMU
 * @name: as fl_register.name
 * @what: FL_WATCH_*, one at least. Accesses are those by fl_iommu_mmio_read(), fl_iommu_mmio_write(),
 *	fl_iommu_register_write() and a driver of faultline/driver.h, aligned, of 4 or 8 bytes. Of several changes within one
 *	call the last is told
 * @call: who hears of it
 * @ctx: its first argument
 * @out: the watch; fl_iommu_unwatch() ends it, and so does fl_iommu_destroy()
 *
 * Each call to the IOMMU takes a look at each of its watches.
 *
 * Return: 0; -ENOENT: it has no register of this name; -EINVAL; -ENOMEM.
 */
FAULTLINE_API int fl_iommu_watch(struct fl_iommu *iommu, const char *name, uint32_t what, fl_register_watcher *call,
				 void *ctx, struct fl_watch **out);

/**
 * fl_iommu_watch_offset() - likewise, of the register that stands at an offset
 * @iommu: the IOMMU
 * @offset: as for fl_iommu_register_of()
 * @what: as for fl_iommu_watch()
 * @call: who hears of it
 * @ctx: its first argument
 * @out: the watch
 *
 * Return: As fl_iommu_watch().
 */
FAULTLINE_API int fl_iommu_watch_offset(struct fl_iommu *iommu, uint64_t offset, uint32_t what,
					fl_register_watcher *call, void *ctx, struct fl_watch **out);

/**
 * fl_iommu_unwatch() - hear of it no longer
 * @watch: ended, and free; may be NULL. A watcher may end its own and others
 */
FAULTLINE_API void fl_iommu_unwatch(struct fl_watch *watch);

FAULTLINE_END

#endif /* FAULTLINE_REGISTER_H */
