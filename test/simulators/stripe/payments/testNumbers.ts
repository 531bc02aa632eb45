/** What a test card or test account does when it is used; nothing special when empty. */
export type Behaviour = {
  /** Every charge fails with this code; attaching fails with it too, unless `attaches`. */
  decline?: string;
  attaches?: true;
  /** Radar blocks the charge before it reaches the bank. */
  blocked?: true;
  /**
   * When the holder must prove who they are: always, on every payment while present (a payment without them passes once
   * the card was set up), or never without them, as if it had been set up before.
   */
  authentication?: 'always' | 'until set up' | 'on session';
  dispute?: { reason: string; inquiry?: true };
  refund?: 'pending' | 'fails';
  /** Money is available at once. */
  available?: true;
  risk?: 'elevated' | 'highest';
  /** Bank debits: what becomes of a debit in the end; `never` stays in processing. */
  debit?: { failure?: string; slow?: true; never?: true };
};

export type TestCard = Behaviour & {
  kind: 'card';
  brand: string;
  country?: string;
  funding?: 'credit' | 'debit' | 'prepaid';
  cvcCheck?: 'fail';
  ids: readonly string[];
};
export type TestAccount = Behaviour & {
  kind: 'us_bank_account' | 'sepa_debit';
  country?: string;
  ids: readonly string[];
};

const card = (brand: string, name: string, more: Behaviour & Partial<TestCard> = {}): TestCard => ({
  kind: 'card',
  brand,
  ids: name.split(' ').map((one) => `pm_card_${one}`),
  ...more,
});
const visa = (name: string, more: Behaviour & Partial<TestCard> = {}): TestCard => card('visa', name, more);
const bank = (name: string, debit: NonNullable<Behaviour['debit']>, more: Behaviour = {}): TestAccount => ({
  kind: 'us_bank_account',
  ids: [`pm_usBankAccount_${name}`],
  debit,
  ...more,
});
const sepa = (country: string, debit: NonNullable<Behaviour['debit']>, more: Behaviour = {}): TestAccount => ({
  kind: 'sepa_debit',
  country,
  ids: [],
  debit,
  ...more,
});

/** Cards by number (Stripe docs, "Testing"). */
const cards: Record<string, TestCard> = {
  '4242424242424242': visa('visa us'),
  '4000056655665556': visa('visa_debit', { funding: 'debit' }),
  '5555555555554444': card('mastercard', 'mastercard'),
  '2223003122003222': card('mastercard', 'mastercard_2'),
  '5200828282828210': card('mastercard', 'mastercard_debit', { funding: 'debit' }),
  '5105105105105100': card('mastercard', 'mastercard_prepaid', { funding: 'prepaid' }),
  '378282246310005': card('amex', 'amex'),
  '6011111111111117': card('discover', 'discover'),
  '3056930009020004': card('diners', 'diners'),
  '3566002020360505': card('jcb', 'jcb', { country: 'JP' }),
  '6200000000000005': card('unionpay', 'unionpay', { country: 'CN' }),
  '4000001240000000': visa('ca', { country: 'CA' }),
  '4000000760000002': visa('br', { country: 'BR' }),
  '4000002760000016': visa('de', { country: 'DE' }),
  '4000002500000003': visa('fr', { country: 'FR' }),
  '4000008260000000': visa('gb', { country: 'GB' }),
  '4000003920000003': visa('jp', { country: 'JP' }),
  '4000000000000002': visa('chargeDeclined visa_chargeDeclined', { decline: 'card_declined' }),
  '4000000000009995': visa('chargeDeclinedInsufficientFunds visa_chargeDeclinedInsufficientFunds', {
    decline: 'insufficient_funds',
  }),
  '4000000000009987': visa('chargeDeclinedLostCard visa_chargeDeclinedLostCard', { decline: 'lost_card' }),
  '4000000000009979': visa('chargeDeclinedStolenCard visa_chargeDeclinedStolenCard', { decline: 'stolen_card' }),
  '4000000000000069': visa('chargeDeclinedExpiredCard', { decline: 'expired_card' }),
  '4000000000000127': visa('chargeDeclinedIncorrectCvc', { decline: 'incorrect_cvc', cvcCheck: 'fail' }),
  '4000000000000119': visa('chargeDeclinedProcessingError', { decline: 'processing_error' }),
  '4000000000006975': visa('visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded', {
    decline: 'card_velocity_exceeded',
  }),
  '4000000000000341': visa('chargeCustomerFail', { decline: 'card_declined', attaches: true }),
  '4100000000000019': visa('chargeDeclinedFraudulent radarBlock', {
    decline: 'fraudulent',
    blocked: true,
    risk: 'highest',
  }),
  '4000000000004954': visa('riskLevelHighest', { decline: 'fraudulent', blocked: true, risk: 'highest' }),
  '4000000000009235': visa('riskLevelElevated', { risk: 'elevated' }),
  '4000000000000101': visa('cvcCheckFail', { cvcCheck: 'fail' }),
  '4000002500003155': visa('authenticationRequiredOnSetup', { authentication: 'until set up' }),
  '4000002760003184': visa('authenticationRequired', { authentication: 'always' }),
  '4000003800000446': visa('authenticationRequiredSetupForOffSession', { authentication: 'on session' }),
  '4000000000003220': visa('threeDSecure2Required threeDSecureRequired', { authentication: 'always' }),
  '4000008260003178': visa('authenticationRequiredChargeDeclinedInsufficientFunds', {
    authentication: 'always',
    decline: 'insufficient_funds',
    attaches: true,
  }),
  '4000008400001629': visa('threeDSecureRequiredChargeDeclined', {
    authentication: 'always',
    decline: 'card_declined',
    attaches: true,
  }),
  '4000000000000259': visa('createDispute', { dispute: { reason: 'fraudulent' } }),
  '4000000000002685': visa('createDisputeProductNotReceived', { dispute: { reason: 'product_not_received' } }),
  '4000000000001976': visa('createDisputeInquiry', { dispute: { reason: 'fraudulent', inquiry: true } }),
  '4000000000007726': visa('pendingRefund', { refund: 'pending' }),
  '4000000000005126': visa('refundFail', { refund: 'fails' }),
  '4000000000000077': visa('bypassPending', { available: true }),
};

