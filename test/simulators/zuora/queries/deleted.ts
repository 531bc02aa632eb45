import type { Table, Tenant } from '../tenant.ts';

/** Rows that were deleted, by table, as they were. */
export type DeletedRows = Record<string, { id: string; updatedDate: number }[]>;

/** Takes rows out of a table and keeps them among the deleted; their time of change becomes that of the deletion. */
export function remove(tenant: Tenant, table: Table, rows: readonly { id: string; updatedDate: number }[]): void {
  const gone = new Set(rows.map(({ id }) => id));
  const { data } = tenant;
  const kept = data[table].filter(({ id }) => !gone.has(id));
  Object.assign(data, { [table]: kept });
  const deleted = (data.deleted[table] ??= []);
  deleted.push(...rows.map((row) => ({ ...row, updatedDate: tenant.now() })));
  tenant.touch();
}

/** What a function sees of a tenant in which the deleted rows are there, and nothing else. */
export function withDeleted<T>(tenant: Tenant, see: () => T): T {
  const { state } = tenant;
  const present = state.data;
  const empty = Object.fromEntries(
    Object.entries(present)
      .filter(([, rows]) => Array.isArray(rows))
      .map(([table]) => [table, []]),
  );
  state.data = { ...present, ...empty, ...present.deleted, accounts: present.accounts };
  tenant.revision++;
  try {
    return see();
  } finally {
    state.data = present;
    tenant.revision++;
  }
}
