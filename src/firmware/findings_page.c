// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* For people: a block of evidence, and a page with the topology. */
#include "board_priv.h"
#include "child_priv.h"
#include "find.h"
#include "findings_report.h"
#include "report_xml.h"

#include <sha2.h>

static void print_input(FILE *out, const char *file)
{
	struct board_error err;
	char hex[SHA256_DIGEST_STRING_LENGTH];
	size_t size;
	u8 *data;

	if (board_load(file, &data, &size, &err)) {
		fprintf(out, "  %s (%s)\n", file,
			strlen(err.text) > strlen(file) + 2 ? err.text + strlen(file) + 2 : "not read");
		return;
	}
	SHA256Data(data, size, hex);
	fprintf(out, "  %s\n    SHA-256 %s\n", file, hex);
	free(data);
}

static void print_finding(FILE *out, const struct finding *n, const struct board *b)
{
	char place[1400];

	fprintf(out, "  %s %s at %s: %s\n", finding_severity_names[n->severity], n->rule->id,
		board_place(&n->at, b->file, place, sizeof(place)), n->text);
	if (n->waiver)
		fprintf(out, "    waived until %s: %s\n", n->expires, n->waiver);
	else if (n->expired)
		fprintf(out, "    its waiver ended on %s\n", n->expires);
}

void findings_evidence(const struct findings *f, const struct board *b, const struct evidence *e, FILE *out)
{
	char summary[128];
	u32 i, stalls = 0;

	fprintf(out, "Evidence for SMMU_02 (stall model): rules of faultline %s, %s\nInputs:\n", e->version, e->today);
	for (i = 0; i < e->n_inputs; i++)
		print_input(out, e->input[i]);
	for (i = 0; i < b->n_included; i++)
		print_input(out, b->included[i]);
	if (*e->changes)
		fprintf(out, "Changed before the check:%s\n", e->changes);
	fprintf(out, "Devices that may stall:\n");
	for (i = 0; i < b->n_masters; i++)
		if (board_may_stall(b, &b->master[i]) && ++stalls)
			fprintf(out, "  %s\n", b->master[i].at.path);
	if (!stalls)
		fprintf(out, "  none\n");
	fprintf(out, "Assumed by the rules:\n");
	for (i = 0; i < f->n_assumptions; i++)
		fprintf(out, "  %s\n", f->assumption[i]);
	if (!f->n_assumptions)
		fprintf(out, "  nothing\n");
	fprintf(out, "Found:\n");
	for (i = 0; i < f->n; i++)
		if (f->finding[i].severity != FINDING_NOTE)
			print_finding(out, &f->finding[i], b);
	fprintf(out, "Verdict: %s; %u rules\n", findings_summary(f, summary), n_rules);
}

/* ---- HTML ---- */

/* Within a quoted string of dot. */
static void dot_text(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(*text == '"' || *text == '\\' || (unsigned char)*text < ' ' ? '_' : *text, out);
}

static const char *color_of(const struct findings *f, u32 master, const struct board_master *m)
{
	for_each_of(each, f->finding, f->n)
		if (each->severity == FINDING_ERROR && !each->waiver &&
		    (each->victim == master || each->staller == master))
			return "#f4b6b6";
	return m->can_stall ? "#fbe3b0" : "#ffffff";
}

/* To its TBU, or to its IOMMU where no TBU is known; dashed to the input buffer that it shares on its way there. */
static void dot_edge(FILE *out, const struct board *b, u32 master, u32 iommu)
{
	const struct board_master *m = &b->master[master];

	fprintf(out, "m%u -> %s%u;\n", master, m->tbu != BOARD_NONE ? "t" : "i", m->tbu != BOARD_NONE ? m->tbu : iommu);
	if (m->input < b->n_inputs)
		fprintf(out, "m%u -> p%u [style=dashed, dir=none];\n", master, m->input);
}

