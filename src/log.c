/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "log_writer.h"
#include "request.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <yder.h>

static atomic_int least_level = LOG_LEVEL_INFO;

/* One line, handed over whole so that threads never mix theirs. What does not fit is left out, the
 * closing brace never. */
struct line {
    char text[2048];
    size_t used;
};
enum { LINE_TAIL = 4, LIBRARY_TEXT_MAX = 60 };

static void put(struct line *line, const char *text, size_t length)
{
    if (length > sizeof line->text - LINE_TAIL - line->used)
        return;
    memcpy(line->text + line->used, text, length);
    line->used += length;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_escaped(struct line *line, const char *text)
{
    for (; *text && line->used < sizeof line->text - 16; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[8];
        if (c == '"' || c == '\\')
            put(line, (const char[]){'\\', *text}, 2);
        else if (c < 0x20 || c >= 0x7f)
            put(line, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", c));
        else
            put(line, text, 1);
    }
}

static void put_member(struct line *line, const char *key, const char *value)
{
    /* put_escaped keeps off the last 16 bytes, so that what is begun here can be ended. */
    if (!value || line->used + strlen(key) > sizeof line->text - 64)
        return;
    put_text(line, ",\"");
    put_escaped(line, key);
    put_text(line, "\":\"");
    put_escaped(line, value);
    put_text(line, "\"");
}

__attribute__((format(printf, 2, 3))) static void
put_number(struct line *line, const char *format, ...)
{
    char number[96];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(number, sizeof number, format, values);
    va_end(values);
    if (length > 0 && (size_t)length < sizeof number)
        put(line, number, (size_t)length);
}

static void line_open(struct line *line, enum log_level level, const char *message)
{
    static const char *const names[] = {
        [LOG_LEVEL_DEBUG] = "debug",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_ERROR] = "error",
    };
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    line->used = 0;
    put_number(line, "{\"ts\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\"", utc.tm_year + 1900,
               utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
               now.tv_nsec / 1000000);
    put_member(line, "level", names[level]);
    put_member(line, "msg", message);
}

static void line_write(struct line *line)
{
    line->text[line->used++] = '}';
    line->text[line->used++] = '\n';
    log_writer_put(line->text, line->used);
}

static bool is_written(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

/* What libraries say may quote a header or a URL: only their own first words are kept. */
static void on_library_message(void *context,
                               const char *application,
                               const time_t date,
                               const unsigned long level,
                               const char *message)
{
    (void)context, (void)application, (void)date, (void)level;
    if (!is_written(LOG_LEVEL_DEBUG) || !message)
        return;
    char text[LIBRARY_TEXT_MAX + 1] = "";
    size_t length = strspn(message, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -_");
    length = length < LIBRARY_TEXT_MAX ? length : LIBRARY_TEXT_MAX;
    memcpy(text, message, length);
    log_event(LOG_LEVEL_DEBUG, "library", "text", text, NULL);
}

void log_init(enum log_level level)
{
    atomic_store(&least_level, (int)level);
    log_writer_start();
    y_init_logs("alongside", Y_LOG_MODE_CALLBACK, Y_LOG_LEVEL_ERROR, NULL, NULL);
    y_set_logs_callback(on_library_message, NULL, NULL);
}

void log_finish(void)
{
    y_close_logs();
    log_writer_stop();
}

unsigned long long log_dropped(void)
{
    return log_writer_dropped();
}

void log_event(enum log_level level, const char *message, ...)
{
    if (!is_written(level))
        return;
    struct line line;
    line_open(&line, level, message);
    va_list pairs;
    va_start(pairs, message);
    for (const char *key; (key = va_arg(pairs, const char *));)
        put_member(&line, key, va_arg(pairs, const char *));
    va_end(pairs);
    line_write(&line);
}

void log_request(const struct request *rq, int status, double duration_ms)
{
    enum log_level level = status == 500                    ? LOG_LEVEL_ERROR
                           : status == 503 || status == 504 ? LOG_LEVEL_WARNING
                                                            : LOG_LEVEL_INFO;
    if (!is_written(level))
        return;
    struct line line;
    line_open(&line, level, "request");
    put_member(&line, "request_id", rq->id);
    put_member(&line, "method", method_name(rq->method));
    put_member(&line, "route", rq->route ? rq->route->path : "other");
    put_number(&line, ",\"status\":%d,\"duration_ms\":%.3f,\"bytes\":%zu", status, duration_ms,
               rq->response.body_bytes);
    put_member(&line, "role", role_name(rq->actor.role));
    if (rq->problem.id != PROBLEM_NONE)
        put_member(&line, "problem", problem_kind(rq->problem.id)->slug);
    put_member(&line, "reason", rq->refusal);
    if (rq->refusal || *rq->refused_subject)
        put_member(&line, "subject", rq->refused_subject);
    line_write(&line);
}
