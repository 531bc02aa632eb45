import type { Reply } from '../wire/call.ts';

const REFERENCE = /@\{(\w+)((?:\.\w+|\[\d+\])*)\}/g;
const WHOLE = /^@\{(\w+)((?:\.\w+|\[\d+\])*)\}$/;

/** A reference that leads to nothing. */
export class NoValue extends Error {
  constructor(id: string, path: string) {
    super(`Invalid reference specified. No value for ${id}${path} found in ${id}`);
  }
}

/** Ids of the subrequests whose answers a value quotes. */
export function referencesIn(value: unknown): Set<string> {
  return new Set([...JSON.stringify(value ?? null).matchAll(REFERENCE)].map((match) => match[1]!));
}

function quoted(replies: ReadonlyMap<string, Reply>, id: string, path: string): unknown {
  const reply = replies.get(id);
  let value: unknown = reply && reply.status < 400 ? reply.json : undefined;
  for (const [step] of path.matchAll(/\w+/g))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  if (value === undefined || value === null || typeof value === 'object') throw new NoValue(id, path);
  return value;
}

/**
 * `value` with `@{id.path}` replaced by what the answer of that subrequest holds; text that is a reference and nothing
 * else takes the type of what it quotes.
 * @throws NoValue
 */
export function fillIn<T>(value: T, replies: ReadonlyMap<string, Reply>): T {
  const fill = (part: unknown): unknown => {
    if (typeof part === 'string') {
      const [, id, path] = WHOLE.exec(part) ?? [];
      if (id !== undefined) return quoted(replies, id, path!);
      return part.replace(REFERENCE, (_text, name: string, steps: string) => String(quoted(replies, name, steps)));
    }
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, fill(inner)]));
    return part;
  };
  return fill(value) as T;
}
