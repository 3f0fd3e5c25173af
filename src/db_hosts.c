/* SPDX-License-Identifier: MIT
 *
 * Connecting: what the operator's string does not say, and which of its hosts. libpq would begin
 * with the first each time, however dead, or taken over from, it is. */
#include "db_internal.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

/* A dead peer is noticed within seconds, not after the
 * kernel's two hours. */
static const char *const connection_defaults[][2] = {
    {"connect_timeout", "3"},     {"tcp_user_timeout", "5000"}, {"keepalives_idle", "15"},
    {"keepalives_interval", "5"}, {"keepalives_count", "3"},    {"application_name", "alongside"},
    {"gssencmode", "disable"},    {"client_encoding", "UTF8"},
};
enum { DEFAULTS = sizeof connection_defaults / sizeof *connection_defaults, OPTIONS_MAX = 80 };

static const char *option_default(const char *keyword)
{
    for (size_t i = 0; i < DEFAULTS; i++) {
        if (strcmp(connection_defaults[i][0], keyword) == 0)
            return connection_defaults[i][1];
    }
    return NULL;
}

/* ---- which host ---- */

/* The one that was good last; the worker's connection string names them in the same order. */
static atomic_uint preferred;
static _Atomic uint64_t turned_at_ns;

void db_hosts_turn(void)
{
    uint64_t last_ns = atomic_load(&turned_at_ns), now_ns = monotonic_ns();
    if (now_ns - last_ns > NS_PER_S &&
        atomic_compare_exchange_strong(&turned_at_ns, &last_ns, now_ns))
        atomic_fetch_add(&preferred, 1);
}

static const char *option_value(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword && strcmp(options->keyword, keyword) != 0)
        options++;
    return options->keyword ? options->val : NULL;
}

static unsigned list_count(const char *list)
{
    unsigned count = 1;
    for (const char *comma = list; comma && (comma = strchr(comma, ',')); comma++)
        count++;
    return count;
}

static unsigned hosts_count(const PQconninfoOption *options)
{
    unsigned by_name = list_count(option_value(options, "host"));
    unsigned by_address = list_count(option_value(options, "hostaddr"));
    return by_name > by_address ? by_name : by_address;
}

static bool is_of_hosts(const char *keyword)
{
    return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
           strcmp(keyword, "port") == 0;
}

/* What "a,b,c" says of host number n; what is said once holds for all. */
static void list_pick(const char *list, unsigned n, char *ret_text, size_t size)
{
    for (unsigned i = n % list_count(list); i > 0; i--)
        list = strchr(list, ',') + 1;
    snprintf(ret_text, size, "%.*s", (int)strcspn(list, ","), list);
}

/* ---- opening ---- */

static PGconn *connect_to(const PQconninfoOption *options, unsigned host)
{
    char picked[3][256];
    const char *keywords[OPTIONS_MAX + 1] = {NULL};
    const char *values[OPTIONS_MAX + 1] = {NULL};
    size_t count = 0, lists = 0;
    for (const PQconninfoOption *option = options; option->keyword && count < OPTIONS_MAX;
         option++) {
        const char *value = option->val ? option->val : option_default(option->keyword);
        if (!value)
            continue;
        keywords[count] = option->keyword;
        values[count] = value;
        if (is_of_hosts(option->keyword)) {
            list_pick(value, host, picked[lists], sizeof picked[lists]);
            values[count] = picked[lists++];
        }
        count++;
    }
    PGconn *connection = PQconnectdbParams(keywords, values, 0);
    /* At once: whoever is told to go finds a farewell beside the welcome. */
    db_notices_ignore(connection);
    return connection;
}

static PQconninfoOption *options_parse(const char *url)
{
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &error);
    /* libpq's message would repeat parts of the string, which may hold a password. */
    if (!options)
        log_event(LOG_LEVEL_ERROR, "the database connection string cannot be read", NULL);
    PQfreemem(error);
    return options;
}

/* One host after the other; the reason in the log is the last one's. */
PGconn *db_connection_from(const char *url, unsigned turn)
{
    char text[200];
    PQconninfoOption *options = options_parse(url);
    if (!options)
        return NULL;
    PGconn *connection = NULL;
    unsigned count = hosts_count(options), first = atomic_load(&preferred) + turn;
    for (unsigned host = first; !connection && host < first + count; host++) {
        connection = connect_to(options, host % count);
        bool is_good = PQstatus(connection) == CONNECTION_OK;
        if (is_good && turn == 0)
            atomic_store(&preferred, host % count);
        if (is_good)
            break;
        if (host + 1 == first + count)
            log_event(LOG_LEVEL_ERROR, "no connection to PostgreSQL", "reason",
                      db_message(connection ? PQerrorMessage(connection) : "out of memory", text,
                                 sizeof text),
                      NULL);
        PQfinish(connection);
        connection = NULL;
    }
    PQconninfoFree(options);
    return connection;
}

PGconn *db_connection_plain(const char *url)
{
    return db_connection_from(url, 0);
}
