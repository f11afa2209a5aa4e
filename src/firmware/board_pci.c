// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PCI functions that firmware does not list: from a list of addresses, or from lspci -n. */
#include "board_priv.h"
#include "board_read.h"
#include <stdio.h>

/* Hosts without a number are counted in their order, as Linux numbers them. */
static u32 host_of(const struct board *b, u32 segment)
{
	u32 i, n = 0;

	for (i = 0; i < b->n_masters; i++)
		if (b->master[i].host && b->master[i].segment == segment)
			return i;
	for (i = 0; i < b->n_masters; i++)
		if (b->master[i].role == BOARD_ROLE_PCIE && b->master[i].enabled &&
		    b->master[i].segment == BOARD_NONE && n++ == segment)
			return i;
	return BOARD_NONE;
}

/* Class codes as PCI Code and ID Assignment has them: what is a function for the rest of the system. */
static void take_class(struct board_master *m, u32 class)
{
	static const enum board_role of_base[] = {
		[0x01] = BOARD_ROLE_STORAGE, [0x02] = BOARD_ROLE_NETWORK, [0x03] = BOARD_ROLE_DISPLAY
	};

	m->bridge |= class >> 8 == 0x06;
	if (m->role_given)
		return;
	if (class >> 8 < ARRAY_SIZE(of_base) && of_base[class >> 8])
		m->role = class == 0x0302 ? BOARD_ROLE_GPU : of_base[class >> 8]; /* a 3D controller has no screen */
	else if (class == 0x0401 || class == 0x0403)
		m->role = BOARD_ROLE_AUDIO;
}

u32 board_add_function(struct board *b, u32 segment, u32 rid, u32 vendor, u32 device)
{
	u32 i, host = host_of(b, segment);
	struct board_master *m;

	if (host == BOARD_NONE)
		return BOARD_NONE;
	for (i = 0; i < b->n_masters; i++)
		if (b->master[i].parent == host && b->master[i].rid == rid)
			break;
	m = i < b->n_masters ? &b->master[i] : board_add_master(b);
	if (!m)
		return BOARD_NONE;
	m->amba |= board_is_amba(vendor, device);
	if (i < b->n_masters - 1 || m->at.path)
		return i;
	m->at = (struct board_at){ .path = board_text(b, "%s/%02x:%02x.%x", b->master[host].at.path, rid >> 8 & 0xff,
						      rid >> 3 & 0x1f, rid & 7),
				   .offset = BOARD_NONE };
	if (vendor)
		m->compatible = board_text(b, "pci%x,%x", vendor, device);
	m->pci = true;
	m->parent = host;
	m->rid = rid;
	return b->n_masters - 1;
}

/* [SEGMENT:]BUS:DEVICE.FUNCTION; returns what follows it, or NULL. */
static const char *parse_bdf(const char *text, u32 *segment, u32 *rid)
{
	unsigned int s = 0, bus, device, function;
	int used = 0;

	if (sscanf(text, "%4x:%2x:%2x.%1x%n", &s, &bus, &device, &function, &used) != 4 || !used) {
		s = used = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &device, &function, &used) != 3 || !used)
			return NULL;
	}
	if (device > 0x1f || function > 7 || strchr(" +-", *text))
		return NULL;
	*segment = s;
	*rid = bus << 8 | device << 3 | function;
	return text + used;
}

u32 board_add_bdf(struct board *b, const char *text)
{
	u32 segment, rid;
	const char *end = parse_bdf(text, &segment, &rid);

	return end && !*end ? board_add_function(b, segment, rid, 0, 0) : BOARD_NONE;
}

int board_add_bdfs(struct board *b, const char *list, struct board_error *err)
{
	const char *next = list;
	u32 segment, first, last, other;

	do {
		const char *p = parse_bdf(next, &segment, &first);

		last = first;
		other = segment;
		if (p && *p == '-')
			p = parse_bdf(p + 1, &other, &last);
		if (!p || (*p && *p != ',') || last < first || other != segment)
			return board_fail(err, EINVAL,
					  "--bdf: '%.64s' begins with no BUS:DEVICE.FUNCTION, nor a range of them",
					  next);
		for (; first <= last; first++) {
			if (board_add_function(b, segment, first, 0, 0) != BOARD_NONE)
				continue;
			if (board_full(b, err))
				return -EFBIG;
			return board_fail(err, EINVAL, "--bdf: no host of %s is PCI segment %u", b->file, segment);
		}
		next = *p ? p + 1 : p;
	} while (*next);
	return 0;
}

/* "00:01.0 0604: 19e5:a250 (rev 21)" */
static int lspci_line(struct board *b, const char *file, u32 number, const char *line, struct board_error *err)
{
	unsigned int class, vendor, device;
	u32 segment, rid, index;
	const char *p;

	if (!*line || *line == ' ' || *line == '\t' || *line == '\r')
		return 0;
	p = parse_bdf(line, &segment, &rid);
	if (!p || sscanf(p, " %4x: %4x:%4x", &class, &vendor, &device) != 3)
		return board_fail(err, EINVAL, "%s:%u: it is no line of lspci -n", file, number);
	index = board_add_function(b, segment, rid, vendor, device);
	if (index != BOARD_NONE) {
		take_class(&b->master[index], class);
		return 0;
	}
	if (board_full(b, err))
		return -EFBIG;
	return board_fail(err, EINVAL, "%s:%u: no host of %s is PCI segment %u", file, number, b->file, segment);
}

int board_add_lspci(struct board *b, const char *file, struct board_error *err)
{
	u32 number = 0;
	size_t size;
	char *line, *next;
	u8 *data;
	int ret = board_load(file, &data, &size, err);

	for (line = (char *)data; !ret && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		ret = lspci_line(b, file, ++number, line, err);
	}
	free(data);
	return ret;
}
