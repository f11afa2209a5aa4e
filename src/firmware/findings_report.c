// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
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

/* An object that begins with its place. */
static json_t *at_json(const struct board_at *at)
{
	return report_json_object(J_TEXT("path", at->path), J_IF(at->property, J_TEXT("property", at->property)),
				  J_IF(at->line, J_MEMBER(at, line)), J_IF(at->file, J_TEXT("file", at->file)),
				  J_IF(at->offset != BOARD_NONE, J_HEX("offset", at->offset)));
}

/* Left out where nobody says it. */
static struct report_item known(const char *key, u32 value)
{
	return J_IF(value != BOARD_NONE, J_U64(key, value));
}

static json_t *iommu_json(const struct board_iommu *i)
{
	return report_json_put(at_json(&i->at), J_TEXT("compatible", i->compatible),
			       J_TEXT("model", board_model_names[i->model]), J_BOOL("enabled", i->enabled),
			       J_TEXT("stall", board_stall_names[i->stall]), known("iommu_cells", i->cells),
			       known("stream_id_bits", i->sid_bits), known("pasid_bits", i->ssid_bits),
			       known("stall_max", i->stall_max));
}

static json_t *stream_json(const struct board *b, const struct board_stream *s)
{
	return report_json_object(J_TEXT("iommu", b->iommu[s->iommu].at.path), J_HEX("stream_id", s->id),
				  J_HEX("mask", s->mask), J_IF(s->at.line, J_MEMBER(&s->at, line)),
				  J_IF(s->at.file, J_TEXT("file", s->at.file)));
}

static json_t *streams_json(const struct board *b, const struct board_master *m)
{
	json_t *list = J_LIST(i, m->n_streams, stream_json(b, &m->stream[i]));
	struct board_stream s;

	if (m->pci && m->parent != BOARD_NONE && board_map_rid(&b->master[m->parent], m->rid, &s) != BOARD_NONE &&
	    s.iommu != BOARD_NONE) {
		s.at = (struct board_at){ 0 }; /* not the function's own place */
		json_array_append_new(list, stream_json(b, &s));
	}
	return list;
}

static json_t *map_json(const struct board *b, const struct board_map *e)
{
	return report_json_object(J_IF(!e->single, J_HEX("rid", e->rid)), J_IF(!e->single, J_HEX("length", e->length)),
				  J_IF(e->iommu != BOARD_NONE, J_TEXT("iommu", b->iommu[e->iommu].at.path)),
				  J_HEX("stream_id", e->id), J_IF(e->mask, J_HEX("mask", e->mask)));
}

static json_t *master_json(const struct board *b, const struct board_master *m)
{
	bool function = m->pci && m->parent != BOARD_NONE;

	return report_json_put(
		at_json(&m->at), J_TEXT("compatible", m->compatible), J_TEXT("role", board_role_names[m->role]),
		J_BOOL("enabled", m->enabled), J_BOOL("can_stall", m->can_stall), J_BOOL("ats", m->ats),
		J_BOOL("pri", m->pri), J_BOOL("looks_like_pci", m->amba), J_BOOL("coherent", m->coherent),
		known("memory_flags", m->memory_flags), known("pasid_bits", m->pasid_bits),
		known("segment", m->segment), J_IF(function, J_TEXT("host", b->master[m->parent].at.path)),
		J_IF(function, J_HEX("rid", m->rid)), J_IF(m->tbu != BOARD_NONE, J_TEXT("tbu", b->tbu[m->tbu].name)),
		J_IF(m->input != BOARD_NONE, J_TEXT("input", b->input[m->input].name)),
		known("outstanding", m->outstanding), J_IF(m->deadline_ns, J_MEMBER(m, deadline_ns)),
		J_IF(m->regions, J_U64("reserved_regions", m->regions)), J_NODE("streams", streams_json(b, m)),
		J_IF(m->has_mask, J_HEX("iommu_map_mask", m->map_mask)),
		J_IF(m->has_map, J_NODE("iommu_map", J_LIST(i, m->n_maps, map_json(b, &m->map[i])))));
}

json_t *board_json(const struct board *b)
{
	return report_json_object(J_TEXT("file", b->file), J_TEXT("source", b->source), J_TEXT("board", b->model),
				  J_NODE("iommus", J_LIST(i, b->n_iommus, iommu_json(&b->iommu[i]))),
				  J_NODE("masters", J_LIST(i, b->n_masters, master_json(b, &b->master[i]))));
}

static json_t *finding_json(const struct finding *n)
{
	json_t *o = report_json_object(J_TEXT("rule", n->rule->id),
				       J_TEXT("severity", finding_severity_names[n->severity]));
	json_t *at = at_json(&n->at);

	json_object_update(o, at);
	json_decref(at);
	return report_json_put(o, J_TEXT("text", n->text), J_TEXT("change", n->change),
			       J_TEXT("section", n->rule->section), J_BOOL("assumed", n->assumed),
			       J_IF(n->waiver, J_TEXT("waived", n->waiver)),
			       J_IF(n->expires, J_TEXT(n->expired ? "waiver_expired" : "waived_until", n->expires)));
}

json_t *findings_json(const struct findings *f, bool streams)
{
	json_t *list = json_array();

	for_each_of(each, f->finding, f->n)
		if (!streams || each->rule->streams)
			json_array_append_new(list, finding_json(each));
	return list;
}

