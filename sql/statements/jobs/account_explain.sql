-- alongside token explain: $1 issuer, $2 subject, $3 role → why the account lets no such token in, as context_enter() says it, or null
select case
    when a.id is null then 'account-unknown' when a.role <> $3 then 'role-differs' when not a.is_active then 'account-inactive'
end as refusal
from (select from schema_state limit 1) s
left join accounts a on a.issuer = $1 and a.subject = $2 and (a.role = 'peer') = ($3 = 'peer');
