/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The models of include/faultline/tlm.h in platforms of somebody else: widths, parameters, registers, interrupts,
 * messages, traces and time resolutions. Nothing of ours is included but that header.
 */
#include "bench.h"
#include "suite.h"
#include <check.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace interop;
namespace models = faultline::models;

/* ---- sockets ---- */

/* What goes in by a bus of any width comes out by one, translated. */
template <unsigned WIDTH> static void width() {
    Smmuv3Bench<WIDTH> b;
    bool over = false;

    b.play([&] {
        Access a;
        b.set_up();
        b.iommu.set_default_stream(0, 8);
        a.set(true, 3 * kPage + 0xf00, 0x300); // crosses a page
        for (unsigned i = 0; i < 0x300; i++)
            a.data[i] = static_cast<unsigned char>(i * 3);
        ck_assert(b.access(a) > sc_core::SC_ZERO_TIME);
        for (unsigned i = 0; i < 0x300; i++)
            ck_assert_uint_eq(b.store.bytes[Tables::pa(3 * kPage + 0xf00 + i)], (i * 3) & 0xff);
        over = true;
    });
    ck_assert(over);
}

TEST_TIMES(bus_width, 5) {
    void (*const of[])() = {width<32>, width<64>, width<128>, width<256>, width<512>};

    of[_i]();
}

/* Three inputs with a stream each; who has no extension and no default is asked for by a function. */
TEST(streams) {
    models::Smmuv3Parameters p = with_prices<models::Smmuv3Parameters>();
    p.gbpa = 1U << 20;
    Smmuv3Bench<> b(p);
    bool over = false;
    b.play([&] {
        unsigned asked = 0;
        b.set_up();
        ck_assert(b.read_word(0) == sc_core::SC_ZERO_TIME); // stream 0: C_BAD_STE
        b.iommu.set_stream_of([&](unsigned tbu, const Gp &gp) {
            asked++;
            ck_assert_uint_eq(tbu, 0);
            return models::Stream{gp.get_address() < kPage ? 9U : 1U, 0, 0};
        });
        ck_assert(b.read_word(0) > sc_core::SC_ZERO_TIME);
        ck_assert(b.read_word(kPage) == sc_core::SC_ZERO_TIME);
        ck_assert_uint_ge(asked, 2);
        Access a;
        faultline::DmaExtension ext;
        ext.stream_id = 8;
        a.set(false, kPage, 8);
        a.set_extension(&ext);
        ck_assert(b.access(a) > sc_core::SC_ZERO_TIME);
        ck_assert_uint_eq(ext.address, Tables::pa(kPage));
        a.clear_extension(&ext);
        over = true;
    });
    ck_assert(over);
}

/* The reset input: GBPA, and no registers of before. */
TEST(reset_input) {
    Smmuv3Bench<> b;
    bool over = false;
    b.play([&] {
        b.set_up();
        ck_assert_uint_eq(b.read(0x20), 0xd);
        b.reset.write(true);
        sc_core::wait(ns(1));
        ck_assert_uint_eq(b.read(0x20), 0);
        over = true;
    });
    ck_assert(over);
}

/* ---- parameters ---- */

/* By value, by file and by key; a member wins over a key, a key over the file. */
TEST(parameters) {
    std::string file = "test_interop_models." + std::to_string(getpid()) + ".yaml";
    std::ofstream(file) << "tbu:\n  count: 5\n  lookup_ns: 4\nsmmuv3:\n  stall_max: 7\n";
    models::Smmuv3Parameters p;
    p.config = file;
    p.keys = {"tbu.count=3", "tbu.lookup_ns=6"};
    models::Smmuv3<> keys("keys", p);
    p.tbus = 2;
    p.idr[1] = 0x0a739c10; // 16 bits of StreamID, queues of 2^19 entries
    p.iidr = 0x12345678;
    models::Smmuv3<> members("members", p);
    std::remove(file.c_str());
    ck_assert_uint_eq(keys.tbus(), 3);
    ck_assert_uint_eq(members.tbus(), 2);
    ck_assert_uint_eq(keys.read_register("SMMU_IDR5") >> 16, 7); // STALL_MAX
    ck_assert_uint_eq(members.read_register("SMMU_IDR1") & 0x3f, 16);
    ck_assert_uint_eq(members.read_register("SMMU_IIDR"), 0x12345678);
    models::VtdParameters v;
    v.cap = 0xd2008c40660462; // of a real part
    models::Vtd<> vtd("vtd", v);
    ck_assert_uint_eq(vtd.read_register("CAP_REG") & 7, 2); // ND: 8 bits of domain ID
    models::Smmuv2Parameters s;
    s.context_banks = 4;
    s.stream_groups = 20;
    models::Smmuv2<> v2("v2", s);
    ck_assert_uint_eq(v2.read_register("IDR1") & 0xff, 4);  // NUMCB
    ck_assert_uint_eq(v2.read_register("IDR0") & 0xff, 20); // NUMSMRG
}

