-- One row a trial and metric: its value under the reduction of the metric, or a cost that was counted before the trial.
select
  t.sweep_id,
  t.id as trial_id,
  c.name,
  case
    when c.name = 'flops' and t.flops is not null then t.flops
    when c.name = 'parameter_count' and t.parameter_count is not null then t.parameter_count
    when c.reduction = 'mean' then case when abs(f.total) < 1e-315 then 0.0 else f.total / f.reports end
    when c.reduction = 'best' then case c.goal when 'maximize' then f.greatest else f.least end
    else f.value
  end as value
from trials t
join sweep_metrics c on c.sweep_id = t.sweep_id
left join final_metrics f on f.trial_id = t.id and f.name = c.name
where f.trial_id is not null
  or (c.name = 'flops' and t.flops is not null)
  or (c.name = 'parameter_count' and t.parameter_count is not null)
