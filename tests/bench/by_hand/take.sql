-- SPDX-License-Identifier: MIT
-- One place, each in turn: the function that places.sql makes.
select bench.take(('00000018-0000-4000-8000-' || :object)::uuid, (:peer || :n)::uuid);
