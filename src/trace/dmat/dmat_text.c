// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The text twin of a trace:
 *
 *	dmat 1
 *	meta KEY VALUE
 *	KIND TIME [key=value | word]...
 *
 * A key that is left out has its "not used" value, so that each record has one
 * shortest line and dump and pack undo each other.
 */
#include "dmat_priv.h"
#include <ctype.h>

static const struct {
	const char *word;
	u16 flag;
} flag_words[] = {
	{ "whole", DMAT_F_WHOLE },     { "last", DMAT_F_LAST },	  { "stall", DMAT_F_STALL },
	{ "no_iova", DMAT_F_NO_IOVA }, { "words", DMAT_F_WORDS },
};

static const char rwxp[] = "rwxp";

static char *put_letters(char *p, const char *key, unsigned int bits)
{
	unsigned int i;

	p += sprintf(p, " %s=", key);
	for (i = 0; i < 4; i++) {
		if (bits & 1U << i)
			*p++ = rwxp[i];
	}
	*p = '\0';
	return p;
}

/* Whether the words of a record are text. */
static bool holds_text(const struct dmat_record *rec)
{
	return rec->kind == DMAT_MARK && rec->flags & DMAT_F_WORDS &&
	       (rec->code == DMAT_MARK_UNREADABLE || rec->code == DMAT_MARK_IOMMU);
}

/* Bytes that would end the word, and '%' itself, are %XX. */
static char *put_text(char *p, const struct dmat_record *rec)
{
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(rec->word); i++) {
		if (rec->word[i / 8] >> i % 8 * 8 & 0xff)
			n = i + 1;
	}
	p += sprintf(p, " text=");
	for (i = 0; i < n; i++) {
		u8 c = rec->word[i / 8] >> i % 8 * 8;

		p += sprintf(p, c > ' ' && c < 0x7f && c != '%' ? "%c" : "%%%02x", c);
	}
	return p;
}

static char *put_code(char *p, const struct dmat_record *rec)
{
	if (rec->kind == DMAT_RESPONSE)
		return p + sprintf(p, " code=%s", dmat_response_names[rec->code]);
	if (rec->kind == DMAT_MARK)
		return p + sprintf(p, " code=%s", dmat_mark_names[rec->code]);
	return rec->code ? p + sprintf(p, " code=0x%x", rec->code) : p;
}

/* An address of 0 is an address, where the record has one. */
static bool names_iova(const struct dmat_record *rec)
{
	bool point = rec->kind == DMAT_FAULT || rec->kind == DMAT_PAGE_REQUEST;

	return dmat_kind_has_range(rec) || (point && !(rec->flags & DMAT_F_NO_IOVA));
}

int dmat_format(const struct dmat_record *rec, char line[DMAT_LINE])
{
	char *p = line;
	unsigned int i;

	p += sprintf(p, "%s %llu", dmat_kind_names[rec->kind], rec->time_ns);
	if (rec->sid != DMAT_SID_NONE)
		p += sprintf(p, " sid=0x%x", rec->sid);
	if (rec->flags & DMAT_F_PASID)
		p += sprintf(p, " pasid=0x%x", rec->pasid);
	if (rec->domain != DMAT_DOMAIN_NONE)
		p += sprintf(p, " domain=%u", rec->domain);
	if (names_iova(rec))
		p += sprintf(p, " iova=0x%llx", rec->iova);
	if (rec->size)
		p += sprintf(p, " size=%llu", rec->size);
	if (rec->flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X | DMAT_F_PRIV))
		p = put_letters(p, "dir", rec->flags);
	if (rec->tag)
		p += sprintf(p, " tag=%u", rec->tag);
	if (rec->flags & DMAT_F_AFTER)
		p += sprintf(p, " after=%llu", rec->word[0]);
	for (i = 0; i < ARRAY_SIZE(flag_words); i++) {
		if (rec->flags & flag_words[i].flag && !(flag_words[i].flag == DMAT_F_WORDS && holds_text(rec)))
			p += sprintf(p, " %s", flag_words[i].word);
	}
	if (rec->outcome)
		p += sprintf(p, " outcome=%s", dmat_outcome_names[rec->outcome]);
	if (rec->pa)
		p += sprintf(p, " pa=0x%llx", rec->pa);
	if (rec->perm)
		p = put_letters(p, "perm", rec->perm);
	if (rec->model)
		p += sprintf(p, " model=%s", dmat_model_names[rec->model]);
	p = put_code(p, rec);
	if (holds_text(rec))
		return put_text(p, rec) - line;
	for (i = rec->flags & DMAT_F_AFTER ? 1 : 0; i < 4; i++) {
		if (rec->word[i])
			p += sprintf(p, " word%u=0x%llx", i, rec->word[i]);
	}
	return p - line;
}

static int find_name(const char *const *names, unsigned int n, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}

/* A whole decimal or 0x number up to @limit; no sign, no rest. */
static bool parse_number(const char *s, u64 limit, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*value = strtoull(s, &end, s[0] == '0' && (s[1] | 0x20) == 'x' ? 16 : 10);
	return !errno && !*end && end != s && *value <= limit;
}

