-- One row a sweep: how many of its trials are in which state.
select
  s.id,
  s.name,
  s.method,
  s.program,
  s.created_at,
  coalesce(sum(c.trials), 0) as trials,
  coalesce(sum(case when c.state = 'completed' then c.trials end), 0) as completed,
  coalesce(sum(case when c.state = 'running' then c.trials end), 0) as running,
  coalesce(sum(case when c.state = 'queued' then c.trials end), 0) as queued,
  coalesce(sum(case when c.state = 'stopped' then c.trials end), 0) as stopped,
  coalesce(sum(case when c.state = 'failed' then c.trials end), 0) as failed,
  coalesce(sum(case when c.state = 'cancelled' then c.trials end), 0) as cancelled
from sweeps s
left join state_counts c on c.sweep_id = s.id
group by s.id, s.name, s.method, s.program, s.created_at
