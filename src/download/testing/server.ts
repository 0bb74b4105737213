// A real HTTP server on port 0 that answers each path as a test says.
import { createServer } from 'node:http'

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answering = (
  request: IncomingMessage,
  response: ServerResponse,
  /** How often the path was asked for, from 1. */
  time: number,
) => void

export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly base: string
  readonly port: number
  /** Paths in the order in which they were asked for. */
  readonly asked: string[]
  /** Most requests that were open at once. */
  mostOpen(): number
  close(): Promise<void>
}

export const startServer = async (
  answers: Readonly<Record<string, Answering>>,
): Promise<TestServer> => {
  const asked: string[] = []
  let open = 0
  let most = 0
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    most = Math.max(most, ++open)
    response.on('close', () => open--)
    const time = asked.filter((each) => each === path).length
    const answer = answers[path] ?? answers['*']
    if (answer === undefined) response.writeHead(404).end('nothing here')
    else answer(request, response, time)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    port,
    asked,
    mostOpen: () => most,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
