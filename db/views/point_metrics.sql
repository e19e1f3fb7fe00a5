-- One row a point and metric: the mean over the trials that count and have the metric, its standard error, and their number.
-- `cross join` keeps the order of the joins: metrics by the index on their trials.
with members as materialized (
  select
    r.sweep_id,
    r.trial_id,
    r.counts,
    case when r.repeat > 1 then min(t.id) over (partition by r.sweep_id, t.params) else t.id end as point
  from trial_results r
  cross join trials t
  where t.id = r.trial_id
),
trial_metric as materialized (
  select m.sweep_id, m.point, v.name, v.value
  from members m
  cross join trial_values v
  where m.counts = 1 and v.trial_id = m.trial_id and v.sweep_id = m.sweep_id
),
means as materialized (
  select
    sweep_id,
    point,
    name,
    count(value) as n,
    case
      when count(value) < 2 then max(value)
      when abs(total(value)) < 1e-315 then 0.0
      else total(value) / count(value)
    end as value,
    max(abs(value)) as greatest
  from trial_metric
  where value is not null
  group by sweep_id, point, name
),
spreads as materialized (
  select
    v.point,
    v.name,
    total(case when abs(v.value - m.value) < 1e-150 then 0.0 else (v.value - m.value) * (v.value - m.value) end) as squares
  from trial_metric v
  join means m on m.point = v.point and m.name = v.name
  where m.n > 1 and m.greatest < 1e150
  group by v.point, v.name
)
select m.sweep_id, m.point as trial_id, m.name, m.value, sqrt(s.squares / (m.n - 1) / m.n) as se, m.n
from means m
left join spreads s on s.point = m.point and s.name = m.name
