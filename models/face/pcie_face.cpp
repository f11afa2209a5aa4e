/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "face_parts.h"
#include "reports.h"

namespace faultline::models {

static std::vector<PcieFunction> functions_of(const PcieParameters &p) {
    std::vector<PcieFunction> all;

    for (const Function &f : p.functions)
        all.emplace_back(f.requester, f.ats, f.ats && f.pri);
    return all;
}

/* It shares the agenda of its IOMMU: they call each other. */
PcieDevice::Impl::Impl(Iommu::Impl &iommu, const PcieParameters &p)
    : device("model", iommu.scheduler, iommu.model.ats(), resolve(p.config, p.keys), functions_of(p)) {}

PcieDevice::PcieDevice(const sc_core::sc_module_name &name, Iommu &iommu, const PcieParameters &p)
    : sc_module(name), impl_(new Impl(*iommu.impl_, p)) {}

PcieDevice::~PcieDevice() = default;

PcieDevice::Stats PcieDevice::stats(std::uint32_t requester) const {
    try {
        const ats_ep_stats &s = impl_->device.stats(requester);

        return {s.hits, s.misses, s.page_requests, s.invalidations};
    } catch (const std::out_of_range &) {
        SC_REPORT_ERROR(kReportSetup, "a PCIe device has no such function");
        throw;
    }
}

void PcieDevice::stop_pasid(std::uint32_t requester, std::uint32_t pasid) {
    impl_->device.stop_pasid(requester, pasid);
}

std::uint32_t PcieDevice::allocate(std::uint32_t requester, std::uint32_t requests) {
    return impl_->device.allocate(requester, requests);
}

detail::Target PcieDevice::inner_dma() {
    return {impl_->device.dma.get_base_export().operator->(), &impl_->device.dma.get_base_port()};
}

detail::Initiator PcieDevice::inner_up() {
    return {&impl_->device.up.get_base_port(), impl_->device.up.get_base_export().operator->()};
}

} // namespace faultline::models
