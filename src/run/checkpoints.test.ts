import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { float32, type TensorData } from '../base/arrays.ts'
import { randomStream } from '../base/rng.ts'
import { start, translateRooms } from '../files/testing/program.ts'
import { loadCheckpoint, saveCheckpoint } from './checkpoints.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-checkpoints-'))
})
afterAll(() => rm(folder, { recursive: true }))

const freshFolder = (): Promise<string> => mkdtemp(join(folder, 'run-'))

const stateOf = (step: number): Map<string, TensorData> => {
  const values = randomStream(step, 'weights').normal(300)
  return new Map<string, TensorData>([
    ['poster.conv1.weight', float32([100, 3], values)],
    ['adam.m/poster.conv1.weight', float32([300], values.toReversed())],
    ['step', { type: 'int64', shape: [], data: new BigInt64Array([BigInt(step)]) }],
  ])
}

const save = (place: string, step: number): Promise<void> =>
  saveCheckpoint(place, {
    step,
    seq: step * 10,
    tensors: stateOf(step),
    progress: { epoch: 1, best: 1 / (step + 2), history: [0.1, -0] },
  })

const stepIn = async (place: string): Promise<number | undefined> => {
  const loaded = await loadCheckpoint(place)
  // Whatever loads is whole.
  if (loaded !== undefined) expect(loaded.tensors).toEqual(stateOf(loaded.step))
  return loaded?.step
}

test('no checkpoint yet', async () => {
  expect(await loadCheckpoint(await freshFolder())).toBeUndefined()
  expect(await loadCheckpoint(join(folder, 'none'))).toBeUndefined()
})

test('the newest loads bit for bit and the last two are kept', async () => {
  const place = await freshFolder()
  for (const step of [9, 10, 11]) await save(place, step)
  expect(await loadCheckpoint(place)).toEqual({
    step: 11,
    seq: 110,
    tensors: stateOf(11),
    progress: { epoch: 1, best: 1 / 13, history: [0.1, -0] },
    notes: [],
  })
  expect((await readdir(place)).sort()).toEqual([
    'checkpoints.json',
    'step-10.safetensors',
    'step-11.safetensors',
  ])
})

test('saving a step again, or going back behind it, never overwrites what counts', async () => {
  const place = await freshFolder()
  for (const step of [1, 2, 2]) await save(place, step)
  expect((await readdir(place)).sort()).toEqual([
    'checkpoints.json',
    'step-1.safetensors',
    'step-2-2.safetensors',
  ])
  await writeFile(join(place, 'step-2-2.safetensors'), 'damaged')
  expect(await stepIn(place)).toBe(1)
  await save(place, 2)
  expect((await readdir(place)).sort()).toEqual([
    'checkpoints.json',
    'step-1.safetensors',
    'step-2.safetensors',
  ])
  expect(await stepIn(place)).toBe(2)
})

test('a run folder that vanished is named, not made again', async () => {
  await expect(save(join(folder, 'vanished'), 1)).rejects.toMatchObject({ code: 'files.not-found' })
})

test('a NaN or an infinity is never saved and the last good checkpoint stays', async () => {
  const place = await freshFolder()
  await save(place, 1)
  const bad: readonly TensorData[] = [
    float32([3], [0, NaN, 1]),
    { type: 'float64', shape: [1], data: new Float64Array([-Infinity]) },
    { type: 'float16', shape: [1], data: new Uint16Array([0x7c00]) },
  ]
  for (const tensor of bad) {
    const tensors = new Map([['fusion.bias', tensor]])
    const attempt = saveCheckpoint(place, { step: 2, seq: 2, tensors, progress: {} })
    await expect(attempt).rejects.toMatchObject({
      code: 'run.not-finite',
      message: expect.stringContaining('fusion.bias holds NaN') as string,
    })
  }
  await expect(
    saveCheckpoint(place, { step: 2, seq: 2, tensors: stateOf(2), progress: { loss: NaN } }),
  ).rejects.toThrow(RangeError)
  expect(await stepIn(place)).toBe(1)
})

test('a checkpoint cut anywhere is found out: the one before loads, with a note', async () => {
  const place = await freshFolder()
  await save(place, 1)
  await save(place, 2)
  const path = join(place, 'step-2.safetensors')
  const whole = await readFile(path)
  const every = Math.floor(whole.length / 100)
  const evenly = Array.from({ length: 100 }, (_, index) => index * every)
  for (const length of [...Array(50).keys(), ...evenly, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length))
    const loaded = await loadCheckpoint(place)
    expect(loaded?.step).toBe(1)
    expect(loaded?.notes[0]).toContain(path)
    expect(loaded?.notes.at(-1)).toBe('going on from the checkpoint of step 1')
  }
})

