#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Doxygen's input filter: what the headers say in kernel-doc and in plain comments, as Doxygen reads it. A line stays a
# line, so that warnings name the right one.
#
#   /** NAME() - what; @arg: what; Return: what      @brief, @param, @return
#   @member: of a struct, @CONSTANT: of an enum      a comment before the member
#   the first comment behind the licence             @file
#   a comment on the line before some code           of that; of each macro of the paragraph that has none of its own
#   a comment behind code                            of that
#   /// what                                         of each declaration down to an empty line or the next comment
#   protected:                                       no reader's business
use strict;
use warnings;

my $file = shift;
open(my $in, '<', $file) or die "$file: $!\n";
my @lines = <$in>;
chomp(@lines);

my ($kind, $member, %of) = ('', ''); # the type that a kernel-doc comment describes, and what is said of its members
my $above = '';                      # a plain comment, for what comes next
my $seen_file = 0;
my $hidden = 0;                      # within the private part of a structure
my ($paragraph, $uses) = ('', 0);    # a /// comment, and how many declarations have begun below it
my $goes_on = 0;                     # the line before has not ended its declaration

# References within a text.
sub plain {
	my ($text) = @_;
	$text =~ s/%(?=[A-Z])//g;
	$text =~ s/&(?:struct |enum |union |typedef )?(?=[A-Za-z_])//g;
	$text =~ s/(?<![\w@\\])@([A-Za-z_]\w*)/\\p $1/g;
	$text =~ s/</&lt;/g;
	$text =~ s/(?<=\s)#/\\#/g;
	return $text;
}

# What was said of a member, as a comment. Members of a structure within are described as outer.inner.
sub said_of {
	my ($name) = @_;
	my ($key) = grep { $_ eq $name || /\.\Q$name\E$/ } sort keys %of;
	return '' unless defined $key;
	return '/** ' . delete($of{$key}) . ' */ ';
}

sub kernel_doc {
	my ($text) = @_;
	if ($text =~ /^(struct|enum|union|typedef) \w+ - (.*)/) {
		$kind = $1;
		return '@brief ' . plain($2);
	}
	if ($text =~ /^[\w:~]+\(\) - (.*)/) {
		return '@brief ' . plain($1);
	}
	if ($text =~ /^@([\w.]+): *(.*)/) {
		my ($name, $what) = ($1, plain($2));
		if ($kind =~ /struct|enum|union/) {
			$of{$member = $name} = $what;
			return '';
		}
		return "\@param $name $what";
	}
	$member = '' if $text eq '';
	if ($member ne '') {
		$of{$member} .= ' ' . plain($text);
		return '';
	}
	return '@return ' . plain($1) if $text =~ /^Returns?: *(.*)/;
	return plain($text);
}

# The declarations of a line of one.
sub several {
	my ($line) = @_;
	my ($type, $names) = $line =~ /^(\s*[\w:]+(?:<.*>)?) (\w+(?: = [\w.]+)?(?:, \w+(?: = [\w.]+)?)+);$/;
	return $line =~ s/;$//r unless defined $names;
	return map { "$type $_" } split(/, /, $names);
}

# A line within a type, with what was said of the members that it declares: one declaration each, for Doxygen. At the end of
# the type all must have come.
sub declared {
	my ($line, $number) = @_;
	my ($code) = $line =~ m{^(.*?)(?:/[*/]|$)};
	my @names;
	if ($kind eq 'enum') {
		@names = $code =~ /\b([A-Z][A-Z0-9_]+)\b(?=\s*(?:[,=}]|$))/g;
	} elsif ($code =~ /\(\*(\w+)\)\s*\(/) {
		@names = ($1);
	} elsif ($code =~ /;/) {
		@names = $code =~ /(\w+)(?:\[[^\]]*\])*(?:\s*:\s*\d+)?\s*(?=[;,])/g;
	}
	if (@names > 1 && $kind ne 'enum' && $code =~ /^(\s*[\w ]*\w) +\w+(?: *: *\d+|\[[^\]]*\])*,/) {
		my $type = $1;
		$line = join(' ', map { said_of($_) . "$type $_;" } @names);
	} else {
		if ($kind eq 'enum') {
			$line =~ s/(?<!\w)($_)(?!\w)/said_of($1) . $1/e for @names;
		} else {
			$line = join('', map { said_of($_) } @names) . $line;
		}
	}
	if ($line =~ /^\}|^\w[^{]*\{.*\}/) {
		warn "$file:$number: warning: $_ is described, and not there\n" for sort keys %of;
		%of = ();
		$kind = '';
	}
	return $line;
}

