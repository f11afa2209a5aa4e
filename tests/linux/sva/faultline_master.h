/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /dev/faultline-masterN understands. Operations, patterns, and states of jobs: master_regs.h. */
#ifndef FAULTLINE_MASTER_H
#define FAULTLINE_MASTER_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* A job, in the address space of the process that opened the device; members as the registers of that name. */
struct faultline_job {
	__u64 addr, length, bytes, count, op, seed, depth;
	/* FAULTLINE_WAIT: what became of it */
	__u64 status, sum, done, stalled, fault;
};

struct faultline_counters {
	__u64 accesses, stalls, retries, aborted, waits, terminated;
};

/* One job at a time for each open file; START waits for a queue, WAIT for the end of the job. */
#define FAULTLINE_START	   _IOW('F', 1, struct faultline_job)
#define FAULTLINE_WAIT	   _IOR('F', 2, struct faultline_job)
#define FAULTLINE_COUNTERS _IOR('F', 3, struct faultline_counters)
#define FAULTLINE_PASID	   _IO('F', 4) /* the PASID is the result */

#endif /* FAULTLINE_MASTER_H */
