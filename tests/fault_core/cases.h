/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One case a requirement: the 15 rows, what the discussions of 2017 to 2023 asked for, and sweeps
 * of failures. A new case is a function in one of the files, and a row at its end.
 */
#ifndef FAULT_CASE_LIST_H
#define FAULT_CASE_LIST_H

#include "rig.h"

#define SID   RIG_SID
#define PASID 5
#define NONE  FAULT_NO_PASID
#define BOTH  RIG_BOTH

/* A row of a suite. */
#define FAULT_CASE(name)    \
	{                   \
#name, name \
	}

/* The suites, each ends with an empty row. */
extern const struct fault_case fault_cases_rows01_08[];
extern const struct fault_case fault_cases_rows09_15[];
extern const struct fault_case fault_cases_y2017[];
extern const struct fault_case fault_cases_y2018[];
extern const struct fault_case fault_cases_y2023[];
extern const struct fault_case fault_cases_answers[];
extern const struct fault_case fault_cases_sweeps[];

#endif /* FAULT_CASE_LIST_H */
