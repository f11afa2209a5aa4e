/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An IOMMU as a TLM-2.0 module: sockets and prices around any engine of
 * struct iommu_class. The engine decides, this says when.
 *
 * An access that hits, or whose walk ends well, costs no event: its outcome is
 * known when it arrives, so it is answered at once with an annotated delay
 * (b_transport: delay; nb_transport: TLM_COMPLETED). What a walk found is
 * installed in the engine when its time has come: before anything later looks.
 * Only what has to wait for others gets an entry in the agenda: faults,
 * accesses that merge with a walk that will fault, an input whose translation
 * slots are all held.
 *
 * docs/timing.md tells what each price means.
 */
#ifndef FAULTLINE_IOMMU_MODEL_H
#define FAULTLINE_IOMMU_MODEL_H

#include "ats_sink.h"
#include "dma_extension.h"
#include "fault_sink.h"
#include "irq_if.h"
#include "ledger.h"
#include "scheduler.h"
#include "sorted_ring.h"
#include <deque>

namespace faultline {

class IommuModel : public sc_core::sc_module {
    class Port; // one TBU

public:
    /// One target socket a TBU.
    tlm::tlm_target_socket<> &tbu(unsigned i);
    /// Translated accesses.
    tlm::tlm_initiator_socket<> down;
    /// Tables, queues and MSIs. Its target must allow debug access (and should allow DMI) to tables and queues.
    tlm::tlm_initiator_socket<> walk;
    /// Registers: 4 or 8 bytes, aligned, from offset 0.
    tlm::tlm_target_socket<> mmio;
    /// Wired interrupts; may stay unbound.
    sc_core::sc_port<IrqIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> irq;
    /// Reset, active high, at its rising edge; may stay unbound.
    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> reset_in;

    IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config);
    ~IommuModel() override;

    /// The services the engine has to be initialised with (context: this), then the engine itself.
    const iommu_ops *ops() const { return &ops_; }
    void set_engine(const iommu_class *cls, void *hw);

    /// Stream of accesses without DmaExtension.
    void set_default_stream(unsigned tbu, u32 stream_id);
    void set_sink(FaultSink *sink) { sink_ = sink; }
    /// false: every access of nb_transport goes through all four phases, also hits.
    void set_early_completion(bool on) { early_ = on; }

    /**
     * The IOMMU as after power-on, from any process or action. Stalled accesses and those whose walk is in flight
     * end with an abort, those that wait for room start again, DMI is withdrawn. Records that software has not
     * read, page requests and invalidations are forgotten, and the endpoints are told.
     */
    void reset();

    /// There are records of faults that software has not read.
    bool records_unread() const { return !records_.empty() || !page_records_.empty(); }
    /// Software (@p reader) read memory or a register at @p time: was it a fault's record?
    void note_read(u64 address, u32 length, ps_t time, const Reader &reader) {
        if (unlikely(records_unread()))
            note_record(address, length, time, reader);
    }
    /// How the fault core came to the answer that the next register writes will carry.
    void set_answer(const Answer &answer) { answer_ = answer; }
    /// When the last SYNC is complete: software that waits for it spins until then.
    ps_t sync_done() const { return sync_done_; }
    /// Let everything happen that is due at @p time.
    void settle(ps_t time) {
        if (next_due_ <= time)
            settle_due(time);
    }
    /// The next time at which something is due, or kNever.
    ps_t next_due() const { return next_due_; }

    /// Who answers for the endpoint @p requester (ATS, PRI).
    void attach_endpoint(std::uint32_t requester, AtsSink *sink);
    /// A Page Request Message arrives at @p time.
    void page_request(const ::page_request &request, ps_t time);
    /// An Invalidate Completion arrives at @p time, or (@p ok false) is given up.
    void ats_inv_done(std::uint32_t requester, std::uint8_t itag, bool ok, ps_t time);

    /// @c walk_config: of @c walk_accesses, those that fetch a stream's configuration, through stage 2 as well.
    struct Counters {
        u64 accesses, pieces, hits, walks, merged, blocked, stalled, aborted, razwi, walk_accesses, walk_config;
        u64 commands, syncs, held; ///< held: records that waited for room
        ps_t sync_wait;            ///< from the register write that issued a SYNC to its completion, of all
    };
    const Counters &counters() const { return counters_; }
    /// What the engine counts; false if it counts nothing.
    bool stats(iommu_stats &st) const;
    /// Before the first access: each resource accounts for itself. Costs a tenth of a miss; off, usages() are empty.
    void keep_accounts();
    /// The resources and what they do, in a fixed order; those that count for themselves up to @p until.
    std::vector<const Usage *> usages(ps_t until = kNever) const;
    /// Accesses that the engine lets stall at once.
    void set_stall_slots(u32 slots) { stalls_use_.set_capacity(slots); }
    /// Their accounts begin at @p t.
    void mark(ps_t t);

