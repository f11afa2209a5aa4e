/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timed_replay.h"
#include "platform.h"
#include <stdexcept>

namespace faultline {

/* The file, as often as it is to be played. */
class FileSource : public TraceSource {
public:
    FileSource(const replay_options &opt, dmat_error *err) : rounds_(opt.repeat ? opt.repeat : 1), block_(DMAT_BLOCK) {
        code_ = dmat_reader_open(&reader_, opt.trace, 0, err);
    }
    ~FileSource() override {
        if (reader_)
            dmat_reader_close(reader_);
    }
    int code() const { return code_; }

    ssize_t next(const dmat_record **records) override {
        ssize_t n = dmat_read_block(reader_, block_.data(), block_.size());

        *records = block_.data();
        while (!n && ++round_ < rounds_ && dmat_reader_records(reader_)) {
            n = dmat_seek_record(reader_, 0);
            if (!n)
                n = dmat_read_block(reader_, block_.data(), block_.size());
        }
        return n;
    }

private:
    u64 rounds_, round_ = 0;
    std::vector<dmat_record> block_;
    dmat_reader *reader_ = nullptr;
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
