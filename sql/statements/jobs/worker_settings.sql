-- once for each session of the worker: $1 where people reach the service, for links in mail
select set_config('app.public_url', $1, false), set_config('app.role', 'worker', false);
