-- alongside audit detach: $1 the month, YYYY-MM → null, or why not
select audit_month_detach($1) as refused;
