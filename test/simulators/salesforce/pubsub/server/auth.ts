import { status, type Metadata } from '@grpc/grpc-js';
import type { UserAccess } from '../../org/access.ts';
import { toId18 } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { publishesChanges } from '../events/fields.ts';
import { PubSubFault } from './errors.ts';

const unauthenticated = (message: string): PubSubFault =>
  new PubSubFault(status.UNAUTHENTICATED, 'service.auth.error', message);

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** @param addresses HTTP and HTTPS addresses of the org */
function isInstance(text: string, addresses: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const given = new URL(text);
  return addresses.some((address) => {
    const own = new URL(address);
    const sameHost = own.hostname === given.hostname || LOOPBACK.includes(given.hostname);
    return own.protocol === given.protocol && own.port === given.port && sameHost;
  });
}

/** Who calls: the token that every call carries, for as long as it is good. */
export class Caller {
  readonly #org: SimulatedOrg;
  readonly #token: string;

  /** @throws PubSubFault UNAUTHENTICATED when a header is missing or wrong */
  constructor(org: SimulatedOrg, metadata: Metadata, addresses: readonly string[]) {
    const header = (name: string): string => {
      const [value] = metadata.get(name);
      if (typeof value !== 'string' || value === '')
        throw unauthenticated(`An authentication exception occurred. The ${name} header is missing.`);
      return value;
    };
    this.#org = org;
    this.#token = header('accesstoken');
    const [instance, tenant] = [header('instanceurl'), header('tenantid')];
    if (!isInstance(instance, addresses))
      throw unauthenticated(`An authentication exception occurred. Invalid instance URL: ${instance}`);
    if (toId18(tenant.slice(0, 15)) !== org.orgId || (tenant.length !== 15 && tenant !== org.orgId))
      throw unauthenticated(`An authentication exception occurred. Invalid tenant: ${tenant}`);
    this.access();
  }

  /**
   * What the caller may do at this moment.
   * @throws PubSubFault UNAUTHENTICATED once the token is no longer good, PERMISSION_DENIED without API access
   */
  access(): UserAccess {
    const userId = this.#org.userOfToken(this.#token);
    if (userId === null)
      throw unauthenticated('An authentication exception occurred. INVALID_SESSION_ID: Session expired or invalid.');
    const access = this.#org.accessOf(userId);
    if (!access.hasPermission('ApiEnabled'))
      throw new PubSubFault(status.PERMISSION_DENIED, 'service.auth.error', 'API_DISABLED_FOR_ORG');
    return access;
  }
}

/**
 * Change Data Capture ignores sharing, and therefore asks for View All on the object; Task and Event have none and ask
 * for View All Data, User for View All Users.
 */
export function receivesChanges(access: UserAccess, org: SimulatedOrg, objectName: string): boolean {
  const object = org.object(objectName);
  if (!object || !publishesChanges(object)) return false;
  if (objectName === 'User') return access.hasPermission('ViewAllUsers');
  if (access.hasPermission('ViewAllData')) return true;
  if (objectName === 'Task' || objectName === 'Event') return false;
  return access.viewsAllRecords(objectName);
}
