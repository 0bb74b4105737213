// What is printed to be pasted arrives in the program as it was.
import { execFileSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { commandLine, shellWord } from './shell.ts'

const words = [
  'runs/20260101-120000-films',
  'фильмы.csv',
  'Immobilien Größe (1).csv',
  "Tom's films.csv",
  'a "quoted" name',
  '$HOME/films.csv',
  '`date`',
  'parts/*.csv',
  'parts/film[12]?.csv',
  '~/films.csv',
  '=films',
  '#films',
  'a\\b',
  'a;b&c|d<e>f!',
  '{a,b}',
  'a\nb',
  '',
]

test('a shell gives every word back', () => {
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${commandLine(...words)}`], {
    encoding: 'utf8',
  })
  expect(printed.split('\0').slice(0, -1)).toEqual(words)
})

test('words that need no quotes have none', () => {
  expect(words.filter((word) => shellWord(word) === word)).toEqual(words.slice(0, 2))
  expect(commandLine('medley', undefined, 'train', 'a b')).toBe("medley train 'a b'")
})
