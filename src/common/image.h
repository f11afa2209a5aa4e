/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Images of an engine's state. One function an engine names each part of its
 * state once; the image's direction decides whether the part is written into the
 * image or taken out of it, so that the two cannot disagree.
 *
 * Little-endian, with a head (magic, kind, version, digest of the configuration)
 * and a digest of it all at the end. After the first error every further step does nothing,
 * and parts that would be loaded keep their values; image_end() tells.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reg_bank;
struct tcache;

/**
 * struct iommu_image - an image, on its way in or out
 * @bytes, @len: the image; owned by the image if it is being saved, else by the caller
 * @size: bytes allocated
 * @at: where the next part is
 * @loading: parts are taken out of it
 * @err: 0, -ENOMEM, -EINVAL
 */
struct iommu_image {
	u8 *bytes;
	size_t len, size, at;
	bool loading;
	int err;
};

/* An empty image to save into; image_free() gives its bytes back. */
void image_to_save(struct iommu_image *img);
/* The image of @len bytes to restore from; the caller keeps @bytes until then. */
void image_to_load(struct iommu_image *img, const void *bytes, size_t len);
void image_free(struct iommu_image *img);

/**
 * image_begin() - the head
 * @kind: e.g. "smmuv3"
 * @version: of the parts that follow
 * @config: image_digest() of what decides their meaning
 * Return: 0, -ENOMEM; -EINVAL if a loaded image has another head, or is damaged.
 */
int image_begin(struct iommu_image *img, const char *kind, u32 version, u64 config);
/* The end. Return: 0 or the first error; -EINVAL if a loaded image has bytes left over. */
int image_end(struct iommu_image *img);

/* One part. */
void image_u8(struct iommu_image *img, u8 *v);
void image_u16(struct iommu_image *img, u16 *v);
void image_u32(struct iommu_image *img, u32 *v);
void image_u64(struct iommu_image *img, u64 *v);
void image_bool(struct iommu_image *img, bool *v);
void image_words(struct iommu_image *img, u64 *words, size_t n);

/* A loaded value of which @ok is false makes the image bad. Does nothing while saving. */
void image_check(struct iommu_image *img, bool ok);

/* All values of a register file; contents, order of replacement and counters of a cache. */
void image_regs(struct iommu_image *img, struct reg_bank *b);
void image_tcache(struct iommu_image *img, struct tcache *c);

/* FNV-1a of @len bytes, going on from @seed (0: from the start). */
u64 image_digest(u64 seed, const void *bytes, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* IMAGE_H */
