-- SPDX-License-Identifier: MIT
-- Who has a turn that was swapped: nobody writes it but duty_swap_pass(), when both have agreed, and it is read as a turn.

grant select, insert, update on duty_covers to alongside_duty;
create policy duty_keeps on duty_covers to alongside_duty using (true);
