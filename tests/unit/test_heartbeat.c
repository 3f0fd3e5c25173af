/* SPDX-License-Identifier: MIT
 *
 * When the worker is well, and how old its jobs are. Time is ours here. */
#include "heartbeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static time_t now_s = 1000;

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    (void)clock;
    *ret_now = (struct timespec){.tv_sec = now_s};
    return 0;
}

static bool prints(const char *wanted)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    heartbeat_print(out);
    fclose(out);
    bool is_there = strstr(text, wanted);
    free(text);
    return is_there;
}

static void a_process_without_a_worker_is_well(void **state)
{
    (void)state;
    assert_true(heartbeat_is_well());
    assert_false(prints("worker_"));
}

static void a_worker_that_does_nothing_for_a_minute_is_not_well(void **state)
{
    (void)state;
    heartbeat_start(false);
    assert_true(prints("worker_job_age_seconds{job=\"audit\"} 0.000\n"));
    assert_false(prints("job=\"mail\""));
    now_s += 59;
    assert_true(heartbeat_is_well());
    now_s += 2;
    assert_false(heartbeat_is_well());
    assert_true(prints("worker_job_age_seconds{job=\"audit\"} 61.000\n"));
    /* Mail alone proves nothing of the database. */
    heartbeat_beat(HEARTBEAT_MAIL);
    assert_false(heartbeat_is_well());
    /* One job that goes on is enough. */
    heartbeat_beat(HEARTBEAT_AUDIT);
    assert_true(heartbeat_is_well());
    assert_true(prints("worker_job_age_seconds{job=\"keys\"} 61.000\n"));
}

static void rows_set_aside_are_counted(void **state)
{
    (void)state;
    heartbeat_set_aside(3);
    assert_true(prints("worker_rows_set_aside 3\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_without_a_worker_is_well),
        cmocka_unit_test(a_worker_that_does_nothing_for_a_minute_is_not_well),
        cmocka_unit_test(rows_set_aside_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
