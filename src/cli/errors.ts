// Mistakes on the command line, and what the command line says about the rest.
import { errorTable } from '../base/errors.ts'

export const cliErrors = errorTable('cli', {
  usage: {
    exit: 2,
    http: 400,
    message: '{problem}',
    fix: '{suggestion}',
  },
  interrupted: {
    exit: 130,
    http: 503,
    message: 'interrupted before anything was finished',
    fix: 'Nothing half-written was left behind; run the same command again.',
  },
})

export const internalErrors = errorTable('internal', {
  bug: {
    exit: 1,
    http: 500,
    message: '{reason}',
    fix: 'This is a bug in Medley: please report it with the lines above.',
  },
})
