/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timed_replay.h"
#include "platform.h"
#include <stdexcept>

extern "C" {
#include "replay_source.h"
}

namespace faultline {

/* The file, as often as it is to be played. */
class FileSource : public TraceSource {
public:
    FileSource(const replay_options &opt, dmat_error *err)
        : code_(replay_source_open(&source_, opt.trace, opt.repeat, err)) {}
    ~FileSource() override {
        if (!code_)
            replay_source_close(&source_);
    }
    int code() const { return code_; }

    ssize_t next(const dmat_record **records) override { return replay_source_next(&source_, records); }

private:
    replay_source source_;
    int code_;
};

static int check(const replay_options &opt, const struct replay_scan &scan, dmat_error *err) {
    u64 base = opt.cfg->os.table_base;

    if (opt.faults == REPLAY_STALL && !opt.kind->stall)
        return dmat_fail(err, EINVAL, "%s cannot stall", opt.kind->name);
    if (opt.faults == REPLAY_PRI && !opt.kind->pri)
        return dmat_fail(err, EINVAL, "%s has no page requests", opt.kind->name);
    if (scan.max_pa > base)
        return dmat_fail(err, EINVAL, "the trace maps physical address 0x%llx, tables begin at os.table_base = 0x%llx",
                         scan.max_pa - 1, base);
    return 0;
}

static int play(const replay_options &opt, replay_result &res, dmat_error *err) {
    struct replay_scan scan;
    int code = ::replay_scan(opt.trace, &scan, err);

    if (!code)
        code = check(opt, scan, err);
    if (code)
        return code;
    FileSource source(opt, err);
    if (source.code())
        return source.code();
    Platform platform("platform", opt, scan);
    return platform.run(source, res, err);
}

} // namespace faultline

/* Exceptions stay on this side. */
int replay_timed(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err) {
    *res = {};
    try {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        return faultline::play(*opt, *res, err);
    } catch (const std::exception &e) {
        return dmat_fail(err, EINVAL, "%s", e.what());
    }
}
