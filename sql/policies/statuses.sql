-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

grant select on statuses_json to alongside_api;
