-- SPDX-License-Identifier: MIT

create table timezones (
    name text primary key
);
