/** What may import what. A rule that is broken fails `npm run check`. */
const tfjs = '^node_modules/@tensorflow'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'pure-core',
      comment: 'Search and report take values and return values.',
      severity: 'error',
      from: { path: '^src/(search|report|stopping)/' },
      to: {
        path: '^src/(store|queue|workers|run|cli|setup|tensorflow)/|^(node:)?(fs|fs/promises|child_process|worker_threads)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'adapters-from-the-root-alone',
      comment: 'Which store and which queue it is, only the one who opens it knows.',
      severity: 'error',
      from: { pathNot: '^src/(store/(open|sqlite|postgres|reader/answer)|local-postgres|run/run-sweep)' },
      to: { path: '^src/(store/(sqlite|postgres)|queue/p-queue)' },
    },
    {
      name: 'places-on-need',
      comment: 'The AWS client loads with the first bucket; where artifacts are, only the one who opens them knows.',
      severity: 'error',
      from: { pathNot: '^src/artifacts/s3' },
      to: { path: '^src/artifacts/(s3|postgres)\\.ts$|^node_modules/@aws-sdk/', dynamic: false },
    },
    {
      name: 'heavy-only-in-workers',
      comment: 'TensorFlow loads in worker threads; the command line starts without it.',
      severity: 'error',
      from: { path: '^src/(cli|run|store|sweep|search|report|queue|datasets)/' },
      to: { path: tfjs, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pictures-on-need',
      comment: 'sharp loads with the first picture; the command line starts without it.',
      severity: 'error',
      from: {},
      to: { path: '^node_modules/sharp/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'programs-know-nothing-of-the-run',
      severity: 'error',
      from: { path: '^src/(programs|models|datasets|images|tensorflow)/' },
      to: { path: '^src/(store|queue|run|cli|report)/' },
    },
    {
      name: 'nothing-imports-the-command-line',
      severity: 'error',
      from: { pathNot: '^(src/cli|bench)/' },
      to: { path: '^src/cli/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
