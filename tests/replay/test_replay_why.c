// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reasons from accounts that are written by hand: which owner, what is said of it, and what is not. */
#include "replay_why.h"
#include "fl_config.h"
#include "suite.h"

static struct fl_config cfg;
static struct replay_options opt[2];
static struct replay_result res[2];
static struct replay_run run[2];
static struct replay_why why[REPLAY_WHYS];
static char text[REPLAY_WHY_TEXT];

static void setup(void)
{
	int i;

	fl_config_init(&cfg);
	memset(res, 0, sizeof(res));
	for (i = 0; i < 2; i++) {
		opt[i] = (struct replay_options){ .cfg = &cfg, .faults = REPLAY_STALL };
		opt[i].kind = iommu_kind_find(i ? "smmuv3" : "smmuv2");
		res[i].duration_ns = 1000000;
		run[i] = (struct replay_run){ i ? "new" : "old", &opt[i], &res[i] };
	}
}

/* @ns a fault and as much an access of ten of each. */
static void own(int i, enum owner o, u64 ns)
{
	res[i].fault_bills = res[i].access_bills = 10;
	res[i].fault_owner_ns[o] = res[i].access_owner_ns[o] = ns * 10;
}

static struct replay_resource *resource(int i, const char *name, u32 capacity)
{
	struct replay_resource *r = &res[i].resources[res[i].n_resources++];

	strcpy(r->name, name);
	r->capacity = r->peak = capacity;
	r->uses = 10;
	return r;
}

static const char *said(u32 n)
{
	return replay_why_text(&why[n], text);
}

TEST(keys_are_keys)
{
	int o;

	for (o = 0; o < OWNERS; o++) {
		const char *at = owner_table[o].keys;

		ck_assert_ptr_nonnull(owner_table[o].name);
		ck_assert_ptr_nonnull(owner_table[o].says);
		while (*at) {
			size_t i, len = strcspn(at, ", ");

			for (i = 0; i < fl_config_n_keys; i++)
				if (strlen(fl_config_keys[i].name) == len && !memcmp(fl_config_keys[i].name, at, len))
					break;
			ck_assert_msg(i < fl_config_n_keys, "%s: no such key: %s", owner_table[o].name, at);
			at += len + strspn(at + len, ", ");
		}
	}
}

TEST(no_owners_no_reasons)
{
	setup();
	ck_assert_uint_eq(replay_why(&run[0], why), 0);
	own(0, OWNER_HANDLER, 5);
	ck_assert_uint_eq(replay_why_differ(&run[0], &run[1], why), 0);
}

TEST(most_of_a_fault)
{
	setup();
	own(0, OWNER_HANDLER, 3000);
	own(0, OWNER_WAKE, 1000);
	ck_assert_uint_eq(replay_why(&run[0], why), 1);
	ck_assert_str_eq(said(0), "A fault takes 4 us on the mean; 3 us of it, 75 %, in the fault handler. "
				  "Changed by cpu.handler_ns (1600).");
}

/* Ten faults among a hundred accesses whose time is the memory's. */
TEST(accesses_have_a_reason_of_their_own)
{
	setup();
	own(0, OWNER_HANDLER, 3000);
	res[0].access_bills = 100;
	res[0].access_owner_ns[OWNER_MEMORY] = 70000;
	ck_assert_uint_eq(replay_why(&run[0], why), 2);
	ck_assert(why[0].of_faults && why[0].owner == OWNER_HANDLER);
	ck_assert_str_eq(said(1), "An access takes 1 us on the mean; 700 ns of it, 70 %, in memory. "
				  "Changed by memory.latency_ns (50).");
}

/* Who waits is told of what it waits for; of several resources of a name, the one that was waited for most. */
TEST(resource_behind_it)
{
	struct replay_resource *r;

	setup();
	own(0, OWNER_LINK_BUSY, 800);
	resource(0, "link_up", 1)->waited_ns = 10;
	r = resource(0, "link_down", 1);
	r->waited_ns = 20;
	r->busy_ns = 500;
	r->full_ns = 250000;
	ck_assert_uint_eq(replay_why(&run[0], why), 1);
	ck_assert_str_eq(said(0), "A fault takes 800 ns on the mean; 800 ns of it, 100 %, behind packets on the link. "
				  "link_down: 1 of 1 in use at the peak, busy 25 % of the time, 50 ns a use. "
				  "Changed by pcie.lanes (0), pcie.gts (8).");
}

/* The longer run has the reason, and its hardware's keys; 2 us more less 0.5 us that another owner gives back. */
TEST(difference_of_two)
{
	setup();
	own(0, OWNER_STALL_SLOT, 2000);
	own(1, OWNER_COMMAND, 500);
	ck_assert_uint_eq(replay_why_differ(&run[1], &run[0], why), 1);
	ck_assert_str_eq(said(0),
			 "A fault takes 1.5 us more with old than with new; the largest difference is 2 us more "
			 "waiting for a stall slot, of which other owners give 500 ns back. "
			 "Changed by smmuv2.stall_slots (32).");
	ck_assert_uint_eq(replay_why_differ(&run[0], &run[1], why), 1);
	ck_assert_ptr_eq(why[0].run, &run[0]);
	own(1, OWNER_STALL_SLOT, 6500);
	ck_assert_uint_eq(replay_why_differ(&run[0], &run[1], why), 1);
	ck_assert_str_eq(said(0),
			 "A fault takes 5 us more with new than with old; the largest difference is 4.5 us more "
			 "waiting for a stall slot, 90 % of it. Changed by smmuv3.stall_max (64).");
}

