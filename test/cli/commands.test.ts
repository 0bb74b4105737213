// Every command on small generated films: what it prints for people, and its JSON for scripts. Most run in this process;
// those that make the data, and one of each kind of output, run as the program that people run.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { evaluationSchema } from '../../src/evaluation/schema.ts'
import { jsonOf, medley } from '../support/medley.ts'
import { runCommand } from '../support/run-command.ts'

import type { Ended } from '../support/medley.ts'

const cwd = mkdtempSync(join(tmpdir(), 'medley-cli-'))
const path = (...parts: string[]): string => join(cwd, ...parts)
const fast = ['--epochs', '1', '--image-size', '16x24', '--threads', '1']

type Printed = Pick<Ended, 'code' | 'stdout' | 'stderr'>
type Json = Readonly<Record<string, unknown>>

/** In this process. */
const run = async (...args: string[]): Promise<Printed> => {
  const { exit, stdout, told, failure } = await runCommand(cwd, args, { isJson: false })
  return { code: exit, stdout, stderr: told + failure }
}
const runJson = async (...args: string[]): Promise<Json> => {
  const { exit, json, failure } = await runCommand(cwd, args)
  expect({ exit, failure }).toEqual({ exit: 0, failure: '' })
  // As it is read again by a script.
  return JSON.parse(JSON.stringify(json)) as Json
}

/** As the program that people run. */
const program = (...args: string[]): Promise<Ended> => medley(args, { cwd })
const programJson = async (...args: string[]): Promise<Json> => {
  const ended = await program(...args, '--json')
  expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
    code: 0,
    stderr: '',
  })
  return jsonOf(ended)
}

beforeAll(async () => {
  const made = await programJson(
    'sample-data',
    'films',
    'films',
    '--rows',
    '60',
    '--poster-width',
    '32',
  )
  expect(made).toMatchObject({ table: join('films', 'films.csv'), rows: 60 })
  const trained = await programJson('train', 'films/films.csv', ...fast, '--out', 'run')
  expect(Object.keys(trained)).toEqual([
    'run',
    'model',
    'epochs',
    'best_epoch',
    'seconds',
    'rows_per_second',
    'scores',
  ])
  const { validation, test: judged } = trained['scores'] as Record<string, unknown>
  evaluationSchema.parse(validation)
  evaluationSchema.parse(judged)
  expect(existsSync(path('run', 'model.onnx'))).toBe(true)
})
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})

test('inspect', async () => {
  const human = await program('inspect', 'films/films.csv')
  expect(human).toMatchObject({ code: 0, stderr: '' })
  for (const word of ['overview', 'Labels in genres', 'Pictures in poster', 'Training would use'])
    expect(human.stdout).toContain(word)
  expect(await runJson('inspect', 'films/films.csv')).toMatchObject({
    rows: 60,
    roles: { images: ['poster'], texts: ['overview'], labels: ['genres'], id: 'id' },
    read: { records: 60, used: 60, reported: [] },
  })
})

test('inspect writes a page whose text stays text', async () => {
  const lines = [
    'key,overview,genres',
    ...Array.from(
      { length: 12 },
      (_, row) => `${row},"<b>film</b> no. ${row} of a long evening",${row % 2 ? 'War' : 'Drama'}`,
    ),
  ]
  writeFileSync(path('markup.csv'), lines.join('\n'))
  await run('inspect', 'markup.csv', '--html', 'markup.html')
  const text = readFileSync(path('markup.html'), 'utf8')
  expect(text).toContain('&lt;b&gt;film&lt;/b&gt; no. 3')
  expect(text).not.toContain('<b>film')
  await run('inspect', 'films/films.csv', '--html', 'films.html')
  const films = readFileSync(path('films.html'), 'utf8')
  expect(films.match(/<img src="data:image\/jpeg;base64,[\w+/=]{400,}"/g)!.length).toBeGreaterThan(
    15,
  )
  expect(await run('inspect', 'markup.csv', '--html', 'nowhere/x.html')).toMatchObject({ code: 2 })
})

