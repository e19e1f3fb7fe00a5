import stringWidth from 'string-width'

/** Text in lines of at most `width` columns, broken between words where it can be. */
export function wrapText(text: string, width: number): string[] {
  return text
    .split('\n')
    .flatMap((paragraph) => (stringWidth(paragraph) <= width ? [paragraph] : wrap(paragraph, width)))
}

function wrap(paragraph: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ').flatMap((long) => pieces(long, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

/** A word that no line can hold, in pieces. */
function pieces(word: string, width: number): string[] {
  if (stringWidth(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (stringWidth(part + character) > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
