#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the documentation page, its script and the hash of its style as C. Usage: embed.py PAGE SCRIPT OUTPUT"""
import base64
import hashlib
import re
import sys


def literal(line):
    """A line of bytes as C string; three-digit octal escapes, so that no digit after one is taken in."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in line) + '"'


def file(name, data):
    lines = "\n".join("    " + literal(line) for line in data.splitlines(keepends=True))
    return f"const char {name}[] =\n{lines};\nconst size_t {name}_bytes = sizeof {name} - 1;\n"


def main(page_path, script_path, output_path):
    with open(page_path, "rb") as page_file, open(script_path, "rb") as script_file:
        page, script = page_file.read(), script_file.read()
    style = re.search(rb"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    with open(output_path, "w", encoding="ascii") as output:
        output.write('#include "documentation_files.h"\n\n')
        output.write(file("documentation_html", page) + file("documentation_js", script))
        output.write(f"const char documentation_style_source[] = \"'sha256-{digest}'\";\n")


main(*sys.argv[1:])
