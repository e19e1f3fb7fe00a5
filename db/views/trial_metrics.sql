-- One row a trial and metric: its last value, and over all epochs its mean, least and greatest.
select
  m.trial_id,
  m.name,
  (
    select last.value
    from metrics last
    where last.trial_id = m.trial_id and last.name = m.name
    order by last.epoch desc
    limit 1
  ) as value,
  avg(m.value) as mean,
  min(m.value) as least,
  max(m.value) as greatest,
  max(m.epoch) as epochs
from metrics m
group by m.trial_id, m.name
