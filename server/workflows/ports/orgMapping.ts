/** One line of a mapping: a value of ours that goes to one more field of an object in Salesforce. */
export type MappingEntry = {
  /** API name, such as `Account` or `Billing_Invoice__c`. */
  object: string;
  /**
   * Of an Account the name of a value that is derived for it; of our own objects one of their own fields; of both also
   * metadata of Stripe (`metadata.<key>`) and custom fields of Zuora (`custom.<Name>__c`). Null for a field that every org
   * gets and that is to be left out.
   */
  source: string | null;
  /** API name of the field that it goes to. */
  target: string;
  /** True where a field that may hold what people entered is written over. */
  overwrite: boolean;
  /** The one currency (ISO 4217) that the field is in: amounts in any other leave it empty. */
  currency: string | null;
};

/** How a text of billing, whose type nothing tells, is written to a field. */
export type TextReading = {
  /** `whole text` is cut nowhere: what is too long is left out. */
  as: 'text' | 'whole text' | 'number' | 'date' | 'instant' | 'boolean';
  /** Digits of a number before and after the point. */
  digits: number;
  scale: number;
  /** The only texts that a picklist takes; null where it takes any. */
  values: readonly string[] | null;
  isEmail: boolean;
};

/** An entry that the org can take. */
export type MappedField = MappingEntry & {
  /** Longest text of the field; null where it takes no text. */
  length: number | null;
  /** Of metadata and custom fields; null where the source has the type of its field. */
  reading: TextReading | null;
};

/** What a check against the org made of a mapping. */
export type MappingVerdict = {
  fields: MappedField[];
  /** One line for each entry that is not written, with the reason and what to do. */
  refused: string[];
};
