// Why an address could not be had. Most of these never stop anything: they are the outcome of one file among thousands.
import { errorTable } from '../base/errors.ts'

const tryAgain = 'Run the same command again: only what is missing is fetched.'

export const downloadErrors = errorTable('download', {
  'url-invalid': {
    exit: 2,
    http: 400,
    message: '{url} is not an address that can be fetched: {reason}',
    fix: 'Give a full http:// or https:// address without a name and password.',
  },
  'private-address': {
    exit: 2,
    http: 403,
    message: '{host} is at {address}, inside a private network or this machine',
    fix: 'If that is meant, name the server with its port: --allow-server http://HOST:PORT (medley import: --poster-base-url).',
  },
  redirect: {
    exit: 1,
    http: 502,
    message: '{url} leads to {target}, {reason}',
    fix: 'If that is the right place, give its address in the first place; a server of your own also needs --allow-server.',
  },
  'too-many-redirects': {
    exit: 1,
    http: 502,
    message: '{url} was redirected more than {limit} times',
    fix: 'Open the address in a browser to see where it ends.',
  },
  gone: {
    exit: 1,
    http: 404,
    message: 'the server has no {url} (status {status})',
    fix: 'It is not asked for again; --retry-failed does.',
  },
  refused: {
    exit: 1,
    http: 502,
    message: 'the server refuses {url} (status {status})',
    fix: 'Check the base address, and whether the server lets you read it.',
  },
  busy: {
    exit: 1,
    http: 503,
    message: 'the server asked for fewer requests (status {status}) and kept asking: {url}',
    fix: `Wait a while, or ask for fewer a second (--fetch-rate; medley import: --rate). ${tryAgain}`,
  },
  'server-error': {
    exit: 1,
    http: 502,
    message: 'the server failed at {url} (status {status})',
    fix: tryAgain,
  },
  'address-unknown': {
    exit: 1,
    http: 502,
    message: 'no address is known for {host} ({reason})',
    fix: `Check the spelling and the network. ${tryAgain}`,
  },
  connection: {
    exit: 1,
    http: 502,
    message: 'the connection for {url} failed: {reason}',
    fix: `Check the network. ${tryAgain}`,
  },
  certificate: {
    exit: 1,
    http: 502,
    message: 'the certificate of {host} is not trusted: {reason}',
    fix: 'Check the date of this machine and the base address.',
  },
  timeout: {
    exit: 1,
    http: 504,
    message: '{url}: {phase} took longer than {seconds} s',
    fix: tryAgain,
  },
  truncated: {
    exit: 1,
    http: 502,
    message: '{url} ended after {received} bytes, expected {expected}',
    fix: tryAgain,
  },
  empty: {
    exit: 1,
    http: 502,
    message: '{url} has no bytes in it',
    fix: tryAgain,
  },
  'too-large': {
    exit: 1,
    http: 502,
    message: '{url} is larger than {limit} MB',
    fix: 'Nothing of it was kept; it is probably not what the address promises.',
  },
  'host-down': {
    exit: 1,
    http: 502,
    message: 'not tried: {host} failed {count} times in a row',
    fix: `Check the network and the base address. ${tryAgain}`,
  },
  'not-reached': {
    exit: 130,
    http: 503,
    message: 'not tried: the run was interrupted before {url}',
    fix: tryAgain,
  },
  interrupted: {
    exit: 130,
    http: 503,
    message: 'interrupted: {done} of {total} files are there',
    fix: 'Run the same command again: only the other {left} are fetched.',
  },
})

export type DownloadReason = keyof typeof downloadErrors.specs
