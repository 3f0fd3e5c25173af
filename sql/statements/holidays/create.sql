-- POST /v1/holidays: $4 HolidayNew → 201 Holiday; 409 when the date is taken in that region
select * from holidays_create($4);
