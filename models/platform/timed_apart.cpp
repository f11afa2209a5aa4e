/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "out_of_memory.h"
#include "timed_replay.h"
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline {

/* What a child sends back. */
struct Answer {
    int code;
    dmat_error err;
    replay_result result;
};

static bool transfer(int fd, void *data, std::size_t left, bool out) {
    char *at = static_cast<char *>(data);
    ssize_t n;

    while (left && (n = out ? write(fd, at, left) : read(fd, at, left)) > 0) {
        at += n;
        left -= std::size_t(n);
    }
    return !left;
}

/* What was added to replay_options.watch; nothing, if that is not asked for. */
static bool send_watch(int fd, json_t *watch) {
    char *text = watch ? json_dumps(watch, JSON_COMPACT) : nullptr;
    std::size_t length = text ? std::strlen(text) : 0;
    bool ok = transfer(fd, &length, sizeof(length), true) && transfer(fd, text, length, true);

    std::free(text);
    return ok;
}

static bool receive_watch(int fd, json_t *watch) {
    std::size_t length = 0;
    if (!transfer(fd, &length, sizeof(length), false))
        return false;
    std::string text(length, ' ');
    if (!transfer(fd, text.data(), length, false))
        return false;
    json_t *o = length ? json_loadb(text.data(), length, 0, nullptr) : nullptr;
    if (watch && o)
        json_object_update(watch, o);
    json_decref(o);
    return true;
}

/* The child's part. */
static int play(const replay_options &opt, Answer &a, int fd) {
    a.code = replay_timed(&opt, &a.result, &a.err);
    return !(transfer(fd, &a, sizeof(a), true) && send_watch(fd, opt.watch));
}

} // namespace faultline

int replay_timed_apart(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err) {
    std::unique_ptr<faultline::Answer> a(new faultline::Answer{});
    int fds[2], state = 0;

    if (pipe(fds))
        return dmat_fail(err, errno, "%s", std::strerror(errno));
    pid_t pid = fork();
    if (!pid) {
        out_of_memory_of_child();
        _exit(faultline::play(*opt, *a, fds[1]));
    }
    close(fds[1]);
    bool whole = pid > 0 && faultline::transfer(fds[0], a.get(), sizeof(*a), false) &&
                 faultline::receive_watch(fds[0], opt->watch);
    close(fds[0]);
    if (pid > 0)
        waitpid(pid, &state, 0);
    if (WIFEXITED(state) && WEXITSTATUS(state) == OUT_OF_MEMORY_STATUS)
        return dmat_fail(err, ENOMEM, "out of memory");
    if (!whole || state)
        return dmat_fail(err, EIO, "the run ended without a result");
    *res = a->result;
    *err = a->err;
    return a->code;
}
