// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "findings_report.h"
#include "report_xml.h"
#include <ctype.h>

const char *board_place(const struct board_at *at, const char *file, char *text, size_t size)
{
	int n = snprintf(text, size, "%s%s%s", at->path, at->property ? ": " : "", at->property ? at->property : "");

	if (n < 0 || (size_t)n >= size)
		return text;
	if (at->line)
		snprintf(text + n, size - (size_t)n, " (%s:%u)", at->file ? at->file : file, at->line);
	else if (at->file)
		snprintf(text + n, size - (size_t)n, " (%s)", at->file);
	else if (at->offset != BOARD_NONE)
		snprintf(text + n, size - (size_t)n, " (offset 0x%x)", at->offset);
	return text;
}

/* ---- JSON ---- */

static void at_json(json_t *o, const struct board_at *at)
{
	report_json_text(o, "path", at->path);
	if (at->property)
		report_json_text(o, "property", at->property);
	if (at->line)
		report_json_u64(o, "line", at->line);
	if (at->file)
		report_json_text(o, "file", at->file);
	if (at->offset != BOARD_NONE)
		report_json_hex(o, "offset", at->offset);
}

static void known(json_t *o, const char *key, u32 value)
{
	if (value != BOARD_NONE)
		report_json_u64(o, key, value);
}

static json_t *iommu_json(const struct board_iommu *i)
{
	json_t *o = json_object();

	at_json(o, &i->at);
	report_json_text(o, "compatible", i->compatible);
	report_json_text(o, "model", board_model_names[i->model]);
	json_object_set_new(o, "enabled", json_boolean(i->enabled));
	report_json_text(o, "stall", board_stall_names[i->stall]);
	known(o, "iommu_cells", i->cells);
	known(o, "stream_id_bits", i->sid_bits);
	known(o, "pasid_bits", i->ssid_bits);
	known(o, "stall_max", i->stall_max);
	return o;
}

static json_t *streams_json(const struct board *b, const struct board_master *m)
{
	json_t *list = json_array();
	struct board_stream s;
	u32 i;

	for (i = 0; i < m->n_streams; i++) {
		json_t *o = json_object();

		report_json_text(o, "iommu", b->iommu[m->stream[i].iommu].at.path);
		report_json_hex(o, "stream_id", m->stream[i].id);
		report_json_hex(o, "mask", m->stream[i].mask);
		if (m->stream[i].at.line)
			report_json_u64(o, "line", m->stream[i].at.line);
		if (m->stream[i].at.file)
			report_json_text(o, "file", m->stream[i].at.file);
		json_array_append_new(list, o);
	}
	if (m->pci && m->parent != BOARD_NONE && board_map_rid(&b->master[m->parent], m->rid, &s) != BOARD_NONE &&
	    s.iommu != BOARD_NONE) {
		json_t *o = json_object();

		report_json_text(o, "iommu", b->iommu[s.iommu].at.path);
		report_json_hex(o, "stream_id", s.id);
		report_json_hex(o, "mask", s.mask);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *maps_json(const struct board *b, const struct board_master *m)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < m->n_maps; i++) {
		const struct board_map *e = &m->map[i];
		json_t *o = json_object();

		if (!e->single) {
			report_json_hex(o, "rid", e->rid);
			report_json_hex(o, "length", e->length);
		}
		if (e->iommu != BOARD_NONE)
			report_json_text(o, "iommu", b->iommu[e->iommu].at.path);
		report_json_hex(o, "stream_id", e->id);
		if (e->mask)
			report_json_hex(o, "mask", e->mask);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *master_json(const struct board *b, const struct board_master *m)
{
	json_t *o = json_object();

	at_json(o, &m->at);
	report_json_text(o, "compatible", m->compatible);
	report_json_text(o, "role", board_role_names[m->role]);
	json_object_set_new(o, "enabled", json_boolean(m->enabled));
	json_object_set_new(o, "can_stall", json_boolean(m->can_stall));
	json_object_set_new(o, "ats", json_boolean(m->ats));
	json_object_set_new(o, "pri", json_boolean(m->pri));
	json_object_set_new(o, "looks_like_pci", json_boolean(m->amba));
	json_object_set_new(o, "coherent", json_boolean(m->coherent));
	known(o, "memory_flags", m->memory_flags);
	known(o, "pasid_bits", m->pasid_bits);
	known(o, "segment", m->segment);
	if (m->pci && m->parent != BOARD_NONE) {
		report_json_text(o, "host", b->master[m->parent].at.path);
		report_json_hex(o, "rid", m->rid);
	}
	if (m->tbu != BOARD_NONE)
		report_json_text(o, "tbu", b->tbu[m->tbu].name);
	if (m->input != BOARD_NONE)
		report_json_text(o, "input", b->input[m->input].name);
	known(o, "outstanding", m->outstanding);
	if (m->deadline_ns)
		report_json_u64(o, "deadline_ns", m->deadline_ns);
	if (m->regions)
		report_json_u64(o, "reserved_regions", m->regions);
	json_object_set_new(o, "streams", streams_json(b, m));
	if (m->has_mask)
		report_json_hex(o, "iommu_map_mask", m->map_mask);
	if (m->has_map)
		json_object_set_new(o, "iommu_map", maps_json(b, m));
	return o;
}

json_t *board_json(const struct board *b)
{
	json_t *root = json_object(), *iommus = json_array(), *masters = json_array();
	u32 i;

	report_json_text(root, "file", b->file);
	report_json_text(root, "source", b->source);
	report_json_text(root, "board", b->model);
	for (i = 0; i < b->n_iommus; i++)
		json_array_append_new(iommus, iommu_json(&b->iommu[i]));
	for (i = 0; i < b->n_masters; i++)
		json_array_append_new(masters, master_json(b, &b->master[i]));
	json_object_set_new(root, "iommus", iommus);
	json_object_set_new(root, "masters", masters);
	return root;
}

json_t *findings_json(const struct findings *f, bool streams)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < f->n; i++) {
		const struct finding *n = &f->finding[i];
		json_t *o = json_object();

		if (streams && !n->rule->streams) {
			json_decref(o);
			continue;
		}
		report_json_text(o, "rule", n->rule->id);
		report_json_text(o, "severity", finding_severity_names[n->severity]);
		at_json(o, &n->at);
		report_json_text(o, "text", n->text);
		report_json_text(o, "change", n->change);
		report_json_text(o, "section", n->rule->section);
		json_object_set_new(o, "assumed", json_boolean(n->assumed));
		if (n->waiver)
			report_json_text(o, "waived", n->waiver);
		if (n->expires)
			report_json_text(o, n->expired ? "waiver_expired" : "waived_until", n->expires);
		json_array_append_new(list, o);
	}
	return list;
}

