-- PATCH /v1/notice-preferences: $4 NoticePreferencesPatch, $5 If-Match → NoticePreferences
select * from notice_preferences_update($5, $4);
