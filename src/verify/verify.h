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
 * @setup: the state that was set up, with verify_options.state, or NULL; valid in verify_options.found alone
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
	const struct verify_state *setup;
};

struct verify_state;

extern const char *const verify_verdict_names[VERIFY_VERDICTS];
extern const char *const verify_match_names[VERIFY_MATCHES];

/**
 * struct verify_options - how to verify
 * @kind: another engine for the IOMMU of a name, or NULL: the registry's
 * @state: give the state that was set up to @found
 * @found: called for each recorded fault, in order; not 0 ends the run with that
 * @ctx: first argument of @found
 */
struct verify_options {
	const struct iommu_kind *(*kind)(const char *name);
	bool state;
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

/**
 * verify_compare() - compare a recorded fault with one that was made
 * @recorded: the recorded one
 * @made: the other
 * @r: filled in; undecidable if @recorded cannot be decoded
 */
void verify_compare(const struct dmat_record *recorded, const struct dmat_record *made, struct verify_result *r);

/**
 * verify_model_name() - whose engine a record is verified with
 * @rec: a fault or page request
 *
 * Return: Its name in the registry, or "".
 */
const char *verify_model_name(const struct dmat_record *rec);

/* ---- the recorded faults of a trace that is replayed ---- */

/**
 * struct verify_counts - what became of the recorded faults and page requests
 * @recorded: how many there are
 * @equal: made, and equal in all that was recorded
 * @different: made at the same place, with a field that differs
 * @missing: not made
 * @not_compared: of another IOMMU, without a stream, or without an access in the trace; page requests, if the replay has
 *	none
 * @first: the first of those that are different, or else missing, in words
 */
struct verify_counts {
	u64 recorded, equal, different, missing, not_compared;
	char first[VERIFY_TEXT];
};

struct verify_recorded;

/**
 * verify_recorded_new() - nothing is recorded yet
 * @iommu: name of the IOMMU that the trace is replayed against
 * @requests: the replay makes page requests
 * @times: how often the trace is played; 0: once
 *
 * Return: The faults, or NULL if out of memory.
 */
struct verify_recorded *verify_recorded_new(const char *iommu, bool requests, u64 times);

/**
 * verify_recorded_free() - free them
 * @v: the faults; may be NULL
 */
void verify_recorded_free(struct verify_recorded *v);

/**
 * verify_recorded_add() - the trace has a fault or page request
 * @v: the faults
 * @rec: the record
 * @number: its number in the trace
 * @accessed: the trace has its access; else nothing can lead to it
 *
 * Return: 0 or -ENOMEM.
 */
int verify_recorded_add(struct verify_recorded *v, const struct dmat_record *rec, u64 number, bool accessed);

/**
 * verify_recorded_made() - the replay has made one; all recorded ones were added
 * @v: the faults
 * @made: the record
 */
void verify_recorded_made(struct verify_recorded *v, const struct dmat_record *made);

/**
 * verify_recorded_end() - what became of them
 * @v: the faults
 * @c: filled in
 */
void verify_recorded_end(const struct verify_recorded *v, struct verify_counts *c);

#ifdef __cplusplus
}
#endif

#endif /* VERIFY_H */
