/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Configurations that a test changes in one place. */
#ifndef V3_CONFIG_SCENE_H
#define V3_CONFIG_SCENE_H

#include "suite.h"
#include "v3_fixture.h"

#define SID 8U
#define VA  0x12345000ULL
#define PA  0x77777000ULL

#define C_STE 4
#define C_CD  10

/* IDR0 with everything but Hyp, ATS, PRI: HTTU 2, TTENDIAN 2, 16-bit IDs */
#define IDR0_BASE 0x084c101bU

static struct v3_fixture f;
static struct pt_build s1;

#endif /* V3_CONFIG_SCENE_H */
