-- One row a trial: well-known metrics and its sweep's first objective, each under its reduction (epoch_seconds: the mean).
select
  s.name as sweep,
  t.id as trial_id,
  t.number,
  t.state,
  t.attempt,
  t.params,
  t.repeat,
  t.seed,
  t.parameter_count,
  t.flops,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'train_loss') as train_loss,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'train_accuracy') as train_accuracy,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'val_loss') as val_loss,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'val_accuracy') as val_accuracy,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'test_loss') as test_loss,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'test_accuracy') as test_accuracy,
  (select v.value from trial_values v where v.sweep_id = t.sweep_id and v.trial_id = t.id and v.name = 'epoch_seconds') as epoch_seconds,
  a.objective,
  r.value,
  r.counts,
  a.cost_name,
  r.cost,
  t.violation,
  case when r.counts = 0 then null when t.violation > 0 then 0 else 1 end as feasible,
  t.weights_sha256,
  t.worker,
  t.host,
  t.started_at,
  t.finished_at,
  t.error,
  t.stop_reason
from trial_results r
join sweep_axes a on a.sweep_id = r.sweep_id
join trials t on t.id = r.trial_id
join sweeps s on s.id = r.sweep_id