for (my $i = 0; $i < @lines; $i++) {
	my $line = $lines[$i];
	if ($line =~ /SPDX-License-Identifier/) {
		print "\n";
	} elsif ($line =~ m{^\s*/\*\*(?!<)} && $line !~ m{\*/}) { # kernel-doc, or Doxygen's own
		%of = ();
		$kind = $member = $above = '';
		print "$line\n";
		while (++$i < @lines) {
			my $text = $lines[$i];
			my $last = $text =~ s{ *\*/.*}{};
			$text =~ s{^\s*\*? ?}{};
			print kernel_doc($text), $last ? " */\n" : "\n";
			last if $last;
		}
	} elsif ($line =~ m{^\s*/\*(?!\*)(.*)} || $line =~ m{^\s*//(?!/) ?(.*)}) { # a comment of its own
		my ($text, $more) = ($1, 1);
		my $slashes = $line =~ m{^\s*//};
		while (!$slashes && $text !~ m{\*/}) {
			$text .= "\n" . $lines[++$i] =~ s{^\s*\*(?!/) ?}{}r;
			$more++;
		}
		$text =~ s{ *\*/.*}{}s;
		$text = plain($text);
		if ($text =~ /^ *private: *$/) { # the rest of a structure
			print "/** \\cond */\n";
			$hidden = 1;
		} elsif (!$seen_file) {
			$seen_file = 1;
			print "/** \@file\n$text */\n" =~ s/\n\n/\n/r;
		} else {
			$text =~ s/\s+/ /g;
			$above = $above eq '' ? $text : "$above $text";
			print "\n" x $more;
		}
	} elsif ($line =~ m{^\s*///(?!<) ?(.*)}) {
		$paragraph = $uses ? $1 : "$paragraph $1";
		$uses = 0;
		print "$line\n";
	} elsif ($line =~ /^\s*$/) {
		$above = $paragraph = '';
		print "\n";
	} elsif ($line =~ /^\s*#\s*define/) {
		$line =~ s{/\*(?![*<])(.*)}{'/**<' . plain($1)}e;
		$line .= " /**< $above */" if $above ne '' && $line !~ m{/\*|\\$|_H$};
		print "$line\n";
	} else {
		my $doc = $above ne '' && $line !~ /^\s*(?:#|FAULTLINE_(?:BEGIN|END)|namespace|extern "C"|public:|private:|protected:|\})/ ?
			"/** $above */ " : '';
		$above = '' unless $line =~ /^\s*#/;
		$line =~ s{/\*(?![*<])(.*)}{'/**<' . plain($1)}e || $line =~ s{//(?![/<])(.*)}{'///<' . plain($1)}e if $line =~ /[;,{\w)] *(?:\/\*|\/\/)/ && $line !~ /^\s*[#}]/;
		$line = declared($line, $i + 1) if $kind ne '' && $kind ne 'typedef';
		if ($hidden && $line =~ /^\}|^\s*(public|private):/) {
			$line = "/** \\endcond */ $line";
			$hidden = 0;
		} elsif ($line =~ /^\s*protected:/) {
			$line = "$line /** \\cond */";
			$hidden = 1;
		}
		if ($paragraph ne '' && !$goes_on && $line !~ /^\s*[#}]|:$/) {
			if ($uses && $line !~ m{///<}) {
				$line = join(' ', map { "/** $paragraph */ $_;" } several($line));
			}
			$uses++;
		}
		if (my ($code, $what) = $line =~ m{^(.*;)\s*///<(.*)}) {
			my @all = several($code);
			$line = join(' ', map { "/** $what */ $_;" } @all) if @all > 1;
		}
		$goes_on = $line !~ m{[;{}:]\s*(?:/[*/].*)?$};
		print "$doc$line\n";
	}
}
