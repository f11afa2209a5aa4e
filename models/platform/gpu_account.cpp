/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happened to the GPU, for programs. */
#include "gpu_master.h"

extern "C" {
#include "report_json.h"
}

namespace faultline {

static constexpr u64 kDumps = 16;
static constexpr std::size_t kAddresses = 16; // of each engine in a dump

static json_t *engine_account(const GpuEngine &e) {
    const GpuEngine::Account &a = e.account();
    json_t *o = json_object();

    report_json_text(o, "engine", e.name());
    report_json_u64(o, "accesses", a.accesses);
    report_json_u64(o, "bytes", a.bytes);
    report_json_u64(o, "faults", a.faults);
    report_json_u64(o, "garbage_reads", a.garbage);
    report_json_u64(o, "garbage_reads_beside_a_fault", a.garbage_beside);
    report_json_u64(o, "lost_writes", a.lost_writes);
    report_json_u64(o, "bus_errors", a.aborted);
    report_json_u64(o, "held", a.held);
    report_json_u64(o, "held_ns", a.held_time / 1000);
    report_json_u64(o, "longest_ns", a.longest / 1000);
    return o;
}

/* What waits: its number, how much of it the SMMU holds, and the addresses of the oldest. */
static json_t *engine_dump(const GpuEngine &e) {
    json_t *o = json_object(), *list = json_array();
    u64 held = 0;
    char text[32];

    for (const GpuAccess *a : e.outstanding()) {
        held += a->held;
        if (json_array_size(list) == kAddresses)
            continue;
        snprintf(text, sizeof(text), "0x%llx", a->record.iova);
        json_array_append_new(list, json_string(text));
    }
    report_json_text(o, "engine", e.name());
    report_json_u64(o, "outstanding", e.outstanding().size());
    report_json_u64(o, "held", held);
    json_object_set_new(o, "iova", list);
    return o;
}

void GpuMaster::dump(const fault_record &fault) {
    if (dumps_taken_++ >= kDumps)
        return;
    json_t *o = json_object(), *engines = json_array(), *cp = json_object();

    report_json_u64(o, "time_ns", since_begin(scheduler.now()));
    report_json_hex(o, "fault_iova", fault.addr);
    report_json_hex(o, "fault_sid", fault.sid);
    report_json_text(o, "fault_access", fault.perm & FAULT_WRITE ? "write" : "read");
    report_json_u64(o, "still_for_ns", (scheduler.now() - watch_.progress()) / 1000);
    report_json_text(cp, "state", GpuCp::name_of(cp_.state()));
    report_json_hex(cp, "read_pointer", cp_.read_pointer());
    report_json_hex(cp, "fetch_pointer", cp_.fetch_pointer());
    json_object_set_new(o, "command_processor", cp);
    for (const GpuEngine *e : engines_)
        json_array_append_new(engines, engine_dump(*e));
    json_object_set_new(o, "engines", engines);
    json_array_append_new(dumps_.get(), o);
}

json_t *GpuMaster::account() const {
    json_t *o = json_object(), *engines = json_array(), *cp = json_object(), *dog = json_object(),
           *hang = json_object();
    const GpuCp::Crash &c = cp_.crash();
    const GpuManagement::Watchdog &w = management_.watchdog();

    report_json_u64(o, "jobs", jobs_);
    report_json_u64(o, "jobs_done", jobs_done_);
    report_json_u64(o, "jobs_lost", jobs_lost_);
    report_json_u64(cp, "packets", cp_.packets());
    report_json_u64(cp, "crashes", c.count);
    if (c.count) {
        report_json_text(cp, "reason", GpuCp::name_of(c.why));
        report_json_u64(cp, "first_ns", since_begin(c.time));
        report_json_hex(cp, "address", c.address);
        report_json_hex(cp, "word", c.word);
    }
    json_object_set_new(o, "command_processor", cp);
    report_json_u64(hang, "count", watch_.hangs());
    if (watch_.hangs())
        report_json_u64(hang, "first_ns", since_begin(watch_.first()));
    json_object_set_new(o, "hangs", hang);
    report_json_u64(dog, "fired", w.fired);
    if (w.fired) {
        report_json_u64(dog, "first_ns", since_begin(w.first));
        report_json_hex(dog, "iova", w.address);
    }
    json_object_set_new(o, "watchdog", dog);
    for (const GpuEngine *e : engines_)
        json_array_append_new(engines, engine_account(*e));
    json_object_set_new(o, "engines", engines);
    report_json_u64(o, "dumps_taken", dumps_taken_);
    json_object_set(o, "dumps", dumps_.get());
    return o;
}

} // namespace faultline
