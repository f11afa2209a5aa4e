// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline config: the keys of the configuration, and the presets. */
#include "cli.h"
#include "fl_config.h"

#include <getopt.h>

static const char help[] =
	"Usage: faultline config [PRESET|FILE] [--markdown]\n"
	"Without an argument: every key with unit, range, default, meaning and source, and the presets.\n"
	"With one: the whole configuration that it resolves to, as YAML.\n"
	"\n"
	"  --markdown          the keys as docs/configuration.md has them\n";

static const struct option long_options[] = {
	{ "markdown", no_argument, NULL, 'm' },
	{ NULL, 0, NULL, 0 },
};

static int show(const char *name)
{
	struct fl_config_error err;
	struct fl_config cfg;

	fl_config_init(&cfg);
	if (fl_config_load(&cfg, name, &err))
		return cli_fail("%s", err.text);
	fl_config_dump(&cfg, stdout);
	return CLI_OK;
}

static void list(void)
{
	const struct fl_preset *p;

	fl_config_help(stdout);
	puts("\nPresets:");
	for (p = fl_config_presets; p->name; p++)
		printf("  %s\n", p->name);
}

static int run(int argc, char **argv)
{
	int opt;

	optind = 1;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt != 'm')
			return cli_bad_option(argc, argv, opt);
		fl_config_markdown(stdout);
		return cli_finish(CLI_OK);
	}
	if (optind + 1 < argc)
		return cli_usage("config", "config: unexpected argument '%s'", argv[optind + 1]);
	if (optind < argc)
		return cli_finish(show(argv[optind]));
	list();
	return cli_finish(CLI_OK);
}

const struct cli_command cli_config = {
	.name = "config",
	.summary = "the keys of the configuration, and the presets",
	.help = help,
	.run = run,
};
