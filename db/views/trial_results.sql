-- One row a trial: the value of its sweep's first objective, and of what that costs. A trial counts for its point if it is
-- completed and has a finite value for every objective. `cross join` keeps the order of the joins: trials by an index.
select
  a.sweep_id,
  t.id as trial_id,
  a.repeat,
  case
    when t.state <> 'completed' then 0
    when a.take < 4 and y.trial_id is null then 0
    when a.take = 0 and a.objectives < 2 then 1
    when a.take = 1 and abs(y.total) > 1.7976931348623157e308 then 0
    when a.take > 3 and y.trial_id is null and case a.take when 4 then t.flops else t.parameter_count end is null then 0
    when a.objectives < 2 then 1
    when exists (
      select 1 from sweep_metrics o
      where o.sweep_id = a.sweep_id and o.objective > 1 and not exists (
        select 1 from trial_values v
        where v.trial_id = t.id and v.sweep_id = a.sweep_id and v.name = o.name
          and v.value between -1.7976931348623157e308 and 1.7976931348623157e308
      )
    ) then 0
    else 1
  end as counts,
  case a.take
    when 0 then y.value
    when 1 then case when abs(y.total) < 1e-315 then 0.0 else y.total / y.reports end
    when 2 then y.greatest
    when 3 then y.least
    else coalesce(
      case a.take when 4 then t.flops else t.parameter_count end,
      case a.reduction
        when 'mean' then case when abs(y.total) < 1e-315 then 0.0 else y.total / y.reports end
        when 'best' then case a.goal when 'maximize' then y.greatest else y.least end
        else y.value
      end
    )
  end as value,
  case a.cost_take
    when 0 then x.value
    when 1 then case when abs(x.total) < 1e-315 then 0.0 else x.total / x.reports end
    when 2 then x.greatest
    when 3 then x.least
    else coalesce(
      case a.cost_take when 4 then t.flops else t.parameter_count end,
      case a.cost_reduction
        when 'mean' then case when abs(x.total) < 1e-315 then 0.0 else x.total / x.reports end
        when 'best' then case a.cost_goal when 'maximize' then x.greatest else x.least end
        else x.value
      end
    )
  end as cost,
  t.violation
from sweep_axes a
cross join trials t
left join final_metrics y on y.trial_id = t.id and y.name = a.objective
left join final_metrics x
  on x.trial_id = case when a.cost_take = 4 and t.flops is not null then null else t.id end
  and x.name = a.cost_name
where t.sweep_id = a.sweep_id