test('any flipped bit is found out', async () => {
  const place = await freshFolder()
  await save(place, 1)
  await save(place, 2)
  const path = join(place, 'step-2.safetensors')
  const whole = await readFile(path)
  const stream = randomStream(1, 'flips')
  const positions = stream.permutation(whole.length * 8).subarray(0, 150)
  for (const position of positions) {
    const damaged = Buffer.from(whole)
    damaged[position >> 3]! ^= 1 << (position & 7)
    await writeFile(path, damaged)
    expect((await loadCheckpoint(place))?.step).toBe(1)
  }
})

test('if both are damaged the run cannot go on, and says which files', async () => {
  const place = await freshFolder()
  await save(place, 1)
  await save(place, 2)
  await writeFile(join(place, 'step-2.safetensors'), '')
  await rm(join(place, 'step-1.safetensors'))
  await expect(loadCheckpoint(place)).rejects.toMatchObject({
    code: 'run.checkpoint-corrupt',
    message: expect.stringMatching(/step-2.*step-1/) as string,
  })
})

test('without a readable manifest the files speak for themselves', async () => {
  const place = await freshFolder()
  for (const step of [9, 10]) await save(place, step)
  await rm(join(place, 'checkpoints.json'))
  expect((await loadCheckpoint(place))?.notes).toEqual([])
  for (const text of ['', '{"version":2}', '[]']) {
    await writeFile(join(place, 'checkpoints.json'), text)
    const loaded = await loadCheckpoint(place)
    expect(loaded?.step).toBe(10)
    expect(loaded?.notes[0]).toContain('checkpoints.json')
  }
  await save(place, 11)
  expect(await readdir(place)).toContain('step-9.safetensors')
  await save(place, 12)
  expect(await readdir(place)).not.toContain('step-9.safetensors')
})

test('the checkpoint of another run under the same name is refused', async () => {
  const place = await freshFolder()
  const other = await freshFolder()
  await save(place, 1)
  await save(place, 2)
  await saveCheckpoint(other, { step: 2, seq: 1, tensors: stateOf(5), progress: {} })
  await cp(join(other, 'step-2.safetensors'), join(place, 'step-2.safetensors'))
  expect((await loadCheckpoint(place))?.notes[0]).toContain('is not the file that was saved')
})

test('a disk that fills up keeps the last checkpoint', async (context) => {
  const place = await freshFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' })
  } catch {
    context.skip()
  }
  try {
    await save(place, 1)
    const tensors = new Map([['big', float32([20_000], new Float32Array(20_000))]])
    await expect(
      saveCheckpoint(place, { step: 2, seq: 2, tensors, progress: {} }),
    ).rejects.toMatchObject({ code: 'files.no-space' })
    expect((await readdir(place)).sort()).toEqual(['checkpoints.json', 'step-1.safetensors'])
    expect(await stepIn(place)).toBe(1)
  } finally {
    execFileSync('umount', [place])
  }
})

test('kill -9 at 20 moments of saving: the newest published state loads', async () => {
  const programs = join(folder, 'programs')
  await mkdir(programs)
  translateRooms(programs, ['base', 'files', 'run'])
  const program = join(programs, 'trainer.js')
  await writeFile(
    program,
    `import { loadCheckpoint, saveCheckpoint } from './run/checkpoints.js'
     const [, , folder] = process.argv
     let step = (await loadCheckpoint(folder))?.step ?? 0
     for (;;) {
       step++
       const data = new Float32Array(20_000).fill(step)
       const tensors = new Map([['a', { type: 'float32', shape: [20_000], data }]])
       await saveCheckpoint(folder, { step, seq: step, tensors, progress: { step } })
       console.log('saved ' + step + '.')
     }`,
  )
  // Four trainers at a time, each in a folder of its own, killed five times.
  const killed = async (place: string, trainer: number): Promise<void> => {
    let before = 0
    for (let round = 0; round < 5; round++) {
      const { child, ended, printed } = start(process.execPath, [program, place])
      await printed(`saved ${before + 1}.`)
      await new Promise((settle) => setTimeout(settle, trainer * 5 + round))
      child.kill('SIGKILL')
      const { output } = await ended
      const saved = Number(/saved (\d+)\.\n$/.exec(output)?.[1])
      const loaded = (await loadCheckpoint(place))!
      expect(loaded.step).toBeGreaterThanOrEqual(saved)
      expect(loaded.step).toBeLessThanOrEqual(saved + 1)
      expect(loaded.notes).toEqual([])
      expect(loaded.progress).toEqual({ step: loaded.step })
      expect(loaded.tensors.get('a')!.data.every((value) => value === loaded.step)).toBe(true)
      before = loaded.step
    }
    expect((await readdir(place)).length).toBeLessThanOrEqual(5)
  }
  await Promise.all(
    [0, 1, 2, 3].map(async (trainer) => {
      await killed(await freshFolder(), trainer)
    }),
  )
})
