-- SPDX-License-Identifier: MIT
-- One seat, each in turn: the function that seats.sql makes.
select bench.accept(nextval('bench.turn'), (:subject)::uuid);