/* What cannot be is an error of the set-up. */
TEST_TIMES(refused_parameters, 3) {
    models::Smmuv3Parameters p;
    bool caught = false;
    if (_i == 0)
        p.keys = {"tbu.cuont=3"};
    else if (_i == 1)
        p.config = "no_such_file.yaml";
    else
        p.idr[5] = 0x77; // three granules, and OAS 7, which is reserved (6.3.6)
    try {
        models::Smmuv3<> iommu("iommu", p);
    } catch (const sc_core::sc_report &r) {
        ck_assert_str_eq(r.get_msg_type(), "/faultline/setup");
        caught = true;
    }
    ck_assert(caught);
}

TEST(list_of_keys) {
    std::vector<std::string> all = models::config_keys();
    ck_assert(std::find(all.begin(), all.end(), "tcu.walk_slots") != all.end());
}

/* ---- registers ---- */

/* By name, by the bus and by the debug interface they are the same. */
TEST(registers) {
    Smmuv3Bench<> b;
    std::vector<std::pair<sc_dt::uint64, sc_dt::uint64>> changes;
    const models::Register *cr0 = b.iommu.find_register("SMMU_CR0");
    ck_assert_ptr_nonnull(cr0);
    ck_assert_uint_eq(cr0->offset, 0x20);
    ck_assert_uint_eq(cr0->bytes, 4);
    ck_assert_ptr_null(b.iommu.find_register("SMMU_CR9"));
    ck_assert_uint_ge(b.iommu.registers().size(), 40);
    b.iommu.watch_register("SMMU_CR0", [&](const models::Register &r, sc_dt::uint64 before, sc_dt::uint64 now) {
        ck_assert_str_eq(r.name.c_str(), "SMMU_CR0");
        changes.emplace_back(before, now);
    });
    b.play([&] {
        b.set_up();
        sc_core::wait(ns(10));
        ck_assert_uint_eq(changes.size(), 1);
        ck_assert_uint_eq(changes[0].second, 0xd);
        ck_assert_uint_eq(b.iommu.read_register("SMMU_STRTAB_BASE"), kStreams);
        Access a;
        a.set(false, 0x80, 8);
        ck_assert_uint_eq(b.cpu->transport_dbg(a), 8);
        ck_assert_uint_eq(a.data[2], kStreams >> 16);
        b.iommu.write_register("SMMU_CR0", 0xc);
        sc_core::wait(ns(10));
        ck_assert_uint_eq(b.read(0x24), 0xc); // CR0ACK
        a.set(true, 0x20, 4);
        a.data = {0xd, 0, 0, 0};
        ck_assert_uint_eq(b.cpu->transport_dbg(a), 4);
        sc_core::wait(ns(10));
    });
    ck_assert_uint_eq(changes.size(), 3);
    ck_assert_uint_eq(changes[2].first, 0xc);
    ck_assert_uint_eq(changes[2].second, 0xd);
}

/* ---- interrupts ---- */

/* Faults terminate and raise the bank's line. */
static void set_up(Smmuv2Bench &b) {
    auto set = [&](const char *name, sc_dt::uint64 value) {
        const models::Register *r = b.iommu.find_register(name);
        ck_assert_ptr_nonnull(r);
        b.write(r->offset, value, r->bytes);
    };
    set_up_v2(set, 0x80000008, 0x61); // M, CFRE, CFIE
}

/* Each fault raises the line, which falls when software has cleared FSR. */
TEST(levels_of_smmuv2) {
    models::Smmuv2Parameters p = with_prices<models::Smmuv2Parameters>();
    p.context_banks = 2;
    Smmuv2Bench b(p);
    sc_core::sc_signal<bool> line("line");
    unsigned calls = 0, rises = 0;
    b.iommu.irq[2].bind(line);
    b.iommu.on_interrupt([&](unsigned n, bool, const sc_time &) {
        ck_assert_uint_eq(n, 2);
        calls++;
    });
    b.iommu.set_default_stream(0, 8);
    b.play([&] {
        set_up(b);
        const models::Register *fsr = b.iommu.find_register("CB0_FSR");
        ck_assert(b.read_word(kPage) > sc_core::SC_ZERO_TIME);
        b.unmap(5);
        for (unsigned i = 0; i < 5; i++) {
            ck_assert(b.read_word(5 * kPage) == sc_core::SC_ZERO_TIME);
            sc_core::wait(ns(100));
            rises += line.read();
            ck_assert_uint_eq(b.read(fsr->offset) & 2, 2); // TF
            b.write(fsr->offset, b.read(fsr->offset));
            sc_core::wait(ns(100));
            ck_assert(!line.read());
        }
    });
    ck_assert_uint_eq(rises, 5);
    ck_assert_uint_eq(calls, 10);
}

/*
 * VT-d: ten invalidations and a wait descriptor (6.5.2.8), 65 ns each, and 70 until all is done. Its status takes 30 ns
 * more as a message, because this memory has no DMI; the interrupt has 20 ns of wire.
 */
