-- SPDX-License-Identifier: MIT
-- Decision 6: nobody reads digests, not even of themselves; they are kept and compared by the functions of conflicts alone.

grant select, insert, update (is_self_given, version), delete on name_digests to alongside_conflicts;
create policy conflicts_compare on name_digests to alongside_conflicts using (true);
