-- SPDX-License-Identifier: MIT
create table incident_actions (
    id uuid primary key default gen_random_uuid(),
    incident_id uuid not null references incidents (id),
    code text not null constraint incident_actions__code__known check (code in (
        'line_handoff', 'eap', 'crisis_line', 'emergency_services', 'emergency_contact', 'coordinator_told',
        'child_protection_report', 'supported_in_session', 'moved_to_private_talk', 'check_in_attempted', 'check_in_reached',
        'reminded_of_code', 'technical_help', 'privacy_office_told', 'follow_up')),
    province region,
    at timestamptz not null,
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    constraint incident_actions__province__report check ((province is not null) = (code = 'child_protection_report'))
);
create index incident_actions__incident_id on incident_actions (incident_id, at, id);
