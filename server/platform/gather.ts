/** How long the first of several reads waits for others, ms. */
const GATHER_MS = 15;

type Waiting<Value> = { resolve(value: Value | undefined): void; reject(error: unknown): void };

/**
 * Reads by key that are asked for at about the same time share a call.
 * @param most keys of one call
 * @param read values by key; those that are not there are missing
 */
export function gather<Key, Value>(
  most: number,
  read: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let waiting = new Map<Key, Waiting<Value>[]>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    read([...batch.keys()]).then(
      (found) => {
        for (const [key, all] of batch) for (const one of all) one.resolve(found.get(key));
      },
      (error: unknown) => {
        for (const all of batch.values()) for (const one of all) one.reject(error);
      },
    );
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.set(key, [...(waiting.get(key) ?? []), { resolve, reject }]);
      if (waiting.size >= most) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    });
}
