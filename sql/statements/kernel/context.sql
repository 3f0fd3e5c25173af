-- $1 issuer, $2 subject, $3 role, $4 language, $5 request id, $6 clock, $7 operation; repeats the request id: an answer says whose it is
select context_enter($1, $2, $3, $4, $5, $6, $7), $5;
