/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "config.h"
#include "db.h"
#include "embed.h"
#include "fetch.h"
#include "log.h"
#include "names.h"
#include "router.h"
#include "seal.h"
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

enum { SEAL_LIMIT_MS = 5000 };

bool command_check_seal(const char *database_url, const struct seal *seal)
{
    char *checks = seal_checks(seal);
    const char *const params[] = {checks};
    struct db_session *session = checks ? db_session_open(database_url, NULL) : NULL;
    struct db_rows *rows =
        session ? db_session_run(session, "seal_check", SEAL_LIMIT_MS, 1, params) : NULL;
    const char *wrong = rows ? db_rows_get(rows, 0, 0) : "nobody knows which they are";
    if (wrong)
        log_event(LOG_LEVEL_ERROR, "the seal keys are not those of this database", "what", wrong,
                  "advice", "give every process the keys it was begun with; see OPERATING.md, Keys",
                  NULL);
    db_rows_free(rows);
    db_session_close(session);
    free(checks);
    return !wrong;
}

/* Where migrate is given the keys that the server will have. */
static bool seal_is_migrated(const struct config *config)
{
    const char *error = NULL;
    if (!config->seal_keys || !*config->seal_keys)
        return true;
    struct seal *seal = seal_create(config->seal_keys, &error);
    if (seal && *config->digest_key)
        error = seal_digest_from(seal, config->digest_key);
    bool is_known = seal && !error ? command_check_seal(config->migrate_database_url, seal)
                                   : !fault(error ? error : "the seal keys cannot be read");
    seal_destroy(seal);
    return is_known;
}

