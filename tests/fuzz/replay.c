// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The main function of a target without libFuzzer: each FILE, and each file of a folder, goes through it once. */
#include "fuzz.h"
#include <dirent.h>
#include <sys/stat.h>

static unsigned long files;

static void play(const char *path)
{
	FILE *f = fopen(path, "rb");
	u8 *data = malloc(1 << 20);
	size_t size = f && data ? fread(data, 1, 1 << 20, f) : 0;
	u8 *exact = malloc(size ? size : 1);

	if (!f || !data || !exact) {
		fprintf(stderr, "%s: cannot read\n", path);
		exit(2);
	}
	memcpy(exact, data, size);
	free(data);
	fclose(f);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	files++;
}

static void play_all(const char *path)
{
	struct dirent *e;
	char file[4096];
	DIR *d = opendir(path);

	if (!d) {
		play(path);
		return;
	}
	while ((e = readdir(d))) {
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.')
			play(file);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		play_all(argv[i]);
	printf("%lu inputs\n", files);
	return !files;
}
