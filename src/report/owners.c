// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "owners.h"

const struct owner_info owner_table[OWNERS] = {
	[OWNER_INPUT] = { "tbu_input", "waiting at the TBU's input", "tbu.interval_ns, tbu.count", "tbu_input" },
	[OWNER_LOOKUP] = { "tbu_lookup", "in lookups of the TBU", "tbu.lookup_ns", NULL },
	[OWNER_SLOT] = { "tbu_slot", "waiting for a translation slot, or behind who does", "tbu.slots, tbu.count",
			 "tbu_slots" },
	[OWNER_TCU] = { "tcu", "on the way to the TCU and in its lookups",
			"tbu.link_ns, tcu.lookup_ns, tcu.config_cache_ns, tcu.walk_cache_ns", NULL },
	[OWNER_WALK_SLOT] = { "walk_slot", "waiting for a walk slot", "tcu.walk_slots", "walk_slots" },
	[OWNER_TABLE] = { "table_access", "in table accesses",
			  "iommu.tlb_sets, iommu.tlb_ways, iommu.walk_cache_sets, iommu.walk_cache_ways, "
			  "iommu.config_cache_sets, iommu.config_cache_ways, driver.nested, driver.s2_page_bytes, "
			  "tcu.walk_latency_ns",
			  "walk_slots" },
	[OWNER_MERGE] = { "merge", "waiting for another walk of its page", "tcu.walk_latency_ns", NULL },
	[OWNER_STALL_SLOT] = { "stall_slot", "waiting for a stall slot", "smmuv3.stall_max, smmuv2.stall_slots",
			       "stall_slots" },
	[OWNER_RECORD_PORT] = { "record_port", "waiting for other records to be written",
				"notify.record_write_ns, notify.pri_write_ns", "record_port" },
	[OWNER_RECORD] = { "record", "while its record is written", "notify.record_write_ns, notify.pri_write_ns",
			   "record_port" },
	[OWNER_QUEUE_FULL] = { "queue_full", "waiting for room in the queue of records", "iommu.eventq_log2",
			       "event_queue" },
	[OWNER_INTERRUPT] = { "interrupt", "in the interrupt's way to its handler",
			      "notify.wire_ns, notify.msi_ns, notify.moderation_ns, cpu.irq_entry_ns, "
			      "cpu.irq_handler_ns",
			      NULL },
	[OWNER_WAKE] = { "thread_wake", "while the driver's thread wakes up", "cpu.thread_wake_ns", NULL },
	[OWNER_DRIVER] = { "driver", "in the driver: its record and those before it",
			   "cpu.mmio_read_ns, cpu.mmio_write_ns, driver.trap_ns, cpu.memory_ns", "driver_threads" },
	[OWNER_WORKER_WAKE] = { "worker_wake", "while a worker wakes up", "cpu.worker_wake_ns", NULL },
	[OWNER_WORKER] = { "worker_busy", "waiting for a worker",
			   "cpu.workers, cpu.workers_per_device, cpu.handler_ns, cpu.handler_max_ns, cpu.handler_file, "
			   "cpu.fault_ns, cpu.fault_max_ns, cpu.fault_file, cpu.page_ns, cpu.page_max_ns, "
			   "cpu.page_file",
			   "workers" },
	[OWNER_HANDLER] = { "handler", "in the fault handler",
			    "cpu.batch_faults, os.map_pages, cpu.handler_ns, cpu.handler_max_ns, cpu.handler_file, "
			    "cpu.fault_ns, "
			    "cpu.fault_max_ns, cpu.fault_file, cpu.page_ns, cpu.page_max_ns, cpu.page_file, "
			    "cpu.memory_ns",
			    "workers" },
	[OWNER_CPU] = { "cpu_busy", "waiting for a processor", "cpu.count", "cpus" },
	[OWNER_COMMAND_QUEUE] = { "command_queue", "behind other commands",
				  "command.fetch_ns, command.execute_ns, command.sync_ns, command.resume_ns",
				  "commands" },
	[OWNER_COMMAND] = { "command", "while its answer's command is carried out",
			    "command.fetch_ns, command.execute_ns, command.resume_ns, cpu.mmio_write_ns, "
			    "driver.trap_ns, cpu.memory_ns",
			    "commands" },
	[OWNER_LINK_BUSY] = { "link_busy", "behind packets on the link", "pcie.lanes, pcie.gts, pcie.bandwidth_mb_s",
			      "link" },
	[OWNER_LINK] = { "link", "in flight over the link", "pcie.atc_sets, pcie.atc_ways, pcie.link_ns", NULL },
	[OWNER_TAG] = { "read_tag", "waiting for a tag of a read request", "pcie.tags", "read_tags" },
	[OWNER_CREDIT] = { "credit", "waiting for a page request credit", "pcie.credits, iommu.priq_log2", "credits" },
	[OWNER_TRY_AGAIN] = { "try_again", "in tries that a full queue sent back", "iommu.priq_log2", NULL },
	[OWNER_ATC] = { "atc", "in the device's translation cache", "pcie.atc_lookup_ns", NULL },
	[OWNER_MEMORY] = { "memory", "in memory",
			   "memory.latency_ns, memory.latency_max_ns, memory.latency_file, memory.bandwidth_mb_s",
			   NULL },
	[OWNER_BANK] = { "memory_bank", "waiting for a bank of the memory",
			 "memory.banks, memory.bank_ns, memory.interleave_bytes", "memory_bank" },
};

const char *const fault_part_names[FAULT_PARTS] = { "detect", "record", "notify", "software", "respond", "retry" };

const char *const page_part_names[PAGE_PARTS] = {
	"translation_request", "page_request", "queue", "notify", "software", "response", "retried_translation",
};
