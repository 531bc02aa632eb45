import type { Db } from '../../platform/db/database.ts';
import { createConnectionStore } from '../connections/state.ts';
import { noteAction } from './action.ts';

/** @returns false when there is no such connection */
export async function pauseConnection(db: Db, operator: string, name: string, reason: string): Promise<boolean> {
  const store = createConnectionStore(db);
  if ((await store.connectionOf(name)) === null) return false;
  await noteAction(db, operator, 'pause', [name], { reason });
  return store.pause(name, reason);
}

/** @returns false when there is no such connection */
export async function resumeConnection(db: Db, operator: string, name: string): Promise<boolean> {
  const store = createConnectionStore(db);
  if ((await store.connectionOf(name)) === null) return false;
  await noteAction(db, operator, 'resume', [name]);
  return store.resume(name);
}
