/* SPDX-License-Identifier: MIT
 *
 * The operations answered in C. Each is the `handler` of a row with LANE_NONE in api/routes.c and
 * bears the operation's name. A handler fills rq->response and returns true, or sets a problem and
 * returns false. */
#pragma once

#include <stdbool.h>

struct request;

/* The process lives. Asks nobody. */
bool health_live(struct request *rq);
/* Requests can be answered: not draining, keys loaded, database there. UNAVAILABLE otherwise. */
bool health_ready(struct request *rq);
/* The bundled OpenAPI document. */
bool documentation_contract(struct request *rq);
/* A page for people that reads the document; and its script. */
bool documentation_page(struct request *rq);
bool documentation_script(struct request *rq);
