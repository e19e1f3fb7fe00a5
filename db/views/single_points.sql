-- The points of sweeps that train each with one seed: a row a trial, whose values are those of the point.
with axes as materialized (
  select
    a.*,
    case
      when exists (
        select 1 from trial_results r
        where r.sweep_id = a.sweep_id and r.counts = 1 and (r.violation is null or r.violation = 0)
      ) then 1
      else 0
    end as has_feasible
  from sweep_axes a
  where a.repeat = 1
)
select
  r.sweep_id,
  r.trial_id,
  a.objectives,
  a.repeat,
  a.goal,
  a.cost_goal,
  r.counts as seeds,
  case r.counts when 1 then r.value end as value,
  cast(null as double precision) as value_se,
  case r.counts when 1 then r.cost end as cost,
  case r.counts when 1 then coalesce(r.violation, 0) end as violation,
  case when r.counts = 1 and (r.violation is null or r.violation = 0 or a.has_feasible = 0) then 1 else 0 end as eligible
from axes a
cross join trial_results r
where r.sweep_id = a.sweep_id