test('inspect finds broken rows, pictures and copies', async () => {
  const overview = 'A long story about a man who comes home after many years'
  const lines = Array.from({ length: 30 }, (_, row) =>
    row === 7
      ? 'a,b,c,d,e,f'
      : `${row},${overview} ${row === 9 ? 8 : row},Drama|War,p${row === 9 ? 8 : row}.jpg`,
  )
  writeFileSync(path('broken.csv'), ['key,overview,genres,poster', ...lines].join('\n'))
  const found = await runJson('inspect', 'broken.csv', '--image', 'poster', '--id', 'key')
  expect(found).toMatchObject({
    duplicates: { rows: 1 },
    images: { poster: { existing: 0, problems: { 'image.missing': 29 } } },
    read: { records: 30, used: 29, reported: [{ line: 9 }] },
  })
})

test('inspect shows what training would do: leaking columns, ids and constants are left out', async () => {
  const lines = Array.from({ length: 60 }, (_, row) => {
    const label = row === 5 ? 'Rare' : row % 2 === 0 ? 'cat' : row === 7 ? ' Dog' : 'dog'
    return `k${1000 + row * 3},${(row * 37) % 51},same,code-${label.trim().toLowerCase()},${label}`
  })
  writeFileSync(path('pets.csv'), ['key,size,unit,code,label', ...lines].join('\n'))
  const found = await runJson('inspect', 'pets.csv')
  expect(found).toMatchObject({
    roles: { table: [{ column: 'size' }], labels: ['label'] },
    left_out: [
      { column: 'key', leaking: false },
      { column: 'unit', leaking: false },
      { column: 'code', leaking: true },
    ],
    labels: { rare: ['Rare'] },
  })
  const { stdout } = await run('inspect', 'pets.csv')
  expect(stdout).toContain('1 spellings were merged: Dog → dog')
  expect(stdout).toContain('1 labels have fewer than ten rows: Rare (1)')
  expect(stdout).toContain('Nothing is learned from key: it names the rows')
  expect(stdout).toContain('Nothing is learned from unit: of no use: every cell says "same"')
  expect(stdout).toMatch(/code gives the answer away.*left out/)
})

test('inspect says why a table cannot be trained on', async () => {
  const text =
    'a,b\nthe first of many words,here are some others\nnobody says it twice,and nothing comes back\n'
  writeFileSync(path('texts.csv'), text)
  expect(await runJson('inspect', 'texts.csv')).toMatchObject({
    roles: null,
    problem: { code: 'table.no-labels' },
  })
})

test('prepare, then train from it', async () => {
  const made = await runJson('prepare', 'films/films.csv', ...fast, '--out', 'prepared')
  expect(made).toMatchObject({ rows: 60, experiment: join('prepared', 'experiment.json') })
  const human = await run(
    'train',
    'prepared/experiment.json',
    '--cache',
    'prepared',
    '--out',
    'run2',
  )
  expect(human.code).toBe(0)
  expect(human.stdout).toContain('medley predict run2')
  // The same experiment gives the same bits.
  expect(readFileSync(path('run2', 'scores.json'))).toEqual(
    readFileSync(path('run', 'scores.json')),
  )
  expect(readFileSync(path('run2', 'model.onnx'))).toEqual(readFileSync(path('run', 'model.onnx')))
})

describe('evaluate', () => {
  test('a run gives the scores of its test rows again', async () => {
    const saved = JSON.parse(readFileSync(path('run', 'scores.json'), 'utf8')) as {
      readonly test: unknown
    }
    expect(await runJson('evaluate', 'run')).toEqual(saved.test)
  })

  test('a table is judged with the labels of the model', async () => {
    const table = readFileSync(path('films', 'films.csv'), 'utf8').replace(/Drama/g, 'Opera')
    writeFileSync(path('films', 'opera.csv'), table)
    const ended = await run('evaluate', 'run/model.onnx', 'films/opera.csv')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('this model')
    expect(ended.stderr).toContain('1 labels are not known to the model: Opera')
    const evaluation = evaluationSchema.parse(await runJson('evaluate', 'run', 'films/opera.csv'))
    expect(evaluation.baselines.linear_text).toBeNull()
  })

  test('a model without its run needs a table', async () => {
    writeFileSync(path('alone.onnx'), readFileSync(path('run', 'model.onnx')))
    expect(await run('evaluate', 'alone.onnx')).toMatchObject({ code: 2 })
  })

  test('a run whose table has changed is refused', async () => {
    const table = readFileSync(path('films', 'films.csv'), 'utf8')
    const experiment = readFileSync(path('run', 'experiment.json'), 'utf8')
    cpSync(path('run'), path('run3'), { recursive: true })
    writeFileSync(path('films', 'changed.csv'), table.replace(/^f00[12].*\r\n/gm, ''))
    writeFileSync(path('run3', 'experiment.json'), experiment.replace('films.csv', 'changed.csv'))
    const ended = await run('evaluate', 'run3')
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain('[workflow.data-changed]')
  })

  test('pictures that have gone are told, as predict tells them', async () => {
    renameSync(path('films', 'posters'), path('films', 'moved'))
    try {
      const own = await run('evaluate', 'run')
      expect(own).toMatchObject({ code: 0 })
      const [, rows] = /^poster is missing in (\d+) of \1 test rows\.$/m.exec(own.stderr)!
      expect(own.stderr).toContain(`${rows!} test rows of`)
      expect(own.stderr).toMatch(/^Row \d+: .*f00\d\d\.jpg/m)
      const whole = await run('evaluate', 'run', 'films/films.csv')
      expect(whole.stderr).toMatch(/^poster is missing in (\d+) of \1 judged rows\.$/m)
      const both = await run('compare', 'run', 'run/model.onnx')
      expect(both).toMatchObject({ code: 0 })
      const about = 'run, run/model\\.onnx: '
      expect(both.stderr).toMatch(
        new RegExp(`^${about}poster is missing in (\\d+) of \\1 compared rows\\.$`, 'm'),
      )
      expect(both.stderr).toMatch(new RegExp(`^${about}Row \\d+: .*\\.jpg`, 'm'))
    } finally {
      renameSync(path('films', 'moved'), path('films', 'posters'))
    }
  })
})

