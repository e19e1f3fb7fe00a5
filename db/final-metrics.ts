/** Works out `final_metrics`, which is empty, from the metrics. */
export const countFinalMetrics = `
  insert into final_metrics (trial_id, name, epoch, value, total, reports, least, greatest)
  select m.trial_id, m.name, m.epoch, m.value, a.total, a.reports, a.least, a.greatest
  from (
    select
      trial_id, name, max(epoch) as epoch,
      total(value) as total, count(*) as reports, min(value) as least, max(value) as greatest
    from metrics
    group by trial_id, name
  ) a
  join metrics m on m.trial_id = a.trial_id and m.name = a.name and m.epoch = a.epoch`

/** What `final_metrics` holds of the metrics, without sums, whose last bits depend on the order of the summands. */
export const finalMetricsOfReports = `
  select m.trial_id, m.name, m.epoch, m.value, a.reports, a.least, a.greatest
  from (
    select trial_id, name, max(epoch) as epoch, count(*) as reports, min(value) as least, max(value) as greatest
    from metrics
    group by trial_id, name
  ) a
  join metrics m on m.trial_id = a.trial_id and m.name = a.name and m.epoch = a.epoch`
