/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file that takes its name when it is complete: what is drawn of a run.
 */
#ifndef FAULTLINE_NEW_FILE_H
#define FAULTLINE_NEW_FILE_H

#include "temp_file.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/stat.h>

namespace faultline {

/**
 * Make the file that is to become @p path, and open it.
 * @param path becomes what a link points to: it stays a link
 * @param temp becomes its name so far, @p suffix at the end
 * @return its descriptor, the caller's
 * @throws std::runtime_error if there is none: a folder, a device
 */
inline int new_file(std::string &path, std::string &temp, const char *suffix = "") {
    std::unique_ptr<char, decltype(&std::free)> target(realpath(path.c_str(), nullptr), &std::free);
    const std::string asked = path;
    struct stat st;
    mode_t mask = umask(0);

    umask(mask);
    if (target)
        path = target.get();
    temp = path + ".XXXXXX" + suffix;
    if (!stat(path.c_str(), &st) && !S_ISREG(st.st_mode))
        throw std::runtime_error(asked + ": not a regular file");
    int fd = temp_file_make(temp.data());
    if (fd < 0)
        throw std::runtime_error(asked + ": " + std::strerror(errno));
    fchmod(fd, 0666 & ~mask);
    return fd;
}

} // namespace faultline

#endif // FAULTLINE_NEW_FILE_H
