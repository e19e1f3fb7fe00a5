-- Validation accuracy by epoch, a row an epoch of each trial.
select s.name as sweep, t.id as trial_id, t.params, m.epoch, m.value as val_accuracy
from metrics m
join trials t on t.id = m.trial_id
join sweeps s on s.id = t.sweep_id
where m.name = 'val_accuracy'
order by s.id, t.number, m.epoch
