/* SPDX-License-Identifier: MIT
 *
 * api/documentation/ as compiled in by its embed.py. */
#pragma once

#include <stddef.h>

extern const char documentation_html[];
extern const size_t documentation_html_bytes;
extern const char documentation_js[];
extern const size_t documentation_js_bytes;
/* "'sha256-…'" of the page's <style>. */
extern const char documentation_style_source[];
