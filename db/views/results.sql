-- One row a trial with its final metrics; epoch_seconds is the mean of its epochs.
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
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'train_loss') as train_loss,
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'train_accuracy') as train_accuracy,
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'val_loss') as val_loss,
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'val_accuracy') as val_accuracy,
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'test_loss') as test_loss,
  (select m.value from final_metrics m where m.trial_id = t.id and m.name = 'test_accuracy') as test_accuracy,
  (select m.total / m.reports from final_metrics m where m.trial_id = t.id and m.name = 'epoch_seconds') as epoch_seconds,
  t.weights_sha256,
  t.worker,
  t.host,
  t.started_at,
  t.finished_at,
  t.error,
  t.stop_reason
from trials t
join sweeps s on s.id = t.sweep_id
