-- SPDX-License-Identifier: MIT
-- What every table stands on.
alter default privileges revoke execute on functions from public;

-- What one statement answers: the whole response.
create type response as (status int, body json, location text, etag text, next text);
-- Where somebody lives: a province, a territory, or outside of Canada.
create domain region as text constraint region__region__known check (value in (
    'ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE', 'YT', 'NT', 'NU', 'outside_canada'));
