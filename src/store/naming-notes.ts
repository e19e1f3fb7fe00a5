import type { Kysely } from 'kysely'

import { printable } from '../printable.ts'
import { sweepNameOf } from '../sweep/name.ts'
import type { Schema, SweepRow } from './schema.ts'
import { plainViewName } from './sweep-view.ts'

/** Returns a line for each name that a new sweep could not have because a sweep with another name in its file has it. */
export async function namingNotes(
  db: Kysely<Schema>,
  { name, file_name, view_name }: Pick<SweepRow, 'name' | 'file_name' | 'view_name'>,
): Promise<string[]> {
  const notes: string[] = []
  const [wanted, view] = [sweepNameOf(file_name), plainViewName(name)]
  if (name !== wanted) {
    const holder = await db.selectFrom('sweeps').select('file_name').where('name', '=', wanted).executeTakeFirst()
    if (holder !== undefined && holder.file_name !== file_name) {
      notes.push(`The sweep "${printable(file_name)}" is ${name} here: ${wanted} is "${printable(holder.file_name)}".`)
    }
  }
  if (view_name !== view) {
    const holder = await db.selectFrom('sweeps').select('name').where('view_name', '=', view).executeTakeFirst()
    if (holder !== undefined) notes.push(`The view of ${name} is ${view_name}: ${view} is that of ${holder.name}.`)
  }
  return notes
}
