import { Fault } from '../../domain/fault.ts';
import type { KeyHandler } from '../ports/keyWork.ts';

/**
 * Gives every key to whoever works it, by its first part: `account:…` are projections of an Account, all others are
 * billing accounts of a connection.
 * @param refreshers by connection
 */
export function handleKeys(project: KeyHandler, refreshers: ReadonlyMap<string, KeyHandler>): KeyHandler {
  return (claim) => {
    const first = claim.key.slice(0, claim.key.indexOf(':'));
    if (first === 'account') return project(claim);
    const refresh = refreshers.get(first);
    if (!refresh)
      throw new Fault({
        code: 'connection_not_configured',
        kind: 'unavailable',
        publicText: `The connection ${first} is not configured in this process; its changes wait.`,
      });
    return refresh(claim);
  };
}
