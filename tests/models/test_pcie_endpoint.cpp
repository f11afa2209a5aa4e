/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A PCIe device that pages, before an IOMMU of a few lines: prices by hand.
 * model_bench.h's prices, and (ns): link 400 one way, ATC lookup 3, page
 * request record 30. A translation that the IOMMU has cached costs 2 there.
 */
#include "model_bench.h"
#include "pcie_endpoint.h"
#include "suite.h"
#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace faultline;
using sc_core::sc_time;

namespace {

/* The fake engine with ATS: translated requests pass, translation requests never fault. */
struct AtsEngine {
    std::vector<page_request> requests;
    u64 record_address = 0x300000;
    FakeEngine *base = nullptr;
};
AtsEngine ats;

xlat ats_lookup(void *hw, const dma_txn *t, xlat_result *r) {
    auto *e = static_cast<FakeEngine *>(hw);

    std::memset(r, 0, sizeof(*r));
    r->shift = 12;
    if (t->flags & DMA_TRANSLATED) {
        r->pa = t->iova;
        return XLAT_OK;
    }
    if (t->flags & DMA_ATS_REQ) {
        bool mapped = e->pages.count(t->iova >> 12);
        r->pa = mapped ? e->pages[t->iova >> 12] << 12 : 0;
        r->perm = !mapped ? 0 : e->readonly.count(t->iova >> 12) ? PERM_R : PERM_R | PERM_W;
        return XLAT_OK;
    }
    return fake_lookup(hw, t, r);
}

void ats_page_request(void *hw, const page_request *pr) {
    auto *e = static_cast<FakeEngine *>(hw);
    u8 record[16] = {1};

    ats.requests.push_back(*pr);
    e->ops->mem_write(e->ctx, ats.record_address, record, 16);
    e->say(IOMMU_EV_RECORD, UNIT_PRIQ, 0, ats.record_address);
    ats.record_address += 16;
}

/* Registers: 0x18 answers request number (value >> 8) with code (value & 0xff); 0x20 invalidates page (value). */
void ats_write(void *hw, u64 offset, u64 value, unsigned size) {
    auto *e = static_cast<FakeEngine *>(hw);

    if (offset == 0x18) {
        const page_request &pr = ats.requests.at(value >> 8);
        page_response resp{pr.sid, pr.pasid, pr.prgi, u8(value), pr.pasid_valid, false};
        e->say(IOMMU_EV_COMMAND, UNIT_CMDQ);
        e->ops->page_response(e->ctx, &resp);
    } else if (offset == 0x20) {
        ats_inv inv{};
        inv.sid = 0x300;
        inv.addr = value;
        inv.shift = 12;
        inv.itag = 7;
        e->ops->ats_invalidate(e->ctx, &inv);
    } else {
        fake_mmio_write(hw, offset, value, size);
    }
}

std::vector<std::pair<u8, bool>> invalidated;
bool blind; // sees no completion, as a VT-d with translation disabled

bool ats_inv_done(void *hw, u32, u8 itag, bool ok) {
    if (ok && blind)
        return false;
    invalidated.emplace_back(itag, ok);
    static_cast<FakeEngine *>(hw)->say(IOMMU_EV_SYNC, UNIT_CMDQ);
    return true;
}

const iommu_class *ats_class() {
    static iommu_class c = *fake_class();

    c.lookup = ats_lookup;
    c.mmio_write = ats_write;
    c.page_request = ats_page_request;
    c.ats_inv_done = ats_inv_done;
    return &c;
}

fl_config pcie_prices() {
    fl_config c = round_prices();

    c.pcie.link_ps = 400'000;
    c.pcie.atc_lookup_ps = 3'000;
    c.pcie.bandwidth_mb_s = 0;
    c.notify.pri_write_ps = 30'000;
    return c;
}

struct Bench : ModelBench, PageSink {
    PcieEndpoint device;
    Master engine_of_device;
    std::vector<PageStamps> page_faults;
    unsigned joined = 0;

