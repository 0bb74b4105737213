// Ends every test run with one plain line, `N passed, N failed`, so that any log can be read by machine.
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const closingLine = (modules: readonly TestModule[], unhandledErrors: number): string => {
  const count = { passed: 0, failed: unhandledErrors, skipped: 0 }
  for (const module of modules) {
    const tests: TestCase[] = [...module.children.allTests()]
    // A file that fails to load has no tests, and must still count.
    if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) {
      count.failed += 1
    }
    for (const test of tests) {
      const { state } = test.result()
      if (state !== 'pending') count[state] += 1
    }
  }
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
  return `${count.passed} passed, ${count.failed} failed${skipped}`
}

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    process.stdout.write(`${closingLine(modules, errors.length)}\n`)
  }
}
