/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One case a requirement: the 15 rows, what the discussions of 2017 to 2023
 * asked for, and sweeps of failures. This is their list: a new case is a line
 * here and a function in one of the files.
 */
#ifndef FAULT_CASE_LIST_H
#define FAULT_CASE_LIST_H

#include "rig.h"

#define SID   RIG_SID
#define PASID 5
#define NONE  FAULT_NO_PASID
#define BOTH  RIG_BOTH

/* clang-format off */
#define FAULT_CASES(X) \
	X(row01_domain_free_waits) \
	X(row02_group_state_and_references) \
	X(row03_fault_off_fences) \
	X(row04_no_allocation_in_report) \
	X(row05_key_has_pasid) \
	X(row06_only_last_is_answered) \
	X(row07_overflow_poisons) \
	X(row07_no_slot_poisons) \
	X(row07_poison_without_any_slot) \
	X(row07_handler_gone_poisons) \
	X(row08_credits) \
	X(row08_deadlines) \
	X(row08_fairness) \
	X(row09_flush_of_one_attachment) \
	X(row10_response_codes) \
	X(row11_orphans_and_multi_stream) \
	X(row12_storm_back_off) \
	X(row13_cookies_have_a_generation) \
	X(row13_teardown_in_arrival_order) \
	X(row14_stale_status_is_cleared) \
	X(row14_watchdog) \
	X(row15_whole_groups_are_handed_over) \
	X(row15_bounded_and_lost_marks) \
	X(row15_copy_error_stops) \
	X(row15_responses_are_sanitised) \
	X(y2017_opt_in_and_support) \
	X(y2017_core_resumes) \
	X(y2017_handler_may_only_look) \
	X(y2017_stall_per_device) \
	X(y2017_out_of_order_and_without_pasid) \
	X(y2017_incompatible_attach_fails) \
	X(y2018_partials_wait_for_last) \
	X(y2018_real_sequence) \
	X(y2018_errors_are_sticky) \
	X(y2018_unrecoverable_owes_nothing) \
	X(y2018_handler_may_own_it) \
	X(y2018_flush_on_pasid_release) \
	X(y2018_partials_per_device) \
	X(y2018_no_race_with_registration) \
	X(y2018_pending_list_of_forwarded) \
	X(y2022_one_alloc_one_free) \
	X(y2022_sva_needs_support) \
	X(y2023_1_storage_is_allocated_once) \
	X(y2023_2_lookup_takes_no_lock) \
	X(y2023_3_only_the_devices_lock) \
	X(y2023_4_not_last_returns_at_once) \
	X(y2023_5_group_is_assembled_on_last) \
	X(y2023_6_domain_found_once) \
	X(y2023_7_group_in_queue_and_list) \
	X(y2023_8_response_names_the_group) \
	X(y2023_9_atomic_replace) \
	X(answers_are_sent_again) \
	X(refused_orphan_outlives_its_device) \
	X(refused_answer_while_closing) \
	X(answer_is_left_when_enable_fails) \
	X(detach_leaves_no_answer) \
	X(abandoned_groups_give_way) \
	X(request_without_a_slot_poisons) \
	X(refused_answer_keeps_its_place) \
	X(watchdog_comes_again) \
	X(worker_is_woken_for_the_rest) \
	X(poisoned_group_is_reported_again) \
	X(poisoned_group_stays_poisoned) \
	X(off_with_incomplete_groups) \
	X(storm_of_page_requests) \
	X(queue_owner_changes) \
	X(sweep_slots) \
	X(sweep_allocations) \
	X(sweep_responses) \
	X(sweep_hardware_operations) \
	X(sweep_handlers) \
	X(driver_lock)
/* clang-format on */

#define FAULT_CASE_PROTOTYPE(name) void name(struct fault_case_run *t);
FAULT_CASES(FAULT_CASE_PROTOTYPE)

#endif /* FAULT_CASE_LIST_H */
