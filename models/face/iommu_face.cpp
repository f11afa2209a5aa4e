/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "face_parts.h"
#include "reports.h"
#include <algorithm>
#include <stdexcept>

namespace faultline::models {

/* ---- what every IOMMU does ---- */

Iommu::~Iommu() = default;

unsigned Iommu::tbus() const {
    return unsigned(impl_->model.parts().tbus.size());
}

void Iommu::set_default_stream(unsigned tbu, std::uint32_t stream_id) {
    impl_->model.set_default_stream(tbu, stream_id);
}

void Iommu::set_stream_of(std::function<Stream(unsigned, const tlm::tlm_generic_payload &)> of) {
    if (!of) {
        impl_->model.set_stream_of(nullptr);
        return;
    }
    impl_->model.set_stream_of(
        [of = std::move(of)](unsigned tbu, const tlm::tlm_generic_payload &payload, dma_txn &txn) {
            Stream stream = of(tbu, payload);

            txn.sid = stream.stream_id;
            txn.pasid = stream.substream_id;
            txn.flags = u16((txn.flags & DMA_WRITE) | (stream.flags & ~DMA_WRITE));
        });
}

void Iommu::on_interrupt(std::function<void(unsigned, bool, const sc_core::sc_time &)> call) {
    impl_->on_interrupt = std::move(call);
}

const std::vector<Register> &Iommu::registers() const {
    return impl_->registers;
}

const Register *Iommu::find_register(const std::string &name) const {
    for (const Register &r : impl_->registers)
        if (r.name == name)
            return &r;
    return nullptr;
}

std::uint64_t Iommu::read_register(const std::string &name) const {
    return *impl_->values[impl_->index(name)];
}

void Iommu::write_register(const std::string &name, std::uint64_t value) {
    const Register &r = impl_->registers[impl_->index(name)];
    unsigned char data[8];
    tlm::tlm_generic_payload gp;

    fl_put_le64(data, value);
    set_access(gp, tlm::TLM_WRITE_COMMAND, r.offset, data, r.bytes);
    impl_->model.registers().transport_dbg(gp);
}

void Iommu::watch_register(const std::string &name,
                           std::function<void(const Register &, std::uint64_t, std::uint64_t)> changed) {
    std::size_t i = impl_->index(name);

    impl_->watches_.push_back({i, *impl_->values[i], std::move(changed)});
}

Counters Iommu::counters() const {
    const IommuCounters &c = impl_->model.counters();

    return {c.accesses, c.pieces,  c.hits,  c.walks,    c.walk_accesses, c.merged,
            c.stalled,  c.aborted, c.razwi, c.commands, c.syncs};
}

unsigned Iommu::stalled() const {
    Waiting w{};

    impl_->model.count_waiting(w);
    return unsigned(w.stalled);
}

unsigned Iommu::waiting() const {
    Waiting w{};

    impl_->model.count_waiting(w);
    return unsigned(w.input);
}

unsigned Iommu::walks_in_flight() const {
    return impl_->model.parts().tcu.in_flight();
}

unsigned Iommu::slots_in_use(unsigned tbu) const {
    return impl_->model.parts().tbus.at(tbu)->tbu.held(impl_->scheduler.now());
}

void Iommu::trace(sc_core::sc_trace_file *file) const {
    impl_->trace(file);
}

void Iommu::reset_now() {
    impl_->model.reset();
}

template <typename Target, typename Socket> static Target target_of(Socket &socket) {
    return {socket.get_base_export().operator->(), &socket.get_base_port()};
}

template <typename Initiator, typename Socket> static Initiator initiator_of(Socket &socket) {
    return {&socket.get_base_port(), socket.get_base_export().operator->()};
}

detail::Target Iommu::inner_tbu(unsigned i) {
    return target_of<detail::Target>(impl_->model.tbu(i));
}

detail::Target Iommu::inner_mmio() {
    return target_of<detail::Target>(impl_->model.mmio);
}

detail::Initiator Iommu::inner_down() {
    return initiator_of<detail::Initiator>(impl_->model.down);
}

detail::Initiator Iommu::inner_walk() {
    return initiator_of<detail::Initiator>(impl_->model.walk);
}

/* ---- each of them ---- */

static fl_config config_of(const Parameters &p) {
    std::vector<std::string> keys = p.keys;

    if (p.tbus)
        keys.push_back("tbu.count=" + std::to_string(*p.tbus));
    if (p.on_the_bus)
        keys.push_back(std::string("tcu.walk_port=") + (*p.on_the_bus ? "issued" : "priced"));
    return resolve(p.config, keys);
}

template <typename T, typename U> static void given(T &to, const std::optional<U> &from) {
    if (from)
        to = T(*from);
}

static smmuv2_cfg cfg_of(const fl_config &config, const Smmuv2Parameters &p) {
    smmuv2_cfg c = smmuv2_cfg_of(&config);

    given(c.num_cb, p.context_banks);
    c.num_irpt = c.num_cb > SMMUV2_OWN_LINES ? SMMUV2_OWN_LINES : 0;
    given(c.num_s2cb, p.stage2_banks);
    given(c.num_smrg, p.stream_groups);
    given(c.sid_bits, p.stream_bits);
    given(c.ias_bits, p.input_bits);
    given(c.oas_bits, p.output_bits);
    c.no_s1 = !p.stage1;
    c.no_s2 = !p.stage2;
    c.no_nested = !p.nested;
    c.stream_indexing = !p.stream_matching;
    c.incoherent = !p.coherent_walks;
    c.page_64k = p.pages_64k;
    return c;
}

Iommu::Iommu(const sc_core::sc_module_name &name, const Smmuv2Parameters &p)
    : sc_module(name), reset("reset"), irq("irq") {
    fl_config config = config_of(p);
    smmuv2_cfg c = cfg_of(config, p);
    unsigned banks = c.num_irpt ? c.num_irpt : c.num_cb;

    impl_.reset(
        new Impl(*this, p, config,
                 {&smmuv2_class, "/faultline/smmuv2/guest", smmuv2_fault_name, SMMUV2_IRQ_CONTEXT + banks, false}));
    smmuv2 &hw = impl_->make(c, smmuv2_init, smmuv2_exit);
    impl_->add_registers(hw.gr0, 0, "");
    impl_->add_registers(hw.gr1, u64{1} << hw.page_shift, "");
    for (unsigned i = 0; i < hw.cfg.num_cb; i++)
        impl_->add_registers(hw.bank[i].regs, ((u64{1} << hw.half_pages) + i) << hw.page_shift,
                             "CB" + std::to_string(i) + "_");
    impl_->sort_registers();
}

Iommu::Iommu(const sc_core::sc_module_name &name, const Smmuv3Parameters &p)
    : sc_module(name), reset("reset"), irq("irq") {
    fl_config config = config_of(p);
    smmuv3_cfg c = smmuv3_cfg_of(&config);

    for (unsigned i = 0; i < 6; i++)
        if (p.idr[i]) {
            c.idr[i] = *p.idr[i];
            c.idr_given |= 1U << i;
        }
    if (p.idr[5])
        c.stalls = 0; // as IDR5 says
    if (p.aidr)
        c.idr_given |= 1U << 6;
    given(c.aidr, p.aidr);
    given(c.iidr, p.iidr);
    given(c.gbpa, p.gbpa);
    c.no_wired_irq = !p.wired_interrupts;
    impl_.reset(new Impl(*this, p, config,
                         {&smmuv3_class, "/faultline/smmuv3/guest", smmuv3_event_name, SMMUV3_IRQ_LINES, true}));
    impl_->add_registers(impl_->make(c, smmuv3_init, smmuv3_exit).regs, 0, "");
    impl_->sort_registers();
}

static const char *vtd_reason_name(u16 reason) {
    const struct spec_kind *k = ::spec_kind(&vtd_records[VTD_RECORD_FRCD], reason);

    return k ? k->name : "a fault";
}

Iommu::Iommu(const sc_core::sc_module_name &name, const VtdParameters &p)
    : sc_module(name), reset("reset"), irq("irq") {
    fl_config config = config_of(p);
    vtd_cfg c = vtd_cfg_of(&config);

    if (p.cap || p.ecap) { // with one of them given, 0 is no default
        c.cap = p.cap ? *p.cap : u64{VTD_DEFAULT_CAP};
        c.ecap = p.ecap ? *p.ecap : u64{VTD_DEFAULT_ECAP};
    }
    given(c.ver, p.ver);
    given(c.haw, p.address_bits);
    impl_.reset(new Impl(
        *this, p, config,
        {&vtd_class, "/faultline/vtd/guest", vtd_reason_name, p.wired_interrupts ? unsigned{VTD_LINES} : 0U, true}));
    if (p.wired_interrupts)
        impl_->model.ops()->msi = nullptr;
    impl_->add_registers(impl_->make(c, vtd_init, vtd_exit).regs, 0, "");
    impl_->sort_registers();
}

} // namespace faultline::models
