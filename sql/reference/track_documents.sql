-- SPDX-License-Identifier: MIT
-- Which documents a track asks for, and before which step.
delete from track_documents;
insert into track_documents (track, kind, needed_for, position) values
    ('group', 'privacy_notice', 'form', 1),
    ('group', 'code_of_conduct', 'completion', 2),
    ('group', 'consent', 'completion', 3),
    ('group', 'confidentiality', 'completion', 4),
    ('group', 'safety_protocol', 'completion', 5),
    ('activity', 'privacy_notice', 'form', 1),
    ('activity', 'consent', 'completion', 2);
