-- Mean test accuracy for each depth and width, over all trials that have both.
with points as materialized (
  select t.sweep_id, t.params ->> 'depth' as depth, t.params ->> 'width' as width, t.flops, m.value as test_accuracy
  from trials t
  left join trial_metrics m on m.trial_id = t.id and m.name = 'test_accuracy'
  where t.state = 'completed'
),
effects as (
  select sweep_id, depth, width, count(*) as trials, avg(test_accuracy) as test_accuracy, min(flops) as flops
  from points
  where depth is not null and width is not null
  group by sweep_id, depth, width
)
select s.name as sweep, e.depth, e.width, e.trials, e.test_accuracy, e.flops
from effects e
join sweeps s on s.id = e.sweep_id
order by s.name, e.flops