/* ---- SARIF 2.1.0 ---- */

static json_t *message(const char *text, const char *more)
{
	json_t *o = json_object();
	char all[1400];

	snprintf(all, sizeof(all), "%s%s%s", text, *more ? "; to change: " : "", more);
	report_json_text(o, "text", all);
	return o;
}

/* A relative reference or a file: URI, with what a URI does not have escaped (3.4.4). */
static void uri(json_t *o, const char *path)
{
	char text[4096 * 3 + 16];
	size_t n = 0;

	if (*path == '/')
		n = (size_t)snprintf(text, sizeof(text), "file://");
	for (; *path && n + 4 < sizeof(text); path++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      isalnum((unsigned char)*path) || strchr("/._-~", *path) ? "%c" : "%%%02X",
				      (unsigned char)*path);
	text[n] = 0;
	report_json_text(o, "uri", text);
}

static json_t *sarif_location(const struct finding *n, const struct board *b)
{
	json_t *o = json_object(), *physical = json_object(), *file = json_object(), *logical = json_object(),
	       *list = json_array();
	char name[1200];

	uri(file, n->at.file ? n->at.file : b->file);
	json_object_set_new(physical, "artifactLocation", file);
	if (n->at.line || n->at.offset != BOARD_NONE) {
		json_t *region = json_object();

		report_json_u64(region, n->at.line ? "startLine" : "byteOffset",
				n->at.line ? n->at.line : n->at.offset);
		json_object_set_new(physical, "region", region);
	}
	json_object_set_new(o, "physicalLocation", physical);
	snprintf(name, sizeof(name), "%s%s%s", n->at.path, n->at.property ? ":" : "",
		 n->at.property ? n->at.property : "");
	report_json_text(logical, "fullyQualifiedName", name);
	json_array_append_new(list, logical);
	json_object_set_new(o, "logicalLocations", list);
	return o;
}

static json_t *in_array(json_t *one)
{
	json_t *list = json_array();

	json_array_append_new(list, one);
	return list;
}

