-- SPDX-License-Identifier: MIT
-- Which documents a track asks for, and before which step.
create table track_documents (
    track text not null constraint track_documents__track__known check (track in ('group', 'activity')),
    kind text not null,
    needed_for text not null constraint track_documents__needed_for__known check (needed_for in ('form', 'completion')),
    position int not null,
    primary key (track, kind)
);
