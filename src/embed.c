/* SPDX-License-Identifier: MIT */
#include "embed.h"

#include <string.h>

const struct embedded *embedded_find(const struct embedded *files, const char *name)
{
    while (files->name && strcmp(files->name, name) != 0)
        files++;
    return files->name ? files : NULL;
}
