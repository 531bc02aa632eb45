import { shareFields, shareObjectOf } from '../dml/behaviours/shares.ts';
import type { ObjectPermission } from '../permissions.ts';
import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import { highest, levelNamed, LEVELS, type Level } from './levels.ts';
import type { Membership } from './membership.ts';

/** Objects that belong to Accounts: who sees one sees its Account, and owners of Accounts may see them. */
const OF_ACCOUNTS = ['Opportunity', 'Case', 'Contact'];
const ACTIVITIES = ['Task', 'Event'];

/** Records that decide who sees a detail: its masters, or the Account of a Contact. */
function controllingFields(object: SObject): Field[] {
  const masters = [...object.fields.values()].filter((field) => field.reference?.masterDetail);
  const account = object.fields.get('AccountId');
  return masters.length > 0 || !account ? masters : [account];
}

/**
 * How far one user may go with records, by sharing alone: organization-wide defaults, owner, role hierarchy, queues,
 * shares, sharing rules, and what Accounts and their children give each other (Salesforce help, "Record-Level Security").
 */
export class RecordLevels {
  readonly #userId: string;
  readonly #permission: (object: SObject) => ObjectPermission;
  readonly #schema: Schema;
  readonly #store: Store;
  readonly #members: Membership;

  constructor(
    userId: string,
    permission: (object: SObject) => ObjectPermission,
    schema: Schema,
    store: Store,
    members: Membership,
  ) {
    this.#userId = userId;
    this.#permission = permission;
    this.#schema = schema;
    this.#store = store;
    this.#members = members;
  }

  of(object: SObject, record: SRecord): Level {
    const { viewAll, modifyAll } = this.#permission(object);
    if (modifyAll) return LEVELS.all;
    const least = viewAll ? LEVELS.read : LEVELS.none;
    if (object.shareOf !== undefined) return this.#ofShare(object, record);
    if (object.sharing === 'ControlledByParent') return highest([least, this.#byMasters(object, record)]);
    const open = object.sharing === 'ReadWrite' ? LEVELS.edit : object.sharing === 'Read' ? LEVELS.read : LEVELS.none;
    const own = highest([least, open, this.#granted(object, record)]);
    if (own >= LEVELS.edit) return own;
    if (object.name === 'Account') return highest([own, this.#byChildren(record)]);
    if (OF_ACCOUNTS.includes(object.name)) return highest([own, this.#byAccount(object, record)]);
    if (ACTIVITIES.includes(object.name)) return highest([own, this.#byRelated(record)]);
    return own;
  }

  /** By owner, share or rule. */
  #granted(object: SObject, record: SRecord): Level {
    const owner = record['OwnerId'] ?? null;
    if (owner !== null) {
      const id = String(owner);
      if (this.#members.idsOf(this.#userId).has(id) || this.#members.subordinatesOf(this.#userId).has(id))
        return LEVELS.all;
    }
    return highest([this.#byShares(object, record, null), this.#byRules(object, record, null)]);
  }

  /** @param child level on this kind of child of a shared Account; on the record itself when null */
  #byShares(object: SObject, record: SRecord, child: string | null): Level {
    const shares = shareObjectOf({ schema: this.#schema }, object);
    if (!shares) return LEVELS.none;
    const { parent, level } = shareFields(shares);
    const mine = this.#members.idsOf(this.#userId);
    const below = this.#members.subordinatesOf(this.#userId);
    return highest(
      this.#store
        .holding(shares.fields.get(parent)!, record.Id)
        .map((id) => this.#store.find(shares, id)!)
        .filter((share) => mine.has(String(share['UserOrGroupId'])) || below.has(String(share['UserOrGroupId'])))
        .map((share) => levelNamed(share[child === null ? level : `${child}AccessLevel`])),
    );
  }

  #byRules(object: SObject, record: SRecord, child: string | null): Level {
    const rules = this.#schema.sharingRules.filter((rule) => rule.object === object.name);
    if (rules.length === 0) return LEVELS.none;
    const mine = this.#members.partiesOf(this.#userId);
    const owner = String(record['OwnerId'] ?? '');
    return highest(
      rules
        .filter((rule) => mine.has(rule.to))
        .filter((rule) => rule.from === null || this.#members.partiesOf(owner).has(rule.from))
        .filter((rule) => rule.matches((field) => record[field.name] ?? null))
        .map((rule) => (child === null ? rule.level : (rule.children[child] ?? LEVELS.none))),
    );
  }

  /** A child that somebody sees lets them see its Account. */
  #byChildren(account: SRecord): Level {
    for (const name of OF_ACCOUNTS) {
      const object = this.#schema.object(name)!;
      if (object.sharing === 'ControlledByParent') continue;
      for (const id of this.#store.holding(object.fields.get('AccountId')!, account.Id))
        if (this.#granted(object, this.#store.find(object, id)!) > LEVELS.none) return LEVELS.read;
    }
    return LEVELS.none;
  }

  /** The owner of an Account has of its children what their role says; shares and rules of the Account say it too. */
  #byAccount(object: SObject, record: SRecord): Level {
    const accounts = this.#schema.object('Account')!;
    const account = this.#store.find(accounts, String(record['AccountId'] ?? ''));
    if (!account) return LEVELS.none;
    const role = this.#members.roleOf(this.#userId);
    const owned = account['OwnerId'] === this.#userId;
    return highest([
      owned ? levelNamed(role?.[`${object.name}AccessForAccountOwner`]) : LEVELS.none,
      this.#byShares(accounts, account, object.name),
      this.#byRules(accounts, account, object.name),
    ]);
  }

  /** Whoever reads what an activity is about reads the activity. */
  #byRelated(activity: SRecord): Level {
    const seen = ['WhatId', 'WhoId'].some((name) => {
      const id = activity[name] ?? null;
      const object = id === null ? undefined : this.#schema.objectOfId(String(id));
      const record = object && this.#store.find(object, String(id));
      return record !== undefined && this.#permission(object!).read && this.of(object!, record) > LEVELS.none;
    });
    return seen ? LEVELS.read : LEVELS.none;
  }

  /** Shares are seen with their record, and changed by those who have all of it. */
  #ofShare(object: SObject, share: SRecord): Level {
    const shared = this.#schema.object(object.shareOf!)!;
    const record = this.#store.find(shared, String(share[shareFields(object).parent] ?? ''));
    const level = record ? this.of(shared, record) : LEVELS.none;
    return level === LEVELS.edit ? LEVELS.read : level;
  }

  /** A detail whose master is gone belongs to nobody; a Contact without Account belongs to its owner. */
  #byMasters(object: SObject, record: SRecord): Level {
    const levels = controllingFields(object).map((field): Level => {
      const id = record[field.name] ?? null;
      if (id === null) return this.#granted(object, record);
      const master = this.#schema.object(field.reference!.to[0]!)!;
      const masterRecord = this.#store.find(master, String(id));
      const permission = this.#permission(master);
      const level = masterRecord && permission.read ? this.of(master, masterRecord) : LEVELS.none;
      if (level === LEVELS.none) return LEVELS.none;
      if (field.reference!.writeRequiresMasterRead) return LEVELS.all;
      return level >= LEVELS.edit && permission.edit ? LEVELS.all : LEVELS.read;
    });
    return levels.length === 0 ? LEVELS.none : (Math.min(...levels) as Level);
  }
}
