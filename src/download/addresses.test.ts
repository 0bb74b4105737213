import { describe, expect, test } from 'vitest'

import { guardedLookup, isSpecialAddress, namesSpecialAddress, serverOf } from './addresses.ts'

import type { LookupAddress } from 'node:dns'

test.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::127.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  'ff02::1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'not an address',
])('%s is not public', (address) => {
  expect(isSpecialAddress(address)).toBe(true)
})

test.each([
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.167.1.1',
  '100.63.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
])('%s is public', (address) => {
  expect(isSpecialAddress(address)).toBe(false)
})

test('a server is its host and port', () => {
  expect(serverOf(new URL('https://a.example/x'))).toBe('a.example:443')
  expect(serverOf(new URL('http://A.example:80/x'))).toBe('a.example:80')
  const names = (text: string): boolean => namesSpecialAddress(new URL(text))
  // URL writes every spelling of an address in one way.
  expect(
    ['http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://localhost'].map(names),
  ).toEqual([true, true, true, true])
  expect(names('https://image.tmdb.org/t/p')).toBe(false)
})

describe('a guarded look-up', () => {
  const publicOne: LookupAddress = { address: '93.184.216.34', family: 4 }
  const look = (addresses: readonly LookupAddress[], options = {}): Promise<unknown[]> =>
    new Promise((resolve) => {
      guardedLookup((_host, done) => {
        done(null, addresses)
      })('films.example', options, (...answer) => {
        resolve(answer)
      })
    })

  test('gives one address or all', async () => {
    const other: LookupAddress = { address: '2606:4700::1111', family: 6 }
    expect(await look([publicOne, other])).toEqual([null, '93.184.216.34', 4])
    expect(await look([publicOne, other], { all: true })).toEqual([null, [publicOne, other]])
    expect(await look([publicOne, other], { family: 6 })).toEqual([null, '2606:4700::1111', 6])
  })

  test('fails where one address is private, and where there is none', async () => {
    const inside: LookupAddress = { address: '10.0.0.7', family: 4 }
    expect(await look([publicOne, inside], { all: true })).toMatchObject([
      { address: '10.0.0.7' },
      '',
    ])
    expect(await look([])).toMatchObject([{ code: 'ENOTFOUND' }, ''])
  })

  test('passes on what the look-up itself says', async () => {
    const failed = Object.assign(new Error('no'), { code: 'EAI_AGAIN' })
    const answer = await new Promise((resolve) => {
      guardedLookup((_host, done) => {
        done(failed, [])
      })('films.example', {}, resolve)
    })
    expect(answer).toBe(failed)
  })
})
