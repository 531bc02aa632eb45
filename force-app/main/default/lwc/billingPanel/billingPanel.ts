import type { Panel } from 'c/billingRows';
import { NOT_ASKED, panelOf } from 'c/billingRows';
import type { Explained } from 'c/errorUtils';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';
import * as labels from './labels';
import type { Load, PartName } from './parts';
import { PARTS } from './parts';
import { messageOf, wordsFor } from './words';

/** While nothing is known. */
const AWAITED = panelOf(NOT_ASKED, '');

/**
 * Frame of a panel: what to show instead of rows while there are none, and what went wrong. Fires `retry` when the person
 * asks to try again.
 *
 * With `name` or `loader` it loads a part when it is shown first (docs/decisions/0022), and stands in its place until then;
 * one that could not be loaded is loaded again by a retry. Fires `settled` either way.
 */
export default class BillingPanel extends LightningElement {
  /** Its name for who hears it. */
  @api heading = '';
  /** What it means that there is nothing. */
  @api emptyText = '';
  /** The part that it loads. */
  @api name: PartName | undefined;
  /** Loads the part, where it is none of those with a name. */
  @api loader: Load | undefined;
  /** Properties of the part. */
  @api properties: Readonly<Record<string, unknown>> = {};

  readonly labels = labels.ofTemplate;
  part: typeof LightningElement | null = null;
  shown = AWAITED;
  explained: Explained | null = null;

  @api
  get panel(): Panel {
    return this.shown;
  }
  set panel(panel: Panel) {
    this.show(panel);
  }

  get isLoading(): boolean {
    return this.panel.phase === 'loading';
  }

  get isReady(): boolean {
    return this.panel.phase === 'ready';
  }

  get message(): string {
    return messageOf(this.panel, this.heading, this.emptyText);
  }

  get loadingText(): string {
    return fill(labels.loading, this.heading);
  }

  get isStale(): boolean {
    return this.isReady && this.panel.errors.length > 0;
  }

  override async connectedCallback(): Promise<void> {
    const load = this.loader ?? PARTS[this.name!];
    if (!load) return;
    this.show(AWAITED);
    try {
      this.part = (await load()).default;
    } catch (fault) {
      this.show({ ...AWAITED, phase: 'error', errors: [fault as Error] });
    }
    this.dispatchEvent(new CustomEvent('settled'));
  }

  /** Asks Salesforce again for the part, once it is there. */
  @api async refresh(): Promise<void> {
    await (this.refs?.part as (Element & { refresh?(): Promise<void> }) | undefined)?.refresh?.();
  }

  async retry(): Promise<void> {
    this.dispatchEvent(new CustomEvent('retry'));
    await this.connectedCallback();
  }

  async show(panel: Panel): Promise<void> {
    this.shown = panel;
    const { errors } = panel;
    // Most pages never need the words for each kind of error.
    const explained = errors.length > 0 ? await wordsFor(errors) : null;
    // Another answer may have come meanwhile.
    if (errors === this.shown.errors) {
      this.explained = explained;
    }
  }
}
