import fc from 'fast-check'

import { place } from '../../fuzz.ts'

/** SQL of every kind, well meant and not, right and wrong; `folder` is where statements try to make files. */
export function statements(folder: string): fc.Arbitrary<string> {
  const { question } = fc.letrec<{ question: string; select: string; expression: string }>((tie) => ({
    question: fc.oneof(
      { maxDepth: 3 },
      tie('select'),
      template`with x(a, b) as (${tie('select')}) ${tie('select')}`,
      template`with recursive r(a) as (select 1 union all select a + 1 from r limit ${fc.nat(50)}) select ${tie('expression')} from r`,
      template`with x as (with y as (${tie('select')}) select * from y) select * from x`,
      template`${tie('select')} union all ${tie('select')}`,
      template`explain ${tie('select')}`,
      template`explain query plan ${tie('select')}`,
      template`values (${tie('expression')}), (${tie('expression')})`,
    ),
    select: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'sql' },
      template`select ${tie('expression')}`,
      template`select * from ${source}`,
      template`select ${tie('expression')}, ${tie('expression')} as a from ${source} where ${tie('expression')} limit ${fc.integer({ min: -2, max: 20 })}`,
      template`select ${tie('expression')}, count(*) over (order by 1) from ${source} group by ${tie('expression')}`,
      template`select * from (${tie('select')}) order by ${tie('expression')}`,
    ),
    expression: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'sql' },
      literal,
      column,
      template`${tie('expression')} ${operator} ${tie('expression')}`,
      template`${unary}(${tie('expression')})`,
      template`${binary}(${tie('expression')}, ${tie('expression')})`,
      template`(${tie('select')})`,
      template`case when ${tie('expression')} then ${tie('expression')} end`,
      template`exists (${tie('select')})`,
    ),
  }))
  const other = otherStatements(folder, question)
  const one = fc.oneof({ weight: 5, arbitrary: question }, { weight: 3, arbitrary: other })
  return fc
    .oneof(
      { weight: 6, arbitrary: one },
      { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }).map((several) => several.join(';')) },
      { weight: 2, arbitrary: fc.tuple(one, fc.array(edit, { minLength: 1, maxLength: 3 })).map(edited) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    )
    .chain((text) => fc.tuple(trivia, fc.constant(text), trivia).map((parts) => parts.join('')))
    .chain((text) => fc.boolean().map((upper) => (upper ? text.toUpperCase() : text)))
}

const tables = ['sweeps', 'trials', 'metrics', 'results', 'events', 'sqlite_schema', 'sweep_grid', 'progress', 'x', 'r']
const source = fc.oneof(
  fc.constantFrom(...tables, 'trials t join metrics m on m.trial_id = t.id', 'trials, sweeps', 'nowhere', '"trials"'),
  fc.constantFrom('pragma_table_info', 'pragma_optimize', 'pragma_function_list', 'pragma_database_list', 'dbstat'),
  fc.constantFrom("pragma_table_info('trials')", "json_each('[1,2]')", 'pragma_locking_mode', 'fts5vocab', 'rtree'),
)
const column = fc.constantFrom('a', 'id', 'trial_id', 'number', 'params', 'state', 'value', 'rowid', 't.id', '[a b]')
const literal = fc.oneof(
  fc.constantFrom(
    '1',
    '-0.0',
    '9223372036854775807',
    '9223372036854775808',
    '1e999',
    "x'00ff'",
    'null',
    '12',
    "'depth'",
    "'$.width'",
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `'${text.replaceAll("'", "''")}'`),
)
const operator = fc.constantFrom(
  '+',
  '/',
  '%',
  '||',
  '->>',
  'and',
  'or',
  '<',
  'is',
  'like',
  'glob',
  'match',
  'in',
  '<<',
)
const unary = fc.constantFrom(
  ...['load_extension', 'readfile', 'edit', 'fts3_tokenizer', 'eval', 'abs', 'max', 'hex', 'json', 'json_group_array'],
  ...['zeroblob', 'randomblob', 'group_concat', 'date', 'sqlite_compileoption_used', 'rtreecheck', 'geopoly_area'],
  ...['likely', 'unistr', 'count', 'typeof', 'length', 'total', 'median', 'json_valid', 'upper', 'soundex'],
)
const binary = fc.constantFrom(
  ...['writefile', 'zipfile', 'sqlite_log', 'printf', 'load_extension', 'rtreecheck', 'max', 'coalesce', 'instr'],
  ...['json_extract', 'json_patch', 'iif', 'pow', 'strftime', 'group_concat', 'nullif', 'like', 'substr', 'format'],
)
const trivia = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    ' ',
    '\n\t\f ',
    '-- a comment\n',
    '/* a */',
    '/* -- */',
    '/* ; */ ',
    '--',
    '/*',
    ';',
    '\ufeff',
  ],
  ...[' ', ' ', ' ', ' ', '-- pragma\n', '/*/ x */', '\u00a0', '\0'],
)

