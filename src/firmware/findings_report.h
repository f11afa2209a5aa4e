/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Boards and findings for programs: JSON, SARIF 2.1.0, JUnit; for people: HTML, a text of evidence. */
#ifndef FINDINGS_REPORT_H
#define FINDINGS_REPORT_H

#include "findings.h"
#include "report_json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * board_json() - IOMMUs and masters with their streams
 * @b: the board
 *
 * Return: A new object.
 */
json_t *board_json(const struct board *b);

/**
 * findings_json() - findings with rule, severity and place
 * @f: the findings
 * @streams: those alone that `faultline streams` shows
 *
 * Return: A new array.
 */
json_t *findings_json(const struct findings *f, bool streams);

/**
 * findings_sarif() - a log in the Static Analysis Results Interchange Format
 * @f: the findings
 * @b: the board
 * @version: of the tool
 *
 * Return: A new object.
 */
json_t *findings_sarif(const struct findings *f, const struct board *b, const char *version);

/**
 * findings_junit() - a test case a rule; a rule with an error fails
 * @f: the findings
 * @b: the board
 * @out: where to
 */
void findings_junit(const struct findings *f, const struct board *b, FILE *out);

/**
 * findings_html() - a page with the topology drawn (by graphviz, where it is installed) and the findings
 * @f: the findings
 * @b: the board
 * @evidence: the text that findings_evidence() writes
 * @out: where to
 */
void findings_html(const struct findings *f, const struct board *b, const char *evidence, FILE *out);

/**
 * struct evidence - what the text of evidence rests on
 * @version: of the tool
 * @today: YYYY-MM-DD
 * @input: files that were read
 * @n_inputs: number of @input
 * @changes: options that changed the board before it was checked; may be ""
 */
struct evidence {
	const char *version, *today;
	const char *const *input;
	u32 n_inputs;
	const char *changes;
};

/**
 * findings_evidence() - a block of text for a test report: tool, checksums of the inputs, assumptions, verdict
 * @f: the findings
 * @b: the board
 * @e: what they rest on
 * @out: where to
 */
void findings_evidence(const struct findings *f, const struct board *b, const struct evidence *e, FILE *out);

/**
 * board_place() - where something is, for people: "PATH", "PATH: PROPERTY", with the line or offset where it is known
 * @at: the place
 * @file: of the board, as messages name it
 * @text: receives the text
 * @size: room in @text, bytes
 *
 * Return: @text.
 */
const char *board_place(const struct board_at *at, const char *file, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* FINDINGS_REPORT_H */
