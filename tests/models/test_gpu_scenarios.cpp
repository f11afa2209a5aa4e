/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The scenarios of traces/scenarios: each has the outcome that it is there for,
 * and is its golden result to the last digit. To renew those:
 *	traces/scenarios/run build/release/faultline --update
 */
#include "gpu_play.h"
#include "suite.h"

using namespace faultline;

enum Engine { COMMAND, TEXTURE, COLOUR, MANAGEMENT };

static const std::string folder = FL_SOURCE_DIR "/traces/scenarios/";

/* One line of the list: trace, --faults and --resident of the scenario. */
static std::string look_up(Play &p, const std::string &name) {
    FILE *f = fopen((folder + "list").c_str(), "r");
    char line[256], scenario[64], trace[64], faults[16], resident[16];
    std::string found;

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%63s %63s %15s %15s", scenario, trace, faults, resident) != 4 || name != scenario)
            continue;
        found = trace;
        p.opt.faults = !strcmp(faults, "stall") ? REPLAY_STALL : REPLAY_TERMINATE;
        p.opt.resident = !strcmp(resident, "all") ? REPLAY_RESIDENT_ALL : REPLAY_RESIDENT_NONE;
    }
    fclose(f);
    ck_assert_msg(!found.empty(), "no scenario %s", name.c_str());
    return folder + found + ".dmat";
}

static void check_golden(const Play &p, const std::string &name) {
    json_error_t e;
    json_t *golden = json_load_file((folder + name + ".json").c_str(), 0, &e);

    ck_assert_msg(golden, "%s: %s", name.c_str(), e.text);
    ck_assert_msg(json_equal(golden, p.json), "%s is not its golden result", name.c_str());
    json_decref(golden);
}

static void play(Play &p, const std::string &name) {
    fl_config_error e;
    std::string trace = look_up(p, name);

    ck_assert_msg(!fl_config_load(&p.config, (folder + name + ".yaml").c_str(), &e), "%s", e.text);
    ck_assert_msg(!p.run(trace), "%s", p.err.reason);
}

/* What the scenario is: CFCFG, HUPCF and the part's behaviour, so that no file can say something else. */
static void check_setting(const Play &p, const char *cfcfg, u64 hupcf, u64 behaviour = 0) {
    ck_assert_int_eq(p.opt.faults, *cfcfg == '1' ? REPLAY_STALL : REPLAY_TERMINATE);
    ck_assert_uint_eq(p.config.smmuv2.hupcf, hupcf);
    ck_assert_uint_eq(p.config.smmuv2.behaviour, behaviour);
    ck_assert_uint_eq(p.config.smmuv2.cfre, 0);
    ck_assert_uint_eq(p.config.master.kind, FL_MASTER_GPU);
}

TEST(both_bits_clear_crash_the_command_processor) {
    Play p;
    play(p, "crash");

    check_setting(p, "0", 0);
    ck_assert_uint_eq(p.number("gpu", "command_processor", "crashes"), 1);
    ck_assert_str_eq(p.text("gpu", "command_processor", "reason"), "illegal_opcode");
    ck_assert_str_eq(p.text("gpu", "command_processor", "word"), "0x0");
    // It faulted nowhere itself, and what it found missing is there.
    ck_assert_uint_eq(p.engine(COMMAND, "faults"), 0);
    ck_assert_uint_gt(p.engine(COMMAND, "garbage_reads"), 0);
    ck_assert_uint_eq(p.engine(COMMAND, "garbage_reads"), p.engine(COMMAND, "garbage_reads_beside_a_fault"));
    // One fault; the other garbage and the lost writes are of pages that are mapped.
    ck_assert_uint_eq(p.engine(TEXTURE, "faults"), 1);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), p.engine(TEXTURE, "garbage_reads_beside_a_fault") + 1);
    ck_assert_uint_gt(p.engine(COLOUR, "lost_writes"), 0);
    // Another bank does not notice.
    ck_assert_uint_eq(p.engine(MANAGEMENT, "garbage_reads"), 0);
    ck_assert_uint_eq(p.number("gpu", "jobs_lost"), 1);
    ck_assert_uint_eq(p.number("gpu", "hangs", "count"), 1);
    // The crash is found when nothing has moved for hang_ns.
    ck_assert_uint_ge(p.number("gpu", "hangs", "first_ns"),
                      p.number("gpu", "command_processor", "first_ns") + p.config.gpu.hang_ps / 1000 - 100);
    check_golden(p, "crash");
}

static void check_survives(const Play &p) {
    ck_assert_uint_eq(p.number("gpu", "command_processor", "crashes"), 0);
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("gpu", "hangs", "count"), 0);
    ck_assert_uint_eq(p.engine(COMMAND, "garbage_reads"), 0);
    ck_assert_uint_eq(p.engine(COLOUR, "lost_writes"), 0);
    // The one access that faults gets its zero.
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 1);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads_beside_a_fault"), 0);
}

TEST(hupcf_saves_it) {
    Play p;
    play(p, "no-crash-hupcf");

    check_setting(p, "0", 1);
    check_survives(p);
    check_golden(p, "no-crash-hupcf");
}

TEST(cfcfg_saves_it) {
    Play p;
    play(p, "no-crash-cfcfg");

    check_setting(p, "1", 0);
    check_survives(p);
    check_golden(p, "no-crash-cfcfg");
}

static const json_t *dumped(const json_t *dump, unsigned engine) {
    return json_array_get(json_object_get(dump, "engines"), engine);
}

static u64 member(const json_t *o, const char *key) {
    return u64(json_integer_value(json_object_get(o, key)));
}

