/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The IOMMU and the PCIe device between sockets of somebody else: phases, payloads, byte enables and errors as the base
 * protocol has them (IEEE 1666-2011, chapters 11, 14 and 15).
 */
#include "pcie_endpoint.h"
#include "rig.h"
#include "suite.h"
#include <check.h>

using namespace interop;

/* Everybody has kept the rules, and given back what it had. */
static void play(Rig &r, const std::function<void()> &body) {
    std::string broken = r.play(body);

    ck_assert_msg(broken.empty(), "%s", broken.c_str());
    for (Monitor *m : r.monitors())
        ck_assert(m->idle());
    ck_assert_uint_eq(r.left.pool.out() + r.right.pool.out(), 0);
    ck_assert_uint_eq(r.memory.under_way, 0);
}

static void touch(Rig &r) {
    for (sc_dt::uint64 n = 0; n < 4; n++) {
        Access a;
        a.set(false, n * kPage, 8);
        r.left.access(a);
    }
    sc_core::wait(ns(2000));
}

/* 32 accesses of each of two masters: never two request phases at once below, several accesses all the same. */
static void many(Style style, EndResp how, unsigned least) {
    Rig r(style);
    std::vector<sc_dt::uint64> order;
    r.left.end_resp = r.right.end_resp = how;
    r.left.ended = r.right.ended = [&](Access &a) {
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_OK_RESPONSE);
        for (unsigned i = 0; i < a.get_data_length(); i++)
            ck_assert_uint_eq(a.data[i], r.store.bytes[Rig::pa(a.get_address() + i)]);
    };
    for (std::size_t i = kData; i < kData + kPages * kPage; i++)
        r.store.bytes[i] = static_cast<unsigned char>(i * 7 + (i >> 8));
    play(r, [&] {
        touch(r);
        for (unsigned i = 0; i < 32; i++)
            for (Master *m : {&r.left, &r.right}) {
                Access *a = m->pool.take();
                a->set(false, i * 333 % (3 * kPage), 1 + i * 29 % 300);
                m->send(a);
            }
        r.left.drain();
        r.right.drain();
    });
    ck_assert_uint_ge(r.memory.most, least);
}

TEST(pipelined_memory) {
    many(Style::Pipelined, EndResp::AtOnce, 3);
}

TEST(memory_that_holds_its_request) {
    many(Style::Holds, EndResp::AtOnce, 1);
}

TEST(memory_that_does_as_it_likes) {
    many(Style::Mixed, EndResp::Later, 2);
}

/* A BEGIN_RESP of ours is never before the end of the response phase before it, even if that was annotated. */
TEST_TIMES(annotated_end_of_response, 2) {
    many(_i ? Style::Annotates : Style::Pipelined, EndResp::Annotated, _i ? 0 : 3);
}

TEST(blocking_target_below_phases) {
    many(Style::Waits, EndResp::Later, 0);
}

/* END_REQ of the first came with its BEGIN_REQ, for 10 ns later: the second leaves then. */
TEST(annotated_end_of_request) {
    Rig r(Style::Pipelined);
    play(r, [&] {
        touch(r);
        r.memory.begun.clear();
        sc_time t = sc_core::sc_time_stamp();
        for (unsigned i = 0; i < 3; i++) {
            Access *a = r.left.pool.take();
            a->set(false, i * 64, 8);
            r.left.send(a);
        }
        r.left.drain();
        ck_assert_uint_eq(r.memory.begun.size(), 3);
        ck_assert(r.memory.begun[0].second == t + ns(2));
        ck_assert(r.memory.begun[1].second == t + ns(12));
        ck_assert(r.memory.begun[2].second == t + ns(22));
    });
}

/* 14.15: byte i of the access goes by byte i % length of the pattern, wherever the pages end. */
static void enables(Style style, bool phases) {
    Rig r(style);
    std::mt19937 random(7);
    play(r, [&] {
        for (unsigned round = 0; round < 40; round++) {
            unsigned length = round ? 2 + random() % 9000 : 8, size = round ? 1 + random() % 12 : 4;
            sc_dt::uint64 at = round ? random() % (8 * kPage) : kPage - 2;
            std::vector<unsigned char> pattern(size), before(length);
            for (unsigned char &p : pattern)
                p = round ? (random() & 1 ? 0xff : 0) : 0;
            pattern[0] = 0xff;
            for (unsigned i = 0; i < length; i++)
                before[i] = r.store.bytes[Rig::pa(at + i)];
            Access *a = r.left.pool.take();
            a->set(round % 3 != 1, at, length);
            a->enable(pattern);
            for (unsigned i = 0; i < length; i++)
                a->data[i] = static_cast<unsigned char>(random());
            std::vector<unsigned char> data = a->data;
            bool write = a->is_write();
            r.left.ended = [&](Access &x) {
                ck_assert_int_eq(x.get_response_status(), tlm::TLM_OK_RESPONSE);
                ck_assert_uint_eq(x.get_address(), at);
                ck_assert_uint_eq(x.get_data_length(), length);
                ck_assert_ptr_eq(x.get_data_ptr(), x.data.data());
                ck_assert_ptr_eq(x.get_byte_enable_ptr(), x.enables.data());
                for (unsigned i = 0; i < length; i++) {
                    bool on = pattern[i % size];
                    ck_assert_uint_eq(r.store.bytes[Rig::pa(at + i)], write && on ? data[i] : before[i]);
                    ck_assert_uint_eq(x.data[i], !write && on ? before[i] : data[i]);
                }
            };
            if (phases) {
                r.left.send(a);
                r.left.drain();
            } else {
                r.left.access(*a);
                r.left.ended(*a);
                a->release();
            }
        }
    });
}

