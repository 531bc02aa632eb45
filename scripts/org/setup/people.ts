import { quoted, type Org } from '../org.ts';
import { change, failed, notThere, type OrgContext, skipped, type Step, type StepResult, unchanged } from './step.ts';

type User = { Id: string; IsActive: boolean; Profile: { Name: string } | null };

const ADMIN = 'System Administrator';

async function permissionSetId(org: Org, name: string): Promise<string | null> {
  const [set] = await org.query<{ Id: string }>(`SELECT Id FROM PermissionSet WHERE Name = ${quoted(name)}`);
  return set?.Id ?? null;
}

async function holdersOf(org: Org, name: string): Promise<string[]> {
  const rows = await org.query<{ AssigneeId: string }>(
    `SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name = ${quoted(name)} AND Assignee.IsActive = true`,
  );
  return rows.map(({ AssigneeId }) => AssigneeId);
}

/** Assigns a permission set to a user who does not have it. */
export async function grant(
  context: OrgContext,
  user: { id: string; username: string },
  name: string,
): Promise<StepResult> {
  const { org } = context;
  const setId = await permissionSetId(org, name);
  if (setId === null) return notThere(context, `permission set ${name}`);
  if ((await holdersOf(org, name)).includes(user.id)) return unchanged(`${user.username} has ${name}.`);
  return change(context, `${user.username} gets ${name}.`, () =>
    org.create('PermissionSetAssignment', { AssigneeId: user.id, PermissionSetId: setId }),
  );
}

/** The user of the backend: active, no admin, with Integration_Write. */
export const integrationUser: Step = {
  name: 'Integration user',
  async run(context) {
    const { integrationUser: username } = context.options;
    if (username === null) return skipped('Name the user of the backend with --integration-user to have it checked.');
    const [user] = await context.org.query<User>(
      `SELECT Id, IsActive, Profile.Name FROM User WHERE Username = ${quoted(username)}`,
    );
    if (user === undefined) return failed(`The org has no user ${username}: create it first.`);
    if (!user.IsActive) return failed(`${username} is not active: activate it in Setup.`);
    if (user.Profile?.Name === ADMIN)
      return failed(`${username} is an administrator; the backend must not be: give it another profile.`);
    return grant(context, { id: user.Id, username }, 'Integration_Write');
  },
};

const GROUP = 'Billing_Operations';

/**
 * Folders of reports are shared with a public group, since metadata cannot share them with a permission set: whoever has
 * the permission set of the same name belongs to it.
 */
export const operationsGroup: Step = {
  name: 'Report folders',
  async run(context) {
    const { org } = context;
    const [group] = await org.query<{ Id: string }>(
      `SELECT Id FROM Group WHERE DeveloperName = ${quoted(GROUP)} AND Type = 'Regular'`,
    );
    if (group === undefined) return notThere(context, `public group ${GROUP}`);
    const members = (
      await org.query<{ UserOrGroupId: string }>(
        `SELECT UserOrGroupId FROM GroupMember WHERE GroupId = ${quoted(group.Id)}`,
      )
    ).map(({ UserOrGroupId }) => UserOrGroupId);
    const holders = await holdersOf(org, GROUP);
    const toAdd = holders.filter((id) => !members.includes(id));
    const others = members.filter((id) => !holders.includes(id)).length;
    const rest = others === 0 ? '' : ` It has ${others} other members; take out whoever should not look.`;
    if (toAdd.length === 0) return unchanged(`The group ${GROUP} has everybody with the permission set.${rest}`);
    return change(
      context,
      `${toAdd.length} users with the permission set join the group ${GROUP}.${rest}`,
      async () => {
        for (const id of toAdd) await org.create('GroupMember', { GroupId: group.Id, UserOrGroupId: id });
      },
    );
  },
};
