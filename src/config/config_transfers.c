// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* master.transfers: what a device's engines do with transfers of some size. */
#include "config_priv.h"

/* Digits, and with @decimals up to three after a point: a thousandth is the unit then. */
static bool take_number(const char **at, unsigned int decimals, u64 most, u64 *value)
{
	const char *p = *at;

	*value = 0;
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9' && *value <= most; p++)
		*value = *value * 10 + (u64)(*p - '0');
	if (decimals && *p == '.' && p++)
		for (; decimals && *p >= '0' && *p <= '9' && *value <= most; p++, decimals--)
			*value = *value * 10 + (u64)(*p - '0');
	for (; decimals && *value <= most; decimals--)
		*value *= 10;
	*at = p;
	return *value <= most;
}

static bool take_transfer(const char **at, struct fl_transfer *t)
{
	memset(t, 0, sizeof(*t));
	if (!take_number(at, 0, 1 << 24, &t->size) || !t->size)
		return false;
	t->write = **at == 'w';
	*at += t->write;
	if (*(*at)++ != '=' || !take_number(at, 0, 65536, &t->outstanding) || !t->outstanding)
		return false;
	if (**at != '/')
		return true;
	(*at)++;
	return take_number(at, 3, 1000000000000ULL, &t->interval_ps);
}

int fl_config_transfers(const char *text, struct fl_transfer t[FL_TRANSFERS], struct fl_config_error *err)
{
	const char *item;
	int n = 0;

	for (; *text; n++) {
		item = text;
		if (n == FL_TRANSFERS)
			return fl_config_fail(err, EINVAL, "master.transfers: more than %d sizes", FL_TRANSFERS);
		if (!take_transfer(&text, &t[n]) || (*text && *text != ','))
			return fl_config_fail(
				err, EINVAL,
				"master.transfers: '%.40s': BYTES[w]=OUTSTANDING[/INTERVAL_NS],... is meant", item);
		text += *text == ',';
		text += strspn(text, " ");
	}
	return n;
}
