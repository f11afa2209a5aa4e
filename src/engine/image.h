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
 * @bytes: the image; owned by the image while saving, by the caller while loading
 * @len: bytes of the image
 * @size: bytes allocated; saving only
 * @at: offset of the next part, bytes
 * @loading: parts are taken out of the image
 * @err: 0, -ENOMEM, -EINVAL: the first error, which ends all further work
 */
struct iommu_image {
	u8 *bytes;
	size_t len, size, at;
	bool loading;
	int err;
};

/**
 * image_to_save() - start an empty image to save into
 * @img: filled in; image_free() releases its bytes
 */
void image_to_save(struct iommu_image *img);

/**
 * image_to_load() - start to restore from an image
 * @img: filled in
 * @bytes: the image; the caller keeps it until the restore is over
 * @len: bytes of the image
 */
void image_to_load(struct iommu_image *img, const void *bytes, size_t len);

/**
 * image_free() - release the bytes of a saved image
 * @img: the image; zeroed. Bytes that were loaded from remain the caller's.
 */
void image_free(struct iommu_image *img);

/**
 * image_begin() - write or check the head
 * @img: the image
 * @kind: name of the kind of engine, e.g. "smmuv3"
 * @version: version of the layout of the parts that follow
 * @config: image_digest() of the configuration, which decides what the parts mean
 *
 * Return: 0, -ENOMEM; -EINVAL if a loaded image has another head, or is damaged.
 */
int image_begin(struct iommu_image *img, const char *kind, u32 version, u64 config);

/**
 * image_end() - write the final digest, or check that nothing is left over
 * @img: the image
 *
 * Return: 0 or the first error; -EINVAL if a loaded image has bytes left over.
 */
int image_end(struct iommu_image *img);

/**
 * image_uint() - save or load an unsigned number
 * @img: the image
 * @v: the number: written into the image while saving, set from it while loading
 * @bytes: its size: 1, 2, 4 or 8
 */
void image_uint(struct iommu_image *img, void *v, size_t bytes);

#define image_part(img, v) image_uint(img, v, sizeof(*(v)))

/**
 * image_bool() - save or load a flag; a loaded byte other than 0 and 1 makes the image bad
 * @img: the image
 * @v: the value: written into the image while saving, set from it while loading
 */
void image_bool(struct iommu_image *img, bool *v);

/**
 * image_words() - save or load an array of 64-bit words
 * @img: the image
 * @words: the array
 * @n: number of words
 */
void image_words(struct iommu_image *img, u64 *words, size_t n);

/**
 * image_check() - make a loaded image bad (-EINVAL) if a value is not plausible; does nothing while saving
 * @img: the image
 * @ok: whether the value is plausible
 */
void image_check(struct iommu_image *img, bool ok);

/**
 * image_regs() - save or load all values of a register file
 * @img: the image
 * @b: the register file; both sides have the same table
 */
void image_regs(struct iommu_image *img, struct reg_bank *b);

/**
 * image_tcache() - save or load a cache: contents, order of replacement and counters
 * @img: the image
 * @c: the cache; both sides have the same geometry
 */
void image_tcache(struct iommu_image *img, struct tcache *c);

/**
 * image_digest() - FNV-1a digest
 * @seed: digest to continue from; 0 starts a new one
 * @bytes: what is digested
 * @len: bytes
 *
 * Return: The digest.
 */
u64 image_digest(u64 seed, const void *bytes, size_t len);

/**
 * image_digest_words() - image_digest() of 64-bit words, on every host alike
 * @seed: digest to continue from; 0 starts a new one
 * @words: what is digested
 * @n: number of words
 *
 * Return: The digest.
 */
u64 image_digest_words(u64 seed, const u64 *words, size_t n);

#ifdef __cplusplus
}
#endif

#endif /* IMAGE_H */
