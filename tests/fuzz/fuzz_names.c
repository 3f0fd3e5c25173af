/* SPDX-License-Identifier: MIT
 *
 * A name, in whatever characters: what comes of it is bounded, sorted, and stays what it is. */
#include "format.h"
#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

static void spelling_check(const struct names_spelling *spelling)
{
    require(spelling->count >= 1 && spelling->count <= NAMES_TOKENS_MAX && spelling->whole);
    require(!spelling->ends || spelling->count > 1);
    for (size_t i = 0; i < spelling->count; i++) {
        require(spelling->tokens[i][0] != '\0' && !strchr(spelling->tokens[i], ' '));
        require(i == 0 || strcmp(spelling->tokens[i - 1], spelling->tokens[i]) < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct names names;
    char key[NAMES_TEXT_MAX];
    char *text = strndup((const char *)data, size);
    if (format_is_utf8(text, strlen(text))) {
        bool is_name = names_spell(text, &names);
        require(is_name == names_is_name(text));
        for (size_t i = 0; is_name && i < names.count; i++)
            spelling_check(&names.spellings[i]);
        bool has_key = names_key(text, key);
        require(names_label_fault(text, false) != NAMES_GOOD ||
                (has_key && names_is_visible(text)));
    }
    free(text);
    return 0;
}
