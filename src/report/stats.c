// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stats.h"

static int reserve(struct stats *s, size_t more)
{
	size_t room = s->room ? s->room : 64;
	u64 *grown;

	if (more > SIZE_MAX / 16 - s->samples)
		return -ENOMEM;
	while (room < s->samples + more)
		room *= 2;
	if (room == s->room)
		return 0;
	grown = realloc(s->sample, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->sample = grown;
	s->room = room;
	return 0;
}

int stats_add(struct stats *s, u64 sample)
{
	if (s->samples == s->room && reserve(s, 1))
		return -ENOMEM;
	s->sample[s->samples++] = sample;
	s->sorted = false;
	return 0;
}

int stats_merge(struct stats *into, const struct stats *from)
{
	if (!from->samples)
		return 0;
	if (reserve(into, from->samples))
		return -ENOMEM;
	memcpy(into->sample + into->samples, from->sample, from->samples * sizeof(u64));
	into->samples += from->samples;
	into->sorted = false;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 stats_percentile(struct stats *s, u32 per_100000)
{
	size_t rank;

	fl_assert(per_100000 <= 100000);
	if (!s->samples)
		return 0;
	if (!s->sorted)
		qsort(s->sample, s->samples, sizeof(u64), by_value);
	s->sorted = true;
	rank = (size_t)(((unsigned __int128)s->samples * per_100000 + 99999) / 100000);
	return s->sample[rank ? rank - 1 : 0];
}

u64 stats_mean(const struct stats *s)
{
	unsigned __int128 sum = 0;
	size_t i;

	for (i = 0; i < s->samples; i++)
		sum += s->sample[i];
	return s->samples ? (u64)((sum + s->samples / 2) / s->samples) : 0;
}

struct stats_summary stats_summarize(struct stats *s)
{
	return (struct stats_summary){
		.count = s->samples,
		.min = stats_percentile(s, 0),
		.p50 = stats_percentile(s, 50000),
		.p90 = stats_percentile(s, 90000),
		.p99 = stats_percentile(s, 99000),
		.p999 = stats_percentile(s, 99900),
		.max = stats_percentile(s, 100000),
		.mean = stats_mean(s),
	};
}

u32 stats_bucket(u64 value)
{
	u32 shift;

	if (value < 8)
		return (u32)value;
	shift = 60 - (u32)__builtin_clzll(value); /* value >> shift: 8 to 15 */
	return shift * 8 + (u32)(value >> shift);
}

u64 stats_bucket_floor(u32 bucket)
{
	u32 shift = bucket < 16 ? 0 : bucket / 8 - 1;

	return (u64)(bucket - shift * 8) << shift;
}

void stats_free(struct stats *s)
{
	free(s->sample);
	memset(s, 0, sizeof(*s));
}
