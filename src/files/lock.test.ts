import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { acquireLock, LOCK_FILE } from './lock.ts'
import { start, translateRooms } from './testing/program.ts'

let folder: string
let program: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-lock-'))
  const programs = join(folder, 'programs')
  await mkdir(programs)
  translateRooms(programs, ['base', 'files'])
  program = join(programs, 'holder.js')
  await writeFile(
    program,
    `import { acquireLock } from './files/lock.js'
     await acquireLock(process.argv[2]).then(
       () => { console.log('locked by me'); setInterval(() => {}, 1000) },
       (error) => console.log('refused ' + error.code))`,
  )
})
afterAll(() => rm(folder, { recursive: true }))

const freshFolder = (): Promise<string> => mkdtemp(join(folder, 'run-'))

test('a second owner is refused until the first lets go', async () => {
  const place = await freshFolder()
  const lock = await acquireLock(place)
  await expect(acquireLock(place)).rejects.toMatchObject({
    code: 'files.locked',
    message: `${place} is in use by process ${process.pid} on ${hostname()}`,
  })
  await lock.release()
  const second = await acquireLock(place)
  await lock.release()
  await expect(acquireLock(place)).rejects.toMatchObject({ code: 'files.locked' })
  await second.release()
  expect(await readdir(place)).toEqual([])
})

test('a missing folder is named', async () => {
  await expect(acquireLock(join(folder, 'none'))).rejects.toMatchObject({ code: 'files.not-found' })
})

test('another process is refused while we hold it, and we take over when it was killed', async () => {
  const place = await freshFolder()
  const lock = await acquireLock(place)
  const refused = await start(process.execPath, [program, place]).ended
  expect(refused.output).toBe('refused files.locked\n')
  await lock.release()

  const { child, ended, printed } = start(process.execPath, [program, place])
  await printed('locked by me')
  await expect(acquireLock(place)).rejects.toMatchObject({
    code: 'files.locked',
    message: expect.stringContaining(`process ${child.pid!} `) as string,
  })
  child.kill('SIGKILL')
  await ended
  const taken = await acquireLock(place)
  await taken.release()
  expect(await readdir(place)).toEqual([])
})

test('of many processes that find a dead owner, exactly one takes over', async () => {
  const place = await freshFolder()
  const dead = start(process.execPath, [program, place])
  await dead.printed('locked by me')
  dead.child.kill('SIGKILL')
  await dead.ended
  const racers = Array.from({ length: 6 }, () => start(process.execPath, [program, place]))
  const results = await Promise.all(
    racers.map(({ printed }) =>
      Promise.any([
        printed('locked by me').then(() => 'owner'),
        printed('refused').then(() => 'refused'),
      ]),
    ),
  )
  for (const { child } of racers) child.kill('SIGKILL')
  await Promise.all(racers.map(({ ended }) => ended))
  expect(results.filter((result) => result === 'owner')).toHaveLength(1)
})

test('many attempts at once within one process give one owner', async () => {
  const place = await freshFolder()
  await writeFile(join(place, LOCK_FILE), JSON.stringify({ pid: 1, host: hostname(), token: 'x', started: 'then' })) // prettier-ignore
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(place)))
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test.runIf(process.platform === 'linux')('a recycled process id is no owner', async () => {
  const place = await freshFolder()
  const lock = await acquireLock(place)
  const owner = JSON.parse(await readFile(join(place, LOCK_FILE), 'utf8')) as object
  await writeFile(join(place, LOCK_FILE), JSON.stringify({ ...owner, started: 'another time' }))
  const taken = await acquireLock(place)
  await lock.release()
  await expect(acquireLock(place)).rejects.toMatchObject({ code: 'files.locked' })
  await taken.release()
})

test('an owner on another machine counts as alive, and the error says which file to delete', async () => {
  const place = await freshFolder()
  const owner = { pid: process.pid, host: 'another-machine', token: 'x' }
  await writeFile(join(place, LOCK_FILE), JSON.stringify(owner))
  await expect(acquireLock(place)).rejects.toMatchObject({
    code: 'files.locked',
    fix: expect.stringContaining(join(place, LOCK_FILE)) as string,
  })
})

test('a damaged lock file and a forgotten guard do not lock for ever', async () => {
  const place = await freshFolder()
  await writeFile(join(place, LOCK_FILE), '{"pid":')
  const guard = join(place, `${LOCK_FILE}.takeover`)
  await writeFile(guard, '{}')
  await utimes(guard, new Date(0), new Date(0))
  const lock = await acquireLock(place)
  await lock.release()
})
