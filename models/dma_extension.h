/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The models' TLM extension, and that its numbers are the engines'. */
#ifndef FAULTLINE_DMA_EXTENSION_H
#define FAULTLINE_DMA_EXTENSION_H

#include "c_api.h"
#include <faultline/tlm_dma.h>

namespace faultline {

static_assert(kDmaExecute == DMA_EXEC && kDmaPrivileged == DMA_PRIV && kDmaPasid == DMA_PASID &&
                  kDmaTranslationRequest == DMA_ATS_REQ && kDmaTranslated == DMA_TRANSLATED &&
                  kDmaNoWrite == DMA_NO_WRITE,
              "flags of a transaction");
static_assert(int{kDmaTranslatedWell} == int{XLAT_OK} && int{kDmaAborted} == int{XLAT_ABORT} &&
                  int{kDmaIgnored} == int{XLAT_RAZWI},
              "outcomes of a transaction");

} // namespace faultline

#endif // FAULTLINE_DMA_EXTENSION_H
