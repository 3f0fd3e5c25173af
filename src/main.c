/* SPDX-License-Identifier: MIT
 *
 * alongside COMMAND: reads the settings, makes the parts of the server in order, and takes them
 * down in reverse. */
#include "app.h"
#include "bounds.h"
#include "command.h"
#include "config.h"
#include "contract.h"
#include "db.h"
#include "embed.h"
#include "fetch.h"
#include "http.h"
#include "http_exchange.h"
#include "log.h"
#include "problem.h"
#include "router.h"
#include "seal.h"
#include "token.h"
#include "worker.h"
#include "zone.h"

#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- the table against contract and statements ---- */

static bool route_differs(const char *operation, const char *what)
{
    log_event(LOG_LEVEL_ERROR, "the route table is at odds with the rest of the binary",
              "operation", operation, "what", what, NULL);
    return false;
}

static const struct contract_operation *operation_find(const char *operation)
{
    for (size_t i = 0; i < contract_operations_count; i++) {
        if (strcmp(contract_operations[i].operation, operation) == 0)
            return &contract_operations[i];
    }
    return NULL;
}

static bool route_fits(const struct route *route)
{
    const struct contract_operation *operation = operation_find(route->operation);
    if (!operation || !contract_find(route->operation))
        return route_differs(route->operation, "not in the contract");
    if (strcmp(operation->method, method_name(route->method)) != 0 ||
        strcmp(operation->path, route->path) != 0)
        return route_differs(route->operation, "method or path differs from the contract");
    if (operation->roles != route->roles)
        return route_differs(route->operation, "roles differ from the contract");
    if (route->lane == LANE_NONE)
        return route->handler || route_differs(route->operation, "no handler");
    const struct embedded *statement = embedded_find(embedded_statements, route->operation);
    if (!statement)
        return route_differs(route->operation, "no statement");
    return !(route->flags & ROUTE_LIST) == !statement->first ||
           route_differs(route->operation, "a list here and none there");
}

static bool routes_fit(void)
{
    bool fits = true;
    for (size_t i = 0; i < routes_count; i++)
        fits = route_fits(&routes[i]) && fits;
    for (size_t i = 0; i < contract_operations_count; i++) {
        size_t row = 0;
        while (row < routes_count &&
               strcmp(routes[row].operation, contract_operations[i].operation) != 0)
            row++;
        if (row == routes_count)
            fits = route_differs(contract_operations[i].operation, "not in the route table");
    }
    return fits;
}

/* ---- the server ---- */

static bool seal_open(struct app *app)
{
    const char *error = NULL;
    app->seal = seal_create(app->config->seal_keys, &error);
    if (!app->seal) {
        fprintf(stderr, "configuration: seal_keys: %s\n", error ? error : "cannot be read");
        return false;
    }
    if (*app->config->digest_key)
        error = seal_digest_from(app->seal, app->config->digest_key);
    if (error)
        fprintf(stderr, "configuration: digest_key: %s\n", error);
    return !error;
}

static bool zones_are_current(void)
{
    const char *zone = zone_check();
    if (zone)
        log_event(LOG_LEVEL_ERROR, "the time zone data of this machine is stale", "zone", zone,
                  "needs", ZONE_PACKAGE, "advice", "upgrade tzdata where alongside runs", NULL);
    return !zone;
}

static void app_close(struct app *app)
{
    router_destroy(app->router);
    db_destroy(app->db);
    token_verifier_destroy(app->tokens);
    seal_destroy(app->seal);
    bounds_destroy(app->bounds);
    free(app->fallback);
    http_kept_free(app);
    fetch_finish();
}

/* Its machine may be starting, too. False: told to stop. */
static bool database_wait(const struct config *config, const sigset_t *signals)
{
    const struct timespec pause = {.tv_sec = 1};
    while (!db_is_there(config)) {
        log_event(LOG_LEVEL_WARNING, "waiting for PostgreSQL", NULL);
        if (sigtimedwait(signals, NULL, &pause) > 0)
            return false;
    }
    return true;
}