    explicit Bench(const fl_config &c = pcie_prices(), bool pri = true, bool has_ats = true)
        : ModelBench(c, "bench", false),
          device("device", scheduler, iommu.ats(), config, {{0x300, has_ats, pri && has_ats}}),
          engine_of_device("engine") {
        iommu.set_engine(ats_class(), &engine);
        device.up.bind(iommu.tbu(0));
        engine_of_device.socket.bind(device.dma);
        device.set_sink(this);
    }
    void page_fault_over(const dma_txn &, bool j, xlat, const PageStamps &s, const Bill *, const LoggedBill *,
                         u64) override {
        page_faults.push_back(s);
        joined += j;
    }
    /* Software maps @page and answers request @n with @code at @time_ns. */
    void answer_at(u64 time_ns, u64 n, u8 code, u64 page = 0) {
        struct Job {
            Bench *b;
            u64 n;
            u8 code;
            u64 page;
        };
        scheduler.at(
            time_ns * 1000,
            [](void *o, u64) {
                std::unique_ptr<Job> j(static_cast<Job *>(o));
                if (j->page)
                    j->b->engine.pages[j->page] = 0x90;
                j->b->iommu.ledger().read(0x300000 + 16 * j->n, 16, j->b->scheduler.now() - 5'000, {});
                j->b->iommu.ledger().set_answer({0, 0, 0, j->b->scheduler.now() - 1'000});
                j->b->write_register(0x18, j->n << 8 | j->code, Scheduler::delay_to(j->b->scheduler.now()));
            },
            new Job{this, n, code, page});
    }
};

u64 access_ns(Bench &b, Payload &p, u64 delay_ns = 0) {
    sc_time delay = to_sc(delay_ns * 1000);

    p.ext.stream_id = 0x300;
    b.engine_of_device.socket->b_transport(p, delay);
    return Scheduler::absolute(delay) / 1000;
}

} // namespace

TEST(first_access_asks_for_a_translation) {
    Bench b;
    b.engine.pages[1] = 0x80;
    b.engine_of_device.body = [&] {
        Payload p(0x1010, 64);
        // ATC 3, link up 400, IOMMU 2, link down 400; then up 400, IOMMU 2, memory 50, down 400
        ck_assert_uint_eq(access_ns(b, p), 3 + 400 + 2 + 400 + 400 + 2 + 50 + 400);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.address, 0x80010);
        ck_assert_uint_eq(p.get_address(), 0x1010);
        // from then on the ATC answers
        ck_assert_uint_eq(access_ns(b, p), sc_core::sc_time_stamp().value() / 1000 + 3 + 400 + 2 + 50 + 400);
        // a write is over when it arrives; it enters the IOMMU 1 behind the one before
        p.set_command(tlm::TLM_WRITE_COMMAND);
        ck_assert_uint_eq(access_ns(b, p), sc_core::sc_time_stamp().value() / 1000 + 3 + 400 + 1 + 2 + 50);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(b.device.stats(0x300).hits, 2);
}

TEST(page_fault_in_seven_parts) {
    Bench b;
    b.answer_at(5000, 0, PRG_SUCCESS, 1);
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 8);
        p.ext.flags = DMA_PASID;
        p.ext.substream_id = 9;
        // the response leaves after its command (60 + 5), then one more translation, then the access
        ck_assert_uint_eq(access_ns(b, p), 5000 + 65 + 400 + (3 + 400 + 2 + 400) + 400 + 2 + 50 + 400);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(p.ext.faults, 1);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(ats.requests.size(), 1);
    ck_assert_uint_eq(ats.requests[0].addr, 0x1000);
    ck_assert_uint_eq(ats.requests[0].pasid, 9);
    ck_assert(ats.requests[0].pasid_valid && ats.requests[0].last);
    ck_assert_uint_eq(ats.requests[0].perm, PERM_R);
    // The retry ends where an access of a platform master begins: at the IOMMU, one way over the link later.
    const u64 expected[] = {0, 805, 1205, 1235, 4995, 4999, 5465, 5465 + 805 + 400};
    ck_assert_uint_eq(b.page_faults.size(), 1);
    for (unsigned i = 0; i <= PAGE_PARTS; i++)
        ck_assert_uint_eq(b.page_faults[0].stamp[i], expected[i] * 1000);
}

TEST(codes_that_end_an_access) {
    for (u8 code : {u8(PRG_INVALID), u8(PRG_FAILURE)}) {
        if (fork() == 0) {
            Bench b;
            b.answer_at(5000, 0, code);
            b.engine_of_device.body = [&] {
                Payload p(0x1000, 8);
                ck_assert_uint_eq(access_ns(b, p), 5465);
                ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
                ck_assert_uint_eq(p.ext.outcome, XLAT_ABORT);
                // after a failure the function does not ask any more
                if (code == PRG_FAILURE) {
                    access_ns(b, p);
                    ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
                }
            };
            sc_core::sc_start();
            _exit(ats.requests.size() == 1 ? 0 : 1);
        }
        int status = 1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
}

TEST(without_pri_an_access_fails) {
    Bench b(pcie_prices(), false);
    b.engine.pages[1] = 0x80;
    b.engine.readonly.insert(1);
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 8);
        p.set_command(tlm::TLM_WRITE_COMMAND);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(ats.requests.size(), 0);
}

TEST(page_crossing_is_split) {
    Bench b;
    b.engine.pages[1] = 0x80;
    b.engine.pages[2] = 0x85;
    b.engine_of_device.body = [&] {
        Payload p(0x1ff0, 64), low(0x1ff0, 16), high(0x2000, 48);
        p.set_command(tlm::TLM_WRITE_COMMAND);
        std::memset(p.get_data_ptr(), 0xa5, 64);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(b.device.stats(0x300).misses, 2);
        access_ns(b, high);
        ck_assert_uint_eq(high.get_data_ptr()[47], 0xa5);
        access_ns(b, low);
        ck_assert_uint_eq(low.get_data_ptr()[0], 0xa5);
    };
    sc_core::sc_start();
}

TEST(nb_accesses_to_one_page_share_a_request) {
    Bench b;
    std::vector<std::unique_ptr<Payload>> p;
    unsigned over = 0;
    b.answer_at(9000, 0, PRG_SUCCESS, 1);
    b.engine_of_device.backward = [&](tlm::tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &) {
        ck_assert(phase == tlm::BEGIN_RESP);
        over++;
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    };
    b.engine_of_device.body = [&] {
        for (int i = 0; i < 5; i++) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay = to_sc(ps_t(i) * 100'000);
            p.emplace_back(new Payload(0x1000 + 8 * u64(i), 8));
            p.back()->ext.stream_id = 0x300;
            ck_assert_int_eq(b.engine_of_device.socket->nb_transport_fw(*p.back(), phase, delay), tlm::TLM_UPDATED);
            ck_assert(phase == tlm::END_REQ);
        }
    };
    sc_core::sc_start();
    ck_assert_uint_eq(over, 5);
    ck_assert_uint_eq(ats.requests.size(), 1);
    ck_assert_uint_eq(b.page_faults.size(), 5);
    ck_assert_uint_eq(b.joined, 4);
    for (auto &s : b.page_faults)
        for (unsigned i = 0; i < PAGE_PARTS; i++)
            ck_assert_uint_le(s.stamp[i], s.stamp[i + 1]);
}

/* Software allots 12 of the queue's entries to a function that could fill 32, with groups of 16. */
TEST(function_keeps_to_its_allocation) {
    fl_config c = pcie_prices();
    c.pcie.credits = 32;
    c.pcie.group_pages = 16;
    Bench b(c);
    ck_assert_uint_eq(b.device.allocate(0x301, 12), 0);
    ck_assert_uint_eq(b.device.allocate(0x300, 12), 12);
    b.answer_at(5000, 0, PRG_SUCCESS, 0x10);
    b.answer_at(15000, 12, PRG_INVALID);
    b.answer_at(25000, 24, PRG_SUCCESS, 0x20);
    b.engine_of_device.body = [&] {
        Payload p(0x10000, 8), q(0x20000, 8);
        access_ns(b, p);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_OK_RESPONSE);
        // a group that is refused as a whole: the page that is needed is asked for alone
        access_ns(b, q);
        ck_assert_int_eq(q.get_response_status(), tlm::TLM_OK_RESPONSE);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(ats.requests.size(), 12 + 12 + 1);
    for (unsigned i = 0; i < 25; i++)
        ck_assert_int_eq(ats.requests[i].last, i == 11 || i == 23 || i == 24);
    ck_assert_uint_eq(ats.requests[24].addr, 0x20000);
    ck_assert_uint_eq(b.device.stats(0x300).most_outstanding, 12);
}

TEST(invalidation_waits_for_what_uses_it) {
    Bench b;
    b.engine.pages[1] = 0x80;
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 8);
        access_ns(b, p);
        u64 end = access_ns(b, p, 100'000); // answered now, over then
        b.write_register(0x20, 0x1000);
        ck_assert_uint_eq(invalidated.size(), 1);
        ck_assert_uint_eq(invalidated[0].first, 7);
        ck_assert(invalidated[0].second);
        // its completion leaves when the access is over; the SYNC's price is 70
        ck_assert_uint_eq(b.iommu.ledger().sync_done(), (end + 400 + 70) * 1000);
        u64 misses = b.device.stats(0x300).misses;
        access_ns(b, p);
        ck_assert_uint_eq(b.device.stats(0x300).misses, misses + 1);
    };
    sc_core::sc_start();
}

/* A completion that the IOMMU does not see is followed by the time-out: 60 s after it came, and not after a reset. */
TEST(invalidation_not_seen_times_out) {
    constexpr ps_t timeout = 60'000'000'000'000;
    Bench b;
    invalidated.clear();
    blind = true;
    b.engine_of_device.body = [&] {
        b.write_register(0x20, 0x1000); // there and back: 800
        blind = false;
        wait(to_sc(800'000 + timeout - 1'000));
        ck_assert_uint_eq(invalidated.size(), 0);
        wait(to_sc(2'000));
        ck_assert_uint_eq(invalidated.size(), 1);
        ck_assert_uint_eq(invalidated[0].first, 7);
        ck_assert(!invalidated[0].second);
        ck_assert_uint_eq(b.iommu.ledger().sync_done(), 800'000 + timeout + 70'000);
        blind = true;
        b.write_register(0x20, 0x1000);
        b.iommu.reset();
        wait(to_sc(2 * timeout));
        ck_assert_uint_eq(invalidated.size(), 1);
        blind = false;
    };
    sc_core::sc_start();
    ck_assert_uint_eq(invalidated.size(), 1);
}

/* The IOMMU is reset while a page request is outstanding and the answer to it is on the link. */
TEST(reset_ends_a_page_request) {
    Bench b;
    b.answer_at(2800, 0, PRG_SUCCESS, 1);
    b.scheduler.at(
        3'000'000,
        [](void *o, u64) {
            auto *bench = static_cast<Bench *>(o);
            bench->device.iommu_reset(bench->scheduler.now());
        },
        &b);
    b.answer_at(6000, 1, PRG_SUCCESS, 2);
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 8), q(0x2000, 8);
        ck_assert_uint_eq(access_ns(b, p), 3000);
        ck_assert_int_eq(p.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(p.ext.outcome, XLAT_ABORT);
        // The old answer arrives at 3265, before the next request leaves, and answers nothing.
        ck_assert_uint_eq(access_ns(b, q), 6000 + 65 + 400 + (3 + 400 + 2 + 400) + 400 + 2 + 50 + 400);
        ck_assert_int_eq(q.get_response_status(), tlm::TLM_OK_RESPONSE);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(ats.requests.size(), 2);
    ck_assert_uint_eq(b.device.stats(0x300).success, 1);
    ck_assert_uint_eq(b.device.stats(0x300).unexpected, 0);
}

/* Headers below 4 GiB: read request 8 + 12, completion 8 + 12 + data. */
TEST(link_serialises) {
    fl_config c = pcie_prices();
    c.pcie.bandwidth_mb_s = 1000; // a byte a ns
    Bench b(c);
    b.engine.pages[1] = 0x80;
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 64), q(0x1040, 64);
        access_ns(b, p);
        u64 t = sc_core::sc_time_stamp().value() / 1000 + 10'000;
        ck_assert_uint_eq(access_ns(b, p, 10'000), t + 3 + 20 + 400 + 2 + 50 + 84 + 400);
        // right behind it: waits for the first one's packet down
        ck_assert_uint_eq(access_ns(b, q, 10'000), t + 3 + 20 + 400 + 2 + 50 + 84 + 84 + 400);
        // loosely timed: an earlier one finds the link as free as it was then
        ck_assert_uint_eq(access_ns(b, q, 5'000), t - 5'000 + 3 + 20 + 400 + 2 + 50 + 84 + 400);
    };
    sc_core::sc_start();
    // a translation request with its completion of 8 bytes, then four reads
    ck_assert_uint_eq(u64(b.device.usages()[0]->figures(kNever).busy), (20 + 4 * 20) * 1000);
    ck_assert_uint_eq(u64(b.device.usages()[1]->figures(kNever).busy), (28 + 4 * 84) * 1000);
}

static fl_config link_of(const char *const *set) {
    fl_config c = pcie_prices();
    fl_config_error err;

    for (; *set; set++)
        ck_assert_msg(!fl_config_set(&c, *set, &err), "%s", err.text);
    return c;
}

/* PCIe 4.0, 4.2.1 and 4.2.2: GT/s x lanes x 8/10, or x 128/130, in bits. */
TEST(rate_of_lanes) {
    static const char *const gen3[] = {"pcie.lanes=8", "pcie.gts=8", "pcie.dllp_permille=0", nullptr};
    static const char *const gen3_dllp[] = {"pcie.lanes=8", "pcie.gts=8", "pcie.dllp_permille=82", nullptr};
    static const char *const gen2[] = {"pcie.lanes=4", "pcie.gts=5", "pcie.dllp_permille=0", nullptr};
    static const char *const gen5[] = {"pcie.lanes=16", "pcie.gts=32", "pcie.dllp_permille=0", nullptr};
    fl_config a = link_of(gen3), b = link_of(gen3_dllp), c = link_of(gen2), d = link_of(gen5);

    // 7.877 GB/s: 10^9 bytes take 126.953125 ms
    ck_assert_uint_eq(PcieLink("x", a).takes(1'000'000), 126'953'125);
    // 57.86 Gb/s: 8 / 57.86
    ck_assert_uint_eq(PcieLink("x", b).takes(1'000'000), 138'293'164);
    ck_assert_uint_eq(PcieLink("x", c).takes(1'000'000), 500'000'000); // 2 GB/s
    ck_assert_uint_eq(PcieLink("x", d).takes(1'000'000), 15'869'140);  // 63.015 GB/s
    // without lanes nothing is short
    ck_assert_uint_eq(PcieLink("x", pcie_prices()).takes(1'000'000), 0);
}

/* PCIe 4.0: 2.2.4.1 headers, 2.2.7 payload in double words, 2.3.1.1 read completion boundary. */
TEST(bytes_of_packets) {
    static const char *const set[] = {"pcie.max_payload=256", "pcie.max_read_request=512", "pcie.rcb=64", nullptr};
    const u64 high = 1ULL << 32;
    PcieFormat f(link_of(set));

    ck_assert_uint_eq(f.read_requests(0x1000, 64, 0), 8 + 12);
    ck_assert_uint_eq(f.read_requests(high, 64, 0), 8 + 16);
    ck_assert_uint_eq(f.read_requests(high, 64, PcieFormat::kPasidPrefix), 8 + 16 + 4);
    ck_assert_uint_eq(f.reads(512), 1);
    ck_assert_uint_eq(f.reads(513), 2);
    ck_assert_uint_eq(f.read_requests(high, 4096, 0), 8 * 24);
    ck_assert_uint_eq(f.writes(high, 256, 0), 24 + 256);
    ck_assert_uint_eq(f.writes(high, 257, 0), 2 * 24 + 260);
    ck_assert_uint_eq(f.writes(0x1000, 1024, 0), 4 * 20 + 1024);
    // an efficiency of 64 B reads of 64 / 84 = 76 %
    ck_assert_uint_eq(f.completions(high, 64), 20 + 64);
    ck_assert_uint_eq(f.completions(high, 512), 2 * (20 + 256));
    // from 0x20: up to 0x100, to 0x200, to 0x220
    ck_assert_uint_eq(f.completions(0x20, 512), 3 * 20 + 512);
    // bytes 0x3f..0x40: double words 0x3c and 0x40 in one completion
    ck_assert_uint_eq(f.completions(0x3f, 2), 20 + 8);
    ck_assert_uint_eq(f.completion(), 20);
    ck_assert_uint_eq(f.message(8), 8 + 16 + 8);
}

TEST(function_without_ats_goes_out_untranslated) {
    Bench b(pcie_prices(), false, false);
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.engine_of_device.body = [&] {
        Payload p(0x1010, 64);
        // link up 400, TBU 2, memory 50, down 400: no ATC, no translation request
        ck_assert_uint_eq(access_ns(b, p), 400 + 2 + 50 + 400);
        ck_assert_uint_eq(p.ext.address, 0x80010);
        // not mapped: the walk 10 + 5 + 400 + 10, the record 40, then an abort, over the link
        Payload q(0x5000, 64);
        access_ns(b, q);
        ck_assert_int_eq(q.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        ck_assert_uint_eq(q.ext.outcome, XLAT_ABORT);
        ck_assert_uint_eq(q.ext.faults, 1);
    };
    b.engine.fault = XLAT_ABORT;
    sc_core::sc_start();
    ck_assert_uint_eq(b.device.stats(0x300).misses, 0);
}

/* Two tags: of four reads at once the third goes out when the first is back, after 400 + 2 + 50 + 400. */
TEST(tags_limit_reads) {
    fl_config c = pcie_prices();
    c.pcie.tags = 2;
    Bench b(c, false, false);
    b.engine.pages[1] = 0x80;
    b.engine.cached[1] = 0x80;
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 64), w(0x1000, 64, true), two(0x1000, 1024);
        ck_assert_uint_eq(access_ns(b, p), 852);
        ck_assert_uint_eq(access_ns(b, p), 853); // the TBU takes one a ns
        ck_assert_uint_eq(access_ns(b, p), 852 + 852);
        ck_assert_uint_eq(access_ns(b, p), 853 + 852);
        // a posted write needs none: third at the TBU
        ck_assert_uint_eq(access_ns(b, w), 400 + 2 + 2 + 50);
        // two requests of 512 bytes, two tags
        ck_assert_uint_eq(access_ns(b, two), 853 + 852 + 852);
    };
    sc_core::sc_start();
    const Usage &u = *b.device.usages().at(2); // behind the two directions
    Figures in = u.figures(sc_core::sc_time_stamp().value() + 10'000'000);
    ck_assert_uint_eq(in.peak, 2);
    ck_assert_uint_eq(in.uses, 6);
    ck_assert_uint_eq(u64(in.busy), (6 * 852 + 1) * 1000);
}

/*
 * A byte a ns. Two pages of 4 KiB, each 8 read requests of 20 bytes. The first request's data leave when it has arrived
 * and been translated; from then on the link down is busy with 2 x 16 completions of 20 + 256 bytes.
 */
TEST(large_read_is_limited_by_its_data) {
    fl_config c = pcie_prices();
    c.pcie.bandwidth_mb_s = 1000;
    Bench b(c, false, false);
    for (u64 page : {1, 2})
        b.engine.pages[page] = b.engine.cached[page] = 0x80 + u32(page);
    b.engine_of_device.body = [&] {
        Payload p(0x1000, 8192);
        ck_assert_uint_eq(access_ns(b, p), 20 + 400 + 2 + 50 + 2 * 16 * (20 + 256) + 400);
    };
    sc_core::sc_start();
    ck_assert_uint_eq(u64(b.device.usages()[0]->figures(kNever).busy), 2 * 8 * 20 * 1000);
}

/* A tag that a stalled read holds comes back when the stall is over. */
TEST(tag_waits_for_a_stalled_read) {
    fl_config c = pcie_prices();
    c.pcie.tags = 1;
    Bench b(c, false, false);
    unsigned over = 0;
    std::vector<std::unique_ptr<Payload>> p;
    b.engine.fault = XLAT_STALL;
    b.engine.pages[2] = 0x85;
    b.engine.cached[2] = 0x85;
    b.engine_of_device.backward = [&](tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &) {
        ck_assert_int_eq(gp.get_response_status(), tlm::TLM_OK_RESPONSE);
        ck_assert(&gp == p[over].get());
        over++;
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    };
    b.scheduler.at(
        8'000'000,
        [](void *o, u64) {
            auto *bench = static_cast<Bench *>(o);
            bench->engine.pages[1] = 0x80;
            bench->write_register(0, *bench->engine.stalled.begin() << 4 | RESUME_RETRY);
        },
        &b);
    b.engine_of_device.body = [&] {
        for (u64 page : {1, 2}) {
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay = sc_core::SC_ZERO_TIME;
            p.emplace_back(new Payload(page << 12, 8));
            p.back()->ext.stream_id = 0x300;
            ck_assert_int_eq(b.engine_of_device.socket->nb_transport_fw(*p.back(), phase, delay), tlm::TLM_UPDATED);
        }
    };
    sc_core::sc_start();
    ck_assert_uint_eq(over, 2);
    Waiting w{};
    b.device.count_waiting(w);
    ck_assert_uint_eq(w.tag, 0);
    ck_assert_uint_ge(sc_core::sc_time_stamp().value(), 8'000'000 + 852'000);
}

SUITE("pcie_endpoint")
