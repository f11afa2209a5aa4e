/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_master.h"
#include <algorithm>

namespace faultline {

static constexpr u64 kProgress = 1 << 16; // records

struct TraceMaster::Port : OutSocket, Outlet {
    Port(TraceMaster &m, unsigned i) : OutSocket(i), Outlet(OutSocket::socket, true), master(m) {}

    TraceMaster &master;
    std::vector<Lane *> parked; // for the end of a request phase

private:
    void answered(tlm::tlm_generic_payload &gp, ps_t time) override {
        master.answered(static_cast<Payload &>(gp), time);
    }
    void ready(ps_t time) override {
        TraceFeed::unpark(parked, master.again_);
        master.play_.set(time);
    }
};

TraceMaster::TraceMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
    : sc_module(name), scheduler_(scheduler), config_(config), feed_(config), play_(scheduler, *this) {
    fl_config_error err;
    transfers_.resize(FL_TRANSFERS);
    transfers_.resize(std::size_t(std::max(0, fl_config_transfers(config.master.transfers, transfers_.data(), &err))));
    for (unsigned i = 0; i < config.iommu.count * config.tbu.count; i++)
        ports_.emplace_back(new Port(*this, i));
}

TraceMaster::~TraceMaster() = default;

tlm::tlm_initiator_socket<> &TraceMaster::out(unsigned i) {
    return ports_.at(i)->OutSocket::socket;
}

void TraceMaster::start(TraceSource &source, MasterHooks hooks, ps_t at) {
    hooks_ = std::move(hooks);
    feed_.start(source, at);
    system_ready_ = at;
    play_.set(at);
}

/* Room that everybody reads and writes and nobody looks at. */
unsigned char *TraceMaster::more_data(u64 bytes) {
    room_ = std::max<u64>({bytes, 2 * room_, 4096});
    data_.emplace_back(room_);
    return data_.back().data();
}

void TraceMaster::play() {
    floor_ = scheduler_.now();
    wake(again_);
    while (step())
        ;
    if (feed_.at_end() && feed_.idle())
        finish_if_done();
}

void TraceMaster::finish_if_done() {
    finished_ = !unanswered_;
    while (finished_ && !known_.empty())
        in_flight_.leave(known_.pop());
}

/* ---- who goes next ---- */

void TraceMaster::enqueue(Lane *lane) {
    if (lane->queued || lane->items.empty())
        return;
    ps_t t = own_time(*lane);
    if (t == kNever) {
        park(*lane);
        return;
    }
    queue(*lane, t);
}

void TraceMaster::queue(Lane &lane, ps_t t) {
    lane.queued = true;
    lane.due = t;
    ready_.push_back({t, lane.items.front().number, &lane});
    std::push_heap(ready_.begin(), ready_.end());
}

/* A lane whose turn is at an end that is known may go at an earlier one that was not. */
void TraceMaster::hasten(Lane &lane) {
    ps_t t = own_time(lane);

    if (t >= lane.due)
        return;
    overtaken_++;
    queue(lane, t);
}

TraceMaster::Ready TraceMaster::pop_ready() {
    Ready r = ready_.front();

    std::pop_heap(ready_.begin(), ready_.end());
    ready_.pop_back();
    return r;
}

/* Places in the order of issue that their lanes have left for earlier ones. */
void TraceMaster::drop_overtaken() {
    while (overtaken_ && !ready_.empty()) {
        const Ready &r = ready_.front();
        if (r.lane->queued && r.lane->due == r.time && r.lane->items.front().number == r.number)
            return;
        pop_ready();
        overtaken_--;
    }
}

void TraceMaster::wake(std::vector<Lane *> &lanes) {
    woken_.swap(lanes);
    for (Lane *lane : woken_) {
        if (lane->queued)
            hasten(*lane);
        else
            enqueue(lane);
    }
    woken_.clear();
}

/* Where something will look for @p lane when what it waits for has happened. Its stream's lanes are always looked at.
 */
void TraceMaster::park(Lane &lane) {
    TraceFeed::Item &item = lane.items.front();

    std::vector<Lane *> *list = nullptr;

    if (!item.space->fence.admits(item.space_epoch))
        list = &item.space->parked;
    else if (ports_[item.stream->port]->busy())
        list = &ports_[item.stream->port]->parked;
    if (!list || lane.parked)
        return;
    lane.parked = true;
    list->push_back(&lane);
}

/* Of a record with DMAT_F_AFTER; the longest that simulated time has room for. */
static ps_t think_time(const dmat_record &rec) {
    constexpr u64 longest = (kNever >> 2) / 1000;

    return std::min<u64>(rec.word[0], longest) * 1000;
}

/* When the first access of @p lane may go out for all that its stream says; kNever: an event will tell. */
ps_t TraceMaster::own_time(Lane &lane) {
    TraceFeed::Item &item = lane.items.front();
    Stream &s = *item.stream;
    ps_t t = std::max({floor_, feed_.ready(), s.ready, item.space->ready});

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
    return room_time(t, s.outstanding, transfer(item.rec).outstanding, s.known);
}

/*
 * When @p n accesses, of which the ends of some are @p known, leave room for one more among @p most, from @p t on.
 * It takes nothing: an end that is not known may turn out to be earlier.
 */
ps_t TraceMaster::room_time(ps_t t, u64 n, u64 most, const SortedRing<ps_t> &known) {
    if (likely(n < most))
        return t;
    return n - most < known.size() ? std::max(t, known[n - most]) : kNever;
}

/*
 * The measured interval begins: with the first access that counts, or with its job. Of accesses that are under way,
 * all of the warm-up, nothing counts.
 */
void TraceMaster::begin_counting(ps_t t) {
    first_ = last_ = t;
    in_flight_.mark(t);
    for (std::size_t i = 0; i < known_.size(); i++)
        in_flight_.forget(known_[i]);
    jobs_.mark(t);
    driver_work_.mark(t);
    if (hooks_.counting)
        hooks_.counting(t);
}

void TraceMaster::job_counts() {
    if (first_ == kNever)
        begin_counting(scheduler_.now());
}

/* The software before a job of @p item's stream begins at @p t, or when the job before has ended; false: not known. */
bool TraceMaster::begin_job(TraceFeed::Item &item, ps_t t) {
    Stream &s = *item.stream;

    if (s.known.size() < s.outstanding)
        return false;
    if (s.outstanding)
        t = std::max(t, s.known.back());
    s.ready = t + config_.os.job_ps;
    jobs_.use(t, t, s.ready);
    if (unlikely(issued_ >= hooks_.warmup && first_ == kNever))
        scheduler_.call<&TraceMaster::job_counts>(t, *this);
    item.new_job = false;
    s.job_left = config_.os.job_accesses ? config_.os.job_accesses : ~0ULL;
    return true;
}

/* What the device does with accesses like @p rec: of the sizes that it has reached, the largest counts. */
fl_transfer TraceMaster::transfer(const dmat_record &rec) const {
    bool write = (rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W;
    fl_transfer best{write, 0, config_.master.outstanding_per_stream, config_.master.interval_ps};

    for (const fl_transfer &t : transfers_)
        if (t.write == write && t.size <= rec.size && t.size >= best.size)
            best = t;
    return best;
}

/* ... and for what all streams together may have outstanding. */
ps_t TraceMaster::global_time(ps_t t) const {
    return room_time(t, in_flight_.now(), config_.master.outstanding, known_);
}

/* An access that was due at @p due takes its place among the outstanding at the time that global_time() gave. */
void TraceMaster::take_room(Stream &s, ps_t due, ps_t t) {
    while (!known_.empty() && (known_.front() <= due || in_flight_.now() >= config_.master.outstanding))
        in_flight_.leave(known_.pop());
    in_flight_.enter(t);
    while (!s.known.empty() && s.known.front() <= t) {
        s.known.pop();
        s.outstanding--;
    }
    s.outstanding++;
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
    ps_t next = ready_.empty() ? kNever : global_time(ready_.front().time);
    return feed_.next_arrival() <= std::min(next, scheduler_.horizon()) || (feed_.dependent() && feed_.hungry());
}

void TraceMaster::read_ahead() {
    while (feed_.more() && must_read()) {
        Lane *lane = feed_.read();
        if (lane)
            enqueue(lane);
        if (unlikely(!(feed_.records() & (kProgress - 1))) && hooks_.progress)
            hooks_.progress(feed_.records());
    }
}

TraceFeed::System *TraceMaster::next_system(ps_t &t) {
    TraceFeed::System *first = nullptr;

    for (TraceFeed::System *s : feed_.runnable()) {
        ps_t at = std::max({feed_.earliest(*s), system_ready_, floor_});
        if (first && (at > t || (at == t && s->number > first->number)))
            continue;
        first = s;
        t = at;
    }
    return first;
}

/* One access or one record of the operating system. False: nothing more in this action. */
bool TraceMaster::step() {
    TraceFeed::System *system;
    ps_t t = kNever, system_time = kNever;

    drop_overtaken();
    read_ahead();
    if (!ready_.empty())
        t = global_time(ready_.front().time);
    system = unlikely(!feed_.runnable().empty()) ? next_system(system_time) : nullptr;
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
    Ready r = pop_ready();
    r.lane->queued = false;
    ps_t own = own_time(*r.lane);
    if (own == kNever) {
        park(*r.lane);
    } else if (own > r.time) {
        enqueue(r.lane);
    } else {
        take_room(*r.lane->items.front().stream, r.time, t);
        issue(*r.lane, t);
    }
    return true;
}

/* ---- one access ---- */

void TraceMaster::issue(Lane &lane, ps_t t) {
    static unsigned char no_data = TLM_BYTE_DISABLED; // the trace has addresses, no data
    TraceFeed::Item &item = lane.items.front();
    const dmat_record &rec = item.rec;
    Stream &s = *item.stream;
    Payload *p = payloads_.take();
    ps_t end = t;

    p->warmup = issued_++ < hooks_.warmup;
    if (unlikely(!p->warmup && first_ == kNever))
        begin_counting(t);
    if (hooks_.before)
        hooks_.before(rec);
    p->record = &rec;
    p->number = item.number;
    p->stream = &s;
    p->space = item.space;
    p->lane = &lane;
    p->chain = item.chain;
    item.chain->latest = item.number;
    item.chain->round = item.round;
    item.chain->ended = false;
    p->begin(rec, rec.iova, u32(rec.size), data(rec.size), t);
    p->set_byte_enable_ptr(&no_data);
    p->set_byte_enable_length(1);
    s.ready = t + transfer(rec).interval_ps;
    s.job_left--;
    if (likely(ports_[s.port]->send(*p, end))) {
        known_.push(end);
        s.known.push(end);
        feed_.issued(lane); // its record lives until more is read
        complete(*p, end);
    } else {
        p->copy = rec;
        p->record = &p->copy;
        feed_.issued(lane);
        lane.unknown++;
        unanswered_++;
    }
    enqueue(&lane);
}

/* The outcome is known; it counts from @p time on. */
void TraceMaster::complete(Payload &p, ps_t time) {
    p.lane->last_done = std::max(p.lane->last_done, time);
    if (p.chain->latest == p.number) {
        p.chain->end = time;
        p.chain->ended = true;
    }
    feed_.ended(*p.stream, *p.space, time);
    if (likely(!p.warmup)) {
        last_ = std::max(last_, time);
        p.count(time, latencies_, owners_);
    }
    if (hooks_.done) {
        AccessDone d = p.outcome(*p.record, p.number, time);
        d.warmup = p.warmup;
        hooks_.done(d);
    }
    p.release();
}

/* An access that took its phases: answered now. */
void TraceMaster::answered(Payload &p, ps_t time) {
    Stream &s = *p.stream;

    p.lane->unknown--;
    unanswered_--;
    in_flight_.leave(time);
    if (unlikely(p.warmup && first_ != kNever))
        in_flight_.forget(time);
    s.outstanding--;
    complete(p, time);
    again_.insert(again_.end(), s.lanes.begin(), s.lanes.end());
    play_.set(time);
}

/* ---- what the operating system does ---- */

/* At @p t; others may have something to do while it works, so the action ends with it. */
void TraceMaster::run_system(TraceFeed::System *s, ps_t t) {
    scheduler_.spend_until(t);
    int ret = hooks_.system ? hooks_.system(s->rec) : 0;
    if (ret) {
        feed_.stop(ret);
        ready_.clear();
        overtaken_ = 0;
        return;
    }
    driver_work_.use(std::max(feed_.earliest(*s), floor_), t, scheduler_.now());
    system_ready_ = scheduler_.now();
    feed_.done(s, system_ready_, again_);
    play_.set(t);
}

} // namespace faultline
