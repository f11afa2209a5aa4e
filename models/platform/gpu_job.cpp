/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gpu_job.h"
#include <algorithm>

namespace faultline {

static constexpr u64 kPage = 4096, kLine = 64;
static constexpr u64 kData = 0xa5a5a5a5a5a5a5a5;
static constexpr u32 kPackets = 3; // that a command buffer with work needs: Texture, Colour, Wait

void GpuDriver::open(TraceSource &source, const MasterHooks &hooks) {
    source_ = &source;
    hooks_ = &hooks;
}

int GpuDriver::refuse(const char *why) const {
    return hooks_->refuse ? hooks_->refuse(records_, why) : -EINVAL;
}

/* The next record is block_[at_]: 1, 0 at the end, -errno. */
int GpuDriver::fetch() {
    if (at_ < size_)
        return 1;
    at_ = 0;
    size_ = source_->next(&block_);
    return size_ > 0 ? 1 : int(size_);
}

static u64 stream_key(const dmat_record &rec) {
    return u64(rec.sid) << 32 | (rec.flags & DMAT_F_PASID ? 1U << 31 | rec.pasid : 0);
}

u32 GpuDriver::space_of(const dmat_record &rec) const {
    auto found = spaces_.find(stream_key(rec));

    if (rec.domain != DMAT_DOMAIN_NONE)
        return rec.domain;
    return found == spaces_.end() ? DMAT_DOMAIN_NONE : found->second;
}

bool GpuDriver::physical(const dmat_record &rec, u64 iova, u64 &pa) const {
    auto space = pages_.find(space_of(rec));

    if (space == pages_.end())
        return false;
    auto page = space->second.find(iova / kPage);
    if (page == space->second.end())
        return false;
    pa = page->second + iova % kPage;
    return true;
}

static GpuEngineId engine_of(const dmat_record &rec) {
    if (rec.tag >= 1 && rec.tag <= kGpuEngines)
        return GpuEngineId(rec.tag - 1);
    return (rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W ? GpuEngineId::Colour : GpuEngineId::Texture;
}

bool GpuDriver::in_use(const dmat_record &buffer) const {
    for (u64 line = buffer.iova / kLine; line <= (buffer.iova + buffer.size - 1) / kLine; line++)
        if (in_use_.count({space_of(buffer), line}))
            return true;
    return false;
}

bool GpuDriver::mapped(const dmat_record &map) const {
    auto space = pages_.find(map.domain);

    for (u64 page = map.iova / kPage; space != pages_.end() && page <= (map.iova + map.size - 1) / kPage; page++)
        if (space->second.count(page))
            return true;
    return false;
}

/* Does the job end before this record? */
bool GpuDriver::ends(const dmat_record &rec, const GpuJob &job) const {
    bool empty = true;

    for (const auto &l : job.list)
        empty = empty && l.empty();
    if (empty)
        return false;
    if (rec.kind == DMAT_ACCESS) {
        GpuEngineId e = engine_of(rec);
        return (e == GpuEngineId::Cp && in_use(rec)) || job.of(e).size() >= GpuPacket::kMaxCount;
    }
    if (rec.kind == DMAT_MAP)
        return mapped(rec);
    return rec.kind <= DMAT_INVALIDATE || rec.kind == DMAT_MARK;
}

void GpuDriver::unmap(const dmat_record &rec) {
    for (auto &space : pages_) {
        if (rec.domain != DMAT_DOMAIN_NONE && rec.domain != space.first)
            continue;
        if (rec.flags & DMAT_F_WHOLE)
            space.second.clear();
        else
            for (u64 page = rec.iova / kPage; page <= (rec.iova + rec.size - 1) / kPage; page++)
                space.second.erase(page);
    }
}

/* What the trace says was done: keep the driver's own idea of it, and have it done. */
int GpuDriver::note(const dmat_record &rec) {
    u64 first = rec.iova / kPage;

    switch (rec.kind) {
    case DMAT_ATTACH:
        spaces_[stream_key(rec)] = rec.domain;
        break;
    case DMAT_DETACH:
        spaces_.erase(stream_key(rec));
        break;
    case DMAT_MAP:
        for (u64 page = first; page <= (rec.iova + rec.size - 1) / kPage; page++)
            pages_[rec.domain][page] = (rec.pa & ~(kPage - 1)) + (page - first) * kPage;
        break;
    case DMAT_UNMAP:
        unmap(rec);
        break;
    default:
        return 0;
    }
    return hooks_->system ? hooks_->system(rec) : 0;
}

int GpuDriver::add(const dmat_record &rec, GpuJob &job) {
    GpuEngineId e = engine_of(rec);

    if (e == GpuEngineId::Cp) {
        if (rec.iova % GpuPacket::kBytes || rec.size % GpuPacket::kBytes)
            return refuse("a command buffer is not made of whole, aligned packets of 8 bytes");
        buffers_.push_back({u32(job.of(GpuEngineId::Texture).size()), u32(job.of(GpuEngineId::Colour).size())});
        for (u64 line = rec.iova / kLine; line <= (rec.iova + rec.size - 1) / kLine; line++)
            in_use_.insert({space_of(rec), line});
    }
    job.list[unsigned(e)].push_back(rec);
    return e == GpuEngineId::Colour || e == GpuEngineId::Cp ? 0 : write_data(rec);
}

int GpuDriver::next(GpuJob &job) {
    int ret;

    for (auto &l : job.list)
        l.clear();
    buffers_.clear();
    in_use_.clear();
    while ((ret = fetch()) > 0) {
        const dmat_record &rec = block_[at_];
        if (ends(rec, job))
            break;
        ret = rec.kind == DMAT_ACCESS ? add(rec, job) : note(rec);
        if (ret < 0)
            return ret;
        at_++;
        records_++;
    }
    if (ret < 0)
        return ret;
    Buffer first = buffers_.empty()
                       ? Buffer{u32(job.of(GpuEngineId::Texture).size()), u32(job.of(GpuEngineId::Colour).size())}
                       : buffers_[0];
    job.texture = {0, first.texture};
    job.colour = {0, first.colour};
    for (std::size_t i = 0; i < buffers_.size(); i++) {
        ret = write_buffer(job, i);
        if (ret)
            return ret;
    }
    for (const auto &l : job.list)
        if (!l.empty())
            return 1;
    return 0;
}

/* The packets of command buffer @p n. A page that is not mapped cannot be written: the GPU will find it missing. */
int GpuDriver::write_buffer(const GpuJob &job, std::size_t n) {
    const dmat_record &rec = job.of(GpuEngineId::Cp)[n];
    u32 textures = u32(job.of(GpuEngineId::Texture).size()), colours = u32(job.of(GpuEngineId::Colour).size());
    Buffer end = n + 1 < buffers_.size() ? buffers_[n + 1] : Buffer{textures, colours}, begin = buffers_[n];
    bool work = end.texture > begin.texture || end.colour > begin.colour;

    if (work && rec.size < kPackets * GpuPacket::kBytes)
        return refuse("work follows a command buffer that has no room for the 3 packets, 24 bytes, that start it");
    for (u64 at = 0; at < rec.size; at += GpuPacket::kBytes) {
        GpuPacket p = {GpuOp::Nop, 0, 0};
        u8 word[GpuPacket::kBytes];
        u64 pa;
        if (work && at == 0)
            p = {GpuOp::Texture, begin.texture, end.texture - begin.texture};
        else if (work && at == GpuPacket::kBytes)
            p = {GpuOp::Colour, begin.colour, end.colour - begin.colour};
        else if (work && at == 2 * GpuPacket::kBytes)
            p = {GpuOp::Wait, 0, 0};
        fl_put_le64(word, p.encode());
        if (physical(rec, rec.iova + at, pa) && physmem_write(&memory_, pa, word, sizeof(word)))
            return -ENOMEM;
    }
    return 0;
}

/* Data that is not zero, where each burst of this read will begin. */
int GpuDriver::write_data(const dmat_record &rec) {
    if ((rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W)
        return 0;
    for (u64 at = rec.iova; at < rec.iova + rec.size; at = (at & ~(burst_ - 1)) + burst_) {
        u64 left = rec.iova + rec.size - at, pa;
        u64 room = kPage - at % kPage;
        u8 word[8];
        fl_put_le64(word, kData);
        if (physical(rec, at, pa) && physmem_write(&memory_, pa, word, u32(std::min({left, room, u64{sizeof(word)}}))))
            return -ENOMEM;
    }
    return 0;
}

} // namespace faultline
