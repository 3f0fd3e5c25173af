-- SPDX-License-Identifier: MIT
-- Mail is put in by those whose act causes it and taken out by the worker; requests see no address and no log of deliveries.

grant select on held_messages_json to alongside_api;
