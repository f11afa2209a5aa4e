/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Coroutines on one thread: begun with ucontext, switched with setjmp and
 * longjmp, because swapcontext makes a system call each time. ASan is told.
 */
#ifndef FAULT_COROUTINE_H
#define FAULT_COROUTINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

struct coroutine {
	void (*fn)(void *arg); /* must not return */
	void *arg;
	void *stack; /* kept, and used again by the next coroutine_init() */
	size_t stack_bytes;
	bool begun;
	ucontext_t first;
	jmp_buf at;
	void *fake_stack; /* ASan's */
};

/* What ran in it before is forgotten. @co is zeroed or was used before. */
void coroutine_init(struct coroutine *co, void (*fn)(void *arg), void *arg);

/* From @from, which runs, to @to. Returns when somebody switches to @from. The thread's own may be all zero. */
void coroutine_switch(struct coroutine *from, struct coroutine *to);

void coroutine_free(struct coroutine *co);

#endif /* FAULT_COROUTINE_H */
