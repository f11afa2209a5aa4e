/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a platform knows besides the models: traces, drivers and the fault core. */
#ifndef FAULTLINE_PLATFORM_API_H
#define FAULTLINE_PLATFORM_API_H

#include "c_api.h"

extern "C" {
#include "dmat.h"
#include "fault_core.h"
#include "frames.h"
#include "iommu_driver.h"
}

#endif // FAULTLINE_PLATFORM_API_H
