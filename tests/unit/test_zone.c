/* SPDX-License-Identifier: MIT */
#include "zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void this_machine_is_current(void **state)
{
    (void)state;
    assert_null(zone_check());
}

static void stale_data_is_named(void **state)
{
    (void)state;
    /* An empty directory of zone data is as stale as can be: every zone is UTC. */
    setenv("TZDIR", "/nonexistent", 1);
    assert_non_null(zone_check());
    unsetenv("TZDIR");
}

static void tz_is_left_as_it_was(void **state)
{
    (void)state;
    setenv("TZ", "America/Halifax", 1);
    assert_null(zone_check());
    assert_string_equal(getenv("TZ"), "America/Halifax");
    tzset();
    assert_int_equal(timezone, 4 * 3600);
    unsetenv("TZ");
    assert_null(zone_check());
    assert_null(getenv("TZ"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_machine_is_current),
        cmocka_unit_test(stale_data_is_named),
        cmocka_unit_test(tz_is_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
