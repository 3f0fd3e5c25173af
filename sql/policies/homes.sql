-- SPDX-License-Identifier: MIT
-- A peer's own page, of what they may read anyway.

grant select on homes_json to alongside_api;
