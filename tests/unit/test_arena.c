/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t size = 0; size < 700; size += 7) {
        unsigned char *memory = arena_alloc(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xee, size);
    }
    arena_release(&arena);
}

static void allocations_do_not_overlap(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *texts[200];
    for (int i = 0; i < 200; i++)
        texts[i] = arena_printf(&arena, "text %d %0*d", i, i, 0);
    for (int i = 0; i < 200; i++) {
        int number = -1;
        assert_int_equal(sscanf(texts[i], "text %d", &number), 1);
        assert_int_equal(number, i);
    }
    arena_release(&arena);
}

static void large_and_absurd_sizes(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *large = arena_alloc(&arena, 1 << 20);
    assert_non_null(large);
    large[(1 << 20) - 1] = 'x';
    volatile size_t absurd = SIZE_MAX;
    assert_null(arena_alloc(&arena, absurd));
    assert_null(arena_alloc(&arena, absurd - 20));
    assert_null(arena_strndup(&arena, "", absurd));
    arena_release(&arena);
}

static void copies_end_where_they_are_told(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    assert_string_equal(arena_printf(&arena, "%s-%d", "a", 7), "a-7");
    arena_release(&arena);
    assert_null(arena.blocks);
    assert_string_equal(arena_strndup(&arena, "again", 5), "again");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(large_and_absurd_sizes),
        cmocka_unit_test(copies_end_where_they_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
