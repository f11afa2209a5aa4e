/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The post-mortem tool: an IOMMU brought into the state of a memory dump and a
 * register dump, asked what it would do with single accesses.
 */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include <jansson.h>
#include <stdio.h>

#include "iommu.h"
#include "physmem.h"

#define XL_REASON_BYTES 256
#define XL_RECORD_WORDS 4

/* What the hardware did with one access, as its client and its driver see it. */
struct xl_outcome {
	enum xlat kind;
	u64 pa;
	u8 perm; /* PERM_* for the privilege of the access */
	bool bypass;
	u16 fault; /* number of the recorded fault, 0: none recorded */
	unsigned int n_words;
	u64 words[XL_RECORD_WORDS];
	unsigned int n_accesses;
	struct walk_access accesses[WALK_MAX_ACCESSES];
};

/**
 * struct xl_target - one kind of IOMMU as the tool sees it
 * @name: as --iommu takes it
 * @open: make the hardware from the identification registers and write the others through MMIO in the order in which
 *        a driver would. The physical memory is loaded. Returns the hardware, or NULL with @reason filled in.
 * @run:  one access, as if it were the first: clean caches, empty queues
 * @expect: compare with an entry of the snapshot; false with @reason filled in if they differ
 * @fault_name: the specification's name of a fault number
 */
struct xl_target {
	const char *name;
	void *(*open)(struct physmem *mem, const json_t *snapshot, char *reason);
	void (*close)(void *hw);
	int (*run)(void *hw, const struct dma_txn *t, struct xl_outcome *o);
	bool (*expect)(const void *hw, const json_t *entry, const struct xl_outcome *o, char *reason);
	const char *(*fault_name)(u16 fault);
};

extern const struct xl_target xl_smmuv2, xl_smmuv3, xl_vtd;

#define XL_MAX_REGISTERS 8192

struct xl_register {
	u32 offset;
	u64 value;
};

/* A register dump, in ascending order of offsets. */
struct xl_registers {
	struct xl_register r[XL_MAX_REGISTERS];
	u32 n;
};

/* The beginning of a target's hardware object: the context of xl_ops. */
struct xl_memory {
	struct physmem *mem;
};

/* Services for an engine that is asked single questions: memory, and nobody at the other end of anything else. */
extern const struct iommu_ops xl_ops;

/* One "offset": value of a dump. */
bool xl_register(const char *key, const json_t *value, struct xl_register *out, char *reason);
/* All of them; @map (may be NULL) gives the offset by which the hardware knows a dumped one. */
bool xl_registers(const json_t *object, u32 (*map)(u32 offset), struct xl_registers *out, char *reason);

/* An access from lookup to its end; fills in what every kind has in common. */
int xl_run(const struct iommu_class *cls, void *hw, const struct dma_txn *t, struct xl_outcome *o);

/* A number of a snapshot: an integer, or a string as strtoull takes it. False if it is neither or absent. */
bool xl_number(const json_t *value, u64 *out);

/* Compare the four outcomes that all snapshots share: pa (with bypass, perm), abort, raz_wi. */
bool xl_expect_plain(const json_t *entry, const struct xl_outcome *o, char *reason);

/* Compare words under masks: arrays of @n numbers. */
bool xl_expect_words(const json_t *words, const json_t *masks, const u64 *got, unsigned int n, char *reason);

#endif /* TRANSLATE_H */
