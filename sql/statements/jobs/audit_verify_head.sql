-- alongside audit verify HEAD: $1 a line of `alongside audit head`; the link that it names must still be there, and the same
select
    v.ok and h.is_there as ok,
    v.checked,
    coalesce(v.first_bad::text, case when not h.is_there then split_part($1::text, ' ', 1) end) as first_bad,
    v.detached,
    v.is_foreign
from audit_link_verify() v
cross join lateral (
    select exists (
        select from audit_links l
        where l.seq::text = split_part($1::text, ' ', 1) and encode(l.hash, 'hex') = split_part($1::text, ' ', 2)) as is_there) h;
