import accessAdvice from '@salesforce/label/c.Billing_Error_Access_Advice';
import accessMessage from '@salesforce/label/c.Billing_Error_Access';
import limitAdvice from '@salesforce/label/c.Billing_Error_Limit_Advice';
import limitMessage from '@salesforce/label/c.Billing_Error_Limit';
import networkAdvice from '@salesforce/label/c.Billing_Error_Network_Advice';
import networkMessage from '@salesforce/label/c.Billing_Error_Network';
import otherAdvice from '@salesforce/label/c.Billing_Error_Other_Advice';
import otherMessage from '@salesforce/label/c.Billing_Error_Other';
import sessionAdvice from '@salesforce/label/c.Billing_Error_Session_Advice';
import sessionMessage from '@salesforce/label/c.Billing_Error_Session';

export type Explained = {
  /** What happened. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The system's own words, for whoever helps. */
  readonly details: string;
};

/** Whether Salesforce refused a query because of what the user may not read. */
export function isRefused(errors: unknown): boolean {
  return explain(errors).message === accessMessage;
}

type Kind = { readonly pattern: RegExp; readonly message: string; readonly advice: string };

const KINDS: readonly Kind[] = [
  { pattern: /INVALID_SESSION|session (has )?expired|\b401\b/i, message: sessionMessage, advice: sessionAdvice },
  { pattern: /REQUEST_LIMIT|limit exceeded|\b429\b|too many/i, message: limitMessage, advice: limitAdvice },
  {
    pattern: /INSUFFICIENT_ACCESS|no access|not have access|ValidationError|is undefined|\b403\b/i,
    message: accessMessage,
    advice: accessAdvice,
  },
  { pattern: /fetch|network|offline|ECONN|timed? ?out|\b50[234]\b/i, message: networkMessage, advice: networkAdvice },
];

/** Says any errors of the platform in plain words: an array, one error, a `{ body }` of the UI API, or a text. */
export function explain(errors: unknown): Explained {
  const details = [...new Set(messagesOf(errors))].join('; ');
  const kind = KINDS.find((one) => one.pattern.test(details));
  return { message: kind?.message ?? otherMessage, advice: kind?.advice ?? otherAdvice, details };
}

function messagesOf(error: unknown): string[] {
  if (Array.isArray(error)) {
    return error.flatMap(messagesOf);
  }
  if (typeof error === 'string') {
    return [error];
  }
  if (typeof error !== 'object' || error === null) {
    return [];
  }
  const { message, errorCode, body, extensions } = error as Record<string, unknown>;
  const type = (extensions as { ErrorType?: unknown } | null | undefined)?.ErrorType;
  const own = [errorCode, type, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return [...(own ? [own] : []), ...messagesOf(body)];
}