describe('predict', () => {
  const genres = ['Drama', 'Comedy']

  test('one picture and text', async () => {
    const poster = join('films', 'posters', 'f0002.jpg')
    const both = await runJson('predict', 'run', '--image', poster, '--text', 'A war, a love 💔')
    expect(both).toMatchObject({ missing: [] })
    for (const genre of genres) expect(both['scores']).toHaveProperty(genre)
    const human = await run('predict', 'run', '--text', 'A war')
    expect(human.code).toBe(0)
    expect(human.stdout).toContain('without poster')
    expect(await run('predict', 'run', '--image', 'nowhere.jpg')).toMatchObject({ code: 2 })
    expect((await run('predict', 'run', '--text', '  ')).stderr).toContain('[model.nothing-given]')
  })

  test('a table keeps its order, ids and rows without input; formulas are disarmed', async () => {
    writeFileSync(
      path('films', 'some films ünïcode 映画.csv'),
      [
        'overview,id,poster',
        'A war story,z9,posters/f0003.jpg',
        ',=cmd(),',
        '"Liebe, ""Größe"" и любовь",a1,posters/gone.jpg',
        '愛の物語,m5,',
      ].join('\n'),
    )
    const source = 'films/some films ünïcode 映画.csv'
    const printed = await run('predict', 'run', source)
    expect(printed.code).toBe(0)
    const lines = printed.stdout.trimEnd().split('\r\n')
    expect(lines.map((line) => line.split(',')[0])).toEqual(['id', 'z9', "'=cmd()", 'a1', 'm5'])
    expect(lines[0]).toMatch(/^id,labels,Action,.*,missing$/)
    expect(lines[2]).toMatch(/^'=cmd\(\),,+poster\|overview$/)
    expect(lines[3]).toMatch(/,poster$/)
    expect(printed.stderr).toContain('gone.jpg')

    const out = 'predicted ü.csv'
    expect(await runJson('predict', 'run', source, '--out', out)).toMatchObject({
      rows: 4,
      predicted: 3,
      not_predicted: [2],
      missing: { poster: 3, overview: 1 },
    })
    expect(readFileSync(path(out), 'utf8')).toBe(printed.stdout)

    await runJson('predict', 'run', source, '--out', 'p.jsonl')
    const rows = readFileSync(path('p.jsonl'), 'utf8').trimEnd().split('\n')
    expect(rows.map((row) => (JSON.parse(row) as { id: string }).id)).toEqual([
      'z9',
      '=cmd()',
      'a1',
      'm5',
    ])
    await runJson('predict', 'run', source, '--out', 'p.parquet')
    const parquet = await runJson('inspect', 'p.parquet')
    expect(parquet).toMatchObject({ rows: 4 })
    expect((parquet['columns'] as { name: string }[]).map(({ name }) => name)).toEqual(
      lines[0]!.split(','),
    )
  })

  test('a table without one of the columns is predicted without it', async () => {
    writeFileSync(path('texts.csv'), 'overview\nA war story\nA love story\n')
    const ended = await run('predict', 'run', 'texts.csv')
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('no column poster')
    expect(ended.stdout).toMatch(/^row,labels,/)
    expect(await run('predict', 'run', 'numbers.csv')).toMatchObject({ code: 2 })
  })

  test('columns may be spelt in another case', async () => {
    writeFileSync(path('upper.csv'), 'Overview\nA war story\nA love story\n')
    const ended = await run('predict', 'run', 'upper.csv')
    expect(ended.stderr).toContain('overview is read from the column Overview')
    expect(ended.stdout).toBe((await run('predict', 'run', 'texts.csv')).stdout)
  })

  test('a reader that goes away is no failure', async () => {
    const { execFileSync } = await import('node:child_process')
    const file = join(import.meta.dirname, '../../bin/medley.js')
    const script = `"${process.execPath}" "${file}" predict run films/films.csv | head -1`
    const shown = execFileSync('bash', ['-o', 'pipefail', '-c', script], { cwd, encoding: 'utf8' })
    expect(shown).toMatch(/^id,labels,/)
  })
})

test('the line that train ends with can be pasted', async () => {
  const table = "Tom's films (1) $HOME.csv"
  cpSync(path('films', 'films.csv'), path(table))
  cpSync(path('films', 'posters'), path('the pictures', 'posters'), { recursive: true })
  const pictures = ['--images', 'the pictures']
  const ended = await run('train', table, ...pictures, ...fast, '--out', 'my run')
  expect(ended).toMatchObject({ code: 0 })
  const line = /^Predict +medley (.*)$/m.exec(ended.stdout)![1]!
  const { execFileSync } = await import('node:child_process')
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { cwd, encoding: 'utf8' })
  const predicted = await run(...words.split('\0').slice(0, -1))
  expect(predicted).toMatchObject({ code: 0 })
  expect(predicted.stderr).toContain('poster is missing in 2 of 60 rows.')
})

