/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Jobs, ports and time-outs of the GPU. */
#include "gpu_master.h"
#include <algorithm>
#include <utility>

namespace faultline {

static constexpr std::size_t kDumps = 16;

/* The way to one TBU: accesses in their order, one request phase at a time. */
class GpuMaster::Port : public tlm::tlm_bw_transport_if<> {
public:
    tlm::tlm_initiator_socket<> socket;

    Port(GpuMaster &gpu, unsigned i) : socket(("out_" + std::to_string(i)).c_str()), gpu_(gpu) { socket.bind(*this); }

    void submit(GpuAccess &a) {
        queue_.push_back(&a);
        if (asking_ || queue_.size() > 1)
            a.engine->hold(a);
        send();
    }

    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        ps_t time = Scheduler::absolute(delay);

        if (phase == tlm::END_REQ)
            accepted(time);
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        if (asking_ == &gp)
            accepted(time); // BEGIN_RESP ends the request phase, too
        gpu_.complete_at(static_cast<GpuAccess &>(gp), time);
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

private:
    void accepted(ps_t time) {
        asking_ = nullptr;
        if (!queue_.empty())
            gpu_.scheduler.at(
                time, [](void *port, u64) { static_cast<Port *>(port)->send(); }, this);
    }

    void send() {
        while (!asking_ && !queue_.empty()) {
            GpuAccess &a = *queue_.front();
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_core::sc_time delay = Scheduler::delay_to(gpu_.scheduler.now());
            queue_.pop_front();
            a.bill.open(a.issued);
            a.ext.bill = &a.bill;
            if (gpu_.hooks_.before)
                gpu_.hooks_.before(a.record);
            tlm::tlm_sync_enum answer = socket->nb_transport_fw(a, phase, delay);
            if (answer == tlm::TLM_COMPLETED) {
                gpu_.complete_at(a, Scheduler::absolute(delay));
                continue;
            }
            a.engine->hold(a);
            if (answer == tlm::TLM_ACCEPTED)
                asking_ = &a;
        }
    }

    GpuMaster &gpu_;
    std::deque<GpuAccess *> queue_;
    GpuAccess *asking_ = nullptr; // BEGIN_REQ without END_REQ
};

/* An access is free when everybody has let go of it. */
class GpuMaster::Manager : public tlm::tlm_mm_interface {
public:
    explicit Manager(GpuMaster &gpu) : gpu_(gpu) {}
    void free(tlm::tlm_generic_payload *gp) override { gpu_.free_.push_back(static_cast<GpuAccess *>(gp)); }

private:
    GpuMaster &gpu_;
};

GpuMaster::GpuMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, physmem &memory)
    : sc_module(name), GpuHost(scheduler, config), manager_(new Manager(*this)),
      texture_(*this, "texture", config.gpu.texture_outstanding),
      colour_(*this, "colour", config.gpu.colour_outstanding), cp_(*this, texture_, colour_),
      management_(*this), engines_{&cp_, &texture_, &colour_, &management_}, driver_(memory, config.gpu.burst_bytes) {
    for (unsigned i = 0; i < config.iommu.count * config.tbu.count; i++)
        ports_.emplace_back(new Port(*this, i));
}

GpuMaster::~GpuMaster() {
    for (auto &a : accesses_)
        a->clear_extension(&a->ext);
}

tlm::tlm_initiator_socket<> &GpuMaster::out(unsigned i) {
    return ports_.at(i)->socket;
}

void GpuMaster::start(TraceSource &source, MasterHooks hooks, ps_t at) {
    hooks_ = std::move(hooks);
    driver_.open(source, hooks_);
    begin_ = last_done_ = at;
    if (hooks_.counting)
        hooks_.counting(at);
    scheduler.at(
        at, [](void *gpu, u64) { static_cast<GpuMaster *>(gpu)->next_job(); }, this);
}

/* ---- accesses ---- */

GpuAccess *GpuMaster::new_access() {
    if (free_.empty()) {
        accesses_.emplace_back(new GpuAccess());
        accesses_.back()->set_mm(manager_.get());
        accesses_.back()->set_extension(&accesses_.back()->ext);
        free_.push_back(accesses_.back().get());
    }
    GpuAccess *a = free_.back();
    free_.pop_back();
    a->acquire();
    return a;
}

void GpuMaster::submit(GpuAccess &a) {
    outstanding_++;
    ports_[fl_config_port(&config, a.record.sid)]->submit(a);
}

void GpuMaster::complete_at(GpuAccess &a, ps_t time) {
    scheduler.at(
        time,
        [](void *access, u64) {
            auto *x = static_cast<GpuAccess *>(access);
            x->engine->complete(*x);
        },
        &a);
}

