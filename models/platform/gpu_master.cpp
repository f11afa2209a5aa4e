/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Jobs and ports of the GPU. */
#include "gpu_master.h"
#include <utility>

namespace faultline {

/* The way to one TBU: accesses in their order. */
class GpuMaster::Port : public OutSocket, public Outlet {
public:
    Port(GpuMaster &gpu, unsigned i) : OutSocket(i), Outlet(OutSocket::socket), gpu_(gpu) {}

    void submit(GpuAccess &a) {
        queue_.push_back(&a);
        if (busy() || queue_.size() > 1)
            a.engine->hold(a);
        send_all();
    }

private:
    void answered(tlm::tlm_generic_payload &gp, ps_t time) override {
        gpu_.complete_at(static_cast<GpuAccess &>(gp), time);
    }
    void ready(ps_t time) override {
        if (!queue_.empty())
            gpu_.scheduler.call<&Port::send_all>(time, *this);
    }
    void send_all() {
        while (!busy() && !queue_.empty()) {
            GpuAccess &a = *queue_.front();
            ps_t time = gpu_.scheduler.now();
            queue_.pop_front();
            if (gpu_.hooks_.before)
                gpu_.hooks_.before(a.record);
            if (send(a, time))
                gpu_.complete_at(a, time);
            else
                a.engine->hold(a);
        }
    }

    GpuMaster &gpu_;
    std::deque<GpuAccess *> queue_;
};

GpuMaster::GpuMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, physmem &memory)
    : sc_module(name), GpuHost(scheduler, config), texture_(*this, "texture", config.gpu.texture_outstanding),
      colour_(*this, "colour", config.gpu.colour_outstanding), cp_(*this, texture_, colour_),
      management_(*this), engines_{&cp_, &texture_, &colour_, &management_},
      watch_(*this, cp_, texture_, colour_, [this] { give_up(); }), driver_(memory, config.gpu.burst_bytes) {
    for (unsigned i = 0; i < config.iommu.count * config.tbu.count; i++)
        ports_.emplace_back(new Port(*this, i));
}

GpuMaster::~GpuMaster() = default;

tlm::tlm_initiator_socket<> &GpuMaster::out(unsigned i) {
    return ports_.at(i)->OutSocket::socket;
}

void GpuMaster::start(TraceSource &source, MasterHooks hooks, ps_t at) {
    hooks_ = std::move(hooks);
    driver_.open(source, hooks_);
    begin_ = last_done_ = at;
    if (hooks_.counting)
        hooks_.counting(at);
    scheduler.call<&GpuMaster::next_job>(at, *this);
}

/* ---- accesses ---- */

GpuAccess *GpuMaster::new_access() {
    return accesses_.take();
}

void GpuMaster::submit(GpuAccess &a) {
    outstanding_++;
    ports_[fl_config_port(&config, a.record.sid)]->submit(a);
}

void GpuMaster::complete_at(GpuAccess &a, ps_t time) {
    scheduler.call<&GpuEngine::complete>(time, *a.engine, &a);
}

void GpuMaster::done(GpuAccess &a) {
    outstanding_--;
    last_done_ = scheduler.now();
    a.count(last_done_, latencies_, owners_);
    if (hooks_.done)
        hooks_.done(a.outcome(a.record, serial_++, last_done_, begin_));
    a.release();
}

/* ---- jobs ---- */

/* The operating system does what the trace says; then the GPU gets its next job. */
void GpuMaster::next_job() {
    int ret = driver_.next(job_);

    if (ret > 0) {
        jobs_++;
        scheduler.call<&GpuMaster::begin_job>(scheduler.now(), *this);
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
    watch_.begin();
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
    watch_.end();
    (lost_ ? jobs_lost_ : jobs_done_)++;
    if (hooks_.progress)
        hooks_.progress(driver_.records());
    scheduler.call<&GpuMaster::next_job>(scheduler.now(), *this);
}

/* The job hangs. The GPU can be used again when all of its accesses are back. */
void GpuMaster::give_up() {
    lost_ = true;
    cp_.stop();
    texture_.stop();
    colour_.stop();
    moved();
}

} // namespace faultline
