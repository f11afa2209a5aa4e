/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Engines as a configuration sizes them: whoever makes one starts from here. */
#ifndef ENGINE_CFG_H
#define ENGINE_CFG_H

#include "fl_config.h"
#include "smmuv2.h"
#include "smmuv3.h"
#include "vtd.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SMMUV2_OWN_LINES 30 /* banks with an interrupt line each; more share as many lines */

/**
 * smmuv2_cfg_of() - an SMMUv2
 * @cfg: the configuration; tbu.count is at most SMMUV2_MAX_TBUS
 *
 * Return: What smmuv2_init() takes.
 */
struct smmuv2_cfg smmuv2_cfg_of(const struct fl_config *cfg);
/**
 * smmuv3_cfg_of() - an SMMUv3
 * @cfg: the configuration
 *
 * Return: What smmuv3_init() takes.
 */
struct smmuv3_cfg smmuv3_cfg_of(const struct fl_config *cfg);
/**
 * vtd_cfg_of() - a remapping unit
 * @cfg: the configuration
 *
 * Return: What vtd_init() takes.
 */
struct vtd_cfg vtd_cfg_of(const struct fl_config *cfg);

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_CFG_H */
