-- Along the Pareto front of each sweep, the cheapest point first: what each next one gains, and what a unit of it costs.
select
  sweep,
  trial_id,
  params,
  cost_name,
  cost,
  objective,
  value,
  value - lag(value) over front as gain,
  case when value <> lag(value) over front then (cost - lag(cost) over front) / (value - lag(value) over front) end as cost_per_unit
from pareto_front
window front as (partition by sweep order by cost, trial_id)
order by sweep, cost, trial_id
