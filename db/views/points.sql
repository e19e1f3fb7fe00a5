-- One row a point of each sweep: the trials with the same parameters, which differ in their seeds. Its id is that of its
-- first trial. Values are means over the trials that count, with the standard error of the mean. A point is eligible to be
-- best or on the front if it is feasible (any point, if none is) and has at least half as many seeds as the one with most.
with axes as materialized (select * from sweep_axes),
results as (
  select
    p.sweep_id, p.trial_id, p.seeds, p.value, p.value_se, p.cost, p.violation, p.eligible,
    1 as trials, case t.state when 'completed' then 1 else 0 end as completed, t.state, t.finished_at
  from single_points p
  join trials t on t.id = p.trial_id
  union all
  select
    sweep_id, trial_id, seeds, value, value_se, cost, violation, eligible,
    trials, completed, state, finished_at
  from repeated_points
)
select
  a.sweep,
  r.sweep_id,
  r.trial_id,
  t.params,
  r.state,
  r.trials,
  r.completed,
  r.seeds,
  a.objective,
  r.value,
  r.value_se,
  a.cost_name,
  r.cost,
  r.violation,
  case when r.violation = 0 then 1 when r.violation > 0 then 0 end as feasible,
  r.eligible,
  t.parameter_count,
  t.flops,
  r.finished_at
from results r
join axes a on a.sweep_id = r.sweep_id
join trials t on t.id = r.trial_id
