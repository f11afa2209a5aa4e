// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of keys as an array: what config_keys.def says, row by row. */
#include "fl_config.h"

#define SECTION(section)
#define END(section)
#define AT(section, field) offsetof(struct fl_config, section.field)
/* A row of the table, so that its macros read as calls. */
#define ROW(...)	   { __VA_ARGS__ },
#define COUNT(section, field, unit, lo, hi, def, help, source) \
	ROW(#section "." #field, FL_COUNT, unit, AT(section, field), lo, hi, def, NULL, false, help, source)
#define POWER(section, field, unit, lo, hi, def, help, source) \
	ROW(#section "." #field, FL_COUNT, unit, AT(section, field), lo, hi, def, NULL, true, help, source)
#define TIME(section, field, hi_ns, def, help, source)                                                               \
	ROW(#section "." #field "_ns", FL_TIME, "ns", AT(section, field##_ps), 0, (hi_ns)*1000ULL, def, NULL, false, \
	    help, source)
#define CHOICE(section, field, names, def, help, source)                                                               \
	ROW(#section "." #field, FL_CHOICE, "", AT(section, field), 0, ARRAY_SIZE(names) - 2, def, names, false, help, \
	    source)
#define LIST(section, field, help) TEXT_ROW(section, field, #field, help)
#define TEXT(section, field, help) TEXT_ROW(section, field, #field, help)
#define TEXT_ROW(section, field, name, help)                                                                           \
	ROW(#section "." name, FL_TEXT, "", AT(section, field), 0, sizeof(((struct fl_config *)0)->section.field), "", \
	    NULL, false, help, "")
#define DRAWN(section, field, def, what)                                                                   \
	CHOICE(section, field, handlers, "constant", what ": how it is drawn, as cpu.handler", OURS)       \
	TIME(section, field, SEC, def, what ": as cpu.handler_ns", OURS)                                   \
	TIME(section, field##_max, SEC, "0", what ": the maximum (uniform)", OURS)                         \
	COUNT(section, field##_sigma_permille, "1/1000", 0, 4000, "500", what ": sigma (lognormal)", OURS) \
	TEXT_ROW(section, field##_file, #field "_file", what ": as cpu.handler_file")

static const char *const masters[] = { "trace", "gpu", NULL };
static const char *const on_faults[] = { "map", "dump", NULL };
static const char *const arrivals[] = { "trace", "back-to-back", NULL };
static const char *const orderings[] = { "none", "stream", "total", NULL };
static const char *const buses[] = { "auto", "platform", "pcie", NULL };
static const char *const ats_choices[] = { "auto", "yes", "no", NULL };
static const char *const transfer_rates[] = { "2.5", "5", "8", "16", "32", NULL };
static const char *const walk_ports[] = { "priced", "issued", NULL };
static const char *const handlers[] = {
	"constant", "uniform", "exponential", "lognormal", "recorded", "histogram", NULL
};
static const char *const map_wheres[] = { "ahead", "around", NULL };
static const char *const stall_models[] = { "stall-and-terminate", "terminate", "stall", NULL };

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const s2_pages[] = { "4096", "2097152", "1073741824", NULL };
static const char *const smmuv2_behaviours[] = { "mmu500", "smmu-v2", NULL };
static const char *const bits[] = { "0", "1", NULL };
/* In the order of enum fault_code. */
static const char *const answers[] = { "default", "retry", "terminate", "failure", NULL };
static const char *const cfcfgs[] = { "faults", "0", "1", NULL };

#define OURS "assumption"
#define SEC  1000000000ULL

const struct fl_key fl_config_keys[] = {
#include "config_keys.def"
};

const size_t fl_config_n_keys = ARRAY_SIZE(fl_config_keys);
