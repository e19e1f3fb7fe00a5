-- The points of sweeps that train each with several seeds: means over the trials that count, and the standard error.
with grouped as materialized (
  select
    r.sweep_id, r.counts, r.value, r.cost, r.violation, t.state, t.finished_at,
    min(t.id) over (partition by r.sweep_id, t.params) as point
  from trial_results r
  join trials t on t.id = r.trial_id
  where r.repeat > 1
),
means as materialized (
  select
    sweep_id,
    point,
    count(*) as trials,
    sum(case state when 'completed' then 1 else 0 end) as completed,
    sum(counts) as seeds,
    case
      when sum(counts) < 2 then max(case counts when 1 then value end)
      when abs(total(case counts when 1 then value end)) < 1e-315 then 0.0
      else total(case counts when 1 then value end) / sum(counts)
    end as value,
    max(case counts when 1 then abs(value) end) as greatest,
    case
      when count(case counts when 1 then cost end) < 2 then max(case counts when 1 then cost end)
      when abs(total(case counts when 1 then cost end)) < 1e-315 then 0.0
      else total(case counts when 1 then cost end) / count(case counts when 1 then cost end)
    end as cost,
    max(case counts when 1 then coalesce(violation, 0) end) as violation,
    case max(
      case state
        when 'running' then 6 when 'queued' then 5 when 'completed' then 4 when 'stopped' then 3 when 'failed' then 2 else 1
      end
    )
      when 6 then 'running' when 5 then 'queued' when 4 then 'completed' when 3 then 'stopped' when 2 then 'failed'
      else 'cancelled'
    end as state,
    max(finished_at) as finished_at
  from grouped
  group by sweep_id, point
),
spreads as materialized (
  select
    g.point,
    total(case when abs(g.value - m.value) < 1e-150 then 0.0 else (g.value - m.value) * (g.value - m.value) end) as squares
  from grouped g
  join means m on m.point = g.point
  where g.counts = 1 and m.seeds > 1 and m.greatest < 1e150
  group by g.point
),
least as materialized (select sweep_id, min(violation) as violation from means group by sweep_id),
most as materialized (
  select m.sweep_id, max(m.seeds) as seeds
  from means m
  join least l on l.sweep_id = m.sweep_id
  where m.violation = 0 or l.violation > 0
  group by m.sweep_id
)
select
  m.sweep_id,
  m.point as trial_id,
  a.objectives,
  a.repeat,
  a.goal,
  a.cost_goal,
  m.seeds,
  m.value,
  sqrt(s.squares / (m.seeds - 1) / m.seeds) as value_se,
  m.cost,
  m.violation,
  case when (m.violation = 0 or l.violation > 0) and 2 * m.seeds >= o.seeds then 1 else 0 end as eligible,
  m.trials,
  m.completed,
  m.state,
  m.finished_at
from means m
join sweep_axes a on a.sweep_id = m.sweep_id
left join spreads s on s.point = m.point
left join least l on l.sweep_id = m.sweep_id
left join most o on o.sweep_id = m.sweep_id
