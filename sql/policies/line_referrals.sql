-- SPDX-License-Identifier: MIT
-- R5: every coordinator sees every referral, so that none waits for one person. The line sees its own, through its view.
-- (select actor_role() = …) is one boolean for the planner, taken as likely; (select actor_role()) = … it would take as rare, and
-- prefer to sort everything where it can read a page in order.

grant select on line_referrals_json to alongside_api;