test('unicode: paths, columns, labels and texts', async () => {
  const lines = Array.from({ length: 60 }, (_, row) =>
    row % 2 === 0
      ? `Ein Krieg über den Bergen ${row},Kriegsfilm|ドラマ`
      : `愛と 心 の 物語 ${row},Liebe ❤️|ドラマ${row % 3 === 0 ? '|Kriegsfilm' : ''}`,
  )
  writeFileSync(path('фильмы.csv'), ['обзор,Genres 🎬', ...lines].join('\n'))
  const trained = await runJson(
    ...['train', 'фильмы.csv', '--text', 'обзор', '--labels', 'Genres 🎬', '--out', 'прогон'],
    ...fast,
  )
  expect(trained).toMatchObject({
    run: 'прогон',
    scores: { test: { labels: ['Kriegsfilm', 'Liebe ❤️', 'ドラマ'] } },
  })
  expect(await programJson('predict', 'прогон', '--text', '愛')).toHaveProperty([
    'scores',
    'ドラマ',
  ])
})

test('vectors', async () => {
  writeFileSync(path('vectors.txt'), 'king 1 0 0\nqueen 0.9 0.1 0\ncar 0 0 1\nlove 0.1 1 0\n')
  expect(await runJson('vectors', 'vectors.txt', '--near', 'king')).toMatchObject({
    words: 4,
    dimensions: 3,
    near: [{ word: 'queen' }, { word: 'love' }, { word: 'car' }],
  })
  const covered = ['--data', 'films/films.csv', '--text', 'overview']
  const human = await run('vectors', 'vectors.txt', ...covered)
  expect(human.code).toBe(0)
  expect(human.stdout).toMatch(/of \d+ words of overview have a vector/)
})

test('demo, twice in the same folder', { timeout: 120_000 }, async () => {
  const args = ['demo', '--out', 'demo', '--rows', '60', '--epochs', '1']
  const result = await programJson(...args)
  expect(Object.keys(result)).toEqual(['seconds', 'scores'])
  const scores = result['scores'] as Record<string, unknown>
  expect(Object.keys(scores)).toEqual(['image', 'text', 'fused'])
  for (const evaluation of Object.values(scores)) evaluationSchema.parse(evaluation)
  writeFileSync(path('demo', 'mine.txt'), 'keep me')
  const again = await run(...args)
  expect(again.code).toBe(0)
  expect(again.stdout).toContain('Three films the model has not seen')
  expect(existsSync(path('demo', 'mine.txt'))).toBe(true)
})