TEST(wait_descriptor_at_its_time) {
    models::VtdParameters p = with_prices<models::VtdParameters>();
    p.wired_interrupts = true;
    VtdBench b(p);
    const sc_dt::uint64 queue = 0x21000, status = 0x22000;
    const sc_time done = ns(11 * 65 + 70);
    sc_time told;
    b.iommu.on_interrupt([&](unsigned line, bool level, const sc_time &delay) {
        ck_assert_uint_eq(line, 1);
        ck_assert(level);
        told = sc_core::sc_time_stamp() + delay;
    });
    b.play([&] {
        for (unsigned i = 0; i < 10; i++)
            b.store.set_word(queue + i * 16, 0x12); // IOTLB, global
        b.store.set_word(queue + 160, 5 | 1 << 4 | 1 << 5 | sc_dt::uint64{0x600d} << 32);
        b.store.set_word(queue + 168, status);
        b.write(0xa0, 0);        // IECTL
        b.write(0x90, queue, 8); // IQA
        b.write(0x18, 1U << 26); // GCMD.QIE
        sc_time begin = sc_core::sc_time_stamp();
        b.write(0x88, 176, 8); // IQT
        sc_core::wait(done + ns(29));
        ck_assert_uint_eq(b.store.word(status), 0);
        sc_core::wait(ns(2));
        ck_assert_uint_eq(b.store.word(status), 0x600d);
        ck_assert(told == begin + done + ns(20));
    });
}

/* ---- messages ---- */

/* What a guest does wrong, and what a neighbour does, have ids and severities of their own. */
TEST(reports) {
    Smmuv3Bench<> b;
    const char *guest = "/faultline/smmuv3/guest", *protocol = "/faultline/protocol";
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    b.iommu.set_default_stream(0, 8);
    b.store.set_word(kContexts + 8 * 64, 0x00016205c0000010); // CD.S = 0: terminate
    b.unmap(5);
    b.play([&] {
        b.set_up();
        b.read_word(0);
        ck_assert_int_eq(sc_core::sc_report_handler::get_count(guest), 0);
        b.read_word(5 * kPage);
        ck_assert_int_eq(sc_core::sc_report_handler::get_count(guest, sc_core::SC_WARNING), 1);
        ck_assert_int_eq(sc_core::sc_report_handler::get_count(protocol), 0);
        Access a; // nb_transport without a memory manager
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay;
        a.set(false, 5 * kPage, 8);
        b.device->nb_transport_fw(a, phase, delay);
        ck_assert_int_eq(sc_core::sc_report_handler::get_count(protocol, sc_core::SC_WARNING), 1);
        sc_core::wait(ns(5000));
    });
}

/* ---- traces ---- */

TEST(traces) {
    std::string file = "test_interop_models." + std::to_string(getpid());
    Smmuv3Bench<> b;
    sc_core::sc_trace_file *vcd = sc_core::sc_create_vcd_trace_file(file.c_str());
    b.iommu.trace(vcd);
    b.iommu.set_default_stream(0, 8);
    b.play([&] {
        sc_core::wait(ns(100));
        b.set_up();
        b.read_word(0);
        sc_core::wait(ns(5000));
    });
    sc_core::sc_close_vcd_trace_file(vcd);
    std::ifstream in(file + ".vcd");
    std::stringstream text;
    text << in.rdbuf();
    std::remove((file + ".vcd").c_str());
    ck_assert(text.str().find("SMMU_CR0") != std::string::npos);
    ck_assert(text.str().find("b1101 ") != std::string::npos); // its value
    ck_assert(text.str().find("walks") != std::string::npos);
    ck_assert(text.str().find("slots_0") != std::string::npos);
}

/* ---- time resolutions ---- */

/* A hit takes lookup and memory, whatever the kernel counts in; what it cannot count is rounded, with a warning. */
TEST_TIMES(time_resolution, 4) {
    const sc_core::sc_time_unit unit[] = {sc_core::SC_FS, sc_core::SC_FS, sc_core::SC_PS, sc_core::SC_NS};
    sc_core::sc_set_time_resolution(_i == 1 ? 10 : 1, unit[_i]);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    models::Smmuv3Parameters p = with_prices<models::Smmuv3Parameters>();
    p.keys.push_back("tcu.walk_cache_ns=2.5");
    Smmuv3Bench<> b(p);
    bool over = false;
    b.iommu.set_default_stream(0, 8);
    b.play([&] {
        b.set_up();
        // lookup 2, link 10 and 10, TCU 1 + 2 + 2.5, STE, CD and four levels of 100, memory 50
        ck_assert(b.read_word(0) == (_i == 3 ? ns(678) : ns(677.5)));
        sc_core::wait(ns(2000));
        ck_assert(b.read_word(0) == ns(52));
        over = true;
    });
    ck_assert(over);
    ck_assert_int_eq(sc_core::sc_report_handler::get_count("/faultline/setup"), _i == 3);
}

SUITE("interop_models")
