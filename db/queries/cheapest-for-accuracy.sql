-- What each step of an objective costs: of the points on the front between its worst and its best, in ten steps, the cheapest
-- that is as good.
with front as materialized (
  select
    f.sweep_id, f.sweep, f.objective, f.cost_name,
    case a.goal when 'maximize' then f.value else -f.value end as gain,
    case a.cost_goal when 'maximize' then -f.cost else f.cost end as price,
    case a.goal when 'maximize' then 1 else -1 end as sign,
    case a.cost_goal when 'maximize' then -1 else 1 end as cost_sign
  from pareto_front f
  join sweep_axes a on a.sweep_id = f.sweep_id
),
steps (step) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)),
ranges as (
  select sweep_id, min(gain) as least, max(gain) as greatest from front group by sweep_id
),
targets as (
  select r.sweep_id, t.step, case t.step when 10 then r.greatest else r.least + (r.greatest - r.least) * t.step / 10.0 end as target
  from ranges r
  cross join steps t
)
select f.sweep, f.objective, t.target * f.sign as target, f.cost_name, min(f.price) * f.cost_sign as cost
from targets t
join front f on f.sweep_id = t.sweep_id and f.gain >= t.target
group by f.sweep, f.objective, t.step, t.target, f.sign, f.cost_name, f.cost_sign
order by f.sweep, t.step
