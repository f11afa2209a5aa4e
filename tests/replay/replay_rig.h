/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Traces and runs for the suites of the replay, and a second, plain count of what has to fault. */
#ifndef REPLAY_RIG_H
#define REPLAY_RIG_H

#include "replay.h"
#include "trace_gen.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVME_NIC FL_SOURCE_DIR "/traces/arm64-smmuv3-nvme-e1000e.dmat"
#define EDU	 FL_SOURCE_DIR "/traces/arm64-smmuv3-edu-faults.dmat"

/* IHI 0070 7.3: event types. */
#define EVENT_TRANSLATION 0x10
#define EVENT_PERMISSION  0x13

/* The run under test; rig_setup() sets it to an SMMUv3 with the default configuration, none resident, stall. */
extern struct replay_options rig_opt;
extern struct fl_config rig_cfg;
extern struct replay_result rig_res;
extern struct dmat_error rig_err;
/* A trace of the test's own; removed by rig_teardown(). */
extern char rig_trace[];

void rig_setup(void);
void rig_teardown(void);

/* Write rig_trace from records as text (without the first line), or from a generator; rig_opt plays it. */
void rig_text(const char *records);
void rig_generate(const char *generator, const char *const *set, size_t n, u64 seed);

/* Run rig_opt functionally; it has to succeed, or to fail with @code and a message that contains @text. */
void rig_run(void);
void rig_refused(int code, const char *text);

/**
 * struct rig_expected - what the records of a trace say by themselves
 * @first_touches: accesses' pages that were mapped and not accessed since
 * @accesses, @bytes: of the trace
 * @recorded: accesses with an outcome
 */
struct rig_expected {
	u64 first_touches, accesses, bytes, recorded;
};

/* Count, over rig_opt.repeat rounds. */
struct rig_expected rig_expect(void);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_RIG_H */
