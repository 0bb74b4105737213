// Progress is a stream of plain events. Whoever produces one does not know who listens.

export type Listener<Event> = (event: Event) => void

/** Sends each event to all listeners, in order. */
export const fanOut =
  <Event>(...listeners: readonly Listener<Event>[]): Listener<Event> =>
  (event) => {
    for (const listener of listeners) listener(event)
  }
