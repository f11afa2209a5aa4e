/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SMMUv3 as a TLM module, set up by its driver: what an access costs in
 * host time, 64 pages in turn. Memory is part of each operation; the trap is simulated time: it
 * goes on by annotated delay alone.
 */
#include "platform.h"

extern "C" {
#include "bench.h"
}

using namespace faultline;

static constexpr u64 kPages = 64, kBase = 0x10000000;
static constexpr u32 kSid = 8;

struct NoBw : tlm::tlm_bw_transport_if<> {
	tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &phase,
					   sc_core::sc_time &) override
	{
		phase = tlm::END_RESP;
		return tlm::TLM_COMPLETED;
	}
	void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override
	{
	}
};

static const fault_host_ops kHost = { [](void *) {}, nullptr, nullptr };

struct Rig : sc_core::sc_module {
	fl_config config;
	Scheduler scheduler;
	KindModel iommu;
	MemoryModel memory;
	CpuModel cpu;
	CpuPort &port;
	tlm::tlm_initiator_socket<> master;
	NoBw bw;
	fault_core *core = nullptr;
	std::vector<u64> driver;
	u64 page = 0;
	ps_t time = 1'000'000, step = 1000; // between two accesses

	Rig(sc_core::sc_module_name name, const fl_config &c)
	    : sc_module(name), config(c), scheduler("scheduler"), iommu("iommu", scheduler, config, iommu_kind_smmuv3),
	      memory("memory", 2, config), cpu("cpu", scheduler, memory, config, 1),
	      port(cpu.connect(iommu.ledger(), 5, false)), master("master"), driver(iommu_kind_smmuv3.drv->size / 8 + 1)
	{
		iommu.down.bind(memory.in(0));
		iommu.walk.bind(memory.in(1));
		port.mmio.bind(iommu.mmio);
		memory.window.bind(cpu.doorbell);
		master.bind(bw);
		master.bind(iommu.tbu(0));
	}

	/* By the driver, through registers and memory. */
	void set_up()
	{
		const drv_class *cls = iommu_kind_smmuv3.drv;
		fault_core_cfg cc{};
		kind_request req{};
		drv_device_cfg dc{};
		fault_dev *dev;
		fault_domain *dom;
		int bad;

		cc.host_ops = &kHost;
		req.cfg = &config;
		req.devices = 1;
		dc.sids[0] = kSid;
		dc.n_sids = 1;
		dc.name = "bench";
		bad = fault_core_create(&cc, &core);
		bad |= cls->probe(driver.data(), iommu_kind_smmuv3.driver_cfg(&req), DriverAccess::ops(), port.access(),
				  core);
		bad |= cls->device_add(driver.data(), &dc, &dev);
		bad |= cls->domain_alloc(driver.data(), dev, DRV_DOMAIN_PAGING, &dom);
		bad |= cls->attach(driver.data(), dev, DRV_NO_PASID, dom, 0);
		for (u64 i = 0; i < kPages; i++)
			bad |= cls->map(driver.data(), dom, kBase + i * 4096, 0x80000000 + i * 4096, 4096,
					DRV_PROT_READ | DRV_PROT_WRITE);
		for (u64 i = 0; i < kPages; i++)
			bad |= !physmem_page(&memory.store(), 0x80000000 + i * 4096);
		if (bad) {
			std::fprintf(stderr, "bench_tlm: cannot set the SMMU up\n");
			std::exit(2);
		}
	}
};

struct Rigs {
	std::unique_ptr<Rig> hit, miss, cold;

	Rigs()
	{
		fl_config c;
		sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
		fl_config_init(&c);
		c.tbu.slots = 512;
		c.tcu.walk_slots = 512;
		hit = std::make_unique<Rig>("hit", c);
		c.iommu.tlb_sets = 0;
		miss = std::make_unique<Rig>("miss", c);
		c.iommu.walk_cache_sets = 0;
		cold = std::make_unique<Rig>("cold", c);
		miss->step = cold->step = 500'000; // each walk ends before its page comes again
		sc_core::sc_start(sc_core::SC_ZERO_TIME);
		for (Rig *r : { hit.get(), miss.get(), cold.get() })
			r->set_up();
	}
};

