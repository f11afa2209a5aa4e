// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Storm back-off: a master that faults without end starves its neighbours behind the same TBU;
 * stalling is turned off for a while, longer each time.
 */
#include <linux/export.h>
#include <linux/types.h>

#include "fault_core.h"

#define LIMIT	   1000
#define WINDOW_NS  10000000ULL
#define OFF_NS	   500000000ULL
#define OFF_MAX_NS 8000000000ULL

void fault_storm_init(struct fault_storm *s)
{
	if (!s->limit)
		s->limit = LIMIT;
	if (!s->window_ns)
		s->window_ns = WINDOW_NS;
	if (!s->off_ns)
		s->off_ns = OFF_NS;
	if (!s->off_max_ns)
		s->off_max_ns = OFF_MAX_NS;
	s->window_start = 0;
	s->count = 0;
	s->off_until = 0;
	s->off_now = 0;
	s->calm_since = 0;
	s->off = false;
}
EXPORT_SYMBOL_GPL(fault_storm_init);

static u64 next_pause(const struct fault_storm *s, u64 now)
{
	/* Calm for as long as it was last off: start again with the shortest time. */
	if (!s->off_now || now - s->calm_since > s->off_now)
		return s->off_ns;
	return s->off_now > s->off_max_ns / 2 ? s->off_max_ns : 2 * s->off_now;
}

bool fault_storm_note(struct fault_storm *s, u64 now)
{
	if (s->off)
		return false;
	/*
	 * Reporters' clocks may differ a little: a time before the window's start counts as within
	 * the window.
	 */
	if (now >= s->window_start && now - s->window_start >= s->window_ns) {
		s->window_start = now;
		s->count = 0;
	}
	if (++s->count < s->limit)
		return false;
	s->off_now = next_pause(s, now);
	s->off_until = now + s->off_now;
	s->off = true;
	return true;
}
EXPORT_SYMBOL_GPL(fault_storm_note);

bool fault_storm_over(struct fault_storm *s, u64 now)
{
	if (!s->off || now < s->off_until)
		return false;
	s->off = false;
	s->count = 0;
	s->window_start = now;
	s->calm_since = now;
	return true;
}
EXPORT_SYMBOL_GPL(fault_storm_over);

bool fault_storm_active(const struct fault_storm *s)
{
	return s->off;
}
EXPORT_SYMBOL_GPL(fault_storm_active);
