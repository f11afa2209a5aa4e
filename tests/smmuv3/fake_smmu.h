/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An SMMUv3 that is nothing but registers and queues, written from the
 * specification with its own numbers: it acknowledges, consumes and logs
 * commands, and holds whatever event and PRI records a test puts into its
 * queues. The driver meets it instead of the engine.
 */
#ifndef FAKE_SMMU_H
#define FAKE_SMMU_H

#include "machine.h"
#include <check.h>
#include "smmuv3_driver.h"

#define FAKE_MAX_CMDS	4096
#define FAKE_MAX_WRITES 16384

struct fake_write {
	u64 pa;
	u64 word;
};

struct fake_mmio {
	u64 offset;
	u64 value;
};

struct fake_smmu {
	struct machine m; /* memory alone; first: ctx of its services */
	struct machine_board board;
	struct physmem mem;
	u32 regs[0x20000 / 4];
	u32 allocs;	 /* so far */
	u32 fail_alloc;	 /* the n-th fails; 0: none */
	u32 fail_calloc; /* likewise of the process's calloc, see fake_calloc.c */
	u64 cmds[FAKE_MAX_CMDS][2];
	u32 n_cmds;
	struct fake_write writes[FAKE_MAX_WRITES];
	u32 n_writes;
	struct fake_mmio mmio[256];
	u32 n_mmio;
	u32 violations;	 /* writes to registers that are guarded at the moment */
	bool slow;	 /* acknowledge only when polled */
	bool stuck;	 /* consume no command */
	u32 stuck_polls; /* until so many polls have passed; 0: until the test says so */
	u32 stick_at;	 /* be stuck once so many commands are logged; 0: never */
	bool silent;	 /* never acknowledge */
	u32 error_op;	 /* opcode that fails, 0: none */
	u32 error_code;	 /* CERROR_* */
	u32 error_left;	 /* so many times */
	u32 polls;
	void (*on_poll)(struct fake_smmu *f);
	u64 now;
	u32 (*allocate)(u32 sid, u32 n); /* Outstanding Page Request Allocation; NULL: no functions */
	void (*on_write)(struct fake_smmu *f, void *arg);
	void *arg;
	u32 kicks;
	struct fault_core *core;
	void *drv;
	struct smmuv3_drv_cfg cfg;
	/* what the handler is to say, and what it saw */
	enum fault_code answer;
	struct fault_record seen[256];
	u32 n_seen;
	struct fault_record unrecoverable[256];
	u32 n_unrecoverable;
};

void fake_init(struct fake_smmu *f);
void fake_exit(struct fake_smmu *f);
/* Core and driver on top. Return: of probe. */
int fake_probe(struct fake_smmu *f);
void fake_remove(struct fake_smmu *f);

u32 fake_reg(const struct fake_smmu *f, u32 offset);
void fake_set_reg(struct fake_smmu *f, u32 offset, u32 value);
u64 fake_word(struct fake_smmu *f, u64 pa);
/* A record into the event queue (0xa0) or PRI queue (0xc0) at PROD. False if there is no room. */
bool fake_event(struct fake_smmu *f, u64 w0, u64 w1, u64 w2, u64 w3);
bool fake_pri(struct fake_smmu *f, u64 w0, u64 w1);
void fake_toggle_gerror(struct fake_smmu *f, u32 bits);
/* Interrupt thread of @line until it has nothing to do; records handled. */
int fake_irq(struct fake_smmu *f, u32 line);
void fake_work(struct fake_smmu *f);
void fake_forget(struct fake_smmu *f); /* the logs */
/* Number of logged commands with @op; the last one in @w if not NULL. */
u32 fake_count(const struct fake_smmu *f, u32 op, u64 w[2]);

/* A device with a handler domain on it that answers fake_smmu.answer. */
struct fault_dev *fake_device(struct fake_smmu *f, const struct drv_device_cfg *cfg);
struct fault_domain *fake_domain(struct fake_smmu *f, struct fault_dev *dev, enum drv_domain_type type, bool handler);
u64 fake_ste(struct fake_smmu *f, u32 sid); /* physical address */

#endif /* FAKE_SMMU_H */
