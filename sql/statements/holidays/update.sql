-- PATCH /v1/holidays/{holiday_id}: $1 holiday id, $4 HolidayPatch → Holiday
select * from holidays_update($1::uuid, $5, $4);
