/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Do the engines make the faults that a recording has? For each recorded fault
 * an IOMMU of its own is brought into the state that the record implies, the
 * access is issued, and the engine's record, read from its queue or registers,
 * is compared with the recorded one, field by field.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "dmat.h"
#include "iommu_kind.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VERIFY_WORDS	  4
#define VERIFY_MAX_FIELDS 48
#define VERIFY_TEXT	  160

/**
 * enum verify_verdict - what became of a recorded fault
 * @VERIFY_REPRODUCED: the engine's record is equal in all that was recorded and that hardware does not leave open
 * @VERIFY_DIFFERENT: a field differs, or the engine made no record
 * @VERIFY_UNDECIDABLE: the state that the record implies is not known, or cannot be set up
 * @VERIFY_VERDICTS: number of the verdicts
 */
enum verify_verdict { VERIFY_REPRODUCED, VERIFY_DIFFERENT, VERIFY_UNDECIDABLE, VERIFY_VERDICTS };

/**
 * enum verify_match - what became of a field
 * @VERIFY_EQUAL: both records have it, with the same value
 * @VERIFY_DIFFERS: they differ
 * @VERIFY_OPEN: hardware may say what it likes, or its value depends on how the system was put together
 * @VERIFY_UNKNOWN: it was not recorded
 * @VERIFY_MATCHES: number of them
 */
enum verify_match { VERIFY_EQUAL, VERIFY_DIFFERS, VERIFY_OPEN, VERIFY_UNKNOWN, VERIFY_MATCHES };

/**
 * struct verify_field - a field of both records
 * @name: the specification's
 * @recorded: its value in the recording; 0 if it was not recorded
 * @model: its value in the engine's record
 * @match: enum verify_match
 */
struct verify_field {
	const char *name;
	u64 recorded, model;
	u8 match;
};

/**
 * struct verify_result - a recorded fault and what was found
 * @record: number of its record in the trace
 * @rec: the record
 * @verdict: enum verify_verdict
 * @reason: why it is undecidable, or different without a field that differs; else ""
 * @state: the state that was set up, in words
 * @format: how both records are laid out, or NULL
 * @kind: the recorded kind of fault, or NULL
 * @recorded: the recorded words
 * @known: the bits of @recorded that the recording has
 * @model: the engine's record
 * @answered: the engine made a record
 * @field: the fields, of the recorded kind
 * @n_fields: number of @field
 */
struct verify_result {
	u64 record;
	struct dmat_record rec;
	enum verify_verdict verdict;
	char reason[VERIFY_TEXT];
	char state[320];
	const struct spec_record *format;
	const struct spec_kind *kind;
	u64 recorded[VERIFY_WORDS], known[VERIFY_WORDS], model[VERIFY_WORDS];
	bool answered;
	struct verify_field field[VERIFY_MAX_FIELDS];
	u32 n_fields;
};

extern const char *const verify_verdict_names[VERIFY_VERDICTS];
extern const char *const verify_match_names[VERIFY_MATCHES];

/**
 * struct verify_options - how to verify
 * @kind: another engine for the IOMMU of a name, or NULL: the registry's
 * @found: called for each recorded fault, in order; not 0 ends the run with that
 * @ctx: first argument of @found
 */
struct verify_options {
	const struct iommu_kind *(*kind)(const char *name);
	int (*found)(void *ctx, const struct verify_result *r);
	void *ctx;
};

/**
 * verify_decode() - what a record says, as the specification lays it out
 * @rec: a DMAT_FAULT or DMAT_PAGE_REQUEST
 * @r: rec, format, kind, recorded and known are filled in, as far as they are known
 *
 * Return: NULL, or why there is nothing to say.
 */
const char *verify_decode(const struct dmat_record *rec, struct verify_result *r);

/**
 * verify_fault() - verify one recorded fault
 * @opt: how
 * @rec: a DMAT_FAULT or DMAT_PAGE_REQUEST
 * @access: the record of the access that faulted, or NULL: as @rec tells
 * @r: filled in, but for its number
 *
 * Return: 0 or -ENOMEM.
 */
int verify_fault(const struct verify_options *opt, const struct dmat_record *rec, const struct dmat_record *access,
		 struct verify_result *r);

/**
 * verify_trace() - verify all recorded faults of a trace
 * @opt: how
 * @path: the trace
 * @n: receives how many there are, by enum verify_verdict
 * @err: filled on error
 *
 * Return: 0, what @opt->found returned, or -errno.
 */
int verify_trace(const struct verify_options *opt, const char *path, u64 n[VERIFY_VERDICTS], struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif /* VERIFY_H */
