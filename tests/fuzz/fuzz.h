/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the targets of tests/fuzz share: an input that is taken piece by piece, and inputs as files. */
#ifndef FUZZ_H
#define FUZZ_H

#include "fl_env.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* libFuzzer's face; replay.c has it too. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct fuzz_input {
	const u8 *at, *end;
};

/* The next @n bytes as a number, little-endian; zeroes behind the end. */
static inline u64 fuzz_take(struct fuzz_input *in, unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n && in->at < in->end; i++)
		v |= (u64)*in->at++ << 8 * i;
	return v;
}

/* What must hold whatever the input is. */
#define fuzz_holds(cond)                                                                          \
	do {                                                                                      \
		if (!(cond)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

/* The input as a file without a name; its path. close(@fd) ends it. */
static inline const char *fuzz_file(const u8 *data, size_t size, int *fd)
{
	static char path[64];

	*fd = memfd_create("input", 0);
	fuzz_holds(*fd >= 0 && write(*fd, data, size) == (ssize_t)size && !lseek(*fd, 0, SEEK_SET));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	return path;
}

/* A path to write to, in memory where there is some. */
static inline const char *fuzz_output(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/faultline-fuzz-%d.dmat", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
		 getpid());
	return path;
}

#endif /* FUZZ_H */
