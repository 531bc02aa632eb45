import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewBillingAccount } from '../../server/domain/provisioning/account.ts';
import { NO_ADDRESS } from '../../server/domain/billTo/billTo.ts';
import { faultOf } from '../support/faultOf.ts';
import { ADA, DESK_SYSTEMS, newBillingAccount, type DeskRig } from './deskRigs.ts';

/** What holds of whoever makes billing accounts, whichever system they are made in. */
describe.each(DESK_SYSTEMS)('accounts of $system', ({ start, longest }) => {
  let rig: DeskRig;
  beforeAll(async () => void (rig = await start()));
  afterAll(() => rig.close());
  beforeEach(() => rig.mend());

  const read = async ({ id }: { id: string }) => (await rig.billTo.read(id))!;
  /** As the product goes on after whatever answer: what was made is looked for before it is made again. */
  const goOn = async (wanted: NewBillingAccount, effectId: string) =>
    (await rig.accounts.find(wanted)) ?? (await rig.accounts.make(wanted, effectId));

  it('is made once, names its Account, and is found by it', async () => {
    const wanted = newBillingAccount();
    expect(await rig.accounts.find(wanted)).toBeNull();
    const made = await rig.accounts.make(wanted, 'once');
    expect(rig.naming(wanted.accountId)).toEqual([made.id]);
    expect(await rig.accounts.find(wanted)).toEqual(made);
    expect(await rig.accounts.make(wanted, 'once'), 'the same effect').toEqual(made);
    expect(rig.naming(wanted.accountId)).toEqual([made.id]);
  });

  it('says what was asked for, word for word', async () => {
    const wanted = newBillingAccount();
    const { more: _none, ...said } = await read(await rig.accounts.make(wanted, 'words'));
    const { more: _more, ...asked } = wanted.billTo;
    expect(said).toEqual(asked);
  });

  it('says nothing of what is not known', async () => {
    const address = { ...NO_ADDRESS, country: 'DE' };
    const wanted = newBillingAccount({ phone: null, address });
    expect(await read(await rig.accounts.make(wanted, 'little'))).toMatchObject({ phone: null, address });
  });

  it('is not one of another Account, whose invoices go to the same person', async () => {
    const email = 'shared@acme.example';
    const [one, other] = [newBillingAccount({ email }), newBillingAccount({ email })];
    await rig.accounts.make(one, 'shared-1');
    expect(await rig.accounts.find(other)).toBeNull();
    await rig.accounts.make(other, 'shared-2');
    expect([one, other].map(({ accountId }) => rig.naming(accountId).length)).toEqual([1, 1]);
  });

  it.each([
    ['no answer came, and it was made', { reset: 'after' as const }, true],
    ['no answer came, and it was not made', { reset: 'before' as const }, true],
    ['an error of the server came, and it was made', { status: 500, after: true }, false],
    ['an error of the server came, and it was not made', { status: 500 }, false],
    ['an answer came that nobody can read, and it was made', { answer: 'html' as const }, true],
  ])('is made once though %s', async (what, fault, isUnknown) => {
    const wanted = newBillingAccount();
    rig.fail('make', fault);
    const { outcomeUnknown, code } = await faultOf(rig.accounts.make(wanted, what));
    rig.mend();
    expect(code).not.toBe('provisioning_refused');
    if (isUnknown) expect(outcomeUnknown).toBe(true);
    const made = await goOn(wanted, outcomeUnknown ? what : `${what}, again`);
    expect(rig.naming(wanted.accountId)).toEqual([made.id]);
  });

  it('takes the longest texts', async () => {
    const company = 'x'.repeat(longest.company);
    const email = `${'x'.repeat(longest.email - 13)}@acme.example`;
    const phone = '1'.repeat(longest.phone);
    const wanted = newBillingAccount({ company, email, phone });
    expect(await read(await rig.accounts.make(wanted, 'longest'))).toMatchObject({ company, email, phone });
  });

  it.each([
    ['a longer name of the company', { company: 'x'.repeat(longest.company + 1) }],
    ['a longer email', { email: `${'x'.repeat(longest.email - 12)}@acme.example` }],
    ['a longer phone number', { phone: '1'.repeat(longest.phone + 1) }],
  ])('is refused in the words of the system with %s, and is made once that is mended', async (what, parts) => {
    const wanted = newBillingAccount(parts);
    const fault = await faultOf(rig.accounts.make(wanted, what));
    expect(fault).toMatchObject({ code: 'provisioning_refused', kind: 'invalid', outcomeUnknown: false });
    expect(fault.publicText).toMatch(/ refuses the (account|customer): ".+"\.$/);
    expect(rig.naming(wanted.accountId)).toEqual([]);
    const { company, email, phone } = ADA;
    const mended = { ...wanted, name: company!, billTo: { ...wanted.billTo, company, email, phone } };
    const made = await goOn(mended, `${what}, mended`);
    expect(rig.naming(wanted.accountId)).toEqual([made.id]);
  });

  it('is asked for in the words of the system, as the dry run shows it', async () => {
    const wanted = newBillingAccount();
    const shown = JSON.stringify(rig.accounts.toRequest(wanted, 'shown'));
    for (const text of [wanted.name, wanted.accountId, wanted.billTo.email!, ADA.phone!]) expect(shown).toContain(text);
    expect(rig.naming(wanted.accountId)).toEqual([]);
  });
});
