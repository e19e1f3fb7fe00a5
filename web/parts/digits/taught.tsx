import type { RetrainedModel } from '../../../src/server/models/protocol.ts'
import { formatPercent } from '../../../src/report/format.ts'
import { Panel } from '../panel.tsx'

interface Props {
  readonly taught: RetrainedModel
  /** What was said to be on the picture. */
  readonly label: string
  readonly onUndo: () => void
  readonly onCompare: () => void
}

/** What a lesson did, for better and for worse. */
export function Taught({ taught, label, onUndo, onCompare }: Props) {
  const { trial, parent, before, after, gained, lost, testImages } = taught
  const worse = taught.classes
    .filter((each) => each.after < each.before)
    .sort((a, b) => a.after - a.before - (b.after - b.before))
  const controls = (
    <>
      <button type="button" onClick={onCompare}>
        Compare the two
      </button>
      <button type="button" onClick={onUndo}>
        Undo: back to trial {parent}
      </button>
    </>
  )
  return (
    <Panel title={`Trial ${parent} was taught a ${label}`} controls={controls}>
      <div class="taught">
        <div class="scroll">
          <table class="rows">
            <thead>
              <tr>
                <td />
                <th scope="col">before</th>
                <th scope="col">after</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">model</th>
                <td>
                  <a href={`/trials/${parent}`}>trial {parent}</a>
                </td>
                <td>
                  <a href={`/trials/${trial}`}>trial {trial}</a>
                </td>
              </tr>
              <tr>
                <th scope="row">this picture</th>
                <td>
                  {before.label}, {formatPercent(before.confidence)}
                </td>
                <td>
                  <strong>
                    {after.label}, {formatPercent(after.confidence)}
                  </strong>
                </td>
              </tr>
              <tr>
                <th scope="row">test accuracy</th>
                <td>{formatPercent(before.testAccuracy)}</td>
                <td>
                  <strong>{formatPercent(after.testAccuracy)}</strong>
                </td>
              </tr>
              <tr>
                <th scope="row">test images</th>
                <td colSpan={2}>
                  {gained} gained, {lost} lost of {testImages.toLocaleString('en')}
                </td>
              </tr>
            </tbody>
          </table>
        </div>
        {worse.length === 0 ? (
          <p>No class got worse.</p>
        ) : (
          <div class="scroll">
            <table class="rows">
              <caption>Classes that got worse</caption>
              <thead>
                <tr>
                  <th scope="col">class</th>
                  <th scope="col">before</th>
                  <th scope="col">after</th>
                </tr>
              </thead>
              <tbody>
                {worse.map((each) => (
                  <tr key={each.name}>
                    <th scope="row">{each.name}</th>
                    <td class="number">{formatPercent(each.before)}</td>
                    <td class="number">{formatPercent(each.after)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Panel>
  )
}
