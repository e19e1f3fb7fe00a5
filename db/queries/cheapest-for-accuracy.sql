-- What each step of accuracy costs: the FLOPs of the cheapest trial that reaches it.
with targets (target) as (
  values (0.90), (0.92), (0.94), (0.95), (0.96), (0.97), (0.975), (0.98), (0.985), (0.99)
)
select r.sweep, t.target, min(r.flops) as flops
from targets t
join results r on r.test_accuracy >= t.target and r.state = 'completed'
group by r.sweep, t.target
order by r.sweep, t.target
