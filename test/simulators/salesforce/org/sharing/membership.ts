import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store.ts';
import type { SRecord } from '../types.ts';
import type { Party } from './rules.ts';

/** Who belongs to which role, group and queue, as of one moment. */
export class Membership {
  readonly #schema: Schema;
  readonly #store: Store;
  readonly #groups = new Map<string, ReadonlySet<string>>();
  readonly #parties = new Map<string, ReadonlySet<Party>>();
  readonly #subordinates = new Map<string, ReadonlySet<string>>();

  constructor(schema: Schema, store: Store) {
    this.#schema = schema;
    this.#store = store;
  }

  #live(object: string): SRecord[] {
    return this.#store.live(this.#schema.object(object)!);
  }

  #find(object: string, id: unknown): SRecord | undefined {
    return typeof id === 'string' ? this.#store.find(this.#schema.object(object)!, id) : undefined;
  }

  roleOf(userId: string): SRecord | null {
    return this.#find('UserRole', this.#find('User', userId)?.['UserRoleId']) ?? null;
  }

  /** The role and those above it. */
  #lineOf(role: SRecord | null): SRecord[] {
    const line: SRecord[] = [];
    for (let one = role; one; one = this.#find('UserRole', one['ParentRoleId']) ?? null) line.push(one);
    return line;
  }

  /** The user's own id and the ids of all groups and queues that they are in, over groups in groups too. */
  idsOf(userId: string): ReadonlySet<string> {
    let ids = this.#groups.get(userId);
    if (!ids) {
      const members = this.#schema.object('GroupMember')!;
      const field = members.fields.get('UserOrGroupId')!;
      const found = new Set([userId]);
      for (const group of this.#live('Group')) if (this.#byRole(group, userId)) found.add(group.Id);
      for (const id of found)
        for (const membership of this.#store.holding(field, id))
          found.add(String(this.#store.find(members, membership)!['GroupId']));
      this.#groups.set(userId, (ids = found));
    }
    return ids;
  }

  #byRole(group: SRecord, userId: string): boolean {
    if (group['Type'] === 'Organization') return true;
    const role = this.roleOf(userId);
    if (group['Type'] === 'Role') return role !== null && role.Id === group['RelatedId'];
    if (group['Type'] !== 'RoleAndSubordinates') return false;
    return this.#lineOf(role).some(({ Id }) => Id === group['RelatedId']);
  }

  /** How sharing rules name what the user belongs to. */
  partiesOf(userId: string): ReadonlySet<Party> {
    let parties = this.#parties.get(userId);
    if (!parties) {
      const role = this.roleOf(userId);
      parties = new Set<Party>([
        'allInternalUsers',
        `user:${String(this.#find('User', userId)?.['Username'])}`,
        ...(role ? [`role:${String(role['DeveloperName'])}`] : []),
        ...this.#lineOf(role).map((one) => `roleAndSubordinates:${String(one['DeveloperName'])}`),
        ...[...this.idsOf(userId)].flatMap((id) => {
          const group = this.#find('Group', id);
          return group ? [`group:${String(group['DeveloperName'])}`] : [];
        }),
      ]);
      this.#parties.set(userId, parties);
    }
    return parties;
  }

  /** Users below in the role hierarchy, and queues that one of them is in. */
  subordinatesOf(userId: string): ReadonlySet<string> {
    let below = this.#subordinates.get(userId);
    if (!below) {
      const role = this.roleOf(userId);
      const found = new Set<string>();
      if (role)
        for (const { Id } of this.#live('User'))
          if (
            this.#lineOf(this.roleOf(Id))
              .slice(1)
              .some((one) => one.Id === role.Id)
          )
            for (const id of this.idsOf(Id)) if (id === Id || this.#isQueue(id)) found.add(id);
      this.#subordinates.set(userId, (below = found));
    }
    return below;
  }

  #isQueue(id: string): boolean {
    return this.#find('Group', id)?.['Type'] === 'Queue';
  }
}
