// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline config: the keys of the configuration, and the presets. */
#include "cli.h"
#include "fl_config.h"

static const char help[] =
	"Usage: faultline config [PRESET|FILE] [--markdown]\n"
	"Without an argument: every key with unit, range, default, meaning and source, and the presets.\n"
	"With one: the whole configuration that it resolves to, as YAML.\n"
	"\n"
	"  --markdown          the keys as docs/configuration.md has them\n";

struct options {
	bool markdown;
};

static const struct cli_option options[] = { { "markdown", 0, CLI_FLAG(struct options, markdown) }, { 0 } };

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
	struct options o = { 0 };
	int status = cli_options(argc, argv, options, &o, NULL, NULL);

	if (status)
		return status;
	if (o.markdown) {
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
