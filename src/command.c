/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "config.h"
#include "db.h"
#include "embed.h"
#include "fetch.h"
#include "router.h"
#include "token.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int misuse(const char *what)
{
    fprintf(stderr, "alongside: %s; try alongside --help\n", what);
    return COMMAND_MISUSE;
}

static int fault(const char *what)
{
    fprintf(stderr, "alongside: %s\n", what);
    return EXIT_FAILURE;
}

int command_migrate(const struct config *config, int count, char **words)
{
    bool with_demo = count == 1 && strcmp(words[0], "--demo") == 0;
    if (count > 0 && !with_demo)
        return misuse("migrate takes only --demo");
    if (!*config->migrate_database_url)
        return fault("migrate needs the setting migrate_database_url");
    return db_migrate(config->migrate_database_url, with_demo) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- token ---- */

enum { LIFETIME_DEFAULT_S = 3600 };

/* The value of `--name value` or `--name=value` at *i, or NULL. */
static const char *option_value(const char *name, int count, char **words, int *i)
{
    size_t length = strlen(name);
    if (strncmp(words[*i], name, length) != 0)
        return NULL;
    if (words[*i][length] == '=')
        return words[*i] + length + 1;
    if (words[*i][length] != '\0' || *i + 1 >= count || !words[*i + 1])
        return NULL;
    return words[++*i];
}

/* 0 when it is not a number of seconds. */
static long seconds_of(const char *text)
{
    char *end;
    long seconds = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' ? seconds : 0;
}

int command_token(const struct config *config, int count, char **words)
{
    const char *account = NULL;
    long lifetime_s = config->token_max_lifetime_s < LIFETIME_DEFAULT_S
                          ? config->token_max_lifetime_s
                          : LIFETIME_DEFAULT_S;
    for (int i = 1; i < count; i++) {
        const char *value;
        if ((value = option_value("--account", count, words, &i)))
            account = value;
        else if ((value = option_value("--lifetime", count, words, &i)))
            lifetime_s = seconds_of(value);
        else
            return misuse("token takes a role, --account and --lifetime");
    }
    if (count == 0 || !account || lifetime_s <= 0)
        return misuse("token needs a role and --account");
    if (role_from_name(words[0]) == 0 || role_from_name(words[0]) == ROLE_PUBLIC)
        return misuse("there is no such role");
    char *token = token_mint(config, account, words[0], lifetime_s);
    if (!token)
        return fault("no token: is token_local_key set?");
    puts(token);
    free(token);
    return EXIT_SUCCESS;
}

/* ---- audit ---- */

static int print_verdict(const struct db_rows *rows)
{
    const char *ok = db_rows_get(rows, 0, 0), *checked = db_rows_get(rows, 0, 1),
               *first_bad = db_rows_get(rows, 0, 2);
    if (ok && *ok == 't') {
        printf("the audit chain is whole: %s events\n", checked ? checked : "0");
        return EXIT_SUCCESS;
    }
    printf("the audit chain is BROKEN at link %s (%s events before it are whole)\n",
           first_bad ? first_bad : "?", checked ? checked : "0");
    return EXIT_FAILURE;
}

static int print_head(const struct db_rows *rows)
{
    if (db_rows_count(rows) == 0) {
        puts("the audit chain has no link yet");
        return EXIT_SUCCESS;
    }
    for (int column = 0; column < 3; column++) {
        const char *text = db_rows_get(rows, 0, column);
        printf("%s%s", column > 0 ? " " : "", text ? text : "-");
    }
    putchar('\n');
    return EXIT_SUCCESS;
}

/* A long chain takes a while. */
enum { AUDIT_LIMIT_MS = 600000 };

int command_audit(const struct config *config, int count, char **words)
{
    bool is_verify = count == 1 && strcmp(words[0], "verify") == 0;
    if (!is_verify && !(count == 1 && strcmp(words[0], "head") == 0))
        return misuse("audit takes verify or head");
    if (!*config->worker_database_url)
        return fault("audit needs the setting worker_database_url");
    struct db_session *session = db_session_open(config->worker_database_url, NULL);
    struct db_rows *rows = session
                               ? db_session_run(session, is_verify ? "audit_verify" : "audit_head",
                                                AUDIT_LIMIT_MS, 0, NULL)
                               : NULL;
    int code;
    if (!rows || (is_verify && db_rows_count(rows) == 0))
        code = fault("the audit chain cannot be read");
    else
        code = is_verify ? print_verdict(rows) : print_head(rows);
    db_rows_free(rows);
    db_session_close(session);
    return code;
}

/* ---- healthcheck ---- */

int command_healthcheck(const struct config *config)
{
    char url[80];
    struct fetched fetched = {0};
    bool is_any = strcmp(config->listen_address, "0.0.0.0") == 0;
    snprintf(url, sizeof url, "http://%s:%ld/readyz", is_any ? "127.0.0.1" : config->listen_address,
             config->listen_port);
    if (!fetch_init())
        return fault("libcurl cannot start");
    bool is_answered = fetch_url(url, 4096, 2500, &fetched);
    fetch_finish();
    free(fetched.body);
    if (is_answered && fetched.status == 200)
        return EXIT_SUCCESS;
    return fault(is_answered ? "the server is not ready" : "the server does not answer");
}

/* ---- what the binary holds ---- */

static json_t *roles_json(unsigned roles)
{
    json_t *names = json_array();
    for (unsigned role = ROLE_PUBLIC; role <= ROLE_ADMINISTRATOR; role <<= 1) {
        if (roles & role)
            json_array_append_new(names, json_string(role_name((enum role)role)));
    }
    return names;
}

static json_t *flags_json(unsigned flags)
{
    static const char *const names[] = {"list",         "idempotent", "if_match",
                                        "public_cache", "own_type",   "kept"};
    json_t *set = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (flags & (1u << i))
            json_array_append_new(set, json_string(names[i]));
    }
    return set;
}

int command_routes(void)
{
    static const char *const lanes[] = {
        [LANE_NONE] = "none", [LANE_READ] = "read", [LANE_WRITE] = "write"};
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        json_t *row = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o}", "method",
                                method_name(route->method), "path", route->path, "operation",
                                route->operation, "roles", roles_json(route->roles), "lane",
                                lanes[route->lane], "flags", flags_json(route->flags));
        bool is_printed = row && json_dumpf(row, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF;
        json_decref(row);
        if (!is_printed)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int command_roles(void)
{
    for (const struct embedded *file = embedded_roles; file->name; file++)
        fwrite(file->text, 1, file->bytes, stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
