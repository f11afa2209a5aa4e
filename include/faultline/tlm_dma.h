/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a DMA transaction carries besides address and data: who makes it and how. The one TLM extension of the models.
 */
#ifndef FAULTLINE_TLM_DMA_H
#define FAULTLINE_TLM_DMA_H

#include <faultline/export.h>
#include <cstdint>

/* Its types are the same in every library of a program. */
#pragma GCC visibility push(default)
#include <systemc>
#include <tlm>
#pragma GCC visibility pop

namespace faultline
{

class Bill;
class LoggedBill;

/// How an access is made: DmaExtension::flags.
enum DmaFlag : std::uint16_t {
	kDmaExecute = 1 << 1,		 ///< an instruction fetch
	kDmaPrivileged = 1 << 2,	 ///< a privileged access
	kDmaPasid = 1 << 3,		 ///< substream_id is valid
	kDmaTranslationRequest = 1 << 4, ///< PCIe ATS: AT = 01
	kDmaTranslated = 1 << 5,	 ///< PCIe ATS: AT = 10
	kDmaNoWrite = 1 << 6,		 ///< a translation request that wants no write permission
};

/// What became of an access: DmaExtension::outcome.
enum DmaOutcome : std::uint8_t {
	kDmaTranslatedWell = 0, ///< also what bypasses
	kDmaAborted = 2,	///< terminated with an abort
	kDmaIgnored = 3,	///< terminated: reads as zero, writes are ignored
};

/// A master sets the first part. The IOMMU reads it and never changes it; a transaction without the extension belongs to
/// the stream that the TBU socket was given. The IOMMU fills the second part before it answers.
struct FAULTLINE_API DmaExtension : tlm::tlm_extension<DmaExtension> {
	// set by the master
	std::uint32_t stream_id = 0;	///< StreamID or requester ID
	std::uint32_t substream_id = 0; ///< SubstreamID or PASID, 20 bits, with kDmaPasid
	std::uint16_t flags = 0;	///< DmaFlag

	/// When it came, in ticks, if it then had to wait for the request phases of others; else 0. Its fault begins then.
	std::uint64_t asked = 0;

	Bill *bill = nullptr;		  ///< of our own masters; else nullptr
	LoggedBill *fault_bill = nullptr; ///< likewise

	// set by the memory behind the IOMMU; who has read it clears it
	std::uint64_t bank_waited = 0; ///< of the annotated delay, ticks: waiting for others to leave a bank

	// set by the IOMMU
	std::uint8_t outcome = kDmaTranslatedWell; ///< DmaOutcome of the last piece
	std::uint16_t fault = 0;		   ///< the architecture's number of the last fault met
	std::uint32_t faults = 0;		   ///< faults met on the way, also those that ended well
	std::uint64_t address = 0;		   ///< output address of the first byte
	std::uint8_t shift = 0;			   ///< translation request: log2 of the region the answer holds for
	std::uint8_t perm = 0;			   ///< translation request: 1 read, 2 write, 4 execute
	bool global = false;			   ///< translation request: holds for every PASID
	bool untranslated = false;		   ///< translation request: the device must use untranslated accesses

	/// Of tlm_extension.
	tlm_extension_base *clone() const override
	{
		return new DmaExtension(*this);
	}
	/// Of tlm_extension.
	void copy_from(const tlm_extension_base &o) override
	{
		*this = static_cast<const DmaExtension &>(o);
	}
};

} // namespace faultline

#endif /* FAULTLINE_TLM_DMA_H */
