import { RowFault } from '../../errors.ts';
import { holders, target, type Save } from '../context.ts';
import { fullName, type Behaviour } from './behaviour.ts';

const developerName = (name: unknown): string =>
  String(name ?? '')
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '');

export const user: Behaviour = {
  prepare({ after }) {
    after['Name'] = fullName(after);
    after['CommunityNickname'] ??= `${String(after['Alias'])}${after.Id.slice(10, 15)}`;
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(after['Username'])))
      throw new RowFault('INVALID_EMAIL_ADDRESS', `Username: invalid email address: ${String(after['Username'])}`, [
        'Username',
      ]);
  },
  saved(save) {
    if (save.before?.['ProfileId'] !== save.after['ProfileId']) assignProfile(save);
  },
};

/** Everybody is assigned the permission set of their profile. */
function assignProfile({ context, before, after }: Save): void {
  const { schema, store } = context;
  const assignments = schema.object('PermissionSetAssignment')!;
  const [old] = before ? holders(context, 'PermissionSet', 'ProfileId', String(before['ProfileId'])) : [];
  for (const assignment of old ? holders(context, assignments.name, 'AssigneeId', after.Id) : [])
    if (assignment['PermissionSetId'] === old!.Id) store.erase(assignments, assignment.Id);
  const [set] = holders(context, 'PermissionSet', 'ProfileId', String(after['ProfileId']));
  if (!set) return;
  const id = store.nextId(assignments);
  store.put(assignments, { Id: id, AssigneeId: after.Id, PermissionSetId: set.Id, IsActive: true, IsDeleted: false });
}

export const role: Behaviour = {
  prepare({ context, after }) {
    after['DeveloperName'] ??= developerName(after['Name']);
    const seen = new Set([after.Id]);
    for (
      let up = after['ParentRoleId'] ?? null;
      up !== null;
      up = target(context, 'UserRole', up)?.['ParentRoleId'] ?? null
    ) {
      if (seen.has(String(up)))
        throw new RowFault('CIRCULAR_DEPENDENCY', 'attempt to violate hierarchy constraints', ['ParentRoleId']);
      seen.add(String(up));
    }
  },
};

export const group: Behaviour = {
  prepare({ after }) {
    after['DeveloperName'] ??= developerName(after['Name']);
  },
};
