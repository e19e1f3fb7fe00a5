-- One row for each process that trains or has trained for a store that hosts share. A host that is silent is `lost`, whether
-- or not a process watches; `registered_as` is what was last written of it.
select
  h.id,
  h.name,
  h.pid,
  h.process_start,
  h.version,
  h.capabilities,
  case
    when h.state in ('active', 'draining') and h.expires_at <= {now} then 'lost'
    else h.state
  end as state,
  case
    when h.state in ('active', 'draining') and h.expires_at <= {now} then 'no sign of life since ' || h.heartbeat_at
    else h.reason
  end as reason,
  h.started_at,
  h.heartbeat_at,
  h.expires_at,
  h.state as registered_as
from registered_hosts h
