-- SPDX-License-Identifier: MIT
-- Qualifications and trainings are the administrator's, as all of staff; coordinators learn through host_facts() and
-- colleagues_find() what somebody has and lacks.

grant select on shortfalls_json to alongside_api;
