import { linkRowKeyOf, partsOf } from '../../../domain/billingAccount/key.ts';
import type { ScoredCandidate } from '../../../domain/matching/match.ts';
import type { MatchState } from '../../../domain/matching/state.ts';
import { inWords, toMajor } from '../../../domain/money/money.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import type { LinkView } from '../../../workflows/ports/matching.ts';
import { text } from '../rows/fields.ts';

export const LINK_OBJECT = 'Billing_Link__c';

const STATES: Readonly<Record<MatchState['state'], 'Waiting' | 'Linked' | 'Dismissed'>> = {
  waiting: 'Waiting',
  linked: 'Linked',
  dismissed: 'Dismissed',
  named: 'Linked',
  gone: 'Dismissed',
};

/** `95  Acme Inc (001…): the same name, a contact has the same email` */
function lineOf({ score, name, accountId, reasons }: ScoredCandidate): string {
  return `${score}  ${name} (${accountId}): ${reasons.join(', ')}`;
}

function messageOf({ account, state }: LinkView): string {
  const { link } = state;
  if (state.state === 'gone') return 'The billing account was deleted or is left out now; nothing is to be done.';
  if (state.state === 'named')
    return `Billing itself names the Account ${account?.accountId ?? ''}; to change it, change it there.`;
  if (link?.rule === 'person') return 'Linked as chosen here. Empty the choice to take it back.';
  if (link?.rule === 'operator') return `Linked by ${link.by}. Choose another Account to change it.`;
  if (link?.rule === 'created')
    return 'This Account was made for it, since nobody resembled it. Choose another one if it is the wrong one; it stays until somebody deletes it.';
  if (link !== null) return `Linked by rule: ${link.rule}. Choose another Account if it is the wrong one.`;
  if (state.state === 'dismissed') return 'Dismissed here; it is not looked for any more.';
  if (state.refusal !== null) return state.refusal;
  if (state.made !== null && state.candidates.length === 0)
    return 'The Account that was made for it is gone; no second one is made. Choose one, or restore it.';
  if (!state.complete) return 'More Accounts have such a name than are looked at. Choose the right one.';
  if (state.candidates.length === 0)
    return 'No Account resembles it. Choose one, or make one; it is looked for once a day.';
  return 'Choose the Account that it belongs to.';
}

/**
 * @returns the row that tells people that a billing account waits for its Account, and what became of it; amounts are those
 * of the currency with most of it, in major units, and zero once it does not wait
 */
export function toLinkRow(view: LinkView): OrgRow {
  const { account, billingAccountKey, state, stakes } = view;
  const { connection, id } = partsOf(billingAccountKey);
  const isOpen = state.state === 'waiting' || state.state === 'dismissed';
  const balances = isOpen ? stakes.balances : [];
  const main = balances.find(({ currency }) => currency === stakes.mainCurrency);
  const linked = state.state === 'named' ? (account?.accountId ?? null) : (state.link?.accountId ?? null);
  return {
    object: LINK_OBJECT,
    key: linkRowKeyOf(billingAccountKey),
    fields: {
      Name: text(account?.name ?? account?.number ?? id, 80),
      State__c: STATES[state.state],
      Connection__c: text(connection, 40),
      Source__c: account?.source ?? null,
      Source_Url__c: account !== null && account.sourceUrl.length <= 255 ? account.sourceUrl : null,
      Number__c: text(account?.number ?? id),
      Email__c: text(account?.billToEmail ?? null),
      Currency_Code__c: main?.currency ?? null,
      ARR__c: main === undefined ? 0 : Number(toMajor(main.arr)),
      Outstanding__c: main === undefined ? 0 : Number(toMajor(main.outstanding)),
      Amounts__c: text(
        balances.map(({ arr, outstanding }) => `${inWords(arr)} a year, ${inWords(outstanding)} open`).join('\n'),
        1000,
      ),
      Candidates__c: isOpen ? text(state.candidates.map(lineOf).join('\n'), 4000) : null,
      Message__c: text(messageOf(view)),
      Linked_Account__c: linked,
    },
    parents: {},
  };
}
