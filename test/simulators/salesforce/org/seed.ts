import type { PublicGroup } from './groups.ts';
import { toId18 } from './ids.ts';
import type { Permissions } from './permissions.ts';
import { PROFILES } from './profiles.ts';
import type { Schema } from './schema/schema.ts';
import type { Store } from './store.ts';
import { SetupRecords } from './seedSetup.ts';
import type { FieldValue, Org } from './types.ts';

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

const LOCALE = {
  TimeZoneSidKey: 'UTC',
  LocaleSidKey: 'en_US',
  EmailEncodingKey: 'UTF-8',
  LanguageLocaleKey: 'en_US',
};

/**
 * Brings users of a new org in, and what the metadata says about the org itself; users of an org from a state file are
 * left as they are.
 * @param now time of what is made, as the API shows it
 */
export function seedOrg(
  org: Org,
  schema: Schema,
  store: Store,
  metadata: { permissionSets: readonly Permissions[]; groups: readonly PublicGroup[] },
  now: string,
  { id, sandbox }: { id: string; sandbox: boolean },
): void {
  const fresh = store.live(schema.object('Organization')!).length === 0;
  const setup = new SetupRecords(schema, store, now);
  const company = {
    Name: 'Billing 360 Org',
    InstanceName: sandbox ? 'SIM1S' : 'SIM1',
    IsSandbox: sandbox,
    OrganizationType: 'Enterprise Edition',
  };
  if (fresh) setup.ensure('Organization', company, defaultAccess(schema), id);
  setup.masters();
  setup.recordTypes();
  const profiles = setup.profiles();
  setup.permissionSets(metadata.permissionSets);
  setup.groups(metadata.groups);
  if (!fresh) return;
  const adminId = setup.ensure(
    'User',
    { Username: USERS.admin },
    {
      ...{ FirstName: 'Ada', LastName: 'Admin', Name: 'Ada Admin', Email: USERS.admin, Alias: 'admin', ...LOCALE },
      ...{ ProfileId: profiles.get(PROFILES.admin)!, IsActive: true, CommunityNickname: 'ada' },
    },
  );
  const create = (object: string, row: Record<string, FieldValue>): string => {
    const [result] = org.insert(object, [row], { userId: adminId });
    if (!result!.success) throw new Error(`${object} of the new org: ${result!.errors[0]!.message}`);
    return result!.id!;
  };
  const known = new Map(org.all('PermissionSet').map((record) => [record['Name'], record.Id]));
  for (const { username, first, last, profile, permissionSet } of PEOPLE) {
    const userId = create('User', {
      ...{ Username: username, Email: username, FirstName: first, LastName: last, Alias: first.slice(0, 8), ...LOCALE },
      ProfileId: profiles.get(profile)!,
    });
    const permissionSetId = permissionSet === undefined ? undefined : known.get(permissionSet);
    if (permissionSetId !== undefined)
      create('PermissionSetAssignment', { AssigneeId: userId, PermissionSetId: permissionSetId });
  }
}

/** Organization-wide defaults, as the Organization record names them. */
function defaultAccess(schema: Schema): Record<string, FieldValue> {
  const named = (object: string): string => {
    const sharing = schema.object(object)!.sharing;
    return { Private: 'None', Read: 'Read', ReadWrite: 'Edit', ControlledByParent: 'ControlledByParent' }[sharing];
  };
  return Object.fromEntries(
    ['Account', 'Contact', 'Opportunity', 'Case'].map((object) => [`Default${object}Access`, named(object)]),
  );
}
