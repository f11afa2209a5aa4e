// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fuzz_firmware [EXECUTIONS] [SEED] [OVERLAYS]: damages good device trees and IORTs at random and reads them. A crash, a hang or an
 * error without a place ends it; at the end it says how many were read. Then OVERLAYS damaged overlays are applied to a board.
 */
#include "damaged.h"
#include <glob.h>
#include <time.h>

#define MAX_SEEDS 256

struct seed {
	u8 *data;
	size_t size;
	bool iort;
};

/* xorshift64: the same run from the same seed, on every machine */
static u64 draw(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Values at which lengths and counts turn. */
static u32 word(u64 *state)
{
	static const u32 values[] = { 0,     1,	     2,	     3,	      4,	  9,	      0x10,	  0xff,
				      0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

	return draw(state) & 1 ? values[draw(state) % ARRAY_SIZE(values)] : (u32)draw(state);
}

static size_t damage(u8 *data, size_t size, bool iort, u64 *state)
{
	u32 n = 1 + (u32)(draw(state) % 4), value;
	size_t at, to, len;

	for (; n > 0; n--) {
		at = draw(state) % size;
		switch (draw(state) % 5) {
		case 0:
			data[at] ^= (u8)(1u << draw(state) % 8);
			break;
		case 1:
			data[at] = (u8)draw(state);
			break;
		case 2: /* a word of the format's byte order */
			at &= ~(size_t)3;
			value = word(state);
			if (!iort)
				value = __builtin_bswap32(value);
			memcpy(data + at, &value, min(size - at, sizeof(value)));
			break;
		case 3: /* a piece of it elsewhere */
			to = draw(state) % size;
			len = draw(state) % 64;
			memmove(data + to, data + at, min(len, size - max(at, to)));
			break;
		default:
			if (draw(state) % 8 == 0)
				size = at + 1;
		}
	}
	if (iort && size >= 48 && draw(state) % 16) {
		if (draw(state) % 4)
			fl_put_le32(data + 4, (u32)size);
		damaged_sum(data, size);
	}
	return size;
}

static u32 load_seeds(struct seed seeds[MAX_SEEDS])
{
	char command[1024], path[64];
	u32 n = 0;
	size_t i;
	glob_t g;

	if (!glob(FL_TABLES "/*.txt", 0, NULL, &g)) {
		for (i = 0; i < g.gl_pathc && n < MAX_SEEDS; i++, n++) {
			seeds[n].iort = true;
			seeds[n].data = damaged_table(g.gl_pathv[i], &seeds[n].size);
		}
		globfree(&g);
	}
	snprintf(path, sizeof(path), "/tmp/fuzz-firmware-%d.dtb", (int)getpid());
	if (!glob(FL_SOURCE_DIR "/tests/firmware/boards/*.dts", 0, NULL, &g)) {
		for (i = 0; i < g.gl_pathc && n < MAX_SEEDS; i++) {
			snprintf(command, sizeof(command), "dtc -q -q -I dts -O dtb -o %s %s 2>/dev/null", path,
				 g.gl_pathv[i]);
			if (system(command))
				continue;
			seeds[n].iort = false;
			seeds[n].data = damaged_load(path, &seeds[n].size);
			n++;
		}
		globfree(&g);
	}
	unlink(path);
	return n;
}

static const char overlay[] =
	"/dts-v1/;\\n/plugin/;\\n&smmu { stall; n: new { iommus = <&smmu 2>; x = <&n>; y { z = <&n &n>; }; }; };\\n"
	"/ { fragment@9 { target-path = \"/mmc@3000\"; __overlay__ { dma-can-stall; }; }; };\\n";

/* Through files, as overlays come. */
static int run_overlays(unsigned long executions, u64 *state)
{
	char folder[] = "/tmp/fuzz-overlays-XXXXXX", base[64], path[64], command[1024];
	const char *list[] = { path };
	static u8 good[1 << 16], data[1 << 16];
	unsigned long i, read = 0;
	struct board_error err;
	size_t size;
	u8 *blob;

	snprintf(base, sizeof(base), "%s/b", mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/o", folder);
	snprintf(command, sizeof(command),
		 "dtc -q -@ -O dtb -o %s " FL_SOURCE_DIR "/tests/firmware/boards/pager.dts && printf '%s' | "
		 "dtc -q -@ -I dts -O dtb -o %s -",
		 base, overlay, path);
	if (system(command))
		return 1;
	blob = damaged_load(path, &size);
	memcpy(good, blob, size);
	free(blob);
	for (i = 0; i < executions; i++) {
		size_t n;
		struct board b;
		FILE *out = fopen(path, "w");

		memcpy(data, good, size);
		n = damage(data, size, false, state);
		fwrite(data, 1, n, out);
		fclose(out);
		alarm(10);
		if (board_read(&b, base, list, 1, &err))
			continue;
		read++;
		board_free(&b);
	}
	printf("%lu overlays: %lu applied, %lu refused\n", i, read, i - read);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int main(int argc, char **argv)
{
	unsigned long executions = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000, i, read = 0;
	u64 state = argc > 2 ? strtoull(argv[2], NULL, 0) : 0x9e3779b97f4a7c15ull;
	static struct seed seeds[MAX_SEEDS];
	static u8 data[1 << 20];
	u32 n = load_seeds(seeds);
	time_t begin = time(NULL);
	struct board_error err;

	for (i = 0; n && i < executions; i++) {
		const struct seed *s = &seeds[draw(&state) % n];
		size_t size;

		memcpy(data, s->data, s->size);
		size = damage(data, s->size, s->iort, &state);
		alarm(10); /* a hang */
		if (damaged_read("board", data, size, s->iort, &err))
			read++;
		else if (strncmp(err.text, "board: offset ", 14)) {
			fprintf(stderr, "an error without a place: %s\n", err.text);
			return 1;
		}
	}
	printf("%lu executions from %u boards in %ld s: %lu read, %lu refused\n", i, n, (long)(time(NULL) - begin),
	       read, i - read);
	while (n > 0)
		free(seeds[--n].data);
	return i || argc > 3 ? run_overlays(argc > 3 ? strtoul(argv[3], NULL, 0) : executions / 20, &state) : 1;
}
