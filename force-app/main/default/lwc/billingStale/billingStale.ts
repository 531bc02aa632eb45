import type { Row } from 'c/graphqlRows';
import { api, LightningElement } from 'lwc';
import { ofTemplate } from './labels';
import type { Note } from './note';
import { noteOf } from './note';

/** A note that figures may be out of date: since when, why, and what to do. */
export default class BillingStale extends LightningElement {
  /** Connections that are in trouble. */
  @api connections: readonly Row[] = [];
  @api now = new Date();

  readonly labels = ofTemplate;

  get note(): Note {
    return noteOf(this.connections, this.now);
  }
}
