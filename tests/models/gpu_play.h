/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Play a trace with the GPU master, once in a process, and look things up in what it tells. */
#ifndef GPU_PLAY_H
#define GPU_PLAY_H

#include "platform.h"
#include "timed_replay.h"
#include <check.h>
#include <unistd.h>

namespace faultline {

struct Play {
    replay_options opt{};
    fl_config config;
    replay_result result{};
    dmat_error err{};
    json_t *json = nullptr; ///< the whole result, as --json writes it

    Play() {
        fl_config_init(&config);
        opt.kind = &iommu_kind_smmuv2;
        opt.resident = REPLAY_RESIDENT_ALL;
        opt.faults = REPLAY_STALL;
        opt.seed = 1;
        opt.cfg = &config;
        opt.account = json_object();
    }
    ~Play() {
        json_decref(opt.account);
        json_decref(json);
    }
    Play(const Play &) = delete;

    void set(const char *assignment) {
        fl_config_error e;
        ck_assert_msg(!fl_config_set(&config, assignment, &e), "%s", e.text);
    }
    int run(const std::string &trace) {
        opt.trace = trace.c_str();
        int ret = replay_timed(&opt, &result, &err);
        opt.trace = nullptr;
        if (!ret) {
            result.recorded.known = !result.trace_faults; // with none recorded, all of them are compared
            json = replay_json(&opt, &result);
        }
        return ret;
    }

    /// A member of the result: "gpu", "watchdog", "fired".
    template <typename... Keys> const json_t *at(Keys... keys) const {
        const json_t *j = json;
        for (const char *key : {keys...})
            j = json_object_get(j, key);
        ck_assert_ptr_nonnull(j);
        return j;
    }
    template <typename... Keys> u64 number(Keys... keys) const { return u64(json_integer_value(at(keys...))); }
    template <typename... Keys> const char *text(Keys... keys) const { return json_string_value(at(keys...)); }
    /// A counter of engine 0 command, 1 texture, 2 colour, 3 management.
    u64 engine(unsigned i, const char *key) const {
        return u64(json_integer_value(json_object_get(json_array_get(at("gpu", "engines"), i), key)));
    }
};

/// A trace out of its text.
inline std::string make_trace(const std::string &text) {
    char path[] = "/tmp/faultline-gpu-XXXXXX";
    int fd = mkstemp(path);
    FILE *in = fmemopen(const_cast<char *>(text.data()), text.size(), "r");
    dmat_error err{};

    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_msg(!dmat_pack(in, "text", path, &err), "%llu: %s", err.line, err.reason);
    fclose(in);
    return path;
}

} // namespace faultline

#endif // GPU_PLAY_H
