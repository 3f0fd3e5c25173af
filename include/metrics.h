/* SPDX-License-Identifier: MIT
 *
 * Numbers for Prometheus (text format 0.0.4):
 * http_server_request_duration_seconds{http_request_method,http_route, http_response_status_code},
 * http_server_active_requests, db_pool_*, outbox_deliveries_total{outcome}, what heartbeat.h
 * prints. Labels hold route templates, never ids; http_route is "other" where no route matched.
 * Thread safe; counting takes no lock. */
#pragma once

#include <stdbool.h>

struct app;
struct request;

void metrics_request_started(void);
void metrics_request_finished(const struct request *rq, int status, double duration_s);
/* outcome: "sent", "retry", "failed", "away" */
void metrics_delivery(const char *outcome);
/* The exposition; caller frees. NULL when memory is exhausted. */
char *metrics_render(struct app *app);