static void write_dot(FILE *out, const struct findings *f, const struct board *b)
{
	u32 i, k;

	fprintf(out, "digraph board {\nrankdir=LR; node [shape=box, style=filled, fillcolor=white, "
		     "fontname=\"sans-serif\", fontsize=10];\n");
	for (i = 0; i < b->n_iommus; i++) {
		fprintf(out, "i%u [label=\"", i);
		dot_text(out, b->iommu[i].at.path);
		fprintf(out, "\\n%s\", fillcolor=\"#dde8f6\"];\n", board_model_names[b->iommu[i].model]);
	}
	for (i = 0; i < b->n_tbus; i++) {
		fprintf(out, "t%u [label=\"TBU ", i);
		dot_text(out, b->tbu[i].name);
		fprintf(out, "\", shape=ellipse]; t%u -> i%u;\n", i, b->tbu[i].iommu);
	}
	for (i = 0; i < b->n_inputs; i++) {
		fprintf(out, "p%u [label=\"input buffer ", i);
		dot_text(out, b->input[i].name);
		fprintf(out, "\", shape=ellipse, style=dashed];\n");
	}
	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];

		if (!m->enabled || (!m->n_streams && !m->n_maps))
			continue;
		fprintf(out, "m%u [label=\"", i);
		dot_text(out, m->at.path);
		fprintf(out, "\\n%s%s\", fillcolor=\"%s\"];\n", board_role_names[m->role],
			m->can_stall ? ", may stall" : "", color_of(f, i, m));
		for (k = 0; k < b->n_iommus; k++) {
			u32 s;

			for (s = 0; s < m->n_streams && m->stream[s].iommu != k; s++)
				;
			if (s < m->n_streams) {
				dot_edge(out, b, i, k);
				continue;
			}
			for (s = 0; s < m->n_maps && m->map[s].iommu != k; s++)
				;
			if (s < m->n_maps)
				dot_edge(out, b, i, k);
		}
	}
	fprintf(out, "}\n");
}

/* @source: for graphviz; @what it draws */
static void write_drawing(FILE *out, const char *source, const char *what)
{
	static const char *const argv[] = { "dot", "-Tsvg", NULL };
	const char *begin;
	size_t n;
	u8 *svg;

	if (!child_filter(argv, source, strlen(source), &svg, &n)) {
		begin = strstr((const char *)svg, "<svg");
		fputs(begin ? begin : "", out);
		free(svg);
	} else {
		fprintf(out, "<p>%s is not drawn: graphviz is not installed. Its source:</p><pre>", what);
		report_xml(out, source);
		fprintf(out, "</pre>");
	}
}

static void write_topology(FILE *out, const struct findings *f, const struct board *b)
{
	char *source = NULL;
	size_t size;
	FILE *text = open_memstream(&source, &size);

	if (!text)
		return;
	write_dot(text, f, b);
	if (!fclose(text))
		write_drawing(out, source, "The topology");
	free(source);
}

static void write_row(FILE *out, const struct finding *n, const struct board *b)
{
	char place[1400];

	fprintf(out, "<tr class=\"%s\"><td>%s%s</td><td>%s</td><td>", finding_severity_names[n->severity],
		finding_severity_names[n->severity], n->waiver ? " (waived)" : "", n->rule->id);
	report_xml(out, board_place(&n->at, b->file, place, sizeof(place)));
	fprintf(out, "</td><td>");
	report_xml(out, n->text);
	if (n->waiver) {
		fprintf(out, "<br>Waived until %s: ", n->expires);
		report_xml(out, n->waiver);
	}
	fprintf(out, "</td><td>");
	report_xml(out, n->change);
	fprintf(out, "</td><td>");
	report_xml(out, n->rule->section);
	fprintf(out, "</td></tr>\n");
}

void findings_html(const struct findings *f, const struct board *b, const char *evidence, FILE *out)
{
	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>check-stall: ");
	report_xml(out, b->file);
	fprintf(out, "</title><style>body{font:14px sans-serif;margin:2em}td,th{border:1px solid #bbb;padding:4px;"
		     "text-align:left;vertical-align:top}table{border-collapse:collapse}.error{background:#f9dada}"
		     ".warning{background:#fdf2d6}svg{max-width:100%%;height:auto}</style></head><body>\n<h1>");
	report_xml(out, *b->model ? b->model : b->file);
	fprintf(out, "</h1>\n<h2>Topology</h2>\n");
	write_topology(out, f, b);
	fprintf(out, "<h2>Findings</h2>\n<table><tr><th>severity</th><th>rule</th><th>where</th><th>what</th>"
		     "<th>to change</th><th>follows from</th></tr>\n");
	for_each_of(each, f->finding, f->n)
		write_row(out, each, b);
	fprintf(out, "</table>\n");
	if (f->waits) {
		fprintf(out, "<h2>The deadlock</h2>\n");
		write_drawing(out, f->waits, "What waits for what");
	}
	fprintf(out, "<h2>Evidence</h2>\n<pre>");
	report_xml(out, evidence);
	fprintf(out, "</pre>\n</body></html>\n");
}
