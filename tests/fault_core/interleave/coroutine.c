// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdint.h>
#include <stdlib.h>

#include "coroutine.h"

#define STACK_BYTES (64u << 10)

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define __asan_unpoison_memory_region(p, bytes)
#define __sanitizer_start_switch_fiber(save, stack, bytes)
#define __sanitizer_finish_switch_fiber(save, stack, bytes) ((void)(stack), (void)(bytes))
#endif

/* Who was left last; the thread's own learns of its stack when it is left for the first time. */
static struct coroutine *left;

static void arrived(struct coroutine *self)
{
	const void *stack = NULL;
	size_t bytes = 0;

	(void)self;
	__sanitizer_finish_switch_fiber(self->fake_stack, &stack, &bytes);
	if (!left->stack_bytes) {
		left->stack = (void *)(uintptr_t)stack;
		left->stack_bytes = bytes;
	}
}

/* makecontext() passes nothing but int. */
static void enter(unsigned int high, unsigned int low)
{
	struct coroutine *self = (struct coroutine *)((uintptr_t)high << 16 << 16 | low);

	arrived(self);
	self->fn(self->arg);
	abort();
}

void coroutine_init(struct coroutine *co, void (*fn)(void *arg), void *arg)
{
	uintptr_t self = (uintptr_t)co;

	if (!co->stack) {
		co->stack = malloc(STACK_BYTES);
		co->stack_bytes = STACK_BYTES;
	}
	if (!co->stack || getcontext(&co->first))
		abort();
	__asan_unpoison_memory_region(co->stack, co->stack_bytes);
	co->fn = fn;
	co->arg = arg;
	co->begun = false;
	co->fake_stack = NULL;
	co->first.uc_stack.ss_sp = co->stack;
	co->first.uc_stack.ss_size = co->stack_bytes;
	co->first.uc_link = NULL;
	makecontext(&co->first, (void (*)(void))enter, 2, (unsigned int)(self >> 16 >> 16),
		    (unsigned int)self);
}

void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
	if (_setjmp(from->at) == 0) {
		left = from;
		__sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->stack_bytes);
		if (!to->fn || to->begun)
			_longjmp(to->at, 1);
		to->begun = true;
		setcontext(&to->first);
		abort();
	}
	arrived(from);
}

void coroutine_free(struct coroutine *co)
{
	free(co->stack);
	co->stack = NULL;
}
