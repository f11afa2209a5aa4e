/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packets of a command buffer: little-endian words of 64 bits.
 *
 *	63:60  type, always 7
 *	59:52  opcode, enum class GpuOp
 *	51:28  count
 *	27:0   first
 *
 *	Nop      nothing
 *	Texture  the texture unit reads entries [first, first + count) of the job's list of textures
 *	Colour   the colour unit writes those of its list
 *	Wait     until both units have nothing left to do
 *
 * The lists are the accesses of the trace that follow the command buffer's own.
 * Anything else is an illegal opcode; so is a word of zeros, which is what a
 * command processor finds where its SMMU has answered with RAZ.
 */
#ifndef FAULTLINE_GPU_PACKET_H
#define FAULTLINE_GPU_PACKET_H

#include "c_api.h"

namespace faultline {

enum class GpuOp : u8 { Nop = 0x10, Wait = 0x26, Texture = 0x31, Colour = 0x32 };

struct GpuPacket {
    static constexpr u64 kType = 7;
    static constexpr u32 kBytes = 8;
    static constexpr u32 kMaxFirst = (1U << 28) - 1, kMaxCount = (1U << 24) - 1;

    GpuOp op;
    u32 first, count;

    u64 encode() const { return kType << 60 | u64(op) << 52 | u64(count) << 28 | first; }

    /// False: @p word is no packet.
    static bool decode(u64 word, GpuPacket &out) {
        out.op = GpuOp(word >> 52 & 0xff);
        out.count = u32(word >> 28) & kMaxCount;
        out.first = u32(word) & kMaxFirst;
        return word >> 60 == kType &&
               (out.op == GpuOp::Nop || out.op == GpuOp::Wait || out.op == GpuOp::Texture || out.op == GpuOp::Colour);
    }
};

} // namespace faultline

#endif // FAULTLINE_GPU_PACKET_H
