-- POST /v1/groups: $4 GroupNew → 201 Group in draft, its sessions planned; 409 while its service is not available
select * from groups_create($4);
