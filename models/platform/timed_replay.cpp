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
    FileSource(const replay_options &opt, const struct replay_scan &scan, dmat_error *err)
        : scan_(scan), rounds_(opt.repeat ? opt.repeat : 1), code_(replay_source_open(&source_, &opt, err)) {}
    ~FileSource() override {
        if (!code_)
            replay_source_close(&source_);
    }
    int code() const { return code_; }

    ssize_t next(const dmat_record **records) override { return replay_source_next(&source_, records); }
    u64 streams() const override {
        u64 n = 0;

        for (u32 i = 0; i < scan_.n_sids; i++)
            n += scan_.sid_accesses[i] != 0;
        return n;
    }
    u64 accesses(u32 sid) const override {
        for (u32 i = 0; i < scan_.n_sids; i++)
            if (scan_.sids[i] == sid)
                return scan_.sid_accesses[i] * rounds_;
        return 0;
    }

    bool dependent() const override { return scan_.dependent; }

private:
    const struct replay_scan &scan_;
    u64 rounds_;
    replay_source source_;
    int code_;
};

/* From the first record of the first round to the last of the last. */
static unsigned __int128 recorded_ns(const replay_options &opt, const struct replay_scan &scan) {
    return static_cast<unsigned __int128>(scan.last_ns - scan.first_ns) * (opt.repeat ? opt.repeat : 1);
}

static int check(const replay_options &opt, const struct replay_scan &scan, dmat_error *err) {
    if (opt.cfg->master.arrival == FL_ARRIVAL_TRACE && recorded_ns(opt, scan) > kLongest / 1000)
        return dmat_fail(err, EINVAL, "the trace lasts longer than the 106 days that simulated time is kept to");
    return replay_check(&opt, &scan, err);
}

static int play(const replay_options &asked, replay_result &res, dmat_error *err) {
    struct replay_scan scan;
    fl_config cfg = *asked.cfg;
    replay_options opt = asked;
    opt.cfg = &cfg;
    if (opt.kind->bypass) // there is no TBU
        cfg.tbu.lookup_ps = cfg.tbu.interval_ps = 0;
    int code = replay_scan_run(&opt, &scan, err);

    if (!code)
        code = check(opt, scan, err);
    if (code)
        return code;
    FileSource source(opt, scan, err);
    if (source.code())
        return source.code();
    std::unique_ptr<Taps> taps;
    try {
        taps = Taps::make(opt, std::vector<u32>(scan.sids, scan.sids + scan.n_sids));
    } catch (const std::exception &) {
        err->file[0] = '\0'; // it is of what is drawn, not of the trace
        throw;
    }
    Platform platform("platform", opt, scan, taps.get());
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
