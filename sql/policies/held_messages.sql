-- SPDX-License-Identifier: MIT
-- Mail that waits for a voice (R3), as the outbox lets it be seen.

grant select on held_messages_json to alongside_api;
