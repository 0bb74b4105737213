// Finds keys that `JSON.parse` would silently overwrite.

/** The first key that an object in this valid JSON text holds twice. */
export const repeatedKey = (text: string): string | undefined => {
  // One entry per open bracket; an array has no keys.
  const open: (Set<string> | undefined)[] = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const start = index
      index = endOfString(text, start)
      let next = index + 1
      while (' \t\n\r'.includes(text[next] ?? ':')) next++
      if (text[next] !== ':') continue
      const key = String(JSON.parse(text.slice(start, index + 1)))
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}

/** Index of the closing quote of the string that opens at `start`. */
const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
}
