/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Registers of faultline-master, for the device and for its drivers. All are 64 bits wide and little-endian; accesses of
 * 32 bits reach either half.
 *
 * A queue carries out one job at a time: MASTER_COUNT accesses of MASTER_BYTES bytes in the region of MASTER_LENGTH bytes at
 * MASTER_ADDR. Up to MASTER_DEPTH accesses are on their way at once. One that the IOMMU stalls is held until the IOMMU ends
 * it: presented again, or aborted. The first abort ends the job: accesses that are held are waited for, no others begin.
 */
#ifndef MASTER_REGS_H
#define MASTER_REGS_H

#define MASTER_SIZE 0x10000

/* ---- the device ---- */
#define MASTER_ID	  0x00 /* MASTER_MAGIC */
#define MASTER_QUEUES	  0x08 /* number of queues */
#define MASTER_PENDING	  0x10 /* a bit for each queue whose job has ended; written: bits to clear */
#define MASTER_ACCESSES	  0x18 /* since power-on: accesses that were presented, once more for each retry */
#define MASTER_STALLS	  0x20 /* accesses that were stalled */
#define MASTER_RETRIES	  0x28 /* stalled ones that were presented again */
#define MASTER_ABORTED	  0x30 /* stalled ones that were aborted */
#define MASTER_WAITS	  0x38 /* accesses that found no room to be stalled in, and were presented again */
#define MASTER_TERMINATED 0x40 /* accesses that were aborted at once */

#define MASTER_MAGIC	   0x31414d4c46 /* "FLMA1" */
#define MASTER_MOST_QUEUES 8
#define MASTER_MOST_DEPTH  16

/* ---- a queue ---- */
#define MASTER_QUEUE(n) (0x1000 + 0x100 * (n))
#define MASTER_CONTROL	0x00 /* written: MASTER_START, MASTER_STOP; read: MASTER_BUSY */
#define MASTER_PASID	0x08 /* MASTER_PASID_VALID and 20 bits */
#define MASTER_ADDR	0x10
#define MASTER_LENGTH	0x18 /* a multiple of MASTER_BYTES */
#define MASTER_BYTES	0x20 /* 8 to 4096, a power of two; MASTER_ADDR is a multiple of it */
#define MASTER_COUNT	0x28
#define MASTER_OP	0x30 /* operation, pattern, MASTER_PRIV */
#define MASTER_SEED	0x38 /* of MASTER_RANDOM, and of what is written */
#define MASTER_DEPTH	0x40 /* 1 to MASTER_MOST_DEPTH; a chase has 1 */
#define MASTER_STATUS	0x48 /* of the last job: MASTER_OK and others */
#define MASTER_SUM	0x50 /* of it: sum of word * (2 * number of the word in the job + 1) */
#define MASTER_DONE	0x58 /* of it: accesses that had their data moved */
#define MASTER_STALLED	0x60 /* of it: accesses that were stalled */
#define MASTER_FAULT	0x68 /* of it: address of the first access that was aborted */

#define MASTER_START 1
#define MASTER_STOP  2 /* no more accesses begin; the job ends when those that are held have ended */
#define MASTER_BUSY  1

#define MASTER_PASID_VALID 0x80000000ULL

/* Operation, bits 3:0. A write of word n of the job has master_word(seed, n); an add adds the seed. */
#define MASTER_READ   0
#define MASTER_WRITE  1
#define MASTER_ADD    2
#define MASTER_EXEC   3
/* Pattern, bits 7:4: of addresses. A chase goes to the address that the first word of an access has. */
#define MASTER_STREAM (0 << 4)
#define MASTER_RANDOM (1 << 4)
#define MASTER_CHASE  (2 << 4)
#define MASTER_PRIV   (1 << 8)

#define MASTER_OK	 0
#define MASTER_FAULTED	 1
#define MASTER_STOPPED	 2
#define MASTER_BAD_JOB	 3
#define MASTER_BUS_ERROR 4

/* splitmix64 of the n-th step: what is written, and where a random access goes. */
static inline unsigned long long master_word(unsigned long long seed, unsigned long long n)
{
	unsigned long long z = seed + (n + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif /* MASTER_REGS_H */
