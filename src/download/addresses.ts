// Which machines may be asked. A table can name any address, so names that lead into private networks are refused, and
// the address that is really connected to is the one checked: a second look-up could answer differently (DNS rebinding).
import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, isIPv6 } from 'node:net'

import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Resolves a name to all of its addresses. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

export const resolveWithSystem: Resolve = (host, done) => {
  systemLookup(host, { all: true }, done)
}

/** IANA's special-purpose registries: everything that is not a public server. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const
const SPECIAL_IPV6 = [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const
/** Wraps an IPv4 address on networks that have only IPv6 (RFC 6052). */
const NAT64 = '64:ff9b::'

const special = new BlockList()
for (const [net, bits] of SPECIAL_IPV4) special.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of SPECIAL_IPV6) special.addSubnet(net, bits, 'ipv6')
const nat64 = new BlockList()
nat64.addSubnet(NAT64, 96, 'ipv6')

/** Whether an IP address is this machine, a private network or anything else that is not a public server. */
export const isSpecialAddress = (address: string): boolean => {
  const plain = address.replace(/%.*$/, '')
  if (!isIPv6(plain)) return isIP(plain) === 0 || special.check(plain, 'ipv4')
  if (nat64.check(plain, 'ipv6')) return isSpecialAddress(embeddedIpv4(plain))
  return special.check(plain, 'ipv6')
}

/** The last four bytes, as URL writes them: `64:ff9b::7f00:1` -> `127.0.0.1`. */
const embeddedIpv4 = (address: string): string => {
  const groups = bareHost(new URL(`http://[${address}]/`))
    .split(':')
    .slice(-2)
  const [high, low] = groups.map((group) => Number.parseInt(group || '0', 16)) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Host name or address, without the brackets of IPv6. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** Host and port, the port also where it is the usual one: what "the same server" means here. */
export const serverOf = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`

/** Whether a user who writes this address has plainly asked for a machine that is not public. */
export const namesSpecialAddress = (url: URL): boolean => {
  const host = bareHost(url)
  return host === 'localhost' || (isIP(host) !== 0 && isSpecialAddress(host))
}

/** What a guarded look-up fails with; `address` is where the name leads. */
export class SpecialAddressError extends Error {
  override readonly name = 'SpecialAddressError'
  readonly address: string

  constructor(address: string) {
    super(`${address} is not a public address`)
    this.address = address
  }
}

/** A look-up for `http.request` that gives public addresses only; one odd address spoils the name. */
export const guardedLookup =
  (resolve: Resolve): LookupFunction =>
  (host, options, callback) => {
    resolve(host, (error, addresses) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      const wanted = addresses.filter(
        ({ family }) => !options.family || Number(options.family) === family,
      )
      const [first] = wanted
      const odd = wanted.find(({ address }) => isSpecialAddress(address))
      if (odd !== undefined) callback(new SpecialAddressError(odd.address), '')
      else if (first === undefined)
        callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '')
      else if (options.all === true) callback(null, [...wanted])
      else callback(null, first.address, first.family)
    })
  }
