/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What rules find on a board. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "board.h"

#ifdef __cplusplus
extern "C" {
#endif

enum finding_severity {
	FINDING_ERROR,	 /* unsafe, or firmware that cannot work as it is */
	FINDING_WARNING, /* works otherwise than it reads */
	FINDING_NOTE,	 /* worth knowing; may be on purpose */
	FINDING_SEVERITIES
};

extern const char *const finding_severity_names[FINDING_SEVERITIES];

struct findings;

/**
 * struct rule - one rule
 * @id: its name, stable
 * @severity: of its findings, unless one says otherwise
 * @title: what it is about
 * @section: binding or specification that it follows from
 * @check: adds its findings; NULL: those of a reader's defects
 * @defect: enum board_defect_kind whose defects it reports, if @check is NULL; BOARD_DEFECTS: simulation's
 * @streams: `faultline streams` shows it, too
 */
struct rule {
	const char *id;
	enum finding_severity severity;
	const char *title, *section;
	void (*check)(struct findings *f, const struct rule *rule, const struct board *b);
	enum board_defect_kind defect;
	bool streams;
};

extern const struct rule rules[];
extern const u32 n_rules;

/**
 * struct finding - one finding
 * @rule: whose
 * @severity: of this one
 * @at: where
 * @text: what is wrong
 * @change: what to change; may be ""
 * @assumed: it rests on something that the board does not say
 * @staller: master whose stalls are the cause; BOARD_NONE
 * @victim: master that suffers; BOARD_NONE
 * @waiver: reason of the waiver that applies; NULL: none does
 * @expires: end of that waiver, YYYY-MM-DD
 * @expired: there was a waiver, which has ended on @expires
 */
struct finding {
	const struct rule *rule;
	enum finding_severity severity;
	struct board_at at;
	const char *text, *change;
	bool assumed;
	u32 staller, victim;
	const char *waiver, *expires;
	bool expired;
};

/**
 * struct findings - what was found on a board
 * @finding: in the order of the rules
 * @n: number of @finding
 * @room: private
 * @omitted: findings that were too many to keep
 * @dropped: private: those of the rule that runs
 * @assumption: what had to be assumed, for people
 * @n_assumptions: number of @assumption
 * @waits: what waits for what in a deadlock that simulation met, for graphviz; NULL: there is none
 * @keep: private: texts
 */
struct findings {
	struct finding *finding;
	u32 n, room, omitted, dropped;
	const char **assumption;
	u32 n_assumptions;
	const char *waits;
	struct board keep;
};

/**
 * rules_check() - check a board
 * @f: filled in; findings_free() ends it
 * @b: the board, which must live as long
 *
 * Return: 0 or -ENOMEM.
 */
int rules_check(struct findings *f, const struct board *b);

/**
 * board_may_stall() - whether a device's faults may stall: firmware says so, or its IOMMU forces it, and the IOMMU can
 * @b: the board
 * @m: one of its masters
 *
 * Return: True if they may; also for a PCI host that firmware lets stall, which is an error by itself.
 */
bool board_may_stall(const struct board *b, const struct board_master *m);

/**
 * findings_free() - free what was found
 * @f: the findings; may be zero
 */
void findings_free(struct findings *f);

/**
 * findings_count() - findings of a severity that no waiver covers
 * @f: the findings
 * @severity: the severity
 *
 * Return: Their number.
 */
u32 findings_count(const struct findings *f, enum finding_severity severity);

/**
 * findings_summary() - "1 error, 2 warnings, 0 notes, 0 waived: unsafe"
 * @f: the findings
 * @text: receives it
 *
 * Return: @text.
 */
const char *findings_summary(const struct findings *f, char text[128]);

/**
 * waiver_date() - whether a text is a day that exists, YYYY-MM-DD
 * @d: the text
 *
 * Return: True if it is.
 */
bool waiver_date(const char *d);

/**
 * findings_waive() - apply the waivers of a file
 * @f: the findings
 * @file: YAML: waivers: a list of rule, path, reason, expires
 * @today: YYYY-MM-DD; a waiver counts up to and including its day
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int findings_waive(struct findings *f, const char *file, const char *today, struct board_error *err);

#ifdef __cplusplus
}
#endif

#endif /* FINDINGS_H */
