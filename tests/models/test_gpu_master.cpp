/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The GPU master: its packets, its jobs, and each way in which it notices that something is wrong. */
#include "gpu_play.h"
#include "suite.h"

using namespace faultline;

enum Engine { COMMAND, TEXTURE, COLOUR, MANAGEMENT };

TEST(packets_by_hand) {
    GpuPacket p;

    // type 7, opcode 31, count 0x12, first 0x345
    ck_assert_uint_eq((GpuPacket{GpuOp::Texture, 0x345, 0x12}).encode(), 0x7310000120000345);
    ck_assert_uint_eq((GpuPacket{GpuOp::Wait, 0, 0}).encode(), 0x7260000000000000);
    ck_assert_uint_eq((GpuPacket{GpuOp::Colour, 0xfffffff, 0xffffff}).encode(), 0x732fffffffffffff);
    ck_assert(GpuPacket::decode(0x7320000040000001, p));
    ck_assert(p.op == GpuOp::Colour && p.first == 1 && p.count == 4);
    ck_assert(GpuPacket::decode(0x7100000000000000, p) && p.op == GpuOp::Nop);
    ck_assert(!GpuPacket::decode(0, p));
    ck_assert(!GpuPacket::decode(0x6310000120000345, p));
    ck_assert(!GpuPacket::decode(0x7330000000000000, p));
    ck_assert(!GpuPacket::decode(~u64{0}, p));
}

/* ---- small traces ---- */

static std::string line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static std::string line(const char *format, ...) {
    char text[256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    return std::string(text) + "\n";
}

static const char *const attach = "dmat 1\n"
                                  "meta origin test\n"
                                  "attach 0 sid=0x0 domain=1\n"
                                  "attach 0 sid=0x2 domain=1\n"
                                  "attach 0 sid=0x4 domain=1\n";
static const char *const buffers = "map 0 domain=1 iova=0x100000 size=4096 pa=0x100000 perm=r\n"
                                   "map 0 domain=1 iova=0x200000 size=65536 pa=0x200000 perm=r\n"
                                   "map 0 domain=1 iova=0x300000 size=65536 pa=0x300000 perm=w\n";
static const char *const mark = "mark 0 code=user size=1\n";

/* A command buffer at @p at and its work: a texture and its part of the picture. */
static std::string work(u64 at, u64 texture = 0x200000, u64 bytes = 4096) {
    return line("access 0 sid=0x0 iova=0x%llx size=64 dir=r tag=1", at) +
           line("access 0 sid=0x2 iova=0x%llx size=%llu dir=r tag=2", texture, bytes) +
           "access 0 sid=0x4 iova=0x300000 size=4096 dir=w tag=3\n";
}

static void play(Play &p, const std::string &text) {
    std::string path = make_trace(text);

    int ret = p.run(path);
    unlink(path.c_str());
    ck_assert_msg(!ret, "%s", p.err.reason);
}

/* ---- jobs ---- */

TEST(one_job) {
    Play p;
    p.set("master.kind=gpu");
    play(p, std::string(attach) + buffers + work(0x100000) + work(0x100040));

    ck_assert_uint_eq(p.number("gpu", "jobs"), 1);
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("gpu", "command_processor", "packets"), 16);
    ck_assert_uint_eq(p.engine(COMMAND, "accesses"), 2);  // 64 bytes each
    ck_assert_uint_eq(p.engine(TEXTURE, "accesses"), 32); // 256 bytes each
    ck_assert_uint_eq(p.engine(COLOUR, "accesses"), 32);
    ck_assert_uint_eq(p.engine(TEXTURE, "bytes"), 8192);
    ck_assert_uint_eq(p.number("aborted"), 0);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 0);
}

TEST(jobs_end_at_marks_unmaps_and_buffers_in_use) {
    Play p;
    p.set("master.kind=gpu");
    play(p, std::string(attach) + buffers + work(0x100000) + mark + work(0x100040) +
                "unmap 0 domain=1 iova=0x200000 size=4096\n"
                "map 0 domain=1 iova=0x200000 size=4096 pa=0x280000 perm=r\n" +
                work(0x100080) + work(0x100080) + "map 0 domain=1 iova=0x400000 size=4096 pa=0x400000 perm=r\n" +
                work(0x1000c0));

    // 0 | mark 40 | unmap, map 80 | 80 again, and a new page needs no new job
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 4);
    ck_assert_uint_eq(p.number("unmaps"), 1);
    ck_assert_uint_eq(p.number("aborted"), 0);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 0); // the page that came instead has data
}

