/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "smmuv3_names.h"

#include "smmuv3_regs.h"

const char *smmuv3_event_name(u16 id)
{
	static const char *const names[] = {
		[F_UUT] = "F_UUT",
		[C_BAD_STREAMID] = "C_BAD_STREAMID",
		[F_STE_FETCH] = "F_STE_FETCH",
		[C_BAD_STE] = "C_BAD_STE",
		[F_BAD_ATS_TREQ] = "F_BAD_ATS_TREQ",
		[F_STREAM_DISABLED] = "F_STREAM_DISABLED",
		[F_TRANSL_FORBIDDEN] = "F_TRANSL_FORBIDDEN",
		[C_BAD_SUBSTREAMID] = "C_BAD_SUBSTREAMID",
		[F_CD_FETCH] = "F_CD_FETCH",
		[C_BAD_CD] = "C_BAD_CD",
		[F_WALK_EABT] = "F_WALK_EABT",
		[F_TRANSLATION] = "F_TRANSLATION",
		[F_ADDR_SIZE] = "F_ADDR_SIZE",
		[F_ACCESS] = "F_ACCESS",
		[F_PERMISSION] = "F_PERMISSION",
		[F_TLB_CONFLICT] = "F_TLB_CONFLICT",
		[F_CFG_CONFLICT] = "F_CFG_CONFLICT",
		[E_PAGE_REQUEST] = "E_PAGE_REQUEST",
		[F_VMS_FETCH] = "F_VMS_FETCH",
	};

	return id < ARRAY_SIZE(names) && names[id] ? names[id] : "event ?";
}
