-- SPDX-License-Identifier: MIT
-- Two sign-ins of one person, as staff and as a participant (I13).

-- Since when both are known to be the same person: by one sign-in, or because a coordinator has said so. Null = they are not, the file
-- is erased, or whoever asks is not the program lead.
create or replace function staff_link_since(in_account_id uuid) returns timestamptz language plpgsql stable security definer as $$
begin
    return (
        select min(l.since) from (
            select greatest(a.created_at, o.created_at) as since, o.participant_id
            from accounts a join accounts o on o.issuer = a.issuer and o.subject = a.subject and o.role = 'peer'
            where a.id = in_account_id and a.role <> 'peer'
            union all
            select x.created_at, x.participant_id from exclusions x where x.account_id = in_account_id and x.reason = 'own_case') l
        join participants p on p.id = l.participant_id and p.status <> 'erased'
        where actor_role() = 'administrator');
end $$;