TEST(accesses_without_tags_are_work) {
    Play p;
    p.set("master.kind=gpu");
    play(p, std::string(attach) + buffers +
                "access 0 sid=0x2 iova=0x200010 size=500 dir=r\n"
                "access 0 sid=0x4 iova=0x300000 size=64 dir=w\n");

    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.engine(COMMAND, "accesses"), 0);
    ck_assert_uint_eq(p.engine(TEXTURE, "accesses"), 3); // 0x10..0x100, ..0x200, ..0x204
    ck_assert_uint_eq(p.engine(COLOUR, "accesses"), 1);
    ck_assert_uint_eq(p.engine(TEXTURE, "garbage_reads"), 0);
}

static void check_refused(const std::string &text, const char *why) {
    Play p;
    std::string path = make_trace(text);

    p.set("master.kind=gpu");
    ck_assert_int_eq(p.run(path), -EINVAL);
    ck_assert_msg(strstr(p.err.reason, why), "%s", p.err.reason);
    ck_assert_str_eq(p.err.file, path.c_str());
    unlink(path.c_str());
}

TEST(buffers_that_are_none) {
    check_refused(std::string(attach) + buffers + "access 0 sid=0x0 iova=0x100004 size=64 dir=r tag=1\n",
                  "whole, aligned packets");
}

TEST(buffers_without_room) {
    check_refused(std::string(attach) + buffers +
                      "access 0 sid=0x0 iova=0x100000 size=16 dir=r tag=1\n"
                      "access 0 sid=0x2 iova=0x200000 size=64 dir=r tag=2\n",
                  "no room for the 3 packets");
}

TEST(no_gpu_without_time) {
    Play p;
    std::string path = make_trace(std::string(attach) + buffers + work(0x100000));

    p.set("master.kind=gpu");
    p.opt.trace = path.c_str();
    ck_assert_int_eq(replay_functional(&p.opt, &p.result, &p.err), -EINVAL);
    ck_assert_msg(strstr(p.err.reason, "master.kind"), "%s", p.err.reason);
    unlink(path.c_str());
}

/* ---- what goes wrong ---- */

/* The commands' page is not there: its read is terminated. */
static void missing_commands(Play &p, const char *cfre) {
    p.opt.faults = REPLAY_TERMINATE;
    p.set("master.kind=gpu");
    p.set("gpu.hang_ns=1000000");
    p.set(cfre);
    play(p, std::string(attach) + buffers + work(0x900000) + mark + work(0x100000));
    ck_assert_uint_eq(p.number("gpu", "command_processor", "crashes"), 1);
    ck_assert_str_eq(p.text("gpu", "command_processor", "address"), "0x900000");
    ck_assert_uint_eq(p.engine(COMMAND, "faults"), 1);
    // The GPU is reset, and does its next job.
    ck_assert_uint_eq(p.number("gpu", "jobs_lost"), 1);
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("gpu", "hangs", "count"), 1);
}

static const struct {
    const char *cfre, *reason;
    u64 bus_errors, garbage;
} cfre[] = {{"smmuv2.cfre=1", "bus_error", 1, 0}, {"smmuv2.cfre=0", "illegal_opcode", 0, 1}};

TEST_TIMES(cfre_says_what_a_missing_command_is, 2) {
    Play p;

    missing_commands(p, cfre[_i].cfre);
    ck_assert_str_eq(p.text("gpu", "command_processor", "reason"), cfre[_i].reason);
    ck_assert_uint_eq(p.engine(COMMAND, "bus_errors"), cfre[_i].bus_errors);
    ck_assert_uint_eq(p.engine(COMMAND, "garbage_reads"), cfre[_i].garbage);
}

/* A handler that takes longer than hang detection: the job is lost, the access comes back in the end. */
TEST(slow_handler_is_a_hang) {
    Play p;
    p.set("master.kind=gpu");
    p.set("gpu.hang_ns=1000000");
    p.set("cpu.handler_ns=5000000");
    play(p, std::string(attach) + buffers + work(0x100000, 0x800000, 64) + mark + work(0x100040));

    ck_assert_uint_eq(p.number("gpu", "hangs", "count"), 1);
    ck_assert_uint_eq(p.number("gpu", "jobs_lost"), 1);
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("gpu", "command_processor", "crashes"), 0);
    ck_assert_uint_gt(p.number("duration_ns"), 5'000'000);
    ck_assert_uint_lt(p.number("gpu", "hangs", "first_ns"), 2'000'000);
}

