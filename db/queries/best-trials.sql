-- The ten most accurate trials of all sweeps.
select sweep, trial_id, params, parameter_count, flops, test_accuracy, epoch_seconds
from results
where state = 'completed' and test_accuracy is not null
order by test_accuracy desc, flops
limit 10