    /// Who waits for somebody else: for the answer to a stall, for room to stall, at an input whose slots are taken.
    struct Waiting {
        u64 stalled, room, input;
        u32 stalled_sid; ///< a stream of @c stalled
    };
    Waiting waiting() const;

private:
    struct Access;
    struct Walk;
    struct Flow;
    struct Due { // a walk ends
        ps_t time;
        Walk *walk;
        bool decided; // else deliver or fill

        bool operator>(const Due &o) const { return time > o.time; }
    };
    class DownBw;
    class MmioFw;
    enum class Step { Done, Ended, Wait };
    friend class Port;

    // The way of an access
    void open_piece(Flow &f);
    void fault_at_once(Flow &f, xlat how);
    void give_back_slot(Access &a, ps_t time);
    void slot_until(Flow &f, Access *again);
    void stall(Access &a, ps_t time);
    bool start(Flow &f, Port &p, tlm::tlm_generic_payload &gp);
    void next_piece(Flow &f) const;
    xlat lookup(Flow &f);
    xlat walk_now(const dma_txn &t, Walk &w);
    Step attempt(Flow &f, ps_t t, Access *again);
    Step lookup_held(Flow &f, xlat x, Access *again);
    Step miss(Flow &f, ps_t enter, Access *again);
    Step own_walk(Flow &f, ps_t slot, Access *again);
    Step merge(Flow &f, Walk &w, ps_t slot, Access *again);
    Step defer(Flow &f, Access *again, bool keep_slot);
    bool proceed(Flow &f, ps_t t, Access *again);
    bool advance(Flow &f);
    void end_piece(Flow &f, xlat how);
    void retry(Access &a);
    void retry_at(Access &a, ps_t time);
    void abort_at(Access &a, ps_t time);
    void resume_at(Access &a, ps_t time);
    void refuse(Access &a, xlat how);
    void resolved(Access &a);
    void finish(Access &a, ps_t time);

    // Walks and what is due
    static void settle_action(void *model, u64);
    Walk *new_walk();
    void insert_walk(Walk *w);
    void remove_walk(Walk *w);
    Walk *find_walk(const dma_txn &t) const;
    bool walk_serves(const Walk &w, const dma_txn &t) const;
    ps_t price_walk(Walk &w, ps_t start);
    ps_t issue_walk_access(u64 addr, u32 len, ps_t t);
    void issue_queue_access(u64 addr, u32 len);
    void add_due(ps_t time, Walk *w, bool decided);
    void watch_walks();
    void fill(Walk &w, ps_t time);
    void step(ps_t time);
    void settle_due(ps_t time);
    void decided(Walk &w, ps_t time);
    void deliver(Walk &w, ps_t time);
    void delivered(Access &a, xlat kind, ps_t time);
    void open_fault(Access &a, ps_t decided);
    void close_fault(Access &a, ps_t time, xlat kind);
    void abandon_walks(ps_t time);
    void forget_messages();
    void end_of_elaboration() override;
    Access *new_access();
    void free_access(Access *a);

    // Downstream
    void forward_blocking(Flow &f);
    bool forward_nonblocking(Flow &f, Access *again);
    void restore(Flow &f);
    void widen(Flow &f);
    void down_next();
    void down_response(tlm::tlm_generic_payload &gp, ps_t time);

    // Address translation services
    AtsSink *endpoint(u32 requester) const;
    void answer_translation(Flow &f);
    void page_recorded(u64 address);
    void note_page_record(u64 address, ps_t time, const Reader &reader);
    void carry_invalidations();
    void complete_invalidation(std::uint32_t requester, std::uint8_t itag, bool ok);
    static void invalidate_timeout_action(void *model, u64 request);
    void note_record(u64 address, u32 length, ps_t time, const Reader &reader);
    void book_answer(Access &a, ps_t begin, ps_t time);
    void command(ps_t length);
    void record_entered(const iommu_event &ev);
    void look_at_queues(ps_t t);
    static void page_request_action(void *model, u64 epoch);
    static void op_page_response(void *ctx, const ::page_response *resp);
    static void op_ats_invalidate(void *ctx, const ats_inv *inv);

