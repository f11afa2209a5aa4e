/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A PCIe device: functions, with a translation cache (src/pcie) or without, and
 * the link to the root port where the IOMMU sits. It knows no kind of IOMMU.
 *
 * The device's DMA engines plug into `dma` as they would into a TBU, with the
 * same DmaExtension. Each page of an access is looked up in the function's ATC;
 * a hit goes out translated; a miss asks for a translation; a translation
 * without permission asks for the page, waits for the group's response and
 * starts again. An access whose every page hits is answered at once with an
 * annotated delay. A function without ATS sends its requests untranslated. A read
 * holds a tag for each of its requests until its data are there.
 */
#ifndef FAULTLINE_PCIE_ENDPOINT_H
#define FAULTLINE_PCIE_ENDPOINT_H

#include "ats_port.h"
#include "dma_extension.h"
#include "pcie_link.h"
#include "tap.h"
#include "usage.h"
#include <ats_endpoint.h>

namespace faultline {

struct PageSink {
    virtual ~PageSink() = default;
    /// A page fault of @p txn is over. @p joined: it waited for the request of another access.
    /// @p how: XLAT_OK, XLAT_STALL (the access met the next one) or XLAT_ABORT.
    /// @p bill: who owned its time; nullptr if the access carries none.
    /// @p log: what it is made of, or nullptr. @p flow: its request's number for Tap.
    virtual void page_fault_over(const dma_txn &txn, bool joined, xlat how, const PageStamps &stamps, const Bill *bill,
                                 const LoggedBill *log, u64 flow) = 0;
};

/// What stands at the far end of the link, or beside it.
struct PcieFunction {
    PcieFunction(u32 r, bool with_ats = true, bool with_pri = true, bool behind_link = true)
        : requester(r), ats(with_ats), pri(with_pri), link(behind_link) {}

    u32 requester;
    bool ats;  ///< it asks for translations; else its requests go out untranslated
    bool pri;  ///< it asks for pages; without, an access without permission fails
    bool link; ///< false: a platform master that shares the TBU with the device
};

class PcieDma;
struct PcieParts;

class PcieEndpoint : public sc_core::sc_module, public AtsSink {
public:
    /// The device's DMA engines; b_transport and nb_transport. No DMI: the ATC is asked each time.
    tlm::tlm_target_socket<> dma;
    /// To the IOMMU's TBU.
    tlm::tlm_initiator_socket<> up;

    PcieEndpoint(sc_core::sc_module_name name, Scheduler &scheduler, AtsPort &iommu, const fl_config &config,
                 const std::vector<PcieFunction> &functions);
    ~PcieEndpoint() override;

    void set_sink(PageSink *sink);
    /// @p tap looks on; to it this is device @p number. @p logs: it wants to know what the bills of faults are made of.
    void set_tap(Tap *tap, unsigned number, bool logs);
    const ats_ep_stats &stats(u32 requester) const;
    /// Its functions' translation caches so far, added to @p c; nothing if none has one.
    void count_atc(iommu_cache_stats &c) const;
    /// Page faults that joined a request on its way, of all functions.
    u64 merged() const;
    /// Page request groups that the queue's overflow sent back.
    u64 tries() const;
    /// The link's two directions, and of each function the tags of its read requests and its credits.
    /// Those that count for themselves count up to @p until.
    std::vector<const Usage *> usages(ps_t until = kNever) const;
    /// Their accounts begin at @p t.
    void mark(ps_t t);
    /// Its accesses that wait, added to @p w.
    void count_waiting(Waiting &w) const;
    /// Stop using a PASID: its stop marker follows what has been asked for.
    void stop_pasid(u32 requester, u32 pasid);
    /// Software writes a function's Outstanding Page Request Allocation; what the register holds then, see
    /// ats_ep_allocate().
    u32 allocate(u32 requester, u32 requests);

    // AtsSink
    void page_response(const ::page_response &response, ps_t time, const PageAnswer &answer) override;
    ps_t ats_invalidate(const ats_inv &invalidation, ps_t time) override;
    void page_step(const ::page_request &request, PageStep step, ps_t time, const Reader &reader) override;
    void iommu_reset(ps_t time) override;

private:
    class Dma;

    PcieDma *function(u32 requester) const;

    std::unique_ptr<PcieParts> parts_;
    std::unique_ptr<Dma> dma_;
    std::vector<std::unique_ptr<PcieDma>> functions_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_ENDPOINT_H
