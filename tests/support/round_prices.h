/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef ROUND_PRICES_H
#define ROUND_PRICES_H

#include "fl_config.h"

namespace faultline
{

/* Round prices, so that sums can be read off. */
inline fl_config round_prices()
{
	fl_config c;

	fl_config_init(&c);
	c.tbu.lookup_ps = 2'000;
	c.tbu.interval_ps = 1'000;
	c.tbu.link_ps = 10'000;
	c.tbu.slots = 4;
	c.tcu.lookup_ps = 1'000;
	c.tcu.config_cache_ps = 2'000;
	c.tcu.walk_cache_ps = 2'000;
	c.tcu.walk_latency_ps = 100'000;
	c.tcu.walk_slots = 8;
	c.memory.latency_ps = 50'000;
	c.notify.record_write_ps = 40'000;
	c.notify.wire_ps = 20'000;
	c.command.fetch_ps = 60'000;
	c.command.execute_ps = 5'000;
	c.command.sync_ps = 70'000;
	c.command.resume_ps = 16'000;
	return c;
}

} // namespace faultline

#endif /* ROUND_PRICES_H */
