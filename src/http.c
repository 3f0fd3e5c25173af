/* SPDX-License-Identifier: MIT
 *
 * Life of the server, and the one endpoint. The library's own router, form parser and logger are
 * not used: each of them trusts what a client sends. */
#include "http.h"

#include "app.h"
#include "config.h"
#include "http_accept.h"
#include "http_exchange.h"
#include "log.h"
#include "metrics.h"
#include "monotonic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <ulfius.h>
#include <unistd.h>

enum {
    /* Request line and headers of one request; also bounds the response's headers. The library
     * keeps and clears all of it for each connection: of a thousand idle ones it is a quarter of
     * the memory. */
    HEAD_BYTES_MAX = 18432,
    ARGUMENTS_MAX = 64,    /* of a query, for the library; more than any operation takes */
    STACK_BYTES = 1048576, /* addresses only: memory is what was touched */
    SMALL_CONNECTIONS_MAX = 64,
    DRAIN_STEP_MS = 10
};

/* A listener whose connections have a thread each. */
struct house {
    const char *what;
    long port, limit;
    atomic_uint *open;
    struct _u_instance instance;
    struct acceptor *acceptor;
    bool is_started;
};

struct http_server {
    struct app *app;
    struct house api, waiting; /* whoever waits for news takes nobody else's place */
    struct _u_instance health, metrics;
    bool is_health_started, is_metrics_started;
};

/* Requests between their request line and the last byte of their answer. The library's hooks carry
 * no context of ours; there is one server in a process. */
static atomic_uint requests_in_flight;
static atomic_uint connections_open, waiting_open;

/* The library makes a request at its request line, but forgets one whose head it then cannot store
 * (a URL of thousands of arguments): each would cost its memory for good. So a connection remembers
 * its request, and frees it when it closes. */
struct connection_slot {
    void *request;
};

static struct connection_slot *slot_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The library makes a header of each argument, and closes the connection without a word when those
 * do not fit. What it reads is its own buffer, and we read our copy of it: there everything stands.
 */
static void arguments_cut(const char *target)
{
    char *at = strchr(target, '?');
    for (unsigned left = ARGUMENTS_MAX; at && left > 0; left--)
        at = strchr(at + 1, '&');
    if (at)
        *at = '\0';
}

static void *on_request_line(void *context, const char *target, struct MHD_Connection *connection)
{
    struct connection_slot *slot = slot_of(connection);
    void *request = slot ? ulfius_uri_logger(context, target) : NULL;
    if (request) {
        slot->request = request;
        atomic_fetch_add_explicit(&requests_in_flight, 1, memory_order_relaxed);
        arguments_cut(target);
    }
    return request;
}

static void on_completed(void *context,
                         struct MHD_Connection *connection,
                         void **request,
                         enum MHD_RequestTerminationCode reason)
{
    struct connection_slot *slot = slot_of(connection);
    if (slot)
        slot->request = NULL;
    if (*request)
        atomic_fetch_sub_explicit(&requests_in_flight, 1, memory_order_relaxed);
    mhd_request_completed(context, connection, request, reason);
}

static void on_connection(void *context,
                          struct MHD_Connection *connection,
                          void **slot_place,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *slot_place = calloc(1, sizeof(struct connection_slot));
        return;
    }
    if (context)
        atomic_fetch_sub((atomic_uint *)context, 1);
    struct connection_slot *slot = *slot_place;
    if (slot && slot->request) {
        atomic_fetch_sub_explicit(&requests_in_flight, 1, memory_order_relaxed);
        mhd_request_completed(context, connection, &slot->request,
                              MHD_REQUEST_TERMINATED_WITH_ERROR);
    }
    free(slot);
    *slot_place = NULL;
}

static void request_fill(struct http_exchange *exchange, const struct _u_request *from)
{
    struct request *rq = &exchange->rq;
    const char *const *values = exchange->headers.value;
    rq->method_name = from->http_verb ? from->http_verb : "";
    rq->url = http_target_path(from->url_path ? from->url_path : "");
    const char *query = from->http_url ? strchr(from->http_url, '?') : NULL;
    rq->query_string = query && query[1] ? query + 1 : NULL;
    rq->content_type = values[HEADER_CONTENT_TYPE];
    rq->authorization = values[HEADER_AUTHORIZATION];
    rq->idempotency_key = values[HEADER_IDEMPOTENCY_KEY];
    rq->if_match = values[HEADER_IF_MATCH];
    rq->if_none_match = values[HEADER_IF_NONE_MATCH];
    rq->clock = exchange->headers.clock;
    rq->raw_body = from->binary_body;
    rq->raw_body_bytes = from->binary_body_length;
    rq->language = http_language(values[HEADER_ACCEPT_LANGUAGE]);
    const char *id = values[HEADER_X_REQUEST_ID];
    if (!id || !uuid_parse(id, strlen(id), rq->id))
        uuid_make(rq->id);
}