int command_migrate(const struct config *config, int count, char **words)
{
    bool with_demo = count == 1 && strcmp(words[0], "--demo") == 0;
    if (count > 0 && !with_demo)
        return misuse("migrate takes only --demo");
    if (!*config->migrate_database_url)
        return fault("migrate needs the setting migrate_database_url");
    const char *demo_issuer = with_demo ? config->token_issuer : NULL;
    return db_migrate(config->migrate_database_url, config->migrate_wait_s, demo_issuer) &&
                   seal_is_migrated(config)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
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
    if (count == 1 && strcmp(words[0], "explain") == 0)
        return command_token_explain(config);
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

static const char foreign_chain[] = "the audit chain is another cluster's (a dump was restored): "
                                    "nothing is linked until `alongside audit anchor`";

static bool is_true(const struct db_rows *rows, int column)
{
    const char *text = db_rows_get(rows, 0, column);
    return text && *text == 't';
}

static int print_verdict(const struct db_rows *rows)
{
    enum { COLUMN_OK, COLUMN_CHECKED, COLUMN_FIRST_BAD, COLUMN_DETACHED, COLUMN_FOREIGN };
    const char *checked = db_rows_get(rows, 0, COLUMN_CHECKED),
               *first_bad = db_rows_get(rows, 0, COLUMN_FIRST_BAD),
               *detached = db_rows_get(rows, 0, COLUMN_DETACHED);
    if (!is_true(rows, COLUMN_OK)) {
        printf("the audit chain is BROKEN at link %s (%s events before it are whole)\n",
               first_bad ? first_bad : "?", checked ? checked : "0");
        return EXIT_FAILURE;
    }
    printf("the audit chain is whole: %s events%s%s\n", checked ? checked : "0",
           detached ? "; detached: " : "", detached ? detached : "");
    if (is_true(rows, COLUMN_FOREIGN))
        puts(foreign_chain);
    return EXIT_SUCCESS;
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

/* One column: null, or why nothing was done. */
static int print_refusal(const struct db_rows *rows)
{
    const char *refusal = db_rows_get(rows, 0, 0);
    return refusal ? fault(refusal) : EXIT_SUCCESS;
}

/* What `alongside audit` takes. What changes the audit is its owner's. */
static const struct audit_command {
    const char *name, *statement;
    int (*print)(const struct db_rows *rows);
    bool has_word, is_owners;
} audit_commands[] = {
    {"verify", "audit_verify", print_verdict, false, false},
    {"verify", "audit_verify_head", print_verdict, true, false},
    {"head", "audit_head", print_head, false, false},
    {"anchor", "audit_anchor", print_refusal, false, true},
    {"detach", "audit_detach", print_refusal, true, true},
    {"attach", "audit_attach", print_refusal, true, true},
};

static const struct audit_command *audit_command_find(int count, char **words)
{
    for (size_t i = 0; i < sizeof audit_commands / sizeof *audit_commands; i++) {
        const struct audit_command *command = &audit_commands[i];
        if (count != 1 + command->has_word || strcmp(words[0], command->name) != 0)
            continue;
        /* A head begins with a number; SQL says what is wrong with a month. */
        if (!command->has_word || command->is_owners || (*words[1] >= '0' && *words[1] <= '9'))
            return command;
    }
    return NULL;
}

/* A long chain takes a while. */
enum { AUDIT_LIMIT_MS = 600000 };

int command_audit(const struct config *config, int count, char **words)
{
    const struct audit_command *command = audit_command_find(count, words);
    if (!command)
        return misuse("audit takes verify [HEAD], head, anchor, detach YYYY-MM or attach YYYY-MM");
    const char *url =
        command->is_owners ? config->migrate_database_url : config->worker_database_url;
    if (!*url)
        return fault(command->is_owners ? "this needs the setting migrate_database_url"
                                        : "audit needs the setting worker_database_url");
    const char *params[] = {command->has_word ? words[1] : NULL};
    struct db_session *session = db_session_open(url, NULL);
    struct db_rows *rows = session ? db_session_run(session, command->statement, AUDIT_LIMIT_MS,
                                                    command->has_word, params)
                                   : NULL;
    int code = rows ? command->print(rows) : fault("the audit chain cannot be read");
    db_rows_free(rows);
    db_session_close(session);
    return code;
}

/* ---- check ---- */

enum { MONTHS_AHEAD = 3 };

static bool audit_is_well(const struct db_rows *rows)
{
    enum { COLUMN_FOREIGN, COLUMN_AHEAD, COLUMN_REST };
    const char *ahead = db_rows_get(rows, 0, COLUMN_AHEAD);
    if (strtol(ahead, NULL, 10) < MONTHS_AHEAD)
        fprintf(stderr, "alongside: the audit has %s months ahead: run `alongside migrate`\n",
                ahead);
    if (is_true(rows, COLUMN_REST))
        fprintf(stderr, "alongside: audit events lie outside of all months: was the clock wrong, "
                        "or `alongside migrate` not run for long?\n");
    if (is_true(rows, COLUMN_FOREIGN))
        fault(foreign_chain);
    return !is_true(rows, COLUMN_FOREIGN);
}

bool command_check_audit(const struct config *config)
{
    if (!*config->worker_database_url)
        return true;
    struct db_session *session = db_session_open(config->worker_database_url, NULL);
    struct db_rows *rows =
        session ? db_session_run(session, "audit_state", AUDIT_LIMIT_MS, 0, NULL) : NULL;
    bool is_well = rows ? audit_is_well(rows) : !fault("the audit chain cannot be read");
    db_rows_free(rows);
    db_session_close(session);
    return is_well;
}

/* Nothing that stops anybody: what an operator should know. */
static void names_tell(const struct db_rows *rows)
{
    enum { COLUMN_DECLARATIONS, COLUMN_OLDEST, COLUMN_NAMES };
    const char *declarations = db_rows_get(rows, 0, COLUMN_DECLARATIONS),
               *names = db_rows_get(rows, 0, COLUMN_NAMES);
    if (strcmp(declarations, "0") != 0)
        fprintf(stderr,
                "alongside: %s standing declarations were compared by an older version (%s; now "
                "%d); see OPERATING.md, Names\n",
                declarations, db_rows_get(rows, 0, COLUMN_OLDEST), names_version_of(NAMES_RULES));
    if (strcmp(names, "0") != 0)
        fprintf(stderr, "alongside: %s names are still to be made anew by the worker\n", names);
}

bool command_check_names(const struct config *config)
{
    char version[12];
    const char *const params[] = {version};
    if (!*config->worker_database_url)
        return true;
    snprintf(version, sizeof version, "%d", names_version_of(NAMES_RULES));
    struct db_session *session = db_session_open(config->worker_database_url, NULL);
    struct db_rows *rows =
        session ? db_session_run(session, "names_state", AUDIT_LIMIT_MS, 1, params) : NULL;
    if (rows)
        names_tell(rows);
    db_rows_free(rows);
    db_session_close(session);
    return rows || !fault("nobody knows by which version names were compared");
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
    bool is_answered = fetch_url(url, "", 4096, 2500, &fetched);
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
    static const char *const names[] = {"list",     "idempotent", "if_match", "public_cache",
                                        "own_type", "kept",       "unseen"};
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
