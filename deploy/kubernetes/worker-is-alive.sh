#!/bin/sh
# Whether the worker in this container says in the store that it is there. `announced` fails until it has said so once;
# `alive` fails only where it has been silent for long while the store answers: when the database is away, a worker that
# waits for it must not be killed. One that is `lost` was silent for a minute: it has another to be heard again.
silence=$(swath sql --csv --timeout 5 "
  select coalesce(round(extract(epoch from clock_timestamp() - max(heartbeat_at)::timestamptz)), 1e9) as seconds
  from hosts where name = '$(hostname)' and state <> 'gone'") || {
  [ "$1" = alive ]
  exit
}
silence=$(echo "$silence" | tail -n 1)
[ "${silence%.*}" -lt 120 ]
