/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a board: a device tree or an IORT, in every form in which people have them. */
#ifndef BOARD_READ_H
#define BOARD_READ_H

#include "board.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * board_read() - read a board
 * @b: filled in; board_free() ends it
 * @file: a .dtb, .dts or IORT, the text of acpidump, or a directory: /proc/device-tree, /sys/firmware/acpi/tables
 * @overlays: overlays of a device tree, applied in this order
 * @n_overlays: number of @overlays
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_read(struct board *b, const char *file, const char *const *overlays, u32 n_overlays, struct board_error *err);

/**
 * board_read_blob() - read the bytes of a flattened device tree
 * @b: filled in; @b->file names it in errors
 * @data: the blob
 * @size: of @data, bytes
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_read_blob(struct board *b, const u8 *data, size_t size, struct board_error *err);

/**
 * board_read_iort() - read the bytes of an IORT
 * @b: filled in; @b->file names it in errors
 * @data: the table
 * @size: of @data, bytes
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_read_iort(struct board *b, const u8 *data, size_t size, struct board_error *err);

/**
 * board_add_function() - add a PCI function that firmware does not list
 * @b: the board
 * @segment: PCI segment; 0 is also that of hosts without a number
 * @rid: its requester ID
 * @vendor: vendor ID; 0: unknown
 * @device: device ID
 *
 * Return: Its index; BOARD_NONE: no host has the segment.
 */
u32 board_add_function(struct board *b, u32 segment, u32 rid, u32 vendor, u32 device);

/**
 * board_add_bdf() - add one function, or find it
 * @b: the board
 * @text: "[SEGMENT:]BUS:DEVICE.FUNCTION"
 *
 * Return: Its index; BOARD_NONE: it is no such text, or no host has the segment.
 */
u32 board_add_bdf(struct board *b, const char *text);

/**
 * board_add_bdfs() - add the functions of a list: "[SEGMENT:]BUS:DEVICE.FUNCTION" or a range of two, separated by commas
 * @b: the board
 * @list: the list
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_add_bdfs(struct board *b, const char *list, struct board_error *err);

/**
 * board_add_lspci() - add the functions that `lspci -n` has printed
 * @b: the board
 * @file: its output
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_add_lspci(struct board *b, const char *file, struct board_error *err);

#ifdef __cplusplus
}
#endif

#endif /* BOARD_READ_H */