    // Transport interfaces of the ports
    void b_transport(Port &p, tlm::tlm_generic_payload &gp, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_begin(Port &p, tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_core::sc_time &delay);
    unsigned debug(Port &p, tlm::tlm_generic_payload &gp);
    bool dmi(Port &p, tlm::tlm_generic_payload &gp, tlm::tlm_dmi &dmi);
    void mmio_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay);
    Step wait_for(Flow &f);
    bool peek(const dma_txn &t, xlat_result &r);

    // Services of the engine
    class Silence;
    void fill_ops();
    static int op_mem_read(void *ctx, u64 pa, void *buf, u32 len);
    static int op_mem_write(void *ctx, u64 pa, const void *buf, u32 len);
    static int op_mem_cas64(void *ctx, u64 pa, u64 *old, u64 value);
    static void op_irq(void *ctx, u32 line, bool level);
    static int op_msi(void *ctx, u64 pa, u32 data);
    static void op_event(void *ctx, const iommu_event *ev);
    static void op_txn_resume(void *ctx, u64 id, iommu_resume how);
    static void op_stall_free(void *ctx, u32 tbu);
    static void msi_action(void *model, u64);
    unsigned char *direct(u64 pa, u32 len, bool write);
    int debug_access(u64 pa, void *buf, u32 len, bool write);
    void event(const iommu_event &ev);
    void drop_dmi();
    void withdraw_dmi(const iommu_scope *scope);

    struct Page {
        u64 tag = kNever;
        unsigned char *host = nullptr;
        bool write = false;
    };

    Scheduler &scheduler_;
    const fl_config &config_;
    iommu_ops ops_{};
    const iommu_class *cls_ = nullptr;
    void *hw_ = nullptr;
    FaultSink *sink_ = nullptr;
    std::vector<std::unique_ptr<Port>> ports_;
    std::unique_ptr<DownBw> down_bw_, walk_bw_;
    std::unique_ptr<MmioFw> mmio_fw_;
    std::vector<Page> pages_;
    std::vector<std::unique_ptr<Access>> accesses_;
    std::vector<Access *> free_accesses_;
    std::vector<std::unique_ptr<Walk>> walks_;
    std::vector<Walk *> free_walks_;
    std::vector<Walk *> in_flight_; // hash heads by page
    SortedRing<ps_t> walk_slots_;   // when each is free
    Usage walks_use_, record_use_, command_use_, stalls_use_, waiting_commands_;
    QueueUse events_use_{"event_queue"}, requests_use_{"request_queue"};
    SortedRing<Due> due_;
    std::vector<Access *> waiting_; // XLAT_WAIT
    struct RecordOf {
        Access *access;
        u64 fault; // its number: the access may be another's by the time the record is read
    };
    std::unordered_map<u64, RecordOf> records_;
    Reader last_reader_{}; // of a record
    std::unordered_map<tlm::tlm_generic_payload *, Access *> downstream_;
    std::deque<Access *> down_queue_;
    std::deque<std::pair<u64, u32>> messages_;
    std::vector<unsigned char> scratch_;
    DmaExtension walk_ext_; // what the memory says of an access out of the walk port
    std::unordered_map<u32, AtsSink *> endpoints_;
    std::deque<::page_request> page_requests_; // wait for the queue's port
    ::page_request page_request_{};            // being recorded
    std::unordered_map<u64, ::page_request> page_records_;
    std::deque<std::pair<ats_inv, ps_t>> invalidations_;
    Counters counters_{};
    Bill piece_;   // of a try that is not an Access yet
    ps_t cur_ = 0; // the time the engine's services and events belong to
    ps_t next_due_ = kNever;
    ps_t watched_ = 0; // walks up to this time end by the agenda
    ps_t record_free_ = 0, msi_free_ = 0, command_free_ = 0, sync_done_ = 0;
    Answer answer_{}; // whose register writes are under way
    u64 fault_seq_ = 0;
    u64 changes_ = 0; // of registers that say what translates
    u64 epoch_ = 0;   // changes at a reset: what is on the agenda from before is void
    unsigned walks_in_flight_ = 0;
    ps_t walk_waited_ = 0;   // for banks, by the table accesses of the walk priced last
    ps_t commands_from_ = 0; // the register write that the commands under way came with
    bool commands_left_ = false, accounts_ = false;
    bool early_ = true, down_busy_ = false;
};

} // namespace faultline

#endif // FAULTLINE_IOMMU_MODEL_H
