/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef POINTS_H
#define POINTS_H

/* A test that interrupts a long run does so at every point; at every eighth where sanitizers slow it down. */
#ifdef FL_CHECKED
#define POINTS 8
#else
#define POINTS 1
#endif

#endif /* POINTS_H */
