import { RowFault } from '../../errors.ts';
import { PERSON_ACCOUNT } from '../../schema/recordTypes.ts';
import type { SRecord } from '../../types.ts';
import { derive, holders, nowOf, target, type DmlContext, type Save } from '../context.ts';
import { fullName, type Behaviour } from './behaviour.ts';
import { removeSharesOfOldOwner } from './shares.ts';

const badField = (name: string): RowFault =>
  new RowFault('INVALID_FIELD_FOR_INSERT_UPDATE', `Account: bad field names on insert/update call: ${name}`, [name]);

function personType({ schema, store }: DmlContext): SRecord | undefined {
  return store.live(schema.object('RecordType')!).find((type) => type['DeveloperName'] === PERSON_ACCOUNT);
}

const isPerson = (save: Save): boolean =>
  target(save.context, 'RecordType', save.after['RecordTypeId'])?.['IsPersonType'] === true;

const personFields = ({ context }: Save): [string, string][] => [...context.schema.personFields];

/** Values of the Contact of a Person Account. */
function contactValues(save: Save): Partial<SRecord> {
  return Object.fromEntries(personFields(save).map(([name, of]) => [of, save.after[name] ?? null]));
}

function makeContact(save: Save): void {
  const { context, after } = save;
  const contacts = context.schema.object('Contact')!;
  const at = nowOf(context);
  const by = context.access.userId;
  const contact: SRecord = {
    Id: context.store.nextId(contacts),
    IsDeleted: false,
    IsPersonAccount: true,
    AccountId: after.Id,
    OwnerId: after['OwnerId'] ?? null,
    Name: after['Name'] ?? null,
    ...contactValues(save),
    ...{ CreatedDate: at, CreatedById: by, LastModifiedDate: at, LastModifiedById: by, SystemModstamp: at },
  };
  context.store.put(contacts, contact);
  const accounts = context.schema.object('Account')!;
  context.store.put(accounts, { ...context.store.find(accounts, after.Id)!, PersonContactId: contact.Id });
}

/** Accounts; those of people have a Contact of their own, whose fields they show (help, "Person Accounts"). */
export const account: Behaviour = {
  defaults(save) {
    const { context, after } = save;
    if (context.schema.personFields.size === 0) return;
    if ((after['RecordTypeId'] ?? null) === null && (after['LastName'] ?? null) !== null)
      after['RecordTypeId'] = personType(context)?.Id ?? null;
  },
  notRequired: (save) => (isPerson(save) ? ['Name'] : []),
  prepare(save) {
    const { context, before, after, written } = save;
    if (context.schema.personFields.size > 0) {
      const person = isPerson(save);
      if (before && person !== (before['IsPersonAccount'] === true))
        throw new RowFault('INVALID_FIELD_FOR_INSERT_UPDATE', 'Account: cannot change between business and person', [
          'RecordTypeId',
        ]);
      after['IsPersonAccount'] = person;
      if (!person) {
        const foreign = personFields(save).find(
          ([name]) => written.has(name) && (after[name] ?? null) !== null && after[name] !== false,
        );
        if (foreign) throw badField(foreign[0]);
      } else {
        if (written.has('Name')) throw badField('Name');
        if ((after['LastName'] ?? null) === null)
          throw new RowFault('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName']);
        after['Name'] = fullName(after);
      }
    }
    const parents = new Set([after.Id]);
    for (let up = after['ParentId'] ?? null; up !== null; up = target(context, 'Account', up)?.['ParentId'] ?? null) {
      if (parents.has(String(up)))
        throw new RowFault('CIRCULAR_DEPENDENCY', 'attempt to violate hierarchy constraints', ['ParentId']);
      parents.add(String(up));
    }
  },
  saved(save) {
    const { context, before, after } = save;
    removeSharesOfOldOwner(save);
    if (after['IsPersonAccount'] !== true) return;
    if (before === null) return makeContact(save);
    const values = { ...contactValues(save), Name: after['Name'] ?? null, OwnerId: after['OwnerId'] ?? null };
    derive(context, context.schema.object('Contact')!, String(after['PersonContactId']), values);
  },
};

const ofPerson = (): RowFault =>
  new RowFault('INSUFFICIENT_ACCESS_OR_READONLY', 'the contact of a person account is changed through its account');

export const contact: Behaviour = {
  prepare({ context, before, after }) {
    if (before?.['IsPersonAccount'] === true) throw ofPerson();
    after['Name'] = fullName(after);
    if (target(context, 'Account', after['AccountId'])?.['IsPersonAccount'] === true)
      throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'a person account cannot be the parent of a contact', [
        'AccountId',
      ]);
  },
  removing(context, record) {
    const parent = record['IsPersonAccount'] === true ? target(context, 'Account', record['AccountId']) : null;
    if (parent) throw ofPerson();
    const open = holders(context, 'Case', 'ContactId', record.Id);
    if (open.length > 0)
      throw new RowFault(
        'DELETE_FAILED',
        `Your attempt to delete ${String(record['Name'])} could not be completed because it is associated with the following cases.: ${open.map((one) => String(one['CaseNumber'])).join(', ')}`,
      );
  },
};
