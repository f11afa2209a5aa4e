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
#include "usage.h"
#include <ats_endpoint.h>

namespace faultline {

struct PageSink {
    virtual ~PageSink() = default;
    /// A page fault of @p txn is over. @p joined: it waited for the request of another access.
    /// @p bill: who owned its time; nullptr if the access carries none.
    virtual void page_fault_over(const dma_txn &txn, bool joined, bool ok, const PageStamps &stamps,
                                 const Bill *bill) = 0;
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

class PcieEndpoint : public sc_core::sc_module, public AtsSink {
public:
    /// The device's DMA engines; b_transport and nb_transport. No DMI: the ATC is asked each time.
    tlm::tlm_target_socket<> dma;
    /// To the IOMMU's TBU.
    tlm::tlm_initiator_socket<> up;

    PcieEndpoint(sc_core::sc_module_name name, Scheduler &scheduler, AtsPort &iommu, const fl_config &config,
                 const std::vector<PcieFunction> &functions);
    ~PcieEndpoint() override;

    void set_sink(PageSink *sink) { sink_ = sink; }
    const ats_ep_stats &stats(u32 requester) const;
    /// Page faults that joined a request on its way, of all functions.
    /// Its functions' translation caches so far, added to @p c; nothing if none has one.
    void count_atc(iommu_cache_stats &c) const;
    u64 merged() const;
    /// Page request groups that the queue's overflow sent back.
    u64 tries() const { return tries_; }
    const Usage &link_up() const { return to_root_.usage(kNever); }
    const Usage &link_down() const { return to_device_.usage(kNever); }
    /// The link's two directions, and of each function the tags of its read requests and its credits.
    /// Those that count for themselves count up to @p until.
    std::vector<const Usage *> usages(ps_t until = kNever) const;
    /// Their accounts begin at @p t.
    void mark(ps_t t);
    /// Who waits for somebody else: for the answer to a page request, for the credit to send one, for a tag.
    struct Waiting {
        u64 answer, credit, tag;
        u32 answer_sid; ///< a function of @c answer
    };
    Waiting waiting() const;
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
    struct Access;
    struct Function;
    struct Response;
    class DmaFw;
    class UpBw;

    Function *function(u32 requester) const;
    Access *new_access();
    bool start(Access &a, tlm::tlm_generic_payload &gp, ps_t time);
    void next_piece(Access &a);
    bool run(Access &a, ps_t time);
    bool run_piece(Access &a, ps_t time);
    bool translated(Access &a, u64 address, u16 flags, ps_t time);
    bool take_tags(Access &a, ps_t &time);
    void hold_tags(Access &a);
    void give_tags(Access &a);
    bool send_translated(Access &a, ps_t time);
    u64 bytes_up(const Access &a) const;
    void ask(Access &a, ps_t time);
    ps_t send_packets(Access &a, ps_t time);
    bool send_up(Access &a, ps_t time);
    bool transmit(Access &a);
    void up_next();
    void up_done(Access &a, ps_t time);
    void completion(Access &a);
    void fault(Access &a, ps_t time);
    void close_fault(Access &a, bool ok, ps_t time);
    void book_group(Access &a, Function &f);
    void end_piece(Access &a, ps_t time);
    void fail(Access &a, ps_t time);
    bool advance(Access &a);
    void go_on(Access &a, ps_t time);
    void finish(Access &a);
    void respond(Access &a);
    void send_response(Access &a);
    tlm::tlm_sync_enum end_response(tlm::tlm_generic_payload &gp);
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_begin(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_core::sc_time &delay);

    static void op_page_request(void *ctx, const ::page_request *pr);
    static void op_inv_done(void *ctx, u32 sid, u8 itag);
    static void op_wake(void *ctx, ats_waiter *w, ats_wake why);

    Scheduler &scheduler_;
    AtsPort &iommu_;
    const fl_config &config_;
    PageSink *sink_ = nullptr;
    PcieFormat format_;
    PcieLink to_root_, to_device_;
    std::unique_ptr<DmaFw> dma_fw_;
    std::unique_ptr<UpBw> up_bw_;
    std::vector<std::unique_ptr<Function>> functions_;
    std::vector<std::unique_ptr<Access>> accesses_;
    std::vector<Access *> free_;
    std::unordered_map<tlm::tlm_generic_payload *, Access *> upstream_;
    std::deque<Access *> up_queue_, no_tag_, responses_;
    bool up_busy_ = false, responding_ = false;
    u64 tries_ = 0;
    ps_t cur_ = 0; // the time the functions' messages belong to
};

} // namespace faultline

#endif // FAULTLINE_PCIE_ENDPOINT_H
