-- SPDX-License-Identifier: MIT
-- Sessions that lack a host (I5), of those that a coordinator sees.

grant select on shortfalls_json to alongside_api;
