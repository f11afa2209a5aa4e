/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "face_parts.h"
#include "reports.h"
#include <algorithm>
#include <stdexcept>

namespace faultline::models {

[[noreturn]] static void wrong(const std::string &what) {
    SC_REPORT_ERROR(kReportSetup, what.c_str());
    throw std::invalid_argument(what); // where reports of errors throw nothing
}

fl_config resolve(const std::string &config, const std::vector<std::string> &keys) {
    fl_config c;
    fl_config_error error{};

    fl_config_init(&c);
    if (!config.empty() && fl_config_load(&c, config.c_str(), &error))
        wrong(error.text);
    for (const std::string &key : keys)
        if (fl_config_set(&c, key.c_str(), &error))
            wrong(error.text);
    if (fl_config_check(&c, &error))
        wrong(error.text);
    return c;
}

std::vector<std::string> config_keys() {
    std::vector<std::string> names;

    for (std::size_t i = 0; i < fl_config_n_keys; i++)
        names.emplace_back(fl_config_keys[i].name);
    return names;
}

Iommu::Impl::Impl(Iommu &owner, const Parameters &p, const fl_config &c, const Kind &k)
    : kind(k), scheduler("scheduler", p.quantum.value()), model("model", scheduler, c, p.ahead),
      lines("lines", k.lines, k.edges) {
    model.set_early_completion(p.early_completion);
    model.set_watch(this);
    model.irq.bind(*this);
    model.reset_in.bind(owner.reset);
    owner.irq.init(k.lines);
    for (unsigned i = 0; i < k.lines; i++)
        lines.out[i].bind(owner.irq[i]);
}

Iommu::Impl::~Impl() = default;

void Iommu::Impl::refused() const {
    wrong(std::string(kind.cls->name) + ": a parameter is out of range");
}

/* ---- registers ---- */

void Iommu::Impl::add_registers(const reg_bank &bank, u64 base, const std::string &prefix) {
    for (u32 row = 0; row < bank.n_rows; row++) {
        const reg_desc &d = bank.table[row];
        u32 count = d.count ? d.count : 1, stride = d.stride ? d.stride : d.size;

        for (u32 i = 0; i < count; i++) {
            registers.push_back({prefix + d.name + (count > 1 ? std::to_string(i) : ""), base + d.offset + i * stride,
                                 unsigned(d.size)});
            values.push_back(&bank.values[bank.first[row] + i]);
        }
    }
}

void Iommu::Impl::sort_registers() {
    std::vector<std::pair<Register, const u64 *>> all;

    for (std::size_t i = 0; i < registers.size(); i++)
        all.emplace_back(registers[i], values[i]);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto &a, const auto &b) { return a.first.offset < b.first.offset; });
    for (std::size_t i = 0; i < all.size(); i++) {
        registers[i] = all[i].first;
        values[i] = all[i].second;
    }
}

std::size_t Iommu::Impl::index(const std::string &name) const {
    for (std::size_t i = 0; i < registers.size(); i++)
        if (registers[i].name == name)
            return i;
    wrong(std::string(kind.cls->name) + " has no register " + name);
}

/* Within whatever has changed it: calls of users come when that is over. */
void Iommu::Impl::changed() {
    if (!seen_.empty())
        look();
    if (telling_)
        return;
    for (const Watch &w : watches_)
        if (*values[w.reg] != w.before) {
            telling_ = true;
            scheduler.call<&Impl::tell>(scheduler.now(), *this);
            return;
        }
}

void Iommu::Impl::tell() {
    telling_ = false;
    for (std::size_t i = 0; i < watches_.size(); i++) { // a call may add another
        u64 before = watches_[i].before, now = *values[watches_[i].reg];
        if (before == now)
            continue;
        watches_[i].before = now;
        auto call = watches_[i].call;
        call(registers[watches_[i].reg], before, now);
    }
}

/* ---- traces ---- */

void Iommu::Impl::look() {
    std::size_t n = registers.size();
    Waiting w{};

    for (std::size_t i = 0; i < n; i++)
        seen_[i] = *values[i];
    model.count_waiting(w);
    seen_[n++] = w.stalled;
    seen_[n++] = w.input;
    seen_[n++] = model.parts().tcu.in_flight();
    for (auto &t : model.parts().tbus)
        seen_[n++] = t->tbu.held(scheduler.now());
}

void Iommu::Impl::trace(sc_core::sc_trace_file *file) {
    const std::string prefix = std::string(model.get_parent_object()->name()) + ".";
    std::size_t n = registers.size(), tbus = model.parts().tbus.size();

    seen_.resize(n + 3 + tbus);
    look();
    for (std::size_t i = 0; i < n; i++)
        sc_core::sc_trace(file, seen_[i], prefix + registers[i].name, int(8 * registers[i].bytes));
    for (const char *name : {"stalled", "waiting", "walks"})
        sc_core::sc_trace(file, seen_[n++], prefix + name, 32);
    for (std::size_t i = 0; i < tbus; i++)
        sc_core::sc_trace(file, seen_[n++], prefix + "slots_" + std::to_string(i), 32);
}

/* ---- what guests do ---- */

void Iommu::Impl::irq(unsigned line, bool level, const sc_core::sc_time &delay) {
    if (on_interrupt)
        on_interrupt(line, level, delay);
    if (line < kind.lines)
        lines.irq(line, level, delay);
}

/* Faults that stall are how pages come on demand; what is terminated, or lost, somebody should see. */
void Iommu::Impl::event(const iommu_event &ev) {
    char text[160];

    switch (ev.kind) {
    case IOMMU_EV_FAULT:
    case IOMMU_EV_STALL:
        std::snprintf(text, sizeof(text), "%s: stream 0x%x, address 0x%llx%s", kind.fault_name(ev.code), ev.sid,
                      (unsigned long long)ev.addr, ev.kind == IOMMU_EV_STALL ? ", stalls" : "");
        break;
    case IOMMU_EV_RECORD_LOST:
        std::snprintf(text, sizeof(text), "a record of %s is lost", kind.fault_name(ev.code));
        break;
    case IOMMU_EV_IRQ:
        if (kind.cls != &smmuv3_class || ev.code != SMMUV3_IRQ_GERROR)
            return;
        std::snprintf(text, sizeof(text), "a global error: GERROR is 0x%llx",
                      (unsigned long long)*values[index("SMMU_GERROR")]);
        break;
    default:
        return;
    }
    if (ev.kind == IOMMU_EV_STALL)
        SC_REPORT_INFO_VERB(kind.report, text, sc_core::SC_HIGH);
    else
        SC_REPORT_WARNING(kind.report, text);
}

} // namespace faultline::models
