import { isoSeconds } from '../dates.ts';
import type { Tenant } from '../tenant.ts';

type Stamped = { createdDate: number; updatedDate: number };

/** Who made and changed a record, and when, in whole seconds of UTC. */
export const stampsOf = <T>(of: (record: T) => Stamped) => ({
  createdById: (_: T, tenant: Tenant) => tenant.userId,
  createdDate: (record: T) => isoSeconds(of(record).createdDate),
  updatedById: (_: T, tenant: Tenant) => tenant.userId,
  updatedDate: (record: T) => isoSeconds(of(record).updatedDate),
});

export const stamps = stampsOf<Stamped>((record) => record);
