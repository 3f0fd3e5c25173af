-- alongside audit verify
select ok, checked, first_bad from audit_link_verify();
