-- alongside audit verify
select ok, checked, first_bad, detached, is_foreign from audit_link_verify();
