/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of the specification for people's eyes. */
#ifndef SMMUV3_NAMES_H
#define SMMUV3_NAMES_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Name of an event record's number (7.3); "event ?" for one that is not defined. */
const char *smmuv3_event_name(u16 id);

#ifdef __cplusplus
}
#endif

#endif /* SMMUV3_NAMES_H */
