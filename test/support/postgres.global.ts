import { startSharedServer } from './postgres.ts';

/** One Postgres for a whole run of the tests. @returns what ends it */
export default function setup(): Promise<() => Promise<void>> {
  return startSharedServer();
}
