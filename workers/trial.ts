/** What a worker thread loads; the work itself is in `src/workers/work.ts`. */
export { work as default } from '../src/workers/work.ts'
