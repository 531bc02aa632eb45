import type { SObject } from '../../types.ts';
import { accounts } from './accounts.ts';
import { flows } from './flows.ts';
import type { StandardOptions } from './parts.ts';
import { people } from './people.ts';
import { products } from './products.ts';
import { sales } from './sales.ts';
import { service } from './service.ts';
import { setup } from './setup.ts';
import { views } from './views.ts';

export type { StandardOptions } from './parts.ts';

/** The standard objects that the product and its clients touch, with their usual fields (Object Reference). */
export function standardObjects(options: StandardOptions): SObject[] {
  const sold = [...accounts(options), ...sales(), ...products(), ...service()];
  return [...sold, ...people(), ...setup(), ...flows(), ...views()];
}