/* What needs no database, first: a key that cannot be read is told at once. */
static bool app_open(struct app *app)
{
    json_object_seed(0);
    /* TZ is changed for a moment, so before the first thread. */
    bool is_open = fetch_init() && zones_are_current() && routes_fit() && seal_open(app);
    is_open = is_open && (app->bounds = bounds_create(app->config->account_limits));
    is_open = is_open && (app->tokens = token_verifier_create(app->config));
    return is_open && (app->router = router_create(routes, routes_count));
}

/* The rest, up to listening. */
static bool app_connect(struct app *app)
{
    bool is_open = (app->db = db_create(app->config)) &&
                   command_check_seal(app->config->database_url, app->seal);
    is_open = is_open && (app->fallback = problem_fallback_make(db_help(app->db)));
    return is_open && http_kept_fill(app);
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    enum log_level level = LOG_LEVEL_DEBUG;
    while (level < LOG_LEVEL_ERROR && strcmp(names[level], name) != 0)
        level++;
    return level;
}

static void wait_for_end(const sigset_t *signals)
{
    int received;
    while (sigwait(signals, &received) != 0) {
        /* interrupted: wait on */
    }
    log_event(LOG_LEVEL_INFO, "stopping", "signal", received == SIGTERM ? "SIGTERM" : "SIGINT",
              NULL);
}

static int serve_open(struct app *app, const sigset_t *signals)
{
    struct http_server *server = http_server_start(app);
    if (!server)
        return EXIT_FAILURE;
    struct worker *worker = worker_start(app);
    wait_for_end(signals);
    atomic_store(&app->is_draining, true);
    http_server_stop(server);
    worker_stop(worker);
    return EXIT_SUCCESS;
}

static int app_check(struct app *app)
{
    if (!token_verifier_wait(app->tokens) || !app_connect(app) || !db_takes_commits(app->config) ||
        !command_check_audit(app->config) || !command_check_names(app->config))
        return EXIT_FAILURE;
    puts("all is well");
    return EXIT_SUCCESS;
}

static int app_serve(struct app *app, const sigset_t *signals)
{
    if (!database_wait(app->config, signals))
        return EXIT_SUCCESS;
    return app_connect(app) ? serve_open(app, signals) : EXIT_FAILURE;
}

