// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fault_policy.h"

static u64 ns(u64 ps)
{
	return ps / 1000;
}

void fault_policy_apply(struct fault_policy *p, const struct fl_config *cfg, struct drv_cfg *drv,
			struct fault_core_cfg *core)
{
	*p = (struct fault_policy){
		.dev.credits = (u32)cfg->fault.credits,
		.dev.partial_ns = ns(cfg->fault.partial_ps),
		.dev.pending_ns = ns(cfg->fault.pending_ps),
		.dev.expire_code = (enum fault_code)cfg->fault.expire_code,
		.dev.no_slot_code = (enum fault_code)cfg->fault.no_slot_code,
		.dev.no_domain_code = (enum fault_code)cfg->fault.no_domain_code,
		.storm.limit = cfg->fault.storm_limit,
		.storm.window_ns = ns(cfg->fault.storm_window_ps),
		.storm.off_ns = ns(cfg->fault.storm_off_ps),
		.storm.off_max_ns = ns(cfg->fault.storm_off_max_ps),
	};
	drv->faults = &p->dev;
	drv->storm = p->storm.limit ? &p->storm : NULL;
	core->watchdog_ns = ns(cfg->fault.watchdog_ps);
}
