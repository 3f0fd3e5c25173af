/* SPDX-License-Identifier: MIT
 *
 * An account is here as long as it has something under way or waits. Invariant: under_way never
 * exceeds the figure of its role and kind. */
#include "bounds.h"

#include "monotonic.h"
#include "request.h"

#include <ctype.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 64, WAIT_MS = 250, MOST = 100000 };

struct bound_account {
    struct bound_account *next;
    struct bucket *bucket;
    enum role role;
    unsigned under_way[BOUND_KINDS], waiting[BOUND_KINDS];
    pthread_cond_t freed[BOUND_KINDS];
    char subject[];
};

struct bucket {
    pthread_mutex_t lock;
    struct bound_account *first;
};

struct figures {
    enum role role;
    unsigned most[BOUND_KINDS];
};

static const struct figures defaults[] = {
#define BOUND(role, reads, writes, waits) {ROLE_##role, {reads, writes, waits}},
#include "bounds.def"
#undef BOUND
};
enum { ROLES = sizeof defaults / sizeof *defaults };

struct bounds {
    struct figures figures[ROLES];
    struct bucket buckets[BUCKETS];
};

static const char *const kind_names[BOUND_KINDS] = {"read", "write", "wait"};

static struct figures *figures_of(struct bounds *bounds, enum role role)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (bounds->figures[i].role == role)
            return &bounds->figures[i];
    }
    return NULL;
}

/* ---- what is configured ---- */

/* "6/2/2" and nothing else. */
static bool numbers_read(const char *text, unsigned ret_most[BOUND_KINDS])
{
    for (int kind = 0; kind < BOUND_KINDS; kind++) {
        char *end;
        unsigned long number = strtoul(text, &end, 10);
        if (!isdigit((unsigned char)*text) || number > MOST ||
            *end != (kind < BOUND_KINDS - 1 ? '/' : '\0'))
            return false;
        ret_most[kind] = (unsigned)number;
        text = end + 1;
    }
    return true;
}

static bool figures_read(struct bounds *bounds, char *text)
{
    const char *name = strsep(&text, "=");
    enum role role = strcmp(name, "public") == 0 ? ROLE_PUBLIC : role_from_name(name);
    struct figures *figures = text && role ? figures_of(bounds, role) : NULL;
    return figures && numbers_read(text, figures->most);
}

static bool limits_read(struct bounds *bounds, const char *limits)
{
    char *copy = strdup(limits), *rest = copy;
    bool is_good = copy;
    for (char *one; is_good && *limits && (one = strsep(&rest, ","));)
        is_good = figures_read(bounds, one + strspn(one, " "));
    free(copy);
    return is_good;
}

struct bounds *bounds_create(const char *limits)
{
    struct bounds *bounds = calloc(1, sizeof *bounds);
    if (!bounds)
        return NULL;
    memcpy(bounds->figures, defaults, sizeof defaults);
    for (size_t i = 0; i < BUCKETS; i++)
        pthread_mutex_init(&bounds->buckets[i].lock, NULL);
    if (limits_read(bounds, limits))
        return bounds;
    fprintf(stderr, "configuration: account_limits: is not role=reads/writes/waits,...\n");
    bounds_destroy(bounds);
    return NULL;
}

void bounds_destroy(struct bounds *bounds)
{
    if (!bounds)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        pthread_mutex_destroy(&bounds->buckets[i].lock);
    free(bounds);
}

/* ---- accounts ---- */

static struct bucket *bucket_of(struct bounds *bounds, const char *subject)
{
    uint32_t hash = 2166136261U;
    for (const unsigned char *p = (const unsigned char *)subject; *p; p++)
        hash = (hash ^ *p) * 16777619U;
    return &bounds->buckets[hash % BUCKETS];
}

static struct bound_account *
account_make(struct bucket *bucket, enum role role, const char *subject)
{
    size_t bytes = strlen(subject) + 1;
    struct bound_account *account = calloc(1, sizeof *account + bytes);
    if (!account)
        return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    for (int kind = 0; kind < BOUND_KINDS; kind++)
        pthread_cond_init(&account->freed[kind], &attributes);
    pthread_condattr_destroy(&attributes);
    account->role = role;
    account->bucket = bucket;
    memcpy(account->subject, subject, bytes);
    account->next = bucket->first;
    bucket->first = account;
    return account;
}

/* Under the bucket's lock; NULL when there is no memory. */
static struct bound_account *account_get(struct bucket *bucket, enum role role, const char *subject)
{
    struct bound_account *account = bucket->first;
    while (account && (account->role != role || strcmp(account->subject, subject) != 0))
        account = account->next;
    return account ? account : account_make(bucket, role, subject);
}

static void account_forget_idle(struct bound_account *account)
{
    unsigned uses = 0;
    for (int kind = 0; kind < BOUND_KINDS; kind++)
        uses += account->under_way[kind] + account->waiting[kind];
    if (uses > 0)
        return;
    struct bound_account **link = &account->bucket->first;
    while (*link != account)
        link = &(*link)->next;
    *link = account->next;
    for (int kind = 0; kind < BOUND_KINDS; kind++)
        pthread_cond_destroy(&account->freed[kind]);
    free(account);
}

/* ---- places ---- */

static bool place_take(struct bound_account *account, enum bound_kind kind, unsigned most)
{
    struct timespec until = monotonic_deadline(WAIT_MS);
    int code = 0;
    account->waiting[kind]++;
    while (account->under_way[kind] >= most && code == 0)
        code = pthread_cond_timedwait(&account->freed[kind], &account->bucket->lock, &until);
    account->waiting[kind]--;
    if (account->under_way[kind] >= most)
        return false;
    account->under_way[kind]++;
    return true;
}

bool bounds_enter(struct bounds *bounds,
                  struct request *rq,
                  enum bound_kind kind,
                  struct bound_place *ret_place)
{
    bool is_public = rq->route->roles & ROLE_PUBLIC;
    enum role role = is_public ? ROLE_PUBLIC : rq->actor.role;
    const char *subject = is_public ? "" : rq->actor.subject;
    const struct figures *figures = figures_of(bounds, role);
    if (!figures)
        return fail(rq, PROBLEM_INTERNAL);
    struct bucket *bucket = bucket_of(bounds, subject);
    pthread_mutex_lock(&bucket->lock);
    struct bound_account *account = account_get(bucket, role, subject);
    bool is_in = account && place_take(account, kind, figures->most[kind]);
    if (account && !is_in)
        account_forget_idle(account);
    pthread_mutex_unlock(&bucket->lock);
    if (!account)
        return fail(rq, PROBLEM_INTERNAL);
    if (!is_in) {
        rq->quota = (struct quota){kind_names[kind], figures->most[kind]};
        return fail(rq, PROBLEM_TOO_MANY_REQUESTS);
    }
    *ret_place = (struct bound_place){bounds, account, kind};
    return true;
}

void bounds_leave(const struct bound_place *place)
{
    struct bound_account *account = place->account;
    struct bucket *bucket = account->bucket;
    pthread_mutex_lock(&bucket->lock);
    account->under_way[place->kind]--;
    pthread_cond_signal(&account->freed[place->kind]);
    account_forget_idle(account);
    pthread_mutex_unlock(&bucket->lock);
}
