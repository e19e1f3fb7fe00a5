-- How long each worker of a sweep was busy, and with how many trials.
select
  s.name as sweep,
  a.host,
  a.worker,
  count(*) as attempts,
  sum((julianday(a.finished_at) - julianday(a.started_at)) * 86400) as busy_seconds
from attempts a
join trials t on t.id = a.trial_id
join sweeps s on s.id = t.sweep_id
where a.finished_at is not null
group by s.name, a.host, a.worker
order by s.name, a.host, a.worker
