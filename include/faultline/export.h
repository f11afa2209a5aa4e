/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a function of the libraries is declared with. */
#ifndef FAULTLINE_EXPORT_H
#define FAULTLINE_EXPORT_H

/* All else is hidden, in the shared libraries as in the static ones. */
#define FAULTLINE_API __attribute__((__visibility__("default")))

#ifdef __cplusplus
#define FAULTLINE_BEGIN extern "C" {
#define FAULTLINE_END	}
#else
#define FAULTLINE_BEGIN
#define FAULTLINE_END
#endif

#endif /* FAULTLINE_EXPORT_H */
