-- The completed trials of each sweep that no other one beats: none is as accurate for fewer FLOPs, or more accurate for
-- as many. Equal ones are all on it.
select sweep, trial_id, params, parameter_count, flops, test_accuracy, epoch_seconds
from (
  select
    r.*,
    max(r.test_accuracy) over (partition by r.sweep, r.flops) as best_at_these_flops,
    max(r.test_accuracy) over (
      partition by r.sweep order by r.flops groups between unbounded preceding and 1 preceding
    ) as best_for_less
  from results r
  where r.state = 'completed' and r.flops is not null and r.test_accuracy is not null
) ranked
where test_accuracy = best_at_these_flops and (best_for_less is null or test_accuracy > best_for_less)
