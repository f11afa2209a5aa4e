/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cpu_model.h"
#include "tlm_parts.h"

namespace faultline {

static constexpr ps_t kWatch = 10'000'000'000; // 10 ms: fault_core_expire()

class CpuModel::Doorbell : public PlainTarget {
public:
    explicit Doorbell(CpuModel &cpu) : cpu_(cpu) {}
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        if (gp.is_write() && gp.get_data_length() == 4 &&
            cpu_.ring(fl_get_le32(gp.get_data_ptr()), Scheduler::absolute(delay)))
            gp.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    /* Somebody is there: reads as zero, and a debug write rings no bell. */
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override {
        if (gp.is_read())
            std::memset(gp.get_data_ptr(), 0, gp.get_data_length());
        return gp.get_data_length();
    }

private:
    CpuModel &cpu_;
};

CpuModel::CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, MemoryModel &memory, const fl_config &config,
                   u64 seed)
    : sc_module(name), doorbell("doorbell"), parts_{scheduler, memory, config}, groups_(parts_, ports_),
      workers_(parts_, groups_, seed), doorbell_fw_(new Doorbell(*this)) {
    doorbell.bind(*doorbell_fw_);
    parts_.workers = &workers_;
    parts_.tables = new frames;
    frames_init(parts_.tables, config.os.table_base, config.os.table_bytes);
}

CpuModel::~CpuModel() {
    frames_exit(parts_.tables);
    delete parts_.tables;
}

CpuPort &CpuModel::connect(Ledger &ledger, unsigned lines, bool levels) {
    std::string name = "cpu_port_" + std::to_string(ports_.size());

    ports_.emplace_back(new CpuPort(name.c_str(), parts_, unsigned(ports_.size()), ledger, lines, levels));
    parts_.threads.grow(lines);
    return *ports_.back();
}

/* Line @p number of all, counted through the ports. */
bool CpuModel::ring(u64 number, ps_t time) {
    for (auto &p : ports_) {
        if (number < p->lines()) {
            p->raise(unsigned(number), time);
            return true;
        }
        number -= p->lines();
    }
    return false;
}

u64 CpuModel::interrupts() const {
    u64 n = 0;

    for (auto &p : ports_)
        n += p->interrupts();
    return n;
}

void CpuModel::kick() {
    workers_.kick();
    if (watching_)
        return;
    watching_ = true;
    parts_.scheduler.call<&CpuModel::watch>(parts_.scheduler.now() + kWatch, *this);
}

/* Deadlines, unsent answers, lost interrupts: as long as an answer is owed. */
void CpuModel::watch() {
    fault_stats s;

    watching_ = false;
    for (auto &p : ports_) {
        if (!p->core())
            continue;
        fault_core_expire(p->core(), parts_.now_ns());
        fault_core_stats(p->core(), &s);
        watching_ |= s.owed > s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE];
    }
    if (watching_)
        parts_.scheduler.call<&CpuModel::watch>(parts_.scheduler.now() + kWatch, *this);
}

} // namespace faultline