TEST_TIMES(byte_enables_across_pages, 4) {
    const Style style[] = {Style::Annotates, Style::Waits, Style::Pipelined, Style::Mixed};

    enables(style[_i], _i > 1);
}

/* The pieces of an access are transactions of their own, one after the other. */
TEST(pieces_across_pages) {
    Rig r(Style::Pipelined);
    play(r, [&] {
        touch(r);
        r.memory.begun.clear();
        for (unsigned i = 0; i < 2; i++) {
            Access *a = r.left.pool.take();
            a->set(i, kPage - 8, unsigned(kPage + 16));
            r.left.send(a);
        }
        r.left.drain();
        ck_assert_uint_eq(r.memory.begun.size(), 6);
        ck_assert_uint_eq(r.memory.begun[0].first, Rig::pa(kPage - 8));
    });
    ck_assert_uint_ge(r.memory.most, 2);
}

/* 14.17, 14.18: the first piece was well and may be accessed directly; the second faults. */
TEST(later_piece_faults) {
    Rig r(Style::Annotates);
    r.memory.dmi = true;
    r.unmap(1);
    for (unsigned sid = 8; sid < 10; sid++) // CD.S = 0: terminate
        r.store.set_word(kContexts + sid * 64, 0x00016205c0000010);
    play(r, [&] {
        Access a;
        a.set(false, kPage - 8, 16);
        r.left.access(a);
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert(!a.is_dmi_allowed());
        a.set(false, 0, 16);
        r.left.access(a);
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert(a.is_dmi_allowed());
    });
}

/* ... or meets memory that answers with an error: that is the answer to the whole. */
TEST(later_piece_fails_in_memory) {
    Rig r(Style::Mixed);
    r.memory.bad_first = Rig::place(1);
    r.memory.bad_last = Rig::place(1) + kPage - 1;
    play(r, [&] {
        for (unsigned i = 0; i < 20; i++) {
            Access *a = r.left.pool.take();
            a->set(true, kPage - 8, unsigned(kPage + 16));
            r.left.ended = [](Access &x) {
                ck_assert_int_eq(x.get_response_status(), tlm::TLM_GENERIC_ERROR_RESPONSE);
            };
            r.left.send(a);
        }
        r.left.drain();
    });
}

/* ---- a PCIe device before a bus of somebody else ---- */

struct Device : sc_core::sc_module {
    fl_config config = prices();
    faultline::Scheduler scheduler;
    Rig iommus; ///< its IOMMU hears of no translation: the device's functions have no ATS
    Store store{kMemory};
    Memory bus;
    Master engines;
    Monitor rules, up_rules;
    faultline::PcieEndpoint device;

    explicit Device(Style style, sc_core::sc_module_name name = "device")
        : sc_module(name), scheduler("scheduler"), iommus(Style::Annotates), bus("bus", store, style),
          engines("engines"), rules("rules"), up_rules("up_rules"),
          device("device", scheduler, iommus.iommu.ats(), config, {faultline::PcieFunction(8, false, false)}) {
        engines.out.bind(rules.in);
        rules.out.bind(device.dma);
        device.up.bind(up_rules.in);
        up_rules.out.bind(bus.in);
    }
};

/* What it sends up is made for the base protocol, too: a memory manager, one request phase at a time, byte enables. */
static void device_on_a_bus(Style style, EndResp how) {
    Device d(style);
    std::vector<unsigned char> shadow(3 * kPage);
    unsigned reads = 0;
    d.engines.end_resp = how;
    d.engines.ended = [&](Access &a) {
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_OK_RESPONSE);
        for (unsigned i = 0; i < a.get_data_length() && a.is_read(); i++)
            ck_assert_uint_eq(a.data[i], shadow[a.get_address() + i]);
        reads += a.is_read();
    };
    d.engines.body = [&] {
        for (unsigned i = 0; i < 48; i++) {
            Access *a = d.engines.pool.take();
            a->set(i < 24, (i % 24) * 512, 1 + (i % 24) * 21);
            for (unsigned k = 0; k < a->get_data_length() && a->is_write(); k++)
                if (a->data[k] = static_cast<unsigned char>(i + k); k % 3 == 0)
                    shadow[a->get_address() + k] = a->data[k];
            if (a->is_write())
                a->enable({0xff, 0, 0});
            d.engines.send(a);
            if (i == 23)
                d.engines.drain();
        }
        d.engines.drain();
    };
    sc_core::sc_start();
    std::string broken = d.rules.first() + d.up_rules.first();
    ck_assert_msg(broken.empty(), "%s", broken.c_str());
    ck_assert_uint_eq(reads, 24);
    ck_assert_uint_eq(d.engines.pool.out(), 0);
    ck_assert_uint_eq(d.bus.under_way, 0);
}

TEST(device_on_a_pipelined_bus) {
    device_on_a_bus(Style::Pipelined, EndResp::AtOnce);
}

TEST(device_on_a_bus_that_does_as_it_likes) {
    device_on_a_bus(Style::Mixed, EndResp::Annotated);
}

TEST(device_on_a_bus_that_waits) {
    device_on_a_bus(Style::Waits, EndResp::Later);
}

SUITE("interop_phases")
