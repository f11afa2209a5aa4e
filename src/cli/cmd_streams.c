// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline streams: where does this device's DMA go? */
#include "board_options.h"
#include "find.h"
#include "findings_report.h"
#include "report_table.h"
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"Usage: faultline streams [OPTION]... BOARD\n"
	"Says which StreamIDs each device of a board uses, and what is wrong with them: devices that share\n"
	"one, functions that a mask folds onto one, requester IDs without an entry, stream match entries\n"
	"that conflict. BOARD is a device tree (.dtb; .dts where dtc is installed; /proc/device-tree) or an\n"
	"IORT (a file, the text of acpidump, /sys/firmware/acpi/tables).\n\n"
	"  --overlay FILE  apply an overlay first; may be repeated\n"
	"  --iort FILE     the same as BOARD\n"
	"  --device WHICH  this one alone: a node's path, or a PCI function [SEGMENT:]BUS:DEVICE.FUNCTION\n"
	"  --bdf LIST      PCI functions that the board has: BUS:DEVICE.FUNCTION, or a range of two, separated\n"
	"                  by commas\n"
	"  --lspci FILE    the same, as lspci -n prints them\n"
	"  --json          for programs\n\n"
	"Exit status: 0 no error found, 1 some errors, 2 the board could not be read.\n";

struct options {
	struct board_options board;
	const char *device;
	bool json;
};

static const struct cli_option options[] = {
	BOARD_OPTIONS(struct options, board),
	{ "device", 0, CLI_TEXT(struct options, device) },
	{ "json", 0, CLI_FLAG(struct options, json) },
	{ 0 },
};

/* ---- the table ---- */

static void stream_cell(struct report_table *t, u32 id, u32 last, u32 mask)
{
	char text[32] = "";

	if (mask)
		snprintf(text, sizeof(text), ", mask 0x%x", mask);
	if (last != id)
		report_table_cell(t, "0x%x to 0x%x%s", id, last, text);
	else
		report_table_cell(t, "0x%x%s", id, text);
}

static void row(struct report_table *t, const struct board *b, const struct board_master *m, u32 iommu,
		const char *from)
{
	report_table_cell(t, "%s%s", m->at.path, m->enabled ? "" : " (disabled)");
	report_table_cell(t, "%s", from);
	report_table_cell(t, "%s", iommu == BOARD_NONE ? "-" : b->iommu[iommu].at.path);
}

/* An entry of a map: what of it a function can have. */
static void map_row(struct report_table *t, const struct board *b, const struct board_master *m,
		    const struct board_map *e)
{
	char text[64] = "any RID";
	u32 first = e->rid, last = e->rid, mask = m->role == BOARD_ROLE_PCIE ? m->map_mask & 0xffff : m->map_mask;
	bool reached = e->single || board_map_range(m, e, &first, &last);

	if (!reached && !e->length)
		snprintf(text, sizeof(text), "RID 0x%x", e->rid);
	else if (!reached)
		snprintf(text, sizeof(text), "no RID");
	else if (first == last && mask && !e->single)
		snprintf(text, sizeof(text), "RID 0x%x", first);
	else if (first != last && !(~mask & ((1ull << (32 - __builtin_clz(first ^ last))) - 1)))
		snprintf(text, sizeof(text), "RID 0x%x to 0x%x", first, last);
	else if (first != last)
		snprintf(text, sizeof(text), "RID & 0x%x: 0x%x to 0x%x", mask, first, last);
	row(t, b, m, e->iommu, text);
	if (reached)
		stream_cell(t, e->id + (first - e->rid) * !e->single, e->id + (last - e->rid) * !e->single, e->mask);
	else
		report_table_cell(t, e->length ? "nothing (outside the mask)" : "nothing (length 0)");
}

/* A function behind a host: what the host's map makes of it. */
static void function_rows(struct report_table *t, const struct board *b, const struct board_master *m)
{
	const struct board_master *host = &b->master[m->parent];
	struct board_stream s;
	char text[64];

	if (board_map_rid(host, m->rid, &s) == BOARD_NONE) {
		snprintf(text, sizeof(text), "RID 0x%x", m->rid);
		row(t, b, m, BOARD_NONE, text);
		report_table_cell(t, "not translated");
		return;
	}
	if ((m->rid & host->map_mask) == m->rid)
		snprintf(text, sizeof(text), "RID 0x%x", m->rid);
	else
		snprintf(text, sizeof(text), "RID 0x%x as 0x%x", m->rid, m->rid & host->map_mask);
	row(t, b, m, s.iommu, text);
	stream_cell(t, s.id, s.id, s.mask);
}

