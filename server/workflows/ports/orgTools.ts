import type { Deal } from '../../domain/order/deal.ts';
import type { ProvisioningMode } from '../../domain/provisioning/rules.ts';
import type { BillToDecision } from '../../domain/billTo/decide.ts';
import type { BillToMode, BillToStanding } from './billTo.ts';
import type { MappingVerdict } from './orgMapping.ts';
import type { DroppedRow } from './orgRetention.ts';
import type { DealOrder } from './orders.ts';
import type { Provisioning } from './provisioning.ts';
import type { OrgRow, OrgValue } from './orgRows.ts';

/** A value that a mapping may name as a source; `field` is where every org gets it. */
export type MappingSource = { object: string; name: string; what: string; field: string | null };

/** How a row in the org would change if it were written now. */
export type RowPreview = {
  object: string;
  key: string;
  accountId: string;
  /** `new` where the org has no such row. */
  kind: 'new' | 'changed';
  fields: readonly { name: string; now: OrgValue; then: OrgValue }[];
};

/** The order of a deal as it stands, and what a server would make of it now. */
export type OrderLook = {
  deal: Deal;
  standing: { order: DealOrder; steps: readonly { at: Date; order: DealOrder }[] } | null;
  /** Why no order is begun now, whatever it sells; null where one is, or goes on. */
  whyNot: string | null;
  /** As it would be worked out now; null where it is placed, or on its way. */
  worked: DealOrder | null;
  /** What is, or was, sent, in the words of the billing system; null where there is no order. */
  request: unknown;
  /** The billing system takes it as a job, and works it off after it has answered. */
  isJob: boolean;
};

/** The billing account of an Account as it stands, and what a server would make of it now. */
export type ProvisioningLook = {
  mode: ProvisioningMode;
  standing: {
    provisioning: Provisioning;
    steps: readonly { at: Date; provisioning: Provisioning }[];
  } | null;
  /** As it would be worked out now; null where it is made, or on its way. */
  worked: Provisioning | null;
  /** What is, or was, sent, in the words of the billing system; null where nothing is to be made. */
  request: unknown;
};

/** The bill-to of a billing account as it stands, and what a server would make of it now. */
export type BillToView = {
  billingAccountKey: string;
  mode: BillToMode;
  /** Who is billed; null for nobody. */
  contactId: string | null;
  /** null where one of the two sides is not there. */
  decision: BillToDecision | null;
  standing: BillToStanding | null;
  steps: readonly { at: Date; standing: BillToStanding }[];
};

/** What a command of an operator asks of the org, and of what would be written to it. Reads only; throws Faults. */
export interface OrgTools {
  /** Entries of MAPPING_FILE. */
  readonly entries: number;
  sources(): readonly MappingSource[];
  /**
   * @returns the verdict on MAPPING_FILE, fields of the package that cannot be written, and metadata and custom fields that
   * no server has read yet, each in a line
   */
  check(): Promise<MappingVerdict & { missing: string[]; unread: string[] }>;
  /** What rows of an Account would be by what is mirrored now, and which of them would be deleted. */
  project(accountId: string): Promise<{ rows: readonly OrgRow[]; dropped: readonly DroppedRow[] }>;
  /** Compares what would be written for some Accounts, at most 100, with what the org holds. */
  preview(accountIds: readonly string[]): Promise<{ rows: number; changes: RowPreview[] }>;
  /** Works out the order of an Opportunity, and places nothing; null where there is none of this id that people made. */
  order(dealId: string): Promise<OrderLook | null>;
  /** Works out the billing account of an Account, and makes nothing; null where there is no such Account. */
  provisioning(accountId: string): Promise<ProvisioningLook | null>;
  /** Compares the bill-tos of an Account with billing, and changes nothing; those alone that are taken over by the settings. */
  billTos(accountId: string): Promise<BillToView[]>;
  /** @returns rows in the org by object, those that the integration user may see */
  countRows(): Promise<ReadonlyMap<string, number>>;
  /** The org's data storage in MB; null when it does not say. */
  dataStorage(): Promise<{ allowedMb: number; leftMb: number } | null>;
  /** Days for which rows that are Removed stay; null for good. */
  readonly removedDays: number | null;
  close(): Promise<void>;
}
