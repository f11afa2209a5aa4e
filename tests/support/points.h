/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef POINTS_H
#define POINTS_H

/* A test that interrupts a long run does so at every point; at every eighth where sanitizers slow it down. */
#ifdef FL_CHECKED
#define POINTS 8
#else
#define POINTS 1
#endif

/* The same share of a table's rows. */
#define SOME(rows) ((ARRAY_SIZE(rows) + POINTS - 1) / POINTS)

#endif /* POINTS_H */
