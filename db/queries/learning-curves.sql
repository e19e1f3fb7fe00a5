-- Validation accuracy by epoch, a row an epoch of the ten trials that got furthest.
with best as (
  select trial_id
  from results
  where val_accuracy is not null
  order by val_accuracy desc, flops
  limit 10
)
select s.name as sweep, t.id as trial_id, t.params, m.epoch, m.value as val_accuracy
from best b
join trials t on t.id = b.trial_id
join sweeps s on s.id = t.sweep_id
join metrics m on m.trial_id = t.id and m.name = 'val_accuracy'
order by s.id, t.number, m.epoch