void GpuMaster::done(GpuAccess &a) {
    AccessDone d{};

    outstanding_--;
    last_done_ = scheduler.now();
    latencies_.add(last_done_ - a.issued);
    if (a.bill.used() || a.issued == last_done_) { // by a target that keeps a ledger
        fl_assert(a.bill.at() == last_done_);
        owners_.add(a.bill);
    }
    if (hooks_.done) {
        d.record = &a.record;
        d.number = serial_++;
        d.address = a.ext.address;
        d.issued = a.issued - begin_;
        d.done = last_done_ - begin_;
        d.faults = a.ext.faults;
        d.fault = a.ext.fault;
        d.how = xlat(a.ext.outcome);
        d.error = a.is_response_error() && d.how == XLAT_OK;
        hooks_.done(d);
    }
    a.release();
}

/* ---- jobs ---- */

/* The operating system does what the trace says; then the GPU gets its next job. */
void GpuMaster::next_job() {
    int ret = driver_.next(job_);

    if (ret > 0) {
        counters_.jobs++;
        scheduler.at(
            scheduler.now(), [](void *gpu, u64) { static_cast<GpuMaster *>(gpu)->begin_job(); }, this);
        return;
    }
    error_ = ret;
    at_end_ = true;
    management_.stop();
    finished_ = !outstanding_;
}

void GpuMaster::begin_job() {
    running_ = true;
    lost_ = false;
    progress_ = scheduler.now();
    if (!watching_)
        watch();
    texture_.begin(job_.of(GpuEngineId::Texture));
    colour_.begin(job_.of(GpuEngineId::Colour));
    texture_.start(job_.texture);
    colour_.start(job_.colour);
    management_.begin(job_.of(GpuEngineId::Management));
    cp_.begin(job_.of(GpuEngineId::Cp));
    moved();
}

/* Something has moved: does the command processor wait for that, is the job over? */
void GpuMaster::moved() {
    if (at_end_)
        finished_ = !outstanding_;
    if (!running_)
        return;
    cp_.units_moved();
    bool still = texture_.idle() && colour_.idle() && cp_.outstanding().empty();
    if (lost_ ? still : still && cp_.done() && management_.covered())
        end_job();
}

void GpuMaster::end_job() {
    running_ = false;
    (lost_ ? counters_.lost : counters_.done)++;
    if (hooks_.progress)
        hooks_.progress(driver_.records());
    scheduler.at(
        scheduler.now(), [](void *gpu, u64) { static_cast<GpuMaster *>(gpu)->next_job(); }, this);
}

/* ---- hang detection ---- */

ps_t GpuMaster::progress() const {
    ps_t t = std::max(progress_, cp_.decoded());

    for (auto e : {GpuEngineId::Cp, GpuEngineId::Texture, GpuEngineId::Colour})
        t = std::max(t, engines_[unsigned(e)]->account().moved);
    return t;
}

void GpuMaster::watch() {
    ps_t due = progress() + config.gpu.hang_ps;

    watching_ = running_ && !lost_;
    if (!watching_)
        return;
    if (due <= scheduler.now()) {
        watching_ = false;
        hang();
        return;
    }
    scheduler.at(
        due, [](void *gpu, u64) { static_cast<GpuMaster *>(gpu)->watch(); }, this);
}

/* The job is given up. The GPU can be used again when all of its accesses are back. */
void GpuMaster::hang() {
    if (!counters_.hangs++)
        counters_.first_hang = scheduler.now();
    lost_ = true;
    cp_.stop();
    texture_.stop();
    colour_.stop();
    moved();
}

/* ---- introspection ---- */

void GpuMaster::dump(const fault_record &fault) {
    GpuDump d{};

    if (dumps_taken_++ >= kDumps)
        return;
    d.time = scheduler.now();
    d.address = fault.addr;
    d.sid = fault.sid;
    d.write = fault.perm & FAULT_WRITE;
    d.still = d.time - progress();
    d.read_pointer = cp_.read_pointer();
    d.fetch_pointer = cp_.fetch_pointer();
    d.state = cp_.state();
    for (unsigned i = 0; i < kGpuEngines; i++) {
        GpuDump::Engine &e = d.engine[i];
        e.outstanding = engines_[i]->outstanding().size();
        for (const GpuAccess *a : engines_[i]->outstanding()) {
            e.held += a->held;
            if (e.addresses.size() < GpuDump::kAddresses)
                e.addresses.push_back(a->record.iova);
        }
    }
    dumps_.push_back(std::move(d));
}

} // namespace faultline
