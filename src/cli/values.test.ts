import { expect, test } from 'vitest'

import { list } from './values.ts'

test.each([
  ['a,b', ['a', 'b']],
  [' a , b ', ['a', 'b']],
  ['a,,b,a,', ['a', 'b']],
  ['', []],
  [',', []],
  ['"Plot, long",title', ['Plot, long', 'title']],
  ['title, "He said ""no"", twice" ', ['title', 'He said "no", twice']],
  // Quotes that do not hold a whole part are part of a name.
  ['5" screen,"a"b', ['5" screen', '"a"b']],
  ['"open, end', ['"open', 'end']],
  ['日本,Ж', ['日本', 'Ж']],
])('%j is the list %j', (text, parts) => {
  expect(list(text)).toEqual(parts)
})
