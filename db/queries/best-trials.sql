-- The best points of each sweep, ten at most: the mean of its first objective over the seeds, with its standard error.
with ranked as (
  select
    p.sweep, p.trial_id, p.params, p.seeds, p.objective, p.value, p.value_se, p.cost_name, p.cost,
    row_number() over (
      partition by p.sweep_id
      order by case a.goal when 'maximize' then -p.value else p.value end, p.trial_id
    ) as place
  from points p
  join sweep_axes a on a.sweep_id = p.sweep_id
  where p.eligible = 1
)
select sweep, place, trial_id, params, seeds, objective, value, value_se, cost_name, cost
from ranked
where place <= 10
order by sweep, place
