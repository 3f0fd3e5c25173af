-- SPDX-License-Identifier: MIT
-- One place, each in turn: the function that places.sql makes.
select bench.take(
    ('00000018-0000-4000-8000-' || 100000000001 + (t - 1) / 8)::uuid, (:peer || 99999999990 + :step * (1 + (t - 1) % 1000))::uuid)
from nextval('bench.turn') t;
