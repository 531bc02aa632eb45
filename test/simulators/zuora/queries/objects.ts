import * as z from 'zod';
import { changeContact, newContact } from '../accounts/contact.ts';
import { deleteContact } from '../accounts/contactRoutes.ts';
import { contactFields } from '../accounts/model.ts';
import { deleteAccount } from '../accounts/remove.ts';
import { createUnit } from '../catalog/units.ts';
import { accountChangeSchema, changeAccount } from '../accounts/write.ts';
import { category, crudCode, notSimulated, ZuoraError } from '../protocol/errors.ts';
import { parse, splitCustomFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { recordUsage } from '../usage/record.ts';
import { changeUsage, deleteUsage, usageChangeSchema, usageSchema } from '../usage/routes.ts';

/** What became of one object of a create, update or delete. */
type Refused = { Success: false; Errors: { Code: string; Message: string }[] };
export type Outcome = { Success: true; Id: string } | Refused;

/** Runs a write for one object of several; a refusal is the outcome of that one. */
function attempt(write: () => string): Outcome {
  try {
    return { Success: true, Id: write() };
  } catch (error) {
    if (!(error instanceof ZuoraError) || error.status === 501) throw error;
    return { Success: false, Errors: [{ Code: crudCode(error), Message: error.message }] };
  }
}

const camel = (name: string): string => name[0]!.toLowerCase() + name.slice(1);

/** Fields in PascalCase by their names in v1, where those are not just the same in camelCase. */
const contactNames: Record<string, string> = {
  ...Object.fromEntries(contactFields.map((name) => [name.toLowerCase(), name])),
  nickname: 'nickname',
  postalcode: 'zipCode',
  description: 'contactDescription',
};

function contactChange(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const known = contactNames[name.toLowerCase()];
      if (known === undefined) throw new ZuoraError(category.unknownField, `invalid field: ${name}`);
      return [known, value];
    }),
  );
}

const idOf = (given: Record<string, unknown>): string => parse(z.string(), given['Id']);

export function createObject(tenant: Tenant, type: string, given: Record<string, unknown>): Outcome {
  return attempt(() => {
    if (type === 'Usage') return recordUsage(tenant, parse(usageSchema, given)).id;
    if (type === 'Contact') {
      const { AccountId, ...fields } = given;
      const change = contactChange(fields);
      for (const name of ['firstName', 'lastName'])
        if (!change[name]) throw new ZuoraError(category.missingField, `Missing required value: ${name}.`);
      return newContact(tenant, tenant.account(parse(z.string(), AccountId)).id, change).id;
    }
    if (type === 'UnitOfMeasure') return createUnit(tenant, given).id;
    return notSimulated(tenant.ctx.calls, `creating ${type} by /v1/action/create`);
  });
}

export function updateObject(tenant: Tenant, type: string, given: Record<string, unknown>): Outcome {
  return attempt(() => {
    const { Id: _, ...fields } = given;
    const id = idOf(given);
    if (type === 'Usage') {
      changeUsage(tenant, tenant.one('usages', id), parse(usageChangeSchema, fields));
    } else if (type === 'Contact') {
      changeContact(tenant, tenant.contact(id), contactChange(fields));
    } else if (type === 'Account') {
      updateAccount(tenant, id, fields);
    } else {
      notSimulated(tenant.ctx.calls, `updating ${type} by /v1/action/update`);
    }
    return id;
  });
}

/** Changes an account by the fields of CRUD; `Status: Canceled` is the one change that v1 has not. */
export function updateAccount(tenant: Tenant, id: string, given: Record<string, unknown>): void {
  const account = tenant.one('accounts', id);
  const { Status: status, ...fields } = given;
  const { standard, custom } = splitCustomFields(fields, tenant.customFields.account);
  const { billToId, soldToId, shipToId, ...named } = Object.fromEntries(
    Object.entries(standard).map(([name, value]) => [camel(name), value]),
  );
  const body = { ...named, billToContactId: billToId, soldToContactId: soldToId, shipToContactId: shipToId };
  changeAccount(tenant, account, parse(accountChangeSchema, body), custom);
  if (status === undefined) return;
  if (status !== 'Canceled' && status !== 'Active') throw new ZuoraError(category.badValue, 'Status is invalid.');
  account.status = status;
  tenant.touch();
}

/** Deleting answers its keys in lower case, unlike creating. */
export function deleteObject(tenant: Tenant, type: string, id: string): Refused | { success: true; id: string } {
  const outcome = attempt(() => {
    if (type === 'Usage') deleteUsage(tenant, tenant.one('usages', id));
    else if (type === 'Contact') deleteContact(tenant, tenant.contact(id));
    else if (type === 'Account') deleteAccount(tenant, tenant.one('accounts', id));
    else notSimulated(tenant.ctx.calls, `deleting ${type} by /v1/action/delete`);
    return id;
  });
  return outcome.Success ? { success: true, id: outcome.Id } : outcome;
}
