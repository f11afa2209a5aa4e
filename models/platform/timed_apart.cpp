/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timed_replay.h"
#include <cstring>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline {

/* What a child sends back. */
struct Answer {
    int code;
    dmat_error err;
    replay_result result;
};

static bool transfer(int fd, Answer &a, bool out) {
    char *at = reinterpret_cast<char *>(&a);
    std::size_t left = sizeof(a);
    ssize_t n;

    while (left && (n = out ? write(fd, at, left) : read(fd, at, left)) > 0) {
        at += n;
        left -= std::size_t(n);
    }
    return !left;
}

} // namespace faultline

int replay_timed_apart(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err) {
    std::unique_ptr<faultline::Answer> a(new faultline::Answer{});
    int fds[2], state = 0;

    if (pipe(fds))
        return dmat_fail(err, errno, "%s", std::strerror(errno));
    pid_t pid = fork();
    if (!pid) {
        a->code = replay_timed(opt, &a->result, &a->err);
        _exit(!faultline::transfer(fds[1], *a, true));
    }
    close(fds[1]);
    bool whole = pid > 0 && faultline::transfer(fds[0], *a, false);
    close(fds[0]);
    if (pid > 0)
        waitpid(pid, &state, 0);
    if (!whole || state)
        return dmat_fail(err, EIO, "the run ended without a result");
    *res = a->result;
    *err = a->err;
    return a->code;
}
