-- $1 how long locks are waited for in this transaction, $5 request id; repeats it as the context does, behind which it may stand first
select set_config('lock_timeout', $1, true), $5;
