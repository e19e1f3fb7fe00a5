-- One row a sweep: how many of its trials are in which state.
select
  s.id,
  s.name,
  s.method,
  s.program,
  s.created_at,
  count(t.id) as trials,
  coalesce(sum(case when t.state = 'completed' then 1 else 0 end), 0) as completed,
  coalesce(sum(case when t.state = 'running' then 1 else 0 end), 0) as running,
  coalesce(sum(case when t.state = 'queued' then 1 else 0 end), 0) as queued,
  coalesce(sum(case when t.state = 'stopped' then 1 else 0 end), 0) as stopped,
  coalesce(sum(case when t.state = 'failed' then 1 else 0 end), 0) as failed,
  coalesce(sum(case when t.state = 'cancelled' then 1 else 0 end), 0) as cancelled
from sweeps s
left join trials t on t.sweep_id = s.id
group by s.id, s.name, s.method, s.program, s.created_at
