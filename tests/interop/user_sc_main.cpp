/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <cstdio>
#include <systemc>

unsigned long uses_models();

int sc_main(int, char **) {
    std::printf("the user's, after %lu actions\n", uses_models());
    return 0;
}
