// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The module: what it exports, and nothing else. */
#include <linux/module.h>

#include "fault_host.h"

EXPORT_SYMBOL_GPL(fault_core_create);
EXPORT_SYMBOL_GPL(fault_core_bind);
EXPORT_SYMBOL_GPL(fault_core_destroy);
EXPORT_SYMBOL_GPL(fault_dev_create);
EXPORT_SYMBOL_GPL(fault_dev_add_sid);
EXPORT_SYMBOL_GPL(fault_dev_enable);
EXPORT_SYMBOL_GPL(fault_off);
EXPORT_SYMBOL_GPL(fault_dev_destroy);
EXPORT_SYMBOL_GPL(fault_dev_lookup);
EXPORT_SYMBOL_GPL(fault_dev_put);
EXPORT_SYMBOL_GPL(fault_dev_ctx);
EXPORT_SYMBOL_GPL(fault_domain_alloc);
EXPORT_SYMBOL_GPL(fault_domain_set_owner);
EXPORT_SYMBOL_GPL(fault_domain_ctx);
EXPORT_SYMBOL_GPL(fault_domain_free);
EXPORT_SYMBOL_GPL(fault_domain_can_stall);
EXPORT_SYMBOL_GPL(fault_domain_enable_stalls);
EXPORT_SYMBOL_GPL(fault_domain_disable_stalls);
EXPORT_SYMBOL_GPL(fault_dev_attach);
EXPORT_SYMBOL_GPL(fault_dev_replace);
EXPORT_SYMBOL_GPL(fault_dev_detach);
EXPORT_SYMBOL_GPL(fault_dev_flush);
EXPORT_SYMBOL_GPL(fault_dev_pending);
EXPORT_SYMBOL_GPL(fault_core_report);
EXPORT_SYMBOL_GPL(fault_dev_report);
EXPORT_SYMBOL_GPL(fault_dev_overflow);
EXPORT_SYMBOL_GPL(fault_core_overflow);
EXPORT_SYMBOL_GPL(fault_core_run);
EXPORT_SYMBOL_GPL(fault_core_take);
EXPORT_SYMBOL_GPL(fault_group_complete);
EXPORT_SYMBOL_GPL(fault_group_handle);
EXPORT_SYMBOL_GPL(fault_group_respond);
EXPORT_SYMBOL_GPL(fault_core_respond);
EXPORT_SYMBOL_GPL(fault_core_expire);
EXPORT_SYMBOL_GPL(fault_group_get);
EXPORT_SYMBOL_GPL(fault_group_put);
EXPORT_SYMBOL_GPL(fault_group_cookie);
EXPORT_SYMBOL_GPL(fault_group_next);
EXPORT_SYMBOL_GPL(fault_group_info);
EXPORT_SYMBOL_GPL(fault_dev_stats);
EXPORT_SYMBOL_GPL(fault_core_stats);
EXPORT_SYMBOL_GPL(fault_queue_create);
EXPORT_SYMBOL_GPL(fault_queue_destroy);
EXPORT_SYMBOL_GPL(fault_queue_read);
EXPORT_SYMBOL_GPL(fault_queue_respond);
EXPORT_SYMBOL_GPL(fault_storm_init);
EXPORT_SYMBOL_GPL(fault_storm_note);
EXPORT_SYMBOL_GPL(fault_storm_over);
EXPORT_SYMBOL_GPL(fault_storm_active);
EXPORT_SYMBOL_GPL(fault_lock_init);
EXPORT_SYMBOL_GPL(fault_lock_init_inner);
EXPORT_SYMBOL_GPL(fault_lock_acquire);
EXPORT_SYMBOL_GPL(fault_lock_release);
EXPORT_SYMBOL_GPL(fault_host_create);
EXPORT_SYMBOL_GPL(fault_host_core);
EXPORT_SYMBOL_GPL(fault_host_destroy);
EXPORT_SYMBOL_GPL(fault_host_flush);

MODULE_DESCRIPTION("I/O page fault core");
MODULE_LICENSE("Dual BSD/GPL");
