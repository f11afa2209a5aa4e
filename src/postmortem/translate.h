/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The post-mortem tool: an IOMMU brought into the state of a memory dump and a
 * register dump, asked what it would do with single accesses.
 */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include <jansson.h>
#include <stdio.h>

#include "machine.h"

#define XL_REASON_BYTES 256
#define XL_RECORD_WORDS 4

/**
 * struct xl_outcome - what the hardware did with one access, as its client and its driver see it
 * @kind: the outcome
 * @pa: output address (XLAT_OK)
 * @perm: PERM_* for the privilege of the access
 * @bypass: no stage translated
 * @fault: number of the recorded fault; 0: none was recorded
 * @n_words: number of @words
 * @words: the fault's record
 * @n_accesses: number of @accesses
 * @accesses: memory accesses of the walk, in order
 */
struct xl_outcome {
	enum xlat kind;
	u64 pa;
	u8 perm;
	bool bypass;
	u16 fault;
	unsigned int n_words;
	u64 words[XL_RECORD_WORDS];
	unsigned int n_accesses;
	struct walk_access accesses[WALK_MAX_ACCESSES];
};

/**
 * struct iommu_dump - reader of one IOMMU's dumps
 * @open: make the hardware from the identification registers and write the others through MMIO in the order in which
 *	a driver would. The physical memory is loaded. Returns the hardware, or NULL with @reason filled in.
 * @close: frees the hardware of @open
 * @run: makes one access, as if it were the first: clean caches, empty queues. 0 or -errno
 * @expect: compare with an entry of the snapshot; false with @reason filled in if they differ
 */
struct iommu_dump {
	void *(*open)(struct physmem *mem, const json_t *snapshot, char *reason);
	void (*close)(void *hw);
	int (*run)(void *hw, const struct dma_txn *t, struct xl_outcome *o);
	bool (*expect)(const void *hw, const json_t *entry, const struct xl_outcome *o, char *reason);
};

extern const struct iommu_dump smmuv2_dump, smmuv3_dump, vtd_dump;

#define XL_MAX_REGISTERS 8192

/**
 * struct xl_register - a register of a dump
 * @offset: bytes from the start of the register space
 * @value: what it held
 */
struct xl_register {
	u32 offset;
	u64 value;
};

/**
 * struct xl_registers - a register dump
 * @r: the registers, in ascending order of offsets
 * @n: number of @r in use
 */
struct xl_registers {
	struct xl_register r[XL_MAX_REGISTERS];
	u32 n;
};

/**
 * struct xl_machine - an engine that is asked single questions: memory, and nobody at the other end of anything else
 * @m: first: ctx of its hw_ops
 * @board: with the dumped memory
 */
struct xl_machine {
	struct machine m;
	struct machine_board board;
};

/**
 * xl_machine_init() - put the dumped memory under an engine
 * @x: filled in; the first member of a reader's state, and the engine's ctx
 * @cls: the engine's class
 * @mem: the memory; outlives it
 */
void xl_machine_init(struct xl_machine *x, const struct iommu_class *cls, struct physmem *mem);

/**
 * xl_register() - read one "offset": value of a register dump
 * @key: the offset, as text
 * @value: the value
 * @out: filled in
 * @reason: XL_REASON_BYTES; filled on error
 *
 * Return: false with @reason filled in if one of them is no number.
 */
bool xl_register(const char *key, const json_t *value, struct xl_register *out, char *reason);

/**
 * xl_registers() - read a register dump
 * @object: offsets and values
 * @map: translates a dumped offset to the hardware's; may be NULL
 * @out: filled in
 * @reason: XL_REASON_BYTES; filled on error
 *
 * Return: false with @reason filled in on error.
 */
bool xl_registers(const json_t *object, u32 (*map)(u32 offset), struct xl_registers *out, char *reason);

/**
 * xl_holes() - read the ranges of a snapshot in which memory answers with an error
 * @x: whose memory
 * @snapshot: the snapshot; `memory_error_ranges`, if it is there
 * @reason: XL_REASON_BYTES; filled on error
 *
 * Return: false with @reason filled in on error.
 */
bool xl_holes(struct xl_machine *x, const json_t *snapshot, char *reason);

/**
 * xl_run() - run an access from lookup to its end, and fill in what every kind has in common
 * @cls: the kind
 * @hw: the hardware
 * @t: the access
 * @o: filled in
 *
 * Return: 0 or -errno.
 */
int xl_run(const struct iommu_class *cls, void *hw, const struct dma_txn *t, struct xl_outcome *o);

/**
 * xl_fail() - say why
 * @reason: at least XL_REASON_BYTES
 * @fmt: printf format of the reason
 *
 * Return: False.
 */
bool xl_fail(char *reason, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * xl_number() - read a number of a snapshot: an integer, or a string as strtoull() takes it
 * @value: may be NULL
 * @out: the number
 *
 * Return: false if @value is neither, or absent.
 */
bool xl_number(const json_t *value, u64 *out);

/**
 * xl_expect_plain() - compare the outcomes that all snapshots share: pa (with bypass, perm), abort, raz_wi
 * @entry: an entry of the snapshot
 * @o: the outcome
 * @reason: XL_REASON_BYTES; filled on error
 *
 * Return: false with @reason filled in if they differ.
 */
bool xl_expect_plain(const json_t *entry, const struct xl_outcome *o, char *reason);

/**
 * xl_expect_words() - compare words under masks
 * @words: array of @n numbers
 * @masks: array of @n numbers
 * @got: the words of the outcome
 * @n: number of words
 * @reason: XL_REASON_BYTES; filled on error
 *
 * Return: false with @reason filled in if they differ.
 */
bool xl_expect_words(const json_t *words, const json_t *masks, const u64 *got, unsigned int n, char *reason);

#endif /* TRANSLATE_H */
