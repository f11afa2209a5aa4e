// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Storm back-off: a master that faults without end starves its neighbours behind the same TBU; stalling is turned
 * off for a while, longer each time.
 */
#include "fault_core.h"

void fault_storm_init(struct fault_storm *s)
{
	if (!s->limit)
		s->limit = 1000;
	if (!s->window_ns)
		s->window_ns = 10000000;
	if (!s->off_ns)
		s->off_ns = 500000000;
	if (!s->off_max_ns)
		s->off_max_ns = 8000000000ull;
	s->window_start = 0;
	s->count = 0;
	s->off_until = 0;
	s->off_now = 0;
	s->calm_since = 0;
	s->off = false;
}

static u64 next_off(const struct fault_storm *s, u64 now)
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
	/* Reporters' clocks may differ a little: a time before the window's start counts as within the window. */
	if (now >= s->window_start && now - s->window_start >= s->window_ns) {
		s->window_start = now;
		s->count = 0;
	}
	if (++s->count < s->limit)
		return false;
	s->off_now = next_off(s, now);
	s->off_until = now + s->off_now;
	s->off = true;
	return true;
}

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

bool fault_storm_active(const struct fault_storm *s)
{
	return s->off;
}
