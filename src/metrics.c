/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include "app.h"
#include "db.h"
#include "heartbeat.h"
#include "log.h"
#include "request.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double bounds_s[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
enum { BOUNDS = sizeof bounds_s / sizeof *bounds_s };

/* The statuses we answer with; others are counted with 500. */
static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409,
                               410, 412, 413, 415, 422, 428, 429, 500, 501, 503, 504};
enum { STATUSES = sizeof statuses / sizeof *statuses, METHODS = METHOD_HEAD + 1 };

struct series {
    atomic_ullong count[BOUNDS + 1];
    atomic_ullong sum_us;
};

/* One pointer per (route or its HEAD, or method without a route) and status, filled when first
 * seen: rows 2i and 2i+1 are route i and its HEAD, the last METHODS rows are requests that matched
 * none. */
typedef _Atomic(struct series *) series_slot;
static _Atomic(series_slot *) table;

static atomic_uint active_requests;

static const char *const outcomes[] = {"sent", "retry", "failed", "away"};
enum { OUTCOMES = sizeof outcomes / sizeof *outcomes };
static atomic_ullong deliveries[OUTCOMES];

static size_t rows_count(void)
{
    return routes_count * 2 + METHODS;
}

static series_slot *table_get(void)
{
    series_slot *present = atomic_load_explicit(&table, memory_order_acquire);
    if (present)
        return present;
    series_slot *made = calloc(rows_count() * STATUSES, sizeof *made);
    if (made && atomic_compare_exchange_strong(&table, &present, made))
        return made;
    free(made);
    return present;
}

static struct series *series_get(size_t row, size_t column)
{
    series_slot *all = table_get();
    if (!all)
        return NULL;
    series_slot *slot = &all[row * STATUSES + column];
    struct series *present = atomic_load_explicit(slot, memory_order_acquire);
    if (present)
        return present;
    struct series *made = calloc(1, sizeof *made);
    if (made && atomic_compare_exchange_strong(slot, &present, made))
        return made;
    free(made);
    return present;
}

static size_t row_of(const struct request *rq)
{
    bool is_of_table = rq->route >= routes && rq->route < routes + routes_count;
    if (is_of_table)
        return (size_t)(rq->route - routes) * 2 + (rq->method == METHOD_HEAD);
    return routes_count * 2 + ((int)rq->method < METHODS ? (size_t)rq->method : 0);
}

static size_t column_of(int status)
{
    size_t internal = 0;
    for (size_t i = 0; i < STATUSES; i++) {
        if (statuses[i] == status)
            return i;
        if (statuses[i] == 500)
            internal = i;
    }
    return internal;
}

void metrics_request_started(void)
{
    atomic_fetch_add_explicit(&active_requests, 1, memory_order_relaxed);
}

void metrics_request_finished(const struct request *rq, int status, double duration_s)
{
    atomic_fetch_sub_explicit(&active_requests, 1, memory_order_relaxed);
    struct series *series = series_get(row_of(rq), column_of(status));
    if (!series)
        return;
    size_t bucket = 0;
    while (bucket < BOUNDS && duration_s > bounds_s[bucket])
        bucket++;
    atomic_fetch_add_explicit(&series->count[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&series->sum_us, (unsigned long long)(duration_s * 1e6),
                              memory_order_relaxed);
}

void metrics_delivery(const char *outcome)
{
    for (size_t i = 0; i < OUTCOMES; i++) {
        if (strcmp(outcomes[i], outcome) == 0)
            atomic_fetch_add_explicit(&deliveries[i], 1, memory_order_relaxed);
    }
}

static void series_print(FILE *out, const struct series *series, size_t row, int status)
{
    static const char name[] = "http_server_request_duration_seconds";
    bool is_route = row < routes_count * 2;
    const char *path = is_route ? routes[row / 2].path : "other";
    enum method method = !is_route      ? (enum method)(row - routes_count * 2)
                         : row % 2 == 1 ? METHOD_HEAD
                                        : routes[row / 2].method;
    char labels[256];
    snprintf(labels, sizeof labels,
             "http_request_method=\"%s\",http_route=\"%s\",http_response_status_code=\"%d\"",
             method_name(method), path, status);
    unsigned long long total = 0;
    for (size_t i = 0; i < BOUNDS; i++) {
        total += atomic_load_explicit(&series->count[i], memory_order_relaxed);
        fprintf(out, "%s_bucket{%s,le=\"%g\"} %llu\n", name, labels, bounds_s[i], total);
    }
    total += atomic_load_explicit(&series->count[BOUNDS], memory_order_relaxed);
    fprintf(out, "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, labels, total);
    fprintf(out, "%s_sum{%s} %.6f\n", name, labels,
            (double)atomic_load_explicit(&series->sum_us, memory_order_relaxed) / 1e6);
    fprintf(out, "%s_count{%s} %llu\n", name, labels, total);
}

static void requests_print(FILE *out)
{
    fputs("# HELP http_server_active_requests Requests under way.\n"
          "# TYPE http_server_active_requests gauge\n",
          out);
    fprintf(out, "http_server_active_requests %u\n", atomic_load(&active_requests));
    fputs("# HELP http_server_request_duration_seconds Time to answer a request.\n"
          "# TYPE http_server_request_duration_seconds histogram\n",
          out);
    series_slot *all = atomic_load_explicit(&table, memory_order_acquire);
    for (size_t i = 0; all && i < rows_count() * STATUSES; i++) {
        const struct series *series = atomic_load_explicit(&all[i], memory_order_acquire);
        if (series)
            series_print(out, series, i / STATUSES, statuses[i % STATUSES]);
    }
}

static void number_print(
    FILE *out, const char *name, const char *type, const char *help, unsigned long long value)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name, value);
}

static void pool_print(FILE *out, const struct db *db)
{
    struct db_stats stats = {0};
    db_stats_get(db, &stats);
    number_print(out, "db_pool_size", "gauge", "Connections of the write lane.", stats.write_size);
    number_print(out, "db_pool_leased", "gauge", "Connections of the write lane in use.",
                 stats.write_leased);
    number_print(out, "db_pool_waiting", "gauge", "Requests waiting for a connection.",
                 stats.write_waiting);
    number_print(out, "db_pool_reads_in_flight", "gauge", "Reads sent and not yet answered.",
                 stats.read_in_flight);
    number_print(out, "db_pool_reconnects_total", "counter", "Connections replaced.",
                 stats.reconnects);
    number_print(out, "db_pool_wait_timeouts_total", "counter",
                 "Requests that got no connection in time.", stats.waits_timed_out);
}

char *metrics_render(struct app *app)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    requests_print(out);
    if (app->db)
        pool_print(out, app->db);
    heartbeat_print(out);
    fputs("# HELP outbox_deliveries_total Messages by outcome.\n# TYPE outbox_deliveries_total "
          "counter\n",
          out);
    for (size_t i = 0; i < OUTCOMES; i++)
        fprintf(out, "outbox_deliveries_total{outcome=\"%s\"} %llu\n", outcomes[i],
                atomic_load(&deliveries[i]));
    number_print(out, "log_lines_dropped_total", "counter",
                 "Lines of the log that nobody read fast enough.", log_dropped());
    bool is_whole = !ferror(out);
    if (fclose(out) != 0 || !is_whole) {
        free(text);
        return NULL;
    }
    return text;
}
