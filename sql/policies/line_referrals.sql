-- SPDX-License-Identifier: MIT
-- The line sees its own referrals, and of them what decision 19 lets it know, through this view.

grant select on line_referrals_json to alongside_api;
