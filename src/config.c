/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind { KIND_TEXT, KIND_SECRET, KIND_NUMBER };

struct setting {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *fallback; /* NULL = a server needs it */
    const char *help;
};

static const struct setting settings[] = {
#define CONFIG(key, type, default, help)                                                           \
    {#key, KIND_##type, offsetof(struct config, key), default, help},
#include "config.def"
#undef CONFIG
};
enum {
    SETTINGS = sizeof settings / sizeof *settings,
    SECRET_BYTES_MAX = 65536,
    LINE_BYTES_MAX = 8192
};
static const char env_prefix[] = "ALONGSIDE_";
extern char **environ;

/* The others: 0 to INT_MAX. */
static const struct {
    const char *key;
    long least, most;
} ranges[] = {
    {"listen_port", 0, 65535},
    {"metrics_port", 0, 65535},
    {"health_port", 0, 65535},
    {"connection_limit", 1, 65536},
    {"max_body_bytes", 1024, 16777216},
    {"read_connections", 1, 64},
    {"write_connections", 1, 512},
    {"statement_timeout_ms", 10, 600000},
    {"pool_wait_ms", 0, 60000},
    {"migrate_wait_s", 0, 86400},
    {"token_leeway_s", 0, 60},
    {"token_max_lifetime_s", 1, INT_MAX},
    {"token_jwks_refresh_s", 1, INT_MAX},
    {"connection_timeout_s", 1, 3600},
    {"drain_announce_ms", 0, 600000},
    {"drain_timeout_s", 0, 3600},
    {"worker_interval_ms", 10, 3600000},
};

/* Where a value came from; the environment beats the file. */
struct source {
    char *file_value;
    char *env_value;
    char *file_secret_path; /* <key>_file */
    char *env_secret_path;
};

struct loading {
    struct source sources[SETTINGS];
    bool is_good;
};

static void fault(struct loading *loading, const char *name, const char *what)
{
    fprintf(stderr, "configuration: %s: %s\n", name, what);
    loading->is_good = false;
}

/* ---- gathering ---- */

static void wipe(char *text)
{
    if (!text)
        return;
    explicit_bzero(text, strlen(text));
    free(text);
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcasecmp(name + length - tail, suffix) == 0;
}

/* The place for a name, `key` or, for a secret, `key_file`; NULL when there is no such name. */
static char **place_of(struct loading *loading, const char *name, bool is_env)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < SETTINGS; i++) {
        struct source *source = &loading->sources[i];
        if (strcasecmp(settings[i].key, name) == 0)
            return is_env ? &source->env_value : &source->file_value;
        if (settings[i].kind == KIND_SECRET && has_suffix(name, "_file") &&
            strlen(settings[i].key) == length - 5 &&
            strncasecmp(settings[i].key, name, length - 5) == 0)
            return is_env ? &source->env_secret_path : &source->file_secret_path;
    }
    return NULL;
}

static void take(struct loading *loading, const char *name, const char *value, bool is_env)
{
    char **place = place_of(loading, name, is_env);
    if (!place) {
        fault(loading, name,
              is_env ? "there is no such setting (in the environment)"
                     : "there is no such setting");
    } else if (*place) {
        fault(loading, name, "given twice");
    } else {
        *place = strdup(value);
        if (!*place)
            fault(loading, name, "out of memory");
    }
}

static void read_environment(struct loading *loading)
{
    size_t prefix = strlen(env_prefix);
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (strncmp(*entry, env_prefix, prefix) != 0 || !equals)
            continue;
        char *name = strndup(*entry + prefix, (size_t)(equals - *entry) - prefix);
        if (name)
            take(loading, name, equals + 1, true);
        free(name);
    }
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static void read_line(struct loading *loading, char *line)
{
    char *name = trim(line);
    if (*name == '\0' || *name == '#')
        return;
    char *equals = strchr(name, '=');
    if (!equals) {
        fault(loading, "file", "a line is not `key = value`");
        return;
    }
    *equals = '\0';
    take(loading, trim(name), trim(equals + 1), false);
}

static void read_config_file(struct loading *loading, const char *path)
{
    char line[LINE_BYTES_MAX];
    FILE *file = fopen(path, "re");
    if (!file) {
        fault(loading, path, strerror(errno));
        return;
    }
    while (fgets(line, sizeof line, file)) {
        if (!strchr(line, '\n') && !feof(file)) {
            fault(loading, path, "a line is too long");
            break;
        }
        read_line(loading, line);
    }
    explicit_bzero(line, sizeof line);
    fclose(file);
}

/* The content of a secret's file without the newline that editors leave at its end; NULL when it
 * cannot be read. */