/* Credits lack because the function has fewer, or because its share of the queue is smaller. */
TEST(the_limit_that_binds)
{
	struct replay_resource *r;

	setup();
	own(0, OWNER_CREDIT, 10);
	r = resource(0, "credits", (u32)cfg.pcie.credits);
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by pcie.credits (32)."));
	r->capacity = 2;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by iommu.priq_log2 (9)."));
	setup();
	own(0, OWNER_INPUT, 10);
	resource(0, "tbu_input", 1)->busy_ns = 500;
	r = resource(0, "tbu_slots", 1);
	r->full_ns = 499;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by tbu.count (1), tbu.interval_ns (1)."));
	own(0, OWNER_SLOT, 3);
	r->full_ns = 501;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "; 13 ns of it, 100 %, waiting for a translation slot"));
	ck_assert_ptr_nonnull(strstr(said(0), "tbu_slots: 1 of 1 "));
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by tbu.slots (32), tbu.count (1)."));
}

/*
 * Slots are held for 1000 ns in all, 600 of them in wait for a walk slot: of 50 ns a wait for a slot 30 are the walk
 * slot's, beside its own 60.
 */
TEST(behind_who_waits)
{
	setup();
	own(0, OWNER_SLOT, 50);
	own(0, OWNER_WALK_SLOT, 60);
	resource(0, "tbu_slots", 1)->busy_ns = 1000;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "; 90 ns of it, 81 %, waiting for a walk slot "
					      "(30 ns of that behind others who do)."));
	/* More wait there than slots are held: whoever waits has none. */
	res[0].resources[0].busy_ns = 599;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "; 60 ns of it, 54 %, waiting for a walk slot. "));
}

/* 20 walks of 10 pages, 4 accesses each: a TLB with room saves half, a walk cache three quarters. */
TEST(caches_that_cost)
{
	setup();
	own(0, OWNER_TABLE, 400);
	res[0].fault_bills = 0;
	res[0].maps = 10;
	res[0].counters.walks = 20;
	res[0].counters.table_accesses = 80;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by tcu.walk_latency_ns (50)."));
	cfg.iommu.tlb_sets = cfg.iommu.walk_cache_sets = 0;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by iommu.walk_cache_sets (0; 300 ns of it), "
					      "iommu.tlb_sets (0; 200 ns of it), tcu.walk_latency_ns (50)."));
}

/* A key that has no effect in the run is not named, nor a price that is small beside another. */
TEST(keys_that_act)
{
	setup();
	own(0, OWNER_COMMAND, 10);
	cfg.driver.trap_ps = 30000000;
	replay_why(&run[0], why);
	ck_assert_ptr_null(strstr(said(0), "driver.trap_ns"));
	cfg.driver.nested = true;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by driver.trap_ns (30000)."));
	setup();
	own(0, OWNER_WORKER, 10);
	cfg.cpu.workers_per_device = 3;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "Changed by cpu.workers_per_device (3), cpu.handler_ns (1600)."));
	setup();
	own(0, OWNER_INTERRUPT, 10);
	replay_why(&run[0], why);
	ck_assert_ptr_null(strstr(said(0), "notify."));
	cfg.notify.wire_ps = cfg.notify.msi_ps = 1000000;
	replay_why(&run[0], why);
	ck_assert_ptr_nonnull(strstr(said(0), "notify.wire_ns (1000)"));
	ck_assert_ptr_null(strstr(said(0), "notify.msi_ns"));
}

/* Two streams, each behind a TBU of its own: only the second faults, though the first waits longer. */
TEST(resource_of_who_faults)
{
	setup();
	own(0, OWNER_SLOT, 10);
	cfg.tbu.count = 2;
	res[0].n_streams = 2;
	res[0].streams[0] = (struct replay_stream){ .sid = 0, .accesses = 5 };
	res[0].streams[1] = (struct replay_stream){ .sid = 1, .accesses = 5, .faults = 5 };
	resource(0, "tbu_slots", 1)->waited_ns = 20;
	resource(0, "tbu_slots", 1)->waited_ns = 10;
	res[0].resources[1].index = 1;
	replay_why(&run[0], why);
	ck_assert_ptr_eq(why[0].resource, &res[0].resources[1]);
	setup();
	own(0, OWNER_WALK_SLOT, 10);
	cfg.iommu.count = 2;
	strcpy(cfg.iommu.map, "1=1");
	resource(0, "walk_slots@0", 1)->waited_ns = 20;
	resource(0, "walk_slots@1", 1)->waited_ns = 10;
	res[0].n_streams = 2;
	res[0].streams[0] = (struct replay_stream){ .sid = 0, .accesses = 5 };
	res[0].streams[1] = (struct replay_stream){ .sid = 1, .accesses = 5, .faults = 5 };
	replay_why(&run[0], why);
	ck_assert_ptr_eq(why[0].resource, &res[0].resources[1]);
}

TEST(for_programs)
{
	json_t *j, *keys;

	setup();
	own(0, OWNER_RECORD, 30);
	own(1, OWNER_RECORD, 90);
	opt[1].faults = REPLAY_PRI;
	ck_assert_uint_eq(replay_why_differ(&run[0], &run[1], why), 1);
	j = replay_why_json(&why[0]);
	ck_assert_str_eq(json_string_value(json_object_get(j, "of")), "fault");
	ck_assert_str_eq(json_string_value(json_object_get(j, "with")), "new");
	ck_assert_str_eq(json_string_value(json_object_get(j, "against")), "old");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "difference_ns")), 60);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "owner_ns")), 60);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "share_percent")), 100);
	keys = json_object_get(j, "keys");
	ck_assert_uint_eq(json_object_size(keys), 1);
	ck_assert_str_eq(json_string_value(json_object_get(keys, "notify.pri_write_ns")), "50");
	json_decref(j);
}

SUITE("replay_why")
