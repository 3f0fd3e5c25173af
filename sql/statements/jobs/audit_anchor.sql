-- alongside audit anchor: null, or why not
select audit_link_anchor() as refused;