static char *read_secret(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, SECRET_BYTES_MAX + 1) : NULL;
    size_t bytes = text ? fread(text, 1, SECRET_BYTES_MAX + 1, file) : 0;
    bool is_good = text && !ferror(file) && bytes <= SECRET_BYTES_MAX && !memchr(text, '\0', bytes);
    if (file)
        fclose(file);
    if (!is_good) {
        if (text)
            explicit_bzero(text, SECRET_BYTES_MAX + 1);
        free(text);
        return NULL;
    }
    while (bytes > 0 && (text[bytes - 1] == '\n' || text[bytes - 1] == '\r'))
        text[--bytes] = '\0';
    return text;
}

/* ---- choosing and checking ---- */

static void set_number(struct loading *loading,
                       struct config *config,
                       const struct setting *setting,
                       const char *value)
{
    char *end, message[80];
    long least = 0, most = INT_MAX;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (strcmp(ranges[i].key, setting->key) == 0) {
            least = ranges[i].least;
            most = ranges[i].most;
        }
    }
    errno = 0;
    long number = strtol(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end != '\0' || errno != 0 || number < least ||
        number > most) {
        snprintf(message, sizeof message, "is not a number from %ld to %ld", least, most);
        fault(loading, setting->key, message);
        return;
    }
    memcpy((char *)config + setting->offset, &number, sizeof number);
}

/* The value that counts, owned by the caller; NULL and a fault when there is none. */
static char *choose(struct loading *loading, const struct setting *setting, struct source *source)
{
    bool is_env = source->env_value || source->env_secret_path;
    const char *value = is_env ? source->env_value : source->file_value;
    const char *path = is_env ? source->env_secret_path : source->file_secret_path;
    if (value && path) {
        fault(loading, setting->key, "given both as a value and as a file");
        return NULL;
    }
    if (path) {
        char *secret = read_secret(path);
        if (!secret)
            fault(loading, setting->key, "its file cannot be read");
        return secret;
    }
    if (!value)
        value = setting->fallback ? setting->fallback : "";
    char *copy = strdup(value);
    if (!copy)
        fault(loading, setting->key, "out of memory");
    return copy;
}

static void set_one(struct loading *loading, struct config *config, size_t index, bool is_server)
{
    const struct setting *setting = &settings[index];
    char *value = choose(loading, setting, &loading->sources[index]);
    if (!value)
        return;
    if (setting->kind == KIND_NUMBER) {
        set_number(loading, config, setting, value);
        free(value);
        return;
    }
    if (*value == '\0' && !setting->fallback && is_server)
        fault(loading, setting->key, "is needed");
    memcpy((char *)config + setting->offset, &value, sizeof value);
}

/* What a single row of the table cannot say. */
static void check_together(struct loading *loading, const struct config *config)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    struct in_addr address;
    size_t level = 0;
    while (level < sizeof levels / sizeof *levels && strcmp(levels[level], config->log_level) != 0)
        level++;
    if (level == sizeof levels / sizeof *levels)
        fault(loading, "log_level", "is not debug, info, warning or error");
    if (inet_pton(AF_INET, config->listen_address, &address) != 1)
        fault(loading, "listen_address", "is not an IPv4 address");
    if (*config->clock_header && strcmp(config->listen_address, "127.0.0.1") != 0)
        fault(loading, "clock_header", "is for tests, and only with listen_address 127.0.0.1");
    if ((strncmp(config->public_url, "http://", 7) != 0 &&
         strncmp(config->public_url, "https://", 8) != 0) ||
        strpbrk(config->public_url, "\"\\ "))
        fault(loading, "public_url", "is not an http or https address");
    else if (has_suffix(config->public_url, "/"))
        fault(loading, "public_url", "ends with a slash");
    if (config->metrics_port != 0 && config->metrics_port == config->listen_port)
        fault(loading, "metrics_port", "is the same as listen_port");
}

struct config *config_load(const char *file, bool is_server)
{
    struct loading loading = {.is_good = true};
    struct config *config = calloc(1, sizeof *config);
    if (!config)
        return NULL;
    if (file)
        read_config_file(&loading, file);
    read_environment(&loading);
    for (size_t i = 0; i < SETTINGS; i++) {
        set_one(&loading, config, i, is_server);
        wipe(loading.sources[i].file_value);
        wipe(loading.sources[i].env_value);
        free(loading.sources[i].file_secret_path);
        free(loading.sources[i].env_secret_path);
    }
    if (loading.is_good)
        check_together(&loading, config);
    if (loading.is_good)
        return config;
    config_destroy(config);
    return NULL;
}

void config_destroy(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < SETTINGS; i++) {
        char *text;
        if (settings[i].kind == KIND_NUMBER)
            continue;
        memcpy(&text, (char *)config + settings[i].offset, sizeof text);
        wipe(text);
    }
    free(config);
}

void config_print_help(void)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *setting = &settings[i];
        const char *fallback = !setting->fallback   ? "needed"
                               : *setting->fallback ? setting->fallback
                                                    : "off";
        printf("  %s%s\n      %s [%s]\n", setting->key,
               setting->kind == KIND_SECRET ? ", or ..._file" : "", setting->help, fallback);
    }
}
