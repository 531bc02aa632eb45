import { z } from 'zod';
import type { Scope } from '../../../workflows/ports/orgClients.ts';

/** Longest text that is read of any field; ids, keys and addresses are far shorter. */
const LONGEST = 300;

const text = (description: string) => z.string().max(LONGEST).meta({ description });

// An id that is missing gets the answer of one that does not exist, so that it is no fault of the content.
const id = (description: string) => text(description).default('');

const requestKey = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Made once for what a person asked for: the same key has the same effect once.' });

/** Who asks, and from which org; sent with every request. */
const WHO = {
  userId: id('Id of the user who runs the flow.'),
  organizationId: id('Id of the org that the flow runs in.'),
};
const ACCOUNT = { ...WHO, accountId: id('Id of the Account that the flow itself has read.') };
const INVOICE = { ...ACCOUNT, invoiceKey: id('Key of the Billing Invoice that the flow itself has read.') };

const refreshAnswer = z
  .object({
    jobId: text('What to ask for its progress with.'),
    state: text('Running, Done or Failed.'),
    message: text('What to tell the person.'),
    changes: z.string().meta({ description: 'What changed: a sentence a line. Empty while it runs.' }),
    done: z.boolean().meta({ description: 'True when nothing more will come: Done or Failed.' }),
  })
  .meta({ title: 'RefreshAnswer' });

const linkAnswer = z
  .object({
    available: z.boolean().meta({ description: 'False where there is none; the message says why.' }),
    url: z.string().meta({ description: 'Opens without a login. Empty where there is none.' }),
    expiresAt: text('ISO 8601 instant; empty where there is none.'),
    message: text('What to tell the person.'),
  })
  .meta({ title: 'InvoiceLinkAnswer' });

const previewAnswer = z
  .object({
    state: text('Ready, Not Ready, or Running.'),
    message: text('What to tell the person.'),
    details: z.string().meta({
      description:
        'What would be ordered and what it comes to, or what to do first: a sentence a line. Empty while it runs.',
    }),
    asOf: text('ISO 8601 instant of what was looked at; empty while it runs.'),
    done: z.boolean().meta({ description: 'False while it runs; it will be on the page of the opportunity.' }),
  })
  .meta({ title: 'PreviewOrderAnswer' });

/** What every request is refused with. */
export const errorSchema = z
  .object({
    code: text('What went wrong, as in docs/errors.md.'),
    message: text('The same in a sentence for people, with what to do next.'),
  })
  .meta({ title: 'ActionError' });

/** One thing that people of an org can ask for. */
export type Operation = {
  /** Path below /actions/, and operationId: External Services want lower case letters alone. */
  name: string;
  summary: string;
  scope: Scope;
  request: z.ZodObject;
  answer: z.ZodObject;
};

/** All operations: the one source of what is checked and of the OpenAPI document. */
export const OPERATIONS = {
  refreshbilling: {
    name: 'refresh',
    summary: 'Reads everything of an Account anew from its billing systems.',
    scope: 'billing.act',
    request: z.object({ ...ACCOUNT, requestKey }).meta({ title: 'RefreshRequest' }),
    answer: refreshAnswer,
  },
  refreshprogress: {
    name: 'refreshprogress',
    summary: 'Tells how far a refresh is.',
    scope: 'billing.read',
    request: z
      .object({ ...ACCOUNT, jobId: id('As the refresh answered it.') })
      .meta({ title: 'RefreshProgressRequest' }),
    answer: refreshAnswer,
  },
  paymentlink: {
    name: 'paymentlink',
    summary: 'Gives the page on which an open invoice can be paid.',
    scope: 'billing.act',
    request: z.object({ ...INVOICE, requestKey }).meta({ title: 'PaymentLinkRequest' }),
    answer: linkAnswer,
  },
  invoicepdf: {
    name: 'invoicepdf',
    summary: 'Gives the PDF of an invoice.',
    scope: 'billing.act',
    request: z.object({ ...INVOICE, requestKey }).meta({ title: 'InvoicePdfRequest' }),
    answer: linkAnswer,
  },
  invoicerecipient: {
    name: 'invoicerecipient',
    summary: 'Tells to whom an invoice would be sent.',
    scope: 'billing.read',
    request: z.object(INVOICE).meta({ title: 'InvoiceRecipientRequest' }),
    answer: z
      .object({
        available: z.boolean().meta({ description: 'False where it cannot be sent; the message says why.' }),
        address: text('The e-mail address; empty where it cannot be sent.'),
        message: text('What to tell the person.'),
      })
      .meta({ title: 'InvoiceRecipientAnswer' }),
  },
  resendinvoice: {
    name: 'resendinvoice',
    summary: 'Sends an invoice to its customer once more.',
    scope: 'billing.act',
    request: z
      .object({ ...INVOICE, address: text('The e-mail address that the person saw.').min(1), requestKey })
      .meta({ title: 'ResendInvoiceRequest' }),
    answer: z
      .object({
        sent: z.boolean().meta({ description: 'True when the billing system took it.' }),
        message: text('What to tell the person.'),
      })
      .meta({ title: 'ResendInvoiceAnswer' }),
  },
  previeworder: {
    name: 'previeworder',
    summary: 'Works out what would be ordered if an Opportunity were won, and orders nothing.',
    scope: 'billing.read',
    request: z
      .object({ ...ACCOUNT, opportunityId: id('Id of the Opportunity that the flow itself has read.') })
      .meta({ title: 'PreviewOrderRequest' }),
    answer: previewAnswer,
  },
  testconnection: {
    name: 'testconnection',
    summary: 'Tells that the org can reach the server and is known to it.',
    scope: 'billing.read',
    request: z.object(WHO).meta({ title: 'TestConnectionRequest' }),
    answer: z
      .object({
        organizationId: text('The org that the server writes to.'),
        message: text('What to tell the person.'),
      })
      .meta({ title: 'TestConnectionAnswer' }),
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof OPERATIONS;
export type RequestOf<T extends OperationId> = z.output<(typeof OPERATIONS)[T]['request']>;
export type AnswerOf<T extends OperationId> = z.output<(typeof OPERATIONS)[T]['answer']>;
