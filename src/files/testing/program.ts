// Real processes for tests that kill, starve or race: Node 20 cannot run TypeScript, so the rooms are translated (types
// removed, nothing checked) into a folder of JavaScript beside the test's program.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import ts from 'typescript'

const root = resolve(import.meta.dirname, '../../..')

/** Translates rooms of `src` into `folder`, so that a program there can import `./files/atomic.js`. */
export const translateRooms = (folder: string, rooms: readonly string[]): void => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const room of rooms) {
    mkdirSync(join(folder, room))
    const sources = readdirSync(join(root, 'src', room)).filter((name) =>
      /(?<!\.test)\.ts$/.test(name),
    )
    for (const name of sources) {
      const { outputText } = ts.transpileModule(
        readFileSync(join(root, 'src', room, name), 'utf8'),
        {
          compilerOptions: {
            module: ts.ModuleKind.ESNext,
            target: ts.ScriptTarget.ES2022,
            rewriteRelativeImportExtensions: true,
            verbatimModuleSyntax: true,
          },
        },
      )
      writeFileSync(join(folder, room, name.replace(/\.ts$/, '.js')), outputText)
    }
  }
}

/** A finished process: exit code (null after a signal) and what it printed. */
export interface Ended {
  readonly exitCode: number | null
  readonly output: string
}

/** Starts a program; `ended` settles when it is over, `printed` when its output has `text`. */
export const start = (
  command: string,
  args: readonly string[],
): {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly printed: (text: string) => Promise<void>
} => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail)
    child.on('close', (exitCode) => {
      settle({ exitCode, output })
    })
  })
  const printed = (text: string): Promise<void> =>
    new Promise((settle, fail) => {
      const check = (): void => {
        if (output.includes(text)) settle()
      }
      listeners.add(check)
      check()
      void ended.then(() => {
        fail(new Error(`the program ended without printing ${text}:\n${output}`))
      })
    })
  return { child, ended, printed }
}