/* ---- SARIF 2.1.0 ---- */

static json_t *message(const char *text, const char *more)
{
	char all[1400];

	snprintf(all, sizeof(all), "%s%s%s", text, *more ? "; to change: " : "", more);
	return report_json_object(J_TEXT("text", all));
}

/* A relative reference or a file: URI, with what a URI does not have escaped (3.4.4). */
static json_t *uri(const char *path)
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
	return report_json_object(J_TEXT("uri", text));
}

static json_t *sarif_location(const struct finding *n, const struct board *b)
{
	const struct board_at *at = &n->at;
	json_t *region = NULL;
	char name[1200];

	if (at->line || at->offset != BOARD_NONE)
		region = report_json_object(
			J_U64(at->line ? "startLine" : "byteOffset", at->line ? at->line : at->offset));
	snprintf(name, sizeof(name), "%s%s%s", at->path, at->property ? ":" : "", at->property ? at->property : "");
	return report_json_object(
		J_NODE("physicalLocation",
		       report_json_object(J_NODE("artifactLocation", uri(at->file ? at->file : b->file)),
					  J_IF(region, J_NODE("region", region)))),
		J_NODE("logicalLocations", json_pack("[o]", report_json_object(J_TEXT("fullyQualifiedName", name)))));
}

static json_t *suppression(const struct finding *n)
{
	return report_json_object(J_TEXT("kind", "external"), J_TEXT("justification", n->waiver));
}

static json_t *sarif_result(const struct finding *n, const struct board *b)
{
	return report_json_object(J_TEXT("ruleId", n->rule->id), J_U64("ruleIndex", (u64)(n->rule - rules)),
				  J_TEXT("level", finding_severity_names[n->severity]),
				  J_NODE("message", message(n->text, n->change)),
				  J_NODE("locations", json_pack("[o]", sarif_location(n, b))),
				  J_IF(n->waiver, J_NODE("suppressions", json_pack("[o]", suppression(n)))));
}

static json_t *sarif_rule(const struct rule *r)
{
	json_t *level = report_json_object(J_TEXT("level", finding_severity_names[r->severity]));

	return report_json_object(J_TEXT("id", r->id), J_NODE("shortDescription", message(r->title, "")),
				  J_NODE("help", message(r->section, "")), J_NODE("defaultConfiguration", level));
}

json_t *findings_sarif(const struct findings *f, const struct board *b, const char *version)
{
	json_t *driver = report_json_object(J_TEXT("name", "faultline"), J_TEXT("version", version),
					    J_NODE("rules", J_LIST(i, n_rules, sarif_rule(&rules[i]))));
	json_t *run = report_json_object(J_NODE("tool", report_json_object(J_NODE("driver", driver))),
					 J_NODE("results", J_LIST(i, f->n, sarif_result(&f->finding[i], b))));

	return report_json_object(J_TEXT("$schema", "https://json.schemastore.org/sarif-2.1.0.json"),
				  J_TEXT("version", "2.1.0"), J_NODE("runs", json_pack("[o]", run)));
}

/* ---- JUnit ---- */

/* Errors that no waiver covers fail a rule's case. */
static bool fails(const struct finding *n)
{
	return n->severity == FINDING_ERROR && !n->waiver;
}

static bool has(const struct findings *f, const struct rule *rule, bool failing)
{
	return ANY(i, f->n, f->finding[i].rule == rule && fails(&f->finding[i]) == failing);
}

static void junit_lines(FILE *out, const struct findings *f, const struct board *b, const struct rule *rule,
			bool failing)
{
	char place[1400], line[6000];

	for_each_of(n, f->finding, f->n) {
		if (n->rule != rule || fails(n) != failing)
			continue;
		snprintf(line, sizeof(line), "%s: %s: %s%s%s%s\n", finding_severity_names[n->severity],
			 board_place(&n->at, b->file, place, sizeof(place)), n->text, n->waiver ? " [waived: " : "",
			 n->waiver ? n->waiver : "", n->waiver ? "]" : "");
		report_xml(out, line);
	}
}

/* What does not fail it is its output. */
static void junit_case(FILE *out, const struct findings *f, const struct board *b, const struct rule *rule)
{
	bool errors = has(f, rule, true), others = has(f, rule, false);

	fprintf(out, "  <testcase classname=\"check-stall\" name=\"%s\"%s>\n", rule->id, errors || others ? "" : "/");
	if (errors) {
		fprintf(out, "    <failure message=\"");
		report_xml(out, rule->title);
		fprintf(out, "\">");
		junit_lines(out, f, b, rule, true);
		fprintf(out, "</failure>\n");
	}
	if (others) {
		fprintf(out, "    <system-out>");
		junit_lines(out, f, b, rule, false);
		fprintf(out, "</system-out>\n");
	}
	if (errors || others)
		fprintf(out, "  </testcase>\n");
}

void findings_junit(const struct findings *f, const struct board *b, FILE *out)
{
	u32 i, failures = 0;

	for (i = 0; i < n_rules; i++)
		failures += has(f, &rules[i], true);
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"faultline check-stall\" tests=\"%u\" failures=\"%u\">\n",
		n_rules, failures);
	for (i = 0; i < n_rules; i++)
		junit_case(out, f, b, &rules[i]);
	fprintf(out, "</testsuite>\n");
}
