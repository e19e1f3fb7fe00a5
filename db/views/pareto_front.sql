-- The Pareto front of each sweep: its eligible points that no other one dominates. A sweep with one objective has the front
-- of that and its cost, one with several the front of all of them; equal points are all on it.
with axes as materialized (
  select
    a.*,
    case
      when a.repeat > 1 then 0
      when exists (
        select 1 from trial_results r
        where r.sweep_id = a.sweep_id and r.counts = 1 and (r.violation is null or r.violation = 0)
      ) then 0
      else 1
    end as takes_infeasible
  from sweep_axes a
),
turned as materialized (
  select
    a.sweep_id,
    r.trial_id,
    case when a.cost_goal = 'maximize' then -r.cost else r.cost end as x,
    case when a.goal = 'maximize' then -r.value else r.value end as y
  from axes a
  cross join trial_results r
  where a.repeat = 1 and r.sweep_id = a.sweep_id and r.counts = 1
    and (r.violation is null or r.violation = 0 or a.takes_infeasible = 1)
  union all
  select
    sweep_id,
    trial_id,
    case when cost_goal = 'maximize' then -cost else cost end,
    case when goal = 'maximize' then -value else value end
  from repeated_points
  where eligible = 1 and cost is not null
),
best as (select sweep_id, x, min(y) as y from turned where x is not null group by sweep_id, x),
ranked as (
  select
    sweep_id, x, y,
    min(y) over (partition by sweep_id order by x rows between unbounded preceding and 1 preceding) as y_for_less
  from best
),
steps as materialized (
  select r.sweep_id, r.x, r.y
  from ranked r
  join axes a on a.sweep_id = r.sweep_id
  where a.objectives < 3 and (r.y_for_less is null or r.y < r.y_for_less)
),
others as materialized (
  select
    t.trial_id,
    o.name,
    (case o.goal when 'maximize' then -1 else 1 end) * case
      when count(*) < 2 then max(v.value)
      when abs(total(v.value)) < 1e-315 then 0.0
      else total(v.value) / count(*)
    end as value
  from axes a
  cross join sweep_metrics o
  cross join turned t
  cross join trials p
  cross join trials s
  cross join trial_values v
  where a.objectives > 2 and t.sweep_id = a.sweep_id
    and o.sweep_id = a.sweep_id and o.objective > 2
    and p.id = t.trial_id
    and s.sweep_id = p.sweep_id and s.params = p.params and (a.repeat > 1 or s.id = p.id)
    and exists (select 1 from trial_results r where r.sweep_id = s.sweep_id and r.trial_id = s.id and r.counts = 1)
    and v.sweep_id = s.sweep_id and v.trial_id = s.id and v.name = o.name
  group by t.trial_id, o.name, o.goal
),
front as (
  select t.*
  from turned t
  cross join steps s
  where s.sweep_id = t.sweep_id and s.x = t.x and s.y = t.y
  union all
  select t.*
  from axes a
  cross join turned t
  where a.objectives > 2 and t.sweep_id = a.sweep_id and t.x is not null and not exists (
    select 1
    from turned b
    where b.sweep_id = t.sweep_id and b.x <= t.x and b.y <= t.y
      and not exists (
        select 1 from others o join others w on w.trial_id = b.trial_id and w.name = o.name
        where o.trial_id = t.trial_id and w.value > o.value
      )
      and (
        b.x < t.x or b.y < t.y
        or exists (
          select 1 from others o join others w on w.trial_id = b.trial_id and w.name = o.name
          where o.trial_id = t.trial_id and w.value < o.value
        )
      )
  )
)
select
  a.sweep,
  f.sweep_id,
  f.trial_id,
  t.params,
  coalesce(m.seeds, 1) as seeds,
  a.objective,
  case a.goal when 'maximize' then -f.y else f.y end as value,
  m.value_se,
  a.cost_name,
  case a.cost_goal when 'maximize' then -f.x else f.x end as cost,
  t.parameter_count,
  t.flops
from front f
join axes a on a.sweep_id = f.sweep_id
join trials t on t.id = f.trial_id
left join repeated_points m on m.trial_id = f.trial_id
