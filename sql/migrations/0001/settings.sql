-- SPDX-License-Identifier: MIT

create table settings (
    key text primary key,
    value text not null
);