/* Always U_CALLBACK_COMPLETE: every other value makes the library answer in our place. */
static int answer(const struct _u_request *request,
                  struct _u_response *response,
                  struct app *app,
                  enum http_listener listener)
{
    struct http_exchange exchange = {.rq = {.app = app, .started_ns = monotonic_ns()},
                                     .listener = listener};
    struct request *rq = &exchange.rq;
    metrics_request_started();
    bool is_read = http_headers_collect(&rq->arena, u_map_enum_keys(request->map_header),
                                        u_map_enum_values(request->map_header),
                                        app->config->clock_header, &exchange.headers);
    request_fill(&exchange, request);
    bool is_host_needed = request->http_protocol && strcmp(request->http_protocol, "HTTP/1.0") != 0;
    if (!is_read || !http_walk(&exchange, is_host_needed))
        fail(rq, PROBLEM_INTERNAL); /* unless the walk has said what it was */
    int status = http_reply(&exchange, response);
    double duration_ms = (double)(monotonic_ns() - rq->started_ns) / 1e6;
    metrics_request_finished(rq, status, duration_ms / 1000);
    log_request(rq, status, duration_ms);
    request_release(rq);
    return U_CALLBACK_COMPLETE;
}

static int dispatch(const struct _u_request *request, struct _u_response *response, void *context)
{
    return answer(request, response, context, LISTENER_API);
}

static int
dispatch_health(const struct _u_request *request, struct _u_response *response, void *context)
{
    return answer(request, response, context, LISTENER_MEMORY);
}

static int
dispatch_waiting(const struct _u_request *request, struct _u_response *response, void *context)
{
    return answer(request, response, context, LISTENER_WAITING);
}

static int
dispatch_metrics(const struct _u_request *request, struct _u_response *response, void *context)
{
    bool is_asked =
        strcmp(request->url_path, "/metrics") == 0 &&
        (strcmp(request->http_verb, "GET") == 0 || strcmp(request->http_verb, "HEAD") == 0);
    char *text = is_asked ? metrics_render(context) : NULL;
    u_map_put(response->map_header, "Cache-Control", "no-store");
    u_map_put(response->map_header, "Content-Type",
              text ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8");
    ulfius_set_string_body_response(response,
                                    text       ? 200
                                    : is_asked ? 503
                                               : 404,
                                    text ? text : "\n");
    free(text);
    return U_CALLBACK_COMPLETE;
}

/* A listening socket and its real port, or -1 with errno. */
static int listen_open(const char *address, long port, unsigned *ret_port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t name_bytes = sizeof name;
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, (const struct sockaddr *)&name, sizeof name) == 0 && listen(fd, SOMAXCONN) == 0 &&
        getsockname(fd, (struct sockaddr *)&name, &name_bytes) == 0) {
        *ret_port = ntohs(name.sin_port);
        return fd;
    }
    int reason = errno;
    if (fd >= 0)
        close(fd);
    errno = reason;
    return -1;
}

typedef int (*endpoint)(const struct _u_request *request,
                        struct _u_response *response,
                        void *context);

static bool
instance_init(struct _u_instance *instance, endpoint callback, struct app *app, size_t body_bytes)
{
    /* The port is only remembered; the socket is ours. */
    if (ulfius_init_instance(instance, 1, NULL, NULL) != U_OK)
        return false;
    instance->allowed_post_processor = U_POST_PROCESS_NONE;
    instance->max_post_body_size = body_bytes;
    instance->check_utf8 =
        0; /* otherwise headers with bad UTF-8 would vanish instead of being refused */
    return ulfius_add_endpoint_by_val(instance, "*", NULL, "*", 0, callback, app) == U_OK;
}

/* A house (fd < 0) has a thread for each connection its acceptor hands over: a request blocks its
 * thread while PostgreSQL works, and in an epoll loop every connection of that thread with it. The
 * small listeners never block, one epoll loop each, and nobody counts their connections (open
 * NULL). No ERROR_LOG: the library's logger cannot bear what clients send. */
static bool instance_start(struct _u_instance *instance,
                           int fd,
                           atomic_uint *open,
                           unsigned connections,
                           unsigned timeout_s)
{
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_request_line, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, open},
        /* The library counts a closed connection until its thread has been joined; the acceptor
         * does not. */
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(connections * 2), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)timeout_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES_MAX, NULL},
        fd < 0 ? (struct MHD_OptionItem){MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, NULL}
               : (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = fd < 0 ? MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                                  MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET
                            : MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    return ulfius_start_framework_with_mhd_options(instance, flags, options) == U_OK;
}

