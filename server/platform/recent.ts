/**
 * What was asked for a moment ago is told again to whoever asks for the same; failures are not.
 * @param forMs how long, in real time
 */
export function recent<Key, Value>(forMs: number, read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<Key, { until: number; value: Promise<Value> }>();
  return (key) => {
    const now = performance.now();
    const one = known.get(key);
    if (one !== undefined && now < one.until) return one.value;
    for (const [old, { until }] of known) if (now >= until) known.delete(old);
    const value = read(key);
    known.set(key, { until: now + forMs, value });
    value.catch(() => known.delete(key));
    return value;
  };
}
