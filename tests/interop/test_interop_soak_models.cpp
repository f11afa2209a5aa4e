/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * test_interop_soak_models [ACCESSES [SEED]]: soak.h through the models of include/faultline/tlm.h, all in one
 * simulation: each IOMMU between buses of several widths, and PCIe devices with ATS and PRI before SMMUv3 and VT-d,
 * whose page requests software answers. ACCESSES are of all of them together.
 */
#include "bench.h"
#include "soak_software.h"

using namespace interop;
namespace models = faultline::models;

namespace {

/* Two masters, each by a device of its own or straight to a TBU. */
template <typename Model, typename Parameters, template <unsigned> class Program, unsigned WIDTH>
struct Board : sc_core::sc_module, Program<WIDTH> {
    using Device = models::PcieEndpoint<WIDTH>;
    Model iommu;
    MemoryOf<WIDTH> memory, tables;
    MasterOf<WIDTH> masters[2]{MasterOf<WIDTH>("left"), MasterOf<WIDTH>("right")};
    MonitorOf<WIDTH> at_master[2]{MonitorOf<WIDTH>("left_rules"), MonitorOf<WIDTH>("right_rules")};
    MonitorOf<WIDTH> at_memory{"memory_rules"}, at_tables{"table_rules"};
    std::unique_ptr<MonitorOf<WIDTH>> at_tbu[2];
    std::unique_ptr<Device> devices[2];
    sc_core::sc_signal<bool> line{"line"};

