import fc from 'fast-check'
import { expect, test } from 'vitest'

import { repeatedKey } from './repeated-key.ts'

test.each([
  ['{"a":1,"b":2,"a":3}', 'a'],
  ['{"a":1 , "\\u0061" : 3}', 'a'],
  ['[{"x":{"y":1,"y":2}}]', 'y'],
  ['{"a\\"":1,"a\\"":1}', 'a"'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"a":{"a":"a"},"b":["a","a",{"a":1}]}', undefined],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}', undefined],
  ['"a"', undefined],
])('%s', (text, key) => {
  expect(repeatedKey(text)).toBe(key)
})

test('what JSON.stringify writes has no repeated key', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      expect(repeatedKey(JSON.stringify(value, null, space))).toBeUndefined()
    }),
  )
})
