/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULTLINE_COPY_WORDS_H
#define FAULTLINE_COPY_WORDS_H

#include "c_api.h"

namespace faultline {

/// memcpy(), without a call for what tables and queues are made of.
inline void copy_words(void *to, const void *from, std::size_t bytes) {
    if (likely(bytes == 8))
        std::memcpy(to, from, 8);
    else if (bytes == 16)
        std::memcpy(to, from, 16);
    else
        std::memcpy(to, from, bytes);
}

} // namespace faultline

#endif // FAULTLINE_COPY_WORDS_H
