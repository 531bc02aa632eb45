import { findById } from '../protocol/expand.ts';
import type { Json } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** What leads from an object to the customer whose clock it follows. */
const links = ['customer', 'subscription', 'invoice', 'payment_intent', 'charge', 'schedule'] as const;

/** The test clock that an object follows: its own, or that of what it hangs on. */
export function testClockOf(world: World, id: string, depth = 0): string | null {
  const row = findById(world, id) as Json | undefined;
  if (!row || depth > links.length) return null;
  if (row['object'] === 'test_helpers.test_clock') return id;
  if (typeof row['test_clock'] === 'string' || row['object'] === 'customer')
    return (row['test_clock'] ?? null) as string;
  for (const link of links) {
    const next = row[link];
    if (typeof next === 'string') return testClockOf(world, next, depth + 1);
  }
  return null;
}
