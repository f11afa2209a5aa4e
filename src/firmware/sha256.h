/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SHA256_H
#define SHA256_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * sha256() - the checksum of FIPS 180-4, so that a reader can tell which file was checked
 * @data: the bytes
 * @size: their number
 * @hex: receives 64 digits
 */
void sha256(const u8 *data, size_t size, char hex[65]);

#ifdef __cplusplus
}
#endif

#endif /* SHA256_H */
