/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;
static char path[] = "/tmp/alongside-config-XXXXXX";
static char secret_path[] = "/tmp/alongside-secret-XXXXXX";

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Every test starts with what a server needs, and nothing else. */
static int reset(void **state)
{
    (void)state;
    for (char **entry = environ; *entry;) {
        char name[64];
        size_t length = strcspn(*entry, "=");
        if (strncmp(*entry, "ALONGSIDE_", 10) != 0 || length >= sizeof name) {
            entry++;
            continue;
        }
        memcpy(name, *entry, length);
        name[length] = '\0';
        unsetenv(name); /* the next one moves up */
    }
    setenv("ALONGSIDE_DATABASE_URL", "host=/nowhere", 1);
    setenv("ALONGSIDE_SEAL_KEYS", "k1:00", 1);
    write_file(path, "");
    return 0;
}

static void refused(void)
{
    assert_null(config_load(path, true));
}

static void defaults_are_those_of_the_table(void **state)
{
    (void)state;
    struct config *config = config_load(NULL, true);
    assert_non_null(config);
    assert_string_equal(config->listen_address, "127.0.0.1");
    assert_int_equal(config->listen_port, 8080);
    assert_string_equal(config->smtp_url, "");
    assert_string_equal(config->database_url, "host=/nowhere");
    config_destroy(config);
}

static void a_server_needs_what_has_no_default(void **state)
{
    (void)state;
    unsetenv("ALONGSIDE_SEAL_KEYS");
    refused();
    setenv("ALONGSIDE_SEAL_KEYS", "", 1);
    refused();
    struct config *config = config_load(NULL, false);
    assert_non_null(config);
    assert_string_equal(config->seal_keys, "");
    config_destroy(config);
}

static void the_environment_beats_the_file(void **state)
{
    (void)state;
    write_file(path, "# a comment\n\n  listen_port = 9000 "
                     "\npublic_url=https://a.example\nsmtp_password = p#s = s\n");
    setenv("ALONGSIDE_LISTEN_PORT", "9001", 1);
    struct config *config = config_load(path, true);
    assert_non_null(config);
    assert_int_equal(config->listen_port, 9001);
    assert_string_equal(config->public_url, "https://a.example");
    assert_string_equal(config->smtp_password, "p#s = s");
    config_destroy(config);
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    setenv("ALONGSIDE_LISTEN_PROT", "80", 1);
    refused();
    unsetenv("ALONGSIDE_LISTEN_PROT");
    write_file(path, "listen_prot = 80\n");
    refused();
    write_file(path, "listen_port\n");
    refused();
    write_file(path, "listen_port = 1\nlisten_port = 2\n");
    refused();
    /* Only secrets may lie in a file of their own. */
    write_file(path, "");
    setenv("ALONGSIDE_LISTEN_PORT_FILE", secret_path, 1);
    refused();
}

static void a_missing_file_is_refused(void **state)
{
    (void)state;
    assert_null(config_load("/nonexistent/alongside.conf", true));
}

static void secrets_come_from_files(void **state)
{
    (void)state;
    write_file(secret_path, "k2:11\n\n");
    unsetenv("ALONGSIDE_SEAL_KEYS");
    setenv("ALONGSIDE_SEAL_KEYS_FILE", secret_path, 1);
    struct config *config = config_load(NULL, true);
    assert_non_null(config);
    assert_string_equal(config->seal_keys, "k2:11");
    config_destroy(config);
    setenv("ALONGSIDE_SEAL_KEYS", "k1:00", 1);
    refused();
    unsetenv("ALONGSIDE_SEAL_KEYS");
    setenv("ALONGSIDE_SEAL_KEYS_FILE", "/nonexistent/key", 1);
    refused();
}

static void a_value_in_the_environment_beats_a_secret_file_named_in_the_file(void **state)
{
    (void)state;
    write_file(path, "seal_keys_file = /nonexistent/key\n");
    struct config *config = config_load(path, true);
    assert_non_null(config);
    assert_string_equal(config->seal_keys, "k1:00");
    config_destroy(config);
}

static void numbers_are_numbers_within_bounds(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "x",    "80x",   "-1",
                                      " 80", "0x50", "65536", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("ALONGSIDE_LISTEN_PORT", bad[i], 1);
        refused();
    }
    setenv("ALONGSIDE_LISTEN_PORT", "65535", 1);
    struct config *config = config_load(NULL, true);
    assert_non_null(config);
    assert_int_equal(config->listen_port, 65535);
    config_destroy(config);
    setenv("ALONGSIDE_TOKEN_LEEWAY_S", "61", 1);
    refused();
}

static void the_test_clock_is_for_loopback_only(void **state)
{
    (void)state;
    setenv("ALONGSIDE_CLOCK_HEADER", "X-Clock", 1);
    struct config *config = config_load(NULL, true);
    assert_non_null(config);
    config_destroy(config);
    setenv("ALONGSIDE_LISTEN_ADDRESS", "0.0.0.0", 1);
    refused();
}

static void texts_are_checked_where_the_table_cannot(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"ALONGSIDE_LOG_LEVEL", "loud"},
                                         {"ALONGSIDE_LISTEN_ADDRESS", "localhost"},
                                         {"ALONGSIDE_PUBLIC_URL", "a.org"},
                                         {"ALONGSIDE_PUBLIC_URL", "https://a.org/"},
                                         {"ALONGSIDE_METRICS_PORT", "8080"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        reset(NULL);
        setenv(bad[i][0], bad[i][1], 1);
        refused();
    }
}

static int make_files(void **state)
{
    (void)state;
    int first = mkstemp(path), second = mkstemp(secret_path);
    return first < 0 || second < 0 || close(first) != 0 || close(second) != 0;
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(path) != 0 || unlink(secret_path) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_are_those_of_the_table, reset),
        cmocka_unit_test_setup(a_server_needs_what_has_no_default, reset),
        cmocka_unit_test_setup(the_environment_beats_the_file, reset),
        cmocka_unit_test_setup(unknown_names_are_refused, reset),
        cmocka_unit_test_setup(a_missing_file_is_refused, reset),
        cmocka_unit_test_setup(secrets_come_from_files, reset),
        cmocka_unit_test_setup(a_value_in_the_environment_beats_a_secret_file_named_in_the_file,
                               reset),
        cmocka_unit_test_setup(numbers_are_numbers_within_bounds, reset),
        cmocka_unit_test_setup(the_test_clock_is_for_loopback_only, reset),
        cmocka_unit_test_setup(texts_are_checked_where_the_table_cannot, reset),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
