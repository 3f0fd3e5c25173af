-- SPDX-License-Identifier: MIT
-- A kept answer is in the language its first request asked for; repeated, it says so.
alter table idempotency_keys add column language text
    constraint idempotency_keys__language__known check (language in ('both', 'en', 'fr'));
