-- The mean of the objective for each depth and width, over all points of a sweep that have both, and the least FLOPs.
with effects as (
  select
    sweep, objective, params ->> 'depth' as depth, params ->> 'width' as width,
    count(*) as points, avg(value) as value, min(flops) as flops
  from points
  where seeds > 0 and params ->> 'depth' is not null and params ->> 'width' is not null
  group by sweep, objective, params ->> 'depth', params ->> 'width'
)
select sweep, depth, width, points, objective, value, flops
from effects
order by sweep, flops, depth, width
