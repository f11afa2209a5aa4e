/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A fault or page request in three forms: the words that the hardware wrote, the record of a trace, and the lines that
 * Linux prints, which the importer reads.
 */
#ifndef TRACE_WORDS_H
#define TRACE_WORDS_H

#include "dmat.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * trace_words_record() - the record of a trace for what the hardware wrote
 * @format: how @words are laid out: SMMUv3 EVT or PRI, VT-d FRCD or PREQ, SMMUv2 FAULT or GFAULT
 * @words: the words
 * @bank: SMMUv2 FAULT: the context bank
 * @time_ns: time of the record
 * @rec: filled in
 *
 * Return: false if @format is none of these.
 */
bool trace_words_record(const struct spec_record *format, const u64 words[4], u32 bank, u64 time_ns,
			struct dmat_record *rec);

/**
 * struct trace_printk - a kernel's log that is being written
 * @out: where to
 * @last_us: of the last message: each has a time of its own
 */
struct trace_printk {
	FILE *out;
	u64 last_us;
};

/**
 * trace_printk() - print a fault or page request as Linux's driver of that IOMMU does
 * @log: the log
 * @rec: the record: of arm-smmu, arm-smmu-v3 (with words) or DMAR
 * @iommu: name of the IOMMU's device
 *
 * A page request is printed as the kernels print those that they refuse: there is no other form.
 *
 * Return: false if no kernel prints such a record, or it lacks what is printed; then nothing was.
 */
bool trace_printk(struct trace_printk *log, const struct dmat_record *rec, const char *iommu);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_WORDS_H */
