-- One row a sweep: its first objective and what that costs. The objective is the first that the sweep declares, else the
-- best-known metric that is reported; the cost is the second one that it declares, else the first known cost. `take` says
-- which number of a trial is its value: 0 the last report, 1 the mean, 2 the greatest, 3 the least, 4 the counted FLOPs, and
-- 5 the counted parameters.
with first as materialized (
  select
    s.id,
    s.name,
    coalesce(cast(s.definition ->> 'repeat' as integer), 1) as repeat,
    (select count(*) from sweep_metrics m where m.sweep_id = s.id and m.objective is not null) as objectives,
    (
      select m.name
      from sweep_metrics m
      where m.sweep_id = s.id and (m.objective is not null or m.reported = 1 or m.counted = 1)
      order by coalesce(m.objective, 1000000), m.objective_rank, m.name
      limit 1
    ) as objective
  from sweeps s
),
axes as materialized (
select
  f.id as sweep_id,
  f.name as sweep,
  f.repeat,
  f.objectives,
  y.name as objective,
  y.goal,
  y.reduction,
  case
    when y.name = 'flops' and y.counted = 1 then 4
    when y.name = 'parameter_count' and y.counted = 1 then 5
    when y.reduction = 'mean' then 1
    when y.reduction = 'best' then case y.goal when 'maximize' then 2 else 3 end
    else 0
  end as take,
  x.name as cost_name,
  x.goal as cost_goal,
  x.reduction as cost_reduction,
  case
    when x.name = 'flops' and x.counted = 1 then 4
    when x.name = 'parameter_count' and x.counted = 1 then 5
    when x.reduction = 'mean' then 1
    when x.reduction = 'best' then case x.goal when 'maximize' then 2 else 3 end
    else 0
  end as cost_take
from first f
left join sweep_metrics y on y.sweep_id = f.id and y.name = f.objective
left join sweep_metrics x on x.sweep_id = f.id and x.name = (
  select m.name
  from sweep_metrics m
  where m.sweep_id = f.id and m.name <> f.objective
    and (m.objective = 2 or (f.objectives < 2 and m.cost_rank is not null and (m.reported = 1 or m.counted = 1)))
  order by coalesce(m.objective, 1000000), m.cost_rank, m.name
  limit 1
)
)
select * from axes
