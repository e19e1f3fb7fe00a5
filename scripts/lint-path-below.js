import ts from 'typescript'

const joins = { 'node:path': ['join', 'resolve'] }
const fileSystem = ['node:fs', 'node:fs/promises']

/**
 * ESLint rule: a path is joined with text that is known when swath is compiled, or `pathBelow` does it. Names from rows,
 * archives, URLs and files may be anything, `../../etc/passwd` too.
 *
 * Reports `join(folder, name)` and `resolve(folder, name)` where the type of `name` is not a literal (or a template of
 * literals and numbers), and template strings with a `/` that the functions of node:fs are given as paths. The `name` of a
 * `Dirent` is one segment: the system says so.
 */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      bypass: 'A name that is not known here becomes a path: use pathBelow (src/path-below.ts), or say why not to.',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices
    const checker = services.program.getTypeChecker()

    /** Returns what an identifier was imported as: `['node:path', 'join']`. */
    function importOf(identifier) {
      for (let scope = context.sourceCode.getScope(identifier); scope !== null; scope = scope.upper) {
        const definition = scope.set.get(identifier.name)?.defs[0]
        if (definition === undefined) continue
        if (definition.type !== 'ImportBinding') return []
        const { node, parent } = definition
        return [parent.source.value, node.type === 'ImportSpecifier' ? node.imported.name : '*']
      }
      return []
    }

    function calleeOf({ callee }) {
      if (callee.type === 'Identifier') return importOf(callee)
      if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return []
      const [module, name] = importOf(callee.object)
      return [module, name === '*' || name === 'default' ? callee.property.name : undefined]
    }

    function isKnown(node) {
      if (node.type === 'SpreadElement') return false
      if (isNameOfEntry(node)) return true
      if (node.type === 'TemplateLiteral') return node.expressions.every((part) => isKnownType(typeOf(part)))
      if (node.type === 'ConditionalExpression') return isKnown(node.consequent) && isKnown(node.alternate)
      return isKnownType(typeOf(node))
    }

    const typeOf = (node) => services.getTypeAtLocation(node)

    function isKnownType(type) {
      if (type.isUnion()) return type.types.every(isKnownType)
      if (type.flags & (ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLike)) return true
      return (type.flags & ts.TypeFlags.TemplateLiteral) !== 0 && type.types.every(isKnownType)
    }

    function isNameOfEntry(node) {
      if (node.type !== 'MemberExpression' || node.property.name !== 'name') return false
      return checker.typeToString(typeOf(node.object)).startsWith('Dirent')
    }

    return {
      CallExpression(node) {
        const [module, name] = calleeOf(node)
        if (joins[module]?.includes(name)) {
          const unknown = node.arguments.slice(1).find((part) => !isKnown(part))
          if (unknown !== undefined) context.report({ node: unknown, messageId: 'bypass' })
        } else if (fileSystem.includes(module)) {
          const unknown = node.arguments.find(
            (part) => part.type === 'TemplateLiteral' && part.quasis.some(({ value }) => /[\\/]/.test(value.raw)),
          )
          if (unknown !== undefined && !isKnown(unknown)) context.report({ node: unknown, messageId: 'bypass' })
        }
      },
    }
  },
}
