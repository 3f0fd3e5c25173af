-- SPDX-License-Identifier: MIT
-- A small change of one person, under the same conditions as the read.
with a as (
    select * from accounts where issuer = :issuer and subject = :subject and role <> 'peer' and role = :role and is_active),
p as (
    update participants p set timezone = (:body)::jsonb->>'timezone', version = p.version + 1
    from a
    where p.id = (:ids || :n)::uuid
        and (a.regions = '{}' or p.region is null or p.region = any (a.regions))
        and not exists (select from exclusions x where x.account_id = a.id and x.participant_id = p.id)
        and p.id is distinct from (
            select b.participant_id from accounts b where b.issuer = a.issuer and b.subject = a.subject and b.role = 'peer')
    returning p.*, a.id as actor),
noted as (
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
    select now(), actor, :role, :operation, 'update', 'participant', id, array[id], '{timezone}', (:request_id)::uuid from p)
select json_build_object(
    'id', p.id, 'account_id', p.account_id, 'alias', p.alias, 'preferred_language', p.preferred_language, 'pronouns', p.pronouns,
    'region', p.region, 'timezone', p.timezone, 'affiliation_kind', p.affiliation_kind, 'age_attested_at', p.age_attested_at,
    'eligibility_attested_at', p.eligibility_attested_at, 'accessibility_needs', p.accessibility_needs, 'wrapped', k.wrapped,
    'coordinator_id', p.coordinator_id, 'identity', json_build_object('issuer', b.issuer, 'subject', b.subject),
    'status', p.status, 'created_at', p.created_at) as body, p.version
from p
left join sealed_keys k on k.id = split_part(p.accessibility_needs, '.', 1)::uuid
left join accounts b on b.id = p.account_id;
