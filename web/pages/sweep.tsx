import { useEffect } from 'preact/hooks'

import { Actions } from '../parts/sweep/actions.tsx'
import { Analysis } from '../parts/sweep/analysis.tsx'
import { Curves } from '../parts/sweep/curves.tsx'
import { Filter } from '../parts/sweep/filter.tsx'
import { Heatmap } from '../parts/sweep/heatmap.tsx'
import { Parallel } from '../parts/sweep/parallel.tsx'
import { Pareto } from '../parts/sweep/pareto.tsx'
import { Running } from '../parts/sweep/running.tsx'
import { Trials } from '../parts/sweep/trials.tsx'
import { Progress } from '../parts/progress.tsx'
import { Trouble } from '../parts/trouble.tsx'
import type { SweepDetail } from '../state/sweep.ts'
import { useData } from '../state/use-data.ts'
import { useLive } from '../state/use-live.ts'

/** All that there is to see of a sweep: what is brushed in one plot is chosen in all. */
export function Sweep({ name }: { readonly name: string }) {
  const live = useLive(name)
  const { value: sweep, error } = useData<SweepDetail>(`/sweeps/${encodeURIComponent(name)}`, live.endings)
  useEffect(() => {
    document.title = `${name} – swath`
  }, [name])
  if (error !== undefined && sweep === undefined) return <Trouble error={error} />
  if (sweep === undefined) return <p class="empty">Reading {name} …</p>
  const progress = live.news?.progress ?? sweep.progress
  const isRunning = live.news?.isRunning ?? sweep.state === 'running'
  const seen = { sweep, endings: live.endings, version: live.version }
  return (
    <>
      <header class="title">
        <div>
          <h1>{sweep.name}</h1>
          {sweep.description === null ? null : <p>{sweep.description}</p>}
          <p class="facts">
            {sweep.method} of {sweep.program}, seed {sweep.seed},{' '}
            <time dateTime={sweep.created_at}>{new Date(sweep.created_at).toLocaleString()}</time>
            {live.isConnected ? null : <strong> – the server does not answer: this is what was there last</strong>}
          </p>
        </div>
        <Progress {...progress} />
        <Actions sweep={sweep} isRunning={isRunning} left={progress.queued + progress.failed + progress.cancelled} />
      </header>
      {error === undefined ? null : <Trouble error={error} />}
      <Filter sweep={sweep} />
      <Running sweep={sweep} news={live.news} />
      <div class="panels">
        <Pareto {...seen} />
        <Curves {...seen} />
        <Parallel {...seen} />
        <Heatmap {...seen} />
        <Analysis {...seen} />
      </div>
      <Trials {...seen} trials={progress.trials} />
    </>
  )
}