TEST(the_handler_sees_the_gpu_frozen) {
    Play p;
    play(p, "introspection");
    const json_t *d = json_array_get(p.at("gpu", "dumps"), 0);

    check_setting(p, "1", 0);
    ck_assert_uint_eq(p.number("gpu", "dumps_taken"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(d, "fault_iova")), "0x4000000");
    // Nothing has moved since before the interrupt: its entry, the thread's and the worker's wake-up, the handler.
    ck_assert_uint_gt(member(d, "still_for_ns"), (p.config.cpu.irq_entry_ps + p.config.cpu.thread_wake_ps +
                                                  p.config.cpu.worker_wake_ps + p.config.cpu.handler_ps) /
                                                     1000);
    for (unsigned i = COMMAND; i <= COLOUR; i++) {
        ck_assert_uint_gt(member(dumped(d, i), "outstanding"), 0);
        ck_assert_uint_eq(member(dumped(d, i), "outstanding"), member(dumped(d, i), "held"));
    }
    // The oldest texture read is the one that faulted; the packet after the one that waits is the 4th of buffer 0.
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(dumped(d, TEXTURE), "iova"), 0)), "0x4000000");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(d, "command_processor"), "read_pointer")),
                     "0x100018");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(d, "command_processor"), "state")),
                     "waiting_for_units");
    ck_assert_uint_eq(p.number("responses", "terminate"), 1);
    ck_assert_uint_eq(p.number("responses", "retry"), 0);
    check_survives(p);
    check_golden(p, "introspection");
}

static void check_paged(const Play &p) {
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("responses", "terminate"), 0);
    ck_assert_uint_eq(p.number("aborted"), 0);
    for (unsigned i = COMMAND; i <= MANAGEMENT; i++)
        ck_assert_uint_eq(p.engine(i, "garbage_reads") + p.engine(i, "lost_writes") + p.engine(i, "bus_errors"), 0);
    // 2 pages of commands, 80 of textures, 64 of colour, 1 of the management unit: all were mapped on demand
    ck_assert_uint_eq(p.number("faults", "first_touches"), 2 + 80 + 64 + 1);
    ck_assert_uint_eq(p.number("maps"), 2 + 80 + 64 + 1);
    ck_assert_uint_eq(p.number("responses", "retry"), p.number("faults", "total"));
}

TEST(the_handler_maps_and_retries) {
    Play p;
    play(p, "demand-paging");

    check_setting(p, "1", 1);
    check_paged(p);
    check_golden(p, "demand-paging");
}

TEST(the_same_while_each_fault_holds_the_bank) {
    Play p;
    play(p, "demand-paging-hupcf0");

    check_setting(p, "1", 0);
    check_paged(p);
    check_golden(p, "demand-paging-hupcf0");
}

TEST(storm_starves_the_management_unit) {
    Play p;
    play(p, "storm-mmu500");

    check_setting(p, "1", 1, 0);
    ck_assert_uint_gt(p.number("gpu", "watchdog", "fired"), 0);
    // It is in a bank of its own, and did not fault.
    ck_assert_uint_eq(p.engine(MANAGEMENT, "faults"), 0);
    ck_assert_uint_gt(p.engine(MANAGEMENT, "longest_ns"), p.config.gpu.watchdog_ps / 1000);
    // Each of the 256 faults is recorded, interrupts and is answered.
    ck_assert_uint_eq(p.number("responses", "terminate"), 256);
    ck_assert_uint_eq(p.number("smmu", "interrupts"), 256);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 256);
    check_golden(p, "storm-mmu500");
}

static void check_calm(const Play &p) {
    ck_assert_uint_eq(p.number("gpu", "watchdog", "fired"), 0);
    ck_assert_uint_lt(p.engine(MANAGEMENT, "longest_ns"), p.config.gpu.watchdog_ps / 1000 / 10);
    ck_assert_uint_le(p.number("smmu", "interrupts"), 2);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 256);
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
}

TEST(smmu_v2_terminates_the_storm) {
    Play p;
    play(p, "storm-smmu-v2");

    check_setting(p, "1", 1, 1);
    check_calm(p);
    check_golden(p, "storm-smmu-v2");
}

TEST(back_off_ends_the_storm) {
    Play p;
    play(p, "storm-back-off");

    check_setting(p, "1", 1, 0);
    ck_assert_uint_eq(p.config.fault.storm_limit, 1);
    check_calm(p);
    check_golden(p, "storm-back-off");
}

TEST(who_shares_the_bank_waits_with_it) {
    Play p;
    play(p, "shared-bank-hupcf0");

    check_setting(p, "1", 0);
    ck_assert_uint_gt(p.engine(MANAGEMENT, "held"), 0);
    ck_assert_uint_eq(p.engine(MANAGEMENT, "faults"), 0);
    ck_assert_uint_eq(p.engine(MANAGEMENT, "garbage_reads"), 0);
    ck_assert_uint_gt(p.engine(MANAGEMENT, "longest_ns"), p.config.cpu.handler_ps / 2 / 1000);
    check_survives(p);
    check_golden(p, "shared-bank-hupcf0");
}

TEST(who_shares_the_bank_goes_on) {
    Play p;
    play(p, "shared-bank-hupcf1");

    check_setting(p, "1", 1);
    ck_assert_uint_eq(p.engine(MANAGEMENT, "held"), 0);
    ck_assert_uint_lt(p.engine(MANAGEMENT, "longest_ns"), 1000);
    check_survives(p);
    check_golden(p, "shared-bank-hupcf1");
}

SUITE("gpu_scenarios")
