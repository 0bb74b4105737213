// Reads JSON and Python literals as they stand in CSV cells: `['a', "b"]`, `[{'id': 18, 'name': 'Drama'}]`, `None`.

export type Literal =
  string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>

/** Deeper nesting than any label has; keeps hostile cells from using up the stack. */
const MAX_DEPTH = 16

/** The value of a literal; undefined when the text is not one. */
export const parseLiteral = (text: string): Literal | undefined => {
  const reader = new LiteralReader(text)
  const value = reader.value(0)
  return value !== undefined && reader.isAtEnd() ? value : undefined
}

const closers: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' }
const words: Readonly<Record<string, Literal>> = {
  None: null,
  null: null,
  nan: null,
  NaN: null,
  True: true,
  true: true,
  False: false,
  false: false,
}
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  '\n': '',
}

/** A position in a text; lives for one parse. */
class LiteralReader {
  private index = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  isAtEnd(): boolean {
    this.skipSpaces()
    return this.index === this.text.length
  }

  value(depth: number): Literal | undefined {
    if (depth > MAX_DEPTH) return undefined
    this.skipSpaces()
    const char = this.text[this.index] ?? ''
    if (char === "'" || char === '"') return this.string(char)
    if (char in closers) return this.collection(closers[char] ?? '', depth)
    // Python 2 wrote u'Drama'.
    const prefixed = /[uU](?=['"])/y
    prefixed.lastIndex = this.index
    if (prefixed.test(this.text)) {
      this.index++
      return this.value(depth)
    }
    return this.bareWord()
  }

  private bareWord(): Literal | undefined {
    const word = this.match(/[A-Za-z]+|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y)
    if (word === undefined) return undefined
    if (Object.hasOwn(words, word)) return words[word]
    const number = Number(word)
    return Number.isNaN(number) ? undefined : number
  }

  private string(quote: string): string | undefined {
    let value = ''
    for (this.index++; this.index < this.text.length; this.index++) {
      const char = this.text[this.index] ?? ''
      if (char === quote) {
        this.index++
        return value
      }
      value += char === '\\' ? this.escape() : char
    }
    return undefined
  }

  /** The character after a backslash; leaves the index on its last letter. */
  private escape(): string {
    this.index++
    const char = this.text[this.index] ?? ''
    const digits = { x: 2, u: 4, U: 8 }[char] ?? 0
    const hex = this.text.slice(this.index + 1, this.index + 1 + digits)
    const code = Number.parseInt(hex, 16)
    if (digits > 0 && hex.length === digits && /^[\da-f]+$/i.test(hex) && code <= 0x10ffff) {
      this.index += digits
      return String.fromCodePoint(code)
    }
    return escapes[char] ?? char
  }

  /** A list, tuple or set as a list; a dictionary as a map. */
  private collection(closer: string, depth: number): Literal | undefined {
    this.index++
    const items: Literal[] = []
    const entries = new Map<string, Literal>()
    for (;;) {
      if (this.take(closer)) return closer === '}' && items.length === 0 ? entries : items
      const item = this.value(depth + 1)
      if (item === undefined) return undefined
      if (closer === '}' && this.take(':')) {
        const value = this.value(depth + 1)
        if (value === undefined || typeof item === 'object') return undefined
        entries.set(String(item), value)
      } else items.push(item)
      if (!this.take(',')) {
        this.skipSpaces()
        if (this.text[this.index] !== closer) return undefined
      }
    }
  }

  private take(char: string): boolean {
    this.skipSpaces()
    if (this.text[this.index] !== char) return false
    this.index++
    return true
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.index
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.index += found.length
    return found
  }

  private skipSpaces(): void {
    this.match(/\s*/y)
  }
}