static Rigs &rigs()
{
	static Rigs all;
	return all;
}

static void *hit(void)
{
	return rigs().hit.get();
}
static void *miss(void)
{
	return rigs().miss.get();
}
static void *cold(void)
{
	return rigs().cold.get();
}

struct Payload : tlm::tlm_generic_payload {
	DmaExtension ext;
	unsigned char data[64];

	Payload()
	{
		ext.stream_id = kSid;
		set_extension(&ext);
		set_read();
		set_data_ptr(data);
		set_data_length(64);
		set_streaming_width(64);
	}
	~Payload() override
	{
		clear_extension(&ext);
	}
};

/* Page after page. */
static void blocking(void *state, unsigned long n)
{
	auto *r = static_cast<Rig *>(state);
	Payload p;

	while (n--) {
		sc_core::sc_time delay = to_sc(r->time);
		p.set_address(kBase + (r->page++ % kPages) * 4096);
		r->master->b_transport(p, delay);
		r->time += r->step;
	}
	if (p.get_response_status() != tlm::TLM_OK_RESPONSE)
		std::abort();
}

/* With @outstanding in flight: the next goes out when the oldest is answered. */
static void window(void *state, unsigned long n, unsigned outstanding)
{
	auto *r = static_cast<Rig *>(state);
	std::vector<Payload> payloads(outstanding);
	std::vector<ps_t> answered(outstanding, 0);
	unsigned i = 0;

	while (n--) {
		Payload &p = payloads[i];
		tlm::tlm_phase phase = tlm::BEGIN_REQ;
		r->time = answered[i] > r->time ? answered[i] : r->time + r->step;
		sc_core::sc_time delay = to_sc(r->time);
		p.set_address(kBase + (r->page++ % kPages) * 4096);
		if (r->master->nb_transport_fw(p, phase, delay) != tlm::TLM_COMPLETED)
			std::abort();
		answered[i] = delay.value();
		i = i + 1 == outstanding ? 0 : i + 1;
	}
}

static void window1(void *state, unsigned long n)
{
	window(state, n, 1);
}
static void window16(void *state, unsigned long n)
{
	window(state, n, 16);
}
static void window256(void *state, unsigned long n)
{
	window(state, n, 256);
}

/* The bottom line: the same calls with nothing behind them but memory. */
static void memory_only(void *state, unsigned long n)
{
	auto *r = static_cast<Rig *>(state);
	Payload p;

	while (n--) {
		sc_core::sc_time delay = to_sc(r->time);
		p.set_address(0x80000000 + (r->page++ % kPages) * 4096);
		r->memory.b_transport(p, delay);
		r->time += 1000;
	}
}

int main(int argc, char **argv)
{
	static const bench all[] = {
		{ "tlm.memory_alone", hit, memory_only, 0, 0, "the target behind the SMMU, called directly" },
		{ "tlm.b_hit", hit, blocking, 40, 0, "aim 40" },
		{ "tlm.b_miss", miss, blocking, 120, 0, "walk cache hits, one table access; aim 120" },
		{ "tlm.b_miss_4_levels", cold, blocking, 0, 0, "no walk cache: four table accesses" },
		{ "tlm.nb_hit.1", hit, window1, 0, 0, "1 outstanding" },
		{ "tlm.nb_hit.16", hit, window16, 0, 0, "16 outstanding" },
		{ "tlm.nb_hit.256", hit, window256, 0, 0, "256 outstanding" },
		{ "tlm.nb_miss.1", miss, window1, 0, 0, "1 outstanding" },
		{ "tlm.nb_miss.16", miss, window16, 0, 0, "16 outstanding" },
		{ "tlm.nb_miss.256", miss, window256, 0, 0, "256 outstanding" },
	};

	return bench_main(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