static void listening_log(const char *what, const char *address, unsigned port)
{
    char number[16];
    snprintf(number, sizeof number, "%u", port);
    log_event(LOG_LEVEL_INFO, "listening", "for", what, "address", address, "port", number, NULL);
}

/* Port 0 = none, but for the API. */
static bool house_start(const struct http_server *server, struct house *house)
{
    const struct config *config = server->app->config;
    unsigned port;
    int fd = listen_open(config->listen_address, house->port, &port);
    if (fd < 0)
        return false;
    house->is_started = instance_start(&house->instance, -1, house->open, (unsigned)house->limit,
                                       (unsigned)config->connection_timeout_s);
    if (!house->is_started) {
        close(fd);
        return false;
    }
    house->acceptor =
        acceptor_start(house->instance.mhd_daemon, fd, house->open, (unsigned)house->limit);
    if (house->acceptor)
        listening_log(house->what, config->listen_address, port);
    return house->acceptor;
}

static bool houses_start(struct http_server *server)
{
    return house_start(server, &server->api) &&
           (server->waiting.port == 0 || house_start(server, &server->waiting));
}

/* A listener that never blocks: one thread. Port 0 = none. */
static bool small_start(const struct http_server *server,
                        const char *what,
                        struct _u_instance *instance,
                        long wanted,
                        bool *ret_is_started)
{
    const struct config *config = server->app->config;
    unsigned port;
    if (wanted == 0)
        return true;
    int fd = listen_open(config->listen_address, wanted, &port);
    if (fd < 0)
        return false;
    *ret_is_started = instance_start(instance, fd, NULL, SMALL_CONNECTIONS_MAX,
                                     (unsigned)config->connection_timeout_s);
    if (*ret_is_started)
        listening_log(what, config->listen_address, port);
    return *ret_is_started;
}

struct http_server *http_server_start(struct app *app)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->app = app;
    const struct config *config = app->config;
    server->api = (struct house){.what = "api",
                                 .port = config->listen_port,
                                 .limit = config->connection_limit,
                                 .open = &connections_open};
    server->waiting = (struct house){.what = "waiting",
                                     .port = config->waiting_port,
                                     .limit = config->waiting_limit,
                                     .open = &waiting_open};
    if (!instance_init(&server->api.instance, dispatch, app,
                       (size_t)app->config->max_body_bytes + 1) ||
        !instance_init(&server->waiting.instance, dispatch_waiting, app, 1) ||
        !instance_init(&server->health, dispatch_health, app, 1) ||
        !instance_init(&server->metrics, dispatch_metrics, app, 1)) {
        log_event(LOG_LEVEL_ERROR, "cannot listen", "reason", "memory is exhausted", NULL);
        return NULL; /* nothing runs yet; the process ends */
    }
    errno = 0;
    if (small_start(server, "metrics", &server->metrics, config->metrics_port,
                    &server->is_metrics_started) &&
        small_start(server, "health", &server->health, config->health_port,
                    &server->is_health_started) &&
        houses_start(server))
        return server;
    log_event(LOG_LEVEL_ERROR, "cannot listen", "address", app->config->listen_address, "reason",
              strerror(errno), NULL);
    http_server_stop(server);
    return NULL;
}

/* Connections without a request are idle ones kept alive: they need no answer and are closed with
 * the daemon. */
static void drain(struct http_server *server)
{
    long announce_ms = server->app->config->drain_announce_ms;
    struct timespec announce = {.tv_sec = announce_ms / 1000,
                                .tv_nsec = announce_ms % 1000 * NS_PER_MS};
    atomic_store(&server->app->is_draining, true);
    nanosleep(&announce, NULL);
    acceptor_stop(server->api.acceptor);
    acceptor_stop(server->waiting.acceptor);
    uint64_t deadline_ns =
        monotonic_ns() + (uint64_t)server->app->config->drain_timeout_s * NS_PER_S;
    while (atomic_load(&requests_in_flight) > 0 && monotonic_ns() < deadline_ns)
        nanosleep(&(struct timespec){.tv_nsec = DRAIN_STEP_MS * 1000000L}, NULL);
}

void http_server_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->api.is_started) {
        drain(server);
        ulfius_stop_framework(&server->api.instance);
    }
    if (server->waiting.is_started)
        ulfius_stop_framework(&server->waiting.instance);
    if (server->is_health_started)
        ulfius_stop_framework(&server->health);
    if (server->is_metrics_started)
        ulfius_stop_framework(&server->metrics);
    ulfius_clean_instance(&server->api.instance);
    ulfius_clean_instance(&server->waiting.instance);
    ulfius_clean_instance(&server->health);
    ulfius_clean_instance(&server->metrics);
    free(server);
}
