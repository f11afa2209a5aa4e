/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFIG_PRIV_H
#define CONFIG_PRIV_H

#include "fl_config.h"

#ifdef __cplusplus
extern "C" {
#endif

int fl_config_fail(struct fl_config_error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* @where is put before the key in messages. */
int fl_config_set_key(struct fl_config *cfg, const struct fl_key *key, const char *text, const char *where,
		      struct fl_config_error *err);

#ifdef __cplusplus
}
#endif

#endif /* CONFIG_PRIV_H */
