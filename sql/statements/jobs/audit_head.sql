-- alongside audit head: to be kept outside the database
select seq, encode(hash, 'hex') as hash, utc(at) as at from audit_links order by seq desc limit 1;
