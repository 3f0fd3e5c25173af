-- alongside check: what an operator has to do about the audit
select audit_link_is_foreign() as is_foreign, m.ahead, m.has_rest from audit_month_state() m;
