/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stands behind include/faultline/tlm.h. */
#ifndef FAULTLINE_FACE_PARTS_H
#define FAULTLINE_FACE_PARTS_H

#include "iommu_model.h"
#include "pcie_endpoint.h"

extern "C" {
#include "engine_cfg.h"
#include "regs.h"
#include "vtd_spec.h"
}

#include <faultline/tlm.h>

namespace faultline::models {

/// The defaults, then @p config, then @p keys. What is wrong is an error of the set-up.
fl_config resolve(const std::string &config, const std::vector<std::string> &keys);

/// What kinds of IOMMUs differ in.
struct Kind {
    const iommu_class *cls;
    const char *report; // id of messages about guests
    const char *(*fault_name)(u16 fault);
    unsigned lines;
    bool edges;
};

/// Nobody else's: not a name of the library's.
struct __attribute__((visibility("hidden"))) Iommu::Impl : EngineWatch, IrqIf {
    Impl(Iommu &owner, const Parameters &p, const fl_config &c, const Kind &k);
    ~Impl() override;

    /// @p Hw is made by @p init and ended by @p exit.
    template <typename Hw, typename Cfg>
    Hw &make(const Cfg &cfg, int (*init)(Hw *, const Cfg *, const iommu_ops *, void *), void (*exit)(Hw *)) {
        Hw *made = new Hw();
        int error = init(made, &cfg, model.ops(), model.ops_context());

        if (error) {
            delete made;
            refused();
        }
        hw = std::shared_ptr<void>(made, [exit](void *h) {
            exit(static_cast<Hw *>(h));
            delete static_cast<Hw *>(h);
        });
        model.set_engine(kind.cls, made);
        return *made;
    }
    /// The registers of @p bank begin at @p base; their names, with @p prefix.
    void add_registers(const reg_bank &bank, u64 base, const std::string &prefix);
    /// All are there.
    void sort_registers();
    std::size_t index(const std::string &name) const;

    void irq(unsigned line, bool level, const sc_core::sc_time &delay) override;
    void event(const iommu_event &ev) override;
    void changed() override;
    void trace(sc_core::sc_trace_file *file);

    const Kind kind;
    Scheduler scheduler;
    IommuModel model;
    IrqSignals lines;
    std::shared_ptr<void> hw;
    std::function<void(unsigned, bool, const sc_core::sc_time &)> on_interrupt;
    std::vector<Register> registers;
    std::vector<const u64 *> values; // of each

private:
    struct Watch {
        std::size_t reg;
        u64 before;
        std::function<void(const Register &, u64, u64)> call;
    };

    [[noreturn]] void refused() const;
    void tell();
    void look();

    std::vector<Watch> watches_;
    bool telling_ = false;
    std::vector<u64> seen_; // by trace files: registers, then numbers; its place stays

    friend class Iommu;
};

struct __attribute__((visibility("hidden"))) PcieDevice::Impl {
    Impl(Iommu::Impl &iommu, const PcieParameters &p);

    faultline::PcieEndpoint device;
};

} // namespace faultline::models

#endif // FAULTLINE_FACE_PARTS_H
