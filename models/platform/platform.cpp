/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "platform.h"
#include <algorithm>
#include <stdexcept>

extern "C" {
#include "replay_counters.h"
#include "report_json.h"
}

namespace faultline {

/* As long as it may honestly take until an access ends: many handlers, one after the other. */
static ps_t patience(const CpuModel &cpu) {
    return std::max<ps_t>(10'000'000'000, 100 * cpu.longest_call());
}

KindModel::KindModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config,
                     const iommu_kind &kind)
    : IommuModel(name, scheduler, config, true), kind_(kind) {
    int ret = kind.create(&config, ops(), ops_context(), &hw_);

    if (ret)
        throw std::runtime_error(std::string("the ") + kind.name + " cannot be made: " + std::strerror(-ret));
    set_engine(kind.cls, hw_);
    set_stall_slots(u32(iommu_kind_stalls(&kind, &config)));
}

KindModel::~KindModel() {
    if (hw_)
        kind_.destroy(hw_);
}

Platform::Platform(sc_core::sc_module_name name, const replay_options &opt, const struct replay_scan &scan, Taps *taps)
    : sc_module(name), scheduler("scheduler"),
      memory("memory", unsigned(2 * opt.cfg->iommu.count), *opt.cfg, opt.seed + 3),
      cpu("cpu", scheduler, memory, *opt.cfg, opt.seed), opt_(opt), scan_(scan), streams_(scan.n_sids), taps_(taps),
      watch_(patience(cpu)) {
    counts_.n_streams = scan.n_sids;
    for (u32 i = 0; i < scan.n_sids; i++)
        counts_.streams[i].sid = scan.sids[i];
    for (u32 i = 0; i < scan.n_sids; i++)
        streams_[i].kind = stream_kind_of(&opt, scan.sids[i]);
    make_master();
    for (unsigned i = 0; i < opt.cfg->iommu.count; i++)
        add_iommu(i);
    memory.window.bind(cpu.doorbell);
    memory.set_window(KIND_MSI_DOORBELL, KIND_MSI_DOORBELL + 0xfffff);
    cpu.set_allocator([this](u32 requester, u32 requests) {
        u32 written = 0;
        for (auto &d : devices_)
            written = written ? written : d.model->allocate(requester, requests);
        return written;
    });
    if (taps_)
        attach_taps();
}

void Platform::attach_taps() {
    std::vector<const Usage *> resources;

    for (const Account &a : accounts(0))
        resources.push_back(a.usage);
    taps_->attach(resources);
    cpu.set_tap(taps_);
    for (unsigned i = 0; i < iommus_.size(); i++)
        iommus_[i].model->set_tap(taps_, i, taps_->logs());
    for (unsigned i = 0; i < devices_.size(); i++)
        devices_[i].model->set_tap(taps_, i, taps_->logs());
}

void Platform::add_iommu(unsigned i) {
    std::string name = opt_.cfg->iommu.count > 1 ? "iommu_" + std::to_string(i) : "iommu";
    KindModel *model = new KindModel(name.c_str(), scheduler, *opt_.cfg, *opt_.kind);
    CpuPort &port = cpu.connect(model->ledger(), opt_.kind->irq_lines, opt_.kind->level_irq);

    iommus_.push_back({std::unique_ptr<KindModel>(model), &port});
    model->keep_accounts();
    for (unsigned tbu = 0; tbu < opt_.cfg->tbu.count; tbu++)
        plug(i, tbu);
    model->down.bind(memory.in(2 * i));
    model->walk.bind(memory.in(2 * i + 1));
    model->irq.bind(port.irq_in);
    port.mmio.bind(model->mmio);
    model->set_sink(this);
}

void Platform::make_master() {
    if (opt_.cfg->master.kind == FL_MASTER_GPU) {
        gpu_ = new GpuMaster("gpu", scheduler, *opt_.cfg, memory.store());
        master.reset(gpu_);
    } else {
        master.reset(new TraceMaster("master", scheduler, *opt_.cfg));
    }
}

/* The streams of one TBU: platform masters, or a PCIe device whose functions share it with some of those. */
void Platform::plug(unsigned iommu, unsigned tbu) {
    unsigned place = unsigned(iommu * opt_.cfg->tbu.count) + tbu;
    KindModel &model = *iommus_[iommu].model;
    std::vector<PcieFunction> functions;
    bool link = false;
    for (u32 i = 0; i < scan_.n_sids; i++) {
        const stream_kind &k = streams_[i].kind;
        if (fl_config_port(opt_.cfg, scan_.sids[i]) != place)
            continue;
        functions.emplace_back(scan_.sids[i], k.ats, k.faults == REPLAY_PRI, k.link);
        link |= k.link;
    }
    if (!link) {
        master->out(place).bind(model.tbu(tbu));
        return;
    }
    std::string name = "device_" + std::to_string(place);
    PcieEndpoint *device = new PcieEndpoint(name.c_str(), scheduler, model.ats(), *opt_.cfg, functions);
    devices_.push_back({std::unique_ptr<PcieEndpoint>(device), iommu});
    device->set_sink(this);
    master->out(place).bind(device->dma);
    device->up.bind(model.tbu(tbu));
}

Platform::~Platform() {
    cpu.put_down();
    if (os_)
        replay_os_destroy(os_, scheduler.now() / 1000);
}

/* The driver starts in simulated time, too; the trace begins when it is ready. */
void Platform::boot() {
    replay_os_cfg cfg{};

    cfg.opt = &opt_;
    cfg.trace = &scan_;
    cfg.ops = DriverAccess::ops();
    for (std::size_t i = 0; i < iommus_.size(); i++)
        cfg.drv_ctx[i] = iommus_[i].port->access();
    cfg.ctx = &cpu;
    cfg.kick = [](void *ctx) { static_cast<CpuModel *>(ctx)->kick(); };
    cfg.observe = [](void *ctx, fault_group *g, fault_point point, u64) {
        if (point == FAULT_AT_QUEUED)
            static_cast<CpuModel *>(ctx)->queued(g);
    };
    cfg.looker = gpu_;
    if (gpu_ && opt_.cfg->gpu.on_fault == FL_ON_FAULT_DUMP)
        cfg.look = [](void *gpu, const fault_record *f) {
            static_cast<GpuMaster *>(gpu)->dump(*f);
            return true;
        };
    error_ = replay_os_create(&cfg, &os_, err_);
    if (error_)
        return;
    for (u32 i = 0; i < iommus_.size(); i++)
        iommus_[i].port->set_software(opt_.kind->drv, replay_os_driver(os_, i), replay_os_core(os_, i));
    if (replay_has(&opt_, &scan_, REPLAY_TERMINATE))
        cpu.set_deferred([this](u64 now_ns) { return replay_os_deferred(os_, now_ns); });
    cpu.set_load([this](const std::vector<fault_group *> &groups) {
        replay_load load{};
        replay_os_load(os_, groups.data(), u32(groups.size()), &load);
        return CpuModel::Load{load.faults, load.pages};
    });

    MasterHooks hooks;
    hooks.warmup = opt_.warmup;
    counting_ = opt_.warmup ? kNever : 0;
    hooks.counting = [this](ps_t t) { begin_counting(t); };
    hooks.before = [this](const dmat_record &rec) { replay_os_touch(os_, &rec); };
    hooks.done = [this](const AccessDone &d) { access_done(d); };
    hooks.system = [this](const dmat_record &rec) { return replay_os_record(os_, &rec, scheduler.now() / 1000, err_); };
    hooks.refuse = [this](u64 number, const char *why) {
        return dmat_fail(err_, EINVAL, "record %llu: %s", number, why);
    };
    if (opt_.progress)
        hooks.progress = [this](u64) {
            opt_.progress(opt_.progress_ctx, counts_.accesses, scan_.accesses * (opt_.repeat ? opt_.repeat : 1));
        };
    master->start(*source_, std::move(hooks), scheduler.now());
}

void Platform::fault_delivered(const dma_txn &, const xlat_result &, xlat, ps_t) {}

/* The measured interval begins. What the operating system did before counts, unless there was a warm-up. */
void Platform::begin_counting(ps_t t) {
    begin_ = t;
    if (taps_)
        taps_->begins(t);
    counters_before_ = count();
    for (Node &n : iommus_)
        n.model->mark(t);
    cpu.mark(t);
    memory.mark(t);
    for (auto &d : devices_)
        d.model->mark(t);
    if (!opt_.warmup)
        return;
    counting_ = t;
    before_.reset(new replay_result{});
    replay_os_result(os_, before_.get());
    for (auto &d : devices_) {
        before_->merged += d.model->merged();
        before_->tries += d.model->tries();
    }
}

/* All that one IOMMU has counted so far. */
static replay_counters count_of(const IommuModel &iommu) {
    const IommuModel::Counters &n = iommu.counters();
    replay_counters c{};

    iommu.stats(c.hw);
    c.held = n.held;
    c.walks = n.walks;
    c.walks_merged = n.merged;
    c.config_accesses = n.walk_config;
    c.table_accesses = n.walk_accesses - n.walk_config;
    c.stalled = n.stalled;
    c.commands = n.commands;
    c.syncs = n.syncs;
    c.sync_wait_ns = n.sync_wait / 1000;
    return c;
}

replay_counters Platform::count() const {
    replay_counters all{};

    for (const Node &n : iommus_) {
        replay_counters c = count_of(*n.model);
        replay_counters_add(&all, &c);
    }
    for (auto &d : devices_)
        d.model->count_atc(all.atc);
    all.interrupts = cpu.interrupts();
    all.thread_wakes = cpu.thread_wakes();
    all.worker_wakes = cpu.worker_wakes();
    return all;
}

/* The last access is over at @t; what the software does behind it does not count. */
void Platform::end_counting(ps_t t) {
    accounts_ = accounts(t);
    counters_ = count();
    replay_counters_subtract(&counters_, &counters_before_);
    end_ = t;
    if (taps_)
        taps_->ends(t);
}

__attribute__((noinline)) void Platform::show(const FaultSeen &f) {
    if (f.stamps.stamp[0] >= counting_)
        taps_->fault(f);
}

/* Whole ns of the stamps, not of the parts: then the parts still add up. */
void Platform::fault_done(const FaultStamps &s, const Bill *bill) {
    if (s.stamp[0] < counting_)
        return;
    if (bill)
        fault_owners_.add(*bill);
    latency_.add(s.stamp[FAULT_PARTS] / 1000 - s.stamp[0] / 1000);
    for (unsigned i = 0; i < FAULT_PARTS; i++)
        parts_[i].add(s.stamp[i + 1] / 1000 - s.stamp[i] / 1000);
}

void Platform::fault_over(const dma_txn &txn, xlat kind, const FaultStamps &s, const LoggedBill *bill, u64 flow) {
    if (kind == XLAT_STALL || kind == XLAT_OK)
        note_answer(txn);
    if (unlikely(taps_ != nullptr)) {
        const LoggedBill *log = bill && bill->complete() ? bill : nullptr;
        show({txn, s, bill, log, kind, stream_of(txn.sid).kind.faults == REPLAY_STALL, false, false, flow});
    }
    fault_done(s, bill);
}

/* The six parts that all fault modes share, and the seven of PCIe. */
void Platform::page_fault_over(const dma_txn &txn, bool joined, xlat how, const PageStamps &s, const Bill *bill,
                               const LoggedBill *log, u64 flow) {
    static const unsigned begins[FAULT_PARTS + 1] = {
        PAGE_PART_TRANSLATION, PAGE_PART_REQUEST, PAGE_PART_NOTIFY, PAGE_PART_SOFTWARE,
        PAGE_PART_RESPONSE,    PAGE_PART_RETRY,   PAGE_PARTS};
    FaultStamps common;

    for (unsigned i = 0; i <= FAULT_PARTS; i++)
        common.stamp[i] = s.stamp[begins[i]];
    note_answer(txn);
    if (unlikely(taps_ != nullptr))
        show({txn, common, bill, log, how, true, true, joined, flow});
    fault_done(common, bill);
    if (s.stamp[0] < counting_)
        return;
    for (unsigned i = 0; i < PAGE_PARTS; i++)
        page_parts_[i].add(s.stamp[i + 1] / 1000 - s.stamp[i] / 1000);
}

Platform::StreamTimes &Platform::stream_of(u32 sid) {
    u32 &i = last_stream_;

    for (u32 tries = 0; scan_.sids[i] != sid && tries < scan_.n_sids; tries++)
        i = i + 1 < scan_.n_sids ? i + 1 : 0;
    return streams_[i];
}

void Platform::note_stream(const AccessDone &d) {
    StreamTimes &t = stream_of(d.record->sid);
    u32 i = last_stream_;

    t.latency.add(d.done - d.issued);
    t.first = std::min(t.first, d.issued);
    t.last = std::max(t.last, d.done);
    counts_.streams[i].accesses++;
    counts_.streams[i].bytes += d.record->size;
    counts_.streams[i].faults += d.faults;
    if (unlikely(taps_ != nullptr))
        show(d, i);
}

__attribute__((noinline)) void Platform::show(const AccessDone &d, u32 stream) {
    ps_t start = gpu_ ? begin_ : 0; // a GPU counts from its beginning

    taps_->access({stream, d.record->size, start + d.issued, start + d.done});
}

void Platform::access_done(const AccessDone &d) {
    const dmat_record &rec = *d.record;
    bool ok = d.how == XLAT_OK, recorded_ok = rec.outcome == DMAT_OUT_OK;

    watch_.ended(scheduler.now());
    if (unlikely(d.warmup))
        return;
    note_stream(d);
    counts_.accesses++;
    if (unlikely(!gpu_ && counts_.accesses == scan_.accesses * (opt_.repeat ? opt_.repeat : 1) - opt_.warmup)) {
        ps_t last = scheduler.now(); // the last to be told of need not be the last to end
        for (const StreamTimes &t : streams_)
            last = std::max(last, t.last);
        end_counting(last);
    }
    counts_.bytes += rec.size;
    (ok ? counts_.translated : counts_.aborted)++;
    if (rec.outcome == DMAT_OUT_NONE || opt_.kind->bypass ||
        (!ok && recorded_ok && stream_of(rec.sid).kind.faults == REPLAY_TERMINATE))
        return;
    counts_.compared++;
    if (ok == recorded_ok && (!ok || d.address == rec.pa))
        return;
    if (!counts_.different++)
        counts_.first_difference = {d.number, rec.sid, rec.iova, rec.pa, d.address, recorded_ok, ok};
}

std::vector<Platform::Account> Platform::accounts(ps_t until) const {
    std::vector<Account> a;
    auto add = [&](const Usage *u, unsigned iommu) { a.push_back({u, iommu, u->figures(until)}); };

    for (unsigned i = 0; i < iommus_.size(); i++)
        for (const Usage *u : iommus_[i].model->usages(until))
            add(u, i);
    for (const Usage *u : {&cpu.threads(), &cpu.workers(), &cpu.cpus(), master->jobs(), master->driver_work()})
        if (u)
            add(u, kShared);
    for (auto &d : devices_)
        for (const Usage *u : d.model->usages(until))
            add(u, d.iommu);
    for (const Usage *u : memory.usages(until))
        add(u, kShared);
    return a;
}

/* Nobody uses more of a resource than there is, nor longer than the interval; all of it is in use no longer than that.
 */
static void check_figures(const Figures &in, u32 capacity, ps_t interval) {
    fl_assert(in.full <= interval);
    if (!capacity)
        return;
    fl_assert(in.peak <= capacity);
    fl_assert(in.busy <= u128{capacity} * interval);
    fl_assert(in.busy >= u128{capacity} * in.full);
}

void Platform::add_resource(replay_result &result, const Account &a) const {
    const Usage &u = *a.usage;
    ps_t interval = end_ - begin_;

    if (!a.in.uses)
        return;
    fl_assert(result.n_resources < REPLAY_MAX_RESOURCES);
    replay_resource &r = result.resources[result.n_resources++];
    if (a.iommu == kShared || iommus_.size() == 1)
        std::snprintf(r.name, sizeof(r.name), "%s", u.name());
    else
        std::snprintf(r.name, sizeof(r.name), "%s@%u", u.name(), a.iommu);
    for (const replay_resource *o = result.resources; o < &r; o++)
        r.index += !std::strcmp(o->name, r.name);
    r.capacity = u.capacity() == ~0U ? 0 : u.capacity();
    check_figures(a.in, r.capacity, interval);
    r.peak = a.in.peak;
    r.uses = a.in.uses;
    r.busy_ns = u64(a.in.busy / 1000);
    r.waited_ns = u64(a.in.waited / 1000);
    r.full_ns = a.in.full / 1000;
    if (r.capacity && interval)
        r.utilisation_ppm = u32(a.in.busy * 1'000'000 / interval / r.capacity);
}

void Platform::collect_ledger(replay_result &result) const {
    const OwnerSums &all = master->owners();

    result.fault_bills = fault_owners_.bills;
    result.access_bills = all.bills;
    for (unsigned i = 0; i < OWNERS; i++) {
        result.fault_owner_ns[i] = fault_owners_.by[i] / 1000;
        result.access_owner_ns[i] = all.by[i] / 1000;
    }
    for (const Account &a : accounts_) {
        u32 before = result.n_resources;
        add_resource(result, a);
        if (taps_ && result.n_resources > before)
            taps_->name(unsigned(&a - accounts_.data()), result.resources[before]);
    }
}

void Platform::collect(replay_result &result) {
    result = counts_;
    replay_os_result(os_, &result);
    if (accounts_.empty()) // a master that makes accesses of its own
        end_counting(begin_ + master->duration());
    fl_assert(master->duration() == end_ - begin_);
    if (before_)
        replay_os_subtract(&result, before_.get());
    result.timed = true;
    result.counters = counters_;
    result.trace_records = scan_.records;
    result.trace_accesses = scan_.accesses;
    result.trace_faults = scan_.faults;
    result.duration_ns = master->duration() / 1000;
    if (const InFlight *n = master->in_flight()) {
        result.in_flight_ns = u64(n->area() / 1000);
        result.in_flight_peak = n->peak();
    }
    result.access = master->latencies().summary(1000);
    result.access_histogram = master->latencies().histogram(1000);
    result.latency = latency_.summary(1);
    result.latency_histogram = latency_.histogram(1);
    for (unsigned i = 0; i < FAULT_PARTS; i++) {
        result.parts[i] = parts_[i].summary(1);
        result.part_histograms[i] = parts_[i].histogram(1);
    }
    for (u32 i = 0; i < scan_.n_sids; i++) {
        result.streams[i].latency = streams_[i].latency.summary(1000);
        if (streams_[i].last)
            result.streams[i].active_ns = (streams_[i].last - streams_[i].first) / 1000;
    }
    for (unsigned i = 0; i < PAGE_PARTS; i++) {
        result.page_parts[i] = page_parts_[i].summary(1);
        result.page_part_histograms[i] = page_parts_[i].histogram(1);
    }
    collect_ledger(result);
    for (auto &d : devices_) {
        result.merged += d.model->merged();
        result.tries += d.model->tries();
    }
    if (before_) {
        result.merged -= before_->merged;
        result.tries -= before_->tries;
    }
}

/* What only a master with a life of its own can tell, and what happened around it. */
void Platform::tell() {
    json_t *o = json_object(), *smmu = json_object();
    IommuModel::Counters c{};

    for (Node &n : iommus_) {
        const IommuModel::Counters &one = n.model->counters();
        c.stalled += one.stalled;
        c.blocked += one.blocked;
        c.aborted += one.aborted;
        c.razwi += one.razwi;
    }
    json_object_set_new(o, "gpu", gpu_->account());
    report_json_u64(smmu, "interrupts", cpu.interrupts());
    report_json_u64(smmu, "stalled", c.stalled);
    report_json_u64(smmu, "held_at_the_input", c.blocked);
    report_json_u64(smmu, "aborted", c.aborted);
    report_json_u64(smmu, "razwi", c.razwi);
    json_object_set_new(o, "smmu", smmu);
    json_object_update(opt_.account, o);
    json_decref(o);
}

void Platform::note_answer(const dma_txn &txn) {
    if (likely(!watch_.answered(txn, scheduler.now())) || error_)
        return;
    error_ = no_progress(&txn);
    sc_core::sc_pause();
}

static void add(std::string &text, u64 n, const std::string &what) {
    if (n)
        text += (text.empty() ? "" : ", ") + std::to_string(n) + what;
}

static std::string of_stream(u32 sid) {
    char text[32];

    std::snprintf(text, sizeof(text), " (stream 0x%x)", sid);
    return text;
}

/* What waits for what; @again: the access whose page is answered and faults for ever. */
int Platform::no_progress(const dma_txn *again) {
    Waiting w{};
    std::string who;
    char circle[96] = "";

    for (Node &n : iommus_)
        n.model->count_waiting(w);
    for (auto &d : devices_)
        d.model->count_waiting(w);
    add(who, w.answer, " for the answer to a page request" + of_stream(w.answer_sid));
    add(who, w.credit, " for a page request credit");
    add(who, w.tag, " for a translation tag");
    add(who, w.stalled, " for the answer to a stall" + of_stream(w.stalled_sid));
    add(who, w.room, " for room to stall");
    add(who, w.input, " for a translation slot");
    if (again)
        std::snprintf(circle, sizeof(circle), "; page 0x%llx of stream 0x%x is answered and faults again",
                      again->iova & ~0xfffULL, again->sid);
    return dmat_fail(err_, EDEADLK, "no progress: %llu accesses wait%s%s%s", master->outstanding(),
                     who.empty() ? "" : ": ", who.c_str(), circle);
}

int Platform::run(TraceSource &source, replay_result &result, dmat_error *err) {
    source_ = &source;
    err_ = err;
    scheduler.call<&Platform::boot>(0, *this);
    sc_core::sc_start();
    if (!error_)
        error_ = master->error();
    if (error_)
        return error_;
    if (scheduler.overrun())
        return dmat_fail(err_, EINVAL, "the run takes longer than the 106 days that simulated time is kept to");
    if (!master->finished())
        return no_progress(nullptr);
    collect(result);
    if (gpu_ && opt_.account)
        tell();
    return taps_ ? taps_->finish(opt_.watch, err_) : 0;
}

} // namespace faultline
