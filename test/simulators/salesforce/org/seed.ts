import { toId18 } from './ids.ts';
import type { Permissions } from './permissions.ts';
import { PROFILES } from './profiles.ts';
import type { Schema } from './schema/schema.ts';
import { defaultOf } from './schema/fields.ts';
import type { Store } from './store.ts';
import type { FieldValue, Org, SRecord } from './types.ts';

export const ORG_ID = toId18('00D5g0000000001');

/** Usernames of the people of a new org; tests and the demo log in as them. */
export const USERS = {
  admin: 'admin@billing360.example',
  /** The backend: no admin, nothing but `Integration_Write`. */
  integration: 'integration@billing360.example',
  /** Sales reps; the first two read billing, and none sees what another one owns. */
  rep: 'riley.rep@billing360.example',
  otherRep: 'olive.other@billing360.example',
  repWithoutBilling: 'nolan.nobilling@billing360.example',
} as const;

const PEOPLE: { username: string; first: string; last: string; profile: string; permissionSet?: string }[] = [
  {
    username: USERS.integration,
    first: 'Billing',
    last: 'Integration',
    profile: PROFILES.integration,
    permissionSet: 'Integration_Write',
  },
  { username: USERS.rep, first: 'Riley', last: 'Rep', profile: PROFILES.standard, permissionSet: 'Billing_Viewer' },
  {
    username: USERS.otherRep,
    first: 'Olive',
    last: 'Other',
    profile: PROFILES.standard,
    permissionSet: 'Billing_Viewer',
  },
  { username: USERS.repWithoutBilling, first: 'Nolan', last: 'Nobilling', profile: PROFILES.standard },
];

/** Writes what an org is never without: itself, its profiles and the first admin. */
function bootstrap(schema: Schema, store: Store): string {
  const put = (objectName: string, id: string | null, values: Record<string, FieldValue>): string => {
    const object = schema.object(objectName)!;
    const record: SRecord = { Id: id ?? store.nextId(object) };
    for (const field of object.fields.values()) if (field.type !== 'id') record[field.name] = defaultOf(field);
    store.put(object, { ...record, IsDeleted: false, ...values });
    return record.Id;
  };
  put('Organization', ORG_ID, {
    Name: 'Billing 360 Org',
    InstanceName: 'SIM1',
    OrganizationType: 'Enterprise Edition',
  });
  const profiles = new Map(Object.values(PROFILES).map((name) => [name, put('Profile', null, { Name: name })]));
  return put('User', null, {
    Username: USERS.admin,
    FirstName: 'Ada',
    LastName: 'Admin',
    Name: 'Ada Admin',
    Email: USERS.admin,
    ProfileId: profiles.get(PROFILES.admin)!,
  });
}

/** Brings users and permission sets of a new org in; those of an org from a state file are left as they are. */
export function seedOrg(org: Org, schema: Schema, store: Store, permissionSets: readonly Permissions[]): void {
  const fresh = store.live(schema.object('Organization')!).length === 0;
  const adminId = fresh ? bootstrap(schema, store) : org.userNamed(USERS.admin)!.Id;
  const create = (object: string, rows: Record<string, FieldValue>[]): string[] =>
    org.insert(object, rows, { userId: adminId }).map((result) => {
      if (!result.success) throw new Error(`${object} of the new org: ${result.errors[0]!.message}`);
      return result.id!;
    });
  const known = new Map(org.all('PermissionSet').map((record) => [record['Name'], record.Id]));
  for (const { name, label } of permissionSets)
    if (!known.has(name)) known.set(name, create('PermissionSet', [{ Name: name, Label: label }])[0]!);
  if (!fresh) return;
  const profiles = new Map(org.all('Profile').map((record) => [record['Name'], record.Id]));
  for (const { username, first, last, profile, permissionSet } of PEOPLE) {
    const [userId] = create('User', [
      { Username: username, Email: username, FirstName: first, LastName: last, ProfileId: profiles.get(profile)! },
    ]);
    const permissionSetId = permissionSet === undefined ? undefined : known.get(permissionSet);
    if (permissionSetId !== undefined)
      create('PermissionSetAssignment', [{ AssigneeId: userId!, PermissionSetId: permissionSetId }]);
  }
}
