// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "out_of_memory.h"

#include <new>
#include <unistd.h>

void out_of_memory_in_cpp(void (*end)(void)) {
    std::set_new_handler(end);
}

void out_of_memory_of_child(void) {
    std::set_new_handler([] { _exit(OUT_OF_MEMORY_STATUS); });
}
