/** Families of the real API that are knowingly left out: their routes answer 501 instead of 404. */
const leftOut = [
  'account_links',
  'account_sessions',
  'account',
  'accounts',
  'apple_pay',
  'application_fees',
  'apps',
  'balance_settings',
  'billing/credit_balance_summary',
  'billing/credit_balance_transactions',
  'billing/credit_grants',
  'billing/feedback_options',
  'climate',
  'confirmation_tokens',
  'country_specs',
  'customer_sessions',
  'entitlements',
  'ephemeral_keys',
  'exchange_rates',
  'file_links',
  'files',
  'financial_connections',
  'forwarding',
  'identity',
  'invoice_rendering_templates',
  'issuing',
  'link_account_sessions',
  'payment_attempt_records',
  'payment_links',
  'payment_method_configurations',
  'payment_method_domains',
  'payment_records',
  'payouts',
  'plans',
  'product_catalog',
  'quotes',
  'radar',
  'reporting',
  'reviews',
  'setup_attempts',
  'shipping_rates',
  'sigma',
  'sources',
  'stripecli/sessions',
  'tax',
  'tax_codes',
  'terminal',
  'test_helpers/confirmation_tokens',
  'test_helpers/customers',
  'test_helpers/issuing',
  'test_helpers/refunds',
  'test_helpers/terminal',
  'test_helpers/treasury',
  'three_d_secure',
  'tokens',
  'topups',
  'transfers',
  'treasury',
];

const leftOutV2 = [
  'commerce',
  'core/account_links',
  'core/account_tokens',
  'core/accounts',
  'core/vault',
  'money_management',
];

/** Parts of objects that are simulated otherwise. */
const leftOutParts =
  /^\/v1\/(customers\/\w+\/(sources|cards|bank_accounts|cash_balance|cash_balance_transactions|funding_instructions)|products\/\w+\/features|payment_intents\/\w+\/amount_details_line_items)(\/|$)/;

/** The family of a path that the real service has and the simulator does not; undefined for paths that nobody knows. */
export function leftOutFamily(path: string): string | undefined {
  const [, version, ...rest] = path.split('/');
  const part = leftOutParts.exec(path)?.[1];
  if (part !== undefined) return part;
  const inner = `${rest.join('/')}/`;
  const families = version === 'v1' ? leftOut : version === 'v2' ? leftOutV2 : [];
  return families.find((family) => inner.startsWith(`${family}/`));
}
