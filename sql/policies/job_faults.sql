-- SPDX-License-Identifier: MIT
-- The jobs' alone, and of what they call about seats.

grant select, insert, update, delete on job_faults to alongside_worker, alongside_seats, alongside_conflicts, alongside_duty;
create policy jobs_set_aside on job_faults
    to alongside_worker, alongside_seats, alongside_conflicts, alongside_duty using (true);