static json_t *sarif_result(const struct finding *n, const struct board *b)
{
	json_t *o = json_object();

	report_json_text(o, "ruleId", n->rule->id);
	report_json_u64(o, "ruleIndex", (u64)(n->rule - rules));
	report_json_text(o, "level", finding_severity_names[n->severity]);
	json_object_set_new(o, "message", message(n->text, n->change));
	json_object_set_new(o, "locations", in_array(sarif_location(n, b)));
	if (n->waiver) {
		json_t *s = json_object();

		report_json_text(s, "kind", "external");
		report_json_text(s, "justification", n->waiver);
		json_object_set_new(o, "suppressions", in_array(s));
	}
	return o;
}

json_t *findings_sarif(const struct findings *f, const struct board *b, const char *version)
{
	json_t *root = json_object(), *run = json_object(), *tool = json_object(), *driver = json_object(),
	       *list = json_array(), *results = json_array();
	u32 i;

	for (i = 0; i < n_rules; i++) {
		json_t *o = json_object(), *level = json_object();

		report_json_text(o, "id", rules[i].id);
		json_object_set_new(o, "shortDescription", message(rules[i].title, ""));
		json_object_set_new(o, "help", message(rules[i].section, ""));
		report_json_text(level, "level", finding_severity_names[rules[i].severity]);
		json_object_set_new(o, "defaultConfiguration", level);
		json_array_append_new(list, o);
	}
	for (i = 0; i < f->n; i++)
		json_array_append_new(results, sarif_result(&f->finding[i], b));
	report_json_text(root, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	report_json_text(root, "version", "2.1.0");
	report_json_text(driver, "name", "faultline");
	report_json_text(driver, "version", version);
	json_object_set_new(driver, "rules", list);
	json_object_set_new(tool, "driver", driver);
	json_object_set_new(run, "tool", tool);
	json_object_set_new(run, "results", results);
	json_object_set_new(root, "runs", in_array(run));
	return root;
}

/* ---- JUnit ---- */

static void junit_line(FILE *out, const struct finding *n, const struct board *b)
{
	char place[1400];

	report_xml(out, finding_severity_names[n->severity]);
	fputs(": ", out);
	report_xml(out, board_place(&n->at, b->file, place, sizeof(place)));
	fputs(": ", out);
	report_xml(out, n->text);
	if (n->waiver) {
		fputs(" [waived: ", out);
		report_xml(out, n->waiver);
		fputc(']', out);
	}
	fputc('\n', out);
}

/* Errors that no waiver covers fail the case; the rest is its output. */
static void junit_case(FILE *out, const struct findings *f, const struct board *b, const struct rule *rule)
{
	u32 i, errors = 0, others = 0;

	for (i = 0; i < f->n; i++) {
		const struct finding *n = &f->finding[i];

		if (n->rule == rule)
			*(n->severity == FINDING_ERROR && !n->waiver ? &errors : &others) += 1;
	}
	fprintf(out, "  <testcase classname=\"check-stall\" name=\"%s\"%s>\n", rule->id, errors || others ? "" : "/");
	if (!errors && !others)
		return;
	if (errors) {
		fprintf(out, "    <failure message=\"");
		report_xml(out, rule->title);
		fprintf(out, "\">");
		for (i = 0; i < f->n; i++)
			if (f->finding[i].rule == rule && f->finding[i].severity == FINDING_ERROR &&
			    !f->finding[i].waiver)
				junit_line(out, &f->finding[i], b);
		fprintf(out, "</failure>\n");
	}
	if (others) {
		fprintf(out, "    <system-out>");
		for (i = 0; i < f->n; i++)
			if (f->finding[i].rule == rule &&
			    (f->finding[i].severity != FINDING_ERROR || f->finding[i].waiver))
				junit_line(out, &f->finding[i], b);
		fprintf(out, "</system-out>\n");
	}
	fprintf(out, "  </testcase>\n");
}

void findings_junit(const struct findings *f, const struct board *b, FILE *out)
{
	u32 i, k, failures = 0;

	for (i = 0; i < n_rules; i++) {
		for (k = 0; k < f->n; k++)
			if (f->finding[k].rule == &rules[i] && f->finding[k].severity == FINDING_ERROR &&
			    !f->finding[k].waiver)
				break;
		failures += k < f->n;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"faultline check-stall\" tests=\"%u\" failures=\"%u\">\n",
		n_rules, failures);
	for (i = 0; i < n_rules; i++)
		junit_case(out, f, b, &rules[i]);
	fprintf(out, "</testsuite>\n");
}
