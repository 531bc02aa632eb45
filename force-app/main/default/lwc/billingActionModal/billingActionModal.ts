import timeZone from '@salesforce/i18n/timeZone';
import { fill, formatInstant } from 'c/textUtils';
import LightningModal from 'lightning/modal';
import { api } from 'lwc';
import { copyText } from './clipboard';
import * as labels from './labels';

/** What came of an action: a sentence, then what has changed by it. */
export type Outcome = readonly string[];

type Output = { name: string; value: unknown };
type Status = { status: string; outputVariables?: readonly Output[] | null };
type Link = { url: string; expires: string };

/**
 * Runs the flow of one billing action. Closes itself with its {@link Outcome} as soon as the flow is over; a payment
 * link stays until it is closed, so that it can be copied by a click, and goes nowhere else.
 */
export default class BillingActionModal extends LightningModal {
  @api flow!: string;
  @api recordId: string | undefined;

  readonly labels = labels.ofTemplate;
  link: Link | null = null;
  isOver = false;
  note = '';
  outcome: Outcome = [];
  hasFailed = false;

  get isRunning(): boolean {
    return !this.isOver;
  }

  get inputs(): readonly { name: string; type: string; value: unknown }[] {
    const recordId = { name: 'recordId', type: 'String', value: this.recordId };
    return this.flow === 'Billing_Payment_Link'
      ? [recordId, { name: 'shownByCaller', type: 'Boolean', value: true }]
      : [recordId];
  }

  get message(): string | undefined {
    return this.outcome[0];
  }

  handleStatus(event: CustomEvent<Status>): void {
    const { status, outputVariables } = event.detail;
    if (status === 'ERROR') this.hasFailed = true;
    if (status !== 'FINISHED') return;
    const text = (name: string): string => String(outputVariables?.find((one) => one.name === name)?.value ?? '');
    this.isOver = true;
    this.outcome = [...new Set([text('message'), ...text('changes').split('\n')])].filter(Boolean);
    const url = text('url');
    if (!url) {
      this.close(this.outcome);
      return;
    }
    const until = formatInstant(text('expiresAt'), timeZone);
    this.link = { url, expires: until && fill(labels.expires, until) };
  }

  async handleCopy(): Promise<void> {
    const field = this.template!.querySelector<HTMLInputElement>('input')!;
    this.note = (await copyText(field)) ? labels.copied : labels.copyFailed;
  }

  handleClose(): void {
    this.close(this.outcome);
  }
}
