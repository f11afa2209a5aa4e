/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happened to the GPU, for programs. */
#include "gpu_master.h"

extern "C" {
#include "report_json.h"
}

namespace faultline {

json_t *GpuMaster::engine_account(const GpuEngine &e) const {
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

json_t *GpuMaster::dump_account(const GpuDump &d) const {
    json_t *o = json_object(), *engines = json_array(), *cp = json_object();

    report_json_u64(o, "time_ns", since_begin(d.time));
    report_json_hex(o, "fault_iova", d.address);
    report_json_hex(o, "fault_sid", d.sid);
    report_json_text(o, "fault_access", d.write ? "write" : "read");
    report_json_u64(o, "still_for_ns", d.still / 1000);
    report_json_text(cp, "state", GpuCp::name_of(d.state));
    report_json_hex(cp, "read_pointer", d.read_pointer);
    report_json_hex(cp, "fetch_pointer", d.fetch_pointer);
    json_object_set_new(o, "command_processor", cp);
    for (unsigned i = 0; i < kGpuEngines; i++) {
        json_t *e = json_object(), *list = json_array();
        char text[32];
        report_json_text(e, "engine", engines_[i]->name());
        report_json_u64(e, "outstanding", d.engine[i].outstanding);
        report_json_u64(e, "held", d.engine[i].held);
        for (u64 address : d.engine[i].addresses) {
            snprintf(text, sizeof(text), "0x%llx", address);
            json_array_append_new(list, json_string(text));
        }
        json_object_set_new(e, "iova", list);
        json_array_append_new(engines, e);
    }
    json_object_set_new(o, "engines", engines);
    return o;
}

json_t *GpuMaster::account() const {
    json_t *o = json_object(), *engines = json_array(), *dumps = json_array(), *cp = json_object(),
           *dog = json_object(), *hang = json_object();
    const GpuCp::Crash &c = cp_.crash();
    const GpuManagement::Watchdog &w = management_.watchdog();

    report_json_u64(o, "jobs", counters_.jobs);
    report_json_u64(o, "jobs_done", counters_.done);
    report_json_u64(o, "jobs_lost", counters_.lost);
    report_json_u64(cp, "packets", cp_.packets());
    report_json_u64(cp, "crashes", c.count);
    if (c.count) {
        report_json_text(cp, "reason", GpuCp::name_of(c.why));
        report_json_u64(cp, "first_ns", since_begin(c.time));
        report_json_hex(cp, "address", c.address);
        report_json_hex(cp, "word", c.word);
    }
    json_object_set_new(o, "command_processor", cp);
    report_json_u64(hang, "count", counters_.hangs);
    if (counters_.hangs)
        report_json_u64(hang, "first_ns", since_begin(counters_.first_hang));
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
    for (const GpuDump &d : dumps_)
        json_array_append_new(dumps, dump_account(d));
    report_json_u64(o, "dumps_taken", dumps_taken_);
    json_object_set_new(o, "dumps", dumps);
    return o;
}

} // namespace faultline
