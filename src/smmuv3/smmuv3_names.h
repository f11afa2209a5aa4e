/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of the specification for people's eyes. */
#ifndef SMMUV3_NAMES_H
#define SMMUV3_NAMES_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * smmuv3_event_name() - the specification's name of an event (7.3)
 * @id: event number
 *
 * Return: The name; "event ?" for a number that is not defined.
 */
const char *smmuv3_event_name(u16 id);

#ifdef __cplusplus
}
#endif

#endif /* SMMUV3_NAMES_H */
