// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine.h"

static const char *const names[CALL_COUNT] = {
	[CALL_NONE] = "no call",
	[CALL_LOOKUP] = "lookup",
	[CALL_WALK] = "walk",
	[CALL_FILL] = "fill",
	[CALL_CANCEL] = "cancel",
	[CALL_TRANSLATE] = "translate",
	[CALL_MMIO_READ] = "mmio_read",
	[CALL_MMIO_WRITE] = "mmio_write",
	[CALL_PAGE_REQUEST] = "page_request",
	[CALL_ATS_INV_DONE] = "ats_inv_done",
	[CALL_STEP] = "step",
	[CALL_RESET] = "reset",
	[CALL_SAVE] = "save",
	[CALL_RESTORE] = "restore",
	[CALL_CONCERNS] = "concerns",
};

fl_rare void engine_bad_call(const struct engine_guard *g, enum engine_call call)
{
	fl_bug_call(names[call], names[g->call]);
}

fl_rare void engine_bad_callback(const struct engine_guard *g, const char *callback)
{
	fl_bug_call(callback, names[g->call]);
}
