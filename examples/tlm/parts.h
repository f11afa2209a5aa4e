/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the platforms here share: bytes, a processor's port, and an SMMUv3's tables by hand. */
#ifndef PARTS_H
#define PARTS_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <faultline/tlm.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

using Payload = tlm::tlm_generic_payload;
using sc_core::SC_NS;
using sc_core::sc_time;

/* 16 MiB. */
struct Bytes {
	std::vector<unsigned char> bytes = std::vector<unsigned char>(16 << 20);

	bool access(Payload &p)
	{
		std::uint64_t at = p.get_address();

		if (at > bytes.size() || p.get_data_length() > bytes.size() - at || p.get_byte_enable_ptr()) {
			p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
			return false;
		}
		if (p.is_read())
			std::memcpy(p.get_data_ptr(), &bytes[at], p.get_data_length());
		else if (p.is_write())
			std::memcpy(&bytes[at], p.get_data_ptr(), p.get_data_length());
		p.set_response_status(tlm::TLM_OK_RESPONSE);
		return true;
	}
	std::uint64_t word(std::uint64_t at) const
	{
		std::uint64_t value = 0;

		for (int i = 7; i >= 0; i--)
			value = value << 8 | bytes[at + unsigned(i)];
		return value;
	}
	void set_word(std::uint64_t at, std::uint64_t value)
	{
		for (unsigned i = 0; i < 8; i++)
			bytes[at + i] = static_cast<unsigned char>(value >> 8 * i);
	}
};

/* A memory that annotates its latency, 60 ns: data by one socket, tables and queues by the other. */
template <unsigned WIDTH = 32> struct Memory : sc_core::sc_module {
	Bytes bytes;
	tlm_utils::simple_target_socket<Memory, WIDTH> data, tables;

	explicit Memory(const sc_core::sc_module_name &name) : sc_module(name), data("data"), tables("tables")
	{
		for (auto *socket : { &data, &tables }) {
			socket->register_b_transport(this, &Memory::serve);
			socket->register_transport_dbg(this, &Memory::look);
		}
	}
	void serve(Payload &p, sc_time &delay)
	{
		bytes.access(p);
		delay += sc_time(60, SC_NS);
	}
	unsigned look(Payload &p)
	{
		return bytes.access(p) ? p.get_data_length() : 0;
	}
};

/* An access that its owner fills in. */
inline void set(Payload &p, bool write, std::uint64_t address, void *data, unsigned length)
{
	p.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
	p.set_address(address);
	p.set_data_ptr(static_cast<unsigned char *>(data));
	p.set_data_length(length);
	p.set_streaming_width(length);
	p.set_byte_enable_ptr(nullptr);
	p.set_dmi_allowed(false);
	p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

inline void check(bool good, const char *what)
{
	if (good)
		return;
	std::fprintf(stderr, "at %s: %s\n", sc_core::sc_time_stamp().to_string().c_str(), what);
	std::exit(1);
}

/* A processor's port to registers, for a little-endian host. */
struct Port {
	tlm_utils::simple_initiator_socket<Port> socket{ "registers" };

	std::uint64_t access(bool write, std::uint64_t offset, std::uint64_t value, unsigned bytes)
	{
		Payload p;
		sc_time delay;

		set(p, write, offset, &value, bytes);
		socket->b_transport(p, delay);
		check(p.is_response_ok(), "a register does not answer");
		sc_core::wait(delay);
		return value;
	}
	void write(std::uint64_t offset, std::uint64_t value, unsigned bytes = 4)
	{
		access(true, offset, value, bytes);
	}
	std::uint64_t read(std::uint64_t offset, unsigned bytes = 4)
	{
		return access(false, offset, 0, bytes);
	}
};

/* The SMMU's program: stream 8, stage 1, one page table with 4 KiB pages (IHI 0070, chapters 3 to 6). */
struct Driver {
	enum : std::uint64_t {
		kCommands = 0x10000,
		kEvents = 0x20000,
		kStreams = 0x30000,
		kContext = 0x31000,
		kTables = 0x40000
	};
	unsigned producer = 0, consumer = 0;

	static void map(Bytes &b, std::uint64_t iova, std::uint64_t pa)
	{
		b.set_word(kTables + 0x3000 + (iova >> 12) * 8,
			   pa | 0xc43); // valid, page, AF, nG, read and write for all
	}
	void tables(Bytes &b)
	{
		for (unsigned level = 0; level < 3; level++)
			b.set_word(kTables + level * 0x1000, (kTables + (level + 1) * 0x1000) | 3);
		b.set_word(kContext, 0x00017205c0000010); // T0SZ 16, EPD1, IPS 48, AA64, A, R, S (faults stall), ASID 1
		b.set_word(kContext + 8, kTables);
		b.set_word(kStreams + 8 * 64, kContext | 0xb); // valid, stage 1
	}
	void start(Port &cpu)
	{
		cpu.write(0x28, 0xd75);		   // CR1: memory attributes of tables and queues
		cpu.write(0x80, kStreams, 8);	   // STRTAB_BASE
		cpu.write(0x88, 4);		   // STRTAB_BASE_CFG: 16 streams
		cpu.write(0x90, kCommands | 8, 8); // CMDQ_BASE: 256 entries
		cpu.write(0xa0, kEvents | 7, 8);   // EVENTQ_BASE: 128 entries
		cpu.write(0x50, 5);		   // IRQ_CTRL: event queue, global errors
		cpu.write(0x20, 0xd);		   // CR0: SMMUEN, EVENTQEN, CMDQEN
	}
	/* Stalled accesses are let go on, their pages mapped one to one from 8 MiB on. */
	unsigned answer(Port &cpu, Bytes &b)
	{
		unsigned n = 0;

		for (auto end = unsigned(cpu.read(0x100a8)); consumer != end; consumer = (consumer + 1) & 255, n++) {
			std::uint64_t at = kEvents + (consumer & 127) * 32, w0 = b.word(at), w1 = b.word(at + 8);
			check((w0 & 0xff) == 0x10 && (w1 >> 31 & 1), "an event that is no stalled F_TRANSLATION");
			map(b, b.word(at + 16), 0x800000 + (b.word(at + 16) & ~0xfffULL));
			b.set_word(kCommands + producer * 16,
				   (w0 & 0xffffffff00000000) | 1 << 12 | 0x44); // CMD_RESUME, retry
			b.set_word(kCommands + producer * 16 + 8, w1 & 0xffff); // STAG
			producer = (producer + 1) & 255;
		}
		cpu.write(0x100ac, consumer); // EVENTQ_CONS
		cpu.write(0x98, producer);    // CMDQ_PROD
		return n;
	}
};

#endif /* PARTS_H */
