/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The IOMMU's registers, interrupts, doorbells, table walks and DMI in a platform of somebody else. The engines'
 * headers are included as a C++ program does it, without extern "C".
 */
#include "smmuv2.h"
#include "vtd.h"
#include <systemc>

#include "irq_if.h"
#include "rig.h"
#include "suite.h"
#include <check.h>

using namespace interop;

static void play(Rig &r, const std::function<void()> &body) {
    std::string broken = r.play(body);

    ck_assert_msg(broken.empty(), "%s", broken.c_str());
}

static sc_time touch(Rig &r, sc_dt::uint64 at, bool write = false) {
    Access a;
    a.set(write, at, 8);
    sc_time end = r.left.access(a) - sc_core::sc_time_stamp();
    ck_assert_int_eq(a.get_response_status(), tlm::TLM_OK_RESPONSE);
    return end;
}

static fl_config issued() {
    fl_config c = prices();

    c.tcu.walk_port = FL_WALK_ISSUED;
    return c;
}

/* ---- walks ---- */

/* The accesses of a walk are seen on the bus, whatever the memory does with them, from threads and from phases. */
TEST_TIMES(walks_on_the_bus, 5) {
    const Style style[] = {Style::Annotates, Style::Waits, Style::Pipelined, Style::Holds, Style::Mixed};
    Rig r(Style::Pipelined, issued(), 10'000'000, "rig", style[_i]);
    unsigned ended = 0;
    r.left.ended = r.right.ended = [&](Access &a) {
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_OK_RESPONSE);
        ended++;
    };
    play(r, [&] {
        touch(r, 0);
        for (sc_dt::uint64 n = 1; n < 24; n++)
            for (Master *m : {&r.left, &r.right}) {
                Access *a = m->pool.take();
                a->set(false, n * kPage, 8);
                m->send(a);
            }
        r.left.drain();
        r.right.drain();
    });
    ck_assert_uint_eq(ended, 46);
    ck_assert_uint_ge(r.table_rules.requests, 24);
}

