import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { readTable } from '../table/table.ts'
import { guessColumns } from './guess.ts'
import { chooseRoles } from './roles.ts'
import { trainingColumns } from './training-columns.ts'

import type { RoleOverrides } from './roles.ts'

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-test-'))
  file = join(folder, 'cars.csv')
  const lines = Array.from({ length: 200 }, (_, row) => {
    const label = ['slow', 'fast', 'other'][(row * 7) % 3]!
    return `${(row * 37) % 101},code-${label},${label}`
  })
  await writeFile(file, ['weight,code,label', ...lines].join('\n'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const columnsOf = async (overrides: RoleOverrides) => {
  const table = await readTable(file)
  try {
    const chosen = chooseRoles(await guessColumns(table, { folder }), overrides)
    return await trainingColumns(table, chosen, overrides)
  } finally {
    await table.close()
  }
}

test('a column that tells the answer is left out, with the evidence', async () => {
  const { roles, plan, target, leaking } = await columnsOf({
    labels: ['label'],
    numbers: ['weight'],
  })
  expect(roles.table).toEqual([{ column: 'weight', kind: 'number' }])
  expect(plan).toMatchObject({ task: 'multi-class', classes: ['fast', 'other', 'slow'] })
  expect(target.names).toEqual(plan.classes)
  expect(leaking).toMatchObject([{ column: 'code', isLeftOut: true }])
  expect(roles.notes.at(-1)).toMatch(/^code gives the answer away.*It was left out/)
})

test('a column that the user named stays, with a warning', async () => {
  const { roles, leaking } = await columnsOf({ labels: ['label'], categories: ['code'] })
  expect(roles.table.map(({ column }) => column)).toContain('code')
  expect(leaking).toMatchObject([{ column: 'code', isLeftOut: false }])
  expect(roles.notes.at(-1)).toMatch(/too good to be true/)
})
