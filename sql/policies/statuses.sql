-- SPDX-License-Identifier: MIT
-- Where a peer stands, of what they may read anyway.

grant select on statuses_json to alongside_api;
