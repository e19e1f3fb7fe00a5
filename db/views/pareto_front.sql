-- The completed trials of each sweep that no other one beats: none is as accurate for fewer FLOPs, or more accurate for
-- as many. Equal ones are all on it. `cross join` keeps the order of the joins: trials as an index has them.
with points as materialized (
  select t.sweep_id, t.id, t.flops, m.value as test_accuracy
  from sweeps s
  cross join trials t
  cross join final_metrics m
  where t.sweep_id = s.id and t.state = 'completed' and t.flops is not null
    and m.trial_id = t.id and m.name = 'test_accuracy'
),
best as (
  select sweep_id, flops, max(test_accuracy) as test_accuracy
  from points
  group by sweep_id, flops
),
ranked as (
  select
    sweep_id,
    flops,
    test_accuracy,
    max(test_accuracy) over (
      partition by sweep_id order by flops rows between unbounded preceding and 1 preceding
    ) as best_for_less
  from best
),
front as materialized (
  select sweep_id, flops, test_accuracy
  from ranked
  where best_for_less is null or test_accuracy > best_for_less
)
select
  s.name as sweep,
  t.id as trial_id,
  t.params,
  t.parameter_count,
  t.flops,
  p.test_accuracy,
  (select e.total / e.reports from final_metrics e where e.trial_id = t.id and e.name = 'epoch_seconds') as epoch_seconds
from points p
cross join front f
cross join sweeps s
cross join trials t
where f.sweep_id = p.sweep_id and f.flops = p.flops and f.test_accuracy = p.test_accuracy
  and s.id = p.sweep_id
  and t.id = p.id
