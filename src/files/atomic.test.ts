import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises' // prettier-ignore
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { AtomicFile, probeWritable, removeTemporaryFiles, writeFileAtomic } from './atomic.ts'
import { start, translateRooms } from './testing/program.ts'

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-atomic-'))
  path = join(folder, 'file')
  translateRooms(await freshFolder('programs'), ['base', 'files'])
})
afterAll(() => rm(folder, { recursive: true }))

const freshFolder = async (name: string): Promise<string> => {
  await mkdir(join(folder, name))
  return join(folder, name)
}

const succeeds = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const isRoot = process.getuid?.() === 0

/** Runs `action` in a file system of its own, mounted with these options; false where mounting is not allowed. */
const inSmallFileSystem = async (
  options: string,
  action: (mounted: string) => Promise<void>,
): Promise<boolean> => {
  const mounted = await mkdtemp(join(folder, 'mounted-'))
  if (!succeeds('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mounted])) return false
  try {
    await action(mounted)
  } finally {
    execFileSync('umount', [mounted])
  }
  return true
}

test('writes strings, bytes and pieces, over what was there', async () => {
  await writeFileAtomic(path, 'äöü')
  expect(await readFile(path, 'utf8')).toBe('äöü')
  await writeFileAtomic(path, new Uint8Array([1, 2, 3]))
  expect([...(await readFile(path))]).toEqual([1, 2, 3])
  await writeFileAtomic(path, [new Uint8Array([4]), new Uint8Array(), new Uint8Array([5, 6])])
  expect([...(await readFile(path))]).toEqual([4, 5, 6])
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a big file is written at offsets and appears on commit', async () => {
  const big = join(folder, 'big')
  const file = await AtomicFile.open(big)
  await file.write(2, new Uint8Array([3, 4]))
  await file.write(0, new Uint8Array([1, 2]))
  await expect(stat(big)).rejects.toThrow('ENOENT')
  await file.commit()
  await file.abort()
  expect([...(await readFile(big))]).toEqual([1, 2, 3, 4])
})

test('abort leaves the old file and nothing else', async () => {
  const place = await freshFolder('abort')
  await writeFileAtomic(join(place, 'a'), 'old')
  const file = await AtomicFile.open(join(place, 'a'))
  await file.write(0, new Uint8Array(9))
  await file.abort()
  await file.abort()
  expect(await readdir(place)).toEqual(['a'])
  expect(await readFile(join(place, 'a'), 'utf8')).toBe('old')
})

test('what a killed writer left is removed, nothing else is', async () => {
  const place = await freshFolder('left')
  await writeFile(join(place, 'mine.tmp'), '')
  const file = await AtomicFile.open(join(place, 'a'))
  await removeTemporaryFiles(place)
  expect(await readdir(place)).toEqual(['mine.tmp'])
  await file.abort()
})

test('a folder, a device and a missing folder are refused; a link is written through', async () => {
  await expect(writeFileAtomic(folder, 'x')).rejects.toMatchObject({ code: 'files.not-a-file' })
  await expect(writeFileAtomic('/dev/null', 'x')).rejects.toMatchObject({
    code: 'files.not-a-file',
  })
  await expect(writeFileAtomic(join(folder, 'no/x'), 'x')).rejects.toMatchObject({
    code: 'files.not-found',
    file: join(folder, 'no/x'),
  })
  const place = await freshFolder('links')
  await writeFile(join(place, 'real'), 'old')
  await symlink('real', join(place, 'link'))
  await writeFileAtomic(join(place, 'link'), 'new')
  expect(await readFile(join(place, 'real'), 'utf8')).toBe('new')
})

test('the probe finds a missing folder and a disk that is too small', async () => {
  await probeWritable(folder)
  await expect(probeWritable(join(folder, 'no'))).rejects.toMatchObject({ code: 'files.not-found' })
  await expect(probeWritable(folder, { needBytes: 1e17 })).rejects.toMatchObject({
    code: 'files.no-space',
    message: expect.stringMatching(
      /need 100000\.0 TB, free [\d.]+ .B at .*medley-atomic/,
    ) as string,
  })
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
})

test.skipIf(isRoot)('a folder without write permission', async () => {
  const place = await freshFolder('closed')
  await chmod(place, 0o500)
  await expect(probeWritable(place)).rejects.toMatchObject({ code: 'files.no-permission' })
})

test('a full disk keeps the old file, removes the temporary one, names need and free', async (context) => {
  const couldMount = await inSmallFileSystem('size=1m', async (mounted) => {
    const target = join(mounted, 'weights')
    await writeFileAtomic(target, new Uint8Array(400_000).fill(1))
    // Without an expected size the shortage shows only while writing.
    const file = await AtomicFile.open(target)
    await expect(file.write(0, new Uint8Array(2_000_000))).rejects.toMatchObject({
      code: 'files.no-space',
      message: expect.stringMatching(/need 2\.0 MB, free 6\d\d\.\d kB at /) as string,
    })
    await expect(writeFileAtomic(target, new Uint8Array(2_000_000))).rejects.toMatchObject({
      code: 'files.no-space',
    })
    expect(await readdir(mounted)).toEqual(['weights'])
    expect((await readFile(target)).equals(new Uint8Array(400_000).fill(1))).toBe(true)
  })
  if (!couldMount) context.skip()
})

test('no inodes and a read-only file system are told apart', async (context) => {
  const couldMount = await inSmallFileSystem('size=1m,nr_inodes=3', async (mounted) => {
    await writeFile(join(mounted, 'a'), '')
    await writeFile(join(mounted, 'b'), '')
    await expect(probeWritable(mounted)).rejects.toMatchObject({ code: 'files.no-inodes' })
    execFileSync('mount', ['-o', 'remount,ro', mounted])
    await expect(probeWritable(mounted)).rejects.toMatchObject({ code: 'files.read-only' })
  })
  if (!couldMount) context.skip()
})

/** A program that writes 300 kB over `path` and prints the code of the error, if any. */
const writerProgram = async (target: string): Promise<string> => {
  const program = join(folder, 'programs', 'writer.js')
  await writeFile(
    program,
    `import { writeFileAtomic } from './files/atomic.js'
     process.on('SIGXFSZ', () => {})
     const target = ${JSON.stringify(target)}
     await writeFileAtomic(target, new Uint8Array(300_000).fill(2)).then(
       () => console.log('written'),
       (error) => console.log(error.code + ': ' + error.message))`,
  )
  return program
}

test('a limit on file sizes (ulimit -f) is named', async () => {
  const place = await freshFolder('limited')
  await writeFile(join(place, 'a'), 'old')
  const program = await writerProgram(join(place, 'a'))
  const limited = `ulimit -f 200; exec "$0" "$1"`
  const { output } = await start('bash', ['-c', limited, process.execPath, program]).ended
  expect(output).toContain('files.too-large')
  expect(output).toContain('need 300.0 kB')
  expect(await readdir(place)).toEqual(['a'])
  expect(await readFile(join(place, 'a'), 'utf8')).toBe('old')
})

// SQLite's loop: fail the first system call, the second, ... until the program succeeds.
test.skipIf(!succeeds('strace', ['-V']) || !succeeds('strace', ['true']))(
  'whichever write, fsync or rename fails, the file is the old or the new one',
  async () => {
    const place = await freshFolder('faults')
    const target = join(place, 'a')
    const program = await writerProgram(target)
    for (const call of ['pwrite64', 'fsync', 'rename']) {
      let failures = 0
      for (let when = 1; when <= 6; when++) {
        await writeFile(target, 'old')
        const inject = `inject=${call}:error=${call === 'pwrite64' ? 'ENOSPC' : 'EIO'}:when=${when}`
        const trace = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]
        const { output } = await start('strace', [...trace, process.execPath, program]).ended
        expect(await readdir(place)).toEqual(['a'])
        const text = await readFile(target, 'latin1')
        if (output === 'written\n') {
          expect(text).toBe('\x02'.repeat(300_000))
          break
        }
        failures++
        expect(output).toMatch(/^files\.(no-space|io): /)
        // A failed fsync of the folder comes after the rename.
        expect(['old', '\x02'.repeat(300_000)]).toContain(text)
      }
      expect(failures).toBeGreaterThan(0)
    }
  },
)

test('kill -9 in a loop of writes never shows half a file', async () => {
  const program = join(folder, 'programs', 'loop.js')
  await writeFile(
    program,
    `import { writeFileAtomic } from './files/atomic.js'
     for (let value = 1; ; value = (value % 200) + 1) {
       await writeFileAtomic(process.argv[2], new Uint8Array(200_000).fill(value))
       if (value === 1) console.log('going')
     }`,
  )
  const killed = async (delayMs: number): Promise<void> => {
    const place = await freshFolder(`killed-${delayMs}`)
    const target = join(place, 'a')
    const { child, ended, printed } = start(process.execPath, [program, target])
    await printed('going')
    await new Promise((settle) => setTimeout(settle, delayMs))
    child.kill('SIGKILL')
    await ended
    const bytes = await readFile(target)
    expect(bytes.length).toBe(200_000)
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
    await removeTemporaryFiles(place)
    expect(await readdir(place)).toEqual(['a'])
  }
  await Promise.all([0, 3, 6, 9, 12, 15].map(killed))
})