static void master_rows(struct report_table *t, const struct board *b, const struct board_master *m)
{
	u32 i;

	for (i = 0; i < m->n_streams && !m->pci; i++) {
		row(t, b, m, m->stream[i].iommu, b->acpi ? "itself" : m->stream[i].at.property);
		stream_cell(t, m->stream[i].id, m->stream[i].id, m->stream[i].mask);
	}
	for (i = 0; i < m->n_maps; i++)
		map_row(t, b, m, &m->map[i]);
	if (m->pci) {
		function_rows(t, b, m);
	} else if (!m->n_streams && !m->n_maps) {
		row(t, b, m, BOARD_NONE, "itself");
		report_table_cell(t, "not translated");
	}
}

/* ---- what to show ---- */

static bool concerns(const struct board *b, u32 device, const struct finding *n)
{
	const struct board_master *m = &b->master[device];

	return !strcmp(n->at.path, m->at.path) || n->victim == device || n->staller == device ||
	       (m->parent != BOARD_NONE && !strcmp(n->at.path, b->master[m->parent].at.path));
}

static void print_findings(const struct board *b, const struct findings *f, u32 device)
{
	char place[1400];

	for_each_of(n, f->finding, f->n) {
		if (!n->rule->streams || (device != BOARD_NONE && !concerns(b, device, n)))
			continue;
		printf("\n%s: %s: %s\n  %s\n", finding_severity_names[n->severity], n->rule->id,
		       board_place(&n->at, b->file, place, sizeof(place)), n->text);
		if (*n->change)
			printf("  to change: %s\n", n->change);
	}
	if (f->omitted)
		printf("\n%u more findings are not listed\n", f->omitted);
}

static int print(const struct board *b, const struct findings *f, u32 device)
{
	struct report_table t = REPORT_TABLE("device", "from", "IOMMU", "StreamID");
	u32 i;

	for (i = 0; i < b->n_masters; i++)
		if (device == BOARD_NONE || device == i)
			master_rows(&t, b, &b->master[i]);
	if (report_table_print(&t, stdout))
		return cli_fail("streams: out of memory");
	print_findings(b, f, device);
	return CLI_OK;
}

static int print_json(const struct board *b, const struct findings *f, u32 device)
{
	json_t *root = board_json(b), *masters = json_object_get(root, "masters");
	u32 i;

	if (device != BOARD_NONE) {
		json_t *one = json_incref(json_array_get(masters, device));

		json_array_clear(masters);
		json_array_append_new(masters, one);
	}
	json_object_set_new(root, "findings", findings_json(f, true));
	for (i = f->n; device != BOARD_NONE && i-- > 0;) {
		u32 k, at = 0;

		if (!f->finding[i].rule->streams || concerns(b, device, &f->finding[i]))
			continue;
		for (k = 0; k < i; k++)
			at += f->finding[k].rule->streams;
		json_array_remove(json_object_get(root, "findings"), at);
	}
	return cli_write_json(root, "-");
}

/* A path, or a function, which is added if the board does not list it. */
static int find_device(struct board *b, const char *which, u32 *device)
{
	*device = which ? board_find_master(b, which) : BOARD_NONE;
	if (!which || *device != BOARD_NONE)
		return CLI_OK;
	*device = board_add_bdf(b, which);
	if (*device == BOARD_NONE)
		return cli_fail("streams: %s has no device '%s' with DMA", b->file, which);
	return CLI_OK;
}

static int streams(struct board *b, const char *which, bool json)
{
	struct findings f;
	u32 device;
	int status = find_device(b, which, &device);
	bool errors = false;

	if (status)
		return status;
	if (rules_check(&f, b))
		return cli_fail("streams: out of memory");
	status = json ? print_json(b, &f, device) : print(b, &f, device);
	for_each_of(each, f.finding, f.n)
		errors |= each->rule->streams && each->severity == FINDING_ERROR &&
			  (device == BOARD_NONE || concerns(b, device, each));
	findings_free(&f);
	return !status && errors ? CLI_NO : status;
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	struct board b;
	int status = cli_options(argc, argv, options, &o, NULL, NULL);

	if (!status)
		status = board_open(&b, &o.board, argc, argv);
	if (status)
		return status;
	status = streams(&b, o.device, o.json);
	board_free(&b);
	return cli_finish(status);
}

const struct cli_command cli_streams = {
	.name = "streams",
	.summary = "say which StreamIDs the devices of a board use, and what is wrong with them",
	.help = help,
	.run = run,
};
