-- Every attempt that did not complete, with its reason.
select s.name as sweep, a.trial_id, a.attempt, a.state, a.error, t.params, a.started_at, a.finished_at
from attempts a
join trials t on t.id = a.trial_id
join sweeps s on s.id = t.sweep_id
where a.state not in ('completed', 'running')
order by s.id, a.trial_id, a.attempt
