-- GET /v1/notice-preferences: → NoticePreferences of who asks
select 200 as status, p.body, p.version::text as etag from notice_preferences_json p;