/* 7.3: an external abort of a walk is F_WALK_EABT (0x0b), although the debug interface can read the descriptor. */
TEST(walk_is_refused) {
    Rig r(Style::Annotates, issued());
    r.tables.bad_first = kTables + 0x3000;
    r.tables.bad_last = kTables + 0x3fff;
    play(r, [&] {
        Access a;
        a.set(false, 0, 8);
        r.left.access(a);
        ck_assert_int_eq(a.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(r.read(0x100a8), 1);
        ck_assert_uint_eq(r.store.word(kEvents) & 0xff, 0x0b);
    });
}

/* ---- registers ---- */

/* A write that was announced for later takes effect then: the pointers of DMI are good until then. */
TEST(write_at_its_time) {
    Rig r(Style::Annotates);
    r.memory.dmi = true;
    play(r, [&] {
        touch(r, 0, true);
        Access a;
        tlm::tlm_dmi d;
        a.set(true, 0, 8);
        ck_assert(r.left.out->get_direct_mem_ptr(a, d));
        sc_time now = sc_core::sc_time_stamp(), delay = ns(5000);
        r.invalidate();
        sc_core::sc_spawn([&] {
            sc_core::wait(ns(4999));
            ck_assert_uint_eq(r.left.dmi_invalidations, 0);
        });
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        a.set(true, 0x98, 4);
        for (unsigned i = 0; i < 4; i++)
            a.data[i] = static_cast<unsigned char>(r.producer >> 8 * i);
        ck_assert_int_eq(r.cpu->nb_transport_fw(a, phase, delay), tlm::TLM_COMPLETED);
        ck_assert_uint_eq(r.left.dmi_invalidations, 0);
        sc_core::wait(ns(5001));
        ck_assert_uint_eq(r.left.dmi_invalidations, 1);
        r.invalidate();
        now = sc_core::sc_time_stamp();
        r.ring(ns(5000)); // a thread waits for its own time
        ck_assert(sc_core::sc_time_stamp() == now + ns(5000));
    });
}

/* 32 commands of 65 ns, of which the last is a SYNC of 70: software that polls CONS is told no earlier. */
TEST(sync_takes_time) {
    Rig r(Style::Annotates);
    play(r, [&] {
        for (unsigned i = 0; i < 31; i++)
            r.invalidate();
        r.sync();
        sc_time begin = sc_core::sc_time_stamp(), delay;
        r.ring();
        unsigned polls = 0;
        do {
            polls++;
            sc_core::wait(delay + ns(20));
            delay = sc_core::SC_ZERO_TIME;
        } while (r.reg(false, 0x9c, 0, 4, delay) != r.producer);
        ck_assert(sc_core::sc_time_stamp() + delay == begin + ns(32 * 65 + 70));
        ck_assert_uint_ge(polls, 1);
    });
}

/*
 * ... and so is software that polls memory for the SYNC's message (4.7.3): 31 commands of 65 ns, the SYNC's 65 and 70.
 * Memory without DMI takes it as any message: 30 ns more, and the 50 ns of the memory.
 */
TEST_TIMES(sync_message_at_its_time, 2) {
    const sc_dt::uint64 at = 0x180000;
    const sc_time due = ns(32 * 65 + 70) + (_i ? ns(0) : ns(30));
    Rig r(Style::Annotates);
    r.tables.dmi = _i;
    play(r, [&] {
        sc_time begin = sc_core::sc_time_stamp();
        for (unsigned i = 0; i < 31; i++)
            r.invalidate();
        r.sync(at, 0xabcd);
        r.ring();
        for (unsigned i = 0; i < 100; i++) { // another access, far ahead
            Access b;
            b.set(false, 0, 8);
            r.left.access(b, ns(20000));
        }
        sc_core::wait(begin + due - ns(1) - sc_core::sc_time_stamp());
        ck_assert_uint_eq(r.store.word(at), 0);
        sc_core::wait(ns(2));
        ck_assert_uint_eq(r.store.word(at), 0xabcd);
    });
}

/* The interrupt of a command that ends in an error comes when its turn has come: after the 65 ns of 10 others. */
TEST(command_error_at_its_time) {
    Rig r(Style::Annotates);
    play(r, [&] {
        unsigned before = r.ears.edges;
        for (unsigned i = 0; i < 10; i++)
            r.invalidate();
        r.command(0xff, 0); // CERROR_ILL (4.1.1)
        r.ring();
        ck_assert_uint_eq(r.ears.edges, before + 1);
        ck_assert(r.ears.last == ns(11 * 65 + 20)); // its own, and the wire
    });
}

/* A record is in memory when its time has come, whoever is ahead of it. */
TEST(record_at_its_time) {
    Rig r(Style::Annotates);
    bool seen = false;
    r.unmap(5);
    r.right.body = [&] {
        sc_core::wait(ns(100));
        Access *a = r.right.pool.take();
        a->set(false, 5 * kPage, 8);
        r.right.send(a);
        for (unsigned i = 0; i < 100; i++) { // another master, 20 us ahead
            Access b;
            b.set(false, 0, 8);
            r.right.access(b, ns(20000));
        }
        // link 10, lookups 2 + 1, caches 4, three configuration and four table accesses of at least 100, record 40
        sc_core::wait(ns(440));
        ck_assert_uint_eq(r.store.word(kEvents), 0);
        ck_assert_uint_eq(r.read(0x100a8), 0);
        sc_core::wait(ns(1000));
        ck_assert_uint_eq(r.store.word(kEvents) & 0xff, 0x10);
        ck_assert_uint_eq(r.answer_events(true), 1);
        seen = true;
    };
    play(r, [&] {});
    ck_assert(seen);
    ck_assert_uint_eq(r.right.pool.out(), 0);
}

/* ---- messages ---- */

/* The event queue's interrupt goes to a doorbell that waits, and that no debugger can read: it arrives, once. */
TEST(doorbell_that_waits) {
    Rig r(Style::Annotates);
    r.tables.style = Style::Waits;
    r.tables.hole_first = 0xf00000;
    r.tables.hole_last = 0xf00fff;
    r.unmap(5);
    play(r, [&] {
        r.write(0x50, 0);
        r.write(0xb0, 0xf00040, 8); // EVENTQ_IRQ_CFG0: the address
        r.write(0xb8, 0x1234);      // CFG1: the data
        r.write(0x50, 4);
        Access *a = r.left.pool.take();
        a->set(false, 5 * kPage, 8);
        r.left.send(a);
        sc_core::wait(ns(5000));
        ck_assert_uint_eq(r.store.word(0xf00040), 0x1234);
        ck_assert_uint_eq(r.read(0x60), 0); // GERROR
        ck_assert_uint_eq(r.answer_events(true), 1);
        r.left.drain();
    });
}

/* ---- DMI ---- */

/* Two streams take turns at one socket: a hint is given only where a pointer would be. */
TEST(dmi_hint_is_a_promise) {
    Rig r(Style::Annotates);
    r.memory.dmi = true;
    play(r, [&] {
        unsigned hints = 0, granted = 0;
        for (unsigned i = 0; i < 100; i++) {
            Access a;
            faultline::DmaExtension ext;
            tlm::tlm_dmi d;
            a.set(true, 0, 8);
            ext.stream_id = 8 + i % 2;
            a.set_extension(&ext);
            r.left.access(a);
            hints += a.is_dmi_allowed();
            granted += a.is_dmi_allowed() && r.left.out->get_direct_mem_ptr(a, d);
            a.clear_extension(&ext);
        }
        ck_assert_uint_eq(hints, granted);
    });
}

/* Registers that change no translation leave pointers as they are; an invalidation that concerns them does not. */
TEST(dmi_until_translations_change) {
    Rig r(Style::Annotates);
    r.memory.dmi = true;
    play(r, [&] {
        Access a;
        tlm::tlm_dmi d;
        touch(r, 0, true);
        a.set(true, 0, 8);
        ck_assert(r.left.out->get_direct_mem_ptr(a, d));
        r.write(0x50, 0);    // IRQ_CTRL
        r.write(0x100ac, 0); // EVENTQ_CONS
        r.sync();            // CMD_SYNC
        r.ring();
        r.command(0x01, 0); // CMD_PREFETCH_CONFIG
        r.ring();
        r.write(0x20, 0xd); // CR0 as it is
        ck_assert_uint_eq(r.left.dmi_invalidations, 0);
        r.invalidate();
        r.ring();
        ck_assert_uint_eq(r.left.dmi_invalidations, 1);
    });
}

/* ---- interrupts ---- */

struct Lines : sc_core::sc_module {
    faultline::Scheduler scheduler;
    faultline::IrqSignals levels;
    sc_core::sc_signal<bool> wire;
    unsigned rises = 0;

    explicit Lines(sc_core::sc_module_name name) : sc_module(name), scheduler("scheduler"), levels("levels", 1, false) {
        SC_HAS_PROCESS(Lines);
        SC_METHOD(rise);
        sensitive << wire.posedge_event();
        dont_initialize();
        SC_THREAD(drive);
        levels.out[0].bind(wire);
    }
    void rise() { rises++; }
    void drive() {
        for (unsigned i = 0; i < 5; i++) { // a cause; software ends it, and there is another at once
            levels.irq(0, true, ns(10));
            sc_core::wait(ns(20));
            ck_assert(wire.read());
            levels.irq(0, false, ns(10));
            levels.irq(0, true, ns(10));
            sc_core::wait(ns(15));
            ck_assert(wire.read());
            levels.irq(0, true, ns(10));
            levels.irq(0, false, ns(10));
            sc_core::wait(ns(15));
            ck_assert(!wire.read());
        }
    }
};

TEST(levels_of_interrupts) {
    Lines l("lines");
    sc_core::sc_start();
    ck_assert_uint_eq(l.rises, 5);
}

/* ---- construction ---- */

/* The configuration may be gone when the model runs; an engine in C is reached by its C name. */
TEST(temporary_configuration) {
    auto c = std::make_unique<fl_config>(prices());
    Rig r(Style::Annotates, *c);
    smmuv2_cfg v2{};
    vtd_cfg v{};
    std::memset(c.get(), 0xff, sizeof(*c));
    c.reset();
    ck_assert_ptr_nonnull(smmuv2_class.name);
    ck_assert_ptr_nonnull(vtd_class.name);
    ck_assert_uint_eq(v2.num_cb + v.haw, 0);
    play(r, [&] {
        touch(r, 0);
        sc_core::wait(ns(2000));
        ck_assert(touch(r, 0) == ns(2 + 50)); // lookup, memory
    });
}

SUITE("interop_platform")
