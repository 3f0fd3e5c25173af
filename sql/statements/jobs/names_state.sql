-- for `alongside check`: $1 the version → standing declarations of an older one, the oldest, names that are still to be made anew
select d.declarations, d.oldest, (
    select count(*) from contacts c where c.name_to_use is not null and c.names_version < $1::int) + (
    select count(*) from staff s where s.name is not null and s.names_version < $1::int) + (
    select count(*) from guests g where g.names_version < $1::int) as names
from name_digest_declared($1::int) d;