static int command_serve(const struct config *config, bool is_check)
{
    struct app app = {.config = config};
    sigset_t signals;
    /* Every thread inherits the mask, so only wait_for_end sees these. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    log_init(level_of(config->log_level));
    int code = EXIT_FAILURE;
    if (app_open(&app))
        code = is_check ? app_check(&app) : app_serve(&app, &signals);
    app_close(&app);
    log_finish();
    return code;
}

/* ---- the command line ---- */

static const char usage[] =
    "usage: alongside [--config FILE] COMMAND\n"
    "\n"
    "  serve                     answer requests until SIGTERM, which drains\n"
    "  check                     everything serve does up to listening, a commit, and whether the "
    "audit chain\n"
    "                            goes on; exit status 0 when all is well\n"
    "  migrate [--demo]          bring the database to this binary's version; --demo adds the demo "
    "program\n"
    "  token ROLE --account ID [--lifetime SECONDS]\n"
    "                            print an access token signed with the local key\n"
    "  token explain             read a token from standard input: which check refuses it, and "
    "which setting\n"
    "                            governs that; nothing of the token is printed but its role\n"
    "  audit verify [HEAD]       walk the audit chain, which has a head that was kept; exit status "
    "1 "
    "when\n"
    "                            it is broken\n"
    "  audit head                print the chain's last link, to be kept outside the database\n"
    "  audit anchor              let the chain go on in another cluster, after a dump was "
    "restored\n"
    "  audit detach YYYY-MM      take a past month out of the audit, to be kept elsewhere\n"
    "  audit attach YYYY-MM      put it back\n"
    "  healthcheck               ask the running server whether it is ready\n"
    "  routes                    print the route table, one JSON object a line\n"
    "  roles                     print the SQL that makes the database roles: alongside roles | "
    "psql\n"
    "  --help, --version\n"
    "\n"
    "Settings, as ALONGSIDE_<NAME> in the environment or `name = value` in FILE:\n";

static int misuse(const char *what)
{
    fprintf(stderr, "alongside: %s; try alongside --help\n", what);
    return COMMAND_MISUSE;
}

static int dispatch(const struct config *config, int count, char **words)
{
    const char *name = words[0];
    if (strcmp(name, "token") == 0)
        return command_token(config, count - 1, words + 1);
    if (strcmp(name, "audit") == 0)
        return command_audit(config, count - 1, words + 1);
    if (strcmp(name, "migrate") == 0)
        return command_migrate(config, count - 1, words + 1);
    if (count > 1)
        return misuse("too many words");
    if (strcmp(name, "healthcheck") == 0)
        return command_healthcheck(config);
    return command_serve(config, strcmp(name, "check") == 0);
}

static bool is_command(const char *name)
{
    static const char *const names[] = {"serve", "check", "migrate",
                                        "token", "audit", "healthcheck"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static int run(const char *file, int count, char **words)
{
    if (!is_command(words[0]))
        return misuse("there is no such command");
    bool is_server = strcmp(words[0], "serve") == 0 || strcmp(words[0], "check") == 0;
    struct config *config = config_load(file, is_server);
    if (!config)
        return EXIT_FAILURE;
    int code = dispatch(config, count, words);
    config_destroy(config);
    return code;
}

/* Takes `--config FILE` or `--config=FILE` out of the words, wherever it stands. False when FILE is
 * missing. */
static bool take_config_file(int *count, char **words, const char **ret_file)
{
    int kept = 0;
    bool is_good = true;
    for (int i = 0; i < *count; i++) {
        if (strncmp(words[i], "--config=", 9) == 0)
            *ret_file = words[i] + 9;
        else if (strcmp(words[i], "--config") != 0)
            words[kept++] = words[i];
        else if (i + 1 < *count)
            *ret_file = words[++i];
        else
            is_good = false;
    }
    *count = kept;
    return is_good;
}

/* What passes through this process is not for a core file, nor for other processes of its user. */
static void memory_close(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    prctl(PR_SET_DUMPABLE, 0);
}

/* Each connection has a thread, and what malloc keeps for a thread it keeps while that one idles:
 * of a thousand, a sixth of the memory. Read by the loader alone, so the program starts once more;
 * whoever set them knows better. */
static void memory_share(char **argv)
{
    static const char name[] = "GLIBC_TUNABLES";
    if (!getenv(name) &&
        setenv(name, "glibc.malloc.arena_max=2:glibc.malloc.tcache_max=128", true) == 0)
        execv("/proc/self/exe", argv);
    prctl(PR_SET_NAME, "alongside"); /* started so, it would be called exe */
}

int main(int argc, char **argv)
{
    memory_share(argv);
    memory_close();
    const char *file = NULL;
    int count = argc - 1;
    char **words = argv + 1;
    if (!take_config_file(&count, words, &file))
        return misuse("--config needs a file");
    if (count == 0)
        return misuse("a command is needed");
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0 ||
            strcmp(words[0], "help") == 0) {
            fputs(usage, stdout);
            config_print_help();
            return EXIT_SUCCESS;
        }
    }
    if (strcmp(words[0], "--version") == 0) {
        puts("alongside " ALONGSIDE_VERSION);
        return EXIT_SUCCESS;
    }
    if (strcmp(words[0], "routes") == 0 && count == 1)
        return command_routes();
    if (strcmp(words[0], "roles") == 0 && count == 1)
        return command_roles();
    return run(file, count, words);
}
