import type { SimulatedOrg } from '../simulators/salesforce/org/org.ts';

/** @returns fields, as `Billing_Invoice__c.Status__c`, that nobody may read while they are in it; none at first */
export function hideFields(org: SimulatedOrg): Set<string> {
  const hidden = new Set<string>();
  const accessOf = org.accessOf.bind(org);
  org.accessOf = (userId) =>
    new Proxy(accessOf(userId), {
      get(access, key) {
        if (key === 'readsField')
          return (object: string, field: string) =>
            !hidden.has(`${object}.${field}`) && access.readsField(object, field);
        const value: unknown = Reflect.get(access, key, access);
        return typeof value === 'function' ? (value.bind(access) as unknown) : value;
      },
    });
  return hidden;
}