    static Parameters with_plan(const Plan &p) {
        Parameters all = with_prices<Parameters>();

        all.tbus = 2;
        all.on_the_bus = p.on_the_bus;
        all.quantum = ns(p.quantum_ns);
        all.keys.push_back("tbu.slots=8");
        if constexpr (std::is_same_v<Parameters, models::Smmuv3Parameters>)
            all.gbpa = 1U << 20; // ABORT
        return all;
    }
    Board(sc_core::sc_module_name name, const Plan &p, bool behind_link)
        : sc_module(name), iommu("iommu", with_plan(p)), memory("memory", this->store, p.memory),
          tables("tables", this->store, p.walks) {
        this->near = !behind_link;
        this->left = &masters[0];
        this->right = &masters[1];
        this->data = &memory;
        this->walks = &tables;
        this->pages = this;
        this->reset_line = &line;
        this->rules = {&at_master[0], &at_master[1], &at_memory, &at_tables};
        for (unsigned i = 0; i < 2; i++)
            connect(i);
        iommu.down.bind(at_memory.in);
        at_memory.out.bind(memory.in);
        iommu.walk.bind(at_tables.in);
        at_tables.out.bind(tables.in);
        this->cpu.bind(iommu.mmio);
        iommu.reset.bind(line);
        this->lay_out();
    }
    void connect(unsigned i) {
        masters[i].out.bind(at_master[i].in);
        iommu.set_default_stream(i, 8 + i);
        if (this->near) {
            at_master[i].out.bind(iommu.tbu[i]);
            return;
        }
        models::PcieParameters p;
        p.functions = {{8 + i, true, true}};
        devices[i].reset(new Device(("device_" + std::to_string(i)).c_str(), iommu, p));
        at_tbu[i].reset(new MonitorOf<WIDTH>(("tbu_rules_" + std::to_string(i)).c_str()));
        this->rules.push_back(at_tbu[i].get());
        at_master[i].out.bind(devices[i]->dma);
        devices[i]->up.bind(at_tbu[i]->in);
        at_tbu[i]->out.bind(iommu.tbu[i]);
    }
    std::string state() override {
        std::string text = std::to_string(iommu.stalled()) + " stalled, " + std::to_string(iommu.waiting()) +
                           " at the input, " + std::to_string(iommu.walks_in_flight()) + " walks";

        for (unsigned i = 0; i < 2 && devices[i]; i++) {
            auto s = devices[i]->stats(8 + i);
            text += "; device " + std::to_string(i) + ": " + std::to_string(s.atc_misses) + " misses, " +
                    std::to_string(s.page_requests) + " page requests, " + std::to_string(s.invalidations) +
                    " invalidations";
        }
        return text;
    }
};

template <unsigned WIDTH> struct V3 : Board<models::Smmuv3<WIDTH>, models::Smmuv3Parameters, ProgramV3, WIDTH> {
    using Board<models::Smmuv3<WIDTH>, models::Smmuv3Parameters, ProgramV3, WIDTH>::Board;
};
/* After a reset both let accesses pass; without PRI, VT-d ends those that fault. */
template <unsigned WIDTH> struct V2 : Board<models::Smmuv2<WIDTH>, models::Smmuv2Parameters, ProgramV2, WIDTH> {
    V2(sc_core::sc_module_name name, const Plan &p, bool behind_link)
        : Board<models::Smmuv2<WIDTH>, models::Smmuv2Parameters, ProgramV2, WIDTH>(name, p, behind_link) {
        this->smmu = &this->iommu;
        this->aborts_when_off = false;
    }
};
template <unsigned WIDTH> struct Dmar : Board<models::Vtd<WIDTH>, models::VtdParameters, ProgramVtd, WIDTH> {
    Dmar(sc_core::sc_module_name name, const Plan &p, bool behind_link)
        : Board<models::Vtd<WIDTH>, models::VtdParameters, ProgramVtd, WIDTH>(name, p, behind_link) {
        this->aborts_when_off = false;
        this->brings_pages = behind_link;
    }
};

template <typename B> std::unique_ptr<Ground> board(const char *name, const Plan &p, bool behind_link) {
    return std::make_unique<B>(name, p, behind_link);
}

struct Played {
    const char *name;
    std::unique_ptr<Ground> (*make)(const char *name, const Plan &p, bool behind_link);
    bool behind_link;
    Plan plan;
};

const Played kPlayed[] = {
    {"smmuv2_32", board<V2<32>>, false, {Style::Mixed, Style::Annotates, EndResp::Annotated, 8, 1'000, true, true}},
    {"smmuv2_512", board<V2<512>>, false, {Style::Pipelined, Style::Waits, EndResp::Later, 16, 10'000, true, true}},
    {"smmuv3_64", board<V3<64>>, false, {Style::Waits, Style::Mixed, EndResp::AtOnce, 12, 10'000, true, true}},
    {"smmuv3_128", board<V3<128>>, false, {Style::Holds, Style::Annotates, EndResp::Later, 4, 100, false, false}},
    {"vtd_32", board<Dmar<32>>, false, {Style::Annotates, Style::Annotates, EndResp::AtOnce, 8, 10'000, true, false}},
    {"vtd_128", board<Dmar<128>>, false, {Style::Mixed, Style::Mixed, EndResp::Later, 16, 1'000, true, true}},
    {"pcie_smmuv3_64", board<V3<64>>, true, {Style::Mixed, Style::Annotates, EndResp::Later, 8, 10'000, false, false}},
    {"pcie_smmuv3_512",
     board<V3<512>>,
     true,
     {Style::Pipelined, Style::Mixed, EndResp::Annotated, 16, 1'000, true, true}},
    {"pcie_vtd_32", board<Dmar<32>>, true, {Style::Annotates, Style::Waits, EndResp::AtOnce, 32, 100, false, true}},
    {"pcie_vtd_128",
     board<Dmar<128>>,
     true,
     {Style::Mixed, Style::Pipelined, EndResp::Annotated, 8, 10'000, true, true}},
};

} // namespace

int sc_main(int argc, char **argv) {
    std::uint64_t accesses = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 20000;
    unsigned seed = argc > 2 ? unsigned(std::strtoul(argv[2], nullptr, 0)) : 1, n = 0;
    std::vector<std::unique_ptr<Ground>> grounds;
    std::vector<std::unique_ptr<Soak>> soaks;

    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING); // what is done to guests
    for (const Played &p : kPlayed) {
        if (argc > 3 && std::string(p.name) != argv[3])
            continue;
        grounds.push_back(p.make(p.name, p.plan, p.behind_link));
        soaks.emplace_back(
            new Soak(*grounds.back(), p.plan, accesses / (sizeof(kPlayed) / sizeof(kPlayed[0])), seed + n++, p.name));
    }
    play(soaks, accesses, seed);
    return 0;
}
