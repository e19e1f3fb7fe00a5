-- Along the Pareto front: what each next trial gains in accuracy, and how many FLOPs a point of it costs.
select
  sweep,
  trial_id,
  params,
  flops,
  test_accuracy,
  test_accuracy - lag(test_accuracy) over front as gain,
  (flops - lag(flops) over front) / (100 * (test_accuracy - lag(test_accuracy) over front)) as flops_per_point
from pareto_front
window front as (partition by sweep order by flops)
order by sweep, flops
