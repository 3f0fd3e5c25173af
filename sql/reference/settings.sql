-- SPDX-License-Identifier: MIT
-- What the mail of this installation says of itself.
insert into settings (key, value) values ('public_url', 'http://127.0.0.1:8080/') on conflict (key) do nothing;
