/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why input was refused, for people. */
#ifndef FAULTLINE_ERROR_H
#define FAULTLINE_ERROR_H

/* Bytes of a text, with its NUL */
enum { FL_ERROR_TEXT = 640 };

/**
 * struct fl_error - an error's text
 * @text: "FILE:LINE: reason", "FILE: offset N: reason", or a key and a reason; no newline
 */
struct fl_error {
	char text[FL_ERROR_TEXT];
};

#endif /* FAULTLINE_ERROR_H */
