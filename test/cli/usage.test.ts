// Help, mistakes of usage, and failures: exit codes, stdout and stderr as scripts rely on them.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { commands } from '../../src/cli/commands/index.ts'
import { parseCommand } from '../../src/cli/program.ts'
import { jsonOf, medley } from '../support/medley.ts'

import type { MedleyError } from '../../src/base/errors.ts'

const cwd = mkdtempSync(join(tmpdir(), 'medley-cli-usage-'))

beforeAll(() => {
  writeFileSync(
    join(cwd, 'films.csv'),
    ['id,overview,genres', ...rows(40, (row) => `${row},A story of love and war,Drama|War`)].join(
      '\n',
    ),
  )
})
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})

const rows = (count: number, line: (row: number) => string): string[] =>
  Array.from({ length: count }, (_, row) => line(row + 1))

const usageOf = (args: readonly string[]): unknown => {
  try {
    return parseCommand(args, { writeOut: () => undefined, width: 80 })
  } catch (error) {
    return error
  }
}

describe('help', () => {
  const helpOf = (...args: string[]): string => {
    let text = ''
    const writeOut = (part: string): void => {
      text += part
    }
    expect(() => parseCommand([...args, '--help'], { writeOut, width: 80 })).toThrow()
    return text
  }

  test('of the program, to stdout', async () => {
    const ended = await medley(['--help'], { cwd })
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: helpOf() })
    expect(ended.stdout).toMatchSnapshot()
  })

  test.each(commands.map(({ usage }) => usage))('of %s', (command) => {
    expect(helpOf(command)).toMatchSnapshot()
  })
})

describe('what the command line refuses', () => {
  test.each([
    [['tran'], 'train'],
    [[], 'medley --help'],
    [['train', 'films.csv', '--bach', '3'], '--batch'],
    [['train', 'films.csv', '--epochs', '0'], 'at least 1'],
    [['train', 'films.csv', '--budget', 'soon'], '10m'],
    [['train', 'films.csv', '--image-size', '48'], 'WIDTHxHEIGHT'],
    [['train', 'films.csv', '--label-format', 'xml'], 'one-hot'],
    [['train', 'films.csv', '--preset', 'fsat'], 'fast'],
    [['sample-data', 'movies', 'x'], 'films'],
    [['inspect'], 'data'],
  ])('%j', (args, mentions) => {
    const error = usageOf(args)
    expect(error).toMatchObject({ code: 'cli.usage', exit: 2 })
    const { message, fix } = error as MedleyError
    expect(`${message} ${fix}`).toContain(mentions)
  })

  test('and what it takes', () => {
    const args = ['--image', 'a, b', '--text', '', '--budget', '2m', '--image-size', '48x72']
    expect(
      usageOf(['train', 'films.csv', ...args, '--label-format', 'records:name']),
    ).toMatchObject({
      args: ['films.csv'],
      options: {
        image: ['a', 'b'],
        text: [],
        budget: 120,
        imageSize: { width: 48, height: 72 },
        labelFormat: { kind: 'records', key: 'name' },
      },
    })
  })
})

describe('mistakes end with 2 and one readable line', () => {
  test.each([
    [['tran'], 'cli.usage', 'train'],
    [['train'], 'cli.usage', 'DATA'],
    [['train', 'films.csv', '--resume', 'runs/x'], 'cli.usage', '--resume'],
    [['prepare', 'films.csv'], 'cli.usage', '--out'],
    [['train', '--resume', 'runs/x', '--learning-rate', '1'], 'cli.usage', '--learning-rate'],
    [['train', 'nothing.csv'], 'table.file-missing', 'nothing.csv'],
    [['train', 'films.csv', '--text', 'overveiw'], 'table.column-missing', 'overview'],
    [['inspect', '.'], 'table.is-folder', 'films.csv'],
    [['evaluate', 'runs/x'], 'run.not-found', 'runs/x'],
    [['predict', 'runs/x', 'films.csv'], 'cli.usage', '--out'],
    [['predict', 'runs/x', 'films.csv', '--out', 'x.csv'], 'model.not-found', 'runs/x'],
    [['predict', 'runs/x', 'films.csv', '--out', 'x.xls'], 'workflow.out-format', '.csv'],
    [['vectors', 'nothing.txt'], 'vectors.missing', 'nothing.txt'],
  ])('%j', async (args, code, mentions) => {
    const ended = await medley([...args, '--json'], { cwd })
    expect(ended.code).toBe(2)
    const { error } = jsonOf(ended) as { error: Record<string, string | null> }
    expect(error).toMatchObject({ code })
    expect(Object.keys(error)).toEqual(['code', 'message', 'file', 'row', 'fix'])
    expect(`${error['message']!} ${error['fix']!}`).toContain(mentions)
    expect(ended.stderr).toContain(`error: ${error['message']!}`)
    expect(ended.stderr).toContain(`  -> ${error['fix']!}`)
    expect(ended.stderr).not.toContain('    at ')
  })
})

test('a training that cannot begin leaves no folder', async () => {
  const { code, stderr } = await medley(['train', 'films.csv', '--out', 'run'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toContain('error:')
  expect(existsSync(join(cwd, 'run'))).toBe(false)
})

describe('colours', () => {
  const coloured = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const { stdout, stderr } = await medley(['tran', ...args], { cwd, env })
    expect(stdout).toBe('')
    return stderr.includes('\u001b[')
  }
  test('none where nobody looks', async () => {
    expect(await coloured([], {})).toBe(false)
  })
  test('FORCE_COLOR asks for them, NO_COLOR and --no-color refuse', async () => {
    expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await coloured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false)
  })
})