static bool parse_letters(const char *s, u64 *bits)
{
	*bits = 0;
	for (; *s; s++) {
		const char *at = strchr(rwxp, *s);

		if (!at || *bits & 1U << (at - rwxp))
			return false;
		*bits |= 1U << (at - rwxp);
	}
	return *bits != 0;
}

enum key {
	KEY_SID,
	KEY_PASID,
	KEY_DOMAIN,
	KEY_IOVA,
	KEY_SIZE,
	KEY_DIR,
	KEY_TAG,
	KEY_AFTER,
	KEY_OUTCOME,
	KEY_PA,
	KEY_PERM,
	KEY_MODEL,
	KEY_CODE,
	KEY_WORD0,
	KEY_WORD1,
	KEY_WORD2,
	KEY_WORD3,
	KEY_TEXT,
	KEYS
};

static const char *const key_names[KEYS] = { "sid",  "pasid", "domain",	 "iova",  "size",  "dir",
					     "tag",  "after", "outcome", "pa",	  "perm",  "model",
					     "code", "word0", "word1",	 "word2", "word3", "text" };

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_text(struct dmat_record *rec, const char *s)
{
	u64 word[4] = { 0 };
	unsigned int i;

	for (i = 0; *s; i++) {
		u8 c = *s++;

		if (i == sizeof(word))
			return false;
		if (c == '%') {
			if (hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0)
				return false;
			c = hex_digit(s[0]) << 4 | hex_digit(s[1]);
			s += 2;
		}
		word[i / 8] |= (u64)c << i % 8 * 8;
	}
	memcpy(rec->word, word, sizeof(word));
	rec->flags |= DMAT_F_WORDS;
	return true;
}

static bool parse_value(const struct dmat_record *rec, enum key key, const char *s, u64 *v)
{
	int name;

	switch (key) {
	case KEY_SID:
	case KEY_PASID:
	case KEY_DOMAIN:
	case KEY_TAG:
		return parse_number(s, 0xffffffff, v);
	case KEY_DIR:
	case KEY_PERM:
		return parse_letters(s, v);
	case KEY_OUTCOME:
		name = find_name(dmat_outcome_names, DMAT_OUTCOMES, s);
		break;
	case KEY_MODEL:
		name = find_name(dmat_model_names, DMAT_MODELS, s);
		break;
	case KEY_CODE:
		if (rec->kind == DMAT_RESPONSE)
			name = find_name(dmat_response_names, DMAT_RESPONSES, s);
		else if (rec->kind == DMAT_MARK)
			name = find_name(dmat_mark_names, DMAT_MARKS, s);
		else
			return parse_number(s, 0xffffffff, v);
		break;
	default:
		return parse_number(s, ~0ULL, v);
	}
	*v = name;
	return name >= 0;
}

static void set_field(struct dmat_record *rec, enum key key, u64 v)
{
	switch (key) {
	case KEY_SID:
		rec->sid = v;
		break;
	case KEY_PASID:
		rec->pasid = v;
		rec->flags |= DMAT_F_PASID;
		break;
	case KEY_DOMAIN:
		rec->domain = v;
		break;
	case KEY_IOVA:
		rec->iova = v;
		break;
	case KEY_SIZE:
		rec->size = v;
		break;
	case KEY_DIR:
		rec->flags |= v;
		break;
	case KEY_TAG:
		rec->tag = v;
		break;
	case KEY_AFTER:
		rec->word[0] = v;
		rec->flags |= DMAT_F_AFTER;
		break;
	case KEY_OUTCOME:
		rec->outcome = v;
		break;
	case KEY_PA:
		rec->pa = v;
		break;
	case KEY_PERM:
		rec->perm = v;
		break;
	case KEY_MODEL:
		rec->model = v;
		break;
	case KEY_CODE:
		rec->code = v;
		break;
	default:
		rec->word[key - KEY_WORD0] = v;
		break;
	}
}

static int parse_token(struct dmat_record *rec, char *token, u32 *seen, struct dmat_error *err)
{
	char *value = strchr(token, '=');
	unsigned int i;
	int key;
	u64 v;

	if (!value) {
		for (i = 0; i < ARRAY_SIZE(flag_words); i++) {
			if (strcmp(token, flag_words[i].word))
				continue;
			rec->flags |= flag_words[i].flag;
			return 0;
		}
		return dmat_fail(err, EINVAL, "unknown word '%.40s'", token);
	}
	*value++ = '\0';
	key = find_name(key_names, KEYS, token);
	if (key < 0)
		return dmat_fail(err, EINVAL, "unknown key '%.40s'", token);
	if (*seen & 1U << key)
		return dmat_fail(err, EINVAL, "key '%s' given twice", token);
	*seen |= 1U << key;
	if (key == KEY_TEXT)
		return parse_text(rec, value) ? 0 : dmat_fail(err, EINVAL, "bad value '%.40s' of 'text'", value);
	if (!parse_value(rec, key, value, &v))
		return dmat_fail(err, EINVAL, "bad value '%.40s' of '%s'", value, token);
	set_field(rec, key, v);
	return 0;
}

