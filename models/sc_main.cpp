/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <systemc>

/*
 * libsystemc brings a main() that calls this. Programs with a main() of their own never come here; they take it in as
 * an object. It is in no library: there it could stand in the way of somebody's own.
 */
extern "C" int sc_main(int, char **) {
    return 0;
}