/** Whatever is no question. */
function otherStatements(folder: string, question: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const table = fc.constantFrom('sweeps', 'trials', 'metrics', 'temp.x', 'main.events', 'sqlite_schema', 'results')
  const file = fc.constantFrom(
    `${folder}/made.db`,
    `${folder}/swath.db`,
    ':memory:',
    'made-by-fuzz.db',
    '',
    '/etc/passwd',
  )
  const returning = fc.constantFrom('', ' returning *', ' returning id')
  const pragma = fc.constantFrom(
    ...['journal_mode', 'writable_schema', 'locking_mode', 'wal_checkpoint', 'user_version', 'synchronous', 'optimize'],
    ...[
      'foreign_keys',
      'auto_vacuum',
      'incremental_vacuum',
      'query_only',
      'temp_store',
      'main.journal_mode',
      'encoding',
    ],
    ...['schema_version', 'application_id', 'journal_size_limit', 'hard_heap_limit', 'data_version', 'integrity_check'],
  )
  const setting = fc.constantFrom('', '=delete', '=1', '(exclusive)', '=off', '("truncate")', '(0xfffe)', '=-1')
  const write = fc.oneof(
    template`insert into ${table} values (1, 2, 3, 4)${returning}`,
    template`insert into ${table} ${question} on conflict do nothing${returning}`,
    template`insert into events (sweep_id, at, kind) values (1, 'now', 'x')${returning}`,
    template`replace into ${table} ${question}${returning}`,
    template`update ${table} set state = 'failed'${returning}`,
    template`update sqlite_schema set sql = ''`,
    template`delete from ${table} where ${literal}${returning}`,
  )
  return fc.oneof(
    write,
    template`with x as (${question}) ${write}`,
    template`explain ${write}`,
    template`pragma ${pragma}${setting}`,
    template`explain pragma ${pragma}${setting}`,
    template`explain query plan pragma ${pragma}${setting}`,
    template`select * from pragma_${pragma}`,
    template`attach '${file}' as other`,
    template`explain attach '${file}' as other`,
    template`vacuum into '${file}'`,
    template`create table ${table}_2 as ${question}`,
    template`create temp table x as ${question}`,
    template`create temp trigger x after insert on trials begin delete from metrics; end`,
    template`create virtual table v using fts5(a)`,
    fc.constantFrom('vacuum', 'reindex', 'analyze', 'begin', 'begin exclusive', 'commit', 'rollback', 'savepoint x'),
    fc.constantFrom('drop table trials', 'drop view results', 'alter table trials rename to t', 'detach main', 'end'),
    fc.constantFrom('create index i on trials (id)', 'create view v as select 1', '.shell ls', '.read /etc/passwd'),
  )
}

const edit = fc.record({
  at: place,
  length: fc.nat(6),
  text: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom('/*', '*/', '--', ';', "'", '"', '(', ')', '\n'),
  ),
})

function edited([text, edits]: [string, { at: number; length: number; text: string }[]]): string {
  return edits.reduce((whole, { at, length, text: inserted }) => {
    const start = Math.floor(at * whole.length)
    return whole.slice(0, start) + inserted + whole.slice(start + length)
  }, text)
}

/** A text with arbitrary parts. */
function template(texts: TemplateStringsArray, ...parts: fc.Arbitrary<string | number>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((values) => String.raw({ raw: texts.raw }, ...values))
}
