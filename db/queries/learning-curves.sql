-- The objective of each sweep by epoch, for its ten best trials; beside `test_accuracy`, which is reported once, `val_accuracy`.
with ranked as (
  select
    r.sweep_id, r.trial_id, a.objective,
    row_number() over (
      partition by r.sweep_id
      order by r.counts desc, case a.goal when 'maximize' then -r.value else r.value end, r.trial_id
    ) as place
  from trial_results r
  join sweep_axes a on a.sweep_id = r.sweep_id
  where r.value is not null
)
select s.name as sweep, b.place, t.id as trial_id, t.params, m.epoch, m.name as metric, m.value
from ranked b
join trials t on t.id = b.trial_id
join sweeps s on s.id = b.sweep_id
join metrics m on m.trial_id = b.trial_id
where b.place <= 10 and (m.name = b.objective or (b.objective = 'test_accuracy' and m.name = 'val_accuracy'))
order by s.id, b.place, m.name, m.epoch
