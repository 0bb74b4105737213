// Whole-program tests take longest and start first: one of them at the end would leave the other workers idle. A clean
// clone knows no durations to order by.
import { BaseSequencer } from 'vitest/node'

import type { TestSpecification } from 'vitest/node'

const isWholeProgram = ({ moduleId }: TestSpecification): boolean => !moduleId.includes('/src/')

export default class WholeProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isWholeProgram), ...sorted.filter((file) => !isWholeProgram(file))]
  }
}
