-- Which version of its program a sweep's results come from; `programs` has the files of each. An attempt that a later one
-- of its trial did not go on from is not counted: nothing of it is left in the results.
select
  s.name as sweep,
  s.id as sweep_id,
  a.program_sha256,
  count(distinct a.trial_id) as trials,
  count(*) as attempts,
  min(a.trial_id) as first_trial,
  max(a.trial_id) as last_trial,
  min(a.started_at) as first_started_at
from attempts a
join trials t on t.id = a.trial_id
join sweeps s on s.id = t.sweep_id
where a.program_sha256 is not null
  and not exists (
    select 1 from attempts later
    where later.trial_id = a.trial_id and later.attempt > a.attempt and later.resumed_epoch = 0
  )
group by s.id, s.name, a.program_sha256