/* 100 textures that are not there, each a stall; the management unit has SID 1 and a domain of its own. */
static std::string storm() {
    std::string text = std::string(attach) +
                       "attach 0 sid=0x1 domain=2\n"
                       "map 0 domain=2 iova=0x5000 size=4096 pa=0x5000 perm=r\n" +
                       buffers + "access 0 sid=0x1 iova=0x5000 size=8 dir=r tag=4\n" + work(0x100000);

    for (u64 i = 0; i < 100; i++)
        text += line("access 0 sid=0x2 iova=0x%llx size=8 dir=r tag=2", 0x1000000 + i * 4096);
    return text;
}

static void play_storm(Play &p, const char *tbus) {
    p.set("master.kind=gpu");
    p.set("smmuv2.hupcf=1");
    p.set("smmuv2.stall_slots=8");
    p.set("cpu.handler_ns=50000");
    p.set(tbus);
    play(p, storm());
    ck_assert_uint_eq(p.number("responses", "terminate"), 100);
    ck_assert_uint_eq(p.engine(MANAGEMENT, "faults"), 0);
}

TEST(one_tbu_starves_all) {
    Play p;

    play_storm(p, "tbu.count=1");
    ck_assert_uint_gt(p.number("gpu", "watchdog", "fired"), 0);
    ck_assert_str_eq(p.text("gpu", "watchdog", "iova"), "0x5000");
    ck_assert_uint_ge(p.number("gpu", "watchdog", "first_ns"), 100'000);
}

TEST(another_tbu_does_not_care) {
    Play p;

    play_storm(p, "tbu.count=2");
    ck_assert_uint_eq(p.number("gpu", "watchdog", "fired"), 0);
    ck_assert_uint_lt(p.engine(MANAGEMENT, "longest_ns"), 1000);
    ck_assert_uint_gt(p.engine(MANAGEMENT, "accesses"), 100 * 50 / 10); // one in 10 us
}

/* Nor does one TBU of another IOMMU; the account of the SMMUs is that of both. */
TEST(another_iommu_does_not_care) {
    Play p;

    p.set("iommu.map=0x1=1");
    play_storm(p, "iommu.count=2");
    ck_assert_uint_eq(p.number("gpu", "watchdog", "fired"), 0);
    ck_assert_uint_lt(p.engine(MANAGEMENT, "longest_ns"), 1000);
    ck_assert_uint_gt(p.engine(MANAGEMENT, "accesses"), 100 * 50 / 10);
    ck_assert_uint_ge(p.number("smmu", "stalled"), 100);
}

/* A fetch is as far ahead as the prefetch buffer holds: here one line of 8 packets. */
TEST(prefetch_is_bounded) {
    Play p;
    p.set("master.kind=gpu");
    p.set("gpu.prefetch_bytes=64");
    p.set("gpu.on_fault=dump");
    play(p, std::string(attach) + buffers + work(0x100000, 0x800000, 64) + work(0x100040) + work(0x100080));

    const json_t *d = json_array_get(p.at("gpu", "dumps"), 0);
    const json_t *cp = json_object_get(d, "command_processor");
    ck_assert_str_eq(json_string_value(json_object_get(cp, "state")), "waiting_for_units");
    ck_assert_str_eq(json_string_value(json_object_get(cp, "read_pointer")), "0x100018");
    ck_assert_str_eq(json_string_value(json_object_get(cp, "fetch_pointer")), "0x100040");
    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.engine(TEXTURE, "bus_errors"), 1); // CFRE is 1
}

/* Any IOMMU will do. */
TEST(other_iommus) {
    Play p;
    p.set("master.kind=gpu");
    p.opt.kind = &iommu_kind_smmuv3;
    p.opt.resident = REPLAY_RESIDENT_NONE;
    play(p, std::string(attach) + buffers + work(0x100000) + work(0x100040, 0x204000));

    ck_assert_uint_eq(p.number("gpu", "jobs_done"), 1);
    ck_assert_uint_eq(p.number("aborted"), 0);
    ck_assert_uint_eq(p.number("maps"), 4);
}

SUITE("gpu_master")
