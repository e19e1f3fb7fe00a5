const longest = 80

/** A text as a message can quote it: on one line, unable to move the cursor, and not longer than one cares to read. */
export function printable(text: string, most = longest): string {
  const start = text.length > most ? `${text.slice(0, most)}…` : text
  return start.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return named[character] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`)
  })
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' }

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
