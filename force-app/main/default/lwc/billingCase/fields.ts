/** Of the Case, as far as the user may read them: what people wrote, whose it is, and who asks. */
export const FIELDS: readonly string[] = [
  'Case.Subject',
  'Case.Description',
  'Case.AccountId',
  'Case.SuppliedEmail',
  'Case.Contact.Email',
  'Case.Contact.AccountId',
];
