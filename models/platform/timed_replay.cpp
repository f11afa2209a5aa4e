/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timed_replay.h"
#include "platform.h"
#include <stdexcept>

namespace faultline {

static constexpr u64 kKeep = 1 << 18; // records of a trace that are decoded once, however often it is played

/* The file, as often as it is to be played. */
class FileSource : public TraceSource {
public:
    FileSource(const replay_options &opt, dmat_error *err) : rounds_(opt.repeat ? opt.repeat : 1) {
        code_ = dmat_reader_open(&reader_, opt.trace, 0, err);
        keep_ = !code_ && rounds_ > 1 && dmat_reader_records(reader_) <= kKeep;
        kept_.resize(keep_ ? dmat_reader_records(reader_) : DMAT_BLOCK);
    }
    ~FileSource() override {
        if (reader_)
            dmat_reader_close(reader_);
    }
    int code() const { return code_; }

    ssize_t next(const dmat_record **records) override {
        ssize_t n = round_ ? again(records) : read(records);

        while (!n && ++round_ < rounds_ && dmat_reader_records(reader_)) {
            n = keep_ ? 0 : dmat_seek_record(reader_, 0);
            at_ = 0;
            if (!n)
                n = again(records);
        }
        return n;
    }

private:
    ssize_t read(const dmat_record **records) {
        dmat_record *to = kept_.data() + (keep_ ? at_ : 0);
        ssize_t n =
            keep_ && at_ == kept_.size() ? 0 : dmat_read_block(reader_, to, keep_ ? kept_.size() - at_ : DMAT_BLOCK);

        *records = to;
        at_ += n > 0 ? std::size_t(n) : 0;
        return n;
    }

    ssize_t again(const dmat_record **records) {
        if (!keep_)
            return read(records);
        std::size_t n = kept_.size() - at_;

        n = n < DMAT_BLOCK ? n : DMAT_BLOCK;
        *records = kept_.data() + at_;
        at_ += n;
        return ssize_t(n);
    }

    u64 rounds_, round_ = 0;
    bool keep_ = false;
    std::vector<dmat_record> kept_; // the whole trace, or a block
    std::size_t at_ = 0;
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
