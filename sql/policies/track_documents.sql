-- SPDX-License-Identifier: MIT
-- Which documents a track needs (I4): the same for everybody.

grant select on track_documents to alongside_api, alongside_worker, alongside_seats, alongside_desk;
create policy all_read on track_documents for select using (true);
