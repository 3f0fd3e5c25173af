-- SPDX-License-Identifier: MIT
-- What a job cannot handle, and leaves alone until a while later, so that it does not stand in the way of the rest. An operator is told.
create table job_faults (
    job text not null,
    subject_id uuid not null,
    sqlstate text not null,
    tries int not null default 1,
    since timestamptz not null,
    retry_at timestamptz not null,
    is_told boolean not null default false,
    primary key (job, subject_id)
);
