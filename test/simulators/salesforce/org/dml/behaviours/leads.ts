import { RowFault } from '../../errors.ts';
import { holders, nowOf, target } from '../context.ts';
import { missing } from '../faults.ts';
import { fullName, type Behaviour } from './behaviour.ts';
import { removeSharesOfOldOwner } from './shares.ts';

export const lead: Behaviour = {
  prepare({ before, after }) {
    if (before?.['IsConverted'] === true)
      throw new RowFault('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    after['Name'] = fullName(after);
  },
  saved: removeSharesOfOldOwner,
};

/** Leads and Contacts in a Campaign, each once. */
export const campaignMember: Behaviour = {
  prepare({ context, object, before, after }) {
    const [leadRecord, contact] = [
      target(context, 'Lead', after['LeadId']),
      target(context, 'Contact', after['ContactId']),
    ];
    const person = leadRecord ?? contact;
    if (!before && !person) throw missing(['LeadId', 'ContactId']);
    const others = holders(context, object.name, 'CampaignId', String(after['CampaignId']));
    const same = (name: string): boolean => (after[name] ?? null) !== null;
    if (
      !before &&
      others.some((one) => ['LeadId', 'ContactId'].some((name) => same(name) && one[name] === after[name]))
    )
      throw new RowFault('DUPLICATE_VALUE', 'Already a campaign member.');
    for (const name of ['FirstName', 'LastName', 'Name', 'Email']) after[name] = person?.[name] ?? null;
    after['CompanyOrAccount'] =
      leadRecord?.['Company'] ?? target(context, 'Account', contact?.['AccountId'])?.['Name'] ?? null;
    after['HasResponded'] = after['Status'] === 'Responded';
    if (after['HasResponded']) after['FirstRespondedDate'] ??= nowOf(context).slice(0, 10);
  },
};

const CODES: Readonly<Record<string, string>> = {
  'In Approval Process': 'InApproval',
  Activated: 'Activated',
  Draft: 'Draft',
};

/** The last day of a term of months. */
function endOf(start: string, months: number): string {
  const [year, month, day] = start.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  const end = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last)) - 86_400_000);
  return end.toISOString().slice(0, 10);
}

/** Contracts begin as drafts; once activated they stay so (Object Reference, "Contract"). */
export const contract: Behaviour = {
  prepare({ context, before, after }) {
    const status = String(after['Status'] ?? 'Draft');
    if (!before && status !== 'Draft')
      throw new RowFault(
        'FAILED_ACTIVATION',
        'Choose a valid contract status and save your changes. Ask your admin for details.',
        ['Status'],
      );
    if (before?.['StatusCode'] === 'Activated' && status !== before['Status'])
      throw new RowFault('INVALID_STATUS', 'invalid status transition for contract', ['Status']);
    if (before && before['StatusCode'] !== 'Activated' && status === 'Activated') {
      after['ActivatedDate'] = nowOf(context);
      after['ActivatedById'] = context.access.userId;
    }
    after['StatusCode'] = CODES[status] ?? 'Draft';
    const [start, term] = [after['StartDate'] ?? null, after['ContractTerm'] ?? null];
    after['EndDate'] = start === null || term === null ? null : endOf(String(start), Number(term));
  },
  removing(context, record) {
    if (record['StatusCode'] === 'Activated' && !context.access.hasPermission('DeleteActivatedContract'))
      throw new RowFault('DELETE_FAILED', 'An activated contract cannot be deleted.');
  },
};
