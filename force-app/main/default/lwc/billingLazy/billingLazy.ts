import type { Panel } from 'c/panelState';
import { NOT_ASKED, panelOf } from 'c/panelState';
import { api, LightningElement } from 'lwc';
import type { Load, PartName } from './parts';
import { PARTS } from './parts';

/** While nothing is known of the part. */
const AWAITED = panelOf(NOT_ASKED, '', []);

/**
 * A part of a panel that is loaded when it is shown first (docs/decisions/0022). Until then a stencil stands in its place;
 * one that could not be loaded says so, with a retry. Fires `settled` either way.
 */
export default class BillingLazy extends LightningElement {
  @api name: PartName | undefined;
  /** Loads it, where it is none of those with a name. */
  @api loader: Load | undefined;
  /** What is awaited, for who hears it. */
  @api heading = '';
  /** Properties of the part. */
  @api properties: Readonly<Record<string, unknown>> = {};

  part: typeof LightningElement | null = null;
  panel: Panel = AWAITED;

  override async connectedCallback(): Promise<void> {
    await this.load();
  }

  async load(): Promise<void> {
    this.panel = AWAITED;
    try {
      this.part = (await (this.loader ?? PARTS[this.name!])()).default;
    } catch (fault) {
      this.panel = { ...AWAITED, phase: 'error', errors: [fault as Error] };
    }
    this.dispatchEvent(new CustomEvent('settled'));
  }

  /** Asks Salesforce again, once there is something to ask. */
  @api async refresh(): Promise<void> {
    await (this.refs?.part as (Element & { refresh?(): Promise<void> }) | undefined)?.refresh?.();
  }
}