int dmat_parse(const char *line, struct dmat_record *rec, struct dmat_error *err)
{
	char copy[DMAT_LINE], *save, *token;
	const char *reason;
	u32 seen = 0;
	int kind;
	u64 time;

	if (snprintf(copy, sizeof(copy), "%s", line) >= (int)sizeof(copy))
		return dmat_fail(err, EINVAL, "line too long");
	token = strtok_r(copy, " \t", &save);
	kind = token ? find_name(dmat_kind_names, DMAT_KINDS, token) : -1;
	if (kind < 0)
		return dmat_fail(err, EINVAL, "unknown kind of record '%.40s'", token ? token : "");
	token = strtok_r(NULL, " \t", &save);
	if (!token || !parse_number(token, ~0ULL, &time))
		return dmat_fail(err, EINVAL, "bad time '%.40s'", token ? token : "");
	dmat_record_init(rec, kind, time);
	while ((token = strtok_r(NULL, " \t", &save))) {
		int ret = parse_token(rec, token, &seen, err);

		if (ret)
			return ret;
	}
	if ((rec->flags & DMAT_F_AFTER) && (seen & 1U << KEY_WORD0))
		return dmat_fail(err, EINVAL, "'after' and 'word0' exclude each other");
	reason = dmat_record_check(rec);
	return reason ? dmat_fail(err, EINVAL, "%s", reason) : 0;
}

int dmat_dump(struct dmat_reader *reader, FILE *out, struct dmat_error *err)
{
	struct dmat_record *rec = malloc(DMAT_BLOCK * sizeof(*rec));
	char line[DMAT_LINE];
	ssize_t n = 0, i;
	size_t m;

	if (!rec)
		return dmat_fail(err, ENOMEM, "out of memory");
	fprintf(out, "dmat %d\n", DMAT_VERSION);
	for (m = 0; m < dmat_reader_meta_count(reader); m++) {
		const char *key, *value;

		dmat_reader_meta(reader, m, &key, &value);
		fprintf(out, "meta %s %s\n", key, value);
	}
	while (!ferror(out) && (n = dmat_read_block(reader, rec, DMAT_BLOCK)) > 0) {
		for (i = 0; i < n; i++) {
			int len = dmat_format(&rec[i], line);

			line[len] = '\n';
			fwrite(line, 1, len + 1, out);
		}
	}
	free(rec);
	if (n < 0)
		return n;
	errno = 0;
	if (fflush(out) || ferror(out)) {
		/* It is not the trace that cannot be written. */
		if (err)
			*err = (struct dmat_error){ .file = "standard output" };
		return dmat_fail(err, EIO, "cannot write: %s", strerror(errno ? errno : EIO));
	}
	return 0;
}

static int pack_meta(struct dmat_writer *w, char *line)
{
	char *key = line + 5, *value = strchr(key, ' ');

	if (value)
		*value++ = '\0';
	return dmat_writer_meta(w, key, value ? value : "");
}

static int pack_lines(FILE *in, struct dmat_writer *w, struct dmat_error *err)
{
	struct dmat_record rec;
	char *line = NULL;
	size_t room = 0;
	bool header = false;
	int ret = 0;
	ssize_t n;

	errno = 0;
	while (!ret && (n = getline(&line, &room, in)) >= 0) {
		err->line++;
		if (strlen(line) != (size_t)n) {
			ret = dmat_fail(err, EINVAL, "not text");
			break;
		}
		if (n && line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (!header) {
			header = true;
			if (strcmp(line, "dmat 1"))
				ret = dmat_fail(err, EINVAL,
						"not a trace in text form: the first line must be 'dmat %d'",
						DMAT_VERSION);
		} else if (!strncmp(line, "meta ", 5)) {
			ret = pack_meta(w, line);
		} else {
			ret = dmat_parse(line, &rec, err);
			if (!ret)
				ret = dmat_writer_append(w, &rec);
		}
	}
	/* getline() ends alike at the end, after an error, and out of memory. */
	if (!ret && !feof(in))
		ret = dmat_fail(err, errno ? errno : EIO, "cannot read: %s", strerror(errno ? errno : EIO));
	free(line);
	if (!ret && !header)
		ret = dmat_fail(err, EINVAL, "empty: the first line must be 'dmat %d'", DMAT_VERSION);
	return ret;
}

int dmat_pack(FILE *in, const char *in_name, const char *out_path, struct dmat_error *err)
{
	struct dmat_writer *w;
	int ret = dmat_writer_open(&w, out_path, err);

	if (ret)
		return ret;
	snprintf(err->file, sizeof(err->file), "%s", in_name);
	ret = pack_lines(in, w, err);
	if (ret) {
		dmat_writer_abort(w);
		return ret;
	}
	snprintf(err->file, sizeof(err->file), "%s", out_path);
	err->line = 0;
	return dmat_writer_close(w);
}
