-- Mean test accuracy for each depth and width, over all trials that have both.
select
  sweep,
  params ->> 'depth' as depth,
  params ->> 'width' as width,
  count(*) as trials,
  avg(test_accuracy) as test_accuracy,
  min(flops) as flops,
  avg(epoch_seconds) as epoch_seconds
from results
where state = 'completed' and params ->> 'depth' is not null and params ->> 'width' is not null
group by sweep, params ->> 'depth', params ->> 'width'
order by sweep, flops
