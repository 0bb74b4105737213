// The version of the package, from its package.json.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const medleyVersion = (require('../../package.json') as { readonly version: string }).version
