import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, describe, expect, test } from 'vitest'

import { chooseRules } from './choose-rules.ts'
import { encodeMany, textEncoding } from './encoding.ts'
import { parseTokenizer, subwordsOf } from './subwords.ts'
import { tokeniserOf } from './tokeniser.ts'
import { fitVocabulary } from './vocabulary.ts'

import type { JsonObject } from '../../files/json.ts'

interface Answers {
  readonly tokens: readonly (readonly string[])[]
  readonly ids: readonly (readonly number[])[]
}
/** Made by testing/make_tokenizer_fixtures.py with the tokenizers package. */
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/tokenizers.json', import.meta.url), 'utf8'),
) as {
  readonly texts: readonly string[]
  readonly made: Readonly<Record<string, Answers & { readonly tokenizer: JsonObject }>>
  readonly minilm: Answers
}
/** Tokens of a text; Python shows an unknown one as the text has it. */
const known = ({ tokens, ids }: Answers, index: number, unknownId: number | undefined): string[] =>
  tokens[index]!.map((token, at) => (ids[index]![at] === unknownId ? '<unknown>' : token))
const unknownIds: Readonly<Record<string, number>> = { WordPiece: 1, Unigram: 0 }

const folder = mkdtempSync(join(tmpdir(), 'medley-tokenizer-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const save = (content: string): string => {
  const file = join(folder, 'tokenizer.json')
  writeFileSync(file, content)
  return file
}

describe.each(Object.entries(fixture.made))('%s', (name, { tokenizer, ...answers }) => {
  test('cuts texts as the tokenizers package does', async () => {
    const tokenise = await subwordsOf(parseTokenizer(JSON.stringify(tokenizer), 'tokenizer.json'))
    fixture.texts.forEach((text, index) => {
      expect(tokenise(text), text).toEqual(known(answers, index, unknownIds[name]))
    })
  })

  test('the rules hold all that prediction needs, and unknown tokens get id 1', async () => {
    const settings = { tokenizer: save(JSON.stringify(tokenizer)), lowerCase: false }
    const { rules, notes } = await chooseRules(fixture.texts, settings)
    expect(notes).toEqual(['Texts are cut by the tokenizer tokenizer.json.'])
    rmSync(settings.tokenizer)
    const vocabulary = fitVocabulary(fixture.texts, {
      minCount: 1,
      tokenise: await tokeniserOf(rules),
    })
    const encoding = textEncoding(vocabulary, { mode: 'sequence', length: 60, rules })
    const read = JSON.parse(JSON.stringify(encoding)) as typeof encoding
    const texts = [fixture.texts[0]!, '', 'old Ω']
    const { tokens: ids, present } = encodeMany(texts, read, await tokeniserOf(read))
    expect([...present]).toEqual([1, 0, 1])
    expect(Array.from(ids.subarray(0, 60).filter(Boolean), (id) => vocabulary.words[id])).toEqual(
      known(answers, 0, unknownIds[name]),
    )
    expect(vocabulary.words.filter((word) => word === '<unknown>')).toHaveLength(1)
  })
})

const minilm = fileURLToPath(
  new URL(
    '../../../../shared/data/models/all-MiniLM-L6-v2-tokenizer-only/tokenizer.json',
    import.meta.url,
  ),
)
test.skipIf(!existsSync(minilm))('the tokenizer of MiniLM gives the ids of Python', async () => {
  const content = readFileSync(minilm, 'utf8')
  const { vocab } = (JSON.parse(content) as { model: { vocab: Record<string, number> } }).model
  const tokenise = await subwordsOf(parseTokenizer(content, minilm))
  fixture.texts.forEach((text, index) => {
    const ids = tokenise(text).map((token) => vocab[token === '<unknown>' ? '[UNK]' : token])
    expect(ids, text).toEqual(fixture.minilm.ids[index])
  })
})

test.each([
  ['text.tokenizer-unreadable', 'not JSON'],
  ['text.tokenizer-unreadable', '[]'],
  ['text.tokenizer-unreadable', '{"vocab": {}}'],
  ['text.tokenizer-broken', '{"model": {"type": "Quantum", "vocab": {}}}'],
  ['text.tokenizer-broken', '{"model": {}}'],
])('%s: %s', async (code, content) => {
  const choosing = async () =>
    tokeniserOf((await chooseRules([], { tokenizer: save(content) })).rules)
  await expect(choosing()).rejects.toMatchObject({ code })
  await expect(chooseRules([], { tokenizer: join(folder, 'absent.json') })).rejects.toMatchObject({
    code: 'text.tokenizer-unreadable',
  })
})
