-- What each step of accuracy costs: the FLOPs of the cheapest trial that reaches it, which is one of the front's.
with targets (target) as (
  values (0.90), (0.92), (0.94), (0.95), (0.96), (0.97), (0.975), (0.98), (0.985), (0.99)
),
front as materialized (select sweep, flops, test_accuracy from pareto_front)
select f.sweep, t.target, min(f.flops) as flops
from targets t
join front f on f.test_accuracy >= t.target
group by f.sweep, t.target
order by f.sweep, t.target
