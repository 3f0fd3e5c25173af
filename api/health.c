/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "db.h"
#include "handlers.h"
#include "heartbeat.h"
#include "request.h"
#include "token.h"

static bool is_well(struct request *rq)
{
    static const char body[] = "{\"status\":\"ok\"}";
    rq->response = (struct response){.status = 200, .body = body, .body_bytes = sizeof body - 1};
    return true;
}

bool health_live(struct request *rq)
{
    return is_well(rq);
}

bool health_ready(struct request *rq)
{
    struct app *app = rq->app;
    if (atomic_load(&app->is_draining) || !token_verifier_is_ready(app->tokens) ||
        !heartbeat_is_well() || !db_is_ready(app->db))
        return fail(rq, PROBLEM_UNAVAILABLE);
    return is_well(rq);
}
