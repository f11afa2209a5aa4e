/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_master.h"

namespace faultline {

static constexpr u64 kProgress = 1 << 16; // records

struct TraceMaster::Port : OutSocket, Outlet {
    Port(TraceMaster &m, unsigned i) : OutSocket(i), Outlet(OutSocket::socket, true), master(m) {}

    TraceMaster &master;
    ParkedLanes parked; // for the end of a request phase

private:
    void answered(tlm::tlm_generic_payload &gp, ps_t time) override {
        master.answered(static_cast<Payload &>(gp), time);
    }
    void ready(ps_t time) override {
        parked.release(master.again_);
        master.play_.set(time);
    }
};

TraceMaster::TraceMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
    : sc_module(name), scheduler_(scheduler), config_(config), feed_(config), room_(config),
      measured_(scheduler, room_), play_(scheduler, *this) {
    for (unsigned i = 0; i < config.iommu.count * config.tbu.count; i++)
        ports_.emplace_back(new Port(*this, i));
}

TraceMaster::~TraceMaster() = default;

tlm::tlm_initiator_socket<> &TraceMaster::out(unsigned i) {
    return ports_.at(i)->OutSocket::socket;
}

void TraceMaster::start(TraceSource &source, MasterHooks hooks, ps_t at) {
    hooks_ = std::move(hooks);
    measured_.start(hooks_.warmup, hooks_.counting);
    feed_.start(source, at);
    system_ready_ = at;
    play_.set(at);
}

void TraceMaster::play() {
    floor_ = scheduler_.now();
    for (TraceLane *lane : again_)
        if (!lane->items.empty())
            place(*lane, own_time(*lane));
    again_.clear();
    while (step())
        ;
    if (!feed_.at_end() || !feed_.idle())
        return;
    finished_ = !unanswered_;
    if (finished_)
        room_.drain();
}

/* ---- who goes next ---- */

/*
 * @p lane may issue at its @p own time. If that is not known, something will look at the lane when what it waits for
 * has happened; a stream's lanes are looked at whenever one of its accesses ends.
 */
void TraceMaster::place(TraceLane &lane, ps_t own) {
    if (likely(own != kNever))
        order_.put(lane, own);
    else if (!lane.queued)
        park(lane);
}

void TraceMaster::park(TraceLane &lane) {
    TraceItem &item = lane.items.front();
    Port &port = *ports_[item.stream->port];

    if (!item.space->fence.admits(item.space_epoch))
        item.space->parked.add(lane);
    else if (port.busy())
        port.parked.add(lane);
}

/* Of a record with DMAT_F_AFTER; the longest that simulated time has room for. */
static ps_t think_time(const dmat_record &rec) {
    constexpr u64 longest = (kNever >> 2) / 1000;

    return std::min<u64>(rec.word[0], longest) * 1000;
}

/* When the first access of @p lane may go out for all that its stream says; kNever: an event will tell. */
ps_t TraceMaster::own_time(TraceLane &lane) {
    TraceItem &item = lane.items.front();
    TraceStream &s = *item.stream;
    ps_t t = std::max({floor_, feed_.systems().ready(), s.ready, item.space->ready});

    if (unlikely(!item.admitted()) || ports_[s.port]->busy())
        return kNever;
    if (unlikely(item.rec.flags & DMAT_F_AFTER) && item.chain->round == item.round) {
        // Not when it was recorded, but when the one before it has ended and what comes between is done.
        if (!item.chain->ended)
            return kNever;
        t = std::max(t, item.chain->end + think_time(item.rec));
    } else if (config_.master.arrival == FL_ARRIVAL_TRACE) {
        t = std::max(t, item.arrival);
    }
    if (unlikely(config_.os.job_ps && (item.new_job || !s.job_left))) {
        if (!begin_job(item, t))
            return kNever;
        t = s.ready;
    }
    if (config_.master.ordering != FL_ORDER_NONE) {
        if (lane.unknown)
            return kNever;
        t = std::max(t, lane.last_done);
    }
    return room_.stream_time(t, s, item.rec);
}

/* The software before a job of @p item's stream begins at @p t, or when the job before has ended; false: not known. */
bool TraceMaster::begin_job(TraceItem &item, ps_t t) {
    TraceStream &s = *item.stream;

    if (s.known.size() < s.outstanding)
        return false;
    if (s.outstanding)
        t = std::max(t, s.known.back());
    s.ready = t + config_.os.job_ps;
    measured_.job(t, s.ready);
    item.new_job = false;
    s.job_left = config_.os.job_accesses ? config_.os.job_accesses : ~0ULL;
    return true;
}

/*
 * Back to back, and where accesses wait for others instead of a time, a stream
 * whose next access is not read yet may be the next to issue: read on until each
 * has one. By recorded time, nothing that is not read can be earlier than the
 * next record.
 */
bool TraceMaster::must_read() {
    if (feed_.full())
        return false;
    if (config_.master.arrival == FL_ARRIVAL_BACK_TO_BACK)
        return feed_.hungry() || feed_.idle();
    return feed_.next_arrival() <= std::min(room_.time(order_.due()), scheduler_.horizon()) ||
           (feed_.dependent() && feed_.hungry());
}

void TraceMaster::read_ahead() {
    while (feed_.more() && must_read()) {
        TraceLane *lane = feed_.read();
        if (lane && !lane->queued)
            place(*lane, own_time(*lane));
        if (unlikely(!(feed_.records() & (kProgress - 1))) && hooks_.progress)
            hooks_.progress(feed_.records());
    }
}

/* One access or one record of the operating system. False: nothing more in this action. */
bool TraceMaster::step() {
    TraceSystem *system = nullptr;
    ps_t system_time = kNever;

    order_.settle();
    read_ahead();
    ps_t due = order_.due(), t = room_.time(due);
    if (unlikely(feed_.systems().any()))
        system = feed_.systems().next(std::max(system_ready_, floor_), system_time);
    ps_t next = std::min(t, system_time);
    if (next >= scheduler_.horizon()) {
        if (config_.master.arrival == FL_ARRIVAL_TRACE && feed_.more() && !feed_.full())
            next = std::min(next, feed_.next_arrival());
        if (next != kNever)
            play_.set(next);
        return false;
    }
    if (system && system_time <= t) {
        run_system(system, system_time);
        return false;
    }
    TraceLane &lane = order_.take();
    ps_t own = own_time(lane);
    if (own > due) {
        place(lane, own);
    } else {
        room_.take(*lane.items.front().stream, due, t);
        issue(lane, t);
    }
    return true;
}

/* ---- one access ---- */

void TraceMaster::issue(TraceLane &lane, ps_t t) {
    static unsigned char no_data = TLM_BYTE_DISABLED; // the trace has addresses, no data
    TraceItem &item = lane.items.front();
    const dmat_record &rec = item.rec;
    TraceStream &s = *item.stream;
    Payload *p = payloads_.take();
    ps_t end = t;

    p->warmup = !measured_.issued(t);
    if (hooks_.before)
        hooks_.before(rec);
    p->item = &item;
    item.chain->latest = item.number;
    item.chain->round = item.round;
    item.chain->ended = false;
    p->begin(rec, rec.iova, u32(rec.size), data_.of(rec.size), t);
    p->set_byte_enable_ptr(&no_data);
    p->set_byte_enable_length(1);
    s.ready = t + room_.transfer(rec).interval_ps;
    s.job_left--;
    if (likely(ports_[s.port]->send(*p, end))) {
        room_.ends(s, end);
        feed_.issued(lane); // the item keeps its place until more is read
        complete(*p, end);
    } else {
        p->copy = item;
        p->item = &p->copy;
        feed_.issued(lane);
        lane.unknown++;
        unanswered_++;
    }
    if (!lane.items.empty())
        place(lane, own_time(lane));
}

/* The outcome is known; it counts from @p time on. */
void TraceMaster::complete(Payload &p, ps_t time) {
    const TraceItem &item = *p.item;
    TraceChain &chain = *item.chain;

    chain.lane->last_done = std::max(chain.lane->last_done, time);
    if (chain.latest == item.number) {
        chain.end = time;
        chain.ended = true;
    }
    feed_.systems().ended(*item.stream, *item.space, time);
    if (likely(!p.warmup))
        measured_.ended(p, time);
    if (hooks_.done) {
        AccessDone d = p.outcome(item.rec, item.number, time);
        d.warmup = p.warmup;
        hooks_.done(d);
    }
    p.release();
}

/* An access that took its phases: answered now. */
void TraceMaster::answered(Payload &p, ps_t time) {
    TraceStream &s = *p.item->stream;

    p.item->chain->lane->unknown--;
    unanswered_--;
    room_.ended(s, time, !p.warmup || !measured_.begun());
    complete(p, time);
    again_.insert(again_.end(), s.lanes.begin(), s.lanes.end());
    play_.set(time);
}

/* ---- what the operating system does ---- */

/* At @p t; others may have something to do while it works, so the action ends with it. */
void TraceMaster::run_system(TraceSystem *s, ps_t t) {
    scheduler_.spend_until(t);
    int ret = hooks_.system ? hooks_.system(s->rec) : 0;
    if (ret) {
        feed_.stop(ret);
        order_.clear();
        return;
    }
    measured_.driver_work.use(std::max(feed_.systems().earliest(*s), floor_), t, scheduler_.now());
    system_ready_ = scheduler_.now();
    feed_.systems().done(s, system_ready_, again_);
    play_.set(t);
}

} // namespace faultline
