/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An approximately timed platform: a device that keeps eight reads under way, an SMMUv3 whose buses are 128 bits wide,
 * and a memory that takes its phases: a request every 4 ns, answers after 80 ns, several under way at once.
 */
#include "parts.h"
#include <deque>
#include <tlm_utils/peq_with_get.h>

constexpr unsigned kWidth = 128;

/* Answers come in the order of the requests, one response phase at a time. */
struct Pipelined : sc_core::sc_module {
	tlm_utils::simple_target_socket<Pipelined, kWidth> in;
	Bytes &ram;
	unsigned under_way = 0, most = 0;

	Pipelined(sc_core::sc_module_name name, Bytes &bytes)
	    : sc_module(name), in("in"), ram(bytes), accepts_("accepts"), answers_("answers")
	{
		SC_HAS_PROCESS(Pipelined);
		in.register_nb_transport_fw(this, &Pipelined::forward);
		in.register_transport_dbg(this, &Pipelined::look);
		SC_METHOD(accept);
		sensitive << accepts_.get_event();
		dont_initialize();
		SC_METHOD(answer);
		sensitive << answers_.get_event() << free_;
		dont_initialize();
	}

      private:
	tlm::tlm_sync_enum forward(Payload &p, tlm::tlm_phase &phase, sc_time &delay)
	{
		if (phase == tlm::BEGIN_REQ) {
			p.acquire();
			most = std::max(most, ++under_way);
			accepts_.notify(p, delay + sc_time(4, SC_NS));
			answers_.notify(p, delay + sc_time(80, SC_NS));
			return tlm::TLM_ACCEPTED;
		}
		end(p, delay); // END_RESP
		return tlm::TLM_COMPLETED;
	}
	unsigned look(Payload &p)
	{
		return ram.access(p) ? p.get_data_length() : 0;
	}
	void accept()
	{
		while (Payload *p = accepts_.get_next_transaction()) {
			tlm::tlm_phase phase = tlm::END_REQ;
			sc_time delay;
			in->nb_transport_bw(*p, phase, delay);
		}
	}
	void answer()
	{
		while (Payload *p = answers_.get_next_transaction())
			ready_.push_back(p);
		while (!responding_ && !ready_.empty()) {
			Payload &p = *ready_.front();
			tlm::tlm_phase phase = tlm::BEGIN_RESP;
			sc_time delay;
			ready_.pop_front();
			responding_ = true;
			ram.access(p);
			if (in->nb_transport_bw(p, phase, delay) == tlm::TLM_COMPLETED)
				end(p, delay);
		}
	}
	void end(Payload &p, const sc_time &delay)
	{
		p.release();
		under_way--;
		responding_ = false;
		free_.notify(delay);
	}

	tlm_utils::peq_with_get<Payload> accepts_, answers_;
	std::deque<Payload *> ready_;
	bool responding_ = false;
	sc_core::sc_event free_;
};

/* Reads 512 times 64 bytes, eight of them under way. */
struct Device : sc_core::sc_module, tlm::tlm_mm_interface {
	tlm_utils::simple_initiator_socket<Device, kWidth> out;
	sc_core::sc_event start;
	unsigned done = 0;
	sc_time end;

	SC_CTOR(Device) : out("out")
	{
		out.register_nb_transport_bw(this, &Device::backward);
		SC_THREAD(run);
	}

      private:
	struct Read {
		Payload payload;
		unsigned char data[64];
	};

	void run()
	{
		sc_core::wait(start);
		for (unsigned i = 0; i < 512; i++) {
			while (sent_ - done >= 8 || asking_)
				sc_core::wait(go_on_);
			Read &r = reads_[i % 8];
			tlm::tlm_phase phase = tlm::BEGIN_REQ;
			sc_time delay;
			while (r.payload.get_ref_count()) // somebody still has the read that was here
				sc_core::wait(go_on_);
			r.payload.set_mm(this);
			r.payload.acquire();
			set(r.payload, false, i * 64, r.data, 64);
			sent_++;
			asking_ = &r.payload;
			tlm::tlm_sync_enum said = out->nb_transport_fw(r.payload, phase, delay);
			if (said != tlm::TLM_ACCEPTED)
				asking_ = nullptr;
			if (said == tlm::TLM_COMPLETED)
				over(r.payload);
			sc_core::wait(delay);
		}
	}
	tlm::tlm_sync_enum backward(Payload &p, tlm::tlm_phase &phase, sc_time &delay)
	{
		if (asking_ == &p)
			asking_ = nullptr;
		go_on_.notify(delay);
		if (phase != tlm::BEGIN_RESP)
			return tlm::TLM_ACCEPTED;
		over(p);
		return tlm::TLM_COMPLETED;
	}
	void over(Payload &p)
	{
		check(p.is_response_ok(), "a read is refused");
		for (unsigned i = 0; i < 64; i++)
			check(p.get_data_ptr()[i] == static_cast<unsigned char>((p.get_address() + i) >> 4),
			      "wrong data");
		done++;
		end = sc_core::sc_time_stamp();
		p.release();
		go_on_.notify(sc_core::SC_ZERO_TIME);
	}
	void free(Payload *) override
	{
	}

	Read reads_[8];
	Payload *asking_ = nullptr;
	unsigned sent_ = 0;
	sc_core::sc_event go_on_;
};

struct Platform : sc_core::sc_module {
	Bytes ram;
	Port cpu;
	Driver driver;
	Device device;
	Pipelined data, tables;
	tlm_utils::simple_initiator_socket<Platform, kWidth> program;
	faultline::models::Smmuv3<kWidth> smmu;

	static faultline::models::Smmuv3Parameters parameters()
	{
		faultline::models::Smmuv3Parameters p;

		p.on_the_bus = true; // walks are seen at `tables`
		return p;
	}
	SC_CTOR(Platform)
	    : device("device"), data("data", ram), tables("tables", ram), program("program"), smmu("smmu", parameters())
	{
		device.out.bind(smmu.tbu[0]);
		smmu.down.bind(data.in);
		smmu.walk.bind(tables.in);
		program.bind(smmu.mmio);
		smmu.set_default_stream(0, 8);
		bridge_.register_b_transport(this, &Platform::pass);
		cpu.socket.bind(bridge_);
		SC_THREAD(software);
	}
	/* The processor's bus is narrower than the SMMU's. */
	void pass(Payload &p, sc_time &delay)
	{
		program->b_transport(p, delay);
	}
	void software()
	{
		driver.tables(ram);
		for (std::uint64_t page = 0; page < 8; page++)
			Driver::map(ram, page << 12, 0x800000 + ((7 - page) << 12));
		for (std::uint64_t at = 0; at < 0x8000; at++)
			ram.bytes[0x800000 + ((7 - at / 4096) << 12) + at % 4096] = static_cast<unsigned char>(at >> 4);
		driver.start(cpu);
		device.start.notify(sc_core::SC_ZERO_TIME);
	}

      private:
	tlm_utils::simple_target_socket<Platform> bridge_{ "bridge" };
};

int sc_main(int, char **)
{
	Platform p("platform");

	sc_core::sc_start();
	check(p.device.done == 512, "reads are missing");
	check(p.data.most > 1 && p.data.under_way == 0, "the memory's pipeline is not used");
	std::printf("512 reads in %s; %u under way in memory at most; %llu walks\n", p.device.end.to_string().c_str(),
		    p.data.most, static_cast<unsigned long long>(p.smmu.counters().walks));
	return 0;
}