/** US bank accounts by account number, European ones by IBAN (Stripe docs, "ACH Direct Debit", "SEPA Direct Debit"). */
const accounts: Record<string, TestAccount> = {
  '000123456789': bank('success', {}),
  '000111111113': bank('accountClosed', { failure: 'account_closed' }),
  '000111111116': bank('noAccount', { failure: 'no_account' }),
  '000222222227': bank('insufficientFunds', { failure: 'insufficient_funds' }),
  '000333333335': bank('debitNotAuthorized', { failure: 'debit_not_authorized' }),
  '000555555559': bank('dispute', {}, { dispute: { reason: 'debit_not_authorized' } }),
  '000000000009': bank('processing', { never: true }),
  AT611904300234573201: sepa('AT', {}),
  AT321904300235473204: sepa('AT', { slow: true }),
  AT861904300235473202: sepa('AT', { failure: 'insufficient_funds' }),
  AT051904300235473205: sepa('AT', { failure: 'insufficient_funds', slow: true }),
  AT591904300235473203: sepa('AT', {}, { dispute: { reason: 'debit_not_authorized' } }),
  DE89370400440532013000: sepa('DE', {}),
  DE08370400440532013003: sepa('DE', { slow: true }),
  DE62370400440532013001: sepa('DE', { failure: 'insufficient_funds' }),
  DE78370400440532013004: sepa('DE', { failure: 'insufficient_funds', slow: true }),
  DE35370400440532013002: sepa('DE', {}, { dispute: { reason: 'debit_not_authorized' } }),
  FR1420041010050500013M02606: sepa('FR', {}),
  FR8420041010050500013M02607: sepa('FR', { failure: 'insufficient_funds' }),
};

const own = <T>(table: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

export const testCard = (number: string): TestCard | undefined => own(cards, number);
export const testAccount = (number: string): TestAccount | undefined => own(accounts, number);

const byId = new Map(
  [...Object.entries(cards), ...Object.entries(accounts)].flatMap(([number, { ids }]) => ids.map((id) => [id, number])),
);

/** The number behind the id of a test payment method such as `pm_card_visa`, or of a test token such as `tok_visa`. */
export const numberOfTestId = (id: string): string | undefined => byId.get(id.replace(/^tok_/, 'pm_card_'));

export const behaviourOf = (number: string | undefined): Behaviour =>
  number === undefined ? {} : (testCard(number) ?? testAccount(number) ?? {});
