/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_master.h"
#include <algorithm>

namespace faultline {

static constexpr u64 kProgress = 1 << 16; // records

class TraceMaster::Backward : public tlm::tlm_bw_transport_if<> {
public:
    Backward(TraceMaster &master, unsigned port) : master_(master), port_(port) {}
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        ps_t time = Scheduler::absolute(delay);

        if (phase == tlm::END_REQ) {
            master_.port_ready(port_, time);
            return tlm::TLM_ACCEPTED;
        }
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        if (master_.port_busy_[port_])
            master_.port_ready(port_, time); // BEGIN_RESP ends the request phase, too
        master_.answered(gp, time);
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

private:
    TraceMaster &master_;
    unsigned port_;
};

/* A payload is free when everybody has let go of it. */
class TraceMaster::Manager : public tlm::tlm_mm_interface {
public:
    explicit Manager(TraceMaster &master) : master_(master) {}
    void free(tlm::tlm_generic_payload *gp) override { master_.free_.push_back(static_cast<Payload *>(gp)); }

private:
    TraceMaster &master_;
};

TraceMaster::TraceMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
    : sc_module(name), scheduler_(scheduler), config_(config), manager_(new Manager(*this)),
      port_busy_(config.tbu.count) {
    for (unsigned i = 0; i < config.tbu.count; i++) {
        sockets_.emplace_back(new tlm::tlm_initiator_socket<>(("out_" + std::to_string(i)).c_str()));
        backwards_.emplace_back(new Backward(*this, i));
        sockets_.back()->bind(*backwards_.back());
    }
}

TraceMaster::~TraceMaster() {
    for (auto &p : payloads_)
        p->clear_extension(&p->ext);
}

void TraceMaster::start(TraceSource &source, MasterHooks hooks, ps_t at) {
    source_ = &source;
    hooks_ = std::move(hooks);
    begin_ = last_done_ = system_ready_ = at;
    later(at);
}

/* Go on at @p t; false, so that callers can return it. */
bool TraceMaster::later(ps_t t) {
    scheduler_.at(
        t, [](void *master, u64) { static_cast<TraceMaster *>(master)->play(); }, this);
    return false;
}

TraceMaster::Stream &TraceMaster::find_stream(u32 sid) {
    Stream *&s = stream_of_[sid];

    if (!s) {
        streams_.emplace_back(new Stream{sid, DMAT_DOMAIN_NONE, begin_, begin_, 0, 0, 0});
        s = streams_.back().get();
    }
    last_stream_ = s;
    return *s;
}

TraceMaster::Space &TraceMaster::find_space(u32 domain) {
    Space *&s = space_of_[domain];

    if (!s) {
        spaces_.emplace_back(new Space{domain, begin_, 0, 0});
        s = spaces_.back().get();
    }
    last_space_ = s;
    return *s;
}

TraceMaster::Payload *TraceMaster::new_payload() {
    if (free_.empty()) {
        payloads_.emplace_back(new Payload());
        Payload *p = payloads_.back().get();
        p->set_mm(manager_.get());
        p->set_extension(&p->ext);
        return p;
    }
    Payload *p = free_.back();
    free_.pop_back();
    return p;
}

/* Room that everybody reads and writes and nobody looks at. */
unsigned char *TraceMaster::more_data(u64 bytes) {
    room_ = std::max<u64>({bytes, 2 * room_, 4096});
    data_.emplace_back(room_);
    return data_.back().data();
}

/* The next record is at block_[at_]. False: the end, or an error. */
bool TraceMaster::fetch() {
    if (likely(at_ < size_))
        return true;
    if (at_end_ || error_)
        return false;
    size_ = source_->next(&block_);
    at_ = 0;
    if (size_ <= 0) {
        error_ = int(size_);
        at_end_ = true;
        size_ = 0;
        return false;
    }
    if (!started_) {
        started_ = true;
        first_ns_ = previous_ns_ = block_[0].time_ns;
    }
    return true;
}

/* A trace that is played again goes on where it ended. */
ps_t TraceMaster::arrival(const dmat_record &rec) const {
    return begin_ + round_ + (rec.time_ns - first_ns_) * 1000;
}

void TraceMaster::play() {
    waiting_ = false;
    while (fetch()) {
        const dmat_record &rec = block_[at_];
        if (unlikely(rec.time_ns < previous_ns_)) {
            round_ += (previous_ns_ - first_ns_) * 1000;
            previous_ns_ = rec.time_ns;
        }
        if (!(likely(rec.kind == DMAT_ACCESS) ? play_access(rec) : play_system(rec)))
            return;
        previous_ns_ = rec.time_ns;
        at_++;
        number_++;
        if (unlikely(!(number_ & (kProgress - 1))) && hooks_.progress)
            hooks_.progress(number_);
    }
    finish_if_done();
}

void TraceMaster::finish_if_done() {
    retire_until(kNever);
    finished_ = at_end_ && !outstanding_;
}

/* ---- what is outstanding ---- */

/* The earliest answer whose time is known; false: none is. */
bool TraceMaster::retire_one(ps_t &t) {
    if (known_.empty())
        return false;
    Known k = known_.pop();
    if (k.time > t)
        t = k.time;
    k.stream->outstanding--;
    k.space->outstanding--;
    outstanding_--;
    return true;
}

void TraceMaster::retire_until(ps_t t) {
    ps_t ignored = 0;

    while (!known_.empty() && known_.front().time <= t)
        retire_one(ignored);
}

/* ---- one access ---- */

/* True: it is out. False: play() comes back, by the agenda or by an answer. */
bool TraceMaster::play_access(const dmat_record &rec) {
    Stream &s = stream(rec.sid);
    u32 domain = rec.domain != DMAT_DOMAIN_NONE ? rec.domain : s.domain;
    Space &sp = space(domain);
    ps_t t = s.ready > sp.ready ? s.ready : sp.ready;
    unsigned port = sockets_.size() == 1 ? 0 : rec.sid % sockets_.size();

    if (config_.master.arrival == FL_ARRIVAL_TRACE) {
        ps_t a = arrival(rec);
        t = a > t ? a : t;
    }
    if (config_.master.ordering != FL_ORDER_NONE) {
        bool total = config_.master.ordering == FL_ORDER_TOTAL;
        if (total ? outstanding_ > known_.size() : s.unknown && (!rec.tag || !s.tag_waits || rec.tag == s.tag_waits))
            return waiting_ = true, false;
        ps_t before = total ? last_done_ : s.last_done;
        t = before > t ? before : t;
    }
    retire_until(t);
    while (outstanding_ >= config_.master.outstanding || s.outstanding >= config_.master.outstanding_per_stream)
        if (!retire_one(t))
            return waiting_ = true, false;
    if (unlikely(port_busy_[port]))
        return waiting_ = true, false;
    if (t >= scheduler_.horizon())
        return later(t);
    return issue(rec, s, sp, port, t);
}

static u16 flags_of(const dmat_record &rec) {
    // Read and write together: the direction was not recorded.
    return u16((rec.flags & DMAT_F_X ? DMA_EXEC : 0) | (rec.flags & DMAT_F_PRIV ? DMA_PRIV : 0) |
               (rec.flags & DMAT_F_PASID ? DMA_PASID : 0));
}

bool TraceMaster::issue(const dmat_record &rec, Stream &s, Space &sp, unsigned port, ps_t t) {
    static unsigned char no_data = TLM_BYTE_DISABLED; // the trace has addresses, no data
    Payload *p = new_payload();
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = Scheduler::delay_to(t);

    if (hooks_.before)
        hooks_.before(rec);
    p->acquire();
    p->record = &rec;
    p->number = number_;
    p->issued = t;
    p->stream = &s;
    p->space = &sp;
    p->port = port;
    p->ext.stream_id = rec.sid;
    p->ext.substream_id = rec.pasid;
    p->ext.flags = flags_of(rec);
    p->set_command((rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    p->set_address(rec.iova);
    p->set_data_ptr(data(rec.size));
    p->set_data_length(u32(rec.size));
    p->set_streaming_width(u32(rec.size));
    p->set_byte_enable_ptr(&no_data);
    p->set_byte_enable_length(1);
    p->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    outstanding_++;
    s.outstanding++;
    sp.outstanding++;
    s.ready = t + config_.master.interval_ps;
    tlm::tlm_sync_enum answer = (*sockets_[port])->nb_transport_fw(*p, phase, delay);
    if (likely(answer == tlm::TLM_COMPLETED)) {
        ps_t end = Scheduler::absolute(delay);
        known_.push({end, &s, &sp});
        complete(*p, end);
        return true;
    }
    p->copy = rec;
    p->record = &p->copy;
    s.unknown++;
    sp.unknown++;
    s.tag_waits = rec.tag;
    port_busy_[port] = answer == tlm::TLM_ACCEPTED;
    return true;
}

/* The outcome is known; it counts from @p time on. */
void TraceMaster::complete(Payload &p, ps_t time) {
    AccessDone d{};

    p.stream->last_done = time > p.stream->last_done ? time : p.stream->last_done;
    last_done_ = time > last_done_ ? time : last_done_;
    latencies_.add(time - p.issued);
    if (hooks_.done) {
        d.record = p.record;
        d.number = p.number;
        d.address = p.ext.address;
        d.issued = p.issued - begin_;
        d.done = time - begin_;
        d.faults = p.ext.faults;
        d.fault = p.ext.fault;
        d.how = xlat(p.ext.outcome);
        d.error = p.is_response_error() && d.how == XLAT_OK;
        hooks_.done(d);
    }
    p.release();
}

/* An access that took its phases: answered now. */
void TraceMaster::answered(tlm::tlm_generic_payload &gp, ps_t time) {
    Payload &p = static_cast<Payload &>(gp);

    p.stream->unknown--;
    p.space->unknown--;
    p.stream->outstanding--;
    p.space->outstanding--;
    outstanding_--;
    complete(p, time);
    if (waiting_) {
        waiting_ = false;
        later(time);
    } else if (at_end_) {
        finish_if_done();
    }
}

void TraceMaster::port_ready(unsigned port, ps_t time) {
    port_busy_[port] = false;
    if (waiting_) {
        waiting_ = false;
        later(time);
    }
}

/* ---- what the operating system does ---- */

bool TraceMaster::play_system(const dmat_record &rec) {
    bool all = rec.domain == DMAT_DOMAIN_NONE;
    ps_t t = system_ready_;

    if (rec.kind > DMAT_INVALIDATE) // faults and answers of the recording are no orders
        return true;
    Stream *st = rec.kind == DMAT_ATTACH || rec.kind == DMAT_DETACH ? &stream(rec.sid) : nullptr;
    Space *sp = all ? nullptr : &space(rec.domain);
    if (config_.master.arrival == FL_ARRIVAL_TRACE) {
        ps_t a = arrival(rec);
        t = a > t ? a : t;
    }
    retire_until(t);
    while (st ? st->outstanding : sp ? sp->outstanding : outstanding_)
        if (!retire_one(t))
            return waiting_ = true, false;
    if (t >= scheduler_.horizon())
        return later(t);
    scheduler_.spend_until(t);
    int ret = hooks_.system ? hooks_.system(rec) : 0;
    if (ret) {
        error_ = ret;
        at_end_ = true;
        size_ = at_ = 0;
        return false;
    }
    system_ready_ = scheduler_.now();
    if (st) {
        st->ready = std::max(st->ready, system_ready_);
        st->domain = rec.kind == DMAT_ATTACH && !(rec.flags & DMAT_F_PASID) ? rec.domain : st->domain;
    }
    if (sp)
        sp->ready = system_ready_;
    else
        for (auto &s : spaces_)
            s->ready = system_ready_;
    return true;
}

} // namespace faultline
