import type { SimClock } from '../../../kit/clock.ts';
import type { UserAccess } from '../access.ts';
import type { RowLocks } from '../locks.ts';
import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store.ts';

/** What a save works with. */
export type DmlContext = { schema: Schema; store: Store; access: UserAccess; clock: SimClock; locks: RowLocks };
