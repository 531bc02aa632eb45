import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_ADDRESS, type BillTo } from '../../server/domain/billTo/billTo.ts';
import { faultOf } from '../support/faultOf.ts';
import { DESK_SYSTEMS, newBillingAccount, type DeskRig } from './deskRigs.ts';

/** What holds of whoever tells billing whom invoices name, whichever system it is. */
describe.each(DESK_SYSTEMS)('bill-tos of $system', ({ start, field, refused, longest }) => {
  let rig: DeskRig;
  beforeAll(async () => void (rig = await start()));
  afterAll(() => rig.close());
  beforeEach(() => rig.mend());

  const read = async (id: string): Promise<BillTo> => (await rig.billTo.read(id))!;
  let effects = 0;
  const write = (id: string, parts: Partial<BillTo>): Promise<void> =>
    rig.billTo.write(id, parts, `${id}-${(effects += 1)}`);
  /** @returns id of a billing account, and its bill-to */
  async function made(): Promise<{ id: string; before: BillTo }> {
    const { id } = await rig.accounts.make(newBillingAccount(), crypto.randomUUID());
    return { id, before: await read(id) };
  }

  const VIENNA = {
    street: 'Kärntner Straße 1',
    street2: null,
    city: 'Wien',
    state: null,
    postalCode: '1010',
    country: 'AT',
  };
  it.each<[string, Partial<BillTo>]>([
    ['the company', { company: 'Acme 日本' }],
    ['the name', { firstName: 'Grace Brewster', lastName: 'Hopper' }],
    ['the email', { email: 'grace@acme.example' }],
    ['the phone number', { phone: '+43 1 234567' }],
    ['the address, as a whole: what it lacks is emptied', { address: VIENNA }],
    ['an address that is a country alone', { address: { ...NO_ADDRESS, country: 'DE' } }],
    ['several at once', { company: 'Acme', email: 'ap@acme.example', address: VIENNA }],
  ])('changes %s, and nothing else', async (_what, parts) => {
    const { id, before } = await made();
    await write(id, parts);
    expect(await read(id)).toEqual({ ...before, ...parts });
  });

  it('changes a further field, and no other one', async () => {
    const { id, before } = await made();
    await write(id, { more: { [field]: 'EMEA' } });
    expect(await read(id)).toEqual({ ...before, more: { ...before.more, [field]: 'EMEA' } });
    await write(id, { more: { [field]: '12345678901234567.89' }, phone: '+1 415 555 0199' });
    expect((await read(id)).more).toEqual({ ...before.more, [field]: '12345678901234567.89' });
  });

  it('still names its Account after every change', async () => {
    const wanted = newBillingAccount();
    const { id } = await rig.accounts.make(wanted, crypto.randomUUID());
    await write(id, { company: 'Acme', more: { [field]: 'EMEA' } });
    expect(rig.naming(wanted.accountId)).toEqual([id]);
  });

  it('does no harm when it is repeated', async () => {
    const { id, before } = await made();
    const parts = { email: 'twice@acme.example' };
    await rig.billTo.write(id, parts, `${id}-twice`);
    await rig.billTo.write(id, parts, `${id}-twice`);
    await write(id, parts);
    expect(await read(id)).toEqual({ ...before, ...parts });
  });

  it.each([
    ['no answer comes, and it is done', { reset: 'after' as const }, true],
    ['no answer comes, and it is not done', { reset: 'before' as const }, false],
    ['an error of the server comes', { status: 500 }, false],
  ])('is tried again where %s', async (_what, fault, isDone) => {
    const { id, before } = await made();
    const parts = { email: 'again@acme.example', address: VIENNA };
    rig.fail('change', fault);
    expect(await faultOf(write(id, parts))).toMatchObject({ kind: 'unavailable', retryable: true });
    rig.mend();
    expect(await read(id)).toEqual(isDone ? { ...before, ...parts } : before);
    await write(id, parts);
    expect(await read(id)).toEqual({ ...before, ...parts });
  });

  it.each<[string, Partial<BillTo>]>([
    ['an email that is too long', { email: `${'x'.repeat(longest.email)}@acme.example` }],
    ['a name of the company that is too long', { company: 'x'.repeat(longest.company + 1) }],
    ['a phone number that is too long', { phone: '1'.repeat(longest.phone + 1) }],
    ...refused.map(([what, parts]): [string, Partial<BillTo>] => [what, parts]),
  ])('refuses %s in its words, and changes nothing of the same call either', async (_what, parts) => {
    const { id, before } = await made();
    const fault = await faultOf(write(id, { ...before, company: 'Another', firstName: 'Grace', more: {}, ...parts }));
    expect(fault).toMatchObject({ code: 'bill_to_refused', kind: 'invalid' });
    expect(fault.publicText).toMatch(/ does not take the bill-to: ".+[^.]"\. Correct it in Salesforce\.$/);
    expect(await read(id)).toEqual(before);
  });

  it('is nothing where there is no such billing account, or it is closed for good', async () => {
    const { id } = await made();
    expect(await rig.billTo.read(`${id}9`)).toBeNull();
    await rig.end(id);
    expect(await rig.billTo.read(id)).toBeNull();
  });
});
