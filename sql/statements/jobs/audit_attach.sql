-- alongside audit attach: $1 the month, YYYY-MM → null, or why not
select audit_month_attach($1) as refused;
