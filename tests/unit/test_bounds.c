/* SPDX-License-Identifier: MIT
 *
 * How many of an account's requests are under way: never more than the figure, whoever comes when.
 */
#include "bounds.h"

#include "monotonic.h"
#include "request.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct route own = {.roles = ROLE_PEER | ROLE_COORDINATOR};
static const struct route open_to_all = {.roles = ROLE_PUBLIC};

static struct request of(const char *subject, enum role role)
{
    return (struct request){.route = &own, .actor = {"urn:x", subject, role}};
}

/* How many places there are for it, until one is refused. Keeps them. */
static unsigned
fill(struct bounds *bounds, struct request rq, enum bound_kind kind, struct bound_place *places)
{
    unsigned count = 0;
    while (bounds_enter(bounds, &rq, kind, &places[count]))
        count++;
    assert_int_equal(rq.problem.id, PROBLEM_TOO_MANY_REQUESTS);
    assert_true(rq.quota.most >= count);
    return count;
}

static void leave(const struct bound_place *places, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bounds_leave(&places[i]);
}

static void each_account_has_its_own(void **state)
{
    (void)state;
    struct bounds *bounds = bounds_create("");
    struct bound_place writes[8], reads[8], others[8], staff[16];
    assert_int_equal(fill(bounds, of("a", ROLE_PEER), BOUND_WRITE, writes), 2);
    assert_int_equal(fill(bounds, of("a", ROLE_PEER), BOUND_READ, reads), 6);
    assert_int_equal(fill(bounds, of("b", ROLE_PEER), BOUND_WRITE, others), 2);
    assert_int_equal(fill(bounds, of("a", ROLE_COORDINATOR), BOUND_WRITE, staff), 4);
    leave(writes, 2);
    leave(reads, 6);
    leave(others, 2);
    leave(staff, 4);
    assert_int_equal(fill(bounds, of("a", ROLE_PEER), BOUND_WRITE, writes), 2);
    leave(writes, 2);
    bounds_destroy(bounds);
}

static void all_without_an_account_share_one(void **state)
{
    (void)state;
    struct bounds *bounds = bounds_create("public=3/1/0");
    struct bound_place places[8];
    struct request somebody = {.route = &open_to_all}, signed_in = of("a", ROLE_PEER), another;
    another = somebody;
    signed_in.route = &open_to_all;
    assert_true(bounds_enter(bounds, &somebody, BOUND_READ, &places[0]));
    assert_true(bounds_enter(bounds, &signed_in, BOUND_READ, &places[1]));
    assert_int_equal(fill(bounds, another, BOUND_READ, places + 2) + 2, 3);
    leave(places, 3);
    bounds_destroy(bounds);
}

static void what_is_configured_counts(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "peer",       "peer=1/2",    "peer=1/2/3/4",          "nobody=1/2/3",
        "peer=1/2/x", "peer=-1/2/3", "peer=1/2/3;line=1/2/3", "peer=999999/1/1",
        "peer=1/2/3,"};
    struct bound_place places[8];
    struct bounds *bounds = bounds_create("peer=1/3/0, line=1/1/1");
    assert_int_equal(fill(bounds, of("a", ROLE_PEER), BOUND_READ, places), 1);
    leave(places, 1);
    assert_int_equal(fill(bounds, of("a", ROLE_PEER), BOUND_WRITE, places), 3);
    leave(places, 3);
    assert_int_equal(fill(bounds, of("a", ROLE_COORDINATOR), BOUND_WRITE, places), 4);
    leave(places, 4);
    bounds_destroy(bounds);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(bounds_create(wrong[i]));
}

/* ---- at once ---- */

enum { CROWD = 64, ROUNDS = 40 };

struct crowd {
    struct bounds *bounds;
    atomic_uint inside, most, served;
};

static void *come_and_go(void *context)
{
    struct crowd *crowd = context;
    for (int round = 0; round < ROUNDS; round++) {
        struct request rq = of("a", ROLE_PEER);
        struct bound_place place;
        if (!bounds_enter(crowd->bounds, &rq, BOUND_WRITE, &place))
            continue;
        unsigned inside = atomic_fetch_add(&crowd->inside, 1) + 1, seen = atomic_load(&crowd->most);
        while (inside > seen && !atomic_compare_exchange_weak(&crowd->most, &seen, inside))
            ;
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
        atomic_fetch_sub(&crowd->inside, 1);
        atomic_fetch_add(&crowd->served, 1);
        bounds_leave(&place);
    }
    return NULL;
}

static void never_more_than_its_figure_and_never_fewer(void **state)
{
    (void)state;
    struct crowd crowd = {.bounds = bounds_create("")};
    pthread_t threads[CROWD];
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &crowd), 0);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&crowd.most), 2);
    assert_int_equal(atomic_load(&crowd.inside), 0);
    assert_true(atomic_load(&crowd.served) > CROWD);
    struct bound_place places[8];
    assert_int_equal(fill(crowd.bounds, of("a", ROLE_PEER), BOUND_WRITE, places), 2);
    leave(places, 2);
    bounds_destroy(crowd.bounds);
}

static void *leave_soon(void *place)
{
    nanosleep(&(struct timespec){.tv_nsec = 50L * NS_PER_MS}, NULL);
    bounds_leave(place);
    return NULL;
}

static void a_surplus_waits_for_a_quarter_of_a_second(void **state)
{
    (void)state;
    struct bounds *bounds = bounds_create("peer=1/1/1");
    struct request first = of("a", ROLE_PEER), second = of("a", ROLE_PEER);
    struct bound_place place, next;
    assert_true(bounds_enter(bounds, &first, BOUND_READ, &place));
    uint64_t began_ns = monotonic_ns();
    assert_false(bounds_enter(bounds, &second, BOUND_READ, &next));
    assert_string_equal(second.quota.kind, "read");
    assert_int_equal(second.quota.most, 1);
    assert_in_range(monotonic_ns() - began_ns, 250ULL * NS_PER_MS, 2ULL * NS_PER_S);
    second.problem = (struct problem){0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, leave_soon, &place), 0);
    assert_true(bounds_enter(bounds, &second, BOUND_READ, &next));
    pthread_join(thread, NULL);
    bounds_leave(&next);
    bounds_destroy(bounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_account_has_its_own),
        cmocka_unit_test(all_without_an_account_share_one),
        cmocka_unit_test(what_is_configured_counts),
        cmocka_unit_test(never_more_than_its_figure_and_never_fewer),
        cmocka_unit_test(a_surplus_waits_for_a_quarter_of_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
